//! Getting a model's weights: fetch, go on where it broke off, check, put in place. Done in short steps.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crossbeam_channel::RecvTimeoutError;
use sha2::{Digest, Sha256};

use super::fetch::{Event, Fetch};
use super::record::{expected, hex, who};
use super::{CheckedAgainst, Client, Entry, FileCheck, HubError, Places, Record};
use crate::base::Progress;

/// How long one step may take.
const STEP: Duration = Duration::from_millis(100);

/// Weights that are in place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installed {
    /// The file.
    pub path: PathBuf,
    /// Its size in bytes.
    pub size: u64,
    /// Its SHA-256.
    pub sha256: String,
    /// What that was held against.
    pub against: CheckedAgainst,
}

/// A download under way. Dropping it stops it; what has come is kept beside its place, as `<file>.part`, for the next one.
pub struct Pull {
    entry: Entry,
    client: Client,
    url: String,
    target: PathBuf,
    part: PathBuf,
    /// The part, locked while it is written.
    file: File,
    /// What is known of the file.
    about: Record,
    hasher: Sha256,
    have: u64,
    stage: Stage,
}

enum Stage {
    /// Reading what came last time, for its checksum.
    Recalling(FileCheck),
    /// Bytes are coming.
    Fetching(Fetch),
    /// All are here.
    Complete,
}

impl Pull {
    /// Makes the place for a model's weights and begins to fetch `file`, or the first file there is.
    ///
    /// # Errors
    /// No program can fetch it, the folder cannot be written, or another process fetches the same file.
    pub fn start(
        entry: &Entry,
        file: Option<&str>,
        places: &Places,
        client: Client,
    ) -> Result<Self, HubError> {
        let download = entry.download(file)?;
        let url = client.url_of(download)?;
        let folder = places.home().join(&entry.key);
        std::fs::create_dir_all(&folder).map_err(|e| HubError::disk(&folder, e))?;
        let target = folder.join(&download.file);
        let part = part_of(&target);
        let file = claim(&part)?;
        let known = Record::of(&part).filter(|record| record.url == url);
        if known.is_none() {
            file.set_len(0).map_err(|e| HubError::disk(&part, e))?;
        }
        let fresh = Record {
            size: download.size,
            ..Record::default()
        };
        Ok(Self {
            entry: entry.clone(),
            client,
            url,
            target,
            stage: Stage::Recalling(FileCheck::of(&file, &part)?),
            part,
            file,
            about: known.unwrap_or(fresh),
            hasher: Sha256::new(),
            have: 0,
        })
    }

    /// Bytes here and bytes in all.
    pub fn progress(&self) -> Progress {
        Progress {
            done: self.have,
            total: self.about.size.unwrap_or(0),
        }
    }

    /// Works for a moment. Gives the weights once they are in place.
    ///
    /// # Errors
    /// The download is given up, the disk refuses, or the checksum is wrong.
    pub fn step(&mut self) -> Result<Option<Installed>, HubError> {
        match &mut self.stage {
            Stage::Recalling(check) => {
                let done = check.step()?;
                self.have = check.progress().0;
                if done {
                    self.hasher = check.hasher();
                    self.begin_to_fetch()?;
                }
            }
            Stage::Fetching(_) => self.receive()?,
            Stage::Complete => return self.put_in_place().map(Some),
        }
        Ok(None)
    }

    fn begin_to_fetch(&mut self) -> Result<(), HubError> {
        if self.have > 0 && self.about.size == Some(self.have) {
            self.stage = Stage::Complete;
            return Ok(());
        }
        let known = (self.have > 0).then(|| self.about.clone());
        let fetch = Fetch::start(self.client.clone(), self.url.clone(), self.have, known)?;
        self.stage = Stage::Fetching(fetch);
        Ok(())
    }

    /// Takes what has come, for at most a step.
    fn receive(&mut self) -> Result<(), HubError> {
        let begin = Instant::now();
        while let Some(left) = STEP.checked_sub(begin.elapsed()) {
            let Stage::Fetching(fetch) = &self.stage else {
                return Ok(());
            };
            match fetch.events.recv_timeout(left) {
                Ok(Event::Begun { from, about }) => self.begun(from, about)?,
                Ok(Event::Bytes(bytes)) => self.keep(&bytes)?,
                Ok(Event::Ended) => self.stage = Stage::Complete,
                Ok(Event::Failed(error)) => return Err(error),
                Err(RecvTimeoutError::Timeout) => return Ok(()),
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(HubError::Answer {
                        url: self.url.clone(),
                        what: "the download ended without a word".into(),
                    });
                }
            }
        }
        Ok(())
    }

    /// The server begins at `from`: where this stands, or at the start again.
    fn begun(&mut self, from: u64, about: Record) -> Result<(), HubError> {
        let disk = |e| HubError::disk(&self.part, e);
        if from != self.have {
            self.file.set_len(0).map_err(disk)?;
            self.hasher = Sha256::new();
            self.have = 0;
        }
        self.file.seek(SeekFrom::Start(self.have)).map_err(disk)?;
        about.write(&self.part)?;
        self.about = about;
        Ok(())
    }

    fn keep(&mut self, bytes: &[u8]) -> Result<(), HubError> {
        let written = self.file.write_all(bytes);
        written.map_err(|e| HubError::disk(&self.part, e))?;
        self.hasher.update(bytes);
        self.have += bytes.len() as u64;
        Ok(())
    }

    /// Checks the whole file and gives it its name.
    fn put_in_place(&mut self) -> Result<Installed, HubError> {
        let disk = |e| HubError::disk(&self.part, e);
        self.file.sync_all().map_err(disk)?;
        let sha256 = hex(std::mem::take(&mut self.hasher));
        let against = match expected(&self.entry, &self.target, Some(&self.about)) {
            Some((digits, against)) if sha256.starts_with(&digits) => against,
            Some((digits, against)) => return Err(self.throw_away(digits, sha256, against)),
            None => CheckedAgainst::Nothing,
        };
        let record = Record {
            size: Some(self.have),
            sha256: Some(sha256.clone()),
            ..self.about.clone()
        };
        record.write(&self.target)?;
        std::fs::rename(&self.part, &self.target).map_err(|e| HubError::disk(&self.target, e))?;
        let _ = std::fs::remove_file(Record::path(&self.part));
        Ok(Installed {
            path: self.target.clone(),
            size: self.have,
            sha256,
            against,
        })
    }

    /// A wrong file is of no use to anybody, nor is its rest.
    fn throw_away(&self, digits: String, got: String, against: CheckedAgainst) -> HubError {
        let _ = std::fs::remove_file(&self.part);
        let _ = std::fs::remove_file(Record::path(&self.part));
        HubError::Checksum {
            file: self.url.clone(),
            expected: digits,
            got,
            who: who(against),
        }
    }
}

impl Drop for Pull {
    /// Leaves no empty part behind.
    fn drop(&mut self) {
        if self.have == 0 && self.file.metadata().is_ok_and(|meta| meta.len() == 0) {
            let _ = std::fs::remove_file(&self.part);
        }
    }
}

/// Where a file lies while it is on its way.
pub(super) fn part_of(target: &Path) -> PathBuf {
    let mut name = target.as_os_str().to_owned();
    name.push(".part");
    PathBuf::from(name)
}

/// Opens the part for this process alone.
fn claim(part: &Path) -> Result<File, HubError> {
    let opened = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(part);
    let file = opened.map_err(|e| HubError::disk(part, e))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(HubError::Busy { path: part.into() }),
        // Some network disks know no locks: then nobody is kept away.
        Err(TryLockError::Error(_)) => Ok(file),
    }
}

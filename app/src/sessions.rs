//! Whether the window before this one was closed, or ended without that: each window has a file that is locked as long as it lives
//! and goes when it closes. One that is there and not locked was left behind, and says what was open.

use std::fs::{File, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;
use std::time::SystemTime;

use crossbeam_channel::{Receiver, Sender, unbounded};

use crate::state::OpenSession;

/// Keeps this window's file, on a thread.
#[derive(Default)]
pub struct SessionDesk {
    notes: Option<Sender<OpenSession>>,
    left: Option<Receiver<OpenSession>>,
    thread: Option<JoinHandle<()>>,
}

impl SessionDesk {
    /// Look for what was left behind, and begin a file for this window; `wake` is called when something is found. Without a folder
    /// nothing is.
    pub fn begin(folder: Option<PathBuf>, wake: impl Fn() + Send + 'static) -> Self {
        let Some(folder) = folder else {
            return Self::default();
        };
        let (notes, todo) = unbounded();
        let (tell, left) = unbounded();
        let thread = std::thread::Builder::new().name("session".into());
        let spawned = thread.spawn(move || {
            if let Some(found) = left_in(&folder) {
                let _ = tell.send(found);
                wake();
            }
            if let Err(error) = keep(&folder, &todo) {
                log::warn!("{}: {error}", folder.display());
            }
        });
        Self {
            notes: Some(notes),
            left: Some(left),
            thread: spawned.ok(),
        }
    }

    /// This is open now.
    pub fn note(&self, open: OpenSession) {
        if let Some(notes) = &self.notes {
            let _ = notes.send(open);
        }
    }

    /// What was left behind, once.
    pub fn left(&self) -> Option<OpenSession> {
        self.left.as_ref()?.try_recv().ok()
    }
}

impl Drop for SessionDesk {
    /// The window closes: its file goes.
    fn drop(&mut self) {
        self.notes = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// The newest of those that nobody holds; all of them go.
fn left_in(folder: &Path) -> Option<OpenSession> {
    let files = std::fs::read_dir(folder).ok()?.filter_map(Result::ok);
    let mut found: Vec<OpenSession> = Vec::new();
    for path in files.map(|file| file.path()) {
        let Ok(mut file) = File::open(&path) else {
            continue;
        };
        if let Err(TryLockError::WouldBlock) = file.try_lock() {
            continue;
        }
        let mut text = String::new();
        let read = file.read_to_string(&mut text).ok();
        let was = read.and_then(|_| serde_json::from_str::<OpenSession>(&text).ok());
        // Where nothing was open there is nothing to go on with.
        found.extend(was.filter(|was| !was.clips.is_empty()));
        drop(file);
        let _ = std::fs::remove_file(&path);
    }
    found.into_iter().max_by_key(|session| session.began)
}

/// Write down what is open until the window closes.
fn keep(folder: &Path, notes: &Receiver<OpenSession>) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let name = format!(
        "{}-{}.json",
        std::process::id(),
        now.unwrap_or_default().as_micros()
    );
    let path = folder.join(name);
    let mut file = File::create(&path)?;
    // Where files cannot be locked, another window may take this one for left behind: it says so, and nothing is lost.
    if let Err(error) = file.try_lock() {
        log::warn!("{}: {error}", path.display());
    }
    for open in notes {
        let text = serde_json::to_string(&open)?;
        file.set_len(0)?;
        file.seek(SeekFrom::Start(0))?;
        file.write_all(text.as_bytes())?;
        file.flush()?;
    }
    drop(file);
    std::fs::remove_file(&path)
}

//! A part being written, clip by clip.

use std::collections::BTreeMap;

use super::beside::{FileFacts, Finished, sweep};
use super::manifest::{Asked, Manifest};
use super::place::PartPlace;
use super::rows::{ClipRow, EmbeddingRow, EventRow, MaskRow, Row, ScoreRow};
use super::table::TableWriter;
use super::taken::{ClipTaken, PROGRAM};
use super::{PartError, SCHEMA};
use crate::base::Task;

/// Writes a part. Dropped before it is put in its place, nothing of it stays.
pub struct PartWriter {
    place: PartPlace,
    asked: Asked,
    clips: TableWriter<ClipRow>,
    events: TableWriter<EventRow>,
    scores: TableWriter<ScoreRow>,
    masks: Option<TableWriter<MaskRow>>,
    embeddings: Option<TableWriter<EmbeddingRow>>,
    done: u64,
    failed: u64,
}

impl PartWriter {
    /// Begins a part. What is left of it, cut short or damaged, goes; so does what killed processes left beside it.
    ///
    /// # Errors
    /// The folder cannot be made or written to.
    pub fn start(place: PartPlace, asked: Asked) -> Result<Self, PartError> {
        remove(&place.manifest())?;
        let masked = asked.heads.iter().any(|head| head.task == Task::Segment);
        Ok(Self {
            clips: table(&place)?,
            events: table(&place)?,
            scores: table(&place)?,
            masks: masked.then(|| table(&place)).transpose()?,
            embeddings: asked.embeddings.then(|| table(&place)).transpose()?,
            place,
            asked,
            done: 0,
            failed: 0,
        })
    }

    /// The next clip.
    ///
    /// # Errors
    /// The disk is full.
    pub fn add(&mut self, taken: ClipTaken) -> Result<(), PartError> {
        self.done += 1;
        self.failed += u64::from(taken.clip.failure.is_some());
        let score_bytes = self.scores.add(taken.scores)?;
        self.clips.add(vec![ClipRow {
            score_bytes,
            ..taken.clip
        }])?;
        self.events.add(taken.events)?;
        if let Some(masks) = &mut self.masks {
            masks.add(taken.masks)?;
        }
        if let Some(embeddings) = &mut self.embeddings {
            embeddings.add(taken.embeddings)?;
        }
        Ok(())
    }

    /// Puts the part in its place, the scores last: where they are, all is.
    ///
    /// # Errors
    /// The disk is full, or files were taken away.
    pub fn put(self) -> Result<Manifest, PartError> {
        let place = self.place;
        let mut files = BTreeMap::new();
        let mut before = vec![
            finish(&place, self.clips, &mut files)?,
            finish(&place, self.events, &mut files)?,
        ];
        if let Some(masks) = self.masks {
            before.push(finish(&place, masks, &mut files)?);
        }
        if let Some(embeddings) = self.embeddings {
            before.push(finish(&place, embeddings, &mut files)?);
        }
        let scores = finish(&place, self.scores, &mut files)?;
        let manifest = Manifest {
            schema: SCHEMA.to_owned(),
            part: place.part,
            of: place.of,
            format: place.format,
            program: PROGRAM.to_owned(),
            asked: self.asked,
            clips: self.done,
            failed: self.failed,
            files,
        };
        before.into_iter().try_for_each(Finished::put)?;
        manifest.write(&place.manifest())?;
        scores.put()?;
        Ok(manifest)
    }
}

fn table<R: Row>(place: &PartPlace) -> Result<TableWriter<R>, PartError> {
    let path = place.table::<R>();
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|error| PartError::disk(folder, error))?;
    }
    sweep(&path);
    remove(&path)?;
    TableWriter::start(&path, place.format)
}

fn finish<R: Row>(
    place: &PartPlace,
    table: TableWriter<R>,
    files: &mut BTreeMap<String, FileFacts>,
) -> Result<Finished, PartError> {
    let (facts, finished) = table.finish()?;
    files.insert(place.inside::<R>(), facts);
    Ok(finished)
}

fn remove(path: &std::path::Path) -> Result<(), PartError> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(PartError::disk(path, error))
        }
        _ => Ok(()),
    }
}

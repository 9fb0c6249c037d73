//! Clips exported one after the other, each whatever becomes of the others.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use mettle_core::base::{Label, Modality, Task};
use mettle_core::exchange::layouts::LayoutWriter;
use mettle_core::exchange::marks::{Kept, MarkFormat, Sheet, What, sheet_of};
use mettle_core::exchange::{Document, Findings, MaskShelf, MaskTaker, Stems, write_whole};
use mettle_core::media::{Clip, LocalFiles};
use mettle_core::model::ModelInfo;
use mettle_core::predict::{Prediction, ProbabilityMap, Thresholds};
use mettle_core::project::Corrections;

use crate::cli::analyze::line;
use crate::cli::args::{ExportArgs, Target};
use crate::cli::driver::{Driver, OpenedClip};
use crate::cli::one_clip::{facts_of, sounding};
use crate::cli::project::Project;
use crate::cli::{Failure, output};

/// Clips exported one after the other.
pub struct Exporting<'a> {
    pub args: &'a ExportArgs,
    pub target: Target,
    /// Where clips become parts of a folder.
    pub layout: Option<LayoutWriter>,
    pub what: What,
    pub driver: &'a Driver,
    pub model: &'a ModelInfo,
    pub tasks: &'a [Task],
    pub thresholds: &'a Thresholds,
    pub known: &'a BTreeSet<Label>,
    pub project: &'a mut Project,
    pub stems: Stems<'a>,
}

impl Exporting<'_> {
    /// Export one clip.
    pub fn clip(&mut self, path: &Path) -> Result<(), Failure> {
        let opened = self.driver.open_clip(path);
        let opened = opened.map_err(|problem| Failure::Said(line(&problem)))?;
        let clip = Arc::clone(&opened.clip);
        let said = self.project.said(clip.id)?;
        let names = self.project.names(self.known);
        let asked = match self.tasks.is_empty() {
            true => None,
            false => Some(self.ask(opened, &said)?),
        };
        if let (Target::Film, Some(asked)) = (self.target, &asked) {
            return self.film(&clip, asked, &said, &names);
        }
        let document = asked.as_ref().map(|asked| &asked.document);
        let sheet = sheet_of(self.what, &clip, document, &said, &names);
        match (self.target, &mut self.layout) {
            (Target::Layout(_), Some(layout)) => {
                let kept = layout.add(&LocalFiles, &clip, &sheet)?;
                self.tell(&clip.path, &kept)
            }
            (Target::Marks(format), _) => self.write(&clip, format, &sheet),
            _ => Ok(()),
        }
    }

    /// What the model says of a clip.
    fn ask(&self, opened: OpenedClip, said: &Corrections) -> Result<Asked, Failure> {
        let clip = Arc::clone(&opened.clip);
        let thresholds = Thresholds {
            masks: said.mask_thresholds.clone(),
            ..self.thresholds.clone()
        };
        let shelf = match self.target == Target::Film && self.tasks.contains(&Task::Segment) {
            true => Some(MaskShelf::in_folder(&self.args.out)?),
            false => None,
        };
        let mut masks = MaskTaker::new(&clip, sounding(self.model), &thresholds.masks, None, shelf);
        let mut hear = |first: usize, made: Vec<ProbabilityMap>| masks.take(first, &made);
        let asked = self
            .driver
            .ask(opened, self.tasks, &self.args.model, Some(&mut hear));
        let analysed = asked.map_err(|problem| Failure::Said(line(&problem)))?;
        let (masks, shelf) = masks.finish()?;
        let document = Document::new(Findings {
            clip: &clip,
            asked: None,
            predictions: &analysed.predictions,
            thresholds: &thresholds,
            calibrated: &analysed.calibrated,
            masks,
            tags: &analysed.tags,
            device: self.driver.device().name,
            model: facts_of(self.model),
            timing_ms: BTreeMap::new(),
        });
        Ok(Asked {
            predictions: analysed.predictions,
            document,
            shelf,
        })
    }

    /// Write a clip's file, read it again, and say what it holds.
    fn write(&mut self, clip: &Clip, format: MarkFormat, sheet: &Sheet) -> Result<(), Failure> {
        let stem = self.stems.stem_for(clip);
        let path = self.args.out.join(format!("{stem}.{}", format.ending()));
        self.put(&path, &format.write(sheet)?)?;
        if let Some((ending, text)) = format.beside(sheet) {
            self.put(&self.args.out.join(format!("{stem}.{ending}")), &text)?;
        }
        let unreadable = |why: String| {
            let path = path.display();
            Failure::Said(format!(
                "{path}: was written, and cannot be read again: {why}. Is the disk in order?"
            ))
        };
        let bytes = std::fs::read(&path).map_err(|error| unreadable(error.to_string()))?;
        let read = format.read(&bytes, &sheet.media, Modality::AudioVisual);
        let kept = Kept::of(sheet, &read.map_err(|wrong| unreadable(wrong.to_string()))?);
        self.tell(&path, &kept)
    }

    fn tell(&self, path: &Path, kept: &Kept) -> Result<(), Failure> {
        match self.args.quiet {
            true => Ok(()),
            false => output::say(&format!("{}: {kept}\n", path.display())),
        }
    }

    /// Write a file where there is none, or the same.
    fn put(&self, path: &Path, text: &str) -> Result<(), Failure> {
        let before = std::fs::read(path);
        let differs = before.is_ok_and(|before| before != text.as_bytes());
        if differs && !self.args.replace {
            return Err(there(path));
        }
        Ok(write_whole(path, text.as_bytes())?)
    }
}

/// What a model said of a clip, with the masks' maps where a film needs them.
pub(super) struct Asked {
    pub(super) predictions: Vec<Arc<Prediction>>,
    pub(super) document: Document,
    pub(super) shelf: Option<MaskShelf>,
}

pub(super) fn there(path: &Path) -> Failure {
    Failure::Said(format!(
        "{}: is there with another content, and stays. Write over it with --replace, or choose another folder with --out",
        path.display()
    ))
}

//! Clips exported one after the other into a folder, each read back after it is written; or only looked at, to say what would
//! be kept. Nothing that is there with another content is written over unasked.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::layouts::{Layout, LayoutWriter};
use super::marks::{Kept, MarkFormat, Sheet, What, sheet_of};
use super::rendering::{DrawnOver, MaskSource, Shown, with_said, write_overlay};
use super::{Document, ExchangeError, MaskShelf, Stems, write_whole};
use crate::base::{CancelToken, Modality, Task, Time, TimeSpan};
use crate::media::{Clip, Source};
use crate::predict::{ClassColors, Prediction};
use crate::project::{Corrections, Names};

/// What a clip is exported as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ExportFormat {
    /// A file.
    Marks(MarkFormat),
    /// A part of a folder.
    Layout(Layout),
    /// The clip with what is said drawn in.
    Film,
}

impl ExportFormat {
    /// All of them, in the order they are offered.
    pub fn all() -> impl Iterator<Item = Self> {
        let marks = MarkFormat::ALL.into_iter().map(Self::Marks);
        let layouts = Layout::ALL.into_iter().map(Self::Layout);
        marks.chain(layouts).chain([Self::Film])
    }

    /// Its name in the terminal and in settings.
    pub fn name(self) -> &'static str {
        match self {
            Self::Marks(format) => format.name(),
            Self::Layout(layout) => layout.name(),
            Self::Film => "mp4",
        }
    }

    /// The format of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::all().find(|format| format.name() == name)
    }

    /// What people call it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Marks(format) => format.title(),
            Self::Layout(layout) => layout.title(),
            Self::Film => "Film with labels and masks (.mp4)",
        }
    }

    /// What it has no place for, in words; nothing for one that keeps all.
    pub fn loses(self) -> &'static str {
        match self {
            Self::Marks(format) => format.loses(),
            Self::Layout(layout) => layout.loses(),
            Self::Film => {
                "everything but pictures: it is to be looked at, and cannot be taken in again"
            }
        }
    }

    /// Whether a task's answers have a place in it.
    pub fn holds(self, task: Task) -> bool {
        match (self, task) {
            (Self::Film, _) => true,
            (Self::Marks(format), Task::Segment) => format.holds_masks(),
            (Self::Marks(format), _) => format.holds_events(),
            (Self::Layout(Layout::Ave), task) => task == Task::Localize,
            (Self::Layout(Layout::Llp), task) => task == Task::Parse,
            (Self::Layout(Layout::Avsbench), task) => task == Task::Segment,
        }
    }

    /// What a model that has heads for some tasks must be asked: nothing, where only corrections are written; for a film its
    /// labels have to be known.
    pub fn asks(self, what: What, can: impl Fn(Task) -> bool) -> Vec<Task> {
        if what == What::Corrections && self != Self::Film {
            return Vec::new();
        }
        let known = Task::ALL.into_iter().filter(|task| can(*task));
        known.filter(|task| self.holds(*task)).collect()
    }
}

/// What a model said of a clip.
#[derive(Debug)]
pub struct Analysed {
    /// One a task.
    pub predictions: Vec<Arc<Prediction>>,
    /// The same as plain facts.
    pub document: Document,
    /// The masks' maps, where a film needs them.
    pub shelf: Option<MaskShelf>,
    /// The classes' colours.
    pub colors: ClassColors,
}

/// What became of a clip.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Exported {
    /// The file, or the folder of a layout.
    #[serde(with = "crate::base::path")]
    pub file: PathBuf,
    /// What of it is found when it is read again; none for a film, which is opened again.
    pub kept: Option<Kept>,
    /// Whether it was only looked at, and something else is there, which would stay.
    pub stands: bool,
}

/// Exports clips.
#[derive(Debug)]
pub struct Exporter {
    format: ExportFormat,
    what: What,
    folder: PathBuf,
    replace: bool,
    writes: bool,
    stems: Stems,
    layout: Option<LayoutWriter>,
}

impl Exporter {
    /// Into a folder, which is made. Without `writes` everything is done but writing.
    ///
    /// # Errors
    /// The folder cannot be made, or holds a data set already that is not to be replaced.
    pub fn new(
        format: ExportFormat,
        what: What,
        folder: &Path,
        (replace, writes): (bool, bool),
    ) -> Result<Self, ExchangeError> {
        if writes {
            std::fs::create_dir_all(folder).map_err(|error| ExchangeError::Folder {
                path: folder.to_owned(),
                error,
            })?;
        }
        let layout = match format {
            ExportFormat::Layout(layout) if writes => {
                Some(LayoutWriter::new(folder, layout, replace)?)
            }
            ExportFormat::Layout(layout) => Some(LayoutWriter::look(folder, layout)),
            _ => None,
        };
        Ok(Self {
            format,
            what,
            folder: folder.to_owned(),
            replace,
            writes,
            stems: Stems::in_folder(folder),
            layout,
        })
    }

    /// Export a clip; `told` hears which share of it is done.
    ///
    /// # Errors
    /// The clip cannot be read, a file not be written, or stays as it is.
    pub fn clip(
        &mut self,
        source: &dyn Source,
        clip: &Clip,
        analysed: Option<&Analysed>,
        (said, names): (&Corrections, &Names),
        (told, cancel): (&mut dyn FnMut(f32), &CancelToken),
    ) -> Result<Exported, ExchangeError> {
        let document = analysed.map(|analysed| &analysed.document);
        let sheet = || sheet_of(self.what, clip, document, said, names);
        match self.format {
            ExportFormat::Film => match analysed {
                Some(analysed) => self.film(source, clip, analysed, (said, names), (told, cancel)),
                None => Err(ExchangeError::NoPictures {
                    path: clip.path.clone(),
                }),
            },
            ExportFormat::Marks(format) => {
                let mut sheet = sheet();
                sheet.media = sheet.media.seen_from(&self.folder, &clip.path);
                self.marks(clip, format, &sheet)
            }
            ExportFormat::Layout(layout) => {
                let sheet = sheet();
                let kept = match &mut self.layout {
                    Some(writer) => Some(writer.add(source, clip, &sheet)?),
                    None => None,
                };
                let there = !self.writes && self.folder.join(layout.marker()).exists();
                Ok(Exported {
                    file: self.folder.clone(),
                    kept,
                    stands: there && !self.replace,
                })
            }
        }
    }

    /// Write what goes over all clips.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn finish(self) -> Result<(), ExchangeError> {
        let layout = self.layout.filter(|_| self.writes);
        layout.map_or(Ok(()), LayoutWriter::finish)
    }

    /// Write a clip's file, and read it again.
    fn marks(
        &mut self,
        clip: &Clip,
        format: MarkFormat,
        sheet: &Sheet,
    ) -> Result<Exported, ExchangeError> {
        let stem = self.stems.stem_for(clip);
        let file = self.folder.join(format!("{stem}.{}", format.ending()));
        let text = format.write(sheet)?;
        let mut files = vec![(file.clone(), text)];
        if let Some((ending, text)) = format.beside(sheet) {
            files.push((self.folder.join(format!("{stem}.{ending}")), text));
        }
        let other = files.iter().find(|(path, text)| differs(path, text));
        let stands = other
            .map(|(path, _)| path.clone())
            .filter(|_| !self.replace);
        if let Some(path) = stands.clone().filter(|_| self.writes) {
            return Err(ExchangeError::Stays { path });
        }
        let bytes = if self.writes {
            for (path, text) in &files {
                write_whole(path, text.as_bytes())?;
            }
            std::fs::read(&file).map_err(|error| unreadable(&file, error.to_string()))?
        } else {
            files.swap_remove(0).1.into_bytes()
        };
        let read = format.read(&bytes, &sheet.media, Modality::AudioVisual);
        let read = read.map_err(|wrong| unreadable(&file, wrong.to_string()))?;
        Ok(Exported {
            kept: Some(Kept::of(sheet, &read)),
            stands: stands.is_some(),
            file,
        })
    }

    /// The clip with what is said drawn in.
    fn film(
        &mut self,
        source: &dyn Source,
        clip: &Clip,
        analysed: &Analysed,
        (said, names): (&Corrections, &Names),
        (told, cancel): (&mut dyn FnMut(f32), &CancelToken),
    ) -> Result<Exported, ExchangeError> {
        let stem = self.stems.stem_for(clip);
        let file = self.folder.join(format!("{stem}.overlay.mp4"));
        let stands = file.exists() && !self.replace;
        if clip.video.is_none() {
            let path = clip.path.clone();
            return Err(ExchangeError::NoPictures { path });
        }
        if !self.writes {
            return Ok(Exported {
                file,
                kept: None,
                stands,
            });
        }
        if stands {
            return Err(ExchangeError::Stays { path: file });
        }
        let predictions = self.spoken(analysed, said, names);
        let shelf = analysed.shelf.as_ref();
        let shelf = shelf.filter(|_| self.what != What::Corrections);
        let nothing = Corrections::default();
        let segments = predictions.first().map(|p| p.segments.as_slice());
        let masks = DrawnOver {
            said: match self.what {
                What::Model => &nothing,
                What::Shown | What::Corrections => said,
            },
            segments: segments.unwrap_or_default(),
            model: shelf.map(|shelf| shelf as &dyn MaskSource),
        };
        let shown = Shown {
            predictions: &predictions,
            masks: Some(&masks),
            thresholds: &masks.thresholds(&analysed.document.thresholds),
            colors: &analysed.colors,
        };
        let whole = TimeSpan::new(Time::ZERO, clip.duration);
        let length = clip.duration.as_secs_f64().max(1e-6);
        let mut hear = |written: Time| {
            told((written.as_secs_f64() / length) as f32);
            !cancel.is_cancelled()
        };
        write_overlay(source, clip, &shown, &file, whole, &mut hear)?;
        Clip::open(&file).map_err(|wrong| unreadable(&file, wrong.to_string()))?;
        Ok(Exported {
            file,
            kept: None,
            stands: false,
        })
    }

    /// The predictions with the person's word in them.
    fn spoken(
        &self,
        analysed: &Analysed,
        said: &Corrections,
        names: &Names,
    ) -> Vec<Arc<Prediction>> {
        let all = analysed.predictions.iter();
        let spoken = all.map(|p| Arc::new(with_said(p, &said.statements, names, self.what)));
        spoken.collect()
    }
}

fn differs(path: &Path, text: &str) -> bool {
    std::fs::read(path).is_ok_and(|before| before != text.as_bytes())
}

fn unreadable(path: &Path, why: String) -> ExchangeError {
    let path = path.to_owned();
    ExchangeError::Unreadable { path, why }
}

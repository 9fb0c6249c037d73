//! A data set as people have it on disk: its clips, what its lists say of them, and what is missing or odd.

use std::path::{Path, PathBuf};

use thiserror::Error;

use super::classes::meant;
use super::odd::Oddities;
use super::recording::Recording;
use super::targets::{SoundingMask, Targets};
use super::{ave, avsbench, llp};
use crate::base::{Label, Labels, Said, Task};

/// Which data set a folder is laid out like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DatasetKind {
    /// AVE: one event a clip that is both heard and seen.
    Ave,
    /// LLP: what is heard and what is seen, of a clip as a whole or by seconds.
    Llp,
    /// AVSBench's single-source part.
    S4,
    /// AVSBench's multi-source part.
    Ms3,
}

impl DatasetKind {
    /// All.
    pub const ALL: [Self; 4] = [Self::Ave, Self::Llp, Self::S4, Self::Ms3];

    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ave => "ave",
            Self::Llp => "llp",
            Self::S4 => "s4",
            Self::Ms3 => "ms3",
        }
    }

    /// What heads learn from it.
    pub fn task(self) -> Task {
        match self {
            Self::Ave => Task::Localize,
            Self::Llp => Task::Parse,
            Self::S4 | Self::Ms3 => Task::Segment,
        }
    }

    /// Seconds of every clip.
    pub fn seconds(self) -> usize {
        match self {
            Self::Ave | Self::Llp => 10,
            Self::S4 | Self::Ms3 => 5,
        }
    }

    /// Whether a folder has its lists.
    fn is_in(self, dir: &Path) -> bool {
        match self {
            Self::Ave => ave::is_in(dir),
            Self::Llp => llp::is_in(dir),
            Self::S4 => avsbench::S4.is_in(dir),
            Self::Ms3 => avsbench::MS3.is_in(dir),
        }
    }

    /// The one for a task whose lists lie in a folder.
    pub fn find(dir: &Path, task: Task) -> Option<Self> {
        let fits = |kind: &Self| kind.task() == task && kind.is_in(dir);
        Self::ALL.into_iter().find(fits)
    }
}

/// Which part of a data set a clip belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// To learn from.
    Train,
    /// To choose an epoch by.
    Val,
    /// To measure on.
    Test,
}

impl Part {
    /// In the order of a training.
    pub const ALL: [Self; 3] = [Self::Train, Self::Val, Self::Test];

    /// As lists and folders have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Val => "val",
            Self::Test => "test",
        }
    }

    /// From a list.
    pub(super) fn read(word: &str) -> Option<Self> {
        let word = word.trim();
        let is = |part: &Self| part.name().eq_ignore_ascii_case(word);
        Self::ALL.into_iter().find(is)
    }
}

/// One clip of a data set that is there.
#[derive(Clone, Debug)]
pub struct Item {
    /// As the lists have it.
    pub name: String,
    /// Which part it belongs to.
    pub part: Part,
    /// Where its pictures and sound lie.
    pub recording: Recording,
    /// All that lists say; masks lie in files.
    pub(super) said: Targets,
    /// The mask of each second, where there is one.
    pub(super) masks: Vec<Option<PathBuf>>,
}

impl Item {
    /// What is said of it, masks read from their files.
    ///
    /// # Errors
    /// A mask cannot be read.
    pub fn targets(&self) -> Result<Targets, ReadError> {
        let mut targets = self.said.clone();
        for (mask, path) in targets.masks.iter_mut().zip(&self.masks) {
            *mask = path.as_deref().map(read_mask).transpose()?;
        }
        Ok(targets)
    }
}

/// Whatever is not black sounds.
fn read_mask(path: &Path) -> Result<SoundingMask, ReadError> {
    let picture = image::open(path).map_err(|source| ReadError::Mask {
        path: path.to_owned(),
        source,
    })?;
    let picture = picture.into_luma8();
    Ok(SoundingMask {
        size: (picture.height() as usize, picture.width() as usize),
        sounds: picture.pixels().map(|pixel| pixel[0] > 0).collect(),
    })
}

/// A data set's folder, read.
#[derive(Clone, Debug)]
pub struct Dataset {
    /// How it is laid out.
    pub kind: DatasetKind,
    /// Its classes, in the order of a head's outputs.
    pub labels: Labels,
    /// The clips that are there, in the order of the lists.
    pub items: Vec<Item>,
    /// How many clips the lists have, in the order of [`Part::ALL`].
    pub listed: [usize; 3],
    /// What is missing or odd.
    pub odd: Oddities,
}

impl Dataset {
    /// Reads the lists of a folder and looks for its media; decodes nothing.
    ///
    /// # Errors
    /// The folder holds none of the lists, or one cannot be read.
    pub fn open(kind: DatasetKind, dir: &Path) -> Result<Self, ReadError> {
        match kind {
            DatasetKind::Ave => ave::open(dir),
            DatasetKind::Llp => llp::open(dir),
            DatasetKind::S4 => avsbench::S4.open(dir),
            DatasetKind::Ms3 => avsbench::MS3.open(dir),
        }
    }

    /// The clips of one part that are there.
    pub fn part(&self, part: Part) -> impl Iterator<Item = &Item> {
        self.items.iter().filter(move |item| item.part == part)
    }

    /// The same with its classes at the places they have among `labels`, however they are spelled; what else is among those
    /// happens in no clip.
    ///
    /// # Errors
    /// The names of the classes that happen in some clip and are not among them.
    pub fn in_words_of(mut self, labels: &Labels) -> Result<Self, Vec<Label>> {
        let there: Vec<String> = labels.iter().map(|label| meant(label)).collect();
        let place = |label: &Label| there.iter().position(|name| *name == meant(label));
        let places: Vec<Option<usize>> = self.labels.iter().map(place).collect();
        let happens = |class: usize| {
            let somewhere = |item: &Item| item.said.somewhere.get(class) == Some(&Said::Yes);
            self.items.iter().any(somewhere)
        };
        let strange = |class: &usize| places[*class].is_none() && happens(*class);
        let strange: Vec<usize> = (0..places.len()).filter(strange).collect();
        if !strange.is_empty() {
            let names = strange.into_iter().map(|class| self.labels[class].clone());
            return Err(names.collect());
        }
        for item in &mut self.items {
            item.said = item.said.placed(&places, labels.len());
        }
        self.labels = labels.clone();
        Ok(self)
    }

    /// One more clip of the lists: taken where its media are there.
    pub(super) fn list(&mut self, item: Item) {
        self.listed[item.part as usize] += 1;
        match item.recording.is_there() {
            true => self.items.push(item),
            false => self
                .odd
                .add("clips whose media are not there: left out", item.name),
        }
    }
}

/// Why a data set's folder cannot be read.
#[derive(Debug, Error)]
pub enum ReadError {
    /// There is nothing of it.
    #[error("{} holds no data set like {kind}: there is no {wanted}", dir.display())]
    NoList {
        /// The folder.
        dir: PathBuf,
        /// What it was taken for.
        kind: &'static str,
        /// What was looked for.
        wanted: String,
    },
    /// A list cannot be read.
    #[error("{}: {source}", path.display())]
    Io {
        /// The list.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A mask cannot be read.
    #[error("{}: is no picture that can be read ({source}): fetch it again", path.display())]
    Mask {
        /// The file.
        path: PathBuf,
        /// What the decoder said.
        source: image::ImageError,
    },
}

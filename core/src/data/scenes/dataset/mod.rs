//! Writes scenes as datasets: real MP4 files, and ground truth in the layout of AVE, LLP or AVSBench. The same seed
//! and count give the same files, byte for byte, with the same FFmpeg.

mod ave;
mod avsbench;
mod clip;
mod llp;

use std::fs;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::{Scene, SceneOptions, SceneTask, Split};
use crate::base::{Progress, Rng};
use crate::data::Part;
use crate::media::MediaError;

pub use clip::write_clip;

/// Why a dataset could not be written.
#[derive(Debug, Error)]
pub enum DatasetError {
    /// A clip could not be encoded.
    #[error(transparent)]
    Media(#[from] MediaError),
    /// A file or folder could not be written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A picture could not be written.
    #[error("{}: {source}", path.display())]
    Picture {
        /// The file.
        path: PathBuf,
        /// What the encoder said.
        source: image::ImageError,
    },
}

/// Of ten clips the last but one is for validation, the last for the test.
fn part_of(index: usize) -> Part {
    match index % 10 {
        8 => Part::Val,
        9 => Part::Test,
        _ => Part::Train,
    }
}

/// Drawings held out for the test appear there only.
fn split_of(part: Part) -> Split {
    match part {
        Part::Train | Part::Val => Split::Train,
        Part::Test => Split::Test,
    }
}

/// One clip of a dataset.
struct Item {
    /// Eleven characters, as of a video on YouTube.
    id: String,
    part: Part,
    scene: Scene,
}

impl Item {
    fn new(seed: u64, index: usize, task: SceneTask, (width, height): (usize, usize)) -> Self {
        const LETTERS: &[u8; 64] =
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let mut rng = Rng::of(seed, 1000 + index as u64);
        let part = part_of(index);
        let options = SceneOptions {
            split: split_of(part),
            task,
            width,
            height,
            ..SceneOptions::default()
        };
        let scene = Scene::generate(rng.seed(), &options);
        let id = (0..11).map(|_| char::from(rng.pick(LETTERS))).collect();
        Self { id, part, scene }
    }
}

/// Which scenes are written, and how.
#[derive(Clone, Copy, Debug)]
pub struct SceneSet {
    /// Decides everything about the scenes.
    pub seed: u64,
    /// How many.
    pub count: usize,
    /// What they are for.
    pub task: SceneTask,
    /// Columns and rows.
    pub size: (usize, usize),
    /// Whether clips to learn parsing from are labelled by seconds, too; LLP's are labelled as a whole.
    pub by_seconds: bool,
}

/// Writes clips and their ground truth into `dir`: eight of ten for training, one for validation, one, with drawings that appear
/// nowhere else, for the test.
///
/// # Errors
/// When a clip cannot be encoded or the folder cannot be written.
pub fn write_dataset(
    set: &SceneSet,
    dir: &Path,
    mut progress: impl FnMut(Progress),
) -> Result<(), DatasetError> {
    let item = |i| Item::new(set.seed, i, set.task, set.size);
    let items: Vec<Item> = (0..set.count).map(item).collect();
    let total = set.count as u64;
    progress(Progress { done: 0, total });
    for (i, item) in items.iter().enumerate() {
        match set.task {
            SceneTask::Localize => ave::write_item(dir, item)?,
            SceneTask::Parse => llp::write_item(dir, item)?,
            SceneTask::Segment | SceneTask::SegmentMany => avsbench::write_item(dir, item)?,
        }
        let done = i as u64 + 1;
        progress(Progress { done, total });
    }
    match set.task {
        SceneTask::Localize => ave::write_index(dir, &items),
        SceneTask::Parse => llp::write_index(dir, &items, set.by_seconds),
        SceneTask::Segment => avsbench::write_single_index(dir, &items),
        SceneTask::SegmentMany => avsbench::write_multi_index(dir, &items),
    }
}

/// The path, its folder made.
fn with_folder(path: PathBuf) -> Result<PathBuf, DatasetError> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|source| DatasetError::Io {
            path: folder.to_owned(),
            source,
        })?;
    }
    Ok(path)
}

fn write_file(path: PathBuf, bytes: impl AsRef<[u8]>) -> Result<(), DatasetError> {
    let path = with_folder(path)?;
    fs::write(&path, bytes).map_err(|source| DatasetError::Io { path, source })
}

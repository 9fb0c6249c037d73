//! Pictures of recent clips, kept between runs in the cache folder; read and written on threads.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crossbeam_channel::{Receiver, unbounded};
use mettle_core::base::KeyHasher;
use mettle_core::media::RgbFrame;

use crate::state::Covers;

/// Reads and keeps them. Without a folder nothing is kept.
#[derive(Debug, Default)]
pub struct CoverDesk {
    folder: Option<PathBuf>,
    coming: Option<Receiver<(PathBuf, Arc<RgbFrame>)>>,
}

impl CoverDesk {
    /// Kept in this folder.
    pub fn new(folder: Option<PathBuf>) -> Self {
        Self {
            folder,
            coming: None,
        }
    }

    /// Read those of some clips; `wake` is called for each that comes.
    pub fn read(&mut self, clips: Vec<PathBuf>, wake: impl Fn() + Send + 'static) {
        let Some(folder) = self.folder.clone() else {
            return;
        };
        let (tx, rx) = unbounded();
        let thread = std::thread::Builder::new().name("covers".into());
        let spawned = thread.spawn(move || {
            for clip in clips {
                if let Some(picture) = read(&file_of(&folder, &clip)) {
                    let _ = tx.send((clip, Arc::new(picture)));
                    wake();
                }
            }
        });
        self.coming = spawned.ok().map(|_| rx);
    }

    /// Take in those that have come.
    pub fn poll(&self, covers: &mut Covers) {
        for (clip, picture) in self.coming.iter().flat_map(Receiver::try_iter) {
            covers.add(clip, picture);
        }
    }

    /// Keep a clip's picture for the next run.
    pub fn keep(&self, clip: PathBuf, picture: Arc<RgbFrame>) {
        let Some(folder) = self.folder.clone() else {
            return;
        };
        let thread = std::thread::Builder::new().name("cover".into());
        let spawned = thread.spawn(move || {
            let file = file_of(&folder, &clip);
            if let Err(error) = write(&file, &picture) {
                log::warn!("{}: {error}", file.display());
            }
        });
        if let Err(error) = spawned {
            log::warn!("no thread to keep a picture: {error}");
        }
    }
}

/// The picture's file. Recent clips are known by where they lie, not by content: reading them all at the start would take long.
pub fn file_of(folder: &Path, clip: &Path) -> PathBuf {
    let key = KeyHasher::new("mettle cover 1").text(&clip.to_string_lossy());
    folder.join(format!("{}.png", key.finish()))
}

fn read(file: &Path) -> Option<RgbFrame> {
    let picture = image::open(file).ok()?.into_rgb8();
    Some(RgbFrame {
        width: picture.width() as usize,
        height: picture.height() as usize,
        data: picture.into_raw(),
    })
}

fn write(file: &Path, picture: &RgbFrame) -> image::ImageResult<()> {
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let (width, height) = (picture.width as u32, picture.height as u32);
    let color = image::ExtendedColorType::Rgb8;
    image::save_buffer(file, &picture.data, width, height, color)
}

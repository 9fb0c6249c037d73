//! Where the pictures and the sound of a data set's clip lie, and opening it: a film, or frames and sound taken out of one.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::cut::Cut;
use super::extracted::Extracted;
use super::files::pictures;
use crate::base::{KeyHasher, Time, TimeSpan};
use crate::media::{Clip, LocalFiles, MediaError, Source};

/// The files of a clip.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recording {
    /// The whole clip.
    pub film: Option<PathBuf>,
    /// Frames taken out of it, one a second.
    pub frames: Vec<PathBuf>,
    /// Its sound alone.
    pub sound: Option<PathBuf>,
}

/// A clip ready to be read segment by segment.
#[derive(Clone, Debug)]
pub struct OpenRecording {
    /// Named by its content, and by how it is cut where that is not as any clip is.
    pub clip: Arc<Clip>,
    /// Reads it.
    pub source: Arc<dyn Source>,
    /// Its seconds.
    pub spans: Vec<TimeSpan>,
}

impl Recording {
    /// Whether there is anything to look at.
    pub fn is_there(&self) -> bool {
        self.film.is_some() || !self.frames.is_empty()
    }

    /// Opens it as `seconds` segments, pictures and sound taken as `cut` says. Beyond its end it goes on with its last picture
    /// and silence.
    ///
    /// # Errors
    /// A file cannot be read, or is not what its name says.
    pub fn open(&self, seconds: usize, cut: Cut) -> Result<OpenRecording, MediaError> {
        let stored = cut.stored_frames || self.film.is_none();
        let spans: Vec<TimeSpan> = (0..seconds as u32).map(TimeSpan::of_second).collect();
        let film = self
            .film
            .as_ref()
            .filter(|_| !stored || self.frames.is_empty());
        let (clip, source): (Clip, Arc<dyn Source>) = match film {
            Some(film) => (Clip::open(film)?, Arc::new(LocalFiles)),
            None => {
                // Sound that was taken out, or else the film's own.
                let sound = self.sound.as_ref().or(self.film.as_ref());
                let (clip, source) = Extracted::open(&self.frames, sound.map(PathBuf::as_path))?;
                (clip, Arc::new(source))
            }
        };
        let cut = match film {
            Some(_) => cut,
            None => cut.of_frames(),
        };
        let usual = cut.is_usual() && TimeSpan::seconds_of(clip.duration) == spans;
        let (clip, source) = match usual {
            true => (clip, source),
            false => cut.apply(clip, source, seconds),
        };
        Ok(OpenRecording {
            clip: Arc::new(clip),
            source,
            spans,
        })
    }
}

/// The name of a clip that is cut in a way of its own: its features are other ones.
pub(super) fn renamed(clip: Clip, cut: Cut, seconds: usize) -> Clip {
    let key = KeyHasher::new("mettle cut clip 1").hash(&clip.id.0);
    let id = crate::base::ClipId(cut.key(key).count(seconds).finish());
    Clip {
        id,
        duration: Time::from_micros(seconds as i64 * Time::SECOND.micros()),
        ..clip
    }
}

/// `seconds` of the frames in the first folder that has any, evenly from the first to the last, as the loaders of AVE pick
/// them; of exactly so many, all.
pub(super) fn spread(folders: &[PathBuf], names: &[&str], seconds: usize) -> Vec<PathBuf> {
    let places = names
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    let mut there = places.map(|place| pictures(&place));
    let Some(frames) = there.find(|frames| !frames.is_empty()) else {
        return vec![];
    };
    // `linspace(1, n, seconds)`, cut to whole numbers.
    let (n, steps) = (frames.len(), seconds.saturating_sub(1).max(1));
    let pick = |i: usize| frames[i * (n - 1) / steps].clone();
    (0..seconds).map(pick).collect()
}

/// The numbered frames of a clip of AVSBench, none where one is missing.
pub(super) fn numbered(folder: &Path, stems: &[&str], seconds: usize) -> Vec<PathBuf> {
    let all = |stem: &&str| {
        let paths = (1..=seconds).map(|k| folder.join(format!("{stem}_{k}.png")));
        let paths: Vec<PathBuf> = paths.collect();
        paths.iter().all(|path| path.is_file()).then_some(paths)
    };
    stems.iter().find_map(all).unwrap_or_default()
}

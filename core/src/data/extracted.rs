//! Frames and sound that were taken out of a clip, read as if they were the clip: one picture a second.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::base::{ClipId, KeyHasher, Time, hash_file};
use crate::media::{
    Clip, LocalFiles, MediaError, Pictures, Sound, SoundLayout, Source, VideoFrame, VideoInfo,
};

/// Where they lie. As a source it reads these files whatever path it is asked for.
#[derive(Clone, Debug)]
pub(super) struct Extracted {
    frames: Arc<[PathBuf]>,
    sound: Option<PathBuf>,
}

impl Extracted {
    /// As a clip of one second a frame, named by the content of all files.
    pub fn open(frames: &[PathBuf], sound: Option<&Path>) -> Result<(Clip, Self), MediaError> {
        let end = Time::from_micros(frames.len() as i64 * Time::SECOND.micros());
        let first = frames.first().map_or(Path::new(""), |path| path);
        let (picture, _) = Clip::open_unnamed(first)?;
        let heard = sound.map(Clip::open_unnamed).transpose()?;
        let clip = Clip {
            id: name(frames, sound)?,
            path: first.parent().unwrap_or(first).to_owned(),
            duration: end,
            video: picture.video.map(|video| VideoInfo {
                fps: 1.0,
                variable_fps: None,
                start: Time::ZERO,
                end,
                ..video
            }),
            audio: heard.and_then(|(clip, _)| clip.audio),
        };
        let source = Self {
            frames: frames.into(),
            sound: sound.map(Path::to_owned),
        };
        Ok((clip, source))
    }
}

fn name(frames: &[PathBuf], sound: Option<&Path>) -> Result<ClipId, MediaError> {
    let files = frames.iter().map(PathBuf::as_path).chain(sound);
    let mut key = KeyHasher::new("mettle extracted clip 1").count(frames.len());
    for path in files {
        let hash = hash_file(path).map_err(|error| MediaError::Unreadable {
            path: path.to_owned(),
            cause: error.to_string(),
        })?;
        key = key.hash(&hash);
    }
    Ok(ClipId(key.finish()))
}

impl Source for Extracted {
    fn pictures(&self, _: &Path) -> Result<Box<dyn Pictures>, MediaError> {
        Ok(Box::new(Frames {
            frames: Arc::clone(&self.frames),
            next: 0,
            last: None,
        }))
    }

    fn sampled_pictures(&self, path: &Path) -> Result<Box<dyn Pictures>, MediaError> {
        self.pictures(path)
    }

    fn sound(
        &self,
        path: &Path,
        rate_hz: u32,
        layout: SoundLayout,
    ) -> Result<Box<dyn Sound>, MediaError> {
        let path = self.sound.as_deref().unwrap_or(path);
        LocalFiles.sound(path, rate_hz, layout)
    }
}

/// Reads a picture when it is asked for.
struct Frames {
    frames: Arc<[PathBuf]>,
    next: usize,
    last: Option<(usize, Arc<VideoFrame>)>,
}

impl Frames {
    fn read(&mut self, index: usize) -> Result<Arc<VideoFrame>, MediaError> {
        self.next = index + 1;
        if let Some((at, frame)) = &self.last
            && *at == index
        {
            return Ok(Arc::clone(frame));
        }
        let path = self.frames.get(index).map_or(Path::new(""), |path| path);
        let frame = LocalFiles.sampled_pictures(path)?.first_frame()?;
        self.last = Some((index, Arc::clone(&frame)));
        Ok(frame)
    }
}

impl Pictures for Frames {
    fn first_frame(&mut self) -> Result<Arc<VideoFrame>, MediaError> {
        self.read(0)
    }

    fn frame_at(&mut self, t: Time) -> Result<Arc<VideoFrame>, MediaError> {
        let second = t.micros().max(0) / Time::SECOND.micros();
        let last = self.frames.len().saturating_sub(1);
        self.read(usize::try_from(second).unwrap_or(last).min(last))
    }

    fn next_frame(&mut self) -> Result<Option<Arc<VideoFrame>>, MediaError> {
        match self.next < self.frames.len() {
            true => self.read(self.next).map(Some),
            false => Ok(None),
        }
    }
}

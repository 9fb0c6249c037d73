//! Writing clips: pictures as H.264 and sound as AAC in an MP4 file.

use std::path::{Path, PathBuf};

use ffmpeg_next as ffmpeg;

use ffmpeg::format::context::Output;

use super::container::{file_url, quiet_ffmpeg};
use super::error::MediaError;
use super::mp4_pictures::PictureEncoder;
use super::mp4_sound::{SoundCopy, SoundEncoder};
use super::picture::RgbFrame;
use crate::base::Time;

/// Writes one MP4 file, under a temporary name until it is finished. Dropped unfinished, it leaves nothing behind.
///
/// H.264 and 4:2:0 chroma want even sides: an odd one is made even by repeating the last column or row.
pub struct Mp4Writer {
    /// `None` once the file is closed.
    output: Option<Output>,
    path: PathBuf,
    partial: PathBuf,
    pictures: PictureEncoder,
    sound: Sound,
    started: bool,
}

enum Sound {
    None,
    Encoded(SoundEncoder),
    Copied(Box<SoundCopy>),
}

impl Mp4Writer {
    /// Starts a file of `width` by `height` pictures at `fps` a second, and with `audio` also sound at
    /// `(samples a second, channels)`, one or two channels.
    ///
    /// # Errors
    /// When the file cannot be made or this build of FFmpeg lacks every encoder for it.
    pub fn create(
        path: &Path,
        width: usize,
        height: usize,
        fps: f64,
        audio: Option<(u32, usize)>,
    ) -> Result<Self, MediaError> {
        quiet_ffmpeg();
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(".part");
        let partial = path.with_file_name(name);
        let write = |e: ffmpeg::Error| MediaError::write(path, e);
        let mut output = ffmpeg::format::output_as(&file_url(&partial)?, "mp4").map_err(write)?;
        let pictures = PictureEncoder::open(&mut output, width, height, fps);
        let sound = match audio {
            None => Ok(Sound::None),
            Some((rate, channels)) => {
                SoundEncoder::open(&mut output, rate, channels).map(Sound::Encoded)
            }
        };
        // Whatever fails from here on, `Drop` removes the partial file.
        let partial_on_error = Discard(&partial);
        let writer = Self {
            pictures: pictures.map_err(write)?,
            sound: sound.map_err(write)?,
            output: Some(output),
            path: path.into(),
            partial: partial.clone(),
            started: false,
        };
        std::mem::forget(partial_on_error);
        Ok(writer)
    }

    /// Gives the file the sound of another one, from its time `start` on: its packets unchanged where MP4 can hold them,
    /// else encoded again. To be called before anything is written, on a writer created without sound. A source
    /// without sound changes nothing.
    ///
    /// # Errors
    /// When the source cannot be read, or something was written already.
    pub fn copy_sound_from(&mut self, source: &Path, start: Time) -> Result<(), MediaError> {
        if self.started || !matches!(self.sound, Sound::None) {
            return Err(MediaError::write(
                &self.path,
                "sound must be chosen before anything is written",
            ));
        }
        if let Some(output) = &mut self.output
            && let Some(copy) = SoundCopy::open(output, source, start)?
        {
            self.sound = Sound::Copied(Box::new(copy));
        }
        Ok(())
    }

    /// Writes the next picture. It must have the size given at the start.
    ///
    /// # Errors
    /// When the size differs or the disk refuses.
    pub fn write_frame(&mut self, frame: &RgbFrame) -> Result<(), MediaError> {
        let path = self.path.clone();
        let write = |e: ffmpeg::Error| MediaError::write(&path, e);
        if (frame.width, frame.height) != self.pictures.size() {
            let (width, height) = self.pictures.size();
            let cause = format!(
                "a picture of {} x {} was given for a clip of {width} x {height}",
                frame.width, frame.height
            );
            return Err(MediaError::write(&self.path, cause));
        }
        let output = started(&mut self.output, &mut self.started).map_err(write)?;
        self.pictures.write(output, frame).map_err(write)?;
        if let Sound::Copied(copy) = &mut self.sound {
            copy.write_until(output, self.pictures.time())
                .map_err(write)?;
        }
        Ok(())
    }

    /// Writes the next samples, interleaved, -1 to 1.
    ///
    /// # Errors
    /// When the file was created without sound or the disk refuses.
    pub fn write_sound(&mut self, samples: &[f32]) -> Result<(), MediaError> {
        let Sound::Encoded(encoder) = &mut self.sound else {
            return Err(MediaError::write(
                &self.path,
                "it was created without sound",
            ));
        };
        started(&mut self.output, &mut self.started)
            .and_then(|output| encoder.write(output, samples))
            .map_err(|e| MediaError::write(&self.path, e))
    }

    /// Writes what is still held back and gives the file its name.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn finish(mut self) -> Result<(), MediaError> {
        self.close().map_err(|e| MediaError::write(&self.path, e))?;
        std::fs::rename(&self.partial, &self.path).map_err(|e| MediaError::write(&self.path, e))
    }

    fn close(&mut self) -> Result<(), ffmpeg::Error> {
        let output = started(&mut self.output, &mut self.started)?;
        self.pictures.finish(output)?;
        match &mut self.sound {
            Sound::None => {}
            Sound::Encoded(encoder) => encoder.finish(output)?,
            Sound::Copied(copy) => {
                copy.write_until(output, self.pictures.time())?;
                copy.finish(output)?;
            }
        }
        output.write_trailer()?;
        self.output = None;
        Ok(())
    }
}

impl Drop for Mp4Writer {
    fn drop(&mut self) {
        self.output = None;
        // After `finish` the name is gone already.
        let _ = std::fs::remove_file(&self.partial);
    }
}

/// Removes a file when dropped.
struct Discard<'a>(&'a Path);

impl Drop for Discard<'_> {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(self.0);
    }
}

/// The output, with its header written.
fn started<'a>(
    output: &'a mut Option<Output>,
    started: &mut bool,
) -> Result<&'a mut Output, ffmpeg::Error> {
    let output = output.as_mut().ok_or(ffmpeg::Error::Eof)?;
    if !*started {
        let mut options = ffmpeg::Dictionary::new();
        options.set("movflags", "+faststart");
        output.write_header_with(options)?;
        *started = true;
    }
    Ok(output)
}

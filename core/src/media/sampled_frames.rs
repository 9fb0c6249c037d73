//! Pictures far apart: frames that nothing else is made from are not decoded on the way.

use std::path::Path;

use super::error::MediaError;
use super::frame_source::Decoded;
use super::frames::FrameReader;
use crate::base::Time;

impl FrameReader {
    /// Opens a file for frames far apart. They are the same as [`FrameReader::open`]'s; only their index is not known.
    ///
    /// # Errors
    /// As [`FrameReader::open`].
    pub fn open_for_samples(path: &Path) -> Result<Self, MediaError> {
        let mut reader = Self::open(path)?;
        reader.sampling = reader.source.can_pass_over();
        Ok(reader)
    }

    /// Reaches `t`, passing over what lies well before it.
    pub(super) fn sample(&mut self, t: Time) -> Result<(), MediaError> {
        // The frame shown at `t` usually began less than a frame's length before it; one more for uneven steps.
        let near = t - self.source.usual_length - self.source.usual_length;
        if self.window.back().is_some_and(|last| last.start < near) {
            self.pass_over(near);
        }
        self.decode_to(t);
        if self.covers(t) {
            return Ok(());
        }
        // What is shown at `t` was shown before `near` already and may have been passed over: frames last longer here
        // than they usually do.
        self.sampling = false;
        self.reach(t)
    }

    /// Decodes up to the first frame at or after `near`, which is then the window's only one. Where the clip ends before, there
    /// is none.
    fn pass_over(&mut self, near: Time) {
        self.source.pass_over_until(Some(near));
        while self.window.back().is_none_or(|last| last.start < near) {
            let Some(next) = self.decode() else { break };
            self.window.clear();
            self.window.push_back(Decoded {
                index: None,
                ..next
            });
        }
        self.source.pass_over_until(None);
        self.window.retain(|frame| frame.start >= near);
    }
}

//! Edit lists that cut a picture in two.
//!
//! Where an edit list starts the clip in the middle of a picture, FFmpeg leaves that picture out and moves all the ones
//! after it up to the cut, up to a frame too early against the sound. How much is measured here, and taken back.

use ffmpeg_next as ffmpeg;

use super::container::{Container, file_url, local_only, next_packet};
use super::ffi;
use crate::base::Time;

/// Packets read to find the first picture after the cut: more than are ever stored out of order.
const AFTER_CUT: usize = 64;
/// A cut further than this from the next picture is not what is looked for.
const LONGEST: Time = Time::from_micros(500_000);

/// How much too early FFmpeg shows the pictures; `None` where no edit list cuts any away.
pub(super) fn picture_delay(container: &Container) -> Option<Time> {
    let index = container.video?;
    let stream = container.input.stream(index)?;
    if !ffi::starts_cut_away(&stream) {
        return None;
    }
    let start = container.length_of(index, stream.start_time());
    // Read this way, packets have the times that the edit list gives them, and negative ones before the cut.
    let mut options = local_only();
    options.set("advanced_editlist", "0");
    let url = file_url(&container.path).ok()?;
    let mut plain = ffmpeg::format::input_with_dictionary(&url, options).ok()?;
    ffi::keep_only(&mut plain, index);
    let after_cut = std::iter::from_fn(|| next_packet(&mut plain))
        .filter(|packet| packet.stream() == index)
        .filter_map(|packet| Some(container.length_of(index, packet.pts()?)))
        .filter(|&time| time >= start)
        .take(AFTER_CUT);
    let delay = after_cut.min()? - start;
    (delay < LONGEST).then_some(delay)
}

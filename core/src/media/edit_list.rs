//! Edit lists that cut pictures in two.
//!
//! Where an edit begins in the middle of a picture, FFmpeg leaves that picture out and moves all the ones after it up to the
//! cut, up to a frame too early against the sound; every edit of a list by another time. How much is found here by comparing
//! FFmpeg's times with the list's own, and taken back.

use std::collections::HashMap;

use ffmpeg_next as ffmpeg;

use super::container::{Container, file_url, local_only};
use super::ffi::{self, IndexEntry};
use super::mp4_edits::{Edit, edits_of};
use crate::base::Time;

/// A cut further than this from the next picture is not what is looked for.
const LONGEST: Time = Time::from_micros(500_000);

/// How much too early FFmpeg shows the pictures, edit by edit.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Delays(Vec<Delay>);

#[derive(Clone, Copy, Debug, PartialEq)]
struct Delay {
    /// On FFmpeg's clock.
    from: Time,
    by: Time,
}

impl Delays {
    /// None, for a file whose pictures no edit cuts.
    pub fn of(container: &Container) -> Self {
        measured(container).unwrap_or_default()
    }

    /// A time of FFmpeg's, put right.
    pub fn applied(&self, time: Time) -> Time {
        let after = self.0.partition_point(|delay| delay.from <= time);
        let delay = after.checked_sub(1).or((!self.0.is_empty()).then_some(0));
        delay.map_or(time, |index| time + self.0[index].by)
    }

    /// The reverse.
    pub fn undone(&self, time: Time) -> Time {
        let after = self
            .0
            .partition_point(|delay| delay.from + delay.by <= time);
        let delay = after.checked_sub(1).or((!self.0.is_empty()).then_some(0));
        delay.map_or(time, |index| time - self.0[index].by)
    }
}

fn measured(container: &Container) -> Option<Delays> {
    let index = container.video?;
    let stream = container.input.stream(index)?;
    if !container.input.format().name().starts_with("mov") {
        return None;
    }
    let edits = edits_of(&container.path, index)?;
    if edits.len() < 2 && !ffi::starts_cut_away(&stream) {
        return None;
    }
    // Read this way, packets have the times they were recorded with.
    let mut options = local_only();
    options.set("ignore_editlist", "1");
    let url = file_url(&container.path).ok()?;
    let plain = ffmpeg::format::input_with_dictionary(&url, options).ok()?;
    let recorded: HashMap<i64, i64> = ffi::index_of(&plain.stream(index)?)
        .iter()
        .map(|entry| (entry.position, entry.ticks))
        .collect();
    let shown = ffi::index_of(&stream);
    let time = |ticks: i64| container.length_of(index, ticks);
    let shifts = shifts(&shown, &recorded)
        .into_iter()
        .map(time)
        .collect::<Vec<_>>();
    Some(Delays(matched(&shifts, &edits)))
}

/// By how much each run of pictures was moved from its recorded place, in ticks.
fn shifts(shown: &[IndexEntry], recorded: &HashMap<i64, i64>) -> Vec<i64> {
    let kept = shown.iter().filter(|entry| !entry.cut_away);
    let mut shifts: Vec<i64> = kept
        .filter_map(|entry| Some(entry.ticks - recorded.get(&entry.position)?))
        .collect();
    shifts.dedup();
    shifts
}

/// Every run belongs to the next edit that moves pictures by nearly as much.
fn matched(shifts: &[Time], edits: &[Edit]) -> Vec<Delay> {
    let mut edits = edits.iter();
    let delay = |&shift: &Time| {
        edits.find_map(|edit| {
            let by = edit.shown - edit.recorded - shift;
            let near = by < LONGEST && Time::ZERO - by < LONGEST;
            near.then_some(Delay {
                from: edit.shown - by.max(Time::ZERO),
                by,
            })
        })
    };
    shifts.iter().filter_map(delay).collect()
}

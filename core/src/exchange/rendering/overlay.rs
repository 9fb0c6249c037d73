//! The clip with its labels and masks drawn in: a lane under the picture, sound as it was.

use std::path::Path;

use super::canvas::{Canvas, Rect};
use super::shown::Shown;
use super::{BACKGROUND, LIGHT, PAPER};
use crate::base::{Time, TimeSpan};
use crate::media::{Clip, MediaError, Mp4Writer, RgbFrame, Source};
use crate::predict::blend;

/// The largest picture.
const PICTURE: (usize, usize) = (640, 480);
/// The bar with the label of the second on screen.
const BAR: usize = 28;
/// The lane of the whole stretch under it.
const LANE: usize = 14;
/// No more frames a second than this.
const FASTEST: f64 = 30.0;

/// Write a stretch of a clip with labels and masks, picture by picture; `told` hears how much of it is written, and says whether to
/// go on. `false` when it was stopped, or the clip has no pictures to draw into: then nothing is there.
///
/// # Errors
/// When the clip can no longer be read, or the file cannot be written.
pub fn write_overlay(
    source: &dyn Source,
    clip: &Clip,
    shown: &Shown<'_>,
    path: &Path,
    span: TimeSpan,
    told: &mut dyn FnMut(Time) -> bool,
) -> Result<bool, MediaError> {
    let Some(video) = &clip.video else {
        return Ok(false);
    };
    let fps = if video.fps > 0.0 {
        video.fps.min(FASTEST)
    } else {
        FASTEST
    };
    let mut reader = source.pictures(&clip.path)?;
    let mut lanes = Lanes {
        shown,
        span,
        layer: None,
        lane: None,
        size: None,
    };
    let mut writer: Option<Mp4Writer> = None;
    let half = Time::from_secs_f64(0.5 / fps);
    let frames = ((span.duration().as_secs_f64() * fps).floor() as u64).max(1);
    for number in 0..frames {
        let written = Time::from_secs_f64(number as f64 / fps);
        let at = span.start + written;
        // What is on screen for most of the written picture's time: the clip's pictures need not begin where these do.
        let frame = reader.frame_at(at + half)?;
        let drawn = lanes.draw(&frame.picture.to_rgb_within(PICTURE.0, PICTURE.1), at);
        let writer = match &mut writer {
            Some(writer) => writer,
            none => none.insert(start(path, &drawn, fps, clip, span.start)?),
        };
        writer.write_frame(&drawn)?;
        if !told(written) {
            return Ok(false);
        }
    }
    match writer {
        Some(writer) => writer.finish().map(|()| true),
        None => Ok(false),
    }
}

fn start(
    path: &Path,
    first: &RgbFrame,
    fps: f64,
    clip: &Clip,
    from: Time,
) -> Result<Mp4Writer, MediaError> {
    let mut writer = Mp4Writer::create(path, first.width, first.height, fps, None)?;
    if clip.audio.is_some() {
        writer.copy_sound_from(&clip.path, from)?;
    }
    Ok(writer)
}

/// A segment, the width and height it was stretched to, and its colours, row after row.
type Layer = ((usize, usize, usize), Vec<[f32; 4]>);

/// What is drawn over and under the picture.
struct Lanes<'a> {
    shown: &'a Shown<'a>,
    span: TimeSpan,
    /// The mask of the segment drawn last, stretched over a picture of that size.
    layer: Option<Layer>,
    /// Of the first picture, and so of the file: pictures of other sizes are fitted into it.
    size: Option<(usize, usize)>,
    /// The lane without its cursor: the same under every picture.
    lane: Option<RgbFrame>,
}

impl Lanes<'_> {
    fn draw(&mut self, picture: &RgbFrame, at: Time) -> RgbFrame {
        let (width, height) = *self.size.get_or_insert((picture.width, picture.height));
        let mut canvas = Canvas::new(width, height + BAR + LANE, PAPER);
        let picture = fitted(self.masked(picture, at), width, height);
        let (left, top) = (width - picture.width, height - picture.height);
        canvas.paste(&picture, left / 2, top / 2);
        let bar = Rect {
            x: 0,
            y: height,
            width,
            height: BAR,
        };
        let segments = self.shown.labelled().map_or(&[][..], |p| &p.segments);
        let here = segments.partition_point(|span| span.end <= at);
        if segments.get(here).is_some_and(|span| span.contains(at)) {
            self.shown.bar(&mut canvas, here, bar, 2);
        }
        let lane = match self.lane.take() {
            Some(lane) if lane.width == width => lane,
            _ => self.draw_lane(segments, width),
        };
        canvas.paste(&lane, 0, height + BAR);
        self.lane = Some(lane);
        self.draw_cursor(&mut canvas, at, width, height + BAR);
        canvas.0
    }

    /// All segments in their places. Where several share a column, one with an event is what must not be missed.
    fn draw_lane(&self, segments: &[TimeSpan], width: usize) -> RgbFrame {
        let mut canvas = Canvas::new(width, LANE, PAPER);
        for happens in [false, true] {
            for (segment, span) in segments.iter().enumerate() {
                let Some(rect) = self.place(*span, width, 0) else {
                    continue;
                };
                let tags = self.shown.tags(segment);
                let part = rect.height / tags.len().max(1);
                for (place, tag) in tags.iter().enumerate() {
                    let half = Rect {
                        y: rect.y + place * part,
                        height: part,
                        ..rect
                    };
                    if happens != tag.text.is_empty() {
                        canvas.fill(half, tag.fill);
                    }
                }
            }
        }
        canvas.0
    }

    /// The picture with the mask of its second.
    fn masked(&mut self, picture: &RgbFrame, at: Time) -> RgbFrame {
        let mut picture = picture.clone();
        let Some(segment) = self.shown.segment_at(at) else {
            return picture;
        };
        let wanted = (segment, picture.width, picture.height);
        if self
            .layer
            .as_ref()
            .is_none_or(|(drawn, _)| *drawn != wanted)
        {
            let mask = self.shown.mask(segment);
            self.layer =
                mask.map(|(mask, look)| (wanted, look.layer(&mask, picture.width, picture.height)));
        }
        if let Some((_, layer)) = &self.layer {
            blend(&mut picture, layer);
        }
        picture
    }

    /// Where a span lies on the lane.
    fn place(&self, span: TimeSpan, width: usize, y: usize) -> Option<Rect> {
        let part = span.intersection(self.span)?;
        let length = self.span.duration().as_secs_f64().max(1e-6);
        let column = |t: Time| {
            let share = (t - self.span.start).as_secs_f64() / length;
            (share * width as f64) as usize
        };
        let x = column(part.start);
        Some(Rect {
            x,
            y: y + 2,
            width: column(part.end).saturating_sub(x).max(1),
            height: LANE - 4,
        })
    }

    fn draw_cursor(&self, canvas: &mut Canvas, at: Time, width: usize, y: usize) {
        let moment = TimeSpan::new(at, at + Time::from_micros(1));
        if let Some(rect) = self.place(moment, width, y) {
            let under = Rect {
                x: rect.x.saturating_sub(1),
                y,
                width: 4,
                height: LANE,
            };
            canvas.fill(under, BACKGROUND);
            let cursor = Rect {
                width: 2,
                height: LANE,
                y,
                ..rect
            };
            canvas.fill(cursor, LIGHT);
        }
    }
}

/// The picture as large as fits, each pixel the nearest one.
fn fitted(picture: RgbFrame, width: usize, height: usize) -> RgbFrame {
    if (picture.width, picture.height) == (width, height) {
        return picture;
    }
    let by_width = picture.height * width <= height * picture.width;
    let (w, h) = match by_width {
        true => (width, (picture.height * width / picture.width).max(1)),
        false => ((picture.width * height / picture.height).max(1), height),
    };
    let mut data = Vec::with_capacity(w * h * 3);
    for y in 0..h {
        let row = y * picture.height / h * picture.width;
        for x in 0..w {
            let at = (row + x * picture.width / w) * 3;
            data.extend_from_slice(&picture.data[at..at + 3]);
        }
    }
    RgbFrame {
        width: w,
        height: h,
        data,
    }
}

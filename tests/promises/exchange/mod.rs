//! Promises of what leaves the program and comes into it: other programs read our files, we read theirs, nothing is said twice.

mod exporting;
mod films;
mod import;
mod layouts;
mod readers;
mod stable;
mod terminal;

use mettle_core::base::{ClipId, Label, Modality, Time, TimeSpan};
use mettle_core::exchange::marks::{By, Mark, MaskMark, Media, Sheet};
use mettle_core::project::RunLengths;

/// A clip of so many microseconds, 25 pictures a second, 5 × 4 pixels.
fn media(micros: i64) -> Media {
    Media {
        name: "dog.mp4".to_owned(),
        from_here: "dog.mp4".to_owned(),
        id: ClipId::default(),
        duration: Time::from_micros(micros),
        fps: 25.0,
        size: (5, 4),
    }
}

/// From seconds.
fn span(from: f64, to: f64) -> TimeSpan {
    TimeSpan::new(Time::from_secs_f64(from), Time::from_secs_f64(to))
}

fn mark(label: &str, modality: Modality, span: TimeSpan, by: By) -> Mark {
    Mark {
        span,
        modality,
        label: Label::from(label),
        by,
    }
}

/// Six pixels in the middle.
fn small_mask(label: &str, span: TimeSpan, by: By) -> MaskMark {
    let rows = ["00000", "01110", "01110", "00000"].concat();
    let mask: Vec<bool> = rows.chars().map(|c| c == '1').collect();
    MaskMark {
        span,
        label: Label::from(label),
        mask: RunLengths::of(&mask, 5, 4),
        by,
    }
}

/// Overlapping classes, words of other scripts, quotes, line ends, and an event up to the clip's end.
fn sheet() -> Sheet {
    let model = By::Model {
        score: Some(0.81),
        threshold: Some(0.5),
    };
    let person = By::Person { yes: true };
    use Modality::{Audible, AudioVisual, Visible};
    Sheet {
        media: media(10_400_000),
        model: "lavish sha256:00ff".to_owned(),
        marks: vec![
            mark("Dog", Audible, span(2.0, 5.0), model),
            mark("Dog", Visible, span(3.0, 6.0), person),
            mark("Dog", Audible, span(8.0, 9.0), By::Person { yes: false }),
            mark("犬 \"吠え\"", Audible, span(0.0, 10.4), model),
            mark("Rock & <roll>", AudioVisual, span(9.12, 10.4), person),
            mark("two\nlines\tand a tab", Audible, span(1.0, 1.52), person),
        ],
        masks: vec![small_mask("Dog", span(2.0, 3.0), model)],
        seconds: Vec::new(),
    }
    .in_order()
}

//! Promises of a person's work: what is said holds, can be taken back, and is never lost.

mod earlier;
mod fast;
mod full;
mod killed;
mod log;
mod merge;
mod processes;
mod said;
mod script;
mod store;
mod windows;

use mettle_core::base::{ClipId, ContentHash, EventId, LabelId, Modality, Said, Time, TimeSpan};
use mettle_core::project::{Change, Edit, Scope};

const MODALITIES: [Modality; 3] = [Modality::Audible, Modality::Visible, Modality::AudioVisual];

fn clip(number: u8) -> ClipId {
    ClipId(ContentHash([number; 32]))
}

fn scope(number: u8) -> Scope {
    Scope::Clip(clip(number))
}

fn event(number: u64) -> EventId {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&number.to_be_bytes());
    EventId(bytes)
}

fn dog() -> LabelId {
    LabelId::named("Dog")
}

/// From tenths of seconds.
fn span(from: i64, to: i64) -> TimeSpan {
    let time = |tenths: i64| Time::from_micros(tenths * 100_000);
    TimeSpan::new(time(from), time(to))
}

fn say(number: u64, modality: Modality, span: TimeSpan, said: Said) -> Change {
    Change::Say {
        event: event(number),
        label: dog(),
        modality,
        span,
        said,
    }
}

fn of_clip(number: u8, change: Change) -> Edit {
    Edit::of_clip(clip(number), change)
}

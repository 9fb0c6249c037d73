//! Weights in words.

use mettle_core::hub::WeightsState;
use mettle_core::model::Contents;

/// Bytes for people: `913.4 MB`.
pub fn bytes(count: u64) -> String {
    let count = count as f64;
    match count {
        c if c >= 1e9 => format!("{:.2} GB", c / 1e9),
        c if c >= 1e6 => format!("{:.1} MB", c / 1e6),
        c if c >= 1e3 => format!("{:.1} kB", c / 1e3),
        c => format!("{c:.0} B"),
    }
}

/// How a model's weights stand on this machine.
pub fn standing(state: &WeightsState) -> String {
    match state {
        WeightsState::Here(found) => found.path.display().to_string(),
        WeightsState::Partly(part) if part.total > 0 => {
            format!("{} of {} have come", bytes(part.done), bytes(part.total))
        }
        WeightsState::Partly(part) => format!("{} have come", bytes(part.done)),
        WeightsState::Missing => "not here".into(),
    }
}

/// What is in a file of weights.
pub fn contents_text(contents: &Result<Contents, String>) -> String {
    match contents {
        Ok(found) => {
            let million = found.numbers as f64 / 1e6;
            format!("{} tensors, {million:.1} M numbers", found.tensors)
        }
        Err(error) => error.clone(),
    }
}

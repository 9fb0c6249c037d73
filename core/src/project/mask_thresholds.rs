//! Above which probability a place of a clip's masks sounds: once for the clip, and where the user wants it for single seconds.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::base::{Time, TimeSpan};

/// The threshold of a clip's masks, and those of seconds that have one of their own. All 0 to 1; a place sounds strictly above.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MaskThresholds {
    /// For every second without one of its own.
    pub clip: f32,
    /// For single seconds, by when they are.
    pub spans: BTreeMap<TimeSpan, f32>,
}

impl Default for MaskThresholds {
    fn default() -> Self {
        Self::at(Self::USUAL)
    }
}

impl MaskThresholds {
    /// The papers' threshold.
    pub const USUAL: f32 = 0.5;

    /// The same for every second.
    pub fn at(clip: f32) -> Self {
        Self {
            clip,
            spans: BTreeMap::new(),
        }
    }

    /// The threshold of a second.
    pub fn of(&self, span: TimeSpan) -> f32 {
        self.own(span).map_or(self.clip, |(_, value)| value)
    }

    /// Give a second a threshold of its own.
    pub fn set(&mut self, span: TimeSpan, value: f32) {
        if let Some((own, _)) = self.own(span) {
            self.spans.remove(&own);
        }
        self.spans.insert(span, value);
    }

    /// A second's own threshold, if it has one, and the span it was given for: the one that holds the second's middle, because
    /// a clip's last second may be cut shorter or longer by another model.
    pub fn own(&self, span: TimeSpan) -> Option<(TimeSpan, f32)> {
        let middle = span.middle();
        let (own, value) = self.spans.range(until(middle)).next_back()?;
        own.contains(middle).then_some((*own, *value))
    }
}

/// The spans of a map that begin no later than a moment.
pub(super) fn until(at: Time) -> std::ops::RangeToInclusive<TimeSpan> {
    ..=TimeSpan {
        start: at,
        end: Time::from_micros(i64::MAX),
    }
}

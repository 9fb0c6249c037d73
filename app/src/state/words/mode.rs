//! What the window asks of a clip, and how the answers are shown: events, parsing, masks.

use std::collections::BTreeMap;

use mettle_core::base::Task;
use mettle_core::predict::{MaskStyle, Perceived, Prediction, Thresholds};
use serde::{Deserialize, Serialize};

/// What is on screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Mode {
    /// Which events are both heard and seen.
    #[default]
    Events,
    /// What is heard and what is seen.
    Parsing,
    /// Where the picture sounds.
    Masks,
}

impl Mode {
    /// In the order of the switch.
    pub const ALL: [Self; 3] = [Self::Events, Self::Parsing, Self::Masks];

    /// Its name on the switch.
    pub fn text(self) -> &'static str {
        match self {
            Self::Events => "Events",
            Self::Parsing => "Parsing",
            Self::Masks => "Masks",
        }
    }

    /// What the model is asked for it.
    pub fn task(self) -> Task {
        match self {
            Self::Events => Task::Localize,
            Self::Parsing => Task::Parse,
            Self::Masks => Task::Segment,
        }
    }
}

/// Where what is heard and what is seen differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disagreement {
    /// Over its threshold in what is heard alone.
    HeardNotSeen,
    /// Over its threshold in what is seen alone.
    SeenNotHeard,
}

impl Disagreement {
    /// As said in the window.
    pub fn text(self) -> &'static str {
        match self {
            Self::HeardNotSeen => "Heard but not seen",
            Self::SeenNotHeard => "Seen but not heard",
        }
    }

    /// Whether it is this one.
    pub fn is(self, heard: bool, seen: bool) -> bool {
        match self {
            Self::HeardNotSeen => heard && !seen,
            Self::SeenNotHeard => seen && !heard,
        }
    }

    /// In how many seconds of a parsed clip some class (or the one given) differs so.
    pub fn seconds(
        self,
        prediction: &Prediction,
        thresholds: &Thresholds,
        class: Option<usize>,
    ) -> usize {
        let classes = match class {
            Some(class) => class..class + 1,
            None => 0..prediction.labels.len(),
        };
        let perceived = classes.map(|class| Perceived::of(prediction, thresholds, class));
        let perceived: Vec<Perceived<'_>> = perceived.collect();
        let differs = |segment: &usize| {
            perceived.iter().any(|class| {
                let [heard, seen] = class.over(*segment);
                self.is(heard, seen)
            })
        };
        (0..prediction.scores.len()).filter(differs).count()
    }
}

/// Whether a class is heard, and whether it is seen, in a second.
pub fn perceived(
    prediction: &Prediction,
    thresholds: &Thresholds,
    segment: usize,
    class: usize,
) -> (bool, bool) {
    let [heard, seen] = Perceived::of(prediction, thresholds, class).over(segment);
    (heard, seen)
}

/// How masks are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct MaskSettings {
    /// Fill, outline or heat.
    pub style: MaskStyle,
    /// How strong, 0 to 1.
    pub opacity: f32,
    /// A colour of the palette; none for that of the class.
    pub color: Option<usize>,
    /// Whether one second's mask fades into the next one's.
    pub cross_fade: bool,
    /// The radius of the brush, as a share of the picture's longer side.
    pub brush: f32,
}

impl MaskSettings {
    /// The smallest and the largest brush.
    pub const BRUSHES: std::ops::RangeInclusive<f32> = 0.001..=0.25;

    /// A brush so many times as large.
    pub fn scale_brush(&mut self, times: f32) {
        let (least, most) = Self::BRUSHES.into_inner();
        self.brush = (self.brush * times).clamp(least, most);
    }
}

impl Default for MaskSettings {
    fn default() -> Self {
        Self {
            style: MaskStyle::default(),
            opacity: 0.5,
            color: None,
            cross_fade: false,
            brush: 0.02,
        }
    }
}

/// What a threshold is for.
#[derive(Clone, Debug, PartialEq)]
pub enum ThresholdOf {
    /// Everything without one of its own.
    Global,
    /// What is heard.
    Audible,
    /// What is seen.
    Visible,
    /// One class.
    Class(String),
}

/// Thresholds of the user's, by class name: models number their classes differently.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct OwnThresholds {
    /// For what is heard.
    pub audible: Option<f32>,
    /// For what is seen.
    pub visible: Option<f32>,
    /// For single classes.
    pub classes: BTreeMap<String, f32>,
}

impl OwnThresholds {
    /// Set one, or take it back.
    pub fn set(&mut self, of: &ThresholdOf, value: Option<f32>) {
        let value = value.map(|value| value.clamp(0.0, 1.0));
        match (of, value) {
            (ThresholdOf::Global, _) => {}
            (ThresholdOf::Audible, _) => self.audible = value,
            (ThresholdOf::Visible, _) => self.visible = value,
            (ThresholdOf::Class(name), Some(value)) => {
                self.classes.insert(name.clone(), value);
            }
            (ThresholdOf::Class(name), None) => {
                self.classes.remove(name);
            }
        }
    }

    /// What one is set to.
    pub fn get(&self, of: &ThresholdOf) -> Option<f32> {
        match of {
            ThresholdOf::Global => None,
            ThresholdOf::Audible => self.audible,
            ThresholdOf::Visible => self.visible,
            ThresholdOf::Class(name) => self.classes.get(name).copied(),
        }
    }
}

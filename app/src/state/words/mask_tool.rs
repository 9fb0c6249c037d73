//! Drawing masks by hand: the tools, and what a hand is about to do with them.

use mettle_core::base::{LabelId, TimeSpan};

use super::RowId;

/// What the pointer does on the picture in masks mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MaskTool {
    /// Adds what a round brush covers.
    Brush,
    /// Takes it out.
    Eraser,
    /// Adds what lies inside of corners set one by one.
    Polygon,
}

impl MaskTool {
    /// Those that are dragged over the picture.
    pub fn is_dragged(self) -> bool {
        self != Self::Polygon
    }
}

/// A piece of a brush's way over the picture; places are shares of its width and height, from the upper left corner.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BrushMove {
    /// Where it was.
    pub from: [f32; 2],
    /// Where it is.
    pub to: [f32; 2],
    /// Whether it adds to the mask, or takes out of it.
    pub inside: bool,
}

/// The corners of a polygon that is not closed yet.
#[derive(Clone, Debug, PartialEq)]
pub struct Corners {
    /// Over which clip.
    pub row: RowId,
    /// Of which second.
    pub second: TimeSpan,
    /// Shares of the picture's width and height, from the upper left corner.
    pub points: Vec<[f32; 2]>,
}

/// The tool in the hand, and what it is doing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MaskHand {
    /// The tool; none to play and pause by a click.
    pub tool: Option<MaskTool>,
    /// The mask that the brush is on, as long as the button is down: it stays the same, whatever plays.
    pub on: Option<(TimeSpan, LabelId)>,
    /// What the polygon has so far.
    pub corners: Option<Corners>,
}

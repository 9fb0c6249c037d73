//! How an edit is being made.

use super::RowId;

/// Turns of the wheel this close together, in seconds, are one edit.
const WHEEL: f64 = 1.0;
/// A drag whose end was not seen ends this long after the button is up, in seconds.
const LOST: f64 = 0.5;

/// How an edit is being made, so that one movement of the hand is taken back as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gesture {
    /// At once.
    Single,
    /// A handle is held.
    Dragged,
    /// It is let go in the same moment.
    Dropped,
    /// The wheel is turned.
    Wheel,
}

/// The movement of the hand that is under way: over which clip, and until when further edits belong to it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Ongoing(Option<Movement>);

#[derive(Clone, Copy, Debug, PartialEq)]
struct Movement {
    over: RowId,
    gesture: Gesture,
    /// In egui's time.
    until: f64,
}

impl Ongoing {
    /// A clip is edited so at `now`. Says whether that goes on with its last edit.
    pub fn goes_on(&mut self, over: RowId, gesture: Gesture, now: f64) -> bool {
        let of = match gesture {
            Gesture::Dropped => Gesture::Dragged,
            other => other,
        };
        let before = self.0;
        let until = match gesture {
            Gesture::Single | Gesture::Dropped => None,
            Gesture::Dragged => Some(f64::INFINITY),
            Gesture::Wheel => Some(now + WHEEL),
        };
        self.0 = until.map(|until| Movement {
            over,
            gesture,
            until,
        });
        before.is_some_and(|last| last.over == over && last.gesture == of && now <= last.until)
    }

    /// The clip that a movement is over, if one is under way.
    pub fn over(&self) -> Option<RowId> {
        self.0.map(|movement| movement.over)
    }

    /// It has ended: the handle was let go, another clip or a dialog came on screen, the window lost the keyboard.
    pub fn end(&mut self) {
        self.0 = None;
    }

    /// No button is down. A drag that was not seen to end does so soon.
    pub fn buttons_up(&mut self, now: f64) {
        if let Some(movement) = self.0.as_mut().filter(|m| m.gesture == Gesture::Dragged) {
            movement.until = movement.until.min(now + LOST);
            if movement.until < now {
                self.0 = None;
            }
        }
    }
}

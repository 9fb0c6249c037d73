//! Clicks of which press and release come in one frame: taps on a touchpad, and any click in a slow frame. What is pressed is raised above
//! the rest, what is opened by the release above that; where both happen in one frame, a list opens under its dialog. So a release waits
//! for the frame after its press.

use egui::{Event, PointerButton};

/// Events that wait for the next frame.
#[derive(Debug, Default)]
pub struct Clicks(Vec<Event>);

impl Clicks {
    /// Leave of a frame's events those before the first release of a button that is pressed among them; the rest come first in the
    /// next frame. Says whether any wait.
    pub fn one_at_a_time(&mut self, events: &mut Vec<Event>) -> bool {
        let mut all = std::mem::take(&mut self.0);
        all.append(events);
        let mut down: Vec<PointerButton> = Vec::new();
        let release = all.iter().position(|event| match event {
            Event::PointerButton {
                button,
                pressed: true,
                ..
            } => {
                down.push(*button);
                false
            }
            Event::PointerButton { button, .. } => down.contains(button),
            _ => false,
        });
        if let Some(release) = release {
            self.0 = all.split_off(release);
        }
        *events = all;
        !self.0.is_empty()
    }
}

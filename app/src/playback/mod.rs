//! Playing a clip: sound is the master clock, frames follow by their time stamps, no thread of the window waits.
//!
//! ```text
//! sound thread ── chunks (bounded) ──► output callback ──► Clock ◄── Player (window) ──► frame on screen
//! picture thread ───────── frames (bounded) ─────────────────────────────┘
//! ```

mod clock;
mod feeder;
mod output;
mod pictures;
mod player;
mod queue;
mod runs;
mod sound;
mod tempo;

pub use clock::{Anchor, Clock};
pub use feeder::{Chunk, Feeder};
pub use player::{Player, PlayerOptions};
pub use queue::FrameQueue;
pub use tempo::Tempo;

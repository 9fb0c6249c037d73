//! What the window shows of the player.

use std::sync::Arc;

use mettle_core::base::Time;
use mettle_core::media::VideoFrame;

/// What the window shows of it.
#[derive(Clone, Debug)]
pub struct PlayerView {
    /// The clip's time.
    pub time: Time,
    /// Whether it plays.
    pub playing: bool,
    /// 1 is the usual speed; negative goes back.
    pub speed: f64,
    /// The frame on screen.
    pub frame: Option<Arc<VideoFrame>>,
    /// Whether there is sound.
    pub sound: SoundState,
    /// How much the picture is behind the sound; zero in sync.
    pub lag: Option<Time>,
}

impl Default for PlayerView {
    fn default() -> Self {
        Self {
            time: Time::ZERO,
            playing: false,
            speed: 1.0,
            frame: None,
            sound: SoundState::Starting,
            lag: None,
        }
    }
}

/// Whether there is sound, and why not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum SoundState {
    /// Not known yet.
    #[default]
    Starting,
    /// The device plays; its name.
    Ready(String),
    /// Plays without sound by the wall clock; the reason.
    Silent(String),
}

//! Sound played faster or slower at its own pitch.

use std::num::{NonZeroU16, NonZeroU32};

use wsola::{Config, TimeStretch};

/// Left and right.
const STEREO: NonZeroU16 = NonZeroU16::MIN.saturating_add(1);
/// Pairs read at once: more would be read ahead of what is played for nothing.
const PIECE: usize = 512;
/// Pieces of twice 15 ms, joined where they fit best within 7 ms: one period of the lowest voice lies within that.
const PIECES: Config = Config {
    hop_ms: 15.0,
    search_ms: 7.0,
};

/// Makes the sound of one run. At its own speed nothing is changed.
pub struct Tempo {
    stretch: Option<TimeStretch>,
    raw: Vec<f32>,
    /// Made, and not handed out yet.
    ready: Vec<f32>,
    room: Vec<f32>,
}

impl Tempo {
    /// For sound of so many samples a second, played `speed` times as fast, a quarter to four times.
    pub fn new(rate_hz: u32, speed: f64) -> Self {
        let rate = NonZeroU32::new(rate_hz).filter(|_| (speed - 1.0).abs() > 1e-6);
        let stretch = rate.and_then(|rate| TimeStretch::with_config(rate, STEREO, PIECES).ok());
        let stretch = stretch.map(|mut stretch| {
            stretch.set_tempo(speed as f32);
            stretch
        });
        let room = stretch
            .as_ref()
            .map_or(0, TimeStretch::min_output_buff_size);
        Self {
            stretch,
            raw: Vec::new(),
            ready: Vec::new(),
            room: vec![0.0; room],
        }
    }

    /// Replace `into` by the next `pairs` of left and right. `read` appends as many pairs of the clip as it is asked for.
    pub fn fill(
        &mut self,
        pairs: usize,
        into: &mut Vec<f32>,
        mut read: impl FnMut(&mut Vec<f32>, usize),
    ) {
        into.clear();
        let Some(stretch) = &mut self.stretch else {
            return read(into, pairs);
        };
        while self.ready.len() < pairs * 2 {
            match stretch.pull(&mut self.room) {
                Ok(made) => self.ready.extend_from_slice(&self.room[..made]),
                // It needs to see a little further before it can join the next piece.
                Err(_) => {
                    self.raw.clear();
                    read(&mut self.raw, PIECE);
                    if self.raw.is_empty() {
                        self.ready.resize(pairs * 2, 0.0);
                    }
                    stretch.push(&self.raw);
                }
            }
        }
        into.extend(self.ready.drain(..pairs * 2));
    }
}

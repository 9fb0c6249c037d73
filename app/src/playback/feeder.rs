//! What the sound device's callback does: copy samples, and say which moment of the clip they are. Never waits.

use crossbeam_channel::{Receiver, Sender};
use mettle_core::base::Time;

use super::clock::Anchor;

/// A stretch of sound ready for the device.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Chunk {
    /// Which run of playing it belongs to; a seek starts a new one.
    pub run: u64,
    /// The clip's time at its first sample.
    pub media: Time,
    /// Seconds of clip a second of sound.
    pub rate: f64,
    /// Left, right, left, right…
    pub stereo: Vec<f32>,
}

/// Feeds the device.
pub struct Feeder {
    chunks: Receiver<Chunk>,
    spent: Sender<Chunk>,
    rate_hz: u32,
    current: Option<Chunk>,
    /// Left-right pairs of `current` already played.
    used: usize,
}

impl Feeder {
    /// A feeder at the device's sample rate. Played chunks go to `spent`, so that no memory is freed in the callback.
    pub fn new(chunks: Receiver<Chunk>, spent: Sender<Chunk>, rate_hz: u32) -> Self {
        Self {
            chunks,
            spent,
            rate_hz,
            current: None,
            used: 0,
        }
    }

    /// Fill the device's buffer of interleaved `channels` with sound of `run` (0 is silence). `heard_at` is when its
    /// first sample will be heard. Gives the clock's new anchor: running while there is sound, standing when the
    /// decoder is behind, `None` when nothing of the run has come yet.
    pub fn fill(
        &mut self,
        out: &mut [f32],
        channels: usize,
        run: u64,
        gain: f32,
        heard_at: f64,
    ) -> Option<Anchor> {
        let mut anchor = None;
        let channels = channels.max(1);
        for (place, frame) in out.chunks_mut(channels).enumerate() {
            let wall = heard_at + place as f64 / f64::from(self.rate_hz);
            let Some((left, right)) = self.next_pair(run, wall, &mut anchor) else {
                frame.fill(0.0);
                continue;
            };
            spread(frame, left * gain, right * gain);
        }
        anchor
    }

    fn next_pair(
        &mut self,
        run: u64,
        wall: f64,
        anchor: &mut Option<Anchor>,
    ) -> Option<(f32, f32)> {
        if run == 0 {
            return None;
        }
        loop {
            if self.current.is_none() {
                self.current = self.chunks.try_recv().ok();
                self.used = 0;
            }
            let chunk = self.current.as_ref()?;
            let at = self.used * 2;
            if chunk.run == run && at + 1 < chunk.stereo.len() {
                let pair = (chunk.stereo[at], chunk.stereo[at + 1]);
                if anchor.is_none() {
                    let into = self.used as f64 / f64::from(self.rate_hz) * chunk.rate;
                    *anchor = Some(Anchor {
                        media: chunk.media + Time::from_secs_f64(into),
                        wall,
                        rate: chunk.rate,
                    });
                }
                self.used += 1;
                return Some(pair);
            }
            if let Some(done) = self.current.take() {
                let _ = self.spent.try_send(done);
            }
        }
    }
}

/// Stereo on any number of channels: one gets the mean, the rest beyond two stay silent.
fn spread(frame: &mut [f32], left: f32, right: f32) {
    match frame {
        [mono] => *mono = (left + right) / 2.0,
        [l, r, rest @ ..] => {
            (*l, *r) = (left, right);
            rest.fill(0.0);
        }
        [] => {}
    }
}

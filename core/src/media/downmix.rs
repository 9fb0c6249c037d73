//! Any channel layout as stereo or mono.

/// How many channels are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SoundLayout {
    /// One: the mean of the stereo pair.
    Mono,
    /// Two, interleaved, left first.
    Stereo,
}

impl SoundLayout {
    /// 1 or 2.
    pub fn channels(self) -> usize {
        match self {
            Self::Mono => 1,
            Self::Stereo => 2,
        }
    }
}

const HALF_POWER: f32 = std::f32::consts::FRAC_1_SQRT_2;

/// Left and right gain of a speaker by its bit in FFmpeg's (and WAVE's) channel mask, after ITU-R BS.775: centre and
/// surrounds at half power, no low-frequency channel.
fn speaker(bit: u32) -> [f32; 2] {
    match bit {
        0 | 6 | 29 => [1.0, 0.0],      // front left, left of centre, stereo left
        1 | 7 | 30 => [0.0, 1.0],      // front right, right of centre, stereo right
        2 => [HALF_POWER, HALF_POWER], // centre
        3 | 35 => [0.0, 0.0],          // low frequency
        4 | 9 => [HALF_POWER, 0.0],    // back left, side left
        5 | 10 => [0.0, HALF_POWER],   // back right, side right
        _ => [0.5, 0.5],               // back centre, heights
    }
}

/// Brings interleaved sound of a given layout to the wanted one.
#[derive(Clone, Debug)]
pub(super) struct Downmix {
    channels: usize,
    /// For each wanted channel, the gain of each channel of the file.
    gains: Vec<Vec<f32>>,
}

impl Downmix {
    /// For `channels` channels at the speakers of `mask`; a mask that does not fit means the usual layout.
    pub fn new(channels: usize, mask: u64, layout: SoundLayout) -> Self {
        let mask = if mask.count_ones() as usize == channels {
            mask
        } else {
            usual_mask(channels)
        };
        let bits = (0..64).filter(|bit| mask >> bit & 1 == 1);
        let mut speakers: Vec<[f32; 2]> = match channels {
            1 => vec![[1.0, 1.0]],
            _ => bits.map(speaker).collect(),
        };
        speakers.resize(channels, [0.5, 0.5]);
        // Together no louder than full scale, whatever the channels hold.
        let loudest = (0..2)
            .map(|side| speakers.iter().map(|s| s[side]).sum::<f32>())
            .fold(1.0, f32::max);
        let side = |side: usize| speakers.iter().map(|s| s[side] / loudest).collect();
        let (left, right): (Vec<f32>, Vec<f32>) = (side(0), side(1));
        let gains = match layout {
            SoundLayout::Stereo => vec![left, right],
            SoundLayout::Mono => {
                vec![
                    left.iter()
                        .zip(&right)
                        .map(|(l, r)| (l + r) / 2.0)
                        .collect(),
                ]
            }
        };
        Self { channels, gains }
    }

    /// Mixes interleaved frames.
    pub fn mix(&self, frames: &[f32]) -> Vec<f32> {
        let mut mixed = Vec::with_capacity(frames.len() / self.channels.max(1) * self.gains.len());
        for frame in frames.chunks_exact(self.channels.max(1)) {
            for gains in &self.gains {
                mixed.push(
                    frame
                        .iter()
                        .zip(gains)
                        .map(|(sample, gain)| sample * gain)
                        .sum(),
                );
            }
        }
        mixed
    }
}

/// The speakers that so many channels usually are.
fn usual_mask(channels: usize) -> u64 {
    match channels {
        2 => 0x3,
        3 => 0x7,
        4 => 0x33,
        5 => 0x37,
        6 => 0x3f,
        7 => 0x70f,
        8 => 0x63f,
        _ => 0,
    }
}

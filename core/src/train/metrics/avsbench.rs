//! Mean IoU and F-score of sounding-object masks, as AVSBench's own evaluation has them (Zhou et al. 2022). Its F-score
//! takes the best threshold of each test batch and so depends on batches and their order; the whole set's does not.

use serde::{Deserialize, Serialize};

/// Frames of a test batch of AVSBench and of those who follow it: four clips of five.
pub const FRAMES_A_BATCH: usize = 20;
/// Thresholds of the F-score.
const LEVELS: usize = 255;
/// Weight of precision against recall, squared beta.
const BETA: f64 = 0.3;

/// IoU of one frame: probabilities above one half against the truth. Where nothing sounds, it is the share of pixels
/// that are left alone, so that an empty answer to an empty truth scores 1.
pub fn frame_iou(probabilities: &[f32], truth: &[bool]) -> f64 {
    let (mut shared, mut union, mut clear, mut there) = (0usize, 0usize, 0usize, false);
    for (p, t) in probabilities.iter().zip(truth) {
        // Written so that "not a number" is background, as it is in the original.
        let on = *p > 0.5;
        shared += usize::from(on && *t);
        union += usize::from(on || *t);
        clear += usize::from(!on && !*t);
        there |= *t;
    }
    let (part, all) = match there {
        true => (shared, union),
        false => (clear, truth.len()),
    };
    part as f64 / (all as f64 + 1e-7)
}

/// Scores of a set of frames, 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MaskScores {
    /// Mean IoU over all frames.
    pub miou: f64,
    /// The mean of the batches' mean IoUs, as AVSBench reports it; the same where all batches are full.
    pub miou_batched: f64,
    /// F-score as AVSBench reports it: the mean over batches of each batch's best.
    pub f_batched: f64,
    /// F-score of the whole set at its best threshold.
    pub f_whole: f64,
    /// How many frames.
    pub frames: usize,
}

/// Takes frame after frame, keeps sums only.
#[derive(Clone, Debug)]
pub struct MaskMeter {
    frames_a_batch: usize,
    whole: Sums,
    batch: Sums,
    batches: usize,
    miou: f64,
    f: f64,
}

#[derive(Clone, Debug, Default)]
struct Sums {
    frames: usize,
    iou: f64,
    /// Frames in which something sounds: the others have no F-score.
    counted: usize,
    /// Sum of F-scores at each threshold.
    curve: Vec<f64>,
}

impl Sums {
    fn add(&mut self, iou: f64, curve: Option<&[f64]>) {
        self.frames += 1;
        self.iou += iou;
        if let Some(curve) = curve {
            self.counted += 1;
            self.curve.resize(LEVELS, 0.0);
            self.curve.iter_mut().zip(curve).for_each(|(s, f)| *s += f);
        }
    }

    fn miou(&self) -> f64 {
        self.iou / self.frames.max(1) as f64
    }

    /// The best threshold's mean; 0 where no frame counts.
    fn best_f(&self) -> f64 {
        let best = self.curve.iter().fold(0.0f64, |best, f| best.max(*f));
        best / self.counted.max(1) as f64
    }
}

impl MaskMeter {
    /// With batches of so many frames: [`FRAMES_A_BATCH`] to compare with published figures.
    pub fn new(frames_a_batch: usize) -> Self {
        Self {
            frames_a_batch: frames_a_batch.max(1),
            whole: Sums::default(),
            batch: Sums::default(),
            batches: 0,
            miou: 0.0,
            f: 0.0,
        }
    }

    /// One frame: probabilities and truth, pixel by pixel.
    pub fn add(&mut self, probabilities: &[f32], truth: &[bool]) {
        let iou = frame_iou(probabilities, truth);
        let curve = f_curve(probabilities, truth);
        self.whole.add(iou, curve.as_deref());
        self.batch.add(iou, curve.as_deref());
        if self.batch.frames == self.frames_a_batch {
            self.close();
        }
    }

    fn close(&mut self) {
        let batch = std::mem::take(&mut self.batch);
        self.batches += 1;
        self.miou += batch.miou();
        self.f += batch.best_f();
    }

    /// The scores of all frames so far.
    pub fn scores(&self) -> MaskScores {
        let mut all = self.clone();
        if all.batch.frames > 0 {
            all.close();
        }
        let batches = all.batches.max(1) as f64;
        MaskScores {
            miou: all.whole.miou(),
            miou_batched: all.miou / batches,
            f_batched: all.f / batches,
            f_whole: all.whole.best_f(),
            frames: all.whole.frames,
        }
    }
}

/// The F-score at each of the thresholds k / 254; none where nothing sounds.
fn f_curve(probabilities: &[f32], truth: &[bool]) -> Option<Vec<f64>> {
    // How many pixels, and true ones, reach threshold k and no higher one.
    let mut reach = [[0usize; 2]; LEVELS];
    for (p, t) in probabilities.iter().zip(truth) {
        if let Some(level) = level(*p) {
            reach[level][0] += 1;
            reach[level][1] += usize::from(*t);
        }
    }
    let there = truth.iter().filter(|t| **t).count();
    if there == 0 {
        return None;
    }
    let (mut found, mut hits) = (0, 0);
    let mut curve: Vec<f64> = reach
        .iter()
        .rev()
        .map(|[pixels, right]| {
            found += pixels;
            hits += right;
            let precision = hits as f64 / (found as f64 + 1e-20);
            let recall = hits as f64 / (there as f64 + 1e-20);
            let f = (1.0 + BETA) * precision * recall / (BETA * precision + recall);
            if f.is_nan() { 0.0 } else { f }
        })
        .collect();
    curve.reverse();
    Some(curve)
}

/// The highest threshold a probability reaches.
fn level(p: f32) -> Option<usize> {
    if p.is_nan() || p < 0.0 {
        return None;
    }
    let mut k = ((p * (LEVELS - 1) as f32) as usize).min(LEVELS - 1);
    // The product is rounded: one step to either side.
    if k + 1 < LEVELS && p >= threshold(k + 1) {
        k += 1;
    }
    if k > 0 && p < threshold(k) {
        k -= 1;
    }
    Some(k)
}

/// Threshold k as the original has it in 32 bit: from both ends towards the middle.
fn threshold(k: usize) -> f32 {
    let (last, step) = (LEVELS - 1, 1.0 / (LEVELS - 1) as f32);
    match k < LEVELS / 2 {
        true => step * k as f32,
        false => 1.0 - step * (last - k) as f32,
    }
}

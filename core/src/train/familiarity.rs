//! Measures where the frozen features of the training clips lie, so that a model can tell what it has never seen.

use std::ops::Range;

use burn::tensor::{Device, Tensor};

use super::error::TrainError;
use super::evaluation::numbers;
use super::examples::{Batch, Examples};
use crate::base::Said;
use crate::data::SaidGrid;
use crate::model::{Density, Familiarity, describe};

/// Share of the validation segments, of every kind of clips, that each modality must find familiar. Of segments with drawings never seen before,
/// both together then find about 97 of 100 familiar.
const WITHIN: f64 = 0.985;
/// Drawn a little closer, because noise lies just beyond.
const CLOSER: f32 = 0.95;

/// Segments that are looked at, at most, evenly from all clips: enough for the covariance of the widest backbones, and all of the
/// demo's.
const MOST: usize = 12_000;

/// What is measured of some clips' segments.
#[derive(Default)]
struct Described {
    /// [`describe`] of what is seen, then of what is heard.
    rows: Vec<Vec<f32>>,
    /// How many numbers of that are visual.
    visual: usize,
    /// The group of each segment, by what is seen and by what is heard.
    groups: [Vec<Option<usize>>; 2],
}

impl Described {
    /// Those of another kind of clips behind them, in groups of their own.
    fn append(&mut self, other: Self) {
        self.visual = other.visual;
        self.rows.extend(other.rows);
        for (own, more) in self.groups.iter_mut().zip(other.groups) {
            let first = own.iter().flatten().max().map_or(0, |last| last + 1);
            own.extend(more.into_iter().map(|group| Some(group? + first)));
        }
    }
}

/// Fits to some clips and sets the limits on others. `None` where there are none, or their features are degenerate.
///
/// # Errors
/// Features cannot be read, or the device fails.
pub fn fit(
    training: &dyn Examples,
    validation: &dyn Examples,
    device: &Device,
) -> Result<Option<Familiarity>, TrainError> {
    fit_kinds(&[[training, validation]], device)
}

/// The same for clips of several kinds, such as drawings and photographs: each kind has centres of its own, and of each kind as
/// many validation segments are familiar. Of a kind there are clips to fit to and others to set the limits on.
///
/// # Errors
/// Those of [`fit`].
pub fn fit_kinds(
    kinds: &[[&dyn Examples; 2]],
    device: &Device,
) -> Result<Option<Familiarity>, TrainError> {
    let (mut training, mut validation) = (Described::default(), vec![]);
    for [fitted, limiting] in kinds {
        training.append(described(*fitted, device)?);
        validation.push(described(*limiting, device)?);
    }
    let Some(all) = training.rows.first().map(Vec::len) else {
        return Ok(None);
    };
    let [seen, heard] = &training.groups;
    let of = |groups: &[Option<usize>], part: Range<usize>| {
        density(&training, groups, &validation, part)
    };
    let both = (
        of(seen, 0..training.visual),
        of(heard, training.visual..all),
    );
    Ok(match both {
        (Some(visual), Some(audio)) => Some(Familiarity { visual, audio }),
        _ => None,
    })
}

/// Segments of taught clips that a head knows besides those it was trained on, at most, evenly from all.
const TAUGHT: usize = 256;

/// What a head finds familiar once it has learned from these clips too: their segments stand beside the centres it knew.
///
/// # Errors
/// Features cannot be read, or the device fails.
pub fn familiar_with(
    known: &Familiarity,
    examples: &dyn Examples,
    device: &Device,
) -> Result<Familiarity, TrainError> {
    let rows = described(examples, device)?.rows;
    let every = rows.len().div_ceil(TAUGHT).max(1);
    let taught = rows.iter().step_by(every).map(Vec::as_slice);
    Ok(known.with(taught))
}

fn described(examples: &dyn Examples, device: &Device) -> Result<Described, TrainError> {
    let segments: usize = (0..examples.len()).map(|clip| examples.seconds(clip)).sum();
    let every = segments.div_ceil(MOST).max(1);
    let mut all = Described {
        rows: vec![],
        visual: 0,
        groups: [vec![], vec![]],
    };
    for clip in (0..examples.len()).step_by(every) {
        let batch = Batch::read(examples, &[clip], device)?;
        let (seen, heard) = (describe(&batch.visual), describe(&batch.audio));
        all.visual = seen.dims()[1];
        let both = Tensor::cat(vec![seen, heard], 1);
        let width = both.dims()[1].max(1);
        all.rows
            .extend(numbers(both)?.chunks(width).map(<[f32]>::to_vec));
        for targets in &batch.targets {
            for t in 0..targets.seconds() {
                all.groups[0].push(group(&targets.seen, &targets.both, t));
                all.groups[1].push(group(&targets.heard, &targets.both, t));
            }
        }
    }
    Ok(all)
}

/// The group of a segment: its class where there is one, one more for none, yet one more where that is not known; segments of
/// several classes belong to none.
fn group(grid: &SaidGrid, both: &SaidGrid, second: usize) -> Option<usize> {
    let row = match grid.row(second).contains(&Said::Unknown) {
        true => both.row(second),
        false => grid.row(second),
    };
    let mut there = (0..row.len()).filter(|class| row[*class] == Said::Yes);
    match (there.next(), there.next()) {
        (None, _) if row.contains(&Said::Unknown) => Some(row.len() + 1),
        (None, _) => Some(row.len()),
        (Some(class), None) => Some(class),
        _ => None,
    }
}

fn density(
    training: &Described,
    groups: &[Option<usize>],
    validation: &[Described],
    part: Range<usize>,
) -> Option<Density> {
    let width = part.len();
    let rows = training.rows.iter().zip(groups);
    let grouped: Vec<(usize, &[f32])> = rows
        .filter_map(|(row, group)| Some(((*group)?, &row[part.clone()])))
        .collect();
    let centres = centres(&grouped, width);
    let whiten = inverse_cholesky(&covariance(&grouped, &centres, width), width)?;
    let present: Vec<Vec<f32>> = centres.into_iter().flatten().collect();
    let mut density = Density::new(width, &present, whiten);
    let limits = validation
        .iter()
        .filter_map(|kind| limit(&density, kind, part.clone()));
    density.limit = CLOSER * limits.reduce(f32::max)?;
    Some(density)
}

/// The distance that nearly all segments of a kind stay below.
fn limit(density: &Density, validation: &Described, part: Range<usize>) -> Option<f32> {
    let rows = validation.rows.iter();
    let mut distances: Vec<f32> = rows
        .map(|row| density.distance(&row[part.clone()]))
        .collect();
    distances.sort_by(f32::total_cmp);
    let at = (distances.len() as f64 * WITHIN) as usize;
    distances.get(at).or(distances.last()).copied()
}

/// The mean of every group; none where it has no member.
fn centres(grouped: &[(usize, &[f32])], width: usize) -> Vec<Option<Vec<f32>>> {
    let mean = |group: usize| {
        let (mut sum, mut count) = (vec![0.0; width], 0);
        for (_, feature) in grouped.iter().filter(|(g, _)| *g == group) {
            sum.iter_mut().zip(*feature).for_each(|(s, x)| *s += x);
            count += 1;
        }
        (count > 0).then(|| sum.into_iter().map(|s| s / count as f32).collect())
    };
    let last = grouped.iter().map(|(group, _)| *group).max();
    (0..=last.unwrap_or(0)).map(mean).collect()
}

/// The covariance within groups, `[width, width]`, its diagonal raised by a tenth of its mean.
fn covariance(grouped: &[(usize, &[f32])], centres: &[Option<Vec<f32>>], width: usize) -> Vec<f64> {
    let mut sum = vec![0.0; width * width];
    for (group, feature) in grouped {
        let Some(Some(centre)) = centres.get(*group) else {
            continue;
        };
        let away: Vec<f64> = feature
            .iter()
            .zip(centre)
            .map(|(x, c)| f64::from(x - c))
            .collect();
        for (row, a) in sum.chunks_exact_mut(width).zip(&away) {
            row.iter_mut().zip(&away).for_each(|(s, b)| *s += a * b);
        }
    }
    let n = grouped.len().max(1) as f64;
    sum.iter_mut().for_each(|s| *s /= n);
    let mean = (0..width).map(|i| sum[i * width + i]).sum::<f64>() / width.max(1) as f64;
    (0..width).for_each(|i| sum[i * width + i] += 0.1 * mean);
    sum
}

/// The inverse of the lower Cholesky factor, lower triangle by rows. None where the matrix is not positive.
fn inverse_cholesky(matrix: &[f64], n: usize) -> Option<Vec<f32>> {
    let mut factor = vec![0.0; n * n];
    for i in 0..n {
        for j in 0..=i {
            let dot: f64 = (0..j).map(|k| factor[i * n + k] * factor[j * n + k]).sum();
            let rest = matrix[i * n + j] - dot;
            if i == j && rest <= 0.0 {
                return None;
            }
            factor[i * n + j] = if i == j {
                rest.sqrt()
            } else {
                rest / factor[j * n + j]
            };
        }
    }
    let mut inverse = vec![0.0; n * n];
    for i in 0..n {
        inverse[i * n + i] = 1.0 / factor[i * n + i];
        for j in 0..i {
            let dot: f64 = (j..i).map(|k| factor[i * n + k] * inverse[k * n + j]).sum();
            inverse[i * n + j] = -dot / factor[i * n + i];
        }
    }
    let triangle = (0..n).flat_map(|i| (0..=i).map(move |j| (i, j)));
    Some(triangle.map(|(i, j)| inverse[i * n + j] as f32).collect())
}

//! Measures where the frozen features of the training scenes lie, so that a model can tell what it has never seen.

use super::features::Bank;
use crate::base::{Time, TimeSpan};
use crate::data::scenes::{CATEGORIES, Truth};
use crate::model::{Density, Familiarity};

/// Share of the validation segments that each modality must find familiar. Of segments with drawings never seen before,
/// both together then find about 97 of 100 familiar.
const WITHIN: f64 = 0.985;
/// Drawn a little closer, because noise lies just beyond.
const CLOSER: f32 = 0.95;

/// Fits to some banks and sets the limits on others. None where the features are degenerate.
pub(super) fn fit(training: &[&Bank], validation: &[&Bank]) -> Option<Familiarity> {
    let seen = |truth: &Truth, second: TimeSpan| single(truth.seen(second.middle()));
    let heard = |truth: &Truth, second: TimeSpan| single(truth.heard(second, 0.25));
    let (all, visual_width) = (
        training.first()?.described.first()?.len(),
        training.first()?.visual_part,
    );
    let (visual, audio) = (0..visual_width, visual_width..all);
    Some(Familiarity {
        visual: density(training, validation, visual, seen)?,
        audio: density(training, validation, audio, heard)?,
    })
}

/// The group of a segment: its class where there is one, one more for none; segments of several belong to none.
fn single(mut classes: impl Iterator<Item = usize>) -> Option<usize> {
    match (classes.next(), classes.next()) {
        (None, _) => Some(CATEGORIES.len()),
        (Some(class), None) => Some(class),
        _ => None,
    }
}

fn density<'a>(
    training: &[&'a Bank],
    validation: &[&Bank],
    part: std::ops::Range<usize>,
    group: impl Fn(&Truth, TimeSpan) -> Option<usize>,
) -> Option<Density> {
    let width = part.len();
    let of = |bank: &'a Bank| {
        let spans = TimeSpan::seconds_of(Time::from_micros(bank.seconds as i64 * 1_000_000));
        let rows = bank.described.iter().enumerate();
        rows.filter_map(|(i, pooled)| {
            let second = spans[i % bank.seconds];
            let group = group(&bank.truths[i / bank.seconds], second)?;
            Some((group, &pooled[part.clone()]))
        })
        .collect::<Vec<(usize, &[f32])>>()
    };
    let grouped: Vec<(usize, &[f32])> = training.iter().flat_map(|bank| of(bank)).collect();
    let centres = centres(&grouped, width);
    let whiten = inverse_cholesky(&covariance(&grouped, &centres, width), width)?;
    let present: Vec<Vec<f32>> = centres.into_iter().flatten().collect();
    let mut density = Density::new(width, &present, whiten);
    let mut distances: Vec<f32> = validation
        .iter()
        .flat_map(|bank| &bank.described)
        .map(|pooled| density.distance(&pooled[part.clone()]))
        .collect();
    distances.sort_by(f32::total_cmp);
    let at = (distances.len() as f64 * WITHIN) as usize;
    density.limit = CLOSER * distances.get(at).or(distances.last())?;
    Some(density)
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
    (0..=CATEGORIES.len()).map(mean).collect()
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

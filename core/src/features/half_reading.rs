//! On the CPU distillation is answered straight from 16 bit: two products of a few rows with each layer's tokens, by kernels that
//! never write the tokens out. What they compute is defined by [`Question::of`] and [`Question::back`].

use burn::tensor::{Device, Tensor, TensorData};
use half::f16;
use mettle_kernels::{Tokens, softmax};
use rayon::prelude::*;

use super::half_features::HalfFeatures;
use crate::gpu::ComputeError;
use crate::model::{Answer, Back, FrozenLayer, Mix, Question};

/// A question's numbers on the host, and the tokens it is asked of.
struct Asked<'a> {
    /// Of each segment, clip after clip.
    tokens: Vec<&'a [f16]>,
    /// Tokens and width.
    size: [usize; 2],
    /// `[1 or n, rows, D]`.
    query: Vec<f32>,
    rows: usize,
    shared: bool,
    /// `[K, N]`.
    weights: Vec<f32>,
    /// Whether they can learn.
    weighted: bool,
}

impl HalfFeatures {
    /// The answers to some questions, asked of all segments of some clips; `None` where a layer is not there, or clips differ in its
    /// size.
    ///
    /// # Errors
    /// The device failed.
    pub fn answers(
        clips: &[Self],
        questions: &[Question],
    ) -> Result<Option<Vec<Answer>>, ComputeError> {
        let Some(asked) = asked(clips, questions)? else {
            return Ok(None);
        };
        let each = over_segments(&asked, |asked, segment| asked.answer(segment));
        let parts = asked.iter().zip(each);
        Ok(Some(
            parts.map(|(asked, parts)| asked.answers(&parts)).collect(),
        ))
    }

    /// What comes back to some questions of gradients for their answers; `None` where a layer is not there, or clips differ in its size.
    ///
    /// # Errors
    /// The device failed.
    pub fn back(
        clips: &[Self],
        questions: &[Question],
        wanted: &[Answer],
    ) -> Result<Option<Vec<Back>>, ComputeError> {
        let Some(asked) = asked(clips, questions)? else {
            return Ok(None);
        };
        let wanted: Result<Vec<[Vec<f32>; 2]>, ComputeError> = wanted
            .iter()
            .map(|of| Ok([numbers(of.attended.as_ref())?, numbers(of.mixed.as_ref())?]))
            .collect();
        let both: Vec<(Asked<'_>, [Vec<f32>; 2])> = asked.into_iter().zip(wanted?).collect();
        let each = over_segments(&both, |(asked, wanted), segment| {
            asked.back(wanted, segment)
        });
        let parts = both.iter().zip(each);
        Ok(Some(
            parts
                .map(|((asked, _), parts)| asked.backs(parts))
                .collect(),
        ))
    }

    /// A layer of each segment, and its tokens and width.
    fn by_segment(&self, layer: FrozenLayer) -> Option<(impl Iterator<Item = &[f16]>, [usize; 2])> {
        let (numbers, size) = self.layer(layer)?;
        // A layer without numbers has no segments either.
        let count = (size[0] * size[1]).max(1);
        Some((numbers.chunks_exact(count), size))
    }
}

fn asked<'a>(
    clips: &'a [HalfFeatures],
    questions: &[Question],
) -> Result<Option<Vec<Asked<'a>>>, ComputeError> {
    questions
        .iter()
        .map(|question| ask(clips, question))
        .collect()
}

fn ask<'a>(
    clips: &'a [HalfFeatures],
    question: &Question,
) -> Result<Option<Asked<'a>>, ComputeError> {
    let (mut tokens, mut size) = (vec![], None);
    for clip in clips {
        let Some((segments, own)) = clip.by_segment(question.layer) else {
            return Ok(None);
        };
        if *size.get_or_insert(own) != own {
            return Ok(None);
        }
        tokens.extend(segments);
    }
    let size = size.unwrap_or_default();
    let dims = question.query.as_ref().map_or([1, 0, 0], Tensor::dims);
    let weights = match &question.mix {
        Mix::Nothing => vec![],
        Mix::Mean => vec![1.0 / size[0] as f32; size[0]],
        Mix::Weighted(weights) => numbers(Some(&weights.clone().swap_dims(0, 1)))?,
    };
    Ok(Some(Asked {
        tokens,
        size,
        query: numbers(question.query.as_ref())?,
        rows: dims[1],
        shared: dims[0] == 1,
        weights,
        weighted: matches!(question.mix, Mix::Weighted(_)),
    }))
}

/// Work of every question and segment, on all threads: by question, then segment.
fn over_segments<A: Sync + Segments, T: Send>(
    asked: &[A],
    work: impl Fn(&A, usize) -> T + Sync,
) -> Vec<Vec<T>> {
    let each = asked.par_iter().map(|asked| {
        let segments = (0..asked.segments()).into_par_iter();
        segments.map(|segment| work(asked, segment)).collect()
    });
    each.collect()
}

trait Segments {
    fn segments(&self) -> usize;
}

impl Segments for Asked<'_> {
    fn segments(&self) -> usize {
        self.tokens.len()
    }
}

impl Segments for (Asked<'_>, [Vec<f32>; 2]) {
    fn segments(&self) -> usize {
        self.0.segments()
    }
}

impl Asked<'_> {
    /// Of one segment.
    fn tokens(&self, segment: usize) -> Tokens {
        Tokens::new(self.tokens[segment], self.size[1])
    }

    fn query(&self, segment: usize) -> &[f32] {
        match self.shared {
            true => &self.query,
            false => rows_of(&self.query, segment, self.rows * self.size[1]),
        }
    }

    /// Rows of mixed tokens.
    fn mixed(&self) -> usize {
        self.weights.len() / self.size[0].max(1)
    }

    /// What is attended, then what is mixed, `[rows + K, D]`.
    fn answer(&self, segment: usize) -> Vec<f32> {
        let tokens = self.tokens(segment);
        let mut weights = tokens.against(self.query(segment));
        softmax(&mut weights, self.size[0]);
        weights.extend(&self.weights);
        tokens.together(&weights)
    }

    fn answers<'b>(&self, parts: &'b [Vec<f32>]) -> Answer {
        let width = self.size[1];
        let (device, n) = (Device::flex(), parts.len());
        let cut = |from: usize, rows: usize| {
            let rows_of = |part: &'b Vec<f32>| &part[from * width..(from + rows) * width];
            let all = || parts.iter().map(rows_of).collect::<Vec<_>>().concat();
            (rows > 0).then(|| tensor(all(), [n, rows, width], &device))
        };
        Answer {
            attended: cut(0, self.rows),
            mixed: cut(self.rows, self.mixed()),
        }
    }

    /// Gradients of query `[rows, D]` and weights `[K, N]`.
    fn back(&self, [attended, mixed]: &[Vec<f32>; 2], segment: usize) -> [Vec<f32>; 2] {
        let (tokens, [count, width]) = (self.tokens(segment), self.size);
        let attends = !attended.is_empty();
        let mut rows = vec![];
        if attends {
            rows.extend(self.query(segment));
            rows.extend(rows_of(attended, segment, self.rows * width));
        }
        if self.weighted && !mixed.is_empty() {
            rows.extend(rows_of(mixed, segment, self.mixed() * width));
        }
        let mut products = tokens.against(&rows);
        if !attends {
            return [vec![], products];
        }
        let (scores, rest) = products.split_at_mut(self.rows * count);
        let (grads, weights) = rest.split_at(self.rows * count);
        softmax(scores, count);
        let rows = scores
            .chunks_exact_mut(count)
            .zip(grads.chunks_exact(count));
        rows.for_each(|(shares, grads)| through_softmax(shares, grads));
        [tokens.together(scores), weights.to_vec()]
    }

    fn backs(&self, parts: Vec<[Vec<f32>; 2]>) -> Back {
        let (device, n, [count, width]) = (Device::flex(), parts.len(), self.size);
        let (queries, weights): (Vec<_>, Vec<_>) = parts.into_iter().map(|[q, w]| (q, w)).unzip();
        let (there, rows) = (queries.iter().any(|query| !query.is_empty()), self.rows);
        let query = there.then(|| match self.shared {
            true => tensor(sum(queries), [1, rows, width], &device),
            false => tensor(queries.concat(), [n, rows, width], &device),
        });
        let weights = sum(weights);
        let k = weights.len() / count.max(1);
        let turned =
            |weights| Tensor::<2>::from_data(TensorData::new(weights, [k, count]), &device);
        Back {
            query,
            weights: (k > 0).then(|| turned(weights).swap_dims(0, 1)),
        }
    }
}

/// `p (g - sum(p g))`, in place of p.
fn through_softmax(shares: &mut [f32], grads: &[f32]) {
    let mean: f32 = shares.iter().zip(grads).map(|(p, g)| p * g).sum();
    let both = shares.iter_mut().zip(grads);
    both.for_each(|(p, g)| *p *= g - mean);
}

fn rows_of(all: &[f32], segment: usize, count: usize) -> &[f32] {
    &all[segment * count..][..count]
}

/// In order, so that it is the same each time.
fn sum(parts: Vec<Vec<f32>>) -> Vec<f32> {
    let add = |mut sum: Vec<f32>, part: Vec<f32>| {
        sum.iter_mut().zip(part).for_each(|(sum, x)| *sum += x);
        sum
    };
    parts.into_iter().reduce(add).unwrap_or_default()
}

fn tensor(values: Vec<f32>, shape: [usize; 3], device: &Device) -> Tensor<3> {
    Tensor::from_data(TensorData::new(values, shape), device)
}

fn numbers<const D: usize>(tensor: Option<&Tensor<D>>) -> Result<Vec<f32>, ComputeError> {
    match tensor {
        Some(tensor) => tensor.clone().try_into_vec_as().map_err(ComputeError::of),
        None => Ok(vec![]),
    }
}

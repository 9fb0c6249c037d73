//! Questions, answers and gradients of some segments out of many, and brought together again.

use burn::tensor::{Device, Gradients, Tensor};

use crate::model::{Answer, Back, Mix, Question};

/// What a question asks of some segments: each its own, where they do not all ask the same.
pub(super) fn part(question: &Question, from: usize, count: usize) -> Question {
    let query = question.query.clone().map(|query| match query.dims()[0] {
        1 => query,
        _ => query.narrow(0, from, count),
    });
    Question {
        query,
        ..question.clone()
    }
}

/// Answers' gradients of some segments.
pub(super) fn cut(wanted: &[Answer], from: usize, count: usize) -> Vec<Answer> {
    let cut = |x: &Option<Tensor<3>>| x.clone().map(|x| x.narrow(0, from, count));
    let of = |of: &Answer| Answer {
        attended: cut(&of.attended),
        mixed: cut(&of.mixed),
    };
    wanted.iter().map(of).collect()
}

/// The answers to one question, clip after clip.
pub(super) fn joined(parts: Vec<Answer>) -> Answer {
    let cat = |of: fn(&Answer) -> Option<Tensor<3>>| {
        let parts: Option<Vec<Tensor<3>>> = parts.iter().map(of).collect();
        parts
            .filter(|parts| !parts.is_empty())
            .map(|parts| Tensor::cat(parts, 0))
    };
    Answer {
        attended: cat(|answer| answer.attended.clone()),
        mixed: cat(|answer| answer.mixed.clone()),
    }
}

/// Gradients of one question, which all segments ask, clip after clip.
pub(super) fn together(parts: Vec<Back>) -> Back {
    let add = |sum: Back, part: Back| Back {
        query: both(sum.query, part.query),
        weights: both(sum.weights, part.weights),
    };
    parts.into_iter().reduce(add).unwrap_or_default()
}

fn both<const D: usize>(one: Option<Tensor<D>>, other: Option<Tensor<D>>) -> Option<Tensor<D>> {
    one.into_iter().chain(other).reduce(|a, b| a + b)
}

/// Of everything so far.
pub(super) fn gradient(got: &Answer, grads: &[Gradients]) -> Answer {
    let sum = |x: &Option<Tensor<3>>| {
        let x = x.as_ref()?;
        let parts = grads.iter().filter_map(|grads| x.grad(grads));
        parts.reduce(|a, b| a + b)
    };
    Answer {
        attended: sum(&got.attended),
        mixed: sum(&got.mixed),
    }
}

/// A number whose gradients for query and weights are those.
pub(super) fn linear(asked: &Question, back: Back) -> Option<Tensor<1>> {
    let query = asked.query.clone().zip(back.query);
    let query = query.map(|(query, grad)| (query * Tensor::from_inner(grad)).sum());
    let weights = match &asked.mix {
        Mix::Weighted(weights) => back
            .weights
            .map(|grad| (weights.clone() * Tensor::from_inner(grad)).sum()),
        Mix::Nothing | Mix::Mean => None,
    };
    [query, weights].into_iter().flatten().reduce(|a, b| a + b)
}

/// In place of an answer.
pub(super) fn nothing(question: &Question, n: usize, device: &Device) -> Answer {
    let zeros = |rows| Tensor::zeros([n, rows, question.width], device);
    let rows = question.query.as_ref().map(|query| query.dims()[1]);
    Answer {
        attended: rows.map(zeros),
        mixed: Some(question.mixed()).filter(|k| *k > 0).map(zeros),
    }
}

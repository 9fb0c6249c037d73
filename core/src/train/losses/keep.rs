//! Staying near what a head said before (distillation of a network into itself, Li and Hoiem 2016, "Learning without forgetting"):
//! Kullback-Leibler divergences, which are 0 where nothing has changed.

use burn::tensor::activation::log_softmax;
use burn::tensor::{Tensor, TensorData};

use super::avel::mean_of_known;
use super::parse::Known;

/// The mean divergence of probabilities from those there were, over what is known.
pub fn divergence<const D: usize>(probability: Tensor<D>, before: &Known<D>) -> Tensor<1> {
    let bounds = |p: Tensor<D>| p.clamp(1e-6, 1.0 - 1e-6);
    let (new, old) = (bounds(probability), bounds(before.target.clone()));
    let part = |old: Tensor<D>, new: Tensor<D>| old.clone() * (old.log() - new.log());
    let yes = part(old.clone(), new.clone());
    let no = part(-old + 1.0, -new + 1.0);
    mean_of_known(yes + no, before.known.clone())
}

/// The mean divergence of the events of clips, class logits `[n, c]`, from the distributions there were, `[n][known classes]`; of
/// clips that have none, nothing. New classes had no share.
pub fn event_divergence(logits: Tensor<2>, before: &[Option<&[f32]>]) -> Tensor<1> {
    let ([n, classes], device) = (logits.dims(), logits.device());
    let mut shares = vec![0.0; n * classes];
    let mut known = vec![0.0; n];
    let mut entropy = 0.0;
    let rows = shares.chunks_exact_mut(classes.max(1)).zip(before);
    for ((row, before), known) in rows.zip(&mut known) {
        let Some(before) = before else { continue };
        *known = 1.0;
        row.iter_mut().zip(*before).for_each(|(to, p)| *to = *p);
        let terms = before.iter().filter(|p| **p > 0.0);
        entropy -= terms.map(|p| p * p.ln()).sum::<f32>();
    }
    let count = known.iter().sum::<f32>().max(1.0);
    let shares = Tensor::<2>::from_data(TensorData::new(shares, [n, classes]), &device);
    let crossed = -(shares * log_softmax(logits, 1)).sum();
    (crossed - entropy) / count
}

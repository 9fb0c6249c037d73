//! What is unknown of a clip changes no gradient and no metric.

use burn::tensor::{Device, Tensor, TensorData};
use mettle_core::base::{Rng, Said};
use mettle_core::data::{SaidGrid, SoundingMask, Targets};
use mettle_core::model::{AvelOutput, ParseOutput};
use mettle_core::train::{
    Batch, Evaluation, LossConfig, avel_loss, avel_targets, known_mask_loss, masks, parse_loss,
    parse_targets,
};
use proptest::prelude::*;

use super::clips::{CLASSES, Clips, SECONDS, heads};

const CLIPS: usize = 2;

fn noise<const D: usize>(rng: &mut Rng, shape: [usize; D], device: &Device) -> Tensor<D> {
    let values: Vec<f32> = (0..shape.iter().product()).map(|_| rng.noise()).collect();
    Tensor::from_data(TensorData::new(values, shape), device)
}

fn gradient<const D: usize>(of: &Tensor<D>, loss: Tensor<1>) -> Vec<f32> {
    let grads = loss.backward();
    let found = of
        .grad(&grads)
        .map(|grad| grad.into_data().iter::<f32>().collect());
    found.unwrap_or_else(|| vec![0.0; of.dims().iter().product()])
}

/// Clips in which anything is said of anything.
fn clips(rng: &mut Rng) -> Vec<Targets> {
    let mut grid = || {
        let mut grid = SaidGrid::all(SECONDS, CLASSES, Said::Unknown);
        for cell in 0..SECONDS * CLASSES {
            let said = rng.pick(&[Said::Yes, Said::No, Said::Unknown]);
            grid.set(cell / CLASSES, cell % CLASSES, said);
        }
        grid
    };
    (0..CLIPS)
        .map(|_| Targets::of_modalities(grid(), grid()))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn unknown_seconds_of_events_get_no_gradient(seed in any::<u64>()) {
        let (mut rng, device) = (Rng::new(seed), Device::flex().autodiff());
        let clips = clips(&mut rng);
        let targets = avel_targets(&clips, &device);
        let rest = [0, 1].map(|_| noise(&mut rng, [CLIPS, CLASSES], &device));
        let logits = noise(&mut rng, [CLIPS, SECONDS], &device);
        let known: Vec<bool> = clips.iter()
            .flat_map(|clip| (0..SECONDS).map(|t| clip.event(t).is_some()))
            .collect();
        // The same, but for what the head says where nothing is known.
        let changed: Vec<f32> = logits.to_data().iter::<f32>().zip(&known)
            .map(|(x, known)| if *known { x } else { x + 3.0 })
            .collect();
        let changed = Tensor::from_data(TensorData::new(changed, [CLIPS, SECONDS]), &device);
        let [one, other] = [logits, changed].map(|logits: Tensor<2>| {
            let logits = logits.require_grad();
            let [event, av_score] = rest.clone();
            let output = AvelOutput { is_event: logits.clone(), event, av_score };
            gradient(&logits, avel_loss(output, &targets))
        });
        prop_assert_eq!(&one, &other);
        for (gradient, known) in one.iter().zip(&known) {
            prop_assert_eq!(*gradient != 0.0, *known);
        }
    }

    #[test]
    fn unknown_cells_of_parsing_get_no_gradient(seed in any::<u64>()) {
        let (mut rng, device) = (Rng::new(seed), Device::flex().autodiff());
        let clips = clips(&mut rng);
        let targets = parse_targets(&clips, &LossConfig::default(), &device);
        let share = |rng: &mut Rng| noise(rng, [CLIPS, SECONDS, CLASSES], &device) * 0.4 + 0.5;
        let (audible, visible) = (share(&mut rng).require_grad(), share(&mut rng).require_grad());
        let whole = noise(&mut rng, [CLIPS, CLASSES], &device) * 0.4 + 0.5;
        let output = ParseOutput {
            audible: audible.clone(),
            visible: visible.clone(),
            clip: whole.clone(),
            audible_clip: whole.clone(),
            visible_clip: whole,
            tokens: None,
        };
        let found = gradient(&audible, parse_loss(&output, &targets));
        let said = clips.iter().flat_map(|clip| clip.heard.cells().to_vec());
        for (gradient, said) in found.iter().zip(said) {
            prop_assert_eq!(*gradient != 0.0, said != Said::Unknown);
        }
    }

    #[test]
    fn unknown_masks_get_no_gradient(seed in any::<u64>()) {
        let (mut rng, device) = (Rng::new(seed), Device::flex().autodiff());
        let mut clip = Targets::unknown(SECONDS, CLASSES);
        for mask in &mut clip.masks {
            *mask = rng.chance(0.5).then(|| SoundingMask { size: (8, 8), sounds: vec![true; 64] });
        }
        let (target, known) = masks(std::slice::from_ref(&clip), (4, 4), &device);
        let logits = noise(&mut rng, [SECONDS, 4, 4], &device).require_grad();
        let found = gradient(&logits, known_mask_loss(logits.clone(), target, known));
        for (second, mask) in found.chunks(16).zip(&clip.masks) {
            prop_assert_eq!(second.iter().all(|g| *g != 0.0), mask.is_some());
            prop_assert_eq!(second.iter().all(|g| *g == 0.0), mask.is_none());
        }
    }
}

/// A clip of which nothing is known, beside others: the figures are those of the others.
#[test]
fn unknown_clips_change_no_metric() {
    let device = Device::flex();
    let known = Clips::labelled(6);
    let mut more = known.0.clone();
    more.push(Targets::unknown(SECONDS, CLASSES));
    let more = Clips(more);
    for head in heads() {
        let [one, other] = [&*known, &more].map(|clips| {
            let all: Vec<usize> = (0..clips.0.len()).collect();
            let batch = Batch::read(clips, &all, &device).unwrap();
            let mut evaluation = Evaluation::default();
            evaluation.add(&head, &batch).unwrap();
            evaluation.figures()
        });
        assert!(one.is_some());
        assert_eq!(one, other, "{:?}", head.task());
    }
}

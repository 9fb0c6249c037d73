//! What distillation asks of kept features is answered from 16 bit as burn's operations answer it, and so are its gradients.

use burn::tensor::{Device, Tensor, TensorData};
use mettle_core::base::Rng;
use mettle_core::features::HalfFeatures;
use mettle_core::model::{Answer, FrozenLayer, FrozenLayers, LayerFeatures, Mix, Question};

/// Segments, and layers of sizes that fill no vector and no tile, and of some that do.
const SEGMENTS: usize = 3;
const SIZES: [[usize; 2]; 4] = [[1, 1], [50, 20], [7, 33], [48, 96]];

fn noise<const D: usize>(rng: &mut Rng, shape: [usize; D]) -> Tensor<D> {
    let values: Vec<f32> = (0..shape.iter().product()).map(|_| rng.noise()).collect();
    Tensor::from_data(TensorData::new(values, shape), &Device::flex())
}

fn same<const D: usize>(what: &str, one: Option<Tensor<D>>, other: Option<Tensor<D>>) {
    assert_eq!(one.is_some(), other.is_some(), "{what}");
    if let Some((one, other)) = one.zip(other) {
        assert_eq!(one.dims(), other.dims(), "{what}");
        let away = (one - other).abs().max().into_scalar::<f32>();
        assert!(away < 1e-4, "{what}: {away:e}");
    }
}

/// With rows of their own for each segment, or the same for all.
fn questions(rng: &mut Rng, each: usize) -> Vec<Question> {
    let layers = SIZES.iter().enumerate();
    let of = |(index, [tokens, width]): (usize, &[usize; 2])| Question {
        layer: match index {
            3 => FrozenLayer::Normed,
            index => FrozenLayer::Block(index),
        },
        width: *width,
        query: (index != 1).then(|| noise(rng, [each, 5, *width])),
        mix: match index {
            0 => Mix::Nothing,
            2 => Mix::Mean,
            _ => Mix::Weighted(noise(rng, [*tokens, 2])),
        },
    };
    layers.map(of).collect()
}

#[test]
fn questions_are_answered_as_burn_answers_them() {
    let mut rng = Rng::new(3);
    let tensors = SIZES.map(|[tokens, width]| noise(&mut rng, [SEGMENTS, tokens, width]));
    let kept = LayerFeatures {
        final_norm: tensors[3].clone(),
        layers: tensors[..3].to_vec(),
    };
    // Two clips, one after the other.
    let cut = |x: &Tensor<3>, from, n| x.clone().narrow(0, from, n);
    let half = [(0, 1), (1, SEGMENTS - 1)].map(|(from, n)| {
        let layers = kept.layers.iter().map(|x| cut(x, from, n)).collect();
        let final_norm = cut(&kept.final_norm, from, n);
        HalfFeatures::of(&LayerFeatures { layers, final_norm }).unwrap()
    });
    let whole = HalfFeatures::of(&kept).unwrap();
    // Both read what 16 bit kept.
    let rounded = whole.to_device(&Device::flex());
    for each in [1, SEGMENTS] {
        let questions = questions(&mut rng, each);
        let found = HalfFeatures::answers(&half, &questions).unwrap().unwrap();
        let expected = rounded.answers(questions.clone());
        let mut wanted = vec![];
        for (found, expected) in found.into_iter().zip(expected) {
            wanted.push(Answer {
                attended: expected.attended.clone().map(|x| noise(&mut rng, x.dims())),
                mixed: expected.mixed.clone().map(|x| noise(&mut rng, x.dims())),
            });
            same("attended", found.attended, expected.attended);
            same("mixed", found.mixed, expected.mixed);
        }
        let found = HalfFeatures::back(&half, &questions, &wanted)
            .unwrap()
            .unwrap();
        for ((question, wanted), found) in questions.iter().zip(&wanted).zip(found) {
            let expected = question.back(&rounded.tokens(question.layer), wanted);
            same("query", found.query, expected.query);
            same("weights", found.weights, expected.weights);
        }
    }
}

/// What flows back is what burn records by itself.
#[test]
fn what_flows_back_is_the_gradient() {
    let (mut rng, device) = (Rng::new(4), Device::flex().autodiff());
    let tokens = noise(&mut rng, [SEGMENTS, 12, 6]);
    let recorded = |x: Tensor<3>| Tensor::from_inner(x).require_grad();
    let query = recorded(noise(&mut rng, [1, 4, 6]));
    let weights = Tensor::from_inner(noise::<2>(&mut rng, [12, 2])).require_grad();
    let question = Question {
        layer: FrozenLayer::Normed,
        width: 6,
        query: Some(query.clone()),
        mix: Mix::Weighted(weights.clone()),
    };
    let answer = question.of(&Tensor::from_inner(tokens.clone()).to_device(&device));
    let wanted = Answer {
        attended: Some(noise(&mut rng, [SEGMENTS, 4, 6])),
        mixed: Some(noise(&mut rng, [SEGMENTS, 2, 6])),
    };
    let dot = |x: Option<Tensor<3>>, of: &Option<Tensor<3>>| {
        (x.unwrap() * Tensor::from_inner(of.clone().unwrap())).sum()
    };
    let loss = dot(answer.attended, &wanted.attended) + dot(answer.mixed, &wanted.mixed);
    let grads = loss.backward();
    let back = question.inner().back(&tokens, &wanted);
    same("query", back.query, query.grad(&grads));
    same("weights", back.weights, weights.grad(&grads));
}

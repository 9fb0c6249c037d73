//! What modalities learn of each other in CMBS is a choice; each is PyTorch's, and older heads keep theirs.

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use mettle_core::model::params::{avel_head, avel_head_as_published};
use mettle_core::model::{
    AvelConfig, Distillation, HtsAtConfig, InterModal, LayerShape, SwinV2Config,
};
use serde_json::json;

use super::features::{layers, pooled};
use super::noise::Steady;
use super::twin::Twin;

/// Numbers a feature of the twin.
const WIDTH: usize = 16;

/// The head on features that are the last layer's own mean: what is distilled takes no part.
fn config(inter_modal: InterModal) -> AvelConfig {
    AvelConfig {
        distill: Distillation {
            d: WIDTH,
            ..Distillation::avel()
        }
        .direct(),
        inter_modal,
    }
}

fn layer() -> [LayerShape; 1] {
    [LayerShape {
        tokens: 4,
        width: WIDTH,
        grid: (2, 2),
        stage: 0,
    }]
}

/// Best four of seven seconds, the maximum over time, 0.3 of what each modality says by itself.
fn pytorchs(choice: InterModal) {
    let twin = Twin::read("cmbs", choice.name());
    let head = config(choice).init(&layer(), &layer(), 5, &twin.device);
    let head = twin.load(head.unwrap()).map(&mut Steady);
    let (visual, audio) = (twin.input::<3>(0), twin.input::<3>(1));
    let flat = |x: &Tensor<3>| x.clone().reshape([2 * 7, WIDTH]);
    let said = head.classify(flat(&visual), flat(&audio), 2);
    let loss = twin.output("is_event", said.is_event)
        + twin.output("event", said.event)
        + twin.output("av_score", said.av_score);
    let grads = loss.backward();
    twin.input_gradient(0, &visual, &grads);
    twin.input_gradient(1, &audio, &grads);
    // Four linear layers; two attentions of four matrices with biases, save the keys' biases, with a norm each.
    let branches = match choice {
        InterModal::None => 0,
        InterModal::Sequential | InterModal::Parallel => 2 * (8 - 1 + 2),
    };
    assert_eq!(twin.gradients(&head, &grads), 8 + branches, "{choice:?}");
}

#[test]
fn no_exchange_is_pytorchs() {
    pytorchs(InterModal::None);
}

#[test]
fn exchange_in_turn_is_pytorchs() {
    pytorchs(InterModal::Sequential);
}

#[test]
fn exchange_at_once_is_pytorchs() {
    pytorchs(InterModal::Parallel);
}

/// `true` and a head that says nothing had both at once; `false` had none. What is written is the name.
#[test]
fn older_heads_keep_their_choice() {
    let read = |inter_modal: Option<serde_json::Value>| {
        let mut stored = json!({"d": 16, "granularity": "block", "visual": {}, "audio": {}});
        if let Some(value) = inter_modal {
            stored["inter_modal"] = value;
        }
        serde_json::from_value::<AvelConfig>(stored)
    };
    let choice = |value| read(value).unwrap().inter_modal;
    assert_eq!(choice(None), InterModal::Parallel);
    assert_eq!(choice(Some(json!(true))), InterModal::Parallel);
    assert_eq!(choice(Some(json!(false))), InterModal::None);
    for known in InterModal::ALL {
        assert_eq!(choice(Some(json!(known.name()))), known);
        let kept = serde_json::to_value(config(known)).unwrap();
        assert_eq!(kept["inter_modal"], known.name());
        let again: AvelConfig = serde_json::from_value(kept).unwrap();
        assert_eq!(again, config(known));
    }
    let error = read(Some(json!("serial"))).unwrap_err().to_string();
    assert!(
        error.contains("serial") && error.contains("none, sequential or parallel"),
        "{error}"
    );
}

/// The arithmetic is what each choice holds; published totals hold both branches and two norms, whatever is chosen.
#[test]
fn each_choice_has_its_count() {
    let device = Device::flex();
    let features = pooled(3, &device);
    for choice in InterModal::ALL {
        let config = AvelConfig {
            distill: Distillation {
                d: WIDTH,
                ..Distillation::avel()
            },
            inter_modal: choice,
        };
        let head = config.init(&layers(), &layers(), 5, &device).unwrap();
        assert_eq!(head.forward(&features, &features, 1).event.dims(), [1, 5]);
        let counted = avel_head(&config, &layers(), &layers(), 5);
        assert_eq!(head.num_params() as u64, counted, "{choice:?}");
    }
    let visual = SwinV2Config::large_192().spec("").layers;
    let audio = HtsAtConfig::audioset().spec("").layers;
    let published = InterModal::ALL.map(|inter_modal| {
        let config = AvelConfig {
            inter_modal,
            ..AvelConfig::default()
        };
        avel_head_as_published(&config, &visual, &audio, 28)
    });
    assert_eq!(published, [77_911_841; 3]);
}

//! MGN's grouping block, and the whole network, are PyTorch's; its named quirks do what their names say.

use burn::tensor::{Device, Tensor};
use mettle_core::model::heads::{Assignment, Crossing, FrameAttention, GroupingBlock, MgnConfig};
use mettle_core::model::{
    Distillation, DpBranch, Granularity, LayerFeatures, LayerShape, LcdConfig, ParseConfig,
    ParseDecoder, ParseHead,
};

use super::twin::{Twin, close};

fn block(case: &str, assignment: Assignment) {
    let twin = Twin::read("mgn", case);
    let block = twin.load(GroupingBlock::new(16, 5, 4, assignment, &twin.device));
    // Noise belongs to training; the twin evaluates.
    let block = burn::module::Module::freeze(block);
    let (x, groups) = (twin.input::<3>(0), twin.input::<3>(1));
    let (new, share) = block.forward(x.clone(), groups.clone());
    let loss = twin.output("groups", new) + twin.output("share", share);
    let grads = loss.backward();
    twin.input_gradient(0, &x, &grads);
    twin.input_gradient(1, &groups, &grads);
}

#[test]
fn soft_grouping_is_pytorchs() {
    block("soft", Assignment::Soft);
    let twin = Twin::read("mgn", "soft");
    let block = twin.load(GroupingBlock::new(16, 5, 4, Assignment::Soft, &twin.device));
    let (new, share) = block.forward(twin.input::<3>(0), twin.input::<3>(1));
    let loss = twin.output("groups", new) + twin.output("share", share);
    let compared = twin.gradients(&block, &loss.backward());
    // Four norms, two perceptrons, the cross-attention block and the assignment. No gradient has what is taken away again: the
    // cross-attention's key bias, the assignment's query bias (its softmax is over the groups), and the last bias of the token
    // mixing (one number a group, before a norm over channels).
    assert_eq!(compared, 8 + 8 + 8 + 8 + 8 - 3);
}

#[test]
fn hard_grouping_is_pytorchs_outside_training() {
    block("hard", Assignment::Hard);
}

/// All groups want every segment alike: each goes to the first, not to all.
#[test]
fn of_equal_groups_the_first_gets_the_segment() {
    let twin = Twin::read("ties", "hard");
    let block = twin.load(GroupingBlock::new(16, 5, 4, Assignment::Hard, &twin.device));
    let block = burn::module::Module::freeze(block);
    let (new, share) = block.forward(twin.tensor("in.0"), twin.tensor("in.1"));
    twin.output("groups", new);
    twin.output("share", share);
}

/// One layer of width 12 of one token: its features are what the network takes.
fn layer() -> [LayerShape; 1] {
    [LayerShape {
        tokens: 1,
        width: 12,
        grid: (1, 1),
        stage: 0,
    }]
}

fn mgn() -> MgnConfig {
    MgnConfig {
        width: 16,
        heads: 4,
        depth: 1,
        depth_joint: 2,
        seconds: 6,
        drop_path: 0.0,
        ..MgnConfig::default()
    }
}

/// A head whose features are the mean of the one layer, unprojected.
fn config(mgn: MgnConfig, motion: Option<usize>) -> ParseConfig {
    let pooled = LcdConfig {
        ts_branch: false,
        dp_branch: DpBranch::Avgpool,
        ..LcdConfig::default()
    };
    ParseConfig {
        distill: Distillation {
            d: 12,
            granularity: Granularity::Last,
            visual: pooled.clone(),
            audio: pooled,
            projection: false,
        },
        decoder: ParseDecoder::Mgn(mgn),
        motion,
    }
}

/// With the twin's weights, on a plain device.
fn head(twin: &Twin, device: &Device) -> ParseHead {
    let fresh = config(mgn(), Some(9)).init(&layer(), &layer(), 5, device);
    twin.load(fresh.unwrap())
}

#[test]
fn the_network_is_pytorchs() {
    let mut twin = Twin::read("mgn", "mgn");
    let device = Device::flex();
    twin.device = device.clone();
    let head = head(&twin, &device);
    let flat = |index: usize| {
        let x: Tensor<3> = twin.tensor(&format!("in.{index}"));
        let [b, t, d] = x.dims();
        x.reshape([b * t, d])
    };
    let motion: Tensor<3> = twin.tensor("in.2");
    let said = head.classify(flat(1), flat(0), Some(&motion), 2).unwrap();
    let tokens = said.tokens.clone().unwrap();
    twin.output("audible", said.audible.clone());
    twin.output("visible", said.visible.clone());
    twin.output("clip", said.clip.clone());
    twin.output("audible_clip", said.audible_clip.clone());
    twin.output("visible_clip", said.visible_clip.clone());
    twin.output("audio_tokens", tokens.audio);
    twin.output("visual_tokens", tokens.visual);
    // LLP's rule: a second counts where it and the clip reach the threshold.
    let [audible, _] = said.gated();
    let clip = said.clip.unsqueeze_dim::<3>(1).expand([2, 6, 5]);
    let both = said
        .audible
        .greater_elem(0.5)
        .bool_and(clip.greater_elem(0.5));
    assert!(
        audible
            .greater_elem(0.5)
            .equal(both)
            .all()
            .into_scalar::<bool>()
    );
}

/// With soft assignments nothing is drawn: the gradients of every parameter are the twin's.
#[test]
fn the_network_learns_like_pytorchs() {
    let twin = Twin::read("mgn", "mgn_soft");
    let soft = MgnConfig {
        cross_modal: Assignment::Soft,
        ..mgn()
    };
    let fresh = config(soft, Some(9)).init(&layer(), &layer(), 5, &twin.device);
    let head = twin.load(fresh.unwrap());
    let flat = |index: usize| twin.input::<3>(index).reshape([12, 12]);
    let motion = twin.input::<3>(2);
    let said = head.classify(flat(1), flat(0), Some(&motion), 2).unwrap();
    let tokens = said.tokens.unwrap();
    let loss = twin.output("audible", said.audible)
        + twin.output("visible", said.visible)
        + twin.output("clip", said.clip)
        + twin.output("audible_clip", said.audible_clip)
        + twin.output("visible_clip", said.visible_clip)
        + twin.output("audio_tokens", tokens.audio)
        + twin.output("visual_tokens", tokens.visual);
    let grads = loss.backward();
    twin.input_gradient(2, &motion, &grads);
    assert!(twin.gradients(&head, &grads) > 150);
}

/// Motion features are a branch of their own: a head has it or not, and says what is missing.
#[test]
fn motion_features_are_asked_for_and_refused() {
    let device = Device::flex();
    let features = |n: usize| Tensor::<2>::ones([n, 12], &device);
    let with = config(mgn(), Some(9))
        .init(&layer(), &layer(), 5, &device)
        .unwrap();
    let without = config(mgn(), None)
        .init(&layer(), &layer(), 5, &device)
        .unwrap();
    let motion = Tensor::<3>::ones([1, 6, 9], &device);
    let says = |head: &ParseHead, motion: Option<&Tensor<3>>| {
        head.classify(features(6), features(6), motion, 1)
    };
    assert!(says(&with, Some(&motion)).is_ok());
    assert!(says(&without, None).is_ok());
    let missing = says(&with, None).unwrap_err().to_string();
    assert!(missing.contains("R(2+1)D"), "{missing}");
    assert!(says(&without, Some(&motion)).is_err());
    let wrong = Tensor::<3>::ones([1, 5, 9], &device);
    assert!(says(&with, Some(&wrong)).is_err());
}

/// The block between modalities has weights for its seconds: shorter clips are filled up, longer ones refused.
#[test]
fn any_clip_up_to_the_seconds_it_was_made_for() {
    let device = Device::flex();
    device.seed(4);
    let head = config(mgn(), None)
        .init(&layer(), &layer(), 5, &device)
        .unwrap();
    let random = |t: usize| {
        let normal = burn::tensor::Distribution::Normal(0.0, 1.0);
        Tensor::<2>::random([t, 12], normal, &device)
    };
    for t in 1..=6 {
        let said = head.classify(random(t), random(t), None, 1).unwrap();
        assert_eq!(said.audible.dims(), [1, t, 5]);
    }
    let refused = head.classify(random(7), random(7), None, 1).unwrap_err();
    assert!(refused.to_string().contains("6 seconds"), "{refused}");
    let (v, a) = (random(4), random(4));
    let short = head.classify(v.clone(), a.clone(), None, 1).unwrap();
    let filled = |x: Tensor<2>| {
        let last = x.clone().narrow(0, 3, 1);
        Tensor::cat(vec![x, last.clone(), last], 0)
    };
    let whole = head.classify(filled(v), filled(a), None, 1).unwrap();
    close("filled", short.visible, whole.visible.narrow(1, 0, 4), 1e-6);
}

/// One plus a softmax over time: between the clip's probability and twice that. The share alone: at most the clip's.
#[test]
fn frame_attention_does_what_its_name_says() {
    let device = Device::flex();
    use FrameAttention::{OfLargest, OnePlusSoftmax, Share};
    for frames in [OnePlusSoftmax, Share, OfLargest] {
        device.seed(9);
        let mgn = MgnConfig { frames, ..mgn() };
        let head = config(mgn, None)
            .init(&layer(), &layer(), 5, &device)
            .unwrap();
        let normal = burn::tensor::Distribution::Normal(0.0, 1.0);
        let x = Tensor::<2>::random([6, 12], normal, &device);
        let said = head.classify(x.clone(), x, None, 1).unwrap();
        let clip = said.audible_clip.unsqueeze_dim::<3>(1).expand([1, 6, 5]);
        let ratio: Vec<f32> = (said.audible / clip).try_into_vec_as().unwrap();
        let within = match frames {
            OnePlusSoftmax => 1.0..=2.0,
            Share | OfLargest => 0.0..=1.0 + 1e-6,
        };
        assert!(ratio.iter().all(|r| within.contains(r)), "{ratio:?}");
        // Of each class the largest second.
        let largest = (0..5).map(|class| ratio.iter().skip(class).step_by(5).copied());
        let whole = |seconds: f32| (seconds - 1.0).abs() < 1e-5;
        let whole = largest
            .map(|of| of.fold(0.0, f32::max))
            .filter(|m| whole(*m));
        assert_eq!(whole.count(), if frames == OfLargest { 5 } else { 0 });
    }
}

/// Upstream's network hears what there is in a clip, and not when: sounds in any order are the same to it. Where what the visual seconds
/// collect is added to the audible ones, they stay in order.
#[test]
fn the_order_of_sounds_is_lost_unless_their_seconds_are_kept() {
    let device = Device::flex();
    let normal = burn::tensor::Distribution::Normal(0.0, 1.0);
    let reordered = |crossing: Crossing| {
        device.seed(6);
        let mgn = MgnConfig {
            cross_modal: Assignment::Soft,
            frames: FrameAttention::Share,
            crossing,
            ..mgn()
        };
        let head = config(mgn, None).init(&layer(), &layer(), 5, &device);
        let head = burn::module::Module::freeze(head.unwrap());
        let [audio, visual] = [(); 2].map(|()| Tensor::<2>::random([6, 12], normal, &device));
        let backwards = audio.clone().flip([0]);
        let said = |audio: Tensor<2>| {
            let said = head.classify(visual.clone(), audio, None, 1).unwrap();
            let audible: Vec<f32> = said.audible.into_data().try_to_vec().unwrap();
            audible
        };
        let pairs = said(audio).into_iter().zip(said(backwards));
        pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
    };
    let lost = reordered(Crossing::Replaces);
    assert!(lost < 1e-6, "{lost}");
    let kept = reordered(Crossing::Adds);
    assert!(kept > 1e-5, "{kept}");
}

/// In training a hard assignment is drawn; outside it is the same every time.
#[test]
fn hard_assignment_is_drawn_in_training_only() {
    let plain = Device::flex();
    plain.seed(2);
    let fresh = GroupingBlock::new(16, 5, 4, Assignment::Hard, &plain);
    let normal = burn::tensor::Distribution::Normal(0.0, 1.0);
    let (x, groups) = (
        Tensor::<3>::random([1, 40, 16], normal, &plain),
        Tensor::<3>::random([1, 5, 16], normal, &plain),
    );
    let once = fresh.forward(x.clone(), groups.clone()).0;
    let again = fresh.forward(x.clone(), groups.clone()).0;
    assert!(once.clone().equal(again).all().into_scalar::<bool>());
    let learning = plain.clone().autodiff();
    let block = burn::module::Module::fork(fresh, &learning);
    let x = Tensor::<3>::from_data(x.into_data(), &learning);
    let groups = Tensor::<3>::from_data(groups.into_data(), &learning);
    let once = block.forward(x.clone(), groups.clone()).0;
    let again = block.forward(x, groups).0;
    assert!(!once.equal(again).all().into_scalar::<bool>());
}

/// The whole head, from layer features on, with gradients to every distilled parameter.
#[test]
fn layer_features_go_in_and_gradients_come_out() {
    let device = Device::flex().autodiff();
    let config = ParseConfig {
        distill: Distillation {
            d: 8,
            ..Distillation::avvp()
        },
        ..config(mgn(), None)
    };
    let head = config.init(&layer(), &layer(), 5, &device).unwrap();
    let normal = burn::tensor::Distribution::Normal(0.0, 1.0);
    let tokens = Tensor::<3>::random([12, 1, 12], normal, &device);
    let features = LayerFeatures {
        layers: vec![tokens.clone()],
        final_norm: tokens,
    };
    let said = head.forward(&features, &features, None, 2).unwrap();
    assert_eq!(said.audible.dims(), [2, 6, 5]);
    let clip = Tensor::<2>::ones([2, 5], &device);
    let loss = mettle_core::train::avvp_loss(&said, &clip, Default::default());
    let grads = burn::optim::GradientsParams::from_grads(loss.backward(), &head);
    assert!(grads.len() > 100, "{}", grads.len());
}

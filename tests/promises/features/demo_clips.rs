//! Rounding features to 16 bit changes no event of the clips that come with the program.

use std::path::Path;
use std::sync::Arc;

use burn::tensor::Device;
use mettle_core::base::{CancelToken, Task, TimeSpan};
use mettle_core::data::demo;
use mettle_core::features::{FeatureStream, Recipe, extract, pooled};
use mettle_core::media::{Clip, LocalFiles, SegmentReader};
use mettle_core::model::{Familiarity, LayerFeatures, LoadedModel, ModelBundle};
use mettle_core::predict::{
    Prediction, PredictionKey, Thresholds, Windowed, localize_scores, tracks_of,
};
use mettle_tests::parts::begun;

fn predict(
    clip: &Clip,
    model: &LoadedModel,
    visual: &LayerFeatures,
    audio: &LayerFeatures,
) -> Prediction {
    let key = PredictionKey {
        clip: clip.id,
        head: model.about.tasks[0].head,
        precision: model.pair.about().precision,
    };
    let known = model
        .familiarity
        .as_ref()
        .and_then(Familiarity::read)
        .expect("measured");
    let rows = pooled(visual, audio).expect("numbers");
    let familiarity: Vec<f32> = rows.iter().map(|row| known.score(row)).collect();
    let spans = TimeSpan::seconds_of(clip.duration);
    let mut localizer = Windowed::new(Task::Localize, key, model.about.labels.clone(), spans);
    let head = model.localize.as_ref().expect("a head");
    let features = head.meta_features(visual, audio);
    localizer
        .add(features, &familiarity, &|v, a| localize_scores(head, v, a))
        .expect("scored");
    Prediction::clone(&begun(localizer.part(0)))
}

/// As the backbones computed them.
fn exact(clip: &Clip, model: &LoadedModel) -> Prediction {
    let recipe = Recipe::of(model.pair.about());
    let spans = TimeSpan::seconds_of(clip.duration);
    let segments =
        SegmentReader::open(&LocalFiles, clip, spans, recipe.sample_rate()).expect("a reader");
    let prepared: Vec<_> = segments
        .map(|segment| recipe.prepare(&segment.expect("a segment")))
        .collect();
    let (visual, audio) = extract(&model.pair, &prepared).expect("backbones");
    predict(clip, model, &visual, &audio)
}

/// As they come out of the cache.
fn rounded(clip: &Arc<Clip>, model: &LoadedModel) -> Prediction {
    let spans = TimeSpan::seconds_of(clip.duration);
    let total = spans.len();
    let cancel = CancelToken::default();
    let mut stream = FeatureStream::start(
        Arc::new(LocalFiles),
        clip,
        spans,
        model.pair.about(),
        None,
        cancel,
    )
    .expect("it starts");
    let mut batches = Vec::new();
    while batches
        .iter()
        .map(|b: &mettle_core::features::FeatureBatch| b.segments)
        .sum::<usize>()
        < total
    {
        batches.extend(stream.next(&model.pair, total).expect("features"));
    }
    let whole = |of: fn(&mettle_core::features::FeatureBatch) -> &LayerFeatures| {
        let parts: Vec<&LayerFeatures> = batches.iter().map(of).collect();
        let join = |l: usize| {
            burn::tensor::Tensor::cat(parts.iter().map(|p| p.layers[l].clone()).collect(), 0)
        };
        LayerFeatures {
            layers: (0..parts[0].layers.len()).map(join).collect(),
            final_norm: burn::tensor::Tensor::cat(
                parts.iter().map(|p| p.final_norm.clone()).collect(),
                0,
            ),
        }
    };
    predict(clip, model, &whole(|b| &b.visual), &whole(|b| &b.audio))
}

#[test]
fn the_events_of_the_demo_clips_are_the_same() {
    let folder = tempfile::tempdir().expect("a folder");
    let device = Device::flex();
    let model = ModelBundle::demo()
        .and_then(|demo| demo.load(&device))
        .expect("it loads");
    let events = |prediction: &Prediction| -> Vec<_> {
        tracks_of(prediction, &Thresholds::default())
            .into_iter()
            .map(|track| {
                (
                    track.label,
                    track.events.iter().map(|e| e.span).collect::<Vec<_>>(),
                )
            })
            .collect()
    };
    for path in demo::clips(Path::new(folder.path())).expect("clips") {
        let clip = Arc::new(Clip::open(&path).expect("a clip"));
        let (exact, rounded) = (exact(&clip, &model), rounded(&clip, &model));
        assert_eq!(events(&exact), events(&rounded), "{}", path.display());
        assert!(!events(&exact).is_empty(), "there is something to compare");
        let pairs = exact
            .scores
            .iter()
            .flatten()
            .zip(rounded.scores.iter().flatten());
        let apart = pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        // Features are off by 2^-11 of their size, scores by about as much.
        assert!(apart < 2e-3, "scores are {apart} apart");
    }
}

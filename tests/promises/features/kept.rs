//! What a backbone computed for a clip is kept whole, and not computed again.

use std::path::Path;
use std::sync::Arc;

use burn::tensor::{Device, Tensor};
use mettle_core::base::{CancelToken, TimeSpan};
use mettle_core::features::{FeatureCache, FeatureError, FeatureStream, Recipe, extract};
use mettle_core::media::{Clip, LocalFiles, SegmentReader};
use mettle_core::model::{LayerFeatures, LoadedModel, ModelBundle, Precision};
use mettle_tests::counting::{Runs, counted};
use mettle_tests::program::talking_picture;
use mettle_tests::tiny_model;

/// Layers of both backbones for a whole clip, on the host.
type Layers = Vec<Vec<f32>>;

fn clip(folder: &Path, name: &str, seconds: &str) -> Arc<Clip> {
    let path = folder.join(name);
    talking_picture(seconds, &path);
    Arc::new(Clip::open(&path).expect("a clip"))
}

fn model(folder: &Path) -> (LoadedModel, Runs) {
    let model = tiny_model::write(folder).load(&Device::flex());
    counted(model.expect("it loads"))
}

fn numbers(features: &LayerFeatures) -> Layers {
    let tensors = features.layers.iter().chain([&features.final_norm]);
    let numbers = |tensor: &Tensor<3>| tensor.clone().try_into_vec_as().expect("numbers");
    tensors.map(numbers).collect()
}

/// All features of a clip, one segment at a time: batches cut by the clock would differ in the last bit.
fn all(
    clip: &Arc<Clip>,
    model: &LoadedModel,
    cache: Option<&FeatureCache>,
) -> Result<Layers, FeatureError> {
    let spans = TimeSpan::seconds_of(clip.duration);
    let total = spans.len();
    let mut stream = FeatureStream::start(
        Arc::new(LocalFiles),
        clip,
        spans,
        model.pair.about(),
        cache.cloned(),
        CancelToken::default(),
    )?;
    let (mut seen, mut found): (usize, Layers) = (0, Vec::new());
    while seen < total {
        let Some(batch) = stream.next(&model.pair, 1)? else {
            continue;
        };
        seen += batch.segments;
        let both = [numbers(&batch.visual), numbers(&batch.audio)].concat();
        found.resize(both.len(), Vec::new());
        found
            .iter_mut()
            .zip(both)
            .for_each(|(all, part)| all.extend(part));
    }
    Ok(found)
}

#[test]
fn a_second_analysis_does_not_run_a_backbone() {
    let folder = tempfile::tempdir().expect("a folder");
    let cache = FeatureCache::at(folder.path().join("kept"));
    let clip = clip(folder.path(), "clip.mp4", "5");
    let (model, runs) = model(&folder.path().join("model"));
    let first = all(&clip, &model, Some(&cache)).expect("features");
    assert_eq!(runs.so_far(), (5, 5));
    let again = all(&clip, &model, Some(&cache)).expect("features");
    assert_eq!(runs.so_far(), (5, 5), "nothing was computed");
    assert!(
        first == again,
        "kept features are those of the first time, bit for bit"
    );
    // A copy under another name is the same clip; the features need not the file.
    let moved = Arc::new(Clip {
        path: folder.path().join("gone.mp4"),
        ..(*clip).clone()
    });
    assert!(all(&moved, &model, Some(&cache)).expect("features") == first);
    assert_eq!(runs.so_far(), (5, 5));
    assert_eq!(cache.summary().entries, 2);
    let listed = cache.list();
    assert!(
        listed
            .iter()
            .all(|e| e.about.as_ref().is_some_and(|a| a.clip == "clip.mp4"))
    );
    cache.clear().expect("cleared");
    assert_eq!((cache.summary().entries, cache.summary().bytes), (0, 0));
    assert!(all(&clip, &model, Some(&cache)).expect("features") == first);
    assert_eq!(runs.so_far(), (10, 10));
}

#[test]
fn layers_are_kept_whole_and_within_16_bit_of_what_was_computed() {
    let folder = tempfile::tempdir().expect("a folder");
    let cache = FeatureCache::at(folder.path().join("kept"));
    let clip = clip(folder.path(), "clip.mp4", "3");
    let (model, _) = model(&folder.path().join("model"));
    let kept = all(&clip, &model, Some(&cache)).expect("features");
    let recipe = Recipe::of(model.pair.about());
    let spans = TimeSpan::seconds_of(clip.duration);
    let segments =
        SegmentReader::open(&LocalFiles, &clip, spans, recipe.sample_rate()).expect("a reader");
    let prepared: Vec<_> = segments
        .map(|segment| recipe.prepare(&segment.expect("a segment")))
        .collect();
    let (visual, audio) = extract(&model.pair, &prepared).expect("backbones");
    let computed = [numbers(&visual), numbers(&audio)].concat();
    assert_eq!(
        kept.len(),
        computed.len(),
        "every layer, and the final norms"
    );
    for (kept, computed) in kept.iter().zip(&computed) {
        assert_eq!(kept.len(), computed.len(), "every token");
        let largest = computed.iter().fold(0.0_f32, |m, v| m.max(v.abs()));
        for (a, b) in kept.iter().zip(computed) {
            // Half a unit in the last of 11 bits, and the rounding of another batch size.
            let allowed = b.abs() / 2048.0 + largest * 1e-5 + 6e-8;
            assert!((a - b).abs() <= allowed, "{a} is not {b}");
        }
    }
}

#[test]
fn a_changed_backbone_or_clip_is_computed_and_only_that() {
    let folder = tempfile::tempdir().expect("a folder");
    let cache = FeatureCache::at(folder.path().join("kept"));
    let clip_a = clip(folder.path(), "a.mp4", "2");
    let place = folder.path().join("model");
    let (first, runs) = model(&place);
    all(&clip_a, &first, Some(&cache)).expect("features");
    assert_eq!(runs.so_far(), (2, 2));
    let clip_b = clip(folder.path(), "b.mp4", "3");
    all(&clip_b, &first, Some(&cache)).expect("features");
    assert_eq!(runs.so_far(), (5, 5), "another clip");
    // Other weights of the backbone that listens.
    let other = folder.path().join("other");
    tiny_model::write_seeded(&other, 2);
    std::fs::copy(
        other.join("audio.safetensors"),
        place.join("audio.safetensors"),
    )
    .expect("copied");
    let changed = ModelBundle::open(&place)
        .expect("a bundle")
        .load(&Device::flex());
    let (changed, runs) = counted(changed.expect("it loads"));
    all(&clip_a, &changed, Some(&cache)).expect("features");
    assert_eq!(runs.so_far(), (0, 2), "what is seen was kept");
}

/// Whatever lies in the cache in place of a file of ours: it is ignored, or noticed while reading, and replaced.
#[test]
fn damaged_files_are_rebuilt() {
    let folder = tempfile::tempdir().expect("a folder");
    let cache = FeatureCache::at(folder.path().join("kept"));
    let clip = clip(folder.path(), "clip.mp4", "3");
    let (model, runs) = model(&folder.path().join("model"));
    let good = all(&clip, &model, Some(&cache)).expect("features");
    let file = cache.list()[0].path.clone();
    let whole = std::fs::read(&file).expect("read");
    let flipped = |at: usize| {
        let mut bytes = whole.clone();
        bytes[at] ^= 4;
        bytes
    };
    let not_there = [
        Vec::new(),
        b"Dear diary".to_vec(),
        whole[..30].to_vec(),
        whole[..whole.len() / 2].to_vec(),
        whole[..whole.len() - 1].to_vec(),
        [&whole[..], b"more"].concat(),
        flipped(3),
        flipped(9),
        flipped(100),
    ];
    for bytes in not_there {
        std::fs::write(&file, bytes).expect("written");
        let before = runs.so_far();
        assert!(all(&clip, &model, Some(&cache)).expect("features") == good);
        let (seen, heard) = runs.so_far();
        assert_eq!(
            (seen - before.0) + (heard - before.1),
            3,
            "one backbone ran"
        );
        assert_eq!(
            std::fs::read(&file).expect("read"),
            whole,
            "it is whole again"
        );
    }
    // In the numbers themselves, and in a checksum: noticed when they are read.
    for at in [whole.len() / 2, whole.len() - 5] {
        std::fs::write(&file, flipped(at)).expect("written");
        let outcome = all(&clip, &model, Some(&cache));
        assert!(matches!(outcome, Err(FeatureError::Damaged(path)) if path == file));
        assert!(!file.exists(), "it is out of the way");
        assert!(all(&clip, &model, Some(&cache)).expect("features") == good);
    }
}

/// What is known of a pair is enough to find what it computed before.
#[test]
fn a_second_analysis_does_not_load_a_backbone() {
    let folder = tempfile::tempdir().expect("a folder");
    let cache = FeatureCache::at(folder.path().join("kept"));
    let clip = clip(folder.path(), "clip.mp4", "3");
    let bundle = tiny_model::write(&folder.path().join("model"));
    let device = Device::flex();
    let first = bundle.load(&device).expect("it loads");
    all(&clip, &first, Some(&cache)).expect("features");
    let pair = bundle.pair(&device, Precision::F32).expect("a pair");
    let kept = FeatureStream::kept(&clip, 3, pair.about(), cache.clone());
    let mut kept = kept.expect("they are kept");
    let batch = kept.try_next(&pair, 3).expect("features").expect("at once");
    let head = bundle.heads()[0].load(pair.about(), &device);
    assert!(
        head.expect("a head")
            .readings(&batch.visual, &batch.audio, 0)
            .is_ok()
    );
    assert!(!pair.is_loaded());
    cache.clear().expect("cleared");
    assert!(FeatureStream::kept(&clip, 3, pair.about(), cache).is_none());
    pair.backbones().expect("they load when they are needed");
    assert!(pair.is_loaded());
}

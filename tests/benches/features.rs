//! What the features of a clip cost: decoding alone, the backbones alone, both at once, and from the cache.
//!
//! `cargo bench --workspace --bench features`. Both at once should cost at most 1.1 times the slower of the two, where
//! there is more than one core, or a GPU.

use std::sync::{Arc, OnceLock};

use burn::tensor::Device;
use mettle_core::base::{CancelToken, TimeSpan};
use mettle_core::features::{
    FeatureCache, FeatureStream, HalfFeatures, PreparedSegment, Recipe, extract,
};
use mettle_core::media::{Clip, SegmentReader};
use mettle_core::model::{LoadedModel, ModelBundle};
use mettle_tests::media::Media;

/// Segments in one pass, as in an analysis.
const BATCH: usize = 8;

fn main() {
    divan::main();
}

/// Thirty seconds of 1080p with sound, as a phone would record it.
fn clip() -> Arc<Clip> {
    static CLIP: OnceLock<(Media, Arc<Clip>)> = OnceLock::new();
    let (_, clip) = CLIP.get_or_init(|| {
        let media = Media::new();
        let path = media.make(
            "-f lavfi -i testsrc2=size=1920x1080:rate=30:duration=30 -f lavfi -i sine=duration=30:sample_rate=48000 \
             -c:v libx264 -preset veryfast -bf 2 -g 60 -pix_fmt yuv420p -c:a aac",
            "phone.mp4",
        );
        let clip = Clip::open(&path).expect("opens");
        (media, Arc::new(clip))
    });
    Arc::clone(clip)
}

fn model() -> LoadedModel {
    let demo = ModelBundle::demo().and_then(|demo| demo.load(&Device::flex()));
    demo.expect("it loads")
}

fn prepared(clip: &Clip, recipe: &Recipe) -> Vec<PreparedSegment> {
    let spans = TimeSpan::seconds_of(clip.duration);
    let segments = SegmentReader::open(clip, spans, recipe.sample_rate()).expect("opens");
    segments
        .map(|segment| recipe.prepare(&segment.expect("a segment")))
        .collect()
}

#[divan::bench(sample_count = 5)]
fn decoding_alone(bencher: divan::Bencher) {
    let (clip, recipe) = (clip(), Recipe::of(&model()));
    bencher.bench_local(|| prepared(&clip, &recipe).len());
}

#[divan::bench(sample_count = 5)]
fn backbones_alone(bencher: divan::Bencher) {
    let (model, device) = (model(), Device::flex());
    let prepared = prepared(&clip(), &Recipe::of(&model));
    bencher.bench_local(|| {
        for batch in prepared.chunks(BATCH) {
            let (visual, audio) = extract(&model, batch, &device);
            HalfFeatures::of(&visual).expect("numbers");
            HalfFeatures::of(&audio).expect("numbers");
        }
    });
}

fn stream(clip: &Arc<Clip>, model: &LoadedModel, cache: Option<&FeatureCache>) {
    let spans = TimeSpan::seconds_of(clip.duration);
    let (mut left, device) = (spans.len(), Device::flex());
    let cancel = CancelToken::default();
    let stream = FeatureStream::start(clip, spans, model, cache.cloned(), cancel);
    let mut stream = stream.expect("it starts");
    while left > 0 {
        let batch = stream.next(model, &device, BATCH).expect("features");
        left -= batch.map_or(0, |batch| batch.segments);
    }
}

#[divan::bench(sample_count = 5)]
fn both_at_once(bencher: divan::Bencher) {
    let (clip, model) = (clip(), model());
    bencher.bench_local(|| stream(&clip, &model, None));
}

#[divan::bench(sample_count = 5)]
fn from_the_cache(bencher: divan::Bencher) {
    let (clip, model, media) = (clip(), model(), Media::new());
    let cache = FeatureCache::at(media.path("kept"));
    stream(&clip, &model, Some(&cache));
    bencher.bench_local(|| stream(&clip, &model, Some(&cache)));
}

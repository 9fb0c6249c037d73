//! What the features of a clip cost: decoding alone, the backbones alone, both at once, and from the cache.
//!
//! `cargo bench --workspace --bench features -- [CLIP [MODEL]]`. The four take turns, so that what else the machine does falls
//! on all of them; the middle of each is printed. Both at once should cost at most 1.1 times the slower of the two. Where the
//! backbones run on the processor's own cores and take as long as decoding, they cannot: both want the same cores.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use burn::tensor::Device;
use mettle_core::base::{CancelToken, TimeSpan};
use mettle_core::features::{
    FeatureCache, FeatureStream, HalfFeatures, PreparedSegment, Recipe, extract,
};
use mettle_core::media::{Clip, LocalFiles, SegmentReader};
use mettle_core::model::{LoadedModel, ModelBundle};
use mettle_tests::media::Media;

/// Segments in one pass, as in an analysis.
const BATCH: usize = 8;
/// Turns of each.
const ROUNDS: usize = 9;

fn main() {
    let media = Media::new();
    let mut given = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with("--"));
    let path = given.next().map_or_else(|| phone(&media), PathBuf::from);
    let clip = Arc::new(Clip::open(&path).expect("opens"));
    let device = Device::flex();
    let model = match given.next() {
        Some(folder) => ModelBundle::open(folder.as_ref()),
        None => ModelBundle::demo(),
    };
    let model = model.and_then(|model| model.load(&device));
    let model = model.expect("it loads");
    let cache = FeatureCache::at(media.path("kept"));
    stream(&clip, &model, Some(&cache));
    let ready = prepared(&clip, &Recipe::of(model.pair.about()));

    let turns: [(&str, &dyn Fn()); 4] = [
        ("decoding alone", &|| {
            drop(prepared(&clip, &Recipe::of(model.pair.about())))
        }),
        ("backbones alone", &|| backbones(&ready, &model)),
        ("both at once", &|| stream(&clip, &model, None)),
        ("from the cache", &|| stream(&clip, &model, Some(&cache))),
    ];
    let mut times = turns.map(|_| Vec::new());
    for _ in 0..ROUNDS {
        for ((_, run), times) in turns.iter().zip(&mut times) {
            let begin = Instant::now();
            run();
            times.push(begin.elapsed());
        }
    }
    println!("{} segments, middle of {ROUNDS} turns each", ready.len());
    let middles = times.map(middle);
    for ((name, _), time) in turns.iter().zip(middles) {
        println!("{name:16} {:8.1} ms", time.as_secs_f64() * 1e3);
    }
    let slower = middles[0].max(middles[1]).as_secs_f64();
    println!(
        "both at once : slower of the two = {:.2}",
        middles[2].as_secs_f64() / slower
    );
}

fn middle(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// Thirty seconds of 1080p with sound, as a phone would record it.
fn phone(media: &Media) -> PathBuf {
    media.make(
        "-f lavfi -i testsrc2=size=1920x1080:rate=30:duration=30 -f lavfi -i sine=duration=30:sample_rate=48000 \
         -c:v libx264 -preset veryfast -bf 2 -g 60 -pix_fmt yuv420p -c:a aac",
        "phone.mp4",
    )
}

fn prepared(clip: &Clip, recipe: &Recipe) -> Vec<PreparedSegment> {
    let spans = TimeSpan::seconds_of(clip.duration);
    let segments =
        SegmentReader::open(&LocalFiles, clip, spans, recipe.sample_rate()).expect("opens");
    segments
        .map(|segment| recipe.prepare(&segment.expect("a segment")))
        .collect()
}

fn backbones(prepared: &[PreparedSegment], model: &LoadedModel) {
    for batch in prepared.chunks(BATCH) {
        let (visual, audio) = extract(&model.pair, batch).expect("backbones");
        HalfFeatures::of(&visual).expect("numbers");
        HalfFeatures::of(&audio).expect("numbers");
    }
}

fn stream(clip: &Arc<Clip>, model: &LoadedModel, cache: Option<&FeatureCache>) {
    let spans = TimeSpan::seconds_of(clip.duration);
    let mut left = spans.len();
    let stream = FeatureStream::start(
        Arc::new(LocalFiles),
        clip,
        spans,
        model.pair.about(),
        cache.cloned(),
        CancelToken::default(),
    );
    let mut stream = stream.expect("it starts");
    while left > 0 {
        let batch = stream.next(&model.pair, BATCH).expect("features");
        left -= batch.map_or(0, |batch| batch.segments);
    }
}

//! A picture that stays and silence cost no more than once, however long they last.

use std::sync::Arc;
use std::time::Instant;

use burn::tensor::{Device, Tensor};
use mettle_core::base::{CancelToken, TimeSpan};
use mettle_core::features::{FeatureCache, FeatureStream};
use mettle_core::media::{Clip, LocalFiles};
use mettle_core::model::{LayerFeatures, LoadedModel};
use mettle_tests::counting::counted;
use mettle_tests::media::Media;
use mettle_tests::program::{self, run};
use mettle_tests::tiny_model;

/// Every number of every segment, some segments at a time.
fn all(clip: &Arc<Clip>, model: &LoadedModel, cache: &FeatureCache, most: usize) -> Vec<Vec<f32>> {
    let spans = TimeSpan::seconds_of(clip.duration);
    let (total, mut found) = (spans.len(), Vec::new());
    let mut stream = FeatureStream::start(
        Arc::new(LocalFiles),
        clip,
        spans,
        model.pair.about(),
        Some(cache.clone()),
        CancelToken::default(),
    )
    .expect("it starts");
    while found.len() < total {
        if let Some(batch) = stream.next(&model.pair, most).expect("features") {
            let rows = (0..batch.segments).map(|at| {
                let row = |features: &LayerFeatures| {
                    let tensors = features.layers.iter().chain([&features.final_norm]);
                    let numbers = tensors.flat_map(|tensor: &Tensor<3>| {
                        let row = tensor.clone().slice_dim(0, at..at + 1);
                        row.try_into_vec_as::<f32>().expect("numbers")
                    });
                    numbers.collect::<Vec<f32>>()
                };
                [row(&batch.visual), row(&batch.audio)].concat()
            });
            found.extend(rows);
        }
    }
    found
}

#[test]
fn each_is_computed_and_kept_once() {
    let media = Media::new();
    let path = media.make(
        "-f lavfi -i testsrc2=size=160x120:rate=25:duration=2 \
         -f lavfi -i anullsrc=r=16000:cl=mono:d=20 -c:v libx264 -c:a flac",
        "held.mkv",
    );
    let clip = Arc::new(Clip::open(&path).expect("a clip"));
    let model = tiny_model::write(&media.path("model")).load(&Device::flex());
    let (model, runs) = counted(model.expect("it loads"));
    let mut first = None;
    for most in [1, 3, 8] {
        let cache = FeatureCache::at(media.path(&format!("kept-{most}")));
        let before = runs.so_far();
        let computed = all(&clip, &model, &cache, most);
        let after = runs.so_far();
        // Two seconds of pictures, then the last one; silence.
        assert_eq!((after.0 - before.0, after.1 - before.1), (3, 1), "{most}");
        assert_eq!(computed.len(), 20);
        assert!(computed[0] != computed[1] && computed[1] != computed[2]);
        assert!(computed[3..].iter().all(|row| *row == computed[2]));
        let kept = all(&clip, &model, &cache, 8);
        assert_eq!(runs.so_far(), after, "nothing was computed");
        assert!(kept == computed, "what is kept is what was computed");
        let numbers: usize = computed[0].len();
        assert!(cache.summary().bytes < 4 * numbers as u64 * 2, "kept once");
        first.get_or_insert(computed);
    }
    assert!(first.is_some());
}

#[test]
fn nine_hours_are_soon_analysed() {
    let media = Media::new();
    let path = media.make(
        "-f lavfi -i testsrc2=size=160x120:rate=25:duration=2 \
         -vf setpts='if(lt(N\\,49)\\,N\\,810000)/25/TB' -fps_mode vfr -c:v libx264 -bf 0",
        "held.mp4",
    );
    tiny_model::write(&media.path("model"));
    let begin = Instant::now();
    let cache = media.path("cache");
    let mut command = program::mettle(&cache);
    command.args(["analyze", "--device", "cpu", "--format", "csv", "--model"]);
    command.arg(media.path("model"));
    command.arg("--out").arg(media.path("out")).arg(&path);
    let (code, _, said) = run(&mut command);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("has nothing from"), "{said}");
    assert!(begin.elapsed().as_secs() < 60, "{:?}", begin.elapsed());
}

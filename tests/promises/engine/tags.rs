//! `mettle tag` names what the backbones' own classifiers say of each second.

use std::path::Path;

use burn::tensor::{Device, Tensor, TensorData};
use mettle_core::base::TimeSpan;
use mettle_core::media::{Clip, LocalFiles, SegmentReader};
use mettle_core::model::weights::save_module;
use mettle_core::model::{
    BackboneDesc, CLASS_LISTS, HtsAtConfig, LoadAs, Prep, SwinV2Config, class_names,
};
use mettle_tests::program::{mettle, run, talking_picture};
use mettle_tests::tiny_model;
use serde_json::{Value, json};

fn describe(folder: &Path, name: &str, architecture: &str, classes: &str, config: &Value) {
    let desc =
        json!({"name": name, "architecture": architecture, "config": config, "classes": classes});
    std::fs::write(folder.join(format!("{name}.json")), desc.to_string()).unwrap();
}

/// Small backbones of random weights with classifiers of full length, each beside its description.
fn models(folder: &Path) {
    let device = Device::flex();
    device.seed(3);
    let swin = SwinV2Config {
        num_classes: 1000,
        ..tiny_model::swin_v2()
    };
    let htsat = HtsAtConfig {
        num_classes: 527,
        mel_bins: 16,
        ..tiny_model::hts_at()
    };
    describe(folder, "eye", "swin_v2", "imagenet-1k", &json!(swin));
    describe(folder, "ear", "hts_at", "audioset-527", &json!(htsat));
    let at = |name: &str| folder.join(format!("{name}.safetensors"));
    save_module(&swin.init(&device).unwrap(), &at("eye")).unwrap();
    save_module(&htsat.init(&device).unwrap(), &at("ear")).unwrap();
}

/// The best class of each second, straight from the backbone.
fn expected(folder: &Path, name: &str, clip: &Clip) -> Vec<(String, f32)> {
    let device = Device::flex();
    let desc = BackboneDesc::read(&folder.join(format!("{name}.json"))).unwrap();
    let weights = folder.join(format!("{name}.safetensors"));
    let how = LoadAs {
        classifier: true,
        ..LoadAs::default()
    };
    let model = desc.load_as(&weights, &device, how).unwrap();
    let (names, spans) = (
        desc.class_names().unwrap(),
        TimeSpan::seconds_of(clip.duration),
    );
    let segments = SegmentReader::open(&LocalFiles, clip, spans, 8000).unwrap();
    let best = segments.map(|segment| {
        let segment = segment.unwrap();
        let (values, shape) = match desc.prep().unwrap() {
            Prep::Image(prep) => (prep.frame(segment.frame.as_ref().unwrap()), [1, 3, 32, 32]),
            Prep::Logmel(prep) => (prep.second(&segment.sound.unwrap(), 10), [1, 1, 1001, 16]),
            Prep::Fbank(_) => panic!("not asked for"),
        };
        let input = Tensor::<4>::from_data(TensorData::new(values, shape), &device);
        let scores = model.classify(&model.forward(input)).unwrap();
        let scores: Vec<f32> = scores.try_into_vec_as().unwrap();
        let best = (0..scores.len()).max_by(|a, b| scores[*a].total_cmp(&scores[*b]));
        (names[best.unwrap()].to_string(), scores[best.unwrap()])
    });
    best.collect()
}

#[test]
fn each_second_is_tagged() {
    let dir = tempfile::tempdir().unwrap();
    let clip = dir.path().join("clip.mp4");
    talking_picture("2.4", &clip);
    models(dir.path());
    let file = |name: &str| dir.path().join(format!("{name}.json"));
    let mut command = mettle(dir.path());
    command
        .arg("tag")
        .arg(&clip)
        .args(["--json", "--top", "3", "--device", "cpu"]);
    command
        .arg("--audio")
        .arg(file("ear"))
        .arg("--visual")
        .arg(file("eye"));
    let (code, out, err) = run(&mut command);
    assert_eq!(code, 0, "{err}");
    let report: Value = serde_json::from_str(&out).unwrap();
    let seconds = report["seconds"].as_array().unwrap();
    let opened = Clip::open(&clip).unwrap();
    for (side, name) in [("heard", "ear"), ("seen", "eye")] {
        let best = expected(dir.path(), name, &opened);
        assert_eq!(seconds.len(), best.len());
        for (second, (label, score)) in seconds.iter().zip(best) {
            let tags = second[side].as_array().unwrap();
            assert_eq!(tags.len(), 3);
            assert_eq!(tags[0]["label"], json!(label), "{side}");
            let found = tags[0]["score"].as_f64().unwrap() as f32;
            // A batch of seconds and one second are rounded differently.
            assert!(
                (found - score).abs() <= 1e-4 * score.abs(),
                "{found} {score}"
            );
            assert!(tags[0]["score"].as_f64() >= tags[1]["score"].as_f64());
        }
    }
}

#[test]
fn what_is_missing_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let clip = dir.path().join("clip.mp4");
    talking_picture("1", &clip);
    models(dir.path());
    let said = |arguments: &[&str]| {
        let mut command = mettle(dir.path());
        command
            .current_dir(dir.path())
            .env("METTLE_DATA", dir.path())
            .args(["tag", "clip.mp4", "--device", "cpu"]);
        let (code, out, err) = run(command.args(arguments));
        assert_eq!((code, out.as_str()), (1, ""), "{err}");
        err
    };
    let err = said(&["--audio", "none", "--visual", "none"]);
    assert!(err.contains("nothing to do"), "{err}");
    let err = said(&["--audio", "eye.json", "--visual", "none"]);
    assert!(err.contains("no ear for sound"), "{err}");
    let err = said(&["--audio", "none", "--visual", "ear.json"]);
    assert!(err.contains("no eye for pictures"), "{err}");
    let empty = ["--weights", "nowhere"];
    let err = said(&empty);
    assert!(err.contains("mettle models pull htsat_audioset"), "{err}");
    let err = said(&["--weights", "nowhere", "--audio", "none", "--visual", "vit"]);
    assert!(
        err.contains("mettle models pull vit_large_patch16_224"),
        "{err}"
    );
    let err = said(&["--audio", "nobody"]);
    assert!(err.contains("there is no model \"nobody\""), "{err}");
    std::fs::remove_file(dir.path().join("eye.safetensors")).unwrap();
    let err = said(&["--audio", "none", "--visual", "eye.json"]);
    assert!(err.contains("no weights beside it"), "{err}");
    let list = std::fs::read_to_string(dir.path().join("ear.json")).unwrap();
    std::fs::write(
        dir.path().join("ear.json"),
        list.replace("audioset-527", "imagenet-1k"),
    )
    .unwrap();
    let err = said(&["--audio", "ear.json", "--visual", "none"]);
    assert!(
        err.contains("imagenet-1k has 1000 classes, its classifier 527"),
        "{err}"
    );
}

/// The lists have the classifiers' lengths and, at places that are known, their classes.
#[test]
fn class_lists_are_in_order() {
    let length = |list: &str| class_names(list).unwrap().len();
    let lengths = [527, 1000, 21_843, 21_841, 28, 25];
    assert_eq!(CLASS_LISTS.map(length), lengths);
    let at = |list: &str, place: usize| class_names(list).unwrap()[place].to_string();
    assert_eq!(at("audioset-527", 0), "Speech");
    assert_eq!(at("audioset-527", 137), "Music");
    assert_eq!(at("audioset-527", 526), "Field recording");
    assert_eq!(at("imagenet-1k", 0), "tench, Tinca tinca");
    assert_eq!(at("imagenet-1k", 281), "tabby, tabby cat");
    assert_eq!(
        at("imagenet-1k", 999),
        "toilet tissue, toilet paper, bathroom tissue"
    );
    // Google's list has two classes more, and what follows them is shifted.
    assert_eq!(at("imagenet-21k", 9205), "picture, image, icon, ikon");
    assert_eq!(at("imagenet-21k", 9206), at("imagenet-22k", 9205));
    assert_eq!(at("imagenet-21k", 15_027), "bleacher");
    assert_eq!(at("imagenet-21k", 21_842), at("imagenet-22k", 21_840));
    assert!(class_names("nothing").is_none());
}

//! Heads without training: what AudioSet's and ImageNet's classifiers of the backbones say of a second, in the classes of AVE,
//! of LLP, or of the user's choice; and they say what they are.

use std::path::Path;

use burn::tensor::{Device, Distribution, Tensor};
use mettle_core::base::{ClipId, HeadId, Labels, Task, Time, TimeSpan};
use mettle_core::engine::{ModelChoice, use_tags};
use mettle_core::exchange::json::Analysis;
use mettle_core::model::weights::save_module;
use mettle_core::model::{
    Assembly, BackboneDesc, BackboneFile, HtsAtConfig, LayerFeatures, ModelBundle, Precision,
    SwinV2Config, TagClasses, TaskHead, VitConfig, assemble, class_names,
};
use mettle_core::predict::{Detail, PredictionKey, Predictor, Tagged};
use mettle_tests::parts::begun;
use mettle_tests::program::{self, run, talking_picture};
use mettle_tests::tiny_model;
use serde_json::{Value, json};

fn backbone(
    dir: &Path,
    name: &str,
    architecture: &str,
    config: &Value,
    list: &str,
) -> BackboneFile {
    let desc =
        json!({"name": name, "architecture": architecture, "config": config, "classes": list});
    let description: BackboneDesc = serde_json::from_value(desc).unwrap();
    BackboneFile {
        description,
        weights: dir.join(format!("{name}.safetensors")),
    }
}

/// A small Swin of random weights with ImageNet's classes.
pub fn eye(dir: &Path) -> BackboneFile {
    let config = SwinV2Config {
        num_classes: 1000,
        ..tiny_model::swin_v2()
    };
    let file = backbone(dir, "Eye", "swin_v2", &json!(config), "imagenet-1k");
    let device = Device::flex();
    device.seed(5);
    save_module(&config.init(&device).unwrap(), &file.weights).unwrap();
    file
}

/// A small HTS-AT of random weights with AudioSet's classes.
pub fn ear(dir: &Path) -> BackboneFile {
    let config = HtsAtConfig {
        num_classes: 527,
        ..tiny_model::hts_at()
    };
    let file = backbone(dir, "Ear", "hts_at", &json!(config), "audioset-527");
    save_module(&config.init(&Device::flex()).unwrap(), &file.weights).unwrap();
    file
}

pub fn parts(visual: BackboneFile, audio: BackboneFile) -> Assembly {
    Assembly {
        name: "made".into(),
        visual,
        audio,
        heads: None,
        tags: Some(TagClasses::ours().unwrap()),
        untrained: Vec::new(),
        labels: None,
        seed: 7,
    }
}

#[test]
fn every_class_of_ave_and_llp_has_tags() {
    let ours = TagClasses::ours().unwrap();
    for list in ["ave-28", "llp-25"] {
        for class in class_names(list).unwrap().iter() {
            let row = ours.row(class).unwrap_or_else(|| panic!("{class}"));
            assert!(!row.heard.is_empty(), "{class}");
            // Nobody photographed applause for ImageNet.
            assert!(!row.seen.is_empty() || &**class == "Clapping", "{class}");
        }
    }
}

fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().try_to_vec::<f32>().unwrap()
}

fn key() -> PredictionKey {
    PredictionKey {
        clip: ClipId::default(),
        head: HeadId::default(),
        precision: Precision::F32,
    }
}

/// By hand, from the classifiers' own probabilities: the largest of what is heard, the sum of what is seen, their product.
#[test]
fn they_say_what_the_classifiers_say() {
    let dir = tempfile::tempdir().unwrap();
    let device = Device::flex();
    let made = dir.path().join("made");
    let bundle = assemble(&made, &parts(eye(dir.path()), ear(dir.path()))).unwrap();
    let model = ModelBundle::open(&made).unwrap().load(&device).unwrap();
    let pair = model.pair.backbones().unwrap();
    let features = |backbone: &dyn mettle_core::model::Backbone| -> LayerFeatures {
        let last = *backbone.spec().layers.last().unwrap();
        let shape = [3, last.tokens, last.width];
        LayerFeatures {
            layers: Vec::new(),
            final_norm: Tensor::random(shape, Distribution::Normal(0.0, 3.0), &device),
        }
    };
    let (visual, audio) = (features(&*pair.visual), features(&*pair.audio));
    let seen = values(pair.visual.classify(&visual).unwrap());
    let heard = values(pair.audio.classify(&audio).unwrap());
    let ours = TagClasses::ours().unwrap();
    let by_hand = |labels: &Labels, second: usize| -> Vec<[f32; 2]> {
        let of = |list: &str, tags: &[String], all: &[f32]| -> Vec<f32> {
            let names = class_names(list).unwrap();
            let row = &all[second * names.len()..][..names.len()];
            let both = names.iter().zip(row);
            let there = both.filter(|(name, _)| tags.iter().any(|tag| **tag == ***name));
            there.map(|(_, p)| *p).collect()
        };
        let class = |label| {
            let row = ours.row(label).unwrap();
            let heard = of("audioset-527", &row.heard, &heard);
            let seen = of("imagenet-1k", &row.seen, &seen);
            [
                heard.into_iter().fold(0.0, f32::max),
                seen.into_iter().sum(),
            ]
        };
        labels.iter().map(|label| class(label)).collect()
    };
    let spans = TimeSpan::seconds_of(Time::from_micros(3_000_000));
    for task in [Task::Localize, Task::Parse] {
        let Some(TaskHead::Tags(head)) = model.head(task) else {
            panic!("a head from tags");
        };
        let labels = bundle.head(task).unwrap().labels.clone();
        let mut predictor = Predictor::new(task, key(), labels.clone(), spans.clone());
        let said = Tagged::of(&head, pair, &visual, &audio).unwrap();
        predictor.add_tagged(said, &[]).unwrap();
        let prediction = begun(predictor.part(0));
        for second in 0..3 {
            let wanted = by_hand(&labels, second);
            let none = wanted.iter().map(|[a, v]| 1.0 - a * v).product::<f32>();
            let all: f32 = wanted.iter().map(|[a, v]| a * v).sum();
            for (class, [a, v]) in wanted.iter().enumerate() {
                let near = |got: f32, want: f32| {
                    assert!((got - want).abs() < 1e-5, "{} {got} {want}", labels[class]);
                };
                match &prediction.detail {
                    Detail::Localized { event } => {
                        near(event[second], 1.0 - none);
                        near(prediction.scores[second][class], a * v / all * (1.0 - none));
                    }
                    Detail::Parsed { audible, visible } => {
                        near(audible[second][class], *a);
                        near(visible[second][class], *v);
                    }
                    Detail::Segmented { .. } => panic!("no masks were asked for"),
                }
            }
        }
    }
    let names = class_names("imagenet-1k").unwrap();
    let dogs = ours.row("Bark").unwrap().seen.iter();
    let dogs = dogs.filter(|dog| names.iter().any(|name| **name == ***dog));
    assert!(dogs.count() >= 118, "every breed is a dog");
}

/// Where the picture sounds: the places that look like something heard, more where it looks more like it.
#[test]
fn places_sound_by_what_is_seen_there() {
    let dir = tempfile::tempdir().unwrap();
    let device = Device::flex();
    let made = dir.path().join("made");
    assemble(&made, &parts(eye(dir.path()), ear(dir.path()))).unwrap();
    let model = ModelBundle::open(&made).unwrap().load(&device).unwrap();
    let pair = model.pair.backbones().unwrap();
    let Some(TaskHead::Tags(head)) = model.head(Task::Segment) else {
        panic!("a head from tags");
    };
    let [eye, ear] = [&pair.visual, &pair.audio].map(|b| *b.spec().layers.last().unwrap());
    let sound = Tensor::random(
        [1, ear.tokens, ear.width],
        Distribution::Normal(0.0, 3.0),
        &device,
    );
    let audio = LayerFeatures {
        layers: Vec::new(),
        final_norm: sound,
    };
    let picture = Tensor::random(
        [1, eye.tokens, eye.width],
        Distribution::Normal(0.0, 3.0),
        &device,
    );
    let of = |picture: Tensor<3>| LayerFeatures {
        layers: Vec::new(),
        final_norm: picture,
    };
    let (found, grid) = head
        .places(pair, &of(picture.clone()), &audio)
        .unwrap()
        .unwrap();
    assert_eq!(grid, eye.grid);
    let found = values(found);
    // One place alone, as a whole picture of it.
    for place in [0, eye.tokens - 1] {
        let alone = picture
            .clone()
            .slice([0..1, place..place + 1, 0..eye.width]);
        let seen = values(head.seen(pair, &of(alone)).unwrap());
        let heard = values(head.heard(pair, &audio).unwrap());
        let most = seen
            .iter()
            .zip(&heard)
            .map(|(v, a)| v * a)
            .fold(0.0, f32::max);
        assert!((found[place] - most).abs() < 1e-6);
    }
}

#[test]
fn the_program_says_that_nothing_was_trained() {
    let dir = tempfile::tempdir().unwrap();
    let (eye, ear) = (eye(dir.path()), ear(dir.path()));
    for file in [&eye, &ear] {
        let name = format!("{}.json", file.description.name);
        let text = serde_json::to_string(&file.description).unwrap();
        std::fs::write(dir.path().join(name), text).unwrap();
    }
    let own = json!({"Kettle": {"heard": ["Steam whistle", "Boiling"], "seen": ["teapot"]}});
    std::fs::write(dir.path().join("own.json"), own.to_string()).unwrap();
    std::fs::write(dir.path().join("labels.txt"), "Bark\nKettle\nClapping\n").unwrap();
    let clip = dir.path().join("clip.mp4");
    talking_picture("3", &clip);
    let assemble = |more: &[&str]| {
        let mut command = program::mettle(dir.path());
        command.current_dir(dir.path());
        command.args([
            "models", "assemble", "made", "--visual", "Eye.json", "--audio", "Ear.json",
        ]);
        command.args([
            "--visual-weights",
            "Eye.safetensors",
            "--audio-weights",
            "Ear.safetensors",
        ]);
        run(command
            .args(["--heads", "tags", "--labels", "labels.txt"])
            .args(more))
    };
    let (code, _, said) = assemble(&[]);
    assert!(
        code != 0 && said.contains("Kettle") && said.contains("--tag-classes"),
        "{said}"
    );
    let (code, said, error) = assemble(&["--tag-classes", "own.json"]);
    assert_eq!(code, 0, "{error}");
    assert!(said.contains("From tags, not trained"), "{said}");
    assert!(said.contains("Cannot be seen: Clapping"), "{said}");
    let mut command = program::mettle(dir.path());
    command.current_dir(dir.path());
    command.args(["analyze", "clip.mp4", "--device", "cpu", "--model", "made"]);
    let (code, said, error) = run(command.args(["--task", "all", "--format", "json"]));
    assert_eq!(code, 0, "{error}");
    let said: Analysis = serde_json::from_str(&said).unwrap();
    assert_eq!(said.tasks, Task::ALL);
    let warning = said.model.warning.unwrap();
    assert!(warning.starts_with("From tags, not trained"), "{warning}");
    assert_eq!(said.masks.len(), 3);
    for second in &said.segments {
        let both = |class: &String| second.audible[class] * second.visible[class];
        let none: f32 = second
            .scores
            .keys()
            .map(|class| 1.0 - both(class))
            .product();
        assert!(
            (second.event.unwrap() - (1.0 - none)).abs() < 1e-4,
            "{second:?}"
        );
        assert_eq!(second.visible["Clapping"], 0.0);
    }
}

/// As the window's "No head? Use tags" does: what is there stays.
#[test]
fn a_model_gets_the_heads_it_lacks() {
    let dir = tempfile::tempdir().unwrap();
    let made = dir.path().join("made");
    let bare = Assembly {
        tags: None,
        untrained: vec![Task::Localize],
        ..parts(eye(dir.path()), ear(dir.path()))
    };
    let before = assemble(&made, &bare).unwrap();
    let after = use_tags(&ModelChoice::Folder(made.clone())).unwrap();
    let tasks: Vec<_> = after.tasks.iter().map(|t| (t.task, t.from_tags)).collect();
    let all = [
        (Task::Localize, false),
        (Task::Parse, true),
        (Task::Segment, true),
    ];
    assert_eq!(tasks, all);
    assert_eq!(after.tasks[0].head, before.about().tasks[0].head);
    assert_eq!(
        ModelBundle::open(&made).unwrap().pair_id(),
        before.pair_id()
    );
    let again = use_tags(&ModelChoice::Folder(made)).unwrap_err();
    assert!(again.to_string().contains("for everything"), "{again}");
    assert!(use_tags(&ModelChoice::Demo).is_err());
}

#[test]
fn what_cannot_be_made_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let deaf = HtsAtConfig {
        num_classes: 527,
        ..tiny_model::hts_at()
    };
    // The description has classes, the checkpoint no classifier.
    let ear_of = backbone(dir.path(), "Deaf", "hts_at", &json!(deaf), "audioset-527");
    let bare = tiny_model::hts_at();
    save_module(&bare.init(&Device::flex()).unwrap(), &ear_of.weights).unwrap();
    let made = dir.path().join("deaf");
    let error = assemble(&made, &parts(eye(dir.path()), ear_of)).unwrap_err();
    assert!(error.to_string().contains("no classifier"), "{error}");
    assert!(!made.join("model.json").exists());
    // A ViT's classifier reads a token that is no place.
    let vit = VitConfig {
        img_size: (64, 64),
        embed_dim: 16,
        depth: 2,
        num_heads: 2,
        num_classes: 1000,
        ..VitConfig::default()
    };
    let eye = backbone(dir.path(), "ViT", "vit", &json!(vit), "imagenet-1k");
    save_module(&vit.init(&Device::flex()).unwrap(), &eye.weights).unwrap();
    let bundle = assemble(&dir.path().join("vit"), &parts(eye, ear(dir.path()))).unwrap();
    assert!(bundle.head(Task::Segment).is_none());
    let about = bundle.about().about;
    assert!(
        about.contains("No masks: the classifier of ViT reads no places"),
        "{about}"
    );
}

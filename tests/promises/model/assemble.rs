//! A model is made of published checkpoints where they lie: with a trained model's heads, or untrained ones that say so; one
//! backbone that both looks and listens is loaded once and gives what two would.

use std::path::Path;

use burn::tensor::{Device, Tensor};
use mettle_core::base::Task;
use mettle_core::model::weights::save_module;
use mettle_core::model::{
    Assembly, BackboneDesc, BackboneFile, HtsAtConfig, ModelBundle, ModelError, SwinV2Config,
    VitConfig, assemble,
};
use mettle_tests::tiny_model;
use serde_json::{Value, json};

use super::golden::distance;

fn described(value: Value) -> BackboneDesc {
    serde_json::from_value(value).unwrap()
}

/// A small Swin of random weights with a classifier, as a checkpoint.
fn eye(dir: &Path) -> BackboneFile {
    let config = SwinV2Config {
        num_classes: 1000,
        ..tiny_model::swin_v2()
    };
    let weights = dir.join("some-swin.safetensors");
    let device = Device::flex();
    device.seed(5);
    save_module(&config.init(&device).unwrap(), &weights).unwrap();
    let desc = json!({"name": "Eye", "architecture": "swin_v2", "config": config, "classes": "imagenet-1k"});
    BackboneFile {
        description: described(desc),
        weights,
    }
}

/// A small HTS-AT without a classifier.
fn ear(dir: &Path) -> BackboneFile {
    let config: HtsAtConfig = tiny_model::hts_at();
    let weights = dir.join("some-htsat.safetensors");
    save_module(&config.init(&Device::flex()).unwrap(), &weights).unwrap();
    let desc = json!({"name": "Ear", "architecture": "hts_at", "config": config});
    BackboneFile {
        description: described(desc),
        weights,
    }
}

fn parts(visual: BackboneFile, audio: BackboneFile, untrained: &[Task]) -> Assembly {
    Assembly {
        name: "made".into(),
        visual,
        audio,
        heads: None,
        tags: None,
        untrained: untrained.to_vec(),
        labels: None,
        seed: 7,
    }
}

#[test]
fn untrained_heads_have_the_papers_shape_and_say_so() {
    let dir = tempfile::tempdir().unwrap();
    let made = dir.path().join("made");
    let parts = parts(eye(dir.path()), ear(dir.path()), &Task::ALL);
    let bundle = assemble(&made, &parts).unwrap();
    let about = bundle.about();
    assert!(about.about.contains("UNTRAINED"), "{}", about.about);
    let tasks = about.tasks.iter();
    let tasks: Vec<_> = tasks
        .map(|t| (t.task, t.labels.len(), t.untrained))
        .collect();
    let all = [
        (Task::Localize, 28, true),
        (Task::Parse, 25, true),
        (Task::Segment, 1, true),
    ];
    assert_eq!(tasks, all);
    let config = &bundle.manifest().localize.as_ref().unwrap().config;
    assert_eq!((config.distill.d, config.distill.visual.tokens), (256, 2));
    // Only a classifier that is in the checkpoint is there to be asked.
    let model = bundle.load(&Device::flex()).unwrap();
    let backbones = model.pair.backbones().unwrap();
    assert_eq!(backbones.visual_classes.as_ref().unwrap().len(), 1000);
    assert!(backbones.audio_classes.is_none());
    assert!(model.familiarity.is_none());
    let again = assemble(&made, &parts).unwrap_err().to_string();
    assert!(again.contains("holds a model already"), "{again}");
}

#[test]
fn a_trained_models_heads_are_taken_over() {
    let dir = tempfile::tempdir().unwrap();
    let trained = tiny_model::write_with(&dir.path().join("trained"), &[Task::Localize]);
    let file = |name: &str, description: &BackboneDesc| BackboneFile {
        description: description.clone(),
        weights: dir.path().join("trained").join(name),
    };
    let manifest = trained.manifest();
    let visual = file("visual.safetensors", &manifest.visual.description);
    let audio = file("audio.safetensors", &manifest.audio.description);
    let with = Assembly {
        heads: Some(trained.clone()),
        ..parts(visual, audio.clone(), &[Task::Parse])
    };
    let made = assemble(&dir.path().join("made"), &with).unwrap();
    let tasks = made.about().tasks;
    assert_eq!((tasks[0].task, tasks[0].untrained), (Task::Localize, false));
    assert_eq!((tasks[1].task, tasks[1].untrained), (Task::Parse, true));
    let name = "localization.safetensors";
    let bytes = |folder: &str| std::fs::read(dir.path().join(folder).join(name)).unwrap();
    assert_eq!(bytes("made"), bytes("trained"));
    // Heads of other backbones do not fit, and nothing is left behind.
    let wider = SwinV2Config {
        embed_dim: 16,
        num_heads: vec![2, 4],
        ..tiny_model::swin_v2()
    };
    let weights = dir.path().join("wider.safetensors");
    save_module(&wider.init(&Device::flex()).unwrap(), &weights).unwrap();
    let desc = json!({"name": "Wider", "architecture": "swin_v2", "config": wider});
    let wider = BackboneFile {
        description: described(desc),
        weights,
    };
    let wrong = Assembly {
        heads: Some(trained),
        ..parts(wider, audio, &[])
    };
    let folder = dir.path().join("wrong");
    let error = assemble(&folder, &wrong).unwrap_err();
    assert!(matches!(error, ModelError::Keys(_)), "{error}");
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
}

#[test]
fn a_model_without_a_head_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let none = parts(eye(dir.path()), ear(dir.path()), &[]);
    let error = assemble(&dir.path().join("made"), &none).unwrap_err();
    assert!(error.to_string().contains("needs a head"), "{error}");
}

fn values(layers: &[Tensor<3>]) -> Vec<f32> {
    let values = layers.iter().map(|x| x.clone().try_into_vec_as::<f32>());
    values.flat_map(Result::unwrap).collect()
}

/// The paper's shared setting for a ViT (whose tokens differ between pictures and sound) and a Swin (whose do not).
#[test]
fn one_backbone_for_both_gives_what_two_would() {
    let dir = tempfile::tempdir().unwrap();
    let device = Device::flex();
    let vit = VitConfig {
        img_size: (64, 64),
        embed_dim: 16,
        depth: 2,
        num_heads: 2,
        num_classes: 0,
        ..VitConfig::default()
    };
    let swin = tiny_model::swin_v2();
    let hearing = |mels: usize, rows: usize| json!({"sample_rate": 16000, "mel_bins": mels, "shift_ms": 10.0, "rows": rows, "mean": -4.0, "std": 3.0});
    let of = |name: &str, architecture: &str, config: Value, hearing: Value| BackboneFile {
        description: described(
            json!({"name": name, "architecture": architecture, "config": config, "hearing": hearing}),
        ),
        weights: dir.path().join(format!("{name}.safetensors")),
    };
    let both = [
        of("vit", "vit", json!(vit), hearing(32, 102)),
        of("swin", "swin_v2", json!(swin), hearing(32, 32)),
    ];
    save_module(&vit.init(&device).unwrap(), &both[0].weights).unwrap();
    save_module(&swin.init(&device).unwrap(), &both[1].weights).unwrap();
    for file in both {
        let name = file.description.name.clone();
        let made = dir.path().join(format!("{name}-model"));
        let parts = parts(file.clone(), file.clone(), &[Task::Localize, Task::Segment]);
        let bundle = assemble(&made, &parts).unwrap();
        assert!(bundle.manifest().has_one_backbone());
        assert_eq!(bundle.manifest().visual.weights, "backbone.safetensors");
        let model = ModelBundle::load(&bundle, &device).unwrap();
        let (about, pair) = (model.pair.about(), model.pair.backbones().unwrap());
        let listening = file.description.listening().unwrap();
        let ear = listening.load(&file.weights, &device).unwrap();
        let eye = file.description.load(&file.weights, &device).unwrap();
        assert_eq!(pair.audio.spec().layers, ear.spec().layers, "{name}");
        let sound: Vec<f32> = (0..16000).map(|i| (i as f32 * 0.3).sin() * 0.2).collect();
        let sound = about.sound_prep.second(&sound, 1);
        let [c, h, w] = about.sound_prep.shape(sound.len());
        let sound = burn::tensor::TensorData::new(sound, [1, c, h, w]);
        let side = about.image_prep.height;
        let picture = Tensor::<4>::ones([1, 3, side, side], &device) * 0.3;
        let sound = Tensor::<4>::from_data(sound, &device);
        let sides = [(&pair.visual, &eye, picture), (&pair.audio, &ear, sound)];
        let features = sides.map(|(one, two, input)| {
            let (one, two) = (one.forward(input.clone()), two.forward(input));
            let off = distance(&values(&one.layers), &values(&two.layers));
            assert!(off <= 1e-6, "{name}: {off}");
            one
        });
        // The heads take both, a ViT's class token and all; a mask has a place for each token of the grid and none else.
        let [seen, heard] = features;
        let event = model.localize.unwrap().forward(&seen, &heard, 1).event;
        assert_eq!(event.dims(), [1, 28]);
        let mask = model.segment.unwrap().forward(&seen, &heard, 1).unwrap();
        assert_eq!(mask.logits.dims(), [1, 224, 224]);
    }
}

//! `mettle models assemble` and what follows: a model of one's own checkpoints runs, an untrained one says so everywhere, and
//! the backbones' own classifiers speak beside it.

use mettle_core::exchange::json::Analysis;
use mettle_core::model::weights::save_module;
use mettle_core::model::{HtsAtConfig, SwinV2Config};
use mettle_tests::program::{mettle, run, talking_picture};
use mettle_tests::tiny_model;
use serde_json::{Value, json};

#[test]
fn an_untrained_model_runs_and_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    let clip = at("clip.mp4");
    talking_picture("2.4", &clip);
    let device = burn::tensor::Device::flex();
    device.seed(3);
    let swin = SwinV2Config {
        num_classes: 1000,
        ..tiny_model::swin_v2()
    };
    let htsat = HtsAtConfig {
        num_classes: 527,
        ..tiny_model::hts_at()
    };
    save_module(&swin.init(&device).unwrap(), &at("eye.safetensors")).unwrap();
    save_module(&htsat.init(&device).unwrap(), &at("ear.safetensors")).unwrap();
    for (name, architecture, classes, config) in [
        ("eye", "swin_v2", "imagenet-1k", json!(swin)),
        ("ear", "hts_at", "audioset-527", json!(htsat)),
    ] {
        let desc = json!({"name": name, "architecture": architecture, "config": config, "classes": classes});
        std::fs::write(at(&format!("{name}.json")), desc.to_string()).unwrap();
    }
    let sides = |command: &mut std::process::Command| {
        command.arg("--visual").arg(at("eye.json"));
        command.arg("--audio").arg(at("ear.json"));
    };
    let mut assemble = mettle(dir.path());
    assemble.args(["models", "assemble"]).arg(at("mine"));
    sides(&mut assemble);
    let (code, out, err) = run(assemble.args(["--untrained", "localize,segment"]));
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("localization: 28 classes, UNTRAINED"), "{out}");

    let analyze = |rest: &[&str]| {
        let mut command = mettle(dir.path());
        command
            .arg("analyze")
            .arg(&clip)
            .arg("--model")
            .arg(at("mine"));
        let (code, out, err) = run(command.args(["--device", "cpu", "--quiet"]).args(rest));
        assert_eq!(code, 0, "{err}");
        assert!(err.contains("UNTRAINED MODEL"), "{err}");
        out
    };
    let said = analyze(&["--task", "all", "--format", "json"]);
    let said: Analysis = serde_json::from_str(&said).unwrap();
    assert!(
        said.model
            .warning
            .unwrap()
            .contains("localization, segmentation")
    );
    assert_eq!((said.segments.len(), said.tasks.len()), (2, 2));
    // Nobody measured what it was trained on, so nothing is said of it.
    assert!(said.segments.iter().all(|s| s.familiarity.is_none()));

    // What `mettle tag` says of the same seconds; features are kept in 16 bit in between.
    let mut tag = mettle(dir.path());
    tag.arg("tag")
        .arg(&clip)
        .args(["--json", "--device", "cpu"]);
    sides(&mut tag);
    let (code, out, err) = run(&mut tag);
    assert_eq!(code, 0, "{err}");
    let tags: Value = serde_json::from_str(&out).unwrap();
    for (index, segment) in said.segments.iter().enumerate() {
        for (side, found) in [("heard", &segment.heard), ("seen", &segment.seen)] {
            let expected = &tags["seconds"][index][side];
            assert_eq!(found.len(), 5);
            let score = expected[0]["score"].as_f64().unwrap() as f32;
            let off = (found[0].score - score).abs();
            assert!(
                off <= 1e-2 * score + 1e-6,
                "{side}: {} {score}",
                found[0].score
            );
        }
    }
    // The same seed is the same model; a folder that holds one is not written over.
    let again = |folder: &str| {
        let mut again = mettle(dir.path());
        again.args(["models", "assemble"]).arg(at(folder));
        sides(&mut again);
        run(again.args(["--untrained", "localize,segment"]))
    };
    assert_eq!(again("twin").0, 0);
    let head = |folder: &str| std::fs::read(at(folder).join("localization.safetensors")).unwrap();
    assert_eq!(head("mine"), head("twin"));
    let (code, _, err) = again("mine");
    assert_eq!(code, 1);
    assert!(err.contains("holds a model already"), "{err}");
}

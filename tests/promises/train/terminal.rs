//! `mettle train` and `mettle eval --head`, as a user runs them: scenes written in a data set's layout teach a head, a training that
//! is stopped goes on to the same head, and `analyze` takes it.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use mettle_core::model::{HeadFile, tempered};
use mettle_tests::program::{mettle, run};
use serde_json::{Value, json};

/// A folder with scenes, a cache and heads.
pub struct Place(tempfile::TempDir);

impl Place {
    pub fn with_scenes(task: &str, small: &Value) -> Self {
        let this = Self(tempfile::tempdir().unwrap());
        fs::write(this.at("small.json"), small.to_string()).unwrap();
        let size = ["--size", "96x54", "--count", "10", "--seed", "21"];
        let mut scenes = this.mettle(&["scenes", "--task", task, "--out", "data"]);
        assert_eq!(run(scenes.args(size)).0, 0);
        this
    }

    pub fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn mettle(&self, arguments: &[&str]) -> Command {
        let mut command = mettle(&self.at("cache"));
        command.args(arguments).current_dir(self.0.path());
        command
    }

    pub fn train(&self, dataset: &str, out: &str) -> Command {
        let mut command = self.mettle(&["train", "--dataset", dataset, "--data", "data"]);
        command.args(["--device", "cpu", "--config", "small.json", "--out", out]);
        command
    }

    /// What `eval` says of a head on the clips it learned from.
    fn figures(&self, dataset: &str, head: &str) -> Value {
        let of = ["eval", "--json", "--device", "cpu", "--part", "train"];
        let mut eval = self.mettle(&of);
        eval.args(["--head", head, "--dataset", dataset, "--data", "data"]);
        let (code, said, wrong) = run(&mut eval);
        assert_eq!(code, 0, "{wrong}");
        serde_json::from_str(&said).unwrap()
    }
}

/// The losses of all epochs.
fn losses(said: &str) -> Vec<f64> {
    let epochs = said.lines().filter(|line| line.starts_with("epoch"));
    let loss = |line: &str| {
        let mut words = line.split_whitespace().skip_while(|word| *word != "loss");
        words.nth(1).unwrap().parse::<f64>().unwrap()
    };
    epochs.map(loss).collect()
}

fn learned(place: &Place, dataset: &str) -> String {
    let (code, said, wrong) = run(&mut place.train(dataset, "head"));
    assert_eq!(code, 0, "{said}{wrong}");
    let losses = losses(&said);
    let (first, last) = (losses.first().unwrap(), losses.last().unwrap());
    assert!(last < &(first * 0.9), "{losses:?}");
    said
}

pub fn small(head: Value, epochs: usize, rate: f64) -> Value {
    json!({"head": head, "training": {"epochs": epochs, "batch": 4, "optimiser": {"rate": rate}}})
}

#[test]
fn a_head_for_events_is_trained_stopped_gone_on_and_used() {
    let head = json!({"d": 32, "visual": {"tokens": 1}});
    let place = Place::with_scenes("localize", &small(head, 8, 3e-3));
    // One clip would choose the first epoch of many that do equally well on it.
    fs::copy(place.at("data/trainSet.txt"), place.at("data/valSet.txt")).unwrap();
    let said = learned(&place, "ave");
    assert!(said.contains("train        8        8"), "{said}");
    let figures = place.figures("ave", "head");
    let of = |name: &str| figures["figures"][name].as_f64().unwrap();
    assert!(
        of("segment accuracy") > of("always saying background") + 0.1,
        "{figures}"
    );
    let file = HeadFile::open(&place.at("head")).unwrap();
    assert_eq!(figures["head"], json!(file.id));
    assert_eq!((file.seed, file.labels.len()), (Some(7), 28));
    assert_eq!(file.data.unwrap()["train"], 8);
    assert_eq!(file.recipe.unwrap()["inputs"], "ours");
    assert!(file.metrics.contains_key("val segment accuracy") && file.familiarity.is_some());
    stopped_and_gone_on(&place);
    killed_and_gone_on(&place);
    best_on_test(&place);
    used(&place);
    run_away(&place);
}

/// Stopped after its first epoch, gone on with: the same file, byte for byte.
fn stopped_and_gone_on(place: &Place) {
    let mut train = place.train("scenes", "stopped");
    let mut child = train.stdout(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut epochs = lines
        .map_while(Result::ok)
        .filter(|line| line.starts_with("epoch"));
    assert!(epochs.next().is_some());
    let id = child.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-TERM", &id])
            .status()
            .unwrap()
            .success()
    );
    let rest = epochs.count();
    assert_eq!(child.wait().unwrap().code(), Some(75), "worth another try");
    assert!(rest < 7, "it stopped early");
    assert!(!place.at("stopped/head.safetensors").exists());
    let (code, _, wrong) = run(&mut place.train("scenes", "stopped"));
    assert!(code == 1 && wrong.contains("--resume"), "{wrong}");
    let (code, said, wrong) = run(place.train("scenes", "stopped").arg("--resume"));
    assert_eq!(code, 0, "{wrong}");
    assert_eq!(losses(&said).len(), 8, "epochs of both runs are told");
    let bytes = |head: &str| fs::read(place.at(head).join("head.safetensors")).unwrap();
    assert!(bytes("stopped") == bytes("head"), "another head came of it");
    assert!(!place.at("stopped/training.safetensors").exists());
    let (code, _, wrong) = run(&mut place.train("ave", "head"));
    assert!(code == 1 && wrong.contains("never replaced"), "{wrong}");
}

/// Killed in the middle of an epoch: every epoch that was told is kept, and the same head comes of it.
fn killed_and_gone_on(place: &Place) {
    let mut train = place.train("scenes", "killed");
    let mut child = train.stdout(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let told = lines
        .map_while(Result::ok)
        .filter(|line| line.starts_with("epoch"));
    assert_eq!(told.take(3).count(), 3);
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(!place.at("killed/head.safetensors").exists());
    let kept = fs::read(place.at("killed/training.safetensors")).unwrap();
    let (_, header) = safetensors::SafeTensors::read_metadata(&kept).unwrap();
    let state = &header.metadata().as_ref().unwrap()["training"];
    let state: Value = serde_json::from_str(state).unwrap();
    let epochs = state["history"].as_array().unwrap().len();
    assert!((3..8).contains(&epochs), "{epochs} epochs are kept");
    let (code, said, wrong) = run(place.train("scenes", "killed").arg("--resume"));
    assert_eq!(code, 0, "{wrong}");
    assert_eq!(losses(&said).len(), 8, "epochs of both runs are told");
    let bytes = |head: &str| fs::read(place.at(head).join("head.safetensors")).unwrap();
    assert!(bytes("killed") == bytes("head"), "another head came of it");
}

/// Chosen by the test clips it is another head, which says so of itself.
fn best_on_test(place: &Place) {
    let (code, said, wrong) = run(place.train("ave", "tested").args(["--select", "test"]));
    assert_eq!(code, 0, "{wrong}");
    assert!(said.contains("CHOSEN BY THE TEST CLIPS"), "{said}");
    let file = HeadFile::open(&place.at("tested")).unwrap();
    assert!(file.name.contains("best on test"), "{}", file.name);
    assert_eq!(file.recipe.unwrap()["chosen_by"], "test");
    let named = |name: &String| name.starts_with("best on test ");
    assert!(file.metrics.keys().all(named), "{:?}", file.metrics);
    assert!(file.calibration.is_none(), "tuned to the test clips");
}

/// Its temperatures are for whoever wants them: told in a table, and said in the file where scores went through them.
fn calibrated(place: &Place, clip: &Path) {
    let mut told = place.mettle(&["models", "calibration", "head", "--json"]);
    let (code, said, wrong) = run(&mut told);
    assert_eq!(code, 0, "{wrong}");
    let told: Value = serde_json::from_str(&said).unwrap();
    let temperatures = |name: &str| told["temperatures"][name].clone();
    assert_eq!(told["classes"].as_array().unwrap().len(), 28);
    let counted = told["classes"].as_array().unwrap().iter();
    let counted: u64 = counted.map(|class| class["scores"].as_u64().unwrap()).sum();
    assert_eq!(
        counted, 80,
        "each second of eight clips has one largest class"
    );
    let analysis = |more: &[&str]| {
        let mut analyze = place.mettle(&["analyze", "--device", "cpu", "--head", "head"]);
        let (code, said, wrong) = run(analyze.args(["--format", "json"]).args(more).arg(clip));
        assert_eq!(code, 0, "{wrong}");
        serde_json::from_str::<Value>(&said).unwrap()
    };
    let (plain, after) = (analysis(&[]), analysis(&["--calibrated"]));
    assert!(told["warning"].is_string(), "eight clips are few: {told}");
    let [before, with] = [0, 1].map(|at| told["left_out"]["errors"][at].as_f64().unwrap());
    let proved = temperatures("event").is_number();
    assert!(!proved || with < before, "kept though no better: {told}");
    if !proved {
        assert!(plain["segments"].is_array());
        for part in ["segments", "tracks", "calibrated"] {
            assert_eq!(plain[part], after[part], "without temperatures {part} stay");
        }
        return;
    }
    assert_eq!(
        (&plain["calibrated"], &after["calibrated"]),
        (&Value::Null, &json!(["localize"]))
    );
    let of = |file: &Value, name: &str| file["segments"][0][name].as_f64().unwrap() as f32;
    let trust = of(&plain, "familiarity");
    let event = temperatures("event").as_f64().unwrap() as f32;
    let expected = tempered(of(&plain, "event") / trust, event) * trust;
    assert!(
        (of(&after, "event") - expected).abs() < 1e-4,
        "{plain} {after}"
    );
}

/// `analyze` and `export` take it by its folder.
fn used(place: &Place) {
    let clip = fs::read_dir(place.at("data/AVE")).unwrap().next().unwrap();
    let clip = clip.unwrap().path();
    let mut analyze = place.mettle(&["analyze", "--device", "cpu", "--head", "head"]);
    analyze.args(["--format", "json"]).arg(&clip);
    let (code, said, wrong) = run(&mut analyze);
    assert_eq!(code, 0, "{wrong}");
    // A class of AVE's that the model's own head does not know.
    assert!(said.contains("Shofar"), "{said}");
    let mut export = place.mettle(&["export", "--device", "cpu", "--head", "head"]);
    export
        .args(["--format", "jsonl", "--out", "out"])
        .arg(&clip);
    let (code, _, wrong) = run(&mut export);
    assert_eq!(code, 0, "{wrong}");
    let file = fs::read_dir(place.at("out")).unwrap().next().unwrap();
    let text = fs::read_to_string(file.unwrap().path()).unwrap();
    assert!(text.contains("Shofar"), "{text}");
    calibrated(place, &clip);
}

/// A loss that is no number any more stops with a word, and no head comes of it.
fn run_away(place: &Place) {
    let config = json!({"training": {"optimiser": {"rate": 1e30}}, "head": {"d": 32}});
    fs::write(place.at("small.json"), config.to_string()).unwrap();
    let (code, _, wrong) = run(&mut place.train("ave", "away"));
    assert!(
        code == 1 && wrong.contains("lower learning rate"),
        "{wrong}"
    );
    assert!(!place.at("away/head.safetensors").exists());
}

#[test]
fn a_head_for_parsing_learns_from_weak_labels() {
    let mgn = json!({"width": 32, "heads": 4, "depth": 1, "depth_joint": 1});
    let head = json!({"d": 32, "decoder": {"mgn": mgn}});
    let place = Place::with_scenes("parse", &small(head, 10, 5e-3));
    learned(&place, "llp");
    let figures = place.figures("llp", "head");
    // Clips labelled as a whole teach, and cannot be measured on.
    assert_eq!(figures["figures"], json!({}), "{figures}");
    // The model's own head has these classes by other names and at other places.
    let of = ["eval", "--json", "--device", "cpu"];
    let mut own = place.mettle(&of);
    own.args(["--dataset", "llp", "--data", "data", "--part", "test"]);
    let (code, said, wrong) = run(&mut own);
    assert_eq!(code, 0, "{wrong}");
    let figures: Value = serde_json::from_str(&said).unwrap();
    let audible = figures["figures"]["A by segments"].as_f64().unwrap();
    assert!(audible > 0.5, "{figures}");
}

#[test]
fn heads_for_masks_learn_from_one_mask_a_clip_and_from_all() {
    let head = json!({"d": 32, "width": 16, "mask": [48, 48]});
    for (task, dataset) in [("segment", "s4"), ("segment-many", "ms3")] {
        let place = Place::with_scenes(task, &small(head.clone(), 5, 3e-3));
        learned(&place, dataset);
        let figures = place.figures(dataset, "head");
        let miou = figures["figures"]["mIoU"].as_f64().unwrap();
        assert!(miou > 0.1, "{figures}");
    }
}

/// What a person said in a project becomes a head, with the class it named, as in the window.
#[test]
fn corrections_in_a_project_become_a_head() {
    let place = Place::with_scenes("localize", &json!({}));
    let clip = fs::read_dir(place.at("data/AVE")).unwrap().next().unwrap();
    let clip = clip.unwrap().path();
    let train = |out: &str| {
        let mut train = place.mettle(&["train", "--dataset", "project", "--device", "cpu"]);
        train.args(["--project", "study.sqlite", "--out", out]);
        train
    };
    let (code, _, wrong) = run(&mut train("head"));
    assert!(code == 1 && wrong.contains("no such project"), "{wrong}");
    fs::write(place.at("labels.txt"), "0.000000\t4.000000\tKettle\n").unwrap();
    let mut import = place.mettle(&["import", "labels.txt", "--project", "study.sqlite"]);
    let (code, _, wrong) = run(import.arg("--clip").arg(&clip));
    assert_eq!(code, 0, "{wrong}");
    let (code, said, wrong) = run(&mut train("head"));
    assert_eq!(code, 0, "{said}{wrong}");
    assert!(
        said.contains("4 of 4 corrections right, before 0"),
        "{said}"
    );
    let file = HeadFile::open(&place.at("head")).unwrap();
    assert!(file.parent.is_some() && file.labels.position("Kettle").is_some());
    assert!(!place.at("head.training").exists());
    let mut analyze = place.mettle(&["analyze", "--device", "cpu", "--head", "head"]);
    let (code, said, wrong) = run(analyze.args(["--format", "json"]).arg(&clip));
    assert_eq!(code, 0, "{wrong}");
    assert!(said.contains("Kettle"), "{said}");
}

#[test]
fn what_makes_no_sense_is_said() {
    let place = Place(tempfile::tempdir().unwrap());
    fs::create_dir(place.at("data")).unwrap();
    let says = |command: &mut Command| {
        let (code, _, wrong) = run(command);
        assert_ne!(code, 0);
        wrong
    };
    fs::write(place.at("small.json"), r#"{"training": {"epoch": 3}}"#).unwrap();
    let wrong = says(&mut place.train("ave", "head"));
    assert!(wrong.contains("Annotations.txt"), "{wrong}");
    fs::write(place.at("data/trainSet.txt"), "Bark&aaaaaaaaaaa&good&0&3\n").unwrap();
    let wrong = says(&mut place.train("ave", "head"));
    assert!(
        wrong.contains("small.json") && wrong.contains("epoch"),
        "{wrong}"
    );
    fs::write(place.at("small.json"), "{}").unwrap();
    let wrong = says(&mut place.train("ave", "head"));
    assert!(wrong.contains("none of the 1 clips"), "{wrong}");
    let wrong = says(place.train("ave", "head").args(["--task", "parse"]));
    assert!(wrong.contains("teaches localization"), "{wrong}");
    assert!(!Path::new(&place.at("head/head.safetensors")).exists());
}

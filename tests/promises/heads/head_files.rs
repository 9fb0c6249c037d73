//! A trained head is a file of its own, under a name that is its content; it goes with its backbones and with no others.

use std::collections::BTreeMap;
use std::path::Path;

use burn::tensor::Device;
use mettle_core::base::{HeadId, Task};
use mettle_core::model::{
    HeadCatalogue, HeadConfig, HeadFile, HeadNotes, LoadedModel, ModelBundle, TaskHead, write_head,
};
use mettle_tests::tiny_model;

fn model(folder: &Path, seed: u64) -> (ModelBundle, LoadedModel) {
    let bundle = tiny_model::write_seeded(folder, seed);
    let loaded = bundle.load(&Device::flex()).unwrap();
    (bundle, loaded)
}

fn notes(bundle: &ModelBundle, parent: Option<HeadId>) -> HeadNotes {
    let entry = bundle.manifest().localize.clone().unwrap();
    HeadNotes {
        name: "after lunch".into(),
        config: HeadConfig::Localize(entry.config),
        labels: entry.labels,
        parent,
        metrics: BTreeMap::from([("segment accuracy".to_owned(), 0.5)]),
        recipe: Some(serde_json::json!({"epochs": 3})),
        data: None,
        seed: Some(7),
        familiarity: None,
        calibration: None,
    }
}

#[test]
fn a_retrained_head_is_another_one_and_says_where_it_comes_from() {
    let dir = tempfile::tempdir().unwrap();
    let heads = dir.path().join("heads");
    let (bundle, first) = model(&dir.path().join("model"), 1);
    let parent = bundle.head(Task::Localize).unwrap().id;
    let pair = first.pair.about();
    // "Trained": another head's weights.
    let (_, other) = model(&dir.path().join("other"), 2);
    let trained = TaskHead::Localize(other.localize.unwrap());
    let written = write_head(&heads, pair, notes(&bundle, Some(parent)), &trained).unwrap();
    assert_ne!(written.id, parent);
    assert_eq!((written.parent, written.seed), (Some(parent), Some(7)));
    let again = HeadFile::open(&heads.join(written.id.to_string())).unwrap();
    assert_eq!((again.id, again.name.as_str()), (written.id, "after lunch"));
    assert_eq!(
        (&again.config, &again.labels),
        (&written.config, &written.labels)
    );
    assert_eq!(again.metrics, written.metrics);
    assert_eq!(again.recipe, written.recipe);
    // The same head once more is the same file, whatever else is said of it.
    let before = std::fs::read(written.path()).unwrap();
    let twice = HeadNotes {
        name: "other words".into(),
        ..notes(&bundle, None)
    };
    let twice = write_head(&heads, pair, twice, &trained).unwrap();
    assert_eq!((twice.id, twice.name.as_str()), (written.id, "after lunch"));
    assert_eq!(std::fs::read(written.path()).unwrap(), before);
    // Both are there, by name and by what they do.
    let mine = TaskHead::Localize(first.localize.clone().unwrap());
    let own = write_head(&heads, pair, notes(&bundle, None), &mine).unwrap();
    let catalogue = HeadCatalogue::at(heads);
    assert_eq!(catalogue.trained().len(), 2);
    let found = catalogue.of(pair.id, Task::Localize);
    assert!(found.iter().any(|h| h.id == own.id) && found.iter().any(|h| h.id == written.id));
    assert!(catalogue.of(pair.id, Task::Parse).is_empty());
    assert_eq!(catalogue.by_id(parent, &bundle).unwrap().id, parent);
    assert_eq!(catalogue.by_id(written.id, &bundle).unwrap().id, written.id);
    assert!(catalogue.by_id(HeadId::default(), &bundle).is_none());
}

/// The name is made of weights, shape, labels and backbones: a head written from a model's own is the model's own.
#[test]
fn a_head_has_one_name_wherever_it_lies() {
    let dir = tempfile::tempdir().unwrap();
    let (bundle, loaded) = model(&dir.path().join("model"), 1);
    let own = bundle.head(Task::Localize).unwrap();
    let head = TaskHead::Localize(loaded.localize.clone().unwrap());
    let pair = loaded.pair.about();
    let heads = dir.path().join("heads");
    let written = write_head(&heads, pair, notes(&bundle, None), &head).unwrap();
    assert_eq!(written.id, own.id);
    let opened = ModelBundle::open(&dir.path().join("model")).unwrap();
    assert_eq!(opened.head(Task::Localize).unwrap().id, own.id);
    assert_eq!(bundle.about().tasks[0].head, own.id);
    let (other, _) = model(&dir.path().join("other"), 2);
    assert_ne!(other.head(Task::Localize).unwrap().id, own.id);
}

#[test]
fn another_pair_of_backbones_is_a_clear_error() {
    let dir = tempfile::tempdir().unwrap();
    let (bundle, loaded) = model(&dir.path().join("model"), 1);
    let head = TaskHead::Localize(loaded.localize.clone().unwrap());
    let pair = loaded.pair.about();
    let heads = dir.path().join("heads");
    let written = write_head(&heads, pair, notes(&bundle, None), &head).unwrap();
    assert!(written.load(pair, &Device::flex()).is_ok());
    let (_, other) = model(&dir.path().join("other"), 2);
    let error = written
        .load(other.pair.about(), &Device::flex())
        .unwrap_err();
    let error = error.to_string();
    assert!(error.contains("trained on other backbones"), "{error}");
    assert!(error.contains("head.safetensors"), "{error}");
}

#[test]
fn what_is_no_head_is_called_what_it_is() {
    let dir = tempfile::tempdir().unwrap();
    tiny_model::write(dir.path());
    let mut files = std::fs::read_dir(dir.path()).unwrap();
    let weights = files.find_map(|file| {
        let path = file.ok()?.path();
        (path.extension()? == "safetensors").then_some(path)
    });
    let plain = HeadFile::open(&weights.unwrap());
    let plain = plain.unwrap_err().to_string();
    assert!(plain.contains("is no head"), "{plain}");
    let text = dir.path().join("diary.safetensors");
    std::fs::write(&text, "Dear diary, today was a long day").unwrap();
    let text = HeadFile::open(&text).unwrap_err().to_string();
    assert!(text.contains("is no safetensors file"), "{text}");
}

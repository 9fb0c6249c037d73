//! Descriptions: every file in the folder is in the program, says what it is for, whose it is and where from; and is found
//! in the order promised.

use mettle_core::hub::{HubError, Origin, Places, WeightsState, catalog, entry, survey};
use mettle_tests::program::{self, run};
use mettle_tests::tree::root;

#[test]
fn the_program_knows_every_description() {
    let folder = root().join("assets/models");
    let names = std::fs::read_dir(folder).expect("the folder").flatten();
    let mut there: Vec<_> = names
        .map(|file| file.path())
        .filter(|path| path.extension().is_some_and(|end| end == "json"))
        .map(|path| {
            path.file_stem()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    let mut known: Vec<_> = catalog()
        .expect("readable")
        .into_iter()
        .map(|e| e.key)
        .collect();
    there.sort();
    known.sort();
    assert_eq!(known, there, "core/src/hub/catalog.rs lists them");
}

#[test]
fn every_description_says_what_for_whose_and_where_from() {
    for entry in catalog().expect("readable") {
        assert!(
            !entry.purpose.is_empty() && entry.licence.is_some(),
            "{}",
            entry.key
        );
        assert!(!entry.downloads.is_empty(), "{}", entry.key);
        for download in &entry.downloads {
            match &download.from {
                Origin::Hub(repo) => assert_eq!(repo.split('/').count(), 2, "{repo}"),
                Origin::Url(url) => assert!(
                    url.starts_with("https://") && url.ends_with(&download.file),
                    "{url}"
                ),
                Origin::Page(page) => assert!(page.starts_with("https://"), "{page}"),
            }
        }
    }
}

#[test]
fn a_name_may_be_shortened_but_not_guessed() {
    assert_eq!(entry("htsat").expect("it begins so").key, "htsat_audioset");
    assert_eq!(entry("unfused").expect("one").key, "clap_htsat_unfused");
    for name in ["", "a", "no-such-model"] {
        let error = entry(name).expect_err(name);
        assert!(matches!(error, HubError::UnknownModel { .. }), "{error}");
        assert!(error.to_string().contains("htsat_audioset"), "{error}");
    }
}

#[test]
fn weights_are_found_in_the_folder_named_first_and_by_a_telling_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let places = Places::usual(Some(folder.path()));
    let swin = entry("swinv2_large").expect("known");
    let put = |name: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(&path, "weights").expect("written");
        path
    };
    // Anybody's `model.safetensors` is not this model's.
    put("model.safetensors");
    assert_eq!(places.find(&swin), None);
    let theirs = put("swinv2_large_patch4_window12_192_22k.pth");
    assert_eq!(places.find(&swin).expect("found").path, theirs);
    let named = put("swinv2_large_window12_192.safetensors");
    assert_eq!(places.find(&swin).expect("found").path, named);
    let fetched = put("swinv2_large_window12_192/model.safetensors");
    assert_eq!(places.find(&swin).expect("found").path, fetched);
    let lines = survey(&places).expect("readable");
    let line = lines
        .iter()
        .find(|line| line.entry.key == swin.key)
        .expect("listed");
    assert!(matches!(&line.state, WeightsState::Here(found) if found.path == fetched));
    assert_eq!(line.size(), Some(7));
}

#[test]
fn list_and_path_say_what_there_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let program = |arguments: &[&str]| {
        let mut command = program::mettle(folder.path());
        run(command.env("METTLE_DATA", folder.path()).args(arguments))
    };
    let (code, list, _) = program(&["models", "list"]);
    assert_eq!(code, 0);
    for word in [
        "swinv2_large_window12_192",
        "timm/swinv2_large_window12_192.ms_in22k",
        "MIT",
        "unknown",
        "not here",
    ] {
        assert!(list.contains(word), "{word}: {list}");
    }
    let (_, json, _) = program(&["models", "list", "--json"]);
    let rows: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(
        rows.as_array().map(Vec::len),
        Some(catalog().expect("readable").len())
    );
    let (_, path, _) = program(&["models", "path", "--weights", "/data/w"]);
    let at = |text: &str| path.find(text).unwrap_or_else(|| panic!("{text}: {path}"));
    let data = folder.path().join("weights").display().to_string();
    assert!(at("/data/w") < at("beside the program") && at("beside the program") < at(&data));
    let (code, counts, _) = program(&["models", "params"]);
    assert_eq!(code, 0);
    for word in [
        "338.010 M",
        "364.406 M",
        "228.773 M",
        "31.325 M",
        "283.550 M",
        "8.27 %",
        "257.226 M",
        "291.652 M",
        "532.2 M, 38.8 %; not reproduced",
        "(Table 4)",
        "(Table 15)",
    ] {
        assert!(counts.contains(word), "{word}: {counts}");
    }
    assert_eq!(program(&["models", "params", "nothing"]).0, 1);
}

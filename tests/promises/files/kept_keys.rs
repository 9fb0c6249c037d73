//! What is kept on disk is found again by every later build: its names are pinned here. Where one must change, its version
//! counts up in the code, and what was kept before is made anew.

use std::path::Path;

use mettle_core::base::{ClipId, ContentHash, KeyHasher};
use mettle_core::features::{EntryAbout, FeatureCache, FeatureKey, Recipe};
use mettle_core::gpu::{Adapter, AdapterKind, Api, Candidate};
use mettle_core::model::{FbankPrep, HtsAtConfig, ImagePrep, ModelBundle, SoundInput};
use serde_json::json;

/// Every kind of value, and none mistaken for another.
#[test]
fn a_key_is_its_purpose_and_values() {
    let key = || KeyHasher::new("test 1");
    let known = key()
        .text("a")
        .whole(7)
        .real(0.5)
        .hash(&ContentHash([3; 32]));
    assert_eq!(
        known
            .json(&json!({"b": [1, 2.5, "x", null, true]}))
            .finish()
            .to_string(),
        "fd1684c55200d87133186a0507e9ac07586c540d62070cb06056844e5c13e12e"
    );
    let different = [
        key().text("ab").text("c"),
        key().text("a").text("bc"),
        key().text("abc"),
        key().whole(1),
        key().real(1.0),
        key().json(&json!(1)),
        key().json(&json!([1])),
        key().json(&json!([[1]])),
        key().json(&json!([1, []])),
        key().json(&json!({"1": []})),
        KeyHasher::new("test 2").text("abc"),
    ];
    let mut names: Vec<String> = different
        .into_iter()
        .map(|key| key.finish().to_string())
        .collect();
    let count = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), count);
}

/// The fields of a description may stand in any order.
#[test]
fn the_order_of_fields_is_no_part_of_a_key() {
    let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
    let key = |text: &str| KeyHasher::new("test 1").json(&read(text)).finish();
    assert_eq!(
        key(r#"{"a": 1, "b": {"c": 2, "d": 3}}"#),
        key(r#"{"b": {"d": 3, "c": 2}, "a": 1}"#)
    );
    assert_ne!(key(r#"{"a": 1, "b": 2}"#), key(r#"{"a": 2, "b": 1}"#));
}

#[test]
fn features_are_kept_under_the_same_names() {
    let recipe = |sound| Recipe::new(ImagePrep::imagenet(192, 192), sound, 10);
    let logmel = recipe(SoundInput::Logmel(HtsAtConfig::default().sound_prep()));
    assert_eq!(
        logmel.image_hash().to_string(),
        "27e0fa18075d33c59783d4b30d20521c6858521fa7a0c9abf5801f61a8e50528"
    );
    assert_eq!(
        logmel.sound_hash().to_string(),
        "ce20fee7ce67737afed6c59fc97ba1cb4e6a1f32fc0b64ea18b7c381ca0bfeed"
    );
    let fbank = recipe(SoundInput::Fbank(FbankPrep::swin_192()));
    assert_eq!(
        fbank.sound_hash().to_string(),
        "c34a0049436fb19c8330753d4acde174e7030c33a4f94257e354aeb7f249887d"
    );
    let folder = tempfile::tempdir().unwrap();
    let key = FeatureKey {
        clip: ClipId(ContentHash([1; 32])),
        backbone: ContentHash([2; 32]),
        prep: logmel.image_hash(),
    };
    let about = EntryAbout {
        clip: "dog.mp4".into(),
        backbone: "swin".into(),
    };
    let cache = FeatureCache::at(folder.path().to_owned());
    let _writer = cache.start(key, about, 1, vec![[1, 1]]).unwrap();
    let partial = std::fs::read_dir(folder.path())
        .unwrap()
        .next()
        .unwrap()
        .unwrap();
    let name = partial.file_name().into_string().unwrap();
    let expected = format!(
        "{}-{}-{}.",
        "01".repeat(10),
        "02".repeat(10),
        &"27e0fa18075d33c59783d4b30d20521c6858521fa7a0c9abf5801f61a8e50528"[..20]
    );
    assert!(name.starts_with(&expected), "{name}");
}

/// The embedded model's backbones: their configuration and their weights.
#[test]
fn backbones_have_the_same_names() {
    let model = ModelBundle::demo().unwrap();
    let model = model.load(&burn::tensor::Device::flex()).unwrap();
    assert_eq!(
        model.pair.about().visual.hash.to_string(),
        "430e8c74800f1dadf1219dd8f992ff33b7851efb3a65c1f0e0befdecf754aaa9"
    );
    assert_eq!(
        model.pair.about().audio.hash.to_string(),
        "23e4513ba18608a41dc0c0dd9a7ca4c0691707489144e63c5eb77a34ab95b8d3"
    );
}

#[test]
fn devices_and_pictures_have_the_same_names() {
    let adapter = Candidate::Adapter(Adapter {
        name: "Some GPU".into(),
        api: Api::Vulkan,
        kind: AdapterKind::Discrete,
        driver: "driver 1.2".into(),
        index: 0,
    });
    let key = adapter.key(KeyHasher::new("test 1")).finish();
    assert_eq!(
        key.to_string(),
        "6bf47c73acda2e3ddd1eaf431f60ff958e4573035abe4a70f76533f76f16e4f2"
    );
    let cover = mettle_app::covers::file_of(Path::new("covers"), Path::new("/clips/dog.mp4"));
    assert_eq!(
        cover,
        Path::new("covers/c73f292f7ecfcc50575c92c1ab4e9896ac83920abd4b463fb9867c74a64f5b46.png")
    );
}

/// Neither of the two that promise nothing makes the name of anything kept.
#[test]
fn no_name_comes_from_what_promises_nothing() {
    for (path, text) in ["core/src", "app/src"]
        .iter()
        .flat_map(|folder| mettle_tests::tree::files(folder, "rs"))
    {
        let code = mettle_tests::tree::code_only(&text);
        assert!(!code.contains("DefaultHasher"), "{}", path.display());
    }
}

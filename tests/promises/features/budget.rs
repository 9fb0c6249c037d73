//! The cache stays within its budget: what was used longest ago goes, and what does not fit is not kept.

use std::time::{Duration, SystemTime};

use burn::tensor::{Device, Tensor};
use mettle_core::base::{ClipId, ContentHash};
use mettle_core::features::{
    CacheEntry, DEFAULT_BUDGET, EntryAbout, FeatureCache, FeatureKey, HalfFeatures,
};
use mettle_core::model::LayerFeatures;

fn key(clip: u8) -> FeatureKey {
    FeatureKey {
        clip: ClipId(ContentHash([clip; 32])),
        backbone: ContentHash::default(),
        prep: ContentHash::default(),
    }
}

/// About 2 kB a clip.
fn keep(cache: &FeatureCache, clip: u8) -> bool {
    let ones = Tensor::<3>::ones([1, 32, 32], &Device::flex());
    let features = LayerFeatures {
        layers: Vec::new(),
        final_norm: ones,
    };
    let features = HalfFeatures::of(&features).expect("numbers");
    let about = EntryAbout {
        clip: format!("{clip}.mp4"),
        backbone: "one".to_owned(),
    };
    let Some(mut writer) = cache.start(key(clip), about, 1, features.sizes()) else {
        return false;
    };
    writer.append(&features).expect("written");
    writer.finish().expect("written");
    true
}

fn age(entry: &CacheEntry, hours: u64) {
    let file = std::fs::File::options().append(true).open(&entry.path);
    let then = SystemTime::now() - Duration::from_secs(hours * 3600);
    file.and_then(|f| f.set_modified(then)).expect("made older");
}

fn clips(cache: &FeatureCache) -> Vec<String> {
    let mut clips: Vec<String> = cache
        .list()
        .into_iter()
        .filter_map(|entry| Some(entry.about?.clip))
        .collect();
    clips.sort();
    clips
}

#[test]
fn what_was_used_longest_ago_goes_first() {
    let folder = tempfile::tempdir().expect("a folder");
    let cache = FeatureCache::at(folder.path().join("kept"));
    assert_eq!(cache.budget(), DEFAULT_BUDGET);
    for clip in 1..=4 {
        assert!(keep(&cache, clip));
        let listed = cache.list();
        let name = format!("{clip}.mp4");
        let entry = listed
            .iter()
            .find(|e| e.about.as_ref().is_some_and(|a| a.clip == name));
        age(entry.expect("listed"), 10 - u64::from(clip));
    }
    // The oldest is used again.
    assert!(cache.get(&key(1), 1).is_some());
    let each = cache.summary().bytes / 4;
    cache.set_budget(each * 2 + each / 2).expect("set");
    assert_eq!(clips(&cache), ["1.mp4", "4.mp4"]);
    assert!(cache.summary().bytes <= cache.budget());
    let other_process = FeatureCache::at(folder.path().join("kept"));
    assert_eq!(
        other_process.budget(),
        each * 2 + each / 2,
        "it is remembered"
    );
    cache.set_budget(1000).expect("set");
    assert_eq!(cache.summary().entries, 0);
    assert!(!keep(&cache, 5), "larger than all there may be");
}

#[test]
fn other_files_are_left_alone_and_abandoned_ones_cleared_away() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = folder.path().join("kept");
    let cache = FeatureCache::at(place.clone());
    assert!(keep(&cache, 1));
    std::fs::write(place.join("notes.txt"), "mine").expect("written");
    let (old, fresh) = (place.join("a.1-1.partial"), place.join("b.2-1.partial"));
    std::fs::write(&old, "half").expect("written");
    std::fs::write(&fresh, "half").expect("written");
    let then = SystemTime::now() - Duration::from_secs(2 * 3600);
    let file = std::fs::File::options().append(true).open(&old);
    file.and_then(|f| f.set_modified(then)).expect("made older");
    cache.make_room();
    assert!(
        !old.exists() && fresh.exists(),
        "another process may be at it"
    );
    cache.clear().expect("cleared");
    assert!(!fresh.exists() && place.join("notes.txt").exists());
    assert!(!cache.folder().join("a").exists() && clips(&cache).is_empty());
}

#[test]
fn a_writer_that_is_dropped_leaves_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let cache = FeatureCache::at(folder.path().join("kept"));
    let about = EntryAbout {
        clip: "x".to_owned(),
        backbone: "y".to_owned(),
    };
    let writer = cache
        .start(key(1), about, 2, vec![[3, 4]])
        .expect("started");
    assert_eq!(std::fs::read_dir(cache.folder()).expect("there").count(), 1);
    let outcome = writer.finish();
    assert!(outcome.is_err(), "segments are missing");
    assert_eq!(std::fs::read_dir(cache.folder()).expect("there").count(), 0);
}

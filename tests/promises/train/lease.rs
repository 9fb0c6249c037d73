//! What a training pins stays in the cache, whatever the budget, as long as its process lives.

use burn::tensor::{Device, Tensor};
use mettle_core::base::{ClipId, ContentHash};
use mettle_core::features::{EntryAbout, FeatureCache, FeatureKey, HalfFeatures};
use mettle_core::model::LayerFeatures;

fn key(clip: u8) -> FeatureKey {
    FeatureKey {
        clip: ClipId(ContentHash([clip; 32])),
        backbone: ContentHash::default(),
        prep: ContentHash::default(),
    }
}

fn keep(cache: &FeatureCache, clip: u8) -> bool {
    let final_norm = Tensor::<3>::ones([1, 32, 32], &Device::flex());
    let features = LayerFeatures {
        layers: Vec::new(),
        final_norm,
    };
    let features = HalfFeatures::of(&features).unwrap();
    let about = EntryAbout {
        clip: format!("{clip}.mp4"),
        backbone: "one".to_owned(),
    };
    let Some(mut writer) = cache.start(key(clip), about, 1, features.sizes()) else {
        return false;
    };
    writer.append(&features).unwrap();
    writer.finish().unwrap();
    cache.make_room();
    true
}

#[test]
fn a_set_larger_than_the_budget_does_not_evict_itself() {
    let folder = tempfile::tempdir().unwrap();
    let cache = FeatureCache::at(folder.path().join("kept"));
    cache.set_budget(3000).unwrap();
    let lease = cache.lease().unwrap();
    lease.pin((1..=4).map(key)).unwrap();
    for clip in 1..=5 {
        assert!(keep(&cache, clip));
    }
    let there = |clip| cache.get(&key(clip), 1).is_some();
    assert!((1..=4).all(there), "pinned");
    assert!(!there(5), "nobody pins it, and the budget is spent");
    cache.clear().unwrap();
    assert!((1..=4).all(there), "also when everything is cleared");
    drop(lease);
    let kept = (1..=4).filter(|clip| there(*clip)).count();
    assert_eq!(kept, 1, "then the budget holds again");
    cache.clear().unwrap();
    let left = std::fs::read_dir(cache.folder()).unwrap().count();
    assert_eq!(left, 1, "the budget alone: no lease is left over");
}

#[test]
fn a_clip_larger_than_the_budget_is_kept_where_it_is_pinned() {
    let folder = tempfile::tempdir().unwrap();
    let cache = FeatureCache::at(folder.path().join("kept"));
    cache.set_budget(0).unwrap();
    assert!(!keep(&cache, 1));
    let lease = cache.lease().unwrap();
    lease.pin([key(1)]).unwrap();
    assert!(keep(&cache, 1) && cache.get(&key(1), 1).is_some());
}

#[test]
fn what_a_killed_process_pinned_is_free() {
    let folder = tempfile::tempdir().unwrap();
    let cache = FeatureCache::at(folder.path().join("kept"));
    assert!(keep(&cache, 1));
    let name = std::fs::read_dir(cache.folder())
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .file_name();
    // Its files are left, and nobody holds the lock.
    std::fs::write(cache.folder().join("1-0.pins"), name.to_str().unwrap()).unwrap();
    std::fs::write(cache.folder().join("1-0.lease"), "").unwrap();
    cache.clear().unwrap();
    assert_eq!(std::fs::read_dir(cache.folder()).unwrap().count(), 0);
}

//! What a long clip gives is written as it comes: its masks are not held until the end.

use std::sync::Arc;
use std::time::Duration;

use mettle_core::base::Task;
use mettle_core::engine::{
    DeviceChoice, Engine, EngineOptions, HeadChoice, JobSpec, ModelChoice, ReplyBody, WhichHead,
};
use mettle_core::exchange::rendering::MaskSource;
use mettle_core::exchange::{MaskShelf, MaskTaker};
use mettle_core::media::Clip;
use mettle_core::predict::{Detail, ProbabilityMap};
use mettle_core::project::MaskThresholds;
use mettle_tests::program::talking_picture;
use mettle_tests::tiny_model;

use super::terminal::Terminal;

/// Every mask is sent once, in order: who has heard it may let go of it.
#[test]
fn a_mask_is_sent_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("clip.mp4");
    talking_picture("12", &path);
    let clip = Arc::new(Clip::open(&path).expect("a clip"));
    tiny_model::write_with(&folder.path().join("model"), &[Task::Segment]);
    let options = EngineOptions {
        device: DeviceChoice::Cpu,
        ..EngineOptions::default()
    };
    let engine = Engine::start(options, || {}).expect("threads start");
    let job = engine.submit(JobSpec::Predict {
        clip,
        head: HeadChoice {
            model: ModelChoice::Folder(folder.path().join("model")),
            which: WhichHead::For(Task::Segment),
        },
    });
    let mut heard = 0;
    loop {
        let reply = engine.wait_for_reply(Duration::from_secs(60));
        let reply = reply.expect("a reply");
        assert_eq!(reply.job, job);
        match reply.body {
            ReplyBody::Prediction(part) => {
                let Detail::Segmented { masks } = part.detail else {
                    panic!("another task's");
                };
                assert_eq!(part.from, heard);
                heard += masks.len();
            }
            ReplyBody::Done => break,
            ReplyBody::Failed(problem) => panic!("{problem:?}"),
            _ => {}
        }
    }
    assert_eq!(heard, 12);
}

/// Ten minutes of masks at 224 × 224 would be 59 MB.
#[cfg(target_os = "linux")]
#[test]
fn masks_of_a_long_clip_are_not_held() {
    let terminal = Terminal::with_large_masks();
    let peak = |name: &str, seconds: &str| {
        let clip = terminal.clip(name, seconds);
        terminal.peak_memory(&["-q", "--task", "segment", "--out", "out"], &clip)
    };
    let (short, long) = (peak("short.mp4", "20"), peak("long.mp4", "600"));
    let more = long.saturating_sub(short) / 1000;
    assert!(
        more < 40_000,
        "{more} kB more for 580 s more: {short}, {long}"
    );
}

/// A mask put aside comes back bit by bit; when all are made anew, the new one is there.
#[test]
fn a_mask_survives_being_put_aside() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("clip.mp4");
    talking_picture("2", &path);
    let clip = Arc::new(Clip::open(&path).expect("a clip"));
    let mask = |first: f32| ProbabilityMap::new(3, 2, [first, 0.1, 0.25, 0.5, 0.999, 1.0]);
    let shelf = MaskShelf::in_folder(folder.path()).expect("room");
    let thresholds = MaskThresholds::at(0.5);
    let size = Some((3, 2));
    let mut masks = MaskTaker::new(&clip, "it".into(), &thresholds, size, Some(shelf));
    masks.take(0, &[mask(0.9), mask(0.8)]);
    masks.take(0, &[mask(0.7)]);
    masks.take(1, &[mask(0.2)]);
    let (taken, shelf) = masks.finish().expect("room");
    let shelf = shelf.expect("as given");
    assert_eq!(shelf.mask(0), Some(mask(0.7)));
    assert_eq!(shelf.mask(1), Some(mask(0.2)));
    assert_eq!(shelf.mask(2), None);
    let areas: Vec<u64> = taken.iter().map(|mask| mask.mask.area()).collect();
    assert_eq!(areas, [3, 2]);
    let left = std::fs::read_dir(folder.path()).expect("there").count();
    assert_eq!(left, 1, "the file has no name");
}

//! A compute device that is lost in the middle of an analysis is started anew; the analysis goes on, and says so.

use mettle_core::base::Task;
use mettle_core::engine::{
    DeviceChoice, Engine, EngineOptions, HeadChoice, JobSpec, ModelChoice, ReplyBody, WhichHead,
};
use mettle_core::gpu::{Prober, choose, list_adapters, retire};
use mettle_tests::program::{alone, talking_picture};

use super::fake_jobs::{PATIENCE, is_end};

/// Alone in its process: the device that is destroyed is every other test's too.
#[test]
fn is_started_anew() {
    if list_adapters().is_ok_and(|adapters| adapters.is_empty()) {
        eprintln!("no adapter here, not even Mesa's lavapipe, so nothing was lost");
        return;
    }
    alone("engine::lost_device::in_the_middle");
}

#[test]
#[ignore = "run by the one above"]
fn in_the_middle() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("clip.mp4");
    talking_picture("12", &path);
    let options = EngineOptions {
        device: DeviceChoice::Wgpu,
        ..EngineOptions::default()
    };
    let engine = Engine::start(options, || {}).expect("threads start");
    let open = engine.submit(JobSpec::Open { path });
    let mut clip = None;
    loop {
        let reply = engine.wait_for_reply(PATIENCE).expect("a reply");
        match reply.body {
            ReplyBody::Opened(opened) => clip = Some(opened),
            end if reply.job == open && is_end(&end) => break,
            _ => {}
        }
    }
    engine.submit(JobSpec::Predict {
        clip: clip.expect("opened"),
        head: HeadChoice {
            model: ModelChoice::Demo,
            which: WhichHead::For(Task::Localize),
        },
    });
    let (mut destroyed, mut told, mut scored) = (false, false, 0);
    // Kernels are compiled first, which a software device takes long for.
    let patience = 10 * PATIENCE;
    loop {
        let reply = engine.wait_for_reply(patience).expect("a reply");
        match reply.body {
            ReplyBody::Prediction(part) => {
                scored = part.from + part.scores.len();
                if !destroyed {
                    destroyed = true;
                    let prober = Prober::default();
                    let (device, _) = choose(DeviceChoice::Wgpu, &prober).expect("is open");
                    retire(&device);
                }
            }
            ReplyBody::Notice(problem) => {
                told |= problem.title.contains("compute device stopped working");
            }
            ReplyBody::Done => break,
            ReplyBody::Failed(problem) => panic!("{problem:?}"),
            _ => {}
        }
    }
    assert!(destroyed && told, "destroyed {destroyed}, told {told}");
    assert_eq!(scored, 12, "every second has its score");
}

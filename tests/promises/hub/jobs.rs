//! A download in the engine: progress on the board, cancelled at once, gone on with; and the program's pull and verify.

use std::time::{Duration, Instant};

use mettle_core::engine::{Engine, EngineOptions, JobId, JobSpec, ReplyBody, WeightsTask};
use mettle_core::gpu::{DeviceChoice, Prober};
use mettle_core::hub::WeightsState;
use mettle_tests::program::{self, run};

use super::server::{Says, Server, noise};

const MODEL: &str = "swinv2_large_window12_192";
const PATIENCE: Duration = Duration::from_secs(30);

fn engine() -> Engine {
    let options = EngineOptions {
        device: DeviceChoice::Cpu,
        prober: Prober::default(),
        ..EngineOptions::default()
    };
    Engine::start(options, || {}).expect("it starts")
}

/// What a job says up to its end.
fn end_of(engine: &Engine, job: JobId) -> Vec<ReplyBody> {
    let mut said = Vec::new();
    loop {
        let reply = engine.wait_for_reply(PATIENCE).expect("an answer");
        if reply.job != job {
            continue;
        }
        let ended = matches!(
            reply.body,
            ReplyBody::Done | ReplyBody::Cancelled | ReplyBody::Failed(_)
        );
        said.push(reply.body);
        if ended {
            return said;
        }
    }
}

#[test]
fn a_download_shows_progress_is_cancelled_at_once_and_goes_on() {
    let bytes = noise(2_000_000);
    let theirs = bytes.clone();
    let hub = Server::start(move |asked, number| Says {
        slow: (number == 0).then_some(Duration::from_millis(5)),
        ..Says::file(asked, &theirs)
    });
    let folder = tempfile::tempdir().expect("a folder");
    let engine = engine();
    let pull = || {
        engine.submit(JobSpec::Weights(WeightsTask::Pull {
            model: MODEL.into(),
            endpoint: Some(hub.url()),
            folder: Some(folder.path().to_owned()),
        }))
    };
    let job = pull();
    let begin = Instant::now();
    let progress = loop {
        let line = engine
            .jobs()
            .into_iter()
            .find(|line| line.id == job)
            .expect("on the board");
        if line.progress.done > 50_000 {
            assert_eq!(line.title, format!("Fetch {MODEL}"));
            break line.progress;
        }
        assert!(begin.elapsed() < PATIENCE);
        std::thread::sleep(Duration::from_millis(5));
    };
    assert_eq!(progress.total, 2_000_000);
    let asked = Instant::now();
    engine.cancel(job);
    assert!(matches!(end_of(&engine, job)[..], [ReplyBody::Cancelled]));
    assert!(
        asked.elapsed() < Duration::from_secs(2),
        "{:?}",
        asked.elapsed()
    );
    let said = end_of(&engine, pull());
    let [ReplyBody::Models(lines), ReplyBody::Done] = &said[..] else {
        panic!("{said:?}");
    };
    let line = lines
        .iter()
        .find(|line| line.entry.key == MODEL)
        .expect("listed");
    assert!(matches!(&line.state, WeightsState::Here(found) if found.size == 2_000_000));
    assert!(
        hub.asked()[1].from().is_some_and(|from| from > 50_000),
        "{:?}",
        hub.asked()[1]
    );
}

#[test]
fn a_download_that_fails_is_a_problem_in_plain_words() {
    let hub = Server::start(|_, _| Says::status(401));
    let folder = tempfile::tempdir().expect("a folder");
    let engine = engine();
    let job = engine.submit(JobSpec::Weights(WeightsTask::Pull {
        model: MODEL.into(),
        endpoint: Some(hub.url()),
        folder: Some(folder.path().to_owned()),
    }));
    let said = end_of(&engine, job);
    let [ReplyBody::Failed(problem)] = &said[..] else {
        panic!("{said:?}");
    };
    assert_eq!(problem.title, format!("Could not fetch {MODEL}"));
    assert!(problem.advice.contains("HF_TOKEN"), "{}", problem.advice);
}

#[test]
fn the_program_pulls_once_and_notices_damage() {
    let bytes = noise(80_000);
    let theirs = bytes.clone();
    let hub = Server::start(move |asked, _| Says::file(asked, &theirs));
    let folder = tempfile::tempdir().expect("a folder");
    let program = |arguments: &[&str]| {
        let mut command = program::mettle(folder.path());
        command
            .env("METTLE_DATA", folder.path())
            .env("HF_ENDPOINT", hub.url());
        command
            .env("NO_PROXY", "127.0.0.1")
            .env("HF_TOKEN", "hf_secret");
        run(command.args(arguments))
    };
    let (code, said, stderr) = program(&["models", "pull", "swinv2"]);
    assert_eq!(code, 0, "{stderr}");
    assert!(
        said.contains("no checksum is published") && said.contains("80.0 kB"),
        "{said}"
    );
    assert_eq!(
        hub.asked()[0].header("authorization"),
        Some("Bearer hf_secret")
    );
    let (code, said, _) = program(&["models", "pull", "swinv2"]);
    assert!(
        code == 0 && said.contains("is here") && hub.asked().len() == 1,
        "{said}"
    );
    // Noise is no checkpoint; its checksum is right all the same.
    let (code, said, stderr) = program(&["models", "verify"]);
    assert!(
        code == 1 && said.contains("BAD") && said.contains("none is published"),
        "{said}{stderr}"
    );
    assert!(
        said.contains("neither a safetensors file nor a PyTorch checkpoint"),
        "{said}"
    );
    let file = folder
        .path()
        .join("weights")
        .join(MODEL)
        .join("model.safetensors");
    std::fs::write(&file, &bytes[1..]).expect("written");
    let (_, said, _) = program(&["models", "verify", "swinv2"]);
    assert!(said.contains("Delete it and pull again"), "{said}");
    let (code, _, stderr) = program(&["models", "pull", "htsat_audioset"]);
    assert!(
        code == 1 && stderr.contains("drive.google.com") && stderr.contains("browser"),
        "{stderr}"
    );
    let (code, _, stderr) = program(&["models", "verify", "htsat_audioset"]);
    assert!(code == 1 && stderr.contains("not here"), "{stderr}");
}

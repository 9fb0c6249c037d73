//! No socket is opened unless asked: the program is run where every way out would be seen.

use mettle_tests::program::{self, run, talking_picture};
use mettle_tests::tiny_model;

use super::server::{Says, Server};

#[test]
fn only_a_download_that_was_asked_for_calls_anybody() {
    let hub = Server::start(|_, _| Says::status(404));
    let folder = tempfile::tempdir().expect("a folder");
    let (clip, model) = (
        folder.path().join("clip.mp4"),
        folder.path().join("tiny-model"),
    );
    talking_picture("1", &clip);
    tiny_model::write(&model);
    let (clip, model) = (clip.display().to_string(), model.display().to_string());
    let program = |arguments: &[&str]| {
        let mut command = program::mettle(folder.path());
        // Whatever is asked for, of the hub or of anybody else, ends at this server.
        for name in ["HF_ENDPOINT", "HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"] {
            command.env(name, hub.url());
        }
        command
            .env("METTLE_DATA", folder.path())
            .env("NO_PROXY", "127.0.0.1");
        run(command.args(arguments))
    };
    for (arguments, good) in [
        (&["models", "list"][..], 0),
        (&["models", "path"], 0),
        (&["models", "verify"], 0),
        (&["models", "params"], 0),
        (&["analyze", "--device", "cpu", "--model", &model, &clip], 0),
        (
            &[
                "analyze",
                "--device",
                "cpu",
                "--model",
                "no-such-model",
                &clip,
            ],
            1,
        ),
        (&["--help"], 0),
    ] {
        let (code, _, stderr) = program(arguments);
        assert_eq!(code, good, "{arguments:?}: {stderr}");
        assert!(
            hub.asked().is_empty(),
            "{arguments:?} called {:?}",
            hub.asked()
        );
    }
    let (code, ..) = program(&["models", "pull", "-q", "swinv2_large_window12_192"]);
    assert_eq!(
        (code, hub.asked().len()),
        (1, 1),
        "the trap would have seen it"
    );
}

/// Linux shows a process's sockets: a program that lists models, stopped in the middle of its work, has none.
#[cfg(target_os = "linux")]
#[test]
fn a_running_analysis_holds_no_network_socket() {
    use std::time::{Duration, Instant};
    let folder = tempfile::tempdir().expect("a folder");
    let (clip, model) = (
        folder.path().join("clip.mp4"),
        folder.path().join("tiny-model"),
    );
    talking_picture("20", &clip);
    tiny_model::write(&model);
    let mut command = program::mettle(folder.path());
    command
        .args(["analyze", "-q", "--device", "cpu", "--model"])
        .arg(&model)
        .arg(&clip);
    command
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null());
    let mut child = command.spawn().expect("it starts");
    let (begin, mut looks) = (Instant::now(), 0);
    while child.try_wait().expect("known").is_none() && begin.elapsed() < Duration::from_secs(60) {
        let names = std::fs::read_dir(format!("/proc/{}/fd", child.id()));
        for fd in names.into_iter().flatten().flatten() {
            let to = std::fs::read_link(fd.path()).unwrap_or_default();
            let to = to.to_string_lossy();
            assert!(!to.starts_with("socket:"), "{to}");
        }
        looks += 1;
        std::thread::sleep(Duration::from_millis(5));
    }
    child.wait().expect("it ends");
    assert!(looks > 3, "{looks}");
}

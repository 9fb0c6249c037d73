//! A worker that is asked to stop, or whose part is there, damaged, or another's.

use std::time::{Duration, Instant};

use mettle_core::exchange::parts::ScoreRow;
use mettle_tests::program;

use super::workers::{Farm, files_below};

const PARQUET: [&str; 4] = ["--shard", "1/2", "--format", "parquet"];

/// Within a step and a glance at the board, with the exit code that schedulers try again, and no file left.
#[cfg(unix)]
#[test]
fn a_worker_asked_to_stop_leaves_nothing_half() {
    let farm = Farm::new(60);
    let mut worker = farm.start("out", &["--shard", "1/1", "--format", "parquet"]);
    let begin = Instant::now();
    let has_begun = || farm.at("out").exists() && !files_below(&farm.at("out")).is_empty();
    while !has_begun() {
        assert!(begin.elapsed() < Duration::from_secs(60), "it never begins");
        std::thread::sleep(Duration::from_millis(5));
    }
    std::thread::sleep(Duration::from_millis(300));
    let asked = Instant::now();
    let id = worker.id().to_string();
    let told = std::process::Command::new("kill")
        .args(["-TERM", &id])
        .status();
    assert!(told.expect("kill runs").success());
    let code = worker.wait().expect("it ends").code();
    assert_eq!(code, Some(75));
    assert!(
        asked.elapsed() < Duration::from_secs(5),
        "{:?}",
        asked.elapsed()
    );
    assert_eq!(files_below(&farm.at("out")), [""; 0]);
}

/// A part that is there and whole is not made again; one that was cut short, or lost a table, is.
#[test]
fn a_whole_part_stays_and_a_cut_one_is_made_anew() {
    let farm = Farm::new(4);
    let make = || {
        let (code, _, said) = program::run(&mut farm.worker("out", &PARQUET));
        assert_eq!(code, 1, "{said}");
        let path = farm.at("out/part-1-of-2.parquet");
        let about = std::fs::metadata(&path).expect("the scores");
        (
            about.modified().expect("a time"),
            std::fs::read(&path).expect("bytes"),
        )
    };
    let (first, bytes) = make();
    assert_eq!(make().0, first, "made again");
    for damaged in ["part-1-of-2.parquet", "clips/part-1-of-2.parquet"] {
        let path = farm.at("out").join(damaged);
        let whole = std::fs::read(&path).expect("a table");
        std::fs::write(&path, &whole[..whole.len() - 9]).expect("cut");
        let (again, same) = make();
        assert!(again > first && same == bytes, "{damaged}");
        std::fs::remove_file(&path).expect("removed");
        assert_eq!(make().1, bytes, "{damaged}");
    }
    let mut wrong = std::fs::read(farm.at("out/part-1-of-2.parquet")).expect("bytes");
    wrong[100] ^= 1;
    std::fs::write(farm.at("out/part-1-of-2.parquet"), wrong).expect("written");
    assert_eq!(make().1, bytes, "one bit");
    assert!(!farm.rows::<ScoreRow>("out").is_empty());
}

/// What another command left is neither believed nor replaced.
#[test]
fn a_part_of_something_else_is_named() {
    let farm = Farm::new(3);
    let (code, ..) = program::run(&mut farm.worker("out", &PARQUET));
    assert!(code <= 1);
    let other = [&PARQUET[..], &["--threshold", "0.7"]].concat();
    let (code, _, said) = program::run(&mut farm.worker("out", &other));
    assert_eq!(code, 2, "{said}");
    assert!(
        said.contains("threshold") && said.contains("--out"),
        "{said}"
    );
    std::fs::write(farm.at("clips/new.mp4"), "x").expect("written");
    let (code, _, said) = program::run(&mut farm.worker("out", &PARQUET));
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("list of clips"), "{said}");
}

//! A device is first tried in a process of its own: one that cannot be used says why in its own words, one that crashes is told of as
//! having crashed, and takes nothing along.
#![cfg(unix)]

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use mettle_core::gpu::{Candidate, Prober};
use mettle_tests::program::{mettle, run};

/// What is said of a device that a program like this one tried.
fn refusal(folder: &Path, script: &str) -> String {
    let program = folder.join("tries");
    std::fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
    let mode = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(&program, mode).unwrap();
    let prober = Prober {
        program: Some(program),
    };
    let refused = prober.check(&Candidate::Cuda);
    refused.expect_err("it failed").to_string()
}

#[test]
fn its_own_reason_is_told_where_it_gives_one() {
    let folder = tempfile::tempdir().unwrap();
    let told = refusal(folder.path(), "echo no driver of that name; exit 1");
    assert!(
        told.ends_with("does not work: no driver of that name"),
        "{told}"
    );
    let crashed = refusal(folder.path(), "echo half a sen; kill -SEGV $$");
    assert!(
        crashed.contains("its driver failed when tried"),
        "{crashed}"
    );
    assert!(!crashed.contains("half a sen"), "{crashed}");
    let silent = refusal(folder.path(), "exit 3");
    assert!(silent.contains("its driver failed when tried"), "{silent}");
}

#[test]
fn a_tuning_that_there_is_not_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut wrong = mettle(folder.path());
    wrong.args(["cache"]).env("METTLE_TUNE", "fulll");
    let (code, _, complaint) = run(&mut wrong);
    assert_eq!(code, 2);
    assert!(
        complaint.contains("fulll") && complaint.contains("`full`"),
        "{complaint}"
    );
    let mut right = mettle(folder.path());
    right.args(["cache"]).env("METTLE_TUNE", "full");
    assert_eq!(run(&mut right).0, 0);
}

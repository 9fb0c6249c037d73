//! The packed program is unpacked anywhere and runs there without being installed; beside it stands that nobody signed it.

use std::path::{Path, PathBuf};
use std::process::Command;

use mettle_tests::program::{path, run};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

#[test]
fn what_is_packed_runs_where_it_is_unpacked() {
    let (packing, elsewhere) = (tempfile::tempdir(), tempfile::tempdir());
    let (packing, elsewhere) = (packing.expect("a folder"), elsewhere.expect("a folder"));
    let runner = path().with_file_name(format!("xtask{}", std::env::consts::EXE_SUFFIX));
    let mut pack = Command::new(&runner);
    pack.args(["package", "--of"]).arg(path());
    pack.current_dir(root())
        .env("CARGO_TARGET_DIR", packing.path());
    let (code, _, said) = run(&mut pack);
    assert_eq!(code, 0, "{}: {said}", runner.display());
    let files = std::fs::read_dir(packing.path().join("package")).expect("a folder");
    let files: Vec<PathBuf> = files.map(|entry| entry.expect("read").path()).collect();
    let file = files.iter().find(|file| file.is_file()).expect("one file");
    let mut unpack = Command::new("tar");
    unpack.arg("-xf").arg(file).arg("-C").arg(elsewhere.path());
    assert_eq!(run(&mut unpack).0, 0);
    let name = files.iter().find(|file| file.is_dir()).expect("a folder");
    let there = elsewhere.path().join(name.file_name().expect("a name"));
    let start = std::fs::read_to_string(there.join("START.txt")).expect("how to begin");
    assert!(start.contains("NOT SIGNED"), "{start}");
    assert!(there.join("LICENSE-MIT").is_file());
    // With nothing of this machine's settings: its own weights, an empty home.
    let program = there.join(format!("mettle{}", std::env::consts::EXE_SUFFIX));
    let home = elsewhere.path().join("home");
    let mut doctor = Command::new(program);
    doctor.args(["doctor", "--device", "cpu"]);
    doctor.current_dir(&there).env("HOME", &home);
    doctor.env("METTLE_CACHE", home.join("cache"));
    doctor.env("METTLE_DATA", home.join("data"));
    let (code, said, wrong) = run(&mut doctor);
    assert_eq!(code, 0, "{said}{wrong}");
    let tested = said.lines().find(|line| line.contains("self-test"));
    assert!(tested.is_some_and(|line| line.contains("passed")), "{said}");
}

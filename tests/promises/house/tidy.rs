//! Every source file says what it is for, stays small, and cannot panic on a user.

use mettle_tests::tree::{code_only, files};

/// Past this many lines a file has more than one idea.
const LONGEST_FILE: usize = 500;

fn sources() -> Vec<(std::path::PathBuf, String)> {
    ["core", "app/src", "tests"]
        .iter()
        .flat_map(|folder| files(folder, "rs"))
        .collect()
}

#[test]
fn every_file_opens_with_what_it_is_for() {
    let silent: Vec<_> = sources()
        .into_iter()
        .filter(|(_, text)| !text.starts_with("//! "))
        .map(|(path, _)| path)
        .collect();
    assert!(silent.is_empty(), "no `//!` first line: {silent:?}");
}

#[test]
fn every_file_is_short() {
    let long: Vec<_> = sources()
        .into_iter()
        .filter(|(_, text)| text.lines().count() > LONGEST_FILE)
        .map(|(path, _)| path)
        .collect();
    assert!(long.is_empty(), "over {LONGEST_FILE} lines: {long:?}");
}

#[test]
fn no_panic_reaches_a_user() {
    let banned = [".unwrap()", "todo!(", "unimplemented!(", "dbg!("];
    for (path, text) in files("core/src", "rs")
        .into_iter()
        .chain(files("app/src", "rs"))
    {
        let code = code_only(&text);
        for word in banned {
            assert!(!code.contains(word), "{} holds {word}", path.display());
        }
    }
}

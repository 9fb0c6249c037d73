//! `mettle bench train` measures a step of full size in every way, in batches of several sizes, holds it against another program's
//! steps of the same task, and writes its tables into a page.

#![cfg(unix)]

use mettle_tests::program;
use serde_json::Value;

/// Answers as `tests/peers/train_step.py` does, without computing, where it is asked for parsing, a clip a step.
const PEER: &str = r#"
case "$*" in
    "--task parse --batch 1 --steps 1 --threads "*" --no-backbone") ms=1e6 ;;
    "--task parse --batch 1 --steps 1 --threads "*) ms=1e7 ;;
    *) echo "what is $*?" >&2; exit 1 ;;
esac
echo "it takes its time"
echo "{\"peer\": \"a stone\", \"ms_per_sample\": $ms, \"peak_gb_per_sample\": 7}"
"#;

#[test]
fn a_step_is_measured_beside_a_peers() {
    let folder = tempfile::tempdir().unwrap();
    let (peer, page) = (folder.path().join("peer.sh"), folder.path().join("page.md"));
    std::fs::write(&peer, PEER).unwrap();
    let [begin, end] = ["begin", "end"].map(|mark| format!("<!-- mettle bench train: {mark} -->"));
    std::fs::write(&page, format!("before\n{begin}\nold\n{end}\nafter\n")).unwrap();
    let mut command = program::mettle(folder.path());
    command
        .args(["bench", "train", "--task", "parse", "--device", "cpu"])
        .args(["--batch", "1,2", "--steps", "1", "--json", "--readme"])
        .arg(&page);
    command.arg("--peer").arg(format!("sh {}", peer.display()));
    let (code, said, complaint) = program::run(&mut command);
    assert_eq!(code, 0, "{complaint}");
    let figures: Value = serde_json::from_str(&said).unwrap();
    let of = |way: &str, batch: usize| {
        let rows = figures["rows"].as_array().unwrap().iter();
        let mut rows = rows.filter(|row| row["way"] == way && row["batch"] == batch);
        let row = rows.next().unwrap_or_else(|| panic!("{way}: {said}"));
        assert!(rows.next().is_none() && row["task"] == figures["tasks"][0]["task"]);
        row["ms"].as_f64().unwrap()
    };
    let head = [of("cached", 1), of("textbook", 1)];
    let both = [of("in_loop", 1), of("textbook_in_loop", 1)];
    for (head, both) in head.iter().zip(both) {
        assert!((head + of("backbones", 1) - both).abs() < 1e-6 * both);
    }
    assert!(of("cached", 2) > 0.0 && of("peer", 1) > 9e5);
    let ratio = figures["ratios"][0]["ratio"].as_f64().unwrap();
    assert!(ratio > 0.0 && ratio < 0.1, "{said}");
    let text = std::fs::read_to_string(&page).unwrap();
    assert!(text.starts_with("before\n") && text.ends_with("after\n") && !text.contains("old"));
    assert!(text.contains("against a stone"), "{text}");
    let line = "| the peer, backbones in the loop | 10000000 | 7.00 |";
    assert!(text.contains(line), "{text}");
}

#[test]
fn a_peer_that_fails_is_heard() {
    let folder = tempfile::tempdir().unwrap();
    let peer = folder.path().join("peer.sh");
    std::fs::write(&peer, PEER).unwrap();
    let mut command = program::mettle(folder.path());
    command
        .args(["bench", "train", "--task", "parse", "--device", "cpu"])
        .args(["--steps", "2", "--peer"])
        .arg(format!("sh {}", peer.display()));
    let (code, _, complaint) = program::run(&mut command);
    assert_eq!(code, 1);
    assert!(
        complaint.contains("what is --task parse --batch 1 --steps 2"),
        "{complaint}"
    );
}

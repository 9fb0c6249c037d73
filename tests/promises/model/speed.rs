//! `mettle bench backbones` measures a full-size backbone, in turn with another program, and writes its table into a page.

#![cfg(unix)]

use mettle_tests::program;
use serde_json::Value;

/// Answers as `tests/peers/backbones.py` does, without computing.
const PEER: &str = r#"
echo '{"peer": "a stone"}'
while read -r word rest; do
    case $word in
        load) echo '{"ready": true}' ;;
        *) echo '{"ms": 1e9, "cpu_ms": 1e9}' ;;
    esac
done
"#;

#[test]
fn figures_and_table() {
    let folder = tempfile::tempdir().unwrap();
    let (peer, page) = (folder.path().join("peer.sh"), folder.path().join("page.md"));
    std::fs::write(&peer, PEER).unwrap();
    let marks = [
        "<!-- mettle bench backbones: begin -->",
        "<!-- mettle bench backbones: end -->",
    ];
    std::fs::write(
        &page,
        format!("before\n{}\nold\n{}\nafter\n", marks[0], marks[1]),
    )
    .unwrap();
    let mut command = program::mettle(folder.path());
    command
        .args(["bench", "backbones", "htsat_audioset", "--device", "cpu"])
        .args(["--batch", "1", "--rounds", "1", "--json", "--readme"])
        .arg(&page)
        .arg("--peer")
        .arg(format!("sh {}", peer.display()));
    let (code, said, complaint) = program::run(&mut command);
    assert_eq!(code, 0, "{complaint}");
    let figures: Value = serde_json::from_str(&said).unwrap();
    let model = &figures["models"][0];
    let number = |value: &Value| value.as_f64().unwrap();
    // 11.8 · 10⁹ operations a second of sound, in the time that was measured.
    let speed = number(&model["gflop"]) / number(&model["ours"]["best_ms"]) * 1e3;
    assert!((speed / number(&model["gflops"]) - 1.0).abs() < 1e-6);
    assert!((11.0..12.0).contains(&number(&model["gflop"])));
    let fraction = number(&model["of_ceiling"]);
    assert!((0.01..1.3).contains(&fraction), "{fraction} of the ceiling");
    assert!(number(&model["ratio"][0]) < 1e-3);
    assert_eq!(figures["peer"], "a stone");
    let text = std::fs::read_to_string(&page).unwrap();
    assert!(text.starts_with("before\n") && text.ends_with("after\n") && !text.contains("old"));
    assert!(text.contains("| HTS-AT AudioSet |"), "{text}");
}

#[test]
fn an_unknown_backbone_is_named_with_those_there_are() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = program::mettle(folder.path());
    command.args(["bench", "backbones", "alexnet", "--device", "cpu"]);
    let (code, _, complaint) = program::run(&mut command);
    assert_eq!(code, 1);
    assert!(complaint.contains("alexnet") && complaint.contains("vit_large_patch16_224"));
}

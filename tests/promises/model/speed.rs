//! `mettle bench backbones` measures a full-size backbone, in turn with other programs, and writes its table into a page; a program
//! that cannot run a backbone is named, and the rest goes on. `mettle bench decode` measures decoding alone.

#![cfg(unix)]

use mettle_tests::program;
use serde_json::Value;

/// Answers as `tests/peers/backbones.py` does, without computing.
const PEER: &str = r#"
echo "{\"peer\": \"$1, grey\"}"
while read -r word rest; do
    case $word in
        load) case $1 in
            sand) echo '{"error": "it is sand"}' ;;
            *) echo '{"ready": true}' ;;
        esac ;;
        *) echo '{"ms": 1e9, "cpu_ms": 1e9, "mib": 7}' ;;
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
        .arg(&page);
    for name in ["stone", "sand"] {
        let peer = format!("sh {} {name}", peer.display());
        command.arg("--peer").arg(peer);
    }
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
    let stone = &model["peers"][0];
    assert!(number(&stone["ratio"][0]) < 1e-3);
    assert_eq!(stone["name"], "stone, grey");
    assert_eq!(stone["memory_mib"], 7);
    let sand = &model["peers"][1];
    assert!(sand["times"].is_null() && complaint.contains("it is sand"));
    let text = std::fs::read_to_string(&page).unwrap();
    assert!(text.starts_with("before\n") && text.ends_with("after\n") && !text.contains("old"));
    assert!(text.contains("| HTS-AT AudioSet | here |"), "{text}");
    assert!(text.contains("| | stone | 1000000000 |"), "{text}");
    assert!(text.contains("| | sand | – |"), "{text}");
}

#[test]
fn decoding_alone() {
    let folder = tempfile::tempdir().unwrap();
    let clip = folder.path().join("clip.mp4");
    program::talking_picture("2", &clip);
    let mut command = program::mettle(folder.path());
    let command = command.args(["bench", "decode", "--rounds", "3", "--json"]);
    let (code, said, complaint) = program::run(command.arg(&clip));
    assert_eq!(code, 0, "{complaint}");
    let figures: Value = serde_json::from_str(&said).unwrap();
    let times = figures["ms"].as_array().unwrap().iter();
    let times: Vec<f64> = times.filter_map(Value::as_f64).collect();
    assert!(
        times.len() == 3 && times.iter().all(|ms| *ms > 0.0),
        "{said}"
    );
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

//! `mettle bench corrections`, in short: clips become files, are analysed and corrected, a head learns from that with what is replayed,
//! and says what it makes of the first clip, twice.

use mettle_tests::program;
use serde_json::Value;

#[test]
fn the_wait_for_a_correction_is_measured() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = program::mettle(folder.path());
    command.args(["bench", "corrections", "--clips", "1", "--rounds", "2"]);
    let (code, said, complaint) = program::run(command.args(["--device", "cpu", "--json"]));
    assert_eq!(code, 0, "{complaint}");
    let figures: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(figures["clips"], 1);
    let seconds = figures["seconds"].as_array().unwrap().iter();
    let seconds: Vec<f64> = seconds.filter_map(Value::as_f64).collect();
    assert!(
        seconds.len() == 2 && seconds.iter().all(|s| *s > 0.0),
        "{said}"
    );
}

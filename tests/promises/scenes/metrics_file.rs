//! `mettle metrics` scores numbers that another program made, by the datasets' own rules.

use mettle_tests::program::{mettle, run};
use serde_json::{Value, json};

fn measured(numbers: &Value) -> (i32, Value, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("numbers.json");
    std::fs::write(&file, numbers.to_string()).expect("written");
    let (code, stdout, stderr) = run(mettle(folder.path()).arg("metrics").arg(&file));
    let figures = serde_json::from_str(&stdout).unwrap_or_default();
    (code, figures, stderr)
}

fn figure(figures: &Value, pointer: &str) -> f64 {
    let value = figures.pointer(pointer).and_then(Value::as_f64);
    value.unwrap_or_else(|| panic!("{pointer} is missing in {figures}"))
}

#[test]
fn localize_takes_the_first_of_equals_and_half_is_no_event() {
    let mut event = vec![0.0; 28];
    (event[5], event[9]) = (2.0, 2.0);
    let mut is_event = vec![-1.0; 10];
    is_event[2..6].fill(1.0);
    // The probability of so small a logit is one half in 32 bit.
    is_event[8] = 5e-8;
    let mut truth = vec![28; 10];
    truth[2..5].fill(5);
    let numbers = json!({"task": "localize", "event": [event], "is_event": [is_event], "truth": [truth], "batch": 16});
    let (code, figures, stderr) = measured(&numbers);
    assert_eq!(code, 0, "{stderr}");
    assert_eq!(figure(&figures, "/accuracy"), 0.9);
    assert_eq!(figure(&figures, "/accuracy_batched"), 0.9);
}

#[test]
fn batches_are_averaged_where_the_baselines_do() {
    let clip = |right: bool| {
        (
            vec![1.0, 0.0],
            vec![if right { 1.0 } else { -1.0 }; 2],
            vec![0; 2],
        )
    };
    let clips = [true, true, false].map(clip);
    let numbers = json!({
        "task": "localize",
        "event": clips.each_ref().map(|c| &c.0),
        "is_event": clips.each_ref().map(|c| &c.1),
        "truth": clips.each_ref().map(|c| &c.2),
        "batch": 2,
    });
    let (_, figures, _) = measured(&numbers);
    assert!((figure(&figures, "/accuracy") - 2.0 / 3.0).abs() < 1e-12);
    assert_eq!(figure(&figures, "/accuracy_batched"), 0.5);
}

#[test]
fn parse_gives_eleven_figures() {
    let truth = json!({"audible": {"3": "0011110000"}, "visible": {"1": "1111111111"}});
    let predicted = json!({"audible": {"3": "0011001100"}, "visible": {"1": "1111111111"}});
    let numbers = json!({"task": "parse", "clips": [{"predicted": predicted, "truth": truth}]});
    let (code, figures, stderr) = measured(&numbers);
    assert_eq!(code, 0, "{stderr}");
    // Two of four found, two too many: 2·2 / (2·2 + 2 + 2).
    assert_eq!(figure(&figures, "/segment/audio"), 0.5);
    assert_eq!(figure(&figures, "/segment/visual"), 1.0);
    // Nothing is both or said to be: such a video scores 1.
    assert_eq!(figure(&figures, "/segment/audio_visual"), 1.0);
    // The first of two runs overlaps the true one by half of it.
    assert!((figure(&figures, "/event/audio") - 2.0 / 3.0).abs() < 1e-12);
    assert!(figure(&figures, "/average") > 0.5);
}

#[test]
fn segment_is_by_frame_and_by_batch() {
    let numbers = json!({
        "task": "segment", "height": 1, "width": 4, "batch": 20,
        "logits": [[3.0, 3.0, -3.0, -3.0], [3.0, -3.0, -3.0, -3.0]],
        "truth": [[1, 1, 0, 0], [1, 1, 0, 0]],
    });
    let (code, figures, stderr) = measured(&numbers);
    assert_eq!(code, 0, "{stderr}");
    assert!((figure(&figures, "/miou") - 0.75).abs() < 1e-6, "{figures}");
    assert_eq!(figure(&figures, "/miou"), figure(&figures, "/miou_batched"));
    assert_eq!(figure(&figures, "/f"), figure(&figures, "/f_batched"));
}

#[test]
fn numbers_that_do_not_fit_are_named() {
    let numbers =
        json!({"task": "segment", "height": 2, "width": 2, "logits": [[1.0]], "truth": [[1]]});
    let (code, _, stderr) = measured(&numbers);
    assert_eq!(code, 1);
    assert!(
        stderr.contains("1 logits of frame 0, but 4 pixels"),
        "{stderr}"
    );
    assert!(stderr.contains("numbers.json"), "{stderr}");
    let (code, _, stderr) = measured(&json!({"task": "dance"}));
    assert_eq!(code, 1);
    assert!(stderr.contains("mettle metrics --help"), "{stderr}");
}

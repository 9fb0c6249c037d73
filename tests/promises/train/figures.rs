//! The paper's figures show what heads say: the centre of a landscape is the head's own loss, the same plane is drawn again, and
//! a figure comes of one command.

use burn::tensor::Device;
use mettle_core::model::TaskHead;
use mettle_core::train::{
    Batch, Examples, Landscape, LossConfig, avel_loss, avel_targets, landscape,
};
use mettle_tests::program::run;
use serde_json::{Value, json};

use super::clips::{Clips, heads};
use super::terminal::{Place, small};

fn around(head: &TaskHead, clips: &Clips, extent: f32) -> Landscape {
    let config = LossConfig::default();
    let made = landscape(
        head,
        clips,
        &config,
        &Device::flex(),
        (extent, 5, 3),
        &mut |_, _| true,
    );
    made.expect("computes").expect("nobody stopped it")
}

#[test]
fn the_centre_of_a_landscape_is_the_heads_own_loss() {
    let (clips, device) = (Clips::labelled(3), Device::flex());
    let Some(TaskHead::Localize(head)) = heads().into_iter().next() else {
        panic!("the first is for events");
    };
    let mut own = 0.0;
    for clip in 0..clips.len() {
        let batch = Batch::read(&*clips, &[clip], &device).expect("reads");
        let said = head.forward(&batch.visual, &batch.audio, 1);
        let loss = avel_loss(said, &avel_targets(&batch.targets, &device));
        own += loss.into_data().iter::<f32>().sum::<f32>() / clips.len() as f32;
    }
    let head = TaskHead::Localize(head);
    let land = around(&head, &clips, 1.0);
    assert!(
        (land.centre() - own).abs() < 1e-5,
        "{} {own}",
        land.centre()
    );
    assert_eq!(
        (land.place(0), land.place(2), land.place(4)),
        (-1.0, 0.0, 1.0)
    );
    assert_eq!(land, around(&head, &clips, 1.0), "the same plane again");
    let off = |land: &Landscape| {
        let losses = land.losses.iter().map(|loss| (loss - own).abs());
        losses.fold(0.0, f32::max)
    };
    assert!(off(&land) > 1e-3, "it leaves the head");
    assert!(
        off(&around(&head, &clips, 1e-4)) < off(&land) / 100.0,
        "and is near it nearby"
    );
}

/// What lies in `--out` after the command: the PNG's first bytes, the SVG, the numbers.
fn drawn(place: &Place, dataset: &str, number: &str) -> (Vec<u8>, String, Value) {
    let (code, said, wrong) = run(place.train(dataset, "figures").args(["--figure", number]));
    assert_eq!(code, 0, "{said}{wrong}");
    let file = |ending: &str| place.at(&format!("figures/figure-{number}.{ending}"));
    let text = |ending: &str| std::fs::read_to_string(file(ending)).expect("written");
    let numbers = serde_json::from_str(&text("json")).expect("JSON");
    (
        std::fs::read(file("png")).expect("written"),
        text("svg"),
        numbers,
    )
}

#[test]
fn landscapes_and_maps_come_of_one_command() {
    let head = json!({"d": 16, "visual": {"tokens": 1}});
    let place = Place::with_scenes("localize", &small(head, 1, 3e-3));
    let (png, svg, numbers) = drawn(&place, "ave", "3");
    assert!(png.starts_with(b"\x89PNG") && svg.contains("K = 1: log10 of the loss"));
    let lands = numbers["landscapes"].as_array().expect("two");
    assert_eq!(
        (&lands[0][0], &lands[1][0]),
        (&json!("K = 1"), &json!("K = 4"))
    );
    assert_eq!(
        lands[1][1]["losses"].as_array().expect("losses").len(),
        21 * 21
    );
    let (png, svg, numbers) = drawn(&place, "ave", "4");
    assert!(png.starts_with(b"\x89PNG") && svg.contains("visual, with LCD"));
    assert_eq!(numbers["tokens"].as_array().expect("maps").len(), 4);
    let (code, _, wrong) = run(place.train("ave", "figures").args(["--figure", "6"]));
    assert!(
        code == 2 && wrong.contains("figure 6 is of segment"),
        "{wrong}"
    );
}

#[test]
fn masks_with_and_without_distillation_stand_in_rows() {
    let head = json!({"d": 16, "width": 16, "mask": [48, 48]});
    let place = Place::with_scenes("segment", &small(head, 1, 3e-3));
    let (png, svg, numbers) = drawn(&place, "s4", "6");
    assert!(png.starts_with(b"\x89PNG"));
    let clips = numbers["strips"].as_array().expect("clips");
    let strips = clips[0]["strips"].as_array().expect("strips");
    let names: Vec<&Value> = strips.iter().map(|strip| &strip["name"]).collect();
    assert_eq!(names, ["true", "without LCD", "with LCD"]);
    assert_eq!(strips[1]["overlap"].as_array().expect("seconds").len(), 5);
    let pictures = svg.matches("data:image/png;base64,").count();
    assert_eq!(
        pictures,
        clips.len() * 5 * 4,
        "five seconds: picture, truth, two heads"
    );
}

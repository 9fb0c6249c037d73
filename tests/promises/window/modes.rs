//! Events, parsing and masks over one clip: every control by its label, live thresholds, and clear words where a head is missing.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use egui::accesskit::{Role, Toggled};
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT, Queryable};
use egui_kittest::{Harness, HarnessBuilder};
use mettle_app::app::MettleApp;
use mettle_app::command::Command;
use mettle_app::intent::{EditIntent, ViewIntent};
use mettle_app::models::AskModel;
use mettle_app::state::{AppState, InspectorTab, Mode, ThresholdOf};
use mettle_core::base::{ContentHash, HeadId, Labels, Task, TimeSpan};
use mettle_core::engine::{JobId, JobSpec, ReplyBody, WhichHead};
use mettle_core::media::Clip;
use mettle_core::model::{ModelInfo, Needs, Precision, TaskInfo, TokenReading};
use mettle_core::predict::{
    Attention, ClassColor, ClassColors, Detail, MaskStyle, Prediction, PredictionKey,
    ProbabilityMap,
};
use mettle_tests::parts::whole;

use super::scripted::{ScriptedEngine, clip, fill, window_keeping};

pub type Window = Harness<'static, MettleApp>;

const CLASSES: [&str; 3] = ["Church bell", "Bark", "Truck"];

fn model(tasks: &[Task]) -> ModelInfo {
    let labels = |task: Task| match task {
        Task::Segment => Labels::new(["Sounding object"]),
        _ => Labels::new(CLASSES),
    };
    let info = |task: &Task| TaskInfo {
        task: *task,
        head: HeadId::default(),
        labels: labels(*task),
        untrained: false,
        from_tags: false,
        calibration: None,
    };
    ModelInfo {
        name: "scripted".into(),
        about: "For tests.".into(),
        labels: Labels::new(CLASSES),
        tasks: tasks.iter().map(info).collect(),
        known: Vec::new(),
        rounded: Vec::new(),
        needs: Needs::default(),
        sha256: ContentHash::default(),
    }
}

/// A window whose model has these heads, with the dog's events there.
fn opened(tasks: &[Task]) -> (Window, ScriptedEngine, Arc<Clip>) {
    opened_keeping(tasks, None)
}

/// The same, keeping corrections in a file.
pub fn opened_keeping(
    tasks: &[Task],
    corrections: Option<PathBuf>,
) -> (Window, ScriptedEngine, Arc<Clip>) {
    opened_in(Harness::builder(), tasks, corrections)
}

/// The same, as this builder makes it.
pub fn opened_in(
    builder: HarnessBuilder<MettleApp>,
    tasks: &[Task],
    corrections: Option<PathBuf>,
) -> (Window, ScriptedEngine, Arc<Clip>) {
    let info = model(tasks);
    let ask: AskModel = Arc::new(move |_| Ok(info.clone()));
    let size = egui::vec2(1280.0, 800.0);
    let (mut window, engine) =
        window_keeping(builder, size, &["/clips/dog.mp4"], Some(ask), corrections);
    let begun = Instant::now();
    while window.state().state().model.is_none() {
        assert!(
            begun.elapsed() < Duration::from_secs(10),
            "the model is known"
        );
        window.run_steps(1);
        std::thread::sleep(Duration::from_millis(2));
    }
    let dog = clip("/clips/dog.mp4", 1);
    fill(&mut window, &engine, &dog, 10);
    (window, engine, dog)
}

fn job_of(engine: &ScriptedEngine, task: Task) -> JobId {
    engine.job_of(
        |spec| matches!(spec, JobSpec::Predict { head, .. } if head.which == WhichHead::For(task)),
    )
}

fn key(dog: &Clip) -> PredictionKey {
    PredictionKey {
        clip: dog.id,
        head: HeadId::default(),
        precision: Precision::F32,
    }
}

/// The dog is heard from 2 to 6 and seen from 4 to 9; the bell is heard in 0 and 1 at 0.6.
pub fn parsed(dog: &Clip) -> Arc<Prediction> {
    let score = |over: bool| if over { 0.9 } else { 0.1 };
    let bell = |s: usize| if s < 2 { 0.6 } else { 0.02 };
    let heard = |s: usize| vec![bell(s), score((2..6).contains(&s)), 0.03];
    let seen = |s: usize| vec![0.02, score((4..9).contains(&s)), 0.04];
    let both = |s: usize| -> Vec<f32> {
        heard(s)
            .iter()
            .zip(seen(s))
            .map(|(a, v): (&f32, f32)| a.min(v))
            .collect()
    };
    Arc::new(Prediction {
        key: key(dog),
        labels: Labels::new(CLASSES),
        segments: TimeSpan::seconds_of(dog.duration),
        scores: (0..10).map(both).collect(),
        familiarity: vec![1.0; 10],
        detail: Detail::Parsed {
            audible: (0..10).map(heard).collect(),
            visible: (0..10).map(seen).collect(),
        },
    })
}

/// A quarter of the picture sounds at 0.9, another at 0.4, in seconds 3 to 6.
pub fn masked(dog: &Clip) -> Arc<Prediction> {
    let mask = |second: usize| {
        let p = |i: usize| match (second, i % 4) {
            (3..=6, 0) => 0.9,
            (3..=6, 1) => 0.4,
            _ => 0.05,
        };
        ProbabilityMap::new(4, 4, (0..16).map(p))
    };
    let masks: Vec<ProbabilityMap> = (0..10).map(mask).collect();
    Arc::new(Prediction {
        key: key(dog),
        labels: Labels::new(["Sounding object"]),
        segments: TimeSpan::seconds_of(dog.duration),
        scores: masks.iter().map(|mask| vec![mask.highest()]).collect(),
        familiarity: vec![1.0; 10],
        detail: Detail::Segmented { masks },
    })
}

pub fn answer(window: &mut Window, engine: &ScriptedEngine, prediction: Arc<Prediction>) {
    let job = job_of(engine, prediction.task());
    engine.say(job, ReplyBody::Prediction(whole(&prediction)));
    engine.say(job, ReplyBody::Done);
    window.run_steps(4);
}

pub fn switch_to(window: &mut Window, mode: Mode) {
    window.get_by_role_and_label(Role::Tab, mode.text()).click();
    window.run_steps(4);
    assert_eq!(window.state().state().mode(), mode);
}

pub fn state(window: &Window) -> &AppState {
    window.state().state()
}

pub fn slide(window: &mut Window, label: &str, value: f64) {
    let slider = window.get_by_role_and_label(Role::Slider, label);
    slider.set_value_accesskit(value);
    window.run_steps(4);
}

#[test]
fn one_clip_is_asked_everything_its_model_can_say_and_switching_asks_nothing() {
    let (mut window, engine, dog) = opened(&Task::ALL);
    answer(&mut window, &engine, parsed(&dog));
    answer(&mut window, &engine, masked(&dog));
    let asked = engine.asked().len();
    for mode in [Mode::Parsing, Mode::Masks, Mode::Events] {
        // The clip's inspector page "Masks" is a tab of the same name: the command is the mode's.
        let command = match mode {
            Mode::Events => Command::ModeEvents,
            Mode::Parsing => Command::ModeParsing,
            Mode::Masks => Command::ModeMasks,
        };
        window.state_mut().ask(command);
        window.run_steps(4);
        assert_eq!(state(&window).mode(), mode);
        let shown = state(&window).shown().expect("a clip");
        assert!(shown.analysed() && shown.task == mode.task());
    }
    assert_eq!(engine.asked().len(), asked, "one analysis serves all modes");
}

#[test]
fn lanes_in_parsing_say_what_is_heard_and_what_is_seen() {
    let (mut window, engine, dog) = opened(&Task::ALL);
    answer(&mut window, &engine, parsed(&dog));
    switch_to(&mut window, Mode::Parsing);
    window.get_by_label("Bark, highest score 90 %, heard 1 time, seen 1 time, 1 event in the clip");
    window.get_by_label_contains("Church bell, highest score 60 %, heard 1 time, seen 0 times");
    window.get_by_label("Bark, audible 10 %, visible 10 %");
    window
        .state_mut()
        .ask(ViewIntent::Seek(mettle_core::base::Time::from_micros(
            4_500_000,
        )));
    window.run_steps(3);
    window.get_by_label("Bark, audible 90 %, visible 90 %");
    window.get_by_label("Bark: heard and seen");
}

#[test]
fn filters_find_what_is_heard_but_not_seen() {
    let (mut window, engine, dog) = opened(&Task::ALL);
    answer(&mut window, &engine, parsed(&dog));
    switch_to(&mut window, Mode::Parsing);
    // The bell in 0 and 1, the bark in 2 and 3; the dog is seen alone in 6, 7, 8.
    window.get_by_label("Heard but not seen, 4 s").click();
    window.run_steps(4);
    window.get_by_label_contains("Bark, highest");
    window.get_by_label_contains("Church bell, highest");
    assert_eq!(
        window.query_all_by_label_contains("Truck, highest").count(),
        0
    );
    window.get_by_label("Seen but not heard, 3 s").click();
    window.run_steps(4);
    window.get_by_label_contains("Bark, highest");
    assert_eq!(
        window
            .query_all_by_label_contains("Church bell, highest")
            .count(),
        0
    );
    window.state_mut().ask(Command::SeenNotHeard);
    window.run_steps(3);
    window.get_by_label_contains("Truck, highest");
}

#[test]
fn thresholds_of_everything_of_a_modality_and_of_a_class_redraw_at_once() {
    let (mut window, engine, dog) = opened(&Task::ALL);
    answer(&mut window, &engine, parsed(&dog));
    switch_to(&mut window, Mode::Parsing);
    let asked = engine.asked().len();
    slide(&mut window, "Threshold of heard", 0.95);
    window.get_by_label_contains("Bark, highest score 90 %, heard 0 times, seen 1 time, 0 events");
    window.get_by_label("Reset threshold of heard").click();
    window.run_steps(4);
    window.get_by_label_contains("Bark, highest score 90 %, heard 1 time, seen 1 time, 1 event");
    let class = ThresholdOf::Class("Church bell".into());
    window
        .state_mut()
        .ask(EditIntent::OwnThreshold(class, Some(0.5)));
    window.run_steps(3);
    slide(&mut window, "Threshold of church bell", 0.7);
    window.get_by_label_contains("Church bell, highest score 60 %, heard 0 times");
    window.get_by_label_contains("Bark, highest score 90 %, heard 1 time");
    slide(&mut window, "Threshold of everything", 0.05);
    window.get_by_label_contains("Bark, highest score 90 %, heard 1 time, seen 1 time, 1 event");
    window.get_by_label_contains("Church bell, highest score 60 %, heard 0 times");
    assert_eq!(
        engine.asked().len(),
        asked,
        "a threshold needs no inference"
    );
}

#[test]
fn masks_have_style_strength_colour_threshold_and_cross_fade() {
    let (mut window, engine, dog) = opened(&Task::ALL);
    answer(&mut window, &engine, masked(&dog));
    window.state_mut().ask(Command::ModeMasks);
    window.run_steps(4);
    assert_eq!(
        state(&window).tab,
        InspectorTab::Masks,
        "the page of masks comes with them"
    );
    window
        .state_mut()
        .ask(ViewIntent::Seek(mettle_core::base::Time::from_micros(
            4_500_000,
        )));
    window.run_steps(3);
    window.get_by_label("25 % of the picture sounds");
    slide(&mut window, "Mask threshold of the clip", 0.3);
    window.get_by_label("50 % of the picture sounds");
    slide(&mut window, "Mask opacity", 0.8);
    for (label, style) in [
        ("Heat map", MaskStyle::Heat),
        ("Outline", MaskStyle::Outline),
        ("Fill", MaskStyle::Fill),
    ] {
        window.get_by_label(label).click();
        window.run_steps(3);
        assert_eq!(state(&window).settings.masks.style, style);
    }
    window.get_by_label("Mask colour 3").click();
    window.get_by_label("Cross-fade between seconds").click();
    window.run_steps(3);
    let masks = state(&window).settings.masks;
    assert_eq!((masks.color, masks.cross_fade), (Some(2), true));
    assert!((masks.opacity - 0.8).abs() < 0.011);
    window.key_press_modifiers(Modifiers::NONE, Key::Semicolon);
    window.run_steps(3);
    assert!((state(&window).settings.masks.opacity - 0.7).abs() < 0.011);
    window.key_down(Key::H);
    window.run_steps(2);
    assert!(state(&window).overlays_hidden, "held: the picture is bare");
    window.key_up(Key::H);
    window.run_steps(2);
    assert!(!state(&window).overlays_hidden);
}

#[test]
fn the_same_class_has_the_same_colour_in_every_mode() {
    let colors = ClassColors::of_model(&model(&Task::ALL));
    for (place, class) in CLASSES.iter().enumerate() {
        assert_eq!(colors.get(class), ClassColor::at(place));
    }
    assert_eq!(colors.get("Sounding object"), ClassColor::at(3));
}

#[test]
fn a_model_without_the_head_says_so_in_the_mode() {
    let (mut window, engine, _) = opened(&[Task::Localize]);
    let asked = engine.asked().len();
    switch_to(&mut window, Mode::Parsing);
    assert!(
        window
            .query_all_by_label("This model has no parsing head")
            .count()
            > 0
    );
    window.state_mut().ask(Command::ModeMasks);
    window.run_steps(4);
    assert!(
        window
            .query_all_by_label("This model has no segmentation head")
            .count()
            > 0
    );
    assert_eq!(
        engine.asked().len(),
        asked,
        "it is not asked what it cannot say"
    );
    window.state_mut().ask(Command::ModeEvents);
    window.run_steps(4);
    window.get_by_label_contains("Bark, highest score 80 %");
}

#[test]
fn attention_is_asked_for_the_second_shown_and_labelled_as_no_proof() {
    let (mut window, engine, dog) = opened(&[Task::Localize]);
    window.state_mut().ask(Command::AttentionView);
    window.run_steps(4);
    window.get_by_label("Attention, not proof");
    let wanted = |spec: &JobSpec| matches!(spec, JobSpec::Attention { segment: 0, .. });
    let job = engine.job_of(wanted);
    let reading = |layer, token| TokenReading {
        layer,
        stage: layer / 2,
        token,
        grid: (2, 2),
        weights: vec![0.1, 0.2, 0.3, 0.4],
    };
    let attention = Attention {
        clip: dog.id,
        head: HeadId::default(),
        task: Task::Localize,
        segment: 0,
        span: TimeSpan::seconds_of(dog.duration)[0],
        picture: [(0, 0), (0, 1), (3, 0), (3, 1)]
            .map(|(l, t)| reading(l, t))
            .into(),
        sound: vec![reading(3, 0)],
    };
    engine.say(job, ReplyBody::Attention(Arc::new(attention)));
    engine.say(job, ReplyBody::Done);
    window.run_steps(4);
    window.get_by_label("Layer 4");
    window.get_by_label("Token 2").click();
    window.run_steps(3);
    window.get_by_label("Layer 1").click();
    window.run_steps(3);
    let wish = state(&window).attention.wish;
    assert_eq!(
        (wish.layer, wish.token),
        (Some(0), 1),
        "tokens apart, layers apart"
    );
    window.get_by_label_contains("picture: layer 1, stage 1, token 2");
    window
        .state_mut()
        .ask(ViewIntent::Seek(mettle_core::base::Time::from_micros(
            7_500_000,
        )));
    window.run_steps(4);
    engine.job_of(|spec| matches!(spec, JobSpec::Attention { segment: 7, .. }));
    let shown = window.get_by_label("Show attention on picture and sound");
    assert_eq!(shown.accesskit_node().toggled(), Some(Toggled::True));
}

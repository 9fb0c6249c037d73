//! Correct, train, compare, adopt, and back: what is asked is what was said, nothing that the user said is changed by it, and the
//! older head is one choice away.

use egui::accesskit::Role;
use egui_kittest::kittest::Queryable;
use mettle_app::command::Command;
use mettle_app::intent::{ClipIntent, EditIntent, TrainIntent};
use mettle_app::state::{AppState, Gesture, InspectorTab, word};
use mettle_core::base::{
    ContentHash, HeadId, LabelId, Labels, Modality, Rng, Said, Task, TimeSpan,
};
use mettle_core::engine::{
    FineTune, HeadLine, JobId, JobSpec, Learned, ReplyBody, Taught, TrainedHead, TrainingStage,
    WhichHead,
};
use mettle_core::predict::Detail;
use mettle_core::train::{Duel, FEW_CHANGE};
use mettle_tests::parts::whole;

use super::modes::{Window, opened_keeping, state};
use super::scripted::{ScriptedEngine, clip, fill, prediction, run_until, settled};

const NEW: HeadId = HeadId(ContentHash([9; 32]));

fn say(window: &mut Window, class: &str, second: u32, said: Said) {
    let span = TimeSpan::of_second(second);
    let change = word(LabelId::named(class), Modality::AudioVisual, span, said);
    window
        .state_mut()
        .ask(EditIntent::Change(change, Gesture::Single));
    settled(window);
}

fn lessons(engine: &ScriptedEngine) -> Vec<(JobId, FineTune)> {
    let asked = engine.asked().into_iter();
    let lessons = asked.filter_map(|(job, spec)| match spec {
        JobSpec::FineTune(spec) => Some((job, *spec)),
        _ => None,
    });
    lessons.collect()
}

fn lines() -> Vec<HeadLine> {
    let line = |id: HeadId, own: bool| HeadLine {
        id,
        name: "2 s corrected in one clip".into(),
        task: Task::Localize,
        labels: Labels::new(["Church bell", "Bark", "Truck"]),
        parent: (!own).then(HeadId::default),
        own,
        metrics: Default::default(),
        calibration: None,
        taught: Taught::Nothing,
    };
    vec![line(HeadId::default(), true), line(NEW, false)]
}

fn tell_heads(window: &mut Window, engine: &ScriptedEngine) {
    let job = engine.job_of(|spec| matches!(spec, JobSpec::Heads { .. }));
    engine.say(job, ReplyBody::Heads(lines().into()));
    engine.say(job, ReplyBody::Done);
    window.run_steps(3);
}

/// A training gives a head.
fn trained(window: &mut Window, engine: &ScriptedEngine, job: JobId) {
    let trained = TrainedHead {
        head: lines()[1].clone(),
        epoch: 12,
        learned: Duel {
            said: 12,
            before: 3,
            fixed: 8,
            broken: 0,
        },
        held_out: Duel {
            said: 5,
            before: 4,
            fixed: 1,
            broken: 0,
        },
    };
    engine.say(job, ReplyBody::Trained(Box::new(trained)));
    engine.say(job, ReplyBody::Done);
    window.run_steps(4);
    tell_heads(window, engine);
}

fn which(state: &AppState) -> WhichHead {
    state.which_head(Task::Localize)
}

#[test]
fn a_whole_round_from_a_correction_to_another_head_and_back() {
    let (mut window, engine, clip) = opened_keeping(&[Task::Localize], None);
    say(&mut window, "Truck", 8, Said::Yes);
    say(&mut window, "Bark", 3, Said::No);
    window.state_mut().ask(Command::ShowTrain);
    window.run_steps(3);
    assert_eq!(state(&window).tab, InspectorTab::Train);
    window.get_by_label("Train the events head");
    window.get_by_label("dog.mp4 · 2 s");
    window.state_mut().ask(TrainIntent::Start);
    window.run_steps(3);
    let (job, spec) = lessons(&engine).pop().expect("it asked to train");
    assert_eq!(spec.stage, TrainingStage::Train);
    let known = |targets: &mettle_core::data::Targets| {
        targets
            .both
            .cells()
            .iter()
            .filter(|said| **said != Said::Unknown)
            .count()
    };
    let targets = &spec.clips[0].targets;
    assert_eq!(known(targets), 2, "said seconds alone");
    assert_eq!(
        (targets.both.get(8, 2), targets.both.get(3, 1)),
        (Said::Yes, Said::No)
    );
    let said = state(&window)
        .library
        .selected_row()
        .expect("a clip")
        .corrected
        .shown()
        .clone();

    window.get_by_label("Pause training").click();
    window.run_steps(2);
    assert_eq!(engine.0.lock().expect("script").paused, [(job, true)]);
    window.get_by_label("Go on training").click();
    window.run_steps(2);
    trained(&mut window, &engine, job);
    window.get_by_label("Clips it learned from: 11 of 12 right, was 3: +8");
    window.get_by_label("Held-out clips: 5 of 5 right, was 4: +1, within noise");

    let named = |spec: &JobSpec| match spec {
        JobSpec::Predict { head, .. } => head.which == WhichHead::Named(NEW),
        _ => false,
    };
    let asked = engine.job_of(named);
    let mut new = (*prediction(&clip, 10)).clone();
    new.key.head = NEW;
    new.scores[8] = vec![0.0, 0.0, 0.9];
    new.scores[3] = vec![0.0, 0.1, 0.0];
    new.detail = Detail::localized(&new.scores);
    engine.say(asked, ReplyBody::Prediction(whole(&new)));
    engine.say(asked, ReplyBody::Done);
    window.run_steps(4);
    window.get_by_label("Truck, new head, 1 changed cell");
    window.get_by_label("Bark, new head, 1 changed cell");
    window.get_by_label("The clip on screen: 2 of 2 right, was 0: +2, within noise");
    assert_eq!(
        which(state(&window)),
        WhichHead::For(Task::Localize),
        "nobody decided yet"
    );

    window.get_by_label("Adopt").click();
    window.run_steps(4);
    assert_eq!(which(state(&window)), WhichHead::Named(NEW));
    let shown = state(&window).shown().expect("a clip");
    assert_eq!(
        shown.prediction().expect("scores").key.head,
        NEW,
        "what it said is there at once"
    );
    assert!(window.query_by_label_contains("Truck, new head").is_none());
    window.get_by_label("The model's own").click();
    window.run_steps(4);
    assert_eq!(which(state(&window)), WhichHead::For(Task::Localize));
    let shown = state(&window).shown().expect("a clip");
    assert_eq!(
        shown.prediction().expect("scores").key.head,
        HeadId::default()
    );
    let now = state(&window)
        .library
        .selected_row()
        .expect("a clip")
        .corrected
        .shown();
    assert_eq!(*now, said, "no user's word was touched");
}

#[test]
fn live_each_correction_is_learned_and_the_newest_wins() {
    let (mut window, engine, _) = opened_keeping(&[Task::Localize], None);
    window.state_mut().ask(TrainIntent::Live(true));
    say(&mut window, "Truck", 8, Said::Yes);
    for second in 0..5 {
        say(&mut window, "Bark", second, Said::Yes);
    }
    window.run_steps(60);
    let asked = lessons(&engine);
    assert!(
        asked.len() < 6,
        "corrections that follow each other closely are learned together"
    );
    let (job, _) = asked.last().expect("it learns").clone();
    window.state_mut().ask(Command::Undo);
    settled(&mut window);
    window.run_steps(60);
    assert!(
        engine.0.lock().expect("script").cancelled.contains(&job),
        "it gives way to the newest wish"
    );
    window.run_steps(20);
    let (_, spec) = lessons(&engine).pop().expect("it learns");
    assert_ne!(lessons(&engine).last().expect("it learns").0, job);
    let targets = &spec.clips[0].targets;
    assert_eq!(targets.both.get(3, 1), Said::Yes);
    assert_eq!(
        targets.both.get(4, 1),
        Said::Unknown,
        "what was taken back is not learned"
    );
}

/// The first head learned that the truck is there at 8.
fn lines_after(spec: &FineTune) -> Vec<HeadLine> {
    let clips = spec.clips.iter();
    let clips = clips.map(|taught| (taught.clip.id, &taught.targets));
    let words = Learned::of(Task::Localize, &spec.labels, clips);
    let mut lines = lines();
    lines[1].taught = Taught::Words(words.into());
    lines
}

#[test]
fn a_head_that_learned_what_was_taken_back_is_not_gone_on_from() {
    let (mut window, engine, _) = opened_keeping(&[Task::Localize], None);
    say(&mut window, "Bark", 3, Said::No);
    say(&mut window, "Truck", 8, Said::Yes);
    window.state_mut().ask(Command::ShowTrain);
    window.state_mut().ask(TrainIntent::Start);
    window.run_steps(3);
    let (job, spec) = lessons(&engine).pop().expect("it asked to train");
    let lines = lines_after(&spec);
    let trained = TrainedHead {
        head: lines[1].clone(),
        epoch: 3,
        learned: Duel::default(),
        held_out: Duel::default(),
    };
    engine.say(job, ReplyBody::Trained(Box::new(trained)));
    engine.say(job, ReplyBody::Done);
    window.run_steps(4);
    let list = engine.job_of(|spec| matches!(spec, JobSpec::Heads { .. }));
    engine.say(list, ReplyBody::Heads(lines.into()));
    window.run_steps(3);
    window.get_by_label("Adopt").click();
    window.run_steps(3);
    let next = |window: &Window| {
        let lesson = state(window).lesson(TrainingStage::Train, false);
        lesson.expect("something is said").head.which
    };
    assert_eq!(next(&window), WhichHead::Named(NEW), "it goes on");
    window.state_mut().ask(Command::Undo);
    settled(&mut window);
    assert_eq!(which(state(&window)), WhichHead::Named(NEW), "in use");
    assert_eq!(
        next(&window),
        WhichHead::For(Task::Localize),
        "the truck is in it and was taken back"
    );
    window.state_mut().ask(Command::Redo);
    settled(&mut window);
    assert_eq!(next(&window), WhichHead::Named(NEW));
    let clip = spec.clips[0].clip.id;
    window.state_mut().ask(TrainIntent::HoldOut(clip, true));
    window.run_steps(2);
    assert!(
        state(&window).lesson(TrainingStage::Train, false).is_none(),
        "nothing is left to learn from"
    );
}

#[test]
fn corrected_clips_that_left_the_list_are_still_learned_from() {
    let (mut window, engine, clip) = opened_keeping(&[Task::Localize], None);
    say(&mut window, "Truck", 8, Said::Yes);
    window
        .state_mut()
        .ask(ClipIntent::Open(vec!["/clips/cat.mp4".into()]));
    run_until(&mut window, "the second file is listed", |state| {
        state.library.rows().len() == 2
    });
    let dog = state(&window).library.of_clip(clip.id).expect("listed");
    window.state_mut().ask(ClipIntent::Close(dog));
    window.run_steps(3);
    let cat = self::clip("/clips/cat.mp4", 2);
    fill(&mut window, &engine, &cat, 10);
    window.state_mut().ask(Command::ShowTrain);
    run_until(&mut window, "the project is read", |state| {
        state.training.looking.is_some()
    });
    let (job, spec) = lessons(&engine).pop().expect("it looks for the clip");
    assert_eq!(spec.stage, TrainingStage::Find);
    assert!(spec.clips[0].clip.id == clip.id && !spec.clips[0].opened);
    window.get_by_label("One clip, 1 not on the list");
    engine.say(job, ReplyBody::Missing(vec![clip.id]));
    engine.say(job, ReplyBody::Done);
    window.run_steps(4);
    window.get_by_label("One clip cannot be found: dog.mp4");
    window.get_by_label("Hold out dog.mp4");
    assert_eq!(spec.clips[0].targets.both.get(8, 2), Said::Yes);
}

#[test]
fn how_much_of_a_head_learns_is_chosen_in_plain_words() {
    let (mut window, engine, _) = opened_keeping(&[Task::Localize], None);
    say(&mut window, "Truck", 8, Said::Yes);
    window.state_mut().ask(Command::ShowTrain);
    window.run_steps(3);
    let asked = |window: &mut Window| {
        window.state_mut().ask(TrainIntent::Measure);
        window.run_steps(3);
        let (job, spec) = lessons(&engine).pop().expect("it asked");
        engine.say(job, ReplyBody::Done);
        window.run_steps(3);
        spec
    };
    let usual = asked(&mut window);
    assert_eq!(usual.config.learns, FEW_CHANGE);
    assert!(usual.pseudo_labels && usual.config.replay > 0);
    window
        .get_by_label("Relearn what it distils, too")
        .click_accesskit();
    window.run_steps(3);
    assert_ne!(asked(&mut window).config.learns, FEW_CHANGE);
    window.get_by_label("Keep what it knew").click_accesskit();
    window.run_steps(3);
    assert!(!asked(&mut window).pseudo_labels);
}

/// A training was asked for on the page, and its head waits to be adopted.
fn proposed() -> (Window, ScriptedEngine) {
    let (mut window, engine, _) = opened_keeping(&[Task::Localize], None);
    say(&mut window, "Truck", 8, Said::Yes);
    window.state_mut().ask(Command::ShowTrain);
    window.state_mut().ask(TrainIntent::Start);
    window.run_steps(3);
    let (job, _) = lessons(&engine).pop().expect("it asked to train");
    trained(&mut window, &engine, job);
    window.get_by_label("A new head");
    (window, engine)
}

fn removed(engine: &ScriptedEngine) -> Vec<HeadId> {
    let asked = engine.asked().into_iter();
    let removed = asked.filter_map(|(_, spec)| match spec {
        JobSpec::Heads { remove, .. } => remove,
        _ => None,
    });
    removed.collect()
}

#[test]
fn a_deleted_head_comes_back_and_its_files_go_only_when_undo_is_no_longer_offered() {
    let (mut window, engine) = proposed();
    let delete = "Delete the head 2 s corrected in one clip";
    window.get_by_label(delete).click();
    window.run_steps(8);
    assert!(window.query_by_label("A new head").is_none());
    assert!(window.query_by_label(delete).is_none());
    window.get_by_label("Undo").click();
    window.run_steps(8);
    window.get_by_label("A new head");
    let words = state(&window).library.selected_row().expect("a clip");
    assert!(
        !words.corrected.shown().statements.is_empty(),
        "no word of the user's was taken back"
    );
    window.get_by_label("Delete").click();
    window.run_steps(8);
    assert_eq!(removed(&engine), [], "as long as it can be brought back");
    window.get_by_label("Dismiss").click();
    window.run_steps(8);
    assert_eq!(removed(&engine), [NEW]);
    assert!(window.query_by_label("Undo").is_none());
}

#[test]
fn the_new_head_chosen_in_the_list_is_adopted() {
    let (mut window, _) = proposed();
    let radio = (Role::RadioButton, "2 s corrected in one clip");
    window.get_by_role_and_label(radio.0, radio.1).click();
    window.run_steps(3);
    assert_eq!(which(state(&window)), WhichHead::Named(NEW));
    assert!(window.query_by_label("A new head").is_none());
    assert!(window.query_by_label("Delete").is_none());
    let chip = (Role::Button, "scripted model, trained head");
    window.get_by_role_and_label(chip.0, chip.1);
}

/// What may happen around a training.
fn happens(window: &mut Window, engine: &ScriptedEngine, what: u8) {
    let intent = match what {
        0 => TrainIntent::Start,
        1 => TrainIntent::Measure,
        2 => TrainIntent::Live(true),
        3 => TrainIntent::PseudoLabels(true),
        4 => TrainIntent::Adopt,
        5 => TrainIntent::Keep,
        6 => TrainIntent::Use(HeadId::default()),
        7 => TrainIntent::Stop { keep_best: true },
        _ => {
            if let Some((job, spec)) = lessons(engine).pop() {
                let trained = TrainedHead {
                    head: lines_after(&spec)[1].clone(),
                    epoch: 1,
                    learned: Duel::default(),
                    held_out: Duel::default(),
                };
                engine.say(job, ReplyBody::Trained(Box::new(trained)));
                engine.say(job, ReplyBody::Done);
                let lines = lines_after(&spec);
                let list = JobId(u64::MAX);
                engine.say(list, ReplyBody::Heads(lines.into()));
            }
            return window.run_steps(30);
        }
    };
    window.state_mut().ask(intent);
    window.run_steps(30);
}

#[test]
fn whatever_a_training_does_the_log_of_a_users_words_stays_as_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("project.sqlite");
    let (mut window, engine, _) = opened_keeping(&[Task::Localize], Some(file.clone()));
    say(&mut window, "Truck", 8, Said::Yes);
    let words = |window: &Window| {
        let row = state(window).library.selected_row().expect("a clip");
        row.corrected.shown().clone()
    };
    let log = || {
        let file = rusqlite::Connection::open(&file).expect("opens");
        let count = "SELECT (SELECT COUNT(*) FROM edits), (SELECT COUNT(*) FROM items)";
        let counted: (i64, i64) = file
            .query_row(count, [], |row| Ok((row.get(0)?, row.get(1)?)))
            .expect("counts");
        counted
    };
    let before = (words(&window), log());
    let mut rng = Rng::new(11);
    for _ in 0..40 {
        happens(&mut window, &engine, (rng.unit() * 12.0) as u8);
        assert_eq!((words(&window), log()), before);
    }
}

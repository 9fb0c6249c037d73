//! Results that were computed elsewhere, opened as a library: clips are listed, filtered and sorted by their events, scores and
//! failures; nothing is opened until it is shown, and then it behaves as one analysed here.

use std::sync::Arc;
use std::time::Instant;

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use mettle_app::intent::ClipIntent;
use mettle_app::models::AskModel;
use mettle_app::state::{Only, Order};
use mettle_core::base::{HeadId, Task};
use mettle_core::engine::{JobSpec, ModelChoice, ReplyBody, model_info};
use mettle_core::exchange::parts::PartFormat;
use mettle_core::media::Clip;
use mettle_tests::made_parts::{self, BROKEN, Made};

use super::modes::{Window, state};
use super::scripted::{ScriptedEngine, clip, run_until, window_in};

fn made(clips: usize, format: PartFormat, own: bool) -> Made {
    let demo = model_info(&ModelChoice::Demo).expect("the demo model");
    let head = |task: Task| {
        let mut tasks = demo.tasks.iter();
        let info = tasks.find(|info| info.task == task);
        info.filter(|_| own)
            .map_or(HeadId::default(), |info| info.head)
    };
    Made {
        clips,
        parts: 4,
        format,
        classes: 28,
        heads: [head(Task::Localize), head(Task::Parse)],
    }
}

/// A window of the demo model, on results of its heads, or of others.
fn opened(made: Made) -> (Window, ScriptedEngine, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    made_parts::write(folder.path(), made).expect("parts");
    let size = egui::vec2(1280.0, 800.0);
    let ask: AskModel = Arc::new(|choice| model_info(choice).map_err(|error| error.to_string()));
    let (mut window, engine) = window_in(Harness::builder(), size, &[], Some(ask));
    run_until(&mut window, "the model is known", |state| {
        state.model.is_some()
    });
    let begin = Instant::now();
    let paths = vec![folder.path().to_owned()];
    window.state_mut().ask(ClipIntent::Open(paths));
    run_until(&mut window, "all are listed", |state| {
        state.library.rows().len() == made.clips
    });
    eprintln!("{} clips: listed in {:.1?}", made.clips, begin.elapsed());
    (window, engine, folder)
}

fn asked(engine: &ScriptedEngine, of: fn(&JobSpec) -> bool) -> usize {
    engine.asked().iter().filter(|(_, spec)| of(spec)).count()
}

/// The engine opens the clip on screen, which is this one.
fn say_open(window: &mut Window, engine: &ScriptedEngine, number: usize) -> Arc<Clip> {
    let path = made_parts::path_of(number);
    let of = Clip {
        id: made_parts::id_of(number),
        ..(*clip(&path, 0)).clone()
    };
    let of = Arc::new(of);
    let open = engine.open_of(&path);
    engine.say(open, ReplyBody::Opened(of.clone()));
    engine.say(open, ReplyBody::Done);
    window.run_steps(3);
    of
}

#[test]
fn clips_of_parts_are_listed_filtered_and_sorted_unopened() {
    let (mut window, engine, _folder) = opened(made(2000, PartFormat::Parquet, true));
    window.run_steps(20);
    assert_eq!(
        asked(&engine, |spec| matches!(spec, JobSpec::Open { .. })),
        1
    );
    window.get_by_label_contains("c000001.mp4, 0:10 · ");
    let list = |window: &mut Window, only, order| {
        window.state_mut().ask(ClipIntent::List(only, order));
        window.run_steps(3);
        let library = &state(window).library;
        let listed = library.listed().iter().filter_map(|id| library.row(*id));
        listed
            .map(|row| (row.events(), row.score(), row.name()))
            .collect::<Vec<_>>()
    };
    let failed = list(&mut window, Only::Failed, Order::Opened);
    assert_eq!(failed.len(), 2000 / BROKEN);
    window.get_by_label_contains("c000049.mp4, failed: it is empty");
    let most = list(&mut window, Only::All, Order::Events);
    assert!(most.is_sorted_by(|a, b| a.0 >= b.0) && most[0].0 > most[1999].0);
    let best = list(&mut window, Only::Events, Order::Score);
    assert!(best.is_sorted_by(|a, b| a.1 >= b.1) && best.len() <= 1960);
    window.state_mut().ask(ClipIntent::Search("class 7".into()));
    window.run_steps(3);
    let with_class = state(&window).library.listed().len();
    assert!(
        (20..200).contains(&with_class),
        "{with_class} have such events"
    );
    assert_eq!(
        asked(&engine, |spec| matches!(spec, JobSpec::Predict { .. })),
        0
    );
}

/// Its scores are those of the part, at the window's thresholds, and nobody computes them again.
#[test]
fn a_clip_opened_from_parts_behaves_as_one_analysed_here() {
    for format in [PartFormat::Parquet, PartFormat::Jsonl] {
        let (mut window, engine, _folder) = opened(made(300, format, true));
        let row = state(&window).library.rows()[217].id;
        window.state_mut().ask(ClipIntent::Select(row));
        window.run_steps(3);
        let of = say_open(&mut window, &engine, 217);
        let answered = |task: Task| {
            move |state: &mettle_app::state::AppState| {
                let shown = state.shown();
                let answer = shown.and_then(|shown| shown.open.answers.to(task).cloned());
                answer.is_some_and(|answer| answer.complete)
            }
        };
        run_until(&mut window, "events are there", answered(Task::Localize));
        run_until(&mut window, "parsing is there", answered(Task::Parse));
        let predicts = |spec: &JobSpec| matches!(spec, JobSpec::Predict { head, .. } if head.which != mettle_core::engine::WhichHead::For(Task::Segment));
        assert_eq!(
            asked(&engine, predicts),
            0,
            "{format:?}: it is computed again"
        );
        let answers = [Task::Localize, Task::Parse].map(|task| {
            state(&window)
                .shown()
                .and_then(|shown| shown.answer_to(task))
                .expect("an answer")
                .clone()
        });
        let said = made_parts::predictions(217, made(300, format, true));
        for (read, made) in answers.iter().zip(&said) {
            assert_eq!(
                (read.key, &read.labels, &read.segments),
                (made.key, &made.labels, &made.segments)
            );
            let numbers = read
                .scores
                .iter()
                .flatten()
                .zip(made.scores.iter().flatten());
            assert!(numbers.into_iter().all(|(a, b)| (a - b).abs() < 1e-6));
        }
        let shown = state(&window).shown().expect("a clip");
        assert!(shown.analysed() && !shown.tracks().is_empty());
        assert_eq!(shown.row.clip.as_ref().map(|clip| clip.id), Some(of.id));
    }
}

/// Scores of another model, or of a file that has changed since, are not believed: the clip is analysed here.
#[test]
fn what_the_parts_do_not_answer_is_computed() {
    let predicts = |spec: &JobSpec| matches!(spec, JobSpec::Predict { .. });
    let (mut window, engine, _folder) = opened(made(8, PartFormat::Parquet, false));
    window.get_by_label_contains("These results are of the model made-up");
    say_open(&mut window, &engine, 0);
    assert_eq!(asked(&engine, predicts), 1, "another model's");
    let (mut window, engine, _folder) = opened(made(8, PartFormat::Parquet, true));
    let changed = clip(&made_parts::path_of(0), 9);
    let open = engine.open_of(&made_parts::path_of(0));
    engine.say(open, ReplyBody::Opened(changed));
    window.run_steps(3);
    assert_eq!(asked(&engine, predicts), 1, "a file that has changed");
}

/// A hundred thousand clips are listed in seconds, and filtered and sorted within a moment.
#[test]
fn a_hundred_thousand_clips_are_a_library() {
    let (mut window, engine, _folder) = opened(Made {
        classes: 2,
        ..made(100_000, PartFormat::Parquet, true)
    });
    let begin = Instant::now();
    window
        .state_mut()
        .ask(ClipIntent::List(Only::Events, Order::Score));
    window.state_mut().ask(ClipIntent::Search("class 1".into()));
    window.run_steps(1);
    let found = begin.elapsed();
    eprintln!("100,000 clips: filtered and sorted in {found:.1?}");
    assert!(found.as_secs_f64() < 1.0, "{found:?}");
    let listed = state(&window).library.listed().len();
    assert!((30_000..70_000).contains(&listed), "{listed}");
    assert!(engine.asked().len() <= 2);
}

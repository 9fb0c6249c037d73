//! Another model, another device.

use mettle_core::base::{LabelId, Problem, Task};
use mettle_core::engine::{JobSpec, ModelChoice, Precision};
use mettle_core::gpu::DeviceChoice;
use mettle_core::model::{ModelInfo, known_classes};
use mettle_core::predict::ClassColors;

use super::Context;
use super::clips::show_selected;
use crate::intent::EngineIntent;
use crate::replies;
use crate::requests;
use crate::state::{AppState, Tested, Wanted};

/// Carry out a wish about model, device or jobs.
pub(super) fn apply(state: &mut AppState, context: &mut Context<'_>, intent: EngineIntent) {
    match intent {
        EngineIntent::Device(choice) => use_device(state, context, choice, state.precision),
        EngineIntent::Precision(precision) => {
            use_device(state, context, state.device_choice, precision);
        }
        EngineIntent::Model(choice) => context.models.ask(choice, context.waker()),
        EngineIntent::UseTags => {
            let choice = state.model_choice.clone();
            context.models.use_tags(choice, context.waker());
        }
        EngineIntent::ModelFolder => context.files.ask(Wanted::Model, context.waker()),
        EngineIntent::Weights(task) => requests::ask_weights(state, &mut **context.engine, task),
        EngineIntent::SelfTest => {
            state.self_test = Tested::Asked(context.engine.submit(JobSpec::SelfTest));
        }
        EngineIntent::ClearKept => drop(context.engine.submit(JobSpec::Kept { clear: true })),
        EngineIntent::Cancel(job) => context.engine.cancel(job),
    }
}

/// What a model was found to be. A new one is put in use and every clip analysed with it; a bad one is said so and the
/// old one stays.
pub fn model_found(
    state: &mut AppState,
    context: &mut Context<'_>,
    choice: ModelChoice,
    found: Result<ModelInfo, String>,
    now: f64,
) {
    let info = match found {
        Ok(info) => info,
        Err(detail) => return refuse(state, context, choice, detail, now),
    };
    let other = |known: &ModelInfo| state.model_choice != choice || known.tasks != info.tasks;
    let news = state.model.as_ref().is_some_and(other);
    if let Some(warning) = info
        .warning()
        .filter(|_| state.model.as_ref() != Some(&info))
    {
        let advice = match info.tasks.iter().any(|task| task.untrained) {
            true => {
                "Use it to try speed and memory, or train it first; choose another under Model."
            }
            false => {
                "It is a start: what it says can be corrected, and a trained head takes its place."
            }
        };
        replies::tell(state, Problem::error(warning, advice), now);
    }
    state.colors = ClassColors::of_model(&info);
    let known = known_classes(Some(&info)).into_iter();
    state.library.known = known.map(|label| (LabelId::named(&label), label)).collect();
    state.model = Some(info);
    state.settings.remember_model(&choice);
    state.model_choice = choice;
    state.training.proposal = None;
    if let Some(removed) = &mut state.training.removed {
        removed.proposal = None;
    }
    state.training.heads = Default::default();
    let in_use = |task: &Task| state.settings.head_of(&state.model_choice, *task).is_some();
    if Task::ALL.iter().any(in_use) {
        // What they know is asked, and whether they are still there.
        requests::list_heads(state, &mut **context.engine, None);
    }
    if news {
        requests::analyse_all(state, &mut **context.engine);
    }
}

fn refuse(
    state: &mut AppState,
    context: &mut Context<'_>,
    choice: ModelChoice,
    detail: String,
    now: f64,
) {
    let (name, path) = match &choice {
        ModelChoice::Demo => ("the demo model".to_owned(), None),
        ModelChoice::Folder(folder) => (folder.display().to_string(), Some(folder.clone())),
    };
    let advice = match choice {
        ModelChoice::Demo => "The program is damaged. Install it again.",
        ModelChoice::Folder(_) => {
            "A model is a folder with a model.json and its weights. The model in use stays."
        }
    };
    let problem = Problem::error(format!("Could not use {name}"), advice).with_detail(detail);
    let problem = match path {
        Some(path) => problem.about(path),
        None => problem,
    };
    replies::tell(state, problem, now);
    // At the start there is no model in use yet: the demo model is always there.
    if state.model.is_none() && choice != ModelChoice::Demo {
        state.model_choice = ModelChoice::Demo;
        context.models.ask(ModelChoice::Demo, context.waker());
        requests::analyse_all(state, &mut **context.engine);
    }
}

/// Start an engine on another device, or with backbones in other numbers, and give it what the old one had not finished. In
/// other numbers features are others: everything is analysed with them.
fn use_device(
    state: &mut AppState,
    context: &mut Context<'_>,
    choice: DeviceChoice,
    precision: Precision,
) {
    let Some(restart) = context.restart else {
        return;
    };
    let now = context.now();
    match restart(choice, precision) {
        Ok(engine) => *context.engine = engine,
        Err(detail) => {
            let title = "Could not change the device";
            let problem = Problem::error(title, "The device in use stays.").with_detail(detail);
            return replies::tell(state, problem, now);
        }
    }
    state.attention.forget();
    state.training.run = None;
    state.self_test = Tested::default();
    state.device_choice = choice;
    let other_numbers = std::mem::replace(&mut state.precision, precision) != precision;
    requests::ask_again(state);
    if let Some(id) = state.library.selected {
        requests::try_again(state, id);
    }
    if other_numbers {
        requests::analyse_all(state, &mut **context.engine);
    }
    show_selected(state, context);
}

//! The page of training: what is learned from, what it costs, how it goes, and what came of it.

use std::collections::BTreeSet;

use egui::{ProgressBar, RichText, Ui};
use mettle_core::base::{ClipId, Task};
use mettle_core::engine::TrainingStage;
use mettle_core::train::{Duel, Learns};

use super::heads::heads_ui;
use super::loss_curve::curve_ui;
use super::widgets::{card, dim, emphasis, standing_out};
use crate::intent::{Commands, TrainIntent};
use crate::state::{AppState, Changes, Proposal, Run, Shown, SpokenLine, bytes};
use crate::theme::{size, tokens};

/// Rows of clips drawn at most; the rest is counted.
const ROWS: usize = 40;
/// Missing clips that are named.
const NAMED: usize = 3;

/// Draw it.
pub fn train_ui(ui: &mut Ui, state: &AppState, shown: Shown<'_>, commands: &mut Commands) {
    let what = name_of(shown.task);
    ui.label(emphasis(format!("Train the {what} head"), size::HEADING));
    dim(
        ui,
        "The head goes on learning from what you said. The result is a new head beside the old one.",
    );
    if let Some(proposal) = &state.training.proposal {
        match proposal.trained.head.task {
            task if task == shown.task => proposal_ui(ui, state, shown, proposal, commands),
            task => drop(dim(
                ui,
                format!("A new {} head waits to be adopted.", name_of(task)),
            )),
        }
    }
    match &state.training.run {
        Some(run) => run_ui(ui, state, run, commands),
        None => wish_ui(ui, state, shown.task, commands),
    }
    let (task, curve) = &state.training.curve;
    if *task == shown.task && !curve.is_empty() {
        curve_ui(ui, curve);
    }
    heads_ui(ui, state, shown.task, commands);
}

/// What the head of a task is called.
fn name_of(task: Task) -> &'static str {
    match task {
        Task::Localize => "events",
        Task::Parse => "parsing",
        Task::Segment => "masks",
    }
}

/// What is learned from, and how.
fn wish_ui(ui: &mut Ui, state: &AppState, task: Task, commands: &mut Commands) {
    card(ui).show(ui, |ui| {
        ui.take_available_width();
        ui.label(emphasis("Learned from", size::BODY));
        let clips = &state.training.spoken.lines;
        if clips.is_empty() {
            dim(ui, nothing_said(task));
        } else {
            dim(ui, summary(clips, &state.training.missing));
        }
        for clip in clips.iter().take(ROWS) {
            clip_ui(ui, state, clip, commands);
        }
        if clips.len() > ROWS {
            dim(ui, format!("and {} more clips", clips.len() - ROWS));
        }
        switches(ui, state, task, commands);
        let can = clips.iter().any(|clip| !clip.held_out);
        ui.add_enabled_ui(can, |ui| {
            ui.horizontal(|ui| {
                // One button stands out: what is to be done with a new head comes first.
                let train = match state.training.proposal.is_some() {
                    true => ui.button("Train"),
                    false => standing_out(ui, "Train"),
                };
                if train.clicked() {
                    commands.push(TrainIntent::Start);
                }
                let tip = "Measure a few steps on this device; they are thrown away";
                let cost = ui.button("What would it cost?").on_hover_text(tip);
                if cost.clicked() {
                    commands.push(TrainIntent::Measure);
                }
            });
        });
        cost_ui(ui, state, task);
    });
}

fn nothing_said(task: Task) -> &'static str {
    match task {
        Task::Segment => {
            "Nothing yet. Correct the mask of a second: what you drew is what sounds there."
        }
        Task::Localize | Task::Parse => {
            "Nothing yet. Click a lane and say B (heard and seen), A (heard), V (seen), with Shift for not; or drag over its cells."
        }
    }
}

/// `5 clips, 2 not on the list, 1 held out. 3 clips cannot be found: a.mp4, b.mp4, c.mp4`.
fn summary(clips: &[SpokenLine], missing: &BTreeSet<ClipId>) -> String {
    let (gone, there): (Vec<&SpokenLine>, Vec<&SpokenLine>) =
        clips.iter().partition(|clip| missing.contains(&clip.id));
    let counted = |count: usize| match count {
        1 => "One clip".to_owned(),
        count => format!("{count} clips"),
    };
    let mut parts = Vec::new();
    if !there.is_empty() {
        let mut words = counted(there.len());
        let closed = there.iter().filter(|clip| !clip.open).count();
        let held_out = there.iter().filter(|clip| clip.held_out).count();
        for (count, what) in [(closed, "not on the list"), (held_out, "held out")] {
            if count > 0 {
                words += &format!(", {count} {what}");
            }
        }
        parts.push(words);
    }
    if !gone.is_empty() {
        let mut names: Vec<String> = gone.iter().take(NAMED).map(|clip| clip.name()).collect();
        if gone.len() > NAMED {
            names.push("…".to_owned());
        }
        let clips = counted(gone.len());
        parts.push(format!("{clips} cannot be found: {}", names.join(", ")));
    }
    parts.join(". ")
}

/// A clip with what is said of it, to be held out or not.
fn clip_ui(ui: &mut Ui, state: &AppState, clip: &SpokenLine, commands: &mut Commands) {
    let mut held_out = clip.held_out;
    ui.horizontal(|ui| {
        let tip = "Nothing is learned from a held-out clip: it shows what the head does with clips that it never saw";
        let text = RichText::new("hold out").size(size::SMALL);
        let response = ui.checkbox(&mut held_out, text).on_hover_text(tip);
        response.widget_info(|| {
            let said = format!("Hold out {}", clip.name());
            egui::WidgetInfo::selected(egui::Role::CheckBox, true, held_out, said)
        });
        if response.changed() {
            commands.push(TrainIntent::HoldOut(clip.id, held_out));
        }
        let missing = state.training.missing.contains(&clip.id);
        let gone = if missing { " · not found" } else { "" };
        let text = format!("{} · {} s{gone}", clip.name(), clip.seconds);
        ui.add(egui::Label::new(text).truncate())
            .on_hover_text(clip.path.display().to_string());
    });
}

fn switches(ui: &mut Ui, state: &AppState, task: Task, commands: &mut Commands) {
    // Of a head for masks all learns, from the seconds that were drawn.
    if task != Task::Segment {
        keeping_ui(ui, state, commands);
    }
    let mut live = state.training.live;
    let tip = "After each correction a head is trained anew from the one in use, with all corrections there are";
    if ui
        .checkbox(&mut live, "Learn each correction at once")
        .on_hover_text(tip)
        .changed()
    {
        commands.push(TrainIntent::Live(live));
    }
}

/// How much of the head changes, and what it is held to.
fn keeping_ui(ui: &mut Ui, state: &AppState, commands: &mut Commands) {
    let mut keeps = !state.training.forgets;
    let tip = "In seconds of which you said nothing, and in other clips that were analysed (the demo model: in some drawn scenes), the new head stays near what the old one says. Without, what you said of three seconds may change the whole clip, and every other one";
    let words = "Keep what it knew";
    if ui.checkbox(&mut keeps, words).on_hover_text(tip).changed() {
        commands.push(TrainIntent::PseudoLabels(keeps));
    }
    let mut relearns = state.training.learns() == Learns::Everything;
    let tip = "On: all of the head learns. Off: what it distils of the frozen layers stays as it is, and what it makes of that learns. That is several times quicker, but three seconds denied may take the event from more of the clip. (A head that was never trained learns all of itself)";
    let words = "Relearn what it distils, too";
    if ui
        .checkbox(&mut relearns, words)
        .on_hover_text(tip)
        .changed()
    {
        commands.push(TrainIntent::Relearn(relearns));
    }
}

fn cost_ui(ui: &mut Ui, state: &AppState, task: Task) {
    let measured = state.training.cost.filter(|(of, _)| *of == task);
    let Some((_, cost)) = measured else {
        return;
    };
    let (seconds, ms) = (time_text(cost.seconds), cost.step_ms);
    dim(
        ui,
        format!(
            "About {seconds} here: {} steps of {ms:.0} ms, as measured.",
            cost.steps
        ),
    );
    dim(
        ui,
        format!(
            "A step needs about {}. Tuning adapters inside the backbones would need about {} (estimates).",
            bytes(cost.head_bytes),
            bytes(cost.adapter_bytes)
        ),
    );
}

/// How the one that runs goes.
fn run_ui(ui: &mut Ui, state: &AppState, run: &Run, commands: &mut Commands) {
    card(ui).show(ui, |ui| {
        ui.take_available_width();
        let title = match (run.spec.stage, run.live) {
            (TrainingStage::Find, _) => "Looking for the clips",
            (TrainingStage::Measure, _) => "Measuring what it costs",
            (TrainingStage::Finish, _) => "Keeping the best head",
            (TrainingStage::Train, true) => "Learning the last corrections",
            (TrainingStage::Train, false) => "Training",
        };
        let title = if run.paused { "Paused" } else { title };
        ui.label(emphasis(format!("{title} · {}", name_of(run.task)), size::BODY));
        if run.spec.head.which != state.which_head(run.task) {
            dim(
                ui,
                "It goes on from an older head: the one in use learned what was taken back, or is held out.",
            );
        }
        let status = state.jobs.status(run.job);
        let share = status.map_or(0.0, |status| status.progress.fraction());
        let bar = ProgressBar::new(share).desired_height(8.0);
        ui.add(bar).widget_info(|| {
            let said = format!("Training, {:.0} %", share * 100.0);
            egui::WidgetInfo::labeled(egui::Role::ProgressIndicator, true, said)
        });
        let passed = ui.input(|input| input.time) - run.began;
        if share > 0.02 && !run.paused {
            let left = passed * f64::from(1.0 - share) / f64::from(share);
            dim(ui, format!("About {} to go", time_text(left)));
        }
        ui.horizontal_wrapped(|ui| {
            let word = match run.paused {
                true => "Go on training",
                false => "Pause training",
            };
            if ui.button(word).clicked() {
                commands.push(TrainIntent::Pause(!run.paused));
            }
            let learned = !state.training.curve.1.is_empty();
            let keep = egui::Button::new("Stop and keep the best");
            if ui.add_enabled(learned, keep).clicked() {
                commands.push(TrainIntent::Stop { keep_best: true });
            }
            if ui.button("Stop").clicked() {
                commands.push(TrainIntent::Stop { keep_best: false });
            }
        });
    });
}

/// What came of the last one, and what is to become of it.
fn proposal_ui(
    ui: &mut Ui,
    state: &AppState,
    shown: Shown<'_>,
    proposal: &Proposal,
    commands: &mut Commands,
) {
    let head = &proposal.trained.head;
    card(ui).show(ui, |ui| {
        ui.take_available_width();
        ui.label(emphasis("A new head", size::BODY));
        ui.add(egui::Label::new(&head.name).wrap());
        if proposal.outdated {
            dim(ui, "It learned words that you took back since. Train again for a head without them.");
        }
        verdict_ui(ui, "Clips it learned from", proposal.trained.learned);
        verdict_ui(ui, "Held-out clips", proposal.trained.held_out);
        if let (Some(old), Some(new)) = (shown.prediction(), state.proposed(shown)) {
            let changes = Changes::of(old, new, &shown.thresholds(&state.settings));
            verdict_ui(ui, "The clip on screen", state.duel_here(shown, &changes));
            dim(
                ui,
                "On the timeline the new head stands below the one in use; cells that change are outlined.",
            );
        }
        ui.horizontal_wrapped(|ui| {
            if standing_out(ui, "Adopt").clicked() {
                commands.push(TrainIntent::Adopt);
            }
            let tip = "It stays in the list of heads; the one in use stays in use";
            if ui.button("Keep for later").on_hover_text(tip).clicked() {
                commands.push(TrainIntent::Keep);
            }
            if ui.button("Delete").clicked() {
                commands.push(TrainIntent::Remove(head.id));
            }
        });
    });
}

/// `12 of 15 right, was 9: +3, within noise`.
fn verdict_ui(ui: &mut Ui, name: &str, duel: Duel) {
    if duel.said == 0 {
        return;
    }
    let t = tokens(ui.ctx());
    ui.label(RichText::new(format!("{name}: {}", verdict_text(duel))).color(t.text));
}

/// What a comparison comes to, in words.
pub fn verdict_text(duel: Duel) -> String {
    let net = duel.fixed as i64 - duel.broken as i64;
    let noise = match duel.is_noise() {
        true => ", within noise",
        false => "",
    };
    format!(
        "{} of {} right, was {}: {net:+}{noise}",
        duel.after(),
        duel.said,
        duel.before
    )
}

/// `3 s`, `2 min`.
fn time_text(seconds: f64) -> String {
    match seconds {
        s if s < 1.0 => "1 s".to_owned(),
        s if s < 90.0 => format!("{s:.0} s"),
        s => format!("{:.0} min", s / 60.0),
    }
}

//! What became of the work of a window that was ended before it was closed.

use chrono::{DateTime, Local};
use egui::{Label, Ui};
use mettle_core::project::KeptSince;

use super::widgets::{dim, emphasis};
use crate::intent::{ClipIntent, Commands, DialogIntent, ProjectIntent};
use crate::state::{AppState, Dialog, Recovered, count, file_name};
use crate::theme::size;

/// Clips named at most.
const NAMED: usize = 10;

/// Draw the dialog.
pub fn recovered_ui(ui: &mut Ui, state: &AppState, commands: &mut Commands) {
    let Some(recovered) = &state.recovered else {
        return;
    };
    ui.label(emphasis("The last window was not closed", size::HEADING));
    ui.add(Label::new(words(state, recovered)).wrap());
    let was = &recovered.was;
    for path in was.clips.iter().take(NAMED) {
        dim(ui, file_name(path)).on_hover_text(path.display().to_string());
    }
    if was.clips.len() > NAMED {
        dim(ui, format!("and {} more", was.clips.len() - NAMED));
    }
    ui.horizontal_wrapped(|ui| {
        if ui.button("Open these clips again").clicked() {
            commands.push(ClipIntent::Open(was.clips.clone()));
            commands.push(DialogIntent::Show(Dialog::None));
        }
        let other = was.project.clone().filter(|_| elsewhere(state, recovered));
        if let Some(project) = other
            && ui.button("Open its project").clicked()
        {
            commands.push(DialogIntent::Show(Dialog::None));
            commands.push(ProjectIntent::Open(project));
        }
        if ui.button("Go on").clicked() {
            commands.push(DialogIntent::Show(Dialog::None));
        }
    });
}

fn elsewhere(state: &AppState, recovered: &Recovered) -> bool {
    recovered.was.project != state.project.file
}

/// `It ended at a crash or with the system. 57 changes of 3 clips are kept, the last at 14:02:11.`
fn words(state: &AppState, recovered: &Recovered) -> String {
    let began: DateTime<Local> = recovered.was.began.into();
    let began = format!(
        "It was opened on {} and ended without being closed: a crash, or the system went down.",
        began.format("%d %b at %H:%M")
    );
    let kept = match recovered.kept {
        _ if elsewhere(state, recovered) => {
            "What was said in it is in its project, each change as it was made.".to_owned()
        }
        None => "Each change is kept as it is made.".to_owned(),
        Some(KeptSince { last: None, .. }) => "Nothing was changed in it.".to_owned(),
        Some(KeptSince {
            edits,
            clips,
            last: Some(last),
        }) => {
            let last: DateTime<Local> = last.into();
            let (edits, clips) = (count(edits, "change"), count(clips, "clip"));
            let last = last.format("%H:%M:%S");
            format!("{edits} of {clips} kept, the last at {last}; undo takes them back as before.")
        }
    };
    format!("{began} {kept}")
}

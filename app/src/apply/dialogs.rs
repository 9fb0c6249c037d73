//! Dialogs, keys, messages.

use super::Context;
use crate::intent::DialogIntent;
use crate::keymap::{self, Keymap};
use crate::state::{AppState, Dialog, typed_path};

/// Carry out a wish about them.
pub(super) fn apply(state: &mut AppState, context: &Context<'_>, intent: DialogIntent) {
    match intent {
        DialogIntent::Show(dialog) => show(state, context, dialog),
        DialogIntent::Bind(command, chord) => {
            keymap::bind(&mut state.settings.keys, command, chord);
            keys_changed(state, context);
        }
        DialogIntent::BindDefaults => {
            state.settings.keys.clear();
            keys_changed(state, context);
        }
        DialogIntent::AskKey(command) => wait_for_key(state, command),
        DialogIntent::Dismiss(id) => state.toasts.retain(|toast| toast.id != id),
        DialogIntent::Copy(text) => context.ctx.copy_text(text),
    }
}

/// Open a dialog, or close it. A movement of the hand ends with that. Whether a typed path is there is asked on a thread.
pub(super) fn show(state: &mut AppState, context: &Context<'_>, dialog: Dialog) {
    state.ongoing.end();
    if let Dialog::Path {
        typed, is: None, ..
    } = &dialog
        && let Some(path) = typed_path(typed)
    {
        context.disk.kind(path);
    }
    state.dialog = dialog;
}

fn keys_changed(state: &mut AppState, context: &Context<'_>) {
    Keymap::new(&state.settings.keys).install(context.ctx);
    wait_for_key(state, None);
}

fn wait_for_key(state: &mut AppState, command: Option<crate::command::Command>) {
    if let Dialog::Shortcuts(_, waiting) = &mut state.dialog {
        *waiting = command;
    }
}

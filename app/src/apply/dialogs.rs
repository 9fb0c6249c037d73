//! Dialogs, keys, messages.

use super::Context;
use crate::command::{Chord, Command};
use crate::intent::DialogIntent;
use crate::keymap::{self, Keymap};
use crate::state::{AppState, Dialog, typed_path};

/// Carry out a wish about them.
pub(super) fn apply(state: &mut AppState, context: &Context<'_>, intent: DialogIntent) {
    match intent {
        DialogIntent::Show(dialog) => show(state, context, dialog),
        DialogIntent::Close => show(state, context, Dialog::None),
        DialogIntent::Bind(command, chord) => {
            let map = Keymap::new(&state.settings.keys);
            let taken = chord.filter(|chord| {
                let owner = map.command_of(*chord);
                owner.is_some_and(|owner| owner != command)
            });
            match taken {
                Some(chord) => {
                    wait_for_key(state, None);
                    state.taken_key = Some((command, chord));
                }
                None => bind(state, context, command, chord),
            }
        }
        DialogIntent::TakeKey => {
            if let Some((command, chord)) = state.taken_key {
                bind(state, context, command, Some(chord));
            }
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
    state.taken_key = None;
    state.dialog = dialog;
}

fn bind(state: &mut AppState, context: &Context<'_>, command: Command, chord: Option<Chord>) {
    keymap::bind(&mut state.settings.keys, command, chord);
    keys_changed(state, context);
}

fn keys_changed(state: &mut AppState, context: &Context<'_>) {
    Keymap::new(&state.settings.keys).install(context.ctx);
    wait_for_key(state, None);
}

fn wait_for_key(state: &mut AppState, command: Option<Command>) {
    state.taken_key = None;
    if let Dialog::Shortcuts(_, waiting) = &mut state.dialog {
        *waiting = command;
    }
}

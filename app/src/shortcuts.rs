//! Reading the keys of commands from egui.

use egui::{Event, FocusDirection, Key, Modifiers};

use crate::command::{Chord, Command};
use crate::intent::{Commands, DialogIntent};
use crate::keymap::{Keymap, plain};

/// Queue the commands whose keys were pressed. Plain keys belong to an open menu and to a text field that has the keyboard, which
/// also takes its own edits back; the keys that work a button or a slider belong to the one that has the keyboard.
pub fn read(ctx: &egui::Context, dialog_open: bool, commands: &mut Commands) {
    let typing = ctx.text_edit_focused();
    let focused = ctx.memory(|memory| memory.focused().is_some());
    let menu_open = egui::Popup::is_any_open(ctx);
    let map = Keymap::of(ctx);
    for &command in Command::ALL.iter().filter(|command| !command.is_held()) {
        if typing && matches!(command, Command::Undo | Command::Redo) {
            continue;
        }
        for &(held, key) in map.keys(command) {
            let unmodified = held == Modifiers::NONE || held == Modifiers::SHIFT;
            let taken = typing || dialog_open || menu_open || (focused && works_widgets(key));
            if !(unmodified && !is_function(key) && taken) && pressed(ctx, (held, key)) {
                if key == Key::Tab {
                    // Taken as a command: egui is not to move the keyboard as well.
                    ctx.memory_mut(|memory| memory.move_focus(FocusDirection::None));
                }
                commands.push(command);
            }
        }
    }
}

/// Whether a key of a command is held; a text field that has the keyboard takes plain ones.
pub fn is_held(ctx: &egui::Context, command: Command) -> bool {
    let map = Keymap::of(ctx);
    let down = |(held, key): &Chord| {
        ctx.input(|input| input.key_down(*key) && input.modifiers.matches_exact(*held))
    };
    !ctx.text_edit_focused() && map.keys(command).iter().any(down)
}

/// The next key pressed becomes the command's. Escape leaves it as it is, Backspace takes its key away.
pub fn read_new_key(ctx: &egui::Context, command: Command, commands: &mut Commands) {
    let chord = ctx.input_mut(|input| {
        let mut chord = None;
        input.events.retain(|event| match event {
            Event::Key {
                key,
                modifiers,
                pressed: true,
                ..
            } => {
                chord = Some((plain(*modifiers), *key));
                false
            }
            Event::Text(_) | Event::Key { .. } => false,
            _ => true,
        });
        chord
    });
    match chord {
        None => {}
        Some((_, Key::Escape)) => commands.push(DialogIntent::AskKey(None)),
        Some((_, Key::Backspace)) => commands.push(DialogIntent::Bind(command, None)),
        Some(chord) => commands.push(DialogIntent::Bind(command, Some(chord))),
    }
}

fn is_function(key: Key) -> bool {
    matches!(key, Key::F1 | Key::F3 | Key::F6 | Key::F11)
}

fn works_widgets(key: Key) -> bool {
    matches!(
        key,
        Key::Space
            | Key::Enter
            | Key::Tab
            | Key::Escape
            | Key::Home
            | Key::End
            | Key::ArrowLeft
            | Key::ArrowRight
            | Key::ArrowUp
            | Key::ArrowDown
    )
}

fn pressed(ctx: &egui::Context, (held, key): Chord) -> bool {
    ctx.input_mut(|input| {
        // `?` and `+` are Shift and another key on most keyboards: the character is what counts.
        let shift = match key {
            Key::Questionmark | Key::Plus => input.modifiers.shift,
            _ => held.shift,
        };
        let held = Modifiers { shift, ..held };
        let mut hit = false;
        input.events.retain(|event| {
            let is_it = matches!(event, Event::Key { key: k, modifiers: m, pressed: true, .. }
                if *k == key && m.matches_exact(held));
            hit |= is_it;
            !is_it
        });
        hit
    })
}

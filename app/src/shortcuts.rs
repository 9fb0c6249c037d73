//! Reading the keys of commands from egui.

use egui::{Event, FocusDirection, Key, Modifiers};

use crate::command::{Chord, Command};
use crate::intent::{Commands, DialogIntent};
use crate::keymap::{Keymap, plain};

/// Queue the commands whose keys were pressed, in the order they were: in a slow frame there are several, and what is said is said of
/// where the one before went. Plain keys belong to an open menu and to a text field that has the keyboard, which also takes its own
/// edits back; behind an open dialog no key acts; the keys that work a button or a slider belong to the one that has the keyboard.
pub fn read(ctx: &egui::Context, dialog_open: bool, commands: &mut Commands) {
    let is_press = |event: &Event| matches!(event, Event::Key { pressed: true, .. });
    if !ctx.input(|input| input.events.iter().any(is_press)) {
        return;
    }
    let typing = ctx.text_edit_focused();
    let focused = ctx.memory(|memory| memory.focused().is_some());
    let menu_open = egui::Popup::is_any_open(ctx);
    let map = Keymap::of(ctx);
    let usable = |command: Command, (held, key): Chord| {
        let unmodified = held == Modifiers::NONE || held == Modifiers::SHIFT;
        let taken = typing || dialog_open || menu_open || (focused && works_widgets(key));
        let own = typing && matches!(command, Command::Undo | Command::Redo);
        let typed = unmodified && !is_function(key) && taken;
        let behind = dialog_open && command.acts_behind_dialogs();
        !(command.is_held() || own || typed || behind)
    };
    for (command, key) in pressed(ctx, &map, usable) {
        if key == Key::Tab {
            // Taken as a command: egui is not to move the keyboard as well.
            ctx.memory_mut(|memory| memory.move_focus(FocusDirection::None));
        }
        match command {
            // What is to be closed is what is in front.
            Command::CloseClip if dialog_open => commands.push(DialogIntent::Close),
            _ => commands.push(command),
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
                let held = plain(*modifiers);
                // Where a digit needs Shift, that is no part of the chord.
                let shift = held.shift && !is_digit(*key);
                chord = Some((Modifiers { shift, ..held }, *key));
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

/// The commands whose keys were pressed, each with its key. What is meant for one is taken from the others. What is typed after the
/// key of a dialog is meant for that, though it is not there yet.
fn pressed(
    ctx: &egui::Context,
    map: &Keymap,
    usable: impl Fn(Command, Chord) -> bool,
) -> Vec<(Command, Key)> {
    let chords = Command::ALL.iter().flat_map(|command| {
        let keys = map.keys(*command).iter();
        keys.map(|chord| (*command, *chord))
    });
    let chords: Vec<(Command, Chord)> = chords
        .filter(|(command, chord)| usable(*command, *chord))
        .collect();
    let mut pressed: Vec<(Command, Key)> = Vec::new();
    ctx.input_mut(|input| {
        input.events.retain(|event| {
            let &Event::Key {
                key,
                physical_key,
                modifiers,
                pressed: true,
                ..
            } = event
            else {
                return true;
            };
            if pressed.last().is_some_and(opens_a_dialog) {
                return true;
            }
            let given = (modifiers, key);
            let meant = |(_, chord): &&(Command, Chord)| means(map, *chord, given, physical_key);
            let command = chords.iter().find(meant);
            pressed.extend(command.map(|(command, (_, key))| (*command, *key)));
            command.is_none()
        });
    });
    pressed
}

/// The names of those that do end so.
fn opens_a_dialog((command, _): &(Command, Key)) -> bool {
    command.text().ends_with('…')
}

/// Whether what was pressed is a command's key. Keys are meant by what they write: where a layout writes a sign in another place than
/// keys are named after, or a digit under Shift, Shift belongs to it. Where the place of a digit writes what is no command's (a French
/// keyboard without Shift), the digit is meant.
fn means(map: &Keymap, (held, key): Chord, given: Chord, place: Option<Key>) -> bool {
    let (with, written) = given;
    let digit = is_digit(key);
    let moved = place.is_some_and(|place| place != written);
    let shift = match written {
        // `?` and `+` are Shift and another key on most keyboards.
        Key::Questionmark | Key::Plus => with.shift,
        _ if !held.shift && (digit || (is_sign(written) && moved)) => with.shift,
        _ => held.shift,
    };
    let fits = |held: Modifiers| with.matches_exact(held);
    if written == key {
        return fits(Modifiers { shift, ..held });
    }
    digit && place == Some(key) && fits(held) && map.command_of((plain(with), written)).is_none()
}

fn is_digit(key: Key) -> bool {
    matches!(
        key,
        Key::Num0
            | Key::Num1
            | Key::Num2
            | Key::Num3
            | Key::Num4
            | Key::Num5
            | Key::Num6
            | Key::Num7
            | Key::Num8
            | Key::Num9
    )
}

/// Signs that layouts put elsewhere.
fn is_sign(key: Key) -> bool {
    matches!(
        key,
        Key::Comma
            | Key::Period
            | Key::Semicolon
            | Key::Colon
            | Key::Quote
            | Key::Slash
            | Key::Backslash
            | Key::Backtick
            | Key::Pipe
            | Key::Exclamationmark
            | Key::OpenBracket
            | Key::CloseBracket
            | Key::OpenCurlyBracket
            | Key::CloseCurlyBracket
            | Key::Minus
            | Key::Equals
    )
}

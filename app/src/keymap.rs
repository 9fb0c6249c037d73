//! Which keys ask for which command: the table's, with the user's changes over them.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use egui::{Id, KeyboardShortcut, Modifiers};

use crate::command::{Chord, Command};

/// The user's changes: all keys of a command, by the command's name. Kept between runs.
pub type Changes = BTreeMap<String, Vec<KeyboardShortcut>>;

/// The keys in use.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Keymap(HashMap<Command, Vec<Chord>>);

impl Keymap {
    /// The table's keys with these changes.
    pub fn new(changes: &Changes) -> Self {
        let keys_of = |command: &Command| match changes.get(command.id()) {
            Some(keys) => keys.iter().map(|k| (k.modifiers, k.logical_key)).collect(),
            None => command.default_keys().to_vec(),
        };
        Self(Command::ALL.iter().map(|c| (*c, keys_of(c))).collect())
    }

    /// A command's keys, the one to show first.
    pub fn keys(&self, command: Command) -> &[Chord] {
        self.0.get(&command).map_or(&[], Vec::as_slice)
    }

    /// The command that has this key.
    pub fn command_of(&self, chord: Chord) -> Option<Command> {
        let mut all = Command::ALL.iter().copied();
        all.find(|command| self.keys(*command).contains(&chord))
    }

    /// Put it in use.
    pub fn install(self, ctx: &egui::Context) {
        ctx.data_mut(|data| data.insert_temp(Id::unique("keymap"), Arc::new(self)));
    }

    /// The one in use.
    pub fn of(ctx: &egui::Context) -> Arc<Self> {
        let held = ctx.data(|data| data.get_temp(Id::unique("keymap")));
        held.unwrap_or_else(|| Arc::new(Self::new(&Changes::new())))
    }
}

/// Give a command one key, or none. A command that had the key loses it, so that no key asks for two things.
pub fn bind(changes: &mut Changes, command: Command, chord: Option<Chord>) {
    let before = Keymap::new(changes);
    let stored = |keys: &[Chord]| -> Vec<KeyboardShortcut> {
        let keys = keys.iter();
        keys.map(|(held, key)| KeyboardShortcut::new(*held, *key))
            .collect()
    };
    if let Some((loser, chord)) = chord.and_then(|c| Some((before.command_of(c)?, c))) {
        let rest: Vec<Chord> = before
            .keys(loser)
            .iter()
            .copied()
            .filter(|k| *k != chord)
            .collect();
        changes.insert(loser.id().to_owned(), stored(&rest));
    }
    changes.insert(command.id().to_owned(), stored(chord.as_slice()));
    changes.retain(|id, keys| {
        Command::from_id(id).is_some_and(|command| stored(command.default_keys()) != *keys)
    });
}

/// The modifiers that count, written one way on every system.
pub fn plain(held: Modifiers) -> Modifiers {
    Modifiers {
        ctrl: false,
        mac_cmd: false,
        ..held
    }
}

/// A key as text, `Ctrl+O`; empty if the command has none.
pub fn key_text(ctx: &egui::Context, command: Command) -> String {
    let map = Keymap::of(ctx);
    let first = map.keys(command).first();
    first
        .map(|chord| chord_text(ctx, *chord))
        .unwrap_or_default()
}

/// A key as text.
pub fn chord_text(ctx: &egui::Context, (held, key): Chord) -> String {
    ctx.format_shortcut(&KeyboardShortcut::new(held, key))
}

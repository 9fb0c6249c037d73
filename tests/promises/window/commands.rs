//! One list of commands: no key asks for two things, every command says what it does, the sheet lists them all.

use std::collections::{HashMap, HashSet};

use mettle_app::command::Command;

#[test]
fn no_two_commands_share_a_key() {
    let mut taken = HashMap::new();
    for &command in Command::ALL {
        for key in command.default_keys() {
            if let Some(other) = taken.insert(*key, command) {
                panic!("{key:?} asks for {other:?} and for {command:?}");
            }
        }
    }
}

#[test]
fn every_command_has_a_name_of_its_own_and_says_more() {
    let mut names = HashSet::new();
    for command in Command::ALL {
        assert!(
            names.insert(command.text()),
            "two commands are called {}",
            command.text()
        );
        assert!(command.tooltip().len() > command.text().len() / 2);
    }
    assert_eq!(
        Command::ALL.iter().collect::<HashSet<_>>().len(),
        Command::ALL.len()
    );
}

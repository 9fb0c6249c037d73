//! The window's modules stand in rows too: each names only modules below it, and of these only the ones it needs.

use mettle_tests::tree::{code_only, files};

use super::layers::imported_modules;

/// Each module of `app` and what it may import, the lowest first: whoever stands further down the list is above. So no circle
/// can be written down here, and none can be in the code.
const ROWS: [(&str, &[&str]); 29] = [
    ("theme", &[]),
    ("fonts", &["theme"]),
    ("fitting", &[]),
    ("waking", &[]),
    ("clicks", &[]),
    ("command", &[]),
    ("keymap", &["command"]),
    // Plain data. It knows the names of commands (a dialog waits for a command's key) and the keys a user changed.
    ("state", &["command", "keymap"]),
    ("intent", &["command", "state"]),
    // Desks: a thread, or the engine, behind a handle that never waits.
    ("link", &[]),
    ("project_desk", &[]),
    ("models", &[]),
    ("sessions", &["state"]),
    ("covers", &["state"]),
    ("answering", &[]),
    ("files", &["state", "answering"]),
    ("playback", &["state"]),
    ("saving", &["state"]),
    // What changes the state.
    ("requests", &["state", "link"]),
    (
        "replies",
        &[
            "state",
            "link",
            "project_desk",
            "covers",
            "files",
            "requests",
        ],
    ),
    (
        "apply",
        &[
            "state",
            "intent",
            "command",
            "keymap",
            "waking",
            "link",
            "project_desk",
            "models",
            "files",
            "playback",
            "requests",
            "replies",
        ],
    ),
    // What shows it: draws, and queues intents.
    ("paint", &["state", "theme"]),
    ("shortcuts", &["command", "intent", "keymap"]),
    (
        "panels",
        &["state", "intent", "command", "keymap", "theme", "paint"],
    ),
    (
        "app",
        &[
            "state",
            "intent",
            "command",
            "keymap",
            "theme",
            "fonts",
            "fitting",
            "waking",
            "clicks",
            "link",
            "project_desk",
            "models",
            "covers",
            "files",
            "playback",
            "saving",
            "answering",
            "sessions",
            "requests",
            "replies",
            "apply",
            "shortcuts",
            "panels",
        ],
    ),
    ("hosting", &["app"]),
    (
        "window",
        &[
            "state", "fitting", "waking", "link", "files", "playback", "apply", "app", "hosting",
        ],
    ),
    ("cli", &["state", "files", "window"]),
    ("main", &[]),
];

fn allowed(module: &str) -> Option<&'static [&'static str]> {
    let mut rows = ROWS.iter();
    rows.find(|(name, _)| *name == module).map(|(_, may)| *may)
}

/// The module a file of `app/src` belongs to.
fn module_of(path: &std::path::Path) -> String {
    let part = path.components().nth(2).map(|part| part.as_os_str());
    let part = part.unwrap_or_default().to_string_lossy().into_owned();
    part.trim_end_matches(".rs").to_owned()
}

fn wrong_imports(module: &str, code: &str) -> Vec<String> {
    let may = allowed(module).unwrap_or_default();
    let mut imports = imported_modules(code);
    imports.retain(|to| allowed(to).is_some() && to != module && !may.contains(&to.as_str()));
    imports
}

#[test]
fn imports_in_the_window_go_down_only() {
    let mut wrong = Vec::new();
    for (path, text) in files("app/src", "rs") {
        let module = module_of(&path);
        if module == "lib" {
            continue;
        }
        assert!(allowed(&module).is_some(), "{module} has no row here");
        let found = wrong_imports(&module, &code_only(&text));
        wrong.extend(found.iter().map(|to| format!("{}: {to}", path.display())));
    }
    assert!(wrong.is_empty(), "not in its row:\n{}", wrong.join("\n"));
}

#[test]
fn rows_import_only_what_stands_above_them_in_the_table() {
    for (place, (module, may)) in ROWS.iter().enumerate() {
        for to in *may {
            let below = ROWS[..place].iter().any(|(name, _)| name == to);
            assert!(below, "{module} may not stand above {to}");
        }
    }
}

#[test]
fn the_check_sees_a_wrong_import_of_the_window() {
    assert_eq!(
        wrong_imports("state", "use crate::apply::Context;"),
        ["apply"]
    );
    assert_eq!(
        wrong_imports("panels", "crate::{state::X, replies}"),
        ["replies"]
    );
    assert!(wrong_imports("apply", "use crate::state::AppState;").is_empty());
}

/// Paint takes what it draws: whoever calls it says which clip.
#[test]
fn paint_never_sees_the_whole_state() {
    for (path, text) in files("app/src/paint", "rs") {
        let code = code_only(&text);
        for word in ["AppState", "Library", "Row", "Shown"] {
            assert!(
                !code.contains(&format!(" {word}")),
                "{} names {word}",
                path.display()
            );
        }
    }
}

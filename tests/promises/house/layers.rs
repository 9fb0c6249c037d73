//! Imports go down only: a layer of `core` never names one above it, and the boundary to the window holds.

use mettle_tests::tree::{code_only, files, root};

/// The layer of each module of `core`, as the code map in its `lib.rs` says.
const LAYERS: [(&str, u8); 13] = [
    ("base", 0),
    ("media", 1),
    ("project", 1),
    ("data", 1),
    ("gpu", 1),
    ("hub", 1),
    ("model", 2),
    ("features", 3),
    ("predict", 4),
    ("exchange", 4),
    ("train", 5),
    ("engine", 6),
    ("tools", 7),
];

/// Modules of one row that may know each other, with the reason.
const SIDEWAYS: [(&str, &str); 2] = [
    // Sounding scenes are written as real media files.
    ("data", "media"),
    // A document is made from predictions.
    ("exchange", "predict"),
];

fn layer(module: &str) -> Option<u8> {
    LAYERS
        .iter()
        .find(|(name, _)| *name == module)
        .map(|(_, layer)| *layer)
}

fn may_import(from: &str, to: &str) -> bool {
    match (layer(from), layer(to)) {
        (Some(a), Some(b)) => from == to || b < a || SIDEWAYS.contains(&(from, to)),
        _ => true,
    }
}

/// Every module named right behind `crate::`, also in a braced list.
pub(super) fn imported_modules(code: &str) -> Vec<String> {
    let word = |text: &str| {
        text.chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect::<String>()
    };
    let mut found = Vec::new();
    for after in code.split("crate::").skip(1) {
        match after.strip_prefix('{') {
            Some(list) => {
                let mut depth = 0;
                let mut name = String::new();
                for c in list.chars() {
                    match c {
                        '{' => depth += 1,
                        '}' if depth == 0 => break,
                        '}' => depth -= 1,
                        ',' if depth == 0 => found.push(word(std::mem::take(&mut name).trim())),
                        _ if depth == 0 => name.push(c),
                        _ => {}
                    }
                }
                found.push(word(name.trim()));
            }
            None => found.push(word(after)),
        }
    }
    found
}

#[test]
fn imports_in_core_go_down_only() {
    let mut wrong = Vec::new();
    for (path, text) in files("core/src", "rs") {
        let mut parts = path
            .components()
            .skip(2)
            .map(|part| part.as_os_str().to_string_lossy().into_owned());
        let from = parts.next().unwrap_or_default();
        let imports = imported_modules(&code_only(&text));
        wrong.extend(
            imports
                .iter()
                .filter(|to| !may_import(&from, to))
                .map(|to| format!("{}: {to}", path.display())),
        );
    }
    assert!(
        wrong.is_empty(),
        "a layer names one above or beside it:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn every_module_of_core_has_a_layer() {
    let map = std::fs::read_to_string(root().join("core/src/lib.rs")).expect("the map is there");
    let modules = map.lines().filter_map(|line| line.strip_prefix("pub mod "));
    for module in modules.map(|rest| rest.trim_end_matches(';')) {
        assert!(layer(module).is_some(), "{module} has no layer");
    }
}

#[test]
fn predictions_touch_no_file() {
    for (path, text) in files("core/src/predict", "rs") {
        let code = code_only(&text);
        for word in ["std::fs", "File::", "FrameReader", "Mp4Writer", "std::path"] {
            assert!(!code.contains(word), "{} names {word}", path.display());
        }
    }
}

#[test]
fn clips_are_read_through_a_source_only() {
    for (path, text) in files("core/src", "rs")
        .into_iter()
        .chain(files("app/src", "rs"))
    {
        let here = path.starts_with("core/src/media");
        let code = code_only(&text);
        for word in ["FrameReader", "SoundReader"] {
            assert!(
                here || !code.contains(word),
                "{} names {word}",
                path.display()
            );
        }
    }
}

#[test]
fn the_check_sees_a_wrong_import() {
    assert_eq!(
        imported_modules("use crate::{base::{Time, X}, engine::Job}; crate::model::y()"),
        ["base", "engine", "model"]
    );
    assert!(
        !may_import("media", "engine")
            && !may_import("media", "project")
            && may_import("engine", "media")
            && !may_import("engine", "tools")
            && !may_import("predict", "exchange")
    );
}

#[test]
fn each_side_of_the_boundary_keeps_its_libraries() {
    let check = |folder: &str, banned: &[&str]| {
        for (path, text) in files(folder, "rs") {
            let code = code_only(&text);
            for name in banned {
                assert!(!code.contains(name), "{} names {name}", path.display());
            }
        }
    };
    check("core/src", &["egui", "eframe", "rfd::"]);
    check("app/src", &["burn::", "ffmpeg_next", "symphonia"]);
    check("core/kernels", &["burn::", "mettle_core"]);
}

#[test]
fn gradients_live_in_train_only() {
    for (path, text) in files("core/src", "rs")
        .into_iter()
        .chain(files("app/src", "rs"))
    {
        let here = path.starts_with("core/src/train");
        assert!(
            here || !code_only(&text).contains(".autodiff("),
            "{} calls .autodiff()",
            path.display()
        );
    }
}

#[test]
fn sockets_live_in_the_hub_only() {
    for (path, text) in files("core/src", "rs")
        .into_iter()
        .chain(files("app/src", "rs"))
    {
        let here = path.starts_with("core/src/hub");
        let code = code_only(&text);
        for word in ["ureq", "std::net", "TcpStream", "UdpSocket"] {
            assert!(
                here || !code.contains(word),
                "{} names {word}",
                path.display()
            );
        }
    }
}

//! The loop knows no source by name: nothing in `train` but its `demo` speaks of scenes or of a data set.

use mettle_tests::tree::{code_only, files};

#[test]
fn only_the_demo_knows_scenes() {
    let mut wrong = Vec::new();
    for (path, text) in files("core/src/train", "rs") {
        let name = path.to_string_lossy().replace('\\', "/");
        if name.contains("train/demo/") {
            continue;
        }
        let code = code_only(&text);
        let named = [
            "scenes",
            "data::ave",
            "data::llp",
            "data::avsbench",
            "crate::project",
        ];
        if let Some(source) = named.iter().find(|source| code.contains(*source)) {
            wrong.push(format!("{name} names {source}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

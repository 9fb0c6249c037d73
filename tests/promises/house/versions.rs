//! One version each of what must be shared: the window and burn speak to one wgpu, the window to one egui.

use mettle_tests::tree::root;

#[test]
fn one_version_of_what_must_be_one() {
    let lock =
        std::fs::read_to_string(root().join("Cargo.lock")).expect("Cargo.lock lies at the top");
    for name in ["wgpu", "naga", "egui", "eframe", "burn"] {
        let count = lock.matches(&format!("name = \"{name}\"\n")).count();
        assert_eq!(count, 1, "{count} versions of {name} in Cargo.lock");
    }
}

#[test]
fn the_top_level_is_the_one_agreed() {
    let allowed = [
        "Cargo.toml",
        "Cargo.lock",
        "README.md",
        "LICENSE-MIT",
        "LICENSE-APACHE",
        "rust-toolchain.toml",
    ];
    let folders = ["app", "core", "assets", "shaders", "tests", "target"];
    for entry in std::fs::read_dir(root())
        .expect("the checkout is readable")
        .flatten()
    {
        let name = entry.file_name().to_string_lossy().into_owned();
        let known = name.starts_with('.')
            || allowed.contains(&name.as_str())
            || folders.contains(&name.as_str());
        assert!(
            known || name.starts_with("mettle-demo"),
            "{name} stands at the top"
        );
    }
}

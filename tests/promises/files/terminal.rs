//! `mettle` in a terminal with a small model, as the promises about files need it.

use std::path::{Path, PathBuf};
use std::process::Command;

use mettle_core::base::Task;
use mettle_tests::{program, tiny_model};
use serde_json::Value;

/// A folder, and `mettle analyze` in it, on the CPU.
pub struct Terminal {
    folder: tempfile::TempDir,
}

impl Terminal {
    pub fn new() -> Self {
        Self::with_heads(&[Task::Localize])
    }

    pub fn with_heads(heads: &[Task]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        tiny_model::write_with(&folder.path().join("model"), heads);
        Self { folder }
    }

    /// The same with masks of AVSBench's size, 98 KiB each.
    pub fn with_large_masks() -> Self {
        let terminal = Self::with_heads(&[Task::Segment]);
        let manifest = terminal.at("model/model.json");
        let text = std::fs::read_to_string(&manifest).expect("a model");
        let mut model: Value = serde_json::from_str(&text).expect("a description");
        assert_eq!(enlarge(&mut model), 1, "{text}");
        std::fs::write(&manifest, model.to_string()).expect("written");
        terminal
    }

    pub fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A clip of so many seconds under a name, in folders that need not be there.
    pub fn clip(&self, name: &str, seconds: &str) -> PathBuf {
        let path = self.at(name);
        let made = path.parent().map(std::fs::create_dir_all);
        made.expect("a parent").expect("a folder");
        program::talking_picture(seconds, &path);
        path
    }

    /// Exit code, stdout, stderr.
    pub fn analyze(&self, arguments: &[&str], clips: &[&Path]) -> (i32, String, String) {
        let mut command = program::mettle(self.folder.path());
        command
            .current_dir(self.folder.path())
            .args(["analyze", "--device", "cpu", "--model", "model"]);
        program::run(command.args(arguments).args(clips))
    }

    /// The most memory an analysis of a clip had at once, in bytes, as the kernel counts it.
    #[cfg(target_os = "linux")]
    pub fn peak_memory(&self, arguments: &[&str], clip: &Path) -> u64 {
        let mut command = self.command();
        command.args(["analyze", "--device", "cpu", "--model", "model"]);
        let mut child = command
            .args(arguments)
            .arg(clip)
            .spawn()
            .expect("it starts");
        let mut peak = 0;
        while child.try_wait().expect("it can be asked").is_none() {
            let status = std::fs::read_to_string(format!("/proc/{}/status", child.id()));
            let status = status.unwrap_or_default();
            let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            let kb = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
            peak = peak.max(kb.unwrap_or(0) * 1024);
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        assert!(child.wait().expect("it ended").success());
        peak
    }

    pub fn command(&self) -> Command {
        let mut command = program::mettle(self.folder.path());
        command.current_dir(self.folder.path());
        command
    }
}

/// Sets every size of masks; gives how many there were.
fn enlarge(value: &mut Value) -> usize {
    match value {
        Value::Object(fields) => {
            let sizes = fields.iter_mut().map(|(name, value)| match name.as_str() {
                "mask" => {
                    *value = serde_json::json!([224, 224]);
                    1
                }
                _ => enlarge(value),
            });
            sizes.sum()
        }
        Value::Array(items) => items.iter_mut().map(enlarge).sum(),
        _ => 0,
    }
}

/// The names of what lies in a folder, in order.
pub fn names(folder: &Path) -> Vec<String> {
    let read = std::fs::read_dir(folder).expect("it is there");
    let names = read.map(|entry| entry.expect("readable").file_name());
    let mut names: Vec<String> = names.map(|n| n.to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

//! Workers on a folder of clips, as a scheduler starts them: plain processes that know nothing of each other.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use mettle_core::base::Task;
use mettle_core::exchange::parts::{PartPlace, PartReader, Row};
use mettle_tests::{program, tiny_model};

/// A model of every task, clips, and two files that are none.
pub struct Farm {
    folder: tempfile::TempDir,
}

impl Farm {
    /// With so many clips of one or two seconds.
    pub fn new(clips: usize) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let farm = Self { folder };
        tiny_model::write_with(&farm.at("model"), &Task::ALL);
        std::fs::create_dir_all(farm.at("clips/inside")).expect("folders");
        for (name, seconds) in [("one", "1"), ("two", "2")] {
            program::talking_picture(seconds, &farm.at(&format!("{name}.mp4")));
        }
        for clip in 0..clips {
            let inside = if clip % 3 == 0 { "inside/" } else { "" };
            let kind = if clip % 2 == 0 { "one" } else { "two" };
            let path = farm.at(&format!("clips/{inside}c{clip}.mp4"));
            let mut bytes = std::fs::read(farm.at(&format!("{kind}.mp4"))).expect("a clip");
            // A clip of its own: bytes after the last box change its hash and nothing else.
            bytes.extend([0, 0, 0, 12, b'f', b'r', b'e', b'e']);
            bytes.extend((clip as u32).to_be_bytes());
            std::fs::write(path, bytes).expect("written");
        }
        for name in ["clips/broken.mp4", "clips/inside/broken.mp4"] {
            std::fs::write(farm.at(name), "Dear diary").expect("written");
        }
        farm
    }

    pub fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// `mettle analyze` of all clips and tasks into a folder, with more arguments.
    pub fn worker(&self, out: &str, arguments: &[&str]) -> Command {
        let mut command = program::mettle(self.folder.path());
        command
            .current_dir(self.folder.path())
            .args(["analyze", "clips", "-r", "-q", "--device", "cpu"])
            .args(["--model", "model", "--task", "all", "--mask-size", "32x24"])
            .args(["--out", out])
            .args(arguments)
            .stdout(Stdio::null());
        command
    }

    /// Start one and do not wait.
    pub fn start(&self, out: &str, arguments: &[&str]) -> Child {
        let mut command = self.worker(out, arguments);
        command.stderr(Stdio::null()).spawn().expect("it starts")
    }

    /// Every row of a table in a folder, all parts together, as lines in order.
    pub fn rows<R: Row>(&self, out: &str) -> Vec<String> {
        let parts = PartPlace::manifests_in(&self.at(out)).expect("a folder");
        let mut rows = Vec::new();
        for part in parts {
            let part = PartReader::open(&part).expect("a part");
            let table = part.all::<R>().expect("a table");
            rows.extend(
                table
                    .iter()
                    .map(|row| serde_json::to_string(row).expect("text")),
            );
        }
        rows.sort();
        rows
    }
}

/// Every file below a folder, by its path inside, in order.
pub fn files_below(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.path().is_dir() {
            let below = files_below(&entry.path());
            found.extend(below.iter().map(|file| format!("{name}/{file}")));
        } else {
            found.push(name);
        }
    }
    found.sort();
    found
}

//! The clips that come with the program: three scenes with drawings that no training has seen.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::scenes::{Scene, SceneOptions, Split, write_clip};
use crate::media::MediaError;

/// Name, seed and bytes of every clip; the first is the one to show first. They are a shop window, not a test: seeds were
/// tried one after another for a scene that the demo model gets right in every second.
const CLIPS: [(&str, u64, &[u8]); 3] = [
    (
        "race-car.mp4",
        1471,
        include_bytes!("../../../assets/demo/clips/race-car.mp4"),
    ),
    (
        "dog.mp4",
        305,
        include_bytes!("../../../assets/demo/clips/dog.mp4"),
    ),
    (
        "accordion.mp4",
        577,
        include_bytes!("../../../assets/demo/clips/accordion.mp4"),
    ),
];

/// The clips as files in `dir`, written where they are missing or differ.
///
/// # Errors
/// The folder cannot be written.
pub fn clips(dir: &Path) -> io::Result<Vec<PathBuf>> {
    fs::create_dir_all(dir)?;
    let place = |(name, _, bytes): &(&str, u64, &[u8])| {
        let path = dir.join(name);
        if !fs::read(&path).is_ok_and(|there| there == *bytes) {
            fs::write(&path, bytes)?;
        }
        Ok(path)
    };
    CLIPS.iter().map(place).collect()
}

/// The scenes the clips show, with all that is true of them, in the same order.
pub fn scenes() -> Vec<Scene> {
    let options = SceneOptions {
        split: Split::Test,
        ..SceneOptions::default()
    };
    let scene = |(_, seed, _): &(&str, u64, &[u8])| Scene::generate(*seed, &options);
    CLIPS.iter().map(scene).collect()
}

/// Makes the clips anew from their seeds.
///
/// # Errors
/// A file cannot be encoded or written.
pub fn make_clips(dir: &Path) -> Result<(), MediaError> {
    for ((name, _, _), scene) in CLIPS.iter().zip(scenes()) {
        write_clip(&scene, &dir.join(name))?;
    }
    Ok(())
}

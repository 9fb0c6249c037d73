//! `mettle demo`: the program on a bundled clip, in the window, or without a display in a folder.

use std::path::PathBuf;

use mettle_core::data::demo;
use mettle_core::engine::{ModelChoice, Precision};

use super::args::{AnalyzeArgs, Asked, DemoArgs, Format};
use super::thresholds::ThresholdArgs;
use super::{Failure, analyze, output};

/// Show the demo.
pub fn run(args: &DemoArgs) -> Result<(), Failure> {
    output::make_folder(&args.out)?;
    let clips = demo::clips(&args.out)?;
    if args.headless || !has_display() {
        return headless(args, clips);
    }
    super::window(crate::WindowOptions {
        paths: clips.into_iter().take(1).collect(),
        project: None,
        device: args.device,
        precision: Precision::F32,
    })
}

/// Windows and macOS always have a display for a program; elsewhere a variable says so.
fn has_display() -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    cfg!(any(windows, target_os = "macos")) || set("DISPLAY") || set("WAYLAND_DISPLAY")
}

fn headless(args: &DemoArgs, clips: Vec<PathBuf>) -> Result<(), Failure> {
    analyze::run(&AnalyzeArgs {
        clips,
        recursive: false,
        head: Vec::new(),
        shard: None,
        embeddings: false,
        threads: None,
        calibrated: false,
        task: Asked::All,
        model: ModelChoice::Demo,
        device: args.device,
        precision: Precision::F32,
        out: Some(args.out.clone()),
        format: Some(Format::Json),
        thresholds: ThresholdArgs::default(),
        pictures: true,
        span: None,
        masks: false,
        mask_size: None,
        quiet: false,
    })?;
    let folder = args.out.display();
    output::say(&format!(
        "Each clip's timeline and masks (.json), film strip (.strip.png) and labelled clip (.overlay.mp4) are in {folder}\n"
    ))
}

//! `mettle scenes`: clips drawn and synthesised from seeds, with their ground truth.

use indicatif::ProgressBar;
use mettle_core::data::scenes::{SceneSet, SceneTask, write_dataset};

use super::args::{SceneKind, ScenesArgs};
use super::{Failure, output};

/// Write a dataset of scenes.
pub fn run(args: &ScenesArgs) -> Result<(), Failure> {
    let task = match args.task {
        SceneKind::Localize => SceneTask::Localize,
        SceneKind::Parse => SceneTask::Parse,
        SceneKind::Segment => SceneTask::Segment,
        SceneKind::SegmentMany => SceneTask::SegmentMany,
    };
    if args.by_seconds && task != SceneTask::Parse {
        return Err(Failure::Usage(
            "--by-seconds is of --task parse alone".to_owned(),
        ));
    }
    output::make_folder(&args.out)?;
    let bar = ProgressBar::new(args.count as u64);
    let (width, height) = args.size;
    let set = SceneSet {
        seed: args.seed,
        count: args.count,
        task,
        size: (width as usize, height as usize),
        by_seconds: args.by_seconds,
    };
    write_dataset(&set, &args.out, |progress| bar.set_position(progress.done))?;
    bar.finish_and_clear();
    let (count, folder) = (args.count, args.out.display());
    output::say(&format!("{count} scenes written to {folder}\n"))
}

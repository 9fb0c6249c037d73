//! `mettle import`: what another program says of a clip, into a project; first shown, never over a correction unasked.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use mettle_core::base::{LabelId, Modality};
use mettle_core::exchange::layouts::read_said;
use mettle_core::exchange::marks::{
    ImportPlan, Importing, MarkFormat, Media, ReadError, Sheet, plan,
};
use mettle_core::media::Clip;
use mettle_core::model::known_classes;
use mettle_core::project::{Change, Class, ClipFacts, Corrections, Edit, Scope};

use super::args::ImportArgs;
use super::project::{Project, file};
use super::{Failure, output};

/// How many of a kind are listed.
const LISTED: usize = 5;

/// Take a file in, or say what would happen.
pub fn run(args: &ImportArgs) -> Result<(), Failure> {
    let clip = Clip::open(&args.clip)?;
    let sheet = sheet(args, &clip)?;
    let path = file(args.project.as_deref());
    let mut project = match args.dry_run && !path.exists() {
        true => None,
        false => Some(Project::open(&path)?),
    };
    let (said, classes) = match &mut project {
        Some(project) => (project.said(clip.id)?, project.classes.clone()),
        None => (Corrections::default(), BTreeMap::<LabelId, Class>::new()),
    };
    let plan = plan(&Importing {
        sheet: &sheet,
        said: &said,
        classes: &classes,
        known: &known_classes(None),
        replace: args.replace,
        with_model: args.with_model,
    });
    output::say(&preview(args, &plan))?;
    let Some(project) = project.filter(|_| !args.dry_run && !plan.is_nothing()) else {
        return Ok(());
    };
    take_in(project, &clip, &plan)?;
    output::say(&format!(
        "Kept in {}; one undo takes it back\n",
        path.display()
    ))
}

/// What the file says.
fn sheet(args: &ImportArgs, clip: &Clip) -> Result<Sheet, Failure> {
    let named = args.format.map(MarkFormat::from);
    let usual = Modality::from(args.modality);
    let read = read_said(&args.file, named, &Media::from(clip), usual);
    read.map_err(|error| {
        Failure::Said(match error {
            ReadError::Unreadable { .. } | ReadError::Layout { .. } => error.to_string(),
            ReadError::Unknown { .. } => format!("{error}. Name it with --format"),
            ReadError::Wrong { .. } => format!("{error}. Name another format with --format"),
        })
    })
}

/// New classes first, then all that is said, as one edit.
fn take_in(mut project: Project, clip: &Clip, plan: &ImportPlan) -> Result<(), Failure> {
    let store = &mut project.store;
    store.know(ClipFacts {
        id: clip.id,
        path: std::path::absolute(&clip.path).unwrap_or_else(|_| clip.path.clone()),
        duration: clip.duration,
    });
    let mut keep = |of: Scope, change: &Option<Change>| match change {
        Some(change) => {
            let change = change.clone();
            store.edit(&Edit { of, change }, false).map(|_| ())
        }
        None => Ok(()),
    };
    keep(Scope::Project, &plan.project)?;
    keep(Scope::Clip(clip.id), &plan.clip)?;
    Ok(())
}

/// What would happen, with the first of each kind.
fn preview(args: &ImportArgs, plan: &ImportPlan) -> String {
    let file = args.file.display();
    let clip = name(&args.clip);
    let mut text = format!("{file} into {clip}: {}\n", plan.summary(args.replace));
    for mark in plan.new.iter().take(LISTED) {
        let _ = writeln!(text, "  new       {mark}");
    }
    more(&mut text, plan.new.len());
    for conflict in plan.conflicts.iter().take(LISTED) {
        let _ = writeln!(text, "  conflict  {conflict}");
    }
    more(&mut text, plan.conflicts.len());
    if !plan.conflicts.is_empty() && !args.replace {
        text.push_str("  To put the file's word in the place of yours, add --replace\n");
    }
    text
}

fn more(text: &mut String, count: usize) {
    if count > LISTED {
        let _ = writeln!(text, "            and {} more", count - LISTED);
    }
}

fn name(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    name.to_string_lossy().into_owned()
}

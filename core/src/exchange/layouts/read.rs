//! What a folder in the layout of AVE, LLP or AVSBench says of one clip: found by the name that an export gives it, which comes
//! from its content, or by its file's name.

use std::path::{Path, PathBuf};

use super::id_of;
use crate::base::{Label, Modality, Said, Task, Time, TimeSpan};
use crate::data::{Dataset, DatasetKind, Item, SaidGrid, SoundingMask};
use crate::exchange::marks::{By, Mark, MarkFormat, MaskMark, Media, ReadError, Sheet, read_file};
use crate::project::RunLengths;

/// What masks are of that no class is known of.
const SOUNDING: &str = "Sounding";

/// What a file, or a folder in a data set's layout, says of a clip. Of events whose modality it does not tell, `usual` is taken.
///
/// # Errors
/// It cannot be read, is not of its format, or says nothing of this clip.
pub fn read_said(
    path: &Path,
    named: Option<MarkFormat>,
    media: &Media,
    usual: Modality,
) -> Result<Sheet, ReadError> {
    let kinds = match named {
        Some(_) => Vec::new(),
        None => kinds_at(path),
    };
    if kinds.is_empty() && !path.is_dir() {
        return read_file(path, named, media, usual).map(|(_, sheet)| sheet);
    }
    let layout = |why: String| ReadError::Layout {
        path: path.to_owned(),
        why,
    };
    if kinds.is_empty() {
        return Err(layout("holds no list of AVE, LLP or AVSBench".into()));
    }
    let mut sheet = Sheet::of(media);
    let mut found = false;
    for (kind, dir) in kinds {
        let dataset = Dataset::open(kind, &dir).map_err(|error| layout(error.to_string()))?;
        for item in dataset.items.iter().filter(|item| is_of(item, media)) {
            found = true;
            add(&mut sheet, &dataset, item).map_err(&layout)?;
        }
    }
    match (found, sheet.marks.is_empty() && sheet.masks.is_empty()) {
        (false, _) => Err(layout(format!(
            "has no clip called {} or {}",
            id_of(media.id),
            media.name
        ))),
        (true, true) => Err(layout(
            "says of this clip which classes happen, and not when: lists for training do not"
                .into(),
        )),
        (true, false) => Ok(sheet.in_order()),
    }
}

/// The data sets whose folder this is, or whose list, with their folders.
fn kinds_at(path: &Path) -> Vec<(DatasetKind, PathBuf)> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let listed = match &*name {
        "Annotations.txt" | "trainSet.txt" | "valSet.txt" | "testSet.txt" => Some(Task::Localize),
        name if name.starts_with("AVVP_") => Some(Task::Parse),
        name if name.ends_with("_meta_data.csv") => Some(Task::Segment),
        _ => None,
    };
    let (tasks, dirs) = match (path.is_dir(), listed) {
        (true, _) => (Task::ALL.to_vec(), path.ancestors().take(2)),
        (false, Some(task)) => (vec![task], path.ancestors().take(3)),
        (false, None) => return Vec::new(),
    };
    let dirs: Vec<&Path> = dirs.filter(|dir| dir.is_dir()).collect();
    let kinds = tasks.into_iter().filter_map(|task| {
        let in_dir = |dir: &&Path| Some((DatasetKind::find(dir, task)?, dir.to_path_buf()));
        dirs.iter().find_map(in_dir)
    });
    kinds.collect()
}

/// Whether an item is this clip. LLP writes the seconds it was cut from behind its name.
fn is_of(item: &Item, media: &Media) -> bool {
    let stem = Path::new(&media.name).file_stem().unwrap_or_default();
    let names = [id_of(media.id), stem.to_string_lossy().into_owned()];
    names.iter().any(|name| {
        let rest = item.name.strip_prefix(name.as_str());
        let seconds = |c: char| c == '_' || c.is_ascii_digit();
        rest.is_some_and(|rest| {
            rest.is_empty() || (rest.starts_with('_') && rest.chars().all(seconds))
        })
    })
}

fn add(sheet: &mut Sheet, dataset: &Dataset, item: &Item) -> Result<(), String> {
    let targets = item.targets().map_err(|error| error.to_string())?;
    let grids = match dataset.kind.task() {
        Task::Localize => vec![(&targets.both, Modality::AudioVisual)],
        Task::Parse => vec![
            (&targets.heard, Modality::Audible),
            (&targets.seen, Modality::Visible),
        ],
        Task::Segment => Vec::new(),
    };
    for (grid, modality) in grids {
        for (class, label) in dataset.labels.iter().enumerate() {
            let runs = runs_of(grid, class, sheet.media.duration);
            sheet.marks.extend(runs.into_iter().map(|span| Mark {
                span,
                modality,
                label: label.clone(),
                by: By::Unsaid,
            }));
        }
    }
    for (second, mask) in targets.masks.iter().enumerate() {
        let span = TimeSpan::of_second(second as u32);
        let mask = mask.as_ref().filter(|mask| mask.sounds.contains(&true));
        let inside = span.start < sheet.media.duration;
        if let Some(mask) = mask.filter(|_| inside) {
            sheet.masks.push(MaskMark {
                span,
                label: Label::from(SOUNDING),
                mask: drawn(mask, sheet.media.size),
                by: By::Unsaid,
            });
        }
    }
    Ok(())
}

/// The stretches of seconds in which a class happens, up to the clip's end.
fn runs_of(grid: &SaidGrid, class: usize, end: Time) -> Vec<TimeSpan> {
    let mut runs: Vec<TimeSpan> = Vec::new();
    for second in 0..grid.seconds() {
        let span = TimeSpan::of_second(second as u32);
        if grid.get(second, class) != Said::Yes || span.start >= end {
            continue;
        }
        let until = span.end.min(end);
        match runs.last_mut().filter(|run| run.end == span.start) {
            Some(run) => run.end = until,
            None => runs.push(TimeSpan::new(span.start, until)),
        }
    }
    runs
}

/// The mask in the clip's own pixels: the data set's pictures are squares.
fn drawn(mask: &SoundingMask, (width, height): (u32, u32)) -> RunLengths {
    let (rows, columns) = mask.size;
    let (width, height) = match (width, height) {
        (0, _) | (_, 0) => (columns as u32, rows as u32),
        known => known,
    };
    let places = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    let pixels = places.map(|(x, y)| {
        let column = x as usize * columns / width as usize;
        let row = y as usize * rows / height as usize;
        mask.sounds[row * columns + column]
    });
    RunLengths::of(&pixels.collect::<Vec<_>>(), width, height)
}

//! Results in a folder, computed elsewhere: which clips they are of.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use mettle_core::base::{Label, Problem};
use mettle_core::exchange::parts::{
    ClipRow, EventLabel, PartError, PartPlace, PartReader, ScoresAt, predictions_of,
};
use mettle_core::predict::Prediction;

use crate::state::{Known, file_name};

/// Whether a folder holds results.
pub fn holds_parts(folder: &Path) -> bool {
    PartPlace::manifests_in(folder).is_ok_and(|found| !found.is_empty())
}

/// Every clip of the parts in a folder, and what cannot be read or is missing. Reads the tables of clips and events; scores,
/// masks and meta-tokens stay where they are.
pub fn known_in(folder: &Path) -> (Vec<Known>, Vec<Problem>) {
    let (mut known, mut problems) = (Vec::new(), Vec::new());
    let manifests = PartPlace::manifests_in(folder).unwrap_or_default();
    let (mut read, mut of) = (0, 0);
    for manifest in &manifests {
        match part(manifest) {
            Ok((clips, parts)) => {
                known.extend(clips);
                (read, of) = (read + 1, parts);
            }
            Err(error) => {
                let title = format!("Could not read {}", file_name(manifest));
                problems.push(Problem::error(title, format!("{error}.")).about(manifest));
            }
        }
    }
    if read < of {
        let title = format!("{read} of {of} parts are in {}", file_name(folder));
        let advice = "The others are not made yet, or lie elsewhere; their clips are not listed.";
        problems.push(Problem::warning(title, advice).about(folder));
    }
    known.sort_by(|a, b| a.clip.clip.cmp(&b.clip.clip));
    (known, problems)
}

/// What a part says of a clip, as the model said it then.
///
/// # Errors
/// Its scores cannot be read.
pub fn answers_of(known: &Known) -> Result<Vec<Prediction>, Problem> {
    let problem = |why: String| {
        let advice = format!("{why} The clip is analysed here.");
        Problem::warning("Could not read its scores", advice).about(&*known.clip.clip)
    };
    let asked = &known.part.manifest.asked;
    if !asked.calibrated.is_empty() {
        let why = "They went through temperatures, and here scores do that as they are looked at.";
        return Err(problem(why.to_owned()));
    }
    let rows = known.part.scores(known.at);
    let rows = rows.map_err(|error| problem(format!("{error}.")))?;
    predictions_of(&rows, &asked.heads).ok_or_else(|| problem("They are not whole.".to_owned()))
}

fn part(manifest: &Path) -> Result<(Vec<Known>, u32), PartError> {
    let part = Arc::new(PartReader::open(manifest)?);
    let mut classes: BTreeMap<Label, BTreeSet<Label>> = BTreeMap::new();
    for event in part.all::<EventLabel>()? {
        classes.entry(event.clip).or_default().insert(event.label);
    }
    let known = |(clip, at): (ClipRow, ScoresAt)| {
        let of_clip = classes.remove(&clip.clip).unwrap_or_default();
        Known {
            classes: of_clip.into_iter().collect(),
            part: Arc::clone(&part),
            clip,
            at,
        }
    };
    let clips = part.clips()?.into_iter().map(known).collect();
    Ok((clips, part.manifest.of))
}

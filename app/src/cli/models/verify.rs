//! `mettle models verify`: every file that is here against its checksum, and whether it holds the model.

use mettle_core::hub::{Places, catalog, entry};
use mettle_core::model::Verdict;
use mettle_core::tools::verify;

use super::super::{Failure, output};
use super::{VerifyArgs, bar};
use crate::state::{bytes, contents_text};

/// Check what is here.
pub fn run(args: &VerifyArgs) -> Result<(), Failure> {
    let places = Places::usual(args.weights.as_deref());
    let mut files = Vec::new();
    let asked = match args.names.is_empty() {
        true => catalog()?,
        false => args
            .names
            .iter()
            .map(|name| entry(name))
            .collect::<Result<_, _>>()?,
    };
    for entry in asked {
        match places.find(&entry) {
            Some(found) => files.push((entry, found)),
            None if args.names.is_empty() => {}
            None => {
                return Err(Failure::Said(format!(
                    "{} is not here: `mettle models pull {}` fetches it",
                    entry.key, entry.key
                )));
            }
        }
    }
    if files.is_empty() {
        return output::say("No weights are here; `mettle models pull NAME` fetches some\n");
    }
    let bar = bar("checking", args.quiet);
    let mut bad = false;
    verify::<Failure>(files, |progress, verdict| {
        bar.set_length(progress.total);
        bar.set_position(progress.done);
        let Some(verdict) = verdict else {
            return Ok(());
        };
        bad |= !verdict.is_good();
        bar.suspend(|| output::say(&told(&verdict)))
    })?;
    bar.finish_and_clear();
    if bad {
        Err(Failure::Said(
            "some weights are not as they should be".into(),
        ))
    } else {
        Ok(())
    }
}

fn told(verdict: &Verdict) -> String {
    let good = if verdict.is_good() { "good" } else { "BAD" };
    let (model, size, path) = (&verdict.model, bytes(verdict.size), verdict.path.display());
    let sum = match &verdict.checksum {
        Ok(against) => format!("{} ({})", verdict.sha256, against.text()),
        Err(error) => error.clone(),
    };
    let contents = contents_text(&verdict.contents);
    format!("{model}: {good}\n  {path}, {size}\n  SHA-256 {sum}\n  {contents}\n")
}

//! `mettle models list` and `mettle models path`.

use std::fmt::Write;

use mettle_core::hub::{Download, ModelLine, Places, WeightsState, survey};
use serde::Serialize;

use super::super::{Failure, output};
use super::{ListArgs, PathArgs};
use crate::state::{bytes, standing};

/// One model, as `--json` prints it.
#[derive(Serialize)]
struct Row<'a> {
    name: &'a str,
    title: &'a str,
    purpose: &'a str,
    licence: Option<&'a str>,
    size: Option<u64>,
    state: &'static str,
    path: Option<&'a std::path::Path>,
    downloads: &'a [Download],
}

/// Say which models there are.
pub fn run(args: &ListArgs) -> Result<(), Failure> {
    let lines = survey(&Places::usual(args.weights.as_deref()))?;
    if args.json {
        let rows: Vec<Row<'_>> = lines.iter().map(row).collect();
        return output::say(&(serde_json::to_string_pretty(&rows)? + "\n"));
    }
    let mut text = String::new();
    lines.iter().for_each(|line| describe(&mut text, line));
    text.push_str("The small demo model is inside the program and needs no download.\n");
    output::say(&text)
}

fn row(line: &ModelLine) -> Row<'_> {
    let entry = &line.entry;
    let (state, path) = match &line.state {
        WeightsState::Here(found) => ("here", Some(&*found.path)),
        WeightsState::Partly(_) => ("partly", None),
        WeightsState::Missing => ("missing", None),
    };
    Row {
        name: &entry.key,
        title: &entry.name,
        purpose: &entry.purpose,
        licence: entry.licence.as_deref(),
        size: line.size(),
        state,
        path,
        downloads: &entry.downloads,
    }
}

fn describe(text: &mut String, line: &ModelLine) {
    let entry = &line.entry;
    let _ = writeln!(text, "{}  ({})", entry.key, entry.name);
    let mut say = |name: &str, value: &str| {
        let _ = writeln!(text, "  {name:<8} {value}");
    };
    say("for", &entry.purpose);
    say("licence", entry.licence.as_deref().unwrap_or("unknown"));
    say("size", &line.size().map_or("unknown".into(), bytes));
    for (index, download) in entry.downloads.iter().enumerate() {
        say(if index == 0 { "from" } else { "or" }, &download.source());
        let sum = download.sha256.as_deref().unwrap_or("unknown");
        say("", &format!("SHA-256 {sum}"));
    }
    say("weights", &standing(&line.state));
    text.push('\n');
}

/// Say where weights are looked for.
pub fn path(args: &PathArgs) -> Result<(), Failure> {
    let places = Places::usual(args.weights.as_deref());
    let mut text = "Looked for in, the first one wins:\n".to_owned();
    for place in places.iter() {
        let missing = if place.folder.is_dir() {
            ""
        } else {
            ", not there"
        };
        let (folder, why) = (place.folder.display(), place.why.text());
        let _ = writeln!(text, "  {folder}  ({why}{missing})");
    }
    let _ = writeln!(text, "Downloads go to\n  {}", places.home().display());
    text.push_str("Found:\n");
    for line in survey(&places)? {
        let at = match &line.state {
            WeightsState::Here(found) => found.path.display().to_string(),
            other => format!(
                "{}; would be found as {}",
                standing(other),
                example(&places, &line)
            ),
        };
        let _ = writeln!(text, "  {:<28} {at}", line.entry.key);
    }
    output::say(&text)
}

/// Where a file fetched by hand could be put.
fn example(places: &Places, line: &ModelLine) -> String {
    let file = line
        .entry
        .downloads
        .first()
        .map_or("model.safetensors", |d| &*d.file);
    let path = places.home().join(&line.entry.key).join(file);
    path.display().to_string()
}

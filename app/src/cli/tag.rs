//! `mettle tag`: what the classifiers of published backbones hear and see in a clip, second by second.

use std::fmt::Write;
use std::path::Path;

use indicatif::ProgressBar;
use mettle_core::engine::{SecondTags, Tag, TagModel, TagReport, TagRequest, tag_clip};
use mettle_core::gpu::Prober;
use serde_json::{Value, json};

use super::args::TagArgs;
use super::{Failure, output};

/// Nobody listens, or looks.
const NONE: &str = "none";

/// Tag a clip and print.
pub fn run(args: &TagArgs) -> Result<(), Failure> {
    let request = TagRequest {
        clip: args.clip.clone(),
        audio: chosen(&args.audio)?,
        visual: chosen(&args.visual)?,
        top: usize::from(args.top),
        device: args.device,
    };
    if request.audio.is_none() && request.visual.is_none() {
        let what = "with `--audio none --visual none` there is nothing to do: name a model";
        return Err(Failure::Said(what.to_owned()));
    }
    let bar = ProgressBar::new(0);
    let report = tag_clip(&request, &Prober::this_program(), |done, total| {
        bar.set_length(total as u64);
        bar.set_position(done as u64);
    })?;
    bar.finish_and_clear();
    match args.json {
        true => output::say(&format!("{:#}\n", as_json(&report))),
        false => output::say(&table(&args.clip, &report)),
    }
}

fn chosen(name: &str) -> Result<Option<TagModel>, Failure> {
    match name {
        NONE => Ok(None),
        file => Ok(Some(TagModel::beside(Path::new(file))?)),
    }
}

fn as_json(report: &TagReport) -> Value {
    let seconds = report.seconds.iter().map(|second| {
        json!({
            "start_s": second.span.start.as_secs_f64(),
            "end_s": second.span.end.as_secs_f64(),
            "heard": second.heard,
            "seen": second.seen,
        })
    });
    let [audio, visual] = &report.models;
    json!({
        "schema": "mettle.tags/1",
        "device": report.device.name,
        "audio": audio,
        "visual": visual,
        "seconds": seconds.collect::<Vec<_>>(),
    })
}

fn table(clip: &Path, report: &TagReport) -> String {
    let models = report.models.iter().flatten().map(String::as_str);
    let models: Vec<&str> = models.collect();
    let mut text = format!(
        "{}, by {} on {}\n",
        clip.display(),
        models.join(" and "),
        report.device.name
    );
    report
        .seconds
        .iter()
        .for_each(|second| line(&mut text, second));
    text
}

fn line(text: &mut String, second: &SecondTags) {
    let mut lead = format!("{}", second.span.start);
    for (what, tags) in [("heard", &second.heard), ("seen", &second.seen)] {
        if !tags.is_empty() {
            // Writing into a string cannot fail.
            let _ = writeln!(text, "  {lead:<12}  {what:<5}  {}", listed(tags));
            lead.clear();
        }
    }
}

/// The first word for each class: the others are its synonyms.
fn listed(tags: &[Tag]) -> String {
    let short = |tag: &Tag| {
        let name = tag.label.split(',').next().unwrap_or_default();
        format!("{name} {:.2}", tag.score)
    };
    tags.iter().map(short).collect::<Vec<_>>().join(" · ")
}

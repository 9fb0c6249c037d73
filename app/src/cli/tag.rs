//! `mettle tag`: what the classifiers of published backbones hear and see in a clip, second by second.

use std::fmt::Write;
use std::path::Path;

use indicatif::ProgressBar;
use mettle_core::engine::EngineError;
use mettle_core::gpu::Prober;
use mettle_core::model::BackboneFile;
use mettle_core::predict::{SecondTags, Tag};
use mettle_core::tools::{TagReport, TagRequest, backbone_file, tag_clip};
use serde_json::{Value, json};

use super::args::TagArgs;
use super::{Failure, output};

/// Nobody listens, or looks.
const NONE: &str = "none";
/// Who listens when nobody is named.
const EAR: &str = "htsat_audioset";
/// Who looks when nobody is named.
const EYE: &str = "swinv2_large_window12_192";

/// Tag a clip and print.
pub fn run(args: &TagArgs) -> Result<(), Failure> {
    let (audio, visual) = sides(args)?;
    let request = TagRequest {
        clip: args.clip.clone(),
        audio,
        visual,
        top: usize::from(args.top),
        device: args.device,
        precision: args.precision,
    };
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

/// Who listens and who looks. Of the two that are asked when none is named, one may be missing: the other is asked alone.
fn sides(args: &TagArgs) -> Result<(Option<BackboneFile>, Option<BackboneFile>), Failure> {
    let side = |named: &Option<String>, usual: &str| match named.as_deref() {
        Some(NONE) => Ok(None),
        Some(name) => chosen(name, args).map(Some),
        None => chosen(usual, args).map(Some),
    };
    let (audio, visual) = (side(&args.audio, EAR), side(&args.visual, EYE));
    match (audio, visual) {
        (Ok(None), Ok(None)) => {
            let what = "with `--audio none --visual none` there is nothing to do: name a model";
            Err(Failure::Said(what.to_owned()))
        }
        (Err(error @ EngineError::NoWeights(_)), Ok(Some(visual))) if args.audio.is_none() => {
            eprintln!("mettle: nobody listens: {error}");
            Ok((None, Some(visual)))
        }
        (Ok(Some(audio)), Err(error @ EngineError::NoWeights(_))) if args.visual.is_none() => {
            eprintln!("mettle: nobody looks: {error}");
            Ok((Some(audio), None))
        }
        (audio, visual) => Ok((audio?, visual?)),
    }
}

fn chosen(name: &str, args: &TagArgs) -> Result<BackboneFile, EngineError> {
    backbone_file(name, None, args.weights.as_deref())
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

fn listed(tags: &[Tag]) -> String {
    let tags = tags.iter();
    let said = tags.map(|tag| format!("{} {:.2}", tag.short(), tag.score));
    said.collect::<Vec<_>>().join(" · ")
}

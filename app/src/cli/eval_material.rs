//! `mettle eval --material`: how well a model does on clips made of real sounds and photographs.

use std::fmt::Write;
use std::path::Path;

use mettle_core::data::material::SOUNDFONT;
use mettle_core::model::Hits;
use mettle_core::tools::{MaterialReport, MaterialRequest, evaluate_material};
use serde_json::{Value, json};

use super::args::EvalArgs;
use super::{Failure, output};

/// Measure and print.
pub fn run(args: &EvalArgs, folder: &Path) -> Result<(), Failure> {
    let usual = Some(Path::new(SOUNDFONT)).filter(|path| path.is_file());
    let request = MaterialRequest {
        folder,
        fold: usize::from(args.fold),
        soundfont: args.soundfont.as_deref().or(usual),
        clips: args.scenes,
        seed: args.seed,
        precision: args.precision,
    };
    let report = evaluate_material(&args.model, &request)?;
    if !args.json {
        return output::say(&told(&report));
    }
    let mut figures = figures(&report);
    figures["fold"] = json!(args.fold);
    figures["seed"] = json!(args.seed);
    output::say(&format!("{figures:#}\n"))
}

fn told(report: &MaterialReport) -> String {
    let mut text = format!(
        "{} clips made of photographs that move over others, and of recordings: no real video. By seconds; in brackets right, wrong, missed\n\
         {:32} {:>24} {:>24} {:>24}\n",
        report.clips, "", "heard F1", "seen F1", "both F1"
    );
    let cell = |hits: Option<Hits>| {
        hits.map_or("–".to_owned(), |h| {
            let (right, wrong, missed) = (h.right, h.wrong, h.missed);
            format!("{:.1} ({right}, {wrong}, {missed})", h.f1() * 100.0)
        })
    };
    for class in &report.classes {
        let [heard, seen, both] = [class.heard, class.seen, class.both].map(cell);
        let played = if class.recorded || class.heard.is_none() {
            ""
        } else {
            " *"
        };
        let name = format!("{}{played}", class.class.label);
        let _ = writeln!(text, "{name:32} {heard:>24} {seen:>24} {both:>24}");
    }
    let played = |class: &mettle_core::tools::ClassHits| class.heard.is_some() && !class.recorded;
    if report.classes.iter().any(played) {
        text += "* heard in phrases that a soundfont plays, not in recordings\n";
    }
    if let Some(type_at_av) = report.type_at_av() {
        let share = type_at_av * 100.0;
        let _ = writeln!(text, "Type@AV of what has sounds and pictures: {share:.1}");
    }
    if !report.unknown.is_empty() {
        let _ = writeln!(text, "it does not know: {}", report.unknown.join("; "));
    }
    let (alarms, minutes) = (report.false_alarms, report.minutes);
    let _ = writeln!(
        text,
        "false alarms in {minutes:.1} minutes of none of them: {alarms}"
    );
    let [[known, there], [strange, none]] = report.familiar;
    if there + none > 0 {
        let _ = writeln!(
            text,
            "familiar to it: {known} of {there} seconds with a class, {strange} of {none} without"
        );
    }
    if let Some(strangers) = report.strangers {
        let ([familiar, all], alarms) = (strangers.familiar, strangers.false_alarms);
        let minutes = strangers.minutes;
        let _ = writeln!(
            text,
            "of what nothing like it was learned from: {familiar} of {all} seconds taken for familiar, {alarms} false alarms in {minutes:.1} minutes"
        );
    }
    text
}

fn figures(report: &MaterialReport) -> Value {
    let hits = |hits: Option<Hits>| {
        hits.map(|h| json!({"f1": h.f1(), "right": h.right, "wrong": h.wrong, "missed": h.missed}))
    };
    let classes = report.classes.iter().map(|class| {
        json!({
            "class": class.class.label,
            "recorded": class.recorded,
            "heard": hits(class.heard),
            "seen": hits(class.seen),
            "both": hits(class.both),
        })
    });
    json!({
        "clips": report.clips,
        "classes": classes.collect::<Vec<_>>(),
        "type_at_av": report.type_at_av(),
        "unknown": report.unknown,
        "false_alarms": report.false_alarms,
        "minutes_of_none": report.minutes,
        "familiar_with_class": report.familiar[0],
        "familiar_without": report.familiar[1],
        "strangers": report.strangers.map(|s| json!({
            "familiar": s.familiar,
            "false_alarms": s.false_alarms,
            "minutes": s.minutes,
        })),
    })
}

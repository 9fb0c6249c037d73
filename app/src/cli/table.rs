//! A clip's timeline as a table: one line for each run of seconds with the same label, each event heard or seen, each mask.

use std::fmt::Write;

use mettle_core::base::{Modality, Task};
use mettle_core::exchange::{Document, Second, TaskTrack};
use mettle_core::predict::{Tag, UNFAMILIAR};

/// The table, with a heading that says what was analysed and with what.
pub fn table(document: &Document) -> String {
    let mut text = heading(document);
    if document.tasks.contains(&Task::Localize) {
        labels(&mut text, document);
    }
    if document.tasks.contains(&Task::Parse) {
        parsed(&mut text, document);
    }
    if !document.masks.is_empty() {
        masks(&mut text, document);
    }
    tagged(&mut text, document);
    text.push_str(&unfamiliar(document));
    text
}

/// The best tag of each second by the backbones' own classifiers, where they have one; runs of the same are one line.
fn tagged(text: &mut String, document: &Document) {
    let best = |tags: &[Tag]| tags.first().map(|tag| tag.short().to_owned());
    let both = |s: &Second| (best(&s.heard), best(&s.seen));
    if document.seconds.iter().all(|s| both(s) == (None, None)) {
        return;
    }
    let _ = writeln!(
        text,
        "  {:<12}  {:<12}  by the backbones' own classifiers",
        "from", "to"
    );
    for run in document.seconds.chunk_by(|a, b| both(a) == both(b)) {
        let (Some(first), Some(last)) = (run.first(), run.last()) else {
            continue;
        };
        let (heard, seen) = both(first);
        let said = [("heard", heard), ("seen", seen)];
        let said = said
            .into_iter()
            .filter_map(|(how, tag)| Some(format!("{how} {}", tag?)));
        let said: Vec<String> = said.collect();
        let (from, to) = (first.span.start, last.span.end);
        let _ = writeln!(text, "  {from:<12}  {to:<12}  {}", said.join(" · "));
    }
}

fn labels(text: &mut String, document: &Document) {
    let width = document.seconds.iter().map(|s| s.label.chars().count());
    let width = width.max().unwrap_or(0).max("label".len());
    let _ = writeln!(
        text,
        "  {:<12}  {:<12}  {:<width$}  score",
        "from", "to", "label"
    );
    for run in runs(&document.seconds) {
        let (Some(first), Some(last)) = (run.first(), run.last()) else {
            continue;
        };
        let score = run.iter().map(|s| s.score).sum::<f32>() / run.len() as f32;
        let (from, to) = (first.span.start, last.span.end);
        let label = &first.label;
        let _ = writeln!(text, "  {from:<12}  {to:<12}  {label:<width$}  {score:.2}");
    }
}

/// Every event of parsing that is heard or seen; both at once shows in the two lines.
fn parsed(text: &mut String, document: &Document) {
    let tracks = document.tracks.iter().filter(|t| t.task == Task::Parse);
    let tracks = tracks.map(|TaskTrack { track, .. }| track);
    let width = tracks.clone().map(|t| t.label.chars().count()).max();
    let width = width.unwrap_or(0).max("label".len());
    let _ = writeln!(
        text,
        "  {:<12}  {:<12}  {:<width$}  {:<5}  score",
        "from", "to", "label", "how"
    );
    for track in tracks {
        let how = match track.modality {
            Modality::Audible => "heard",
            Modality::Visible => "seen",
            Modality::AudioVisual => continue,
        };
        for event in &track.events {
            let (from, to) = (event.span.start, event.span.end);
            let (label, score) = (&track.label, event.score);
            let _ = writeln!(
                text,
                "  {from:<12}  {to:<12}  {label:<width$}  {how:<5}  {score:.2}"
            );
        }
    }
}

fn masks(text: &mut String, document: &Document) {
    let _ = writeln!(
        text,
        "  {:<12}  {:<12}  of the picture sounds",
        "from", "to"
    );
    for mask in &document.masks {
        let (from, to) = (mask.span.start, mask.span.end);
        let (width, height) = (f64::from(mask.mask.width), f64::from(mask.mask.height));
        let share = 100.0 * mask.mask.area() as f64 / (width * height).max(1.0);
        let _ = writeln!(text, "  {from:<12}  {to:<12}  {share:.0} %");
    }
}

fn heading(document: &Document) -> String {
    let clip = &document.clip;
    let pictures = clip.video.as_ref().map_or("no pictures".to_owned(), |v| {
        format!("{}×{} {} {:.4} fps", v.width, v.height, v.codec, v.fps)
    });
    let sound = clip.audio.as_ref().map_or("no sound".to_owned(), |a| {
        format!("{} {} Hz {} ch", a.codec, a.sample_rate, a.channels)
    });
    let duration = clip.duration;
    let calibrated = match document.calibrated.is_empty() {
        true => String::new(),
        false => {
            let names: Vec<&str> = document.calibrated.iter().map(|task| task.name()).collect();
            format!(" · calibrated scores ({})", names.join(", "))
        }
    };
    let warning = document.model.warning.as_ref();
    let warning = warning.map(|warning| format!("{warning}\n"));
    format!(
        "{}  {duration}  {pictures}  {sound}\nmodel {} · {}{calibrated}\n{}",
        clip.path.display(),
        document.model.name,
        document.device,
        warning.unwrap_or_default()
    )
}

/// Neighbouring segments with the same label.
fn runs(segments: &[Second]) -> impl Iterator<Item = &[Second]> {
    segments.chunk_by(|a, b| a.label == b.label)
}

/// What to say when the scores mean little.
fn unfamiliar(document: &Document) -> String {
    let known: Vec<f32> = document
        .seconds
        .iter()
        .filter_map(|s| s.familiarity)
        .collect();
    let mean = known.iter().sum::<f32>() / known.len().max(1) as f32;
    if known.is_empty() || mean >= UNFAMILIAR {
        return String::new();
    }
    format!(
        "  This clip is unlike what the model was trained on (familiarity {mean:.2} of 1): low scores say little about it.\n"
    )
}

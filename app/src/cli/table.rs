//! A clip's timeline as a table: one line for each run of seconds with the same label.

use std::fmt::Write;

use mettle_core::base::Time;

use super::analysis::{Analysis, SegmentPart};

/// Below this mean familiarity the table says that the model hardly knows such clips.
const UNFAMILIAR: f32 = 0.5;

/// The table, with a heading that says what was analysed and with what.
pub fn table(analysis: &Analysis) -> String {
    let mut text = heading(analysis);
    let width = analysis.segments.iter().map(|s| s.label.chars().count());
    let width = width.max().unwrap_or(0).max("label".len());
    let _ = writeln!(
        text,
        "  {:<12}  {:<12}  {:<width$}  score",
        "from", "to", "label"
    );
    for run in runs(&analysis.segments) {
        let (Some(first), Some(last)) = (run.first(), run.last()) else {
            continue;
        };
        let score = run.iter().map(|s| s.score).sum::<f32>() / run.len() as f32;
        let (from, to) = (first.start_s, last.end_s);
        let (from, to) = (Time::from_secs_f64(from), Time::from_secs_f64(to));
        let label = &first.label;
        let _ = writeln!(text, "  {from:<12}  {to:<12}  {label:<width$}  {score:.2}");
    }
    text.push_str(&unfamiliar(analysis));
    text
}

fn heading(analysis: &Analysis) -> String {
    let clip = &analysis.clip;
    let pictures = clip.video.as_ref().map_or("no pictures".to_owned(), |v| {
        format!("{}×{} {} {:.4} fps", v.width, v.height, v.codec, v.fps)
    });
    let sound = clip.audio.as_ref().map_or("no sound".to_owned(), |a| {
        format!("{} {} Hz {} ch", a.codec, a.sample_rate, a.channels)
    });
    let duration = Time::from_secs_f64(clip.duration_s);
    format!(
        "{}  {duration}  {pictures}  {sound}\nmodel {} · {}\n",
        clip.path.display(),
        analysis.model.name,
        analysis.device
    )
}

/// Neighbouring segments with the same label.
fn runs(segments: &[SegmentPart]) -> impl Iterator<Item = &[SegmentPart]> {
    segments.chunk_by(|a, b| a.label == b.label)
}

/// What to say when the scores mean little.
fn unfamiliar(analysis: &Analysis) -> String {
    let known: Vec<f32> = analysis
        .segments
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

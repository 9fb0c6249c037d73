//! Subtitles: WebVTT and SubRip, a cue a mark, `[audible] Dog`.
//!
//! Lost: times below a millisecond, who says it and how surely, what is said not to happen, masks, scores of seconds; line ends in
//! names, and in SubRip the arrow `-->`.

use super::rows::{renamed, rounded, unsaid};
use super::text::{label_of, modality, time, word};
use super::{By, Mark, Sheet, Wrong};
use crate::base::{Modality, Time, TimeSpan};

/// Between the times of a cue.
const ARROW: &str = "-->";
const MILLISECOND: Time = Time::from_micros(1000);

/// The two of them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    WebVtt,
    SubRip,
}

pub(super) fn write(sheet: &Sheet, kind: Kind) -> String {
    let marks = unsaid(renamed(rounded(sheet.happening(), MILLISECOND)));
    let cue = |(place, mark): (usize, &Mark)| {
        let (start, end) = (mark.span.start.to_string(), mark.span.end.to_string());
        let (word, number) = (word(mark.modality), place + 1);
        match kind {
            Kind::WebVtt => {
                let label = escaped(&mark.label);
                format!("{number}\n{start} {ARROW} {end}\n[{word}] {label}\n")
            }
            Kind::SubRip => {
                let (start, end) = (start.replace('.', ","), end.replace('.', ","));
                let label = mark.label.replace(ARROW, "→");
                format!("{number}\n{start} {ARROW} {end}\n[{word}] {label}\n")
            }
        }
    };
    let cues: Vec<String> = marks.iter().enumerate().map(cue).collect();
    match kind {
        Kind::WebVtt if cues.is_empty() => "WEBVTT\n".to_owned(),
        Kind::WebVtt => format!("WEBVTT\n\n{}", cues.join("\n")),
        Kind::SubRip => cues.join("\n"),
    }
}

pub(super) fn read(
    text: &str,
    mut sheet: Sheet,
    usual: Modality,
    kind: Kind,
) -> Result<Sheet, Wrong> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    if kind == Kind::WebVtt && !text.starts_with("WEBVTT") {
        return Err(Wrong::new("its first line is not WEBVTT"));
    }
    for block in text.split("\n\n") {
        let lines: Vec<&str> = block.trim_matches('\n').lines().collect();
        let Some(at) = lines.iter().position(|line| line.contains(ARROW)) else {
            continue;
        };
        let span = span(lines[at])
            .ok_or_else(|| Wrong::new(format!("these are no times of a cue: {}", lines[at])))?;
        let words = lines[at + 1..].join(" ");
        let words = match kind {
            Kind::WebVtt => unescaped(&words),
            Kind::SubRip => words,
        };
        let (own, label) = marked(&words);
        sheet.marks.push(Mark {
            span,
            modality: own.unwrap_or(usual),
            label: label_of(label),
            by: By::Unsaid,
        });
    }
    Ok(sheet)
}

/// `00:00:02.000 --> 00:00:05.000`, with settings behind them or not.
fn span(line: &str) -> Option<TimeSpan> {
    let (start, rest) = line.split_once(ARROW)?;
    let end = rest.split_whitespace().next()?;
    Some(TimeSpan::new(time(start)?, time(end)?))
}

/// `[audible] Dog` taken apart.
fn marked(words: &str) -> (Option<Modality>, &str) {
    let inside = words.trim().strip_prefix('[');
    let parts = inside.and_then(|rest| rest.split_once(']'));
    match parts.and_then(|(word, rest)| Some((modality(word)?, rest))) {
        Some((modality, rest)) => (Some(modality), rest),
        None => (None, words),
    }
}

fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;");
    text.replace('<', "&lt;").replace('>', "&gt;")
}

/// Without tags, escapes resolved.
fn unescaped(text: &str) -> String {
    let mut plain = String::new();
    let mut inside = false;
    for c in text.chars() {
        match c {
            '<' => inside = true,
            '>' if inside => inside = false,
            c if !inside => plain.push(c),
            _ => {}
        }
    }
    let plain = plain.replace("&lt;", "<").replace("&gt;", ">");
    let plain = plain.replace("&nbsp;", " ").replace("&lrm;", "");
    plain.replace("&rlm;", "").replace("&amp;", "&")
}

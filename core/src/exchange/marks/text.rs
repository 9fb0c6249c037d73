//! Words and numbers as text: modalities, labels on one line, seconds without exponents.

use std::borrow::Cow;

use crate::base::{Label, Modality, Time};

/// What stands where a class has no name that could be written.
const UNNAMED: &str = "unnamed";
/// The three modalities, as words in files.
const WORDS: [(Modality, &str); 3] = [
    (Modality::Audible, "audible"),
    (Modality::Visible, "visible"),
    (Modality::AudioVisual, "audio-visual"),
];

/// A modality's word.
pub(super) fn word(modality: Modality) -> &'static str {
    match modality {
        Modality::Audible => "audible",
        Modality::Visible => "visible",
        Modality::AudioVisual => "audio-visual",
    }
}

/// The modality of a word.
pub(super) fn modality(text: &str) -> Option<Modality> {
    let found = WORDS.into_iter().find(|(_, word)| *word == text.trim());
    found.map(|(modality, _)| modality)
}

/// `audible/Dog` taken apart; without such a beginning, the whole is a class.
pub(super) fn lane(text: &str) -> (Option<Modality>, &str) {
    let parts = text.split_once('/');
    match parts.and_then(|(word, rest)| Some((modality(word)?, rest))) {
        Some((modality, rest)) => (Some(modality), rest),
        None => (None, text),
    }
}

/// A label for formats whose texts are one line: line ends, tabs and other control characters become a space, several become one.
pub(super) fn one_line(label: &str) -> Cow<'_, str> {
    let breaks = |c: char| c == ' ' || c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    let trimmed = label.trim();
    if trimmed.is_empty() {
        return Cow::Borrowed(UNNAMED);
    }
    if !trimmed.contains(|c: char| c != ' ' && breaks(c)) && !trimmed.contains("  ") {
        return Cow::Borrowed(trimmed);
    }
    let parts = trimmed.split(breaks).filter(|part| !part.is_empty());
    Cow::Owned(parts.collect::<Vec<_>>().join(" "))
}

/// A class as it stands in a file.
pub(super) fn label_of(text: &str) -> Label {
    Label::from(&*one_line(text))
}

/// Seconds to the microsecond, never with an exponent; without zeros at the end.
pub(super) fn seconds(time: Time) -> String {
    let fixed = six_decimals(time);
    let short = fixed.trim_end_matches('0').trim_end_matches('.');
    short.to_owned()
}

/// Seconds with six decimals.
pub(super) fn six_decimals(time: Time) -> String {
    let micros = time.micros();
    let sign = if micros < 0 { "-" } else { "" };
    let micros = micros.unsigned_abs();
    format!("{sign}{}.{:06}", micros / 1_000_000, micros % 1_000_000)
}

/// Seconds, or hours, minutes and seconds with colons between; a comma may stand for the point.
pub(super) fn time(text: &str) -> Option<Time> {
    let text = text.trim().replace(',', ".");
    let mut seconds = 0.0;
    for (place, part) in text.split(':').enumerate() {
        let value: f64 = part.parse().ok()?;
        if !value.is_finite() || place == 3 || (place > 0 && value < 0.0) {
            return None;
        }
        seconds = seconds * 60.0 + value;
    }
    (seconds.abs() < 1e9).then(|| Time::from_secs_f64(seconds))
}

/// The text of a file: UTF-8 or UTF-16, with or without a mark at its beginning.
pub(super) fn decoded(bytes: &[u8]) -> Option<String> {
    let pairs = |of: fn([u8; 2]) -> u16| -> Option<String> {
        let units = bytes[2..]
            .chunks_exact(2)
            .map(|pair| of([pair[0], pair[1]]));
        String::from_utf16(&units.collect::<Vec<_>>()).ok()
    };
    match bytes {
        [0xff, 0xfe, ..] => pairs(u16::from_le_bytes),
        [0xfe, 0xff, ..] => pairs(u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8(rest.to_vec()).ok(),
        _ => String::from_utf8(bytes.to_vec()).ok(),
    }
}

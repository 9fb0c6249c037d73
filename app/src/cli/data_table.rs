//! What a data set's folder holds, as a table.

use mettle_core::data::{Dataset, Oddities, Part};

/// Clips by part, listed and there; then whatever is missing or odd.
pub fn of(dataset: &Dataset) -> String {
    let (name, classes) = (dataset.kind.name(), dataset.labels.len());
    let mut text = format!("{name}, {classes} classes\n  part   listed     here\n");
    for (part, listed) in Part::ALL.into_iter().zip(dataset.listed) {
        let here = dataset.part(part).count();
        text += &format!("  {:5} {listed:8} {here:8}\n", part.name());
    }
    text + &oddities(&dataset.odd)
}

/// A line a kind, with examples.
pub fn oddities(odd: &Oddities) -> String {
    let lines = odd.list().into_iter().map(|kind| {
        let examples = kind.examples.join("; ");
        format!("  {:6} {} (such as {examples})\n", kind.count, kind.what)
    });
    lines.collect()
}

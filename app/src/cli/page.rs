//! A table in a page, between two marks: what a measurement writes where people read it.

use std::path::Path;

use super::Failure;

/// Puts a command's table into a page, in place of what stands between its marks.
pub fn put(page: &Path, command: &str, table: &str) -> Result<(), Failure> {
    let failed = |what: String| Failure::Said(format!("{}: {what}", page.display()));
    let marks = ["begin", "end"].map(|part| format!("<!-- mettle {command}: {part} -->"));
    let text = std::fs::read_to_string(page).map_err(|e| failed(e.to_string()))?;
    let text = between(&text, &marks, table)
        .ok_or_else(|| failed(format!("needs the lines {} and {}", marks[0], marks[1])))?;
    std::fs::write(page, text).map_err(|e| failed(e.to_string()))
}

fn between(text: &str, marks: &[String; 2], table: &str) -> Option<String> {
    let start = text.find(&marks[0])? + marks[0].len();
    let end = start + text[start..].find(&marks[1])?;
    Some(format!("{}\n\n{table}\n{}", &text[..start], &text[end..]))
}

//! Rows of a table, as RFC 4180 has them: fields that hold the separator, quotes or line ends stand in quotes.

use super::Wrong;

/// A row, and the line it begins on, from 1.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Record {
    pub line: usize,
    pub fields: Vec<String>,
}

/// All rows; empty lines are none.
pub(super) fn records(text: &str, separator: char) -> Result<Vec<Record>, Wrong> {
    let mut records = Vec::new();
    let mut rest = text.chars().peekable();
    let mut line = 1;
    while rest.peek().is_some() {
        let mut record = Record {
            line,
            fields: Vec::new(),
        };
        loop {
            let field = match rest.next_if_eq(&'"') {
                Some(_) => quoted(&mut rest, &mut line, record.line)?,
                None => plain(&mut rest, separator),
            };
            record.fields.push(field);
            if rest.next_if_eq(&separator).is_none() {
                break;
            }
        }
        rest.next_if_eq(&'\r');
        match rest.next() {
            Some('\n') | None => line += 1,
            Some(other) => {
                return Err(Wrong::new(format!(
                    "line {line}: {other:?} stands behind a closing quote"
                )));
            }
        }
        if record.fields != [""] {
            records.push(record);
        }
    }
    Ok(records)
}

type Rest<'a> = std::iter::Peekable<std::str::Chars<'a>>;

/// Up to the separator or the line's end.
fn plain(rest: &mut Rest<'_>, separator: char) -> String {
    let mut field = String::new();
    while let Some(c) = rest.next_if(|c| *c != separator && *c != '\n' && *c != '\r') {
        field.push(c);
    }
    field
}

/// Up to the closing quote; two of them are one in the field.
fn quoted(rest: &mut Rest<'_>, line: &mut usize, from: usize) -> Result<String, Wrong> {
    let mut field = String::new();
    while let Some(c) = rest.next() {
        match c {
            '"' if rest.next_if_eq(&'"').is_some() => field.push('"'),
            '"' => return Ok(field),
            '\n' => {
                *line += 1;
                field.push(c);
            }
            c => field.push(c),
        }
    }
    Err(Wrong::new(format!("line {from}: a quote is not closed")))
}

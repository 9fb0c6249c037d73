//! Reading TextGrids: long or short text, of Praat or of another program. What stands between numbers and quoted texts is for
//! people: Praat itself reads only those.

use super::text::{label_of, lane};
use super::textgrid::scored;
use super::{By, Mark, Sheet, Wrong};
use crate::base::{Modality, Time, TimeSpan};

/// What a file is made of.
#[derive(Clone, Debug, PartialEq)]
enum Token {
    Number(f64),
    Text(String),
    Flag(String),
}

pub(super) fn read(text: &str, mut sheet: Sheet, usual: Modality) -> Result<Sheet, Wrong> {
    let mut tokens = Tokens {
        all: tokens(text),
        at: 0,
    };
    let kinds = [tokens.text()?, tokens.text()?];
    if !kinds[0].starts_with("ooTextFile") || kinds[1] != "TextGrid" {
        return Err(Wrong::new(
            "it does not begin with \"ooTextFile\" and \"TextGrid\"",
        ));
    }
    tokens.number()?;
    tokens.number()?;
    if tokens.next() != Some(Token::Flag("exists".to_owned())) {
        return Ok(sheet);
    }
    for _ in 0..tokens.count()? {
        let class = tokens.text()?;
        let name = tokens.text()?;
        tokens.number()?;
        tokens.number()?;
        for _ in 0..tokens.count()? {
            let start = Time::from_secs_f64(tokens.number()?);
            let end = match &*class {
                "TextTier" => start,
                _ => Time::from_secs_f64(tokens.number()?),
            };
            let words = tokens.text()?;
            if let Some((modality, label, by)) = said(&name, &words, usual) {
                sheet.marks.push(Mark {
                    span: TimeSpan::new(start, end),
                    modality,
                    label: label_of(label),
                    by,
                });
            }
        }
    }
    Ok(sheet)
}

/// What an interval says; nothing, where it is empty. The score is looked for in our own tiers only.
fn said<'a>(name: &str, words: &'a str, usual: Modality) -> Option<(Modality, &'a str, By)> {
    if words.trim().is_empty() {
        return None;
    }
    Some(match lane(name).0 {
        None => (usual, words, By::Unsaid),
        Some(modality) => match scored(words) {
            (label, Some(score)) => (modality, label, By::model(Some(score))),
            (label, None) => (modality, label, By::Unsaid),
        },
    })
}

struct Tokens {
    all: Vec<Token>,
    at: usize,
}

impl Tokens {
    fn next(&mut self) -> Option<Token> {
        let token = self.all.get(self.at).cloned();
        self.at += 1;
        token
    }

    fn text(&mut self) -> Result<String, Wrong> {
        match self.next() {
            Some(Token::Text(text)) => Ok(text),
            other => Err(wanted("a quoted text", other)),
        }
    }

    fn number(&mut self) -> Result<f64, Wrong> {
        match self.next() {
            Some(Token::Number(number)) => Ok(number),
            other => Err(wanted("a number", other)),
        }
    }

    fn count(&mut self) -> Result<u64, Wrong> {
        let number = self.number()?;
        match (0.0..1e9).contains(&number) && number.fract() == 0.0 {
            true => Ok(number as u64),
            false => Err(Wrong::new(format!("{number} is no count"))),
        }
    }
}

fn wanted(what: &str, found: Option<Token>) -> Wrong {
    match found {
        Some(found) => Wrong::new(format!("{what} is wanted where {found:?} stands")),
        None => Wrong::new(format!("it ends where {what} is wanted")),
    }
}

/// Numbers that stand by themselves, quoted texts, and words in angle brackets; `!` begins a remark.
fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = text.char_indices().peekable();
    while let Some((at, c)) = rest.next() {
        match c {
            '"' => tokens.push(Token::Text(quoted(&mut rest))),
            '!' => while rest.next().is_some_and(|(_, c)| c != '\n') {},
            '<' => {
                let mut flag = String::new();
                while let Some((_, c)) = rest.next_if(|(_, c)| *c != '>') {
                    flag.push(c);
                }
                rest.next();
                tokens.push(Token::Flag(flag));
            }
            c if c.is_whitespace() => {}
            c => {
                let mut end = at + c.len_utf8();
                while let Some((at, c)) = rest.next_if(|(_, c)| !c.is_whitespace() && *c != '"') {
                    end = at + c.len_utf8();
                }
                tokens.extend(
                    text[at..end]
                        .parse()
                        .ok()
                        .filter(|n: &f64| n.is_finite())
                        .map(Token::Number),
                );
            }
        }
    }
    tokens
}

/// Up to the closing quote; two of them are one in the text.
fn quoted(rest: &mut std::iter::Peekable<std::str::CharIndices<'_>>) -> String {
    let mut text = String::new();
    while let Some((_, c)) = rest.next() {
        match c {
            '"' if rest.next_if(|(_, c)| *c == '"').is_some() => text.push('"'),
            '"' => break,
            c => text.push(c),
        }
    }
    text
}

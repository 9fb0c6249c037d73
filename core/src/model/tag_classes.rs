//! Which classes of AudioSet and ImageNet stand for a class that somebody is interested in: the table behind heads from tags.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{CLASS_LISTS, ModelError, Scale, class_names};
use crate::base::Labels;

/// Rows for AVE's and LLP's classes, chosen by hand; `tests/peers/tag_classes.py` writes it.
const OURS: &str = include_str!("../../../assets/labels/tags.json");

/// What stands for one class.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TagRow {
    /// Classes of who listens, by name. Any of them is the class; none where it cannot be heard.
    #[serde(default)]
    pub heard: Vec<String>,
    /// Classes of who looks. They exclude each other, and their probabilities add up; none where it cannot be seen.
    #[serde(default)]
    pub seen: Vec<String>,
    /// What makes the score of being heard mean what it says; as the classifier gives it where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heard_scale: Option<Scale>,
    /// The same of being seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen_scale: Option<Scale>,
}

impl TagRow {
    /// Whether its scores are changed.
    pub fn is_scaled(&self) -> bool {
        self.heard_scale.is_some() || self.seen_scale.is_some()
    }
}

/// A row for each class.
#[derive(Clone, Debug, PartialEq)]
pub struct TagClasses(BTreeMap<String, TagRow>);

impl TagClasses {
    /// The rows that come with the program.
    ///
    /// # Errors
    /// None, unless the program was built with a damaged file.
    pub fn ours() -> Result<Self, ModelError> {
        Self::of(OURS, Path::new("tags.json"))
    }

    /// Rows of a file: `{"Whistling kettle": {"heard": ["Steam whistle"], "seen": ["teakettle"]}}`.
    ///
    /// # Errors
    /// It cannot be read, or names what is in no list of classes.
    pub fn read(path: &Path) -> Result<Self, ModelError> {
        let text = std::fs::read_to_string(path).map_err(|e| ModelError::io(path, e))?;
        Self::of(&text, path)
    }

    fn of(text: &str, path: &Path) -> Result<Self, ModelError> {
        let wrong = |what: String| ModelError::format(path, what);
        let rows: BTreeMap<String, TagRow> = serde_json::from_str(text)
            .map_err(|e| wrong(format!("is no table of classes and their tags: {e}")))?;
        let lists: Vec<Labels> = CLASS_LISTS.iter().filter_map(|l| class_names(l)).collect();
        let known = |tag: &String| {
            lists
                .iter()
                .any(|list| list.iter().any(|name| **name == **tag))
        };
        for (class, row) in &rows {
            let mut tags = row.heard.iter().chain(&row.seen);
            if let Some(tag) = tags.find(|tag| !known(tag)) {
                return Err(wrong(format!(
                    "{class}: no class of AudioSet or ImageNet is called {tag:?}; names are written in full, as in assets/labels"
                )));
            }
            let mut scales = row.heard_scale.iter().chain(&row.seen_scale);
            let fine = |s: &Scale| s.slope > 0.0 && s.slope.is_finite() && s.offset.is_finite();
            if !scales.all(fine) {
                return Err(wrong(format!(
                    "{class}: a scale has a slope above 0 and an offset"
                )));
            }
        }
        Ok(Self(
            rows.into_iter()
                .map(|(class, row)| (key(&class), row))
                .collect(),
        ))
    }

    /// These rows, and the other's before those of the same class here.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// The row of a class; capitals, spaces and underscores make no difference.
    pub fn row(&self, class: &str) -> Option<&TagRow> {
        self.0.get(&key(class))
    }

    /// The rows of some classes with these scales, heard and seen, class by class, in place of their own; for a file.
    ///
    /// # Errors
    /// They cannot be written as JSON.
    pub fn scaled(
        &self,
        labels: &Labels,
        [heard, seen]: [&[Option<Scale>]; 2],
    ) -> Result<String, ModelError> {
        let rows = labels.iter().enumerate().filter_map(|(class, label)| {
            let row = self.row(label)?.clone();
            let scale = |of: &[Option<Scale>]| of.get(class).copied().flatten();
            let row = TagRow {
                heard_scale: scale(heard),
                seen_scale: scale(seen),
                ..row
            };
            Some((label.to_string(), row))
        });
        let rows: BTreeMap<String, TagRow> = rows.collect();
        let text = serde_json::to_string_pretty(&rows);
        Ok(text.map_err(|e| ModelError::Config(e.to_string()))? + "\n")
    }

    /// All rows.
    pub fn rows(&self) -> impl Iterator<Item = &TagRow> {
        self.0.values()
    }
}

fn key(class: &str) -> String {
    class.replace('_', " ").to_lowercase()
}

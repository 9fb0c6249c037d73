//! The backbones there are, as the descriptions in `assets/models/` tell of them: what for, whose, from where.

use serde::{Deserialize, Serialize};

use super::HubError;

/// Every description, by the name of its file. A test holds this list against the folder.
const DESCRIPTIONS: &[(&str, &str)] = &[
    (
        "swinv2_large_window12_192",
        include_str!("../../../assets/models/swinv2_large_window12_192.json"),
    ),
    (
        "htsat_audioset",
        include_str!("../../../assets/models/htsat_audioset.json"),
    ),
    (
        "clap_htsat_unfused",
        include_str!("../../../assets/models/clap_htsat_unfused.json"),
    ),
    (
        "vit_large_patch16_224",
        include_str!("../../../assets/models/vit_large_patch16_224.json"),
    ),
    (
        "resnext101_32x8d",
        include_str!("../../../assets/models/resnext101_32x8d.json"),
    ),
];

/// What a description tells of its weights; how the backbone is built is read elsewhere.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The name of the description's file, and of the weights' folder.
    #[serde(default)]
    pub key: String,
    /// For people, short.
    pub name: String,
    /// `swin_v2`, `hts_at` and so on.
    pub architecture: String,
    /// What it is for, in a sentence.
    #[serde(default)]
    pub purpose: String,
    /// Under which licence its weights are published.
    #[serde(default)]
    pub licence: Option<String>,
    /// Files that each hold all its weights, the preferred one first.
    #[serde(default)]
    pub downloads: Vec<Download>,
}

/// One file with the weights of a model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Download {
    /// The file's name.
    pub file: String,
    /// Who publishes it.
    pub from: Origin,
    /// Its size in bytes, where published.
    #[serde(default)]
    pub size: Option<u64>,
    /// Its SHA-256 in hexadecimal, or the first digits where upstream publishes no more.
    #[serde(default)]
    pub sha256: Option<String>,
}

/// Where a file is published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// A repository of the hub, as `owner/name`.
    Hub(String),
    /// The address of the file itself.
    Url(String),
    /// The address of a page where a person can get it; programs cannot.
    Page(String),
}

impl Download {
    /// Where it comes from, for people: `timm/… on the hub: model.safetensors`.
    pub fn source(&self) -> String {
        match &self.from {
            Origin::Hub(repo) => format!("{repo} on the hub: {}", self.file),
            Origin::Url(url) => url.clone(),
            Origin::Page(page) => format!("{page}: {} (by hand)", self.file),
        }
    }

    /// Whether a program can fetch it.
    pub fn can_be_fetched(&self) -> bool {
        !matches!(self.from, Origin::Page(_))
    }
}

impl Entry {
    /// Reads what a description tells of its weights.
    ///
    /// # Errors
    /// It is no description, or a file name in it is none.
    pub fn parse(key: &str, text: &str) -> Result<Self, HubError> {
        let wrong = |what: String| HubError::Description {
            key: key.to_owned(),
            what,
        };
        let mut entry: Self = serde_json::from_str(text).map_err(|e| wrong(e.to_string()))?;
        let plain = |name: &str| {
            !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\\', ':'])
        };
        if let Some(bad) = entry.downloads.iter().find(|d| !plain(&d.file)) {
            return Err(wrong(format!("{:?} is not the name of a file", bad.file)));
        }
        let digits =
            |sum: &str| (8..=64).contains(&sum.len()) && sum.bytes().all(|b| b.is_ascii_hexdigit());
        let sums = entry.downloads.iter().filter_map(|d| d.sha256.as_deref());
        if let Some(bad) = sums.into_iter().find(|sum| !digits(sum)) {
            return Err(wrong(format!(
                "{bad:?} is no SHA-256, nor its first digits"
            )));
        }
        entry.key = key.to_owned();
        Ok(entry)
    }

    /// The file to fetch: the one called `file`, or the first a program can fetch.
    ///
    /// # Errors
    /// There is no such file, or none that a program can fetch.
    pub fn download(&self, file: Option<&str>) -> Result<&Download, HubError> {
        let wanted = |d: &&Download| match file {
            Some(name) => d.file == name,
            None => d.can_be_fetched(),
        };
        let found = self.downloads.iter().find(wanted);
        if let (None, Some(name)) = (found, file) {
            return Err(HubError::UnknownFile {
                model: self.key.clone(),
                file: name.to_owned(),
                known: self.downloads.iter().map(|d| d.file.clone()).collect(),
            });
        }
        found
            .filter(|d| d.can_be_fetched())
            .ok_or_else(|| HubError::ByHand {
                model: self.key.clone(),
                sources: self.downloads.iter().map(Download::source).collect(),
            })
    }
}

/// Every model that is described, in the order of the paper's tables.
///
/// # Errors
/// None, unless the program was built with a damaged description.
pub fn catalog() -> Result<Vec<Entry>, HubError> {
    DESCRIPTIONS
        .iter()
        .map(|(key, text)| Entry::parse(key, text))
        .collect()
}

/// A description, whole: how the backbone is built and its input prepared.
pub fn description(key: &str) -> Option<&'static str> {
    let mut all = DESCRIPTIONS.iter();
    all.find(|(name, _)| *name == key).map(|(_, text)| *text)
}

/// A model by its name, or by a beginning or else a part of it that no other has.
///
/// # Errors
/// No model, or more than one, is meant.
pub fn entry(name: &str) -> Result<Entry, HubError> {
    let all = catalog()?;
    if let Some(exact) = all.iter().find(|entry| entry.key == name) {
        return Ok(exact.clone());
    }
    let wanted = name.to_lowercase();
    let begins = |entry: &&Entry| entry.key.starts_with(&wanted);
    let holds = |entry: &&Entry| entry.key.contains(&wanted);
    let mut near: Vec<&Entry> = all.iter().filter(begins).collect();
    if near.is_empty() {
        near = all.iter().filter(holds).collect();
    }
    match near[..] {
        [only] if !wanted.is_empty() => Ok(only.clone()),
        _ => Err(HubError::UnknownModel {
            name: name.to_owned(),
            known: all.iter().map(|entry| entry.key.clone()).collect(),
        }),
    }
}

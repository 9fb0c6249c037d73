//! Paths on the wire: text where they are, else the system's own form, so that every path there is can be said.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

#[derive(Serialize, Deserialize)]
enum Form {
    #[serde(rename = "text")]
    Text(String),
    #[serde(rename = "raw")]
    Raw(OsString),
}

impl From<&Path> for Form {
    fn from(path: &Path) -> Self {
        match path.to_str() {
            Some(text) => Self::Text(text.to_owned()),
            None => Self::Raw(path.as_os_str().to_owned()),
        }
    }
}

impl From<Form> for PathBuf {
    fn from(form: Form) -> Self {
        match form {
            Form::Text(text) => text.into(),
            Form::Raw(raw) => raw.into(),
        }
    }
}

/// For `#[serde(with = "path")]`.
pub mod path {
    use super::*;

    pub fn serialize<S: Serializer>(path: &Path, to: S) -> Result<S::Ok, S::Error> {
        Form::from(path).serialize(to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<PathBuf, D::Error> {
        Form::deserialize(from).map(PathBuf::from)
    }
}

/// The same for several.
pub mod path_list {
    use super::*;

    pub fn serialize<S: Serializer>(paths: &[PathBuf], to: S) -> Result<S::Ok, S::Error> {
        let forms: Vec<Form> = paths
            .iter()
            .map(|path| Form::from(path.as_path()))
            .collect();
        forms.serialize(to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<PathBuf>, D::Error> {
        let forms = Vec::<Form>::deserialize(from)?;
        Ok(forms.into_iter().map(PathBuf::from).collect())
    }
}

/// The same where there need not be one.
pub mod maybe_path {
    use super::*;

    pub fn serialize<S: Serializer>(path: &Option<PathBuf>, to: S) -> Result<S::Ok, S::Error> {
        path.as_deref().map(Form::from).serialize(to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<PathBuf>, D::Error> {
        Ok(Option::<Form>::deserialize(from)?.map(PathBuf::from))
    }
}

//! Another program's file, read from the disk: by its ending, or as a format that is named.

use std::path::{Path, PathBuf};

use super::{MarkFormat, Media, Sheet, Wrong};
use crate::base::Modality;

/// Endings of files that hold what other programs say of a clip.
const ENDINGS: [&str; 11] = [
    "eaf", "textgrid", "txt", "vtt", "srt", "xml", "csv", "tsv", "jsonl", "ndjson", "json",
];

/// Why a file says nothing of a clip.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The system refuses it.
    #[error("{} cannot be read: {error}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: std::io::Error,
    },
    /// Nothing in it tells what it is.
    #[error("{}: neither its ending nor its content tells its format", path.display())]
    Unknown {
        /// The file.
        path: PathBuf,
    },
    /// A data set's folder, or its list, says nothing of the clip.
    #[error("{} {why}", path.display())]
    Layout {
        /// The folder or the list.
        path: PathBuf,
        /// Why not.
        why: String,
    },
    /// It is not of its format.
    #[error("{} cannot be read as {}: {wrong}", path.display(), format.title())]
    Wrong {
        /// The file.
        path: PathBuf,
        /// What it was read as.
        format: MarkFormat,
        /// In which line or why.
        wrong: Wrong,
    },
}

/// What a file says of a clip. Of events whose modality it does not tell, `usual` is taken.
///
/// # Errors
/// It cannot be read, or is not of the format that is named or that its ending tells.
pub fn read_file(
    path: &Path,
    named: Option<MarkFormat>,
    media: &Media,
    usual: Modality,
) -> Result<(MarkFormat, Sheet), ReadError> {
    let here = || path.to_owned();
    let bytes = std::fs::read(path).map_err(|error| ReadError::Unreadable {
        path: here(),
        error,
    })?;
    let format = named.or_else(|| MarkFormat::of_file(path, &bytes));
    let format = format.ok_or_else(|| ReadError::Unknown { path: here() })?;
    let read = format.read(&bytes, media, usual);
    let sheet = read.map_err(|wrong| ReadError::Wrong {
        path: here(),
        format,
        wrong,
    })?;
    Ok((format, sheet))
}

/// Whether a file is, by its name, one that says something of a clip.
pub fn may_hold_marks(path: &Path) -> bool {
    let ending = path
        .extension()
        .map(|end| end.to_string_lossy().to_lowercase());
    ending.is_some_and(|end| ENDINGS.contains(&end.as_str()))
}

//! The command that makes a copy of a file which can be shown, to be run in a terminal. It is not run here: the libraries that would
//! decode for it are those that could not.

use std::path::Path;

use super::error::{MediaError, MediaWarning};

/// Pictures and sound that everything shows.
const COPY: &str = "-c:v libx264 -pix_fmt yuv420p -c:a aac";
/// Time stamps anew, of 25 pictures a second.
const ANEW: &str = "-vf setpts=N/25/TB -af asetpts=N/SR/TB";

impl MediaError {
    /// A command for this system's terminal that makes a copy which can be shown, beside the file; `None` where none can help.
    pub fn conversion(&self) -> Option<String> {
        match self {
            Self::UnsupportedCodec { path, .. }
            | Self::Undecodable { path, .. }
            | Self::Open { path, .. } => Some(command(path, COPY)),
            Self::TooLong { path, .. } => Some(command(path, &format!("{ANEW} {COPY}"))),
            _ => None,
        }
    }
}

impl MediaWarning {
    /// The same, where a part of the file cannot be shown.
    pub fn conversion(&self) -> Option<String> {
        match self {
            Self::StreamLeftOut { path, .. } => Some(command(path, COPY)),
            _ => None,
        }
    }
}

fn command(path: &Path, how: &str) -> String {
    let [from, to] = [path, &path.with_extension("converted.mp4")].map(quoted);
    format!("ffmpeg -i {from} {how} {to}")
}

/// A path as a terminal takes it for one word.
fn quoted(path: &Path) -> String {
    let path = path.display().to_string();
    match cfg!(windows) {
        // No name there holds a quote.
        true => format!("\"{path}\""),
        false => format!("'{}'", path.replace('\'', "'\\''")),
    }
}

//! What can be wrong with a media file, in words that name the file and say what to do.

use std::path::{Path, PathBuf};

use ffmpeg_next as ffmpeg;

use super::looks::{Mistaken, looks_like};
use crate::base::{Time, TimeSpan, is_address};

/// Why a media file could not be opened, decoded or written.
#[derive(Debug, thiserror::Error)]
pub enum MediaError {
    /// Nothing lies at the path.
    #[error("{} {}", .path.display(), if is_address(.path) { "is a web address, not a file" } else { "does not exist" })]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// The path leads to something that has no content of its own, such as a pipe.
    #[error("{} is {what}, not a file", .path.display())]
    NoFile {
        /// Where it lies.
        path: PathBuf,
        /// `a pipe`, `a device`.
        what: &'static str,
    },
    /// The operating system refused, or the path is a folder.
    #[error("{} cannot be read: {cause}", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: String,
    },
    /// The file has no bytes.
    #[error("{} is empty (0 bytes)", .path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// The content is not audio or video, whatever the name says.
    #[error("{} is not an audio or video file{}", .path.display(), .looks_like.as_ref().map(|mistaken| format!(": its content is {}", mistaken.what)).unwrap_or_default())]
    NotMedia {
        /// The file.
        path: PathBuf,
        /// What the content looks like, where that can be said.
        looks_like: Option<Mistaken>,
    },
    /// A container of which an essential part is missing.
    #[error("{} is incomplete: {part} is missing ({cause})", .path.display())]
    Incomplete {
        /// The file.
        path: PathBuf,
        /// Which part.
        part: &'static str,
        /// What the reader said.
        cause: String,
    },
    /// A container that holds neither pictures nor sound.
    #[error("{} holds neither pictures nor sound", .path.display())]
    NoStreams {
        /// The file.
        path: PathBuf,
    },
    /// Its streams are encrypted.
    #[error("{} is protected: its {stream} is encrypted", .path.display())]
    Encrypted {
        /// The file.
        path: PathBuf,
        /// `picture` or `sound`.
        stream: &'static str,
    },
    /// Its time stamps are not those of a recording.
    #[error("{} is {length} long by its time stamps, which no recording is", .path.display())]
    TooLong {
        /// The file.
        path: PathBuf,
        /// Where they reach to.
        length: Time,
    },
    /// Streams are described, but the file has nothing of them.
    #[error("{} holds nothing that can be shown: {cause}", .path.display())]
    Nothing {
        /// The file.
        path: PathBuf,
        /// What was found in place of pictures and sound.
        cause: &'static str,
    },
    /// A stream this build has no decoder for.
    #[error("{}: no decoder for its {stream} codec {codec}", .path.display())]
    UnsupportedCodec {
        /// The file.
        path: PathBuf,
        /// `picture` or `sound`.
        stream: &'static str,
        /// Codec, profile, format and size in FFmpeg's words.
        codec: String,
    },
    /// A known codec whose data could not be decoded at all.
    #[error("{}: its {stream} stream ({codec}) cannot be decoded: {cause}", .path.display())]
    Undecodable {
        /// The file.
        path: PathBuf,
        /// `picture` or `sound`.
        stream: &'static str,
        /// Codec, profile, format and size in FFmpeg's words.
        codec: String,
        /// What the decoder said.
        cause: String,
    },
    /// Any other failure of the container's reader.
    #[error("{} cannot be opened: {cause}", .path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// What the reader said.
        cause: String,
    },
    /// A file could not be written.
    #[error("{} cannot be written: {cause}", .path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        cause: String,
    },
}

/// What to do about a file of which nothing is known.
const UNKNOWN: &str =
    "The name promises a clip but the content is something else. Get the original file again.";

/// What to do about what is encrypted.
const PROTECTED: &str =
    "It can only be played by the service it is from. Use a recording without protection.";

impl MediaError {
    /// The file it is about.
    pub fn path(&self) -> &Path {
        match self {
            Self::Missing { path }
            | Self::NoFile { path, .. }
            | Self::Encrypted { path, .. }
            | Self::TooLong { path, .. }
            | Self::Nothing { path, .. }
            | Self::Unreadable { path, .. }
            | Self::Empty { path }
            | Self::NotMedia { path, .. }
            | Self::Incomplete { path, .. }
            | Self::NoStreams { path }
            | Self::UnsupportedCodec { path, .. }
            | Self::Undecodable { path, .. }
            | Self::Open { path, .. }
            | Self::Write { path, .. } => path,
        }
    }

    /// The likely cause and what to do about it, in a sentence or two.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::Missing { path } if is_address(path) => {
                "Nothing is fetched from the web: download it with a browser or with `curl -LO`, then open the file."
            }
            Self::Missing { .. } => {
                "It may have been moved, renamed or deleted. Check the path, or open it from its new place."
            }
            Self::Unreadable { .. } => {
                "Check that it is a file, that you may read it, and that its drive is connected."
            }
            Self::Empty { .. } => {
                "The copy or download probably never finished. Get the file again."
            }
            Self::NoFile { .. } => {
                "A clip is read more than once: write what it gives to a file, and open that."
            }
            Self::NotMedia { looks_like, .. } => {
                looks_like.map_or(UNKNOWN, |mistaken| mistaken.advice)
            }
            Self::Encrypted { .. } => PROTECTED,
            Self::TooLong { .. } => {
                "They are damaged. Make them anew, for example: ffmpeg -i INPUT -vf setpts=N/25/TB -af asetpts=N/SR/TB output.mp4"
            }
            Self::Nothing { .. } => {
                "The beginning of a DASH or HLS stream needs its segments after it, for example: cat init.mp4 segment-*.m4s > whole.mp4. Else get the file again."
            }
            Self::Incomplete { .. } => {
                "The recording, copy or download was cut short. Get the file again, or repair it with a recovery tool such as untrunc."
            }
            Self::NoStreams { .. } => "Open a file with a video or an audio track.",
            Self::UnsupportedCodec { .. } => {
                "Convert it, for example: ffmpeg -i INPUT -c:v libx264 -c:a aac output.mp4"
            }
            Self::Undecodable { .. } => {
                "The file is probably damaged. If other players show it, convert it: ffmpeg -i INPUT -c:v libx264 -c:a aac output.mp4"
            }
            Self::Open { .. } => {
                "The file may be damaged or of an unknown kind. If other players show it, convert it: ffmpeg -i INPUT output.mp4"
            }
            Self::Write { .. } => {
                "Check that the folder exists, that you may write there, and that the disk is not full."
            }
        }
    }

    pub(super) fn write(path: &Path, cause: impl ToString) -> Self {
        Self::Write {
            path: path.into(),
            cause: cause.to_string(),
        }
    }

    /// What stands behind FFmpeg's refusal to open an existing, non-empty file that starts with `head`.
    pub(super) fn refused(path: &Path, head: &[u8], error: ffmpeg::Error) -> Self {
        let path = path.to_path_buf();
        let cause = error.to_string();
        if let Some(looks_like) = looks_like(head) {
            return Self::NotMedia {
                path,
                looks_like: Some(looks_like),
            };
        }
        match error {
            ffmpeg::Error::InvalidData if head.get(4..8) == Some(b"ftyp") => Self::Incomplete {
                path,
                part: "the index (moov atom) that lists its frames",
                cause,
            },
            ffmpeg::Error::InvalidData => Self::NotMedia {
                path,
                looks_like: None,
            },
            _ => Self::Open { path, cause },
        }
    }
}

/// Something in a file that is less than it should be, while the rest is usable.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum MediaWarning {
    /// The data end before the container says they do.
    #[error("{} ends at {found}, though it says it is {declared} long", .path.display())]
    CutShort {
        /// The file.
        path: PathBuf,
        /// The duration its header states.
        declared: Time,
        /// Where its data end.
        found: Time,
    },
    /// One of the two streams cannot be decoded; the other can.
    #[error("{}: no decoder for its {stream} codec {codec}; the rest is shown", .path.display())]
    StreamLeftOut {
        /// The file.
        path: PathBuf,
        /// `picture` or `sound`.
        stream: &'static str,
        /// Codec, profile, format and size in FFmpeg's words.
        codec: String,
    },
    /// One of the two streams has nothing that can be decoded; the other has.
    #[error("{}: its {stream} is left out: {cause}; the rest is shown", .path.display())]
    StreamDead {
        /// The file.
        path: PathBuf,
        /// `picture` or `sound`.
        stream: &'static str,
        /// Why.
        cause: String,
    },
    /// One of the two streams is encrypted; the other is not.
    #[error("{}: its {stream} is encrypted and left out; the rest is shown", .path.display())]
    StreamProtected {
        /// The file.
        path: PathBuf,
        /// `picture` or `sound`.
        stream: &'static str,
    },
    /// For a long while neither pictures nor sound come.
    #[error("{} has nothing from {} to {}", .path.display(), .span.start, .span.end)]
    Empty {
        /// The file.
        path: PathBuf,
        /// From when to when.
        span: TimeSpan,
    },
}

impl MediaWarning {
    /// What the user can do about it.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::CutShort { .. } => {
                "The recording, copy or download was cut short; what is there is used. Get the file again for the rest."
            }
            Self::StreamDead { .. } => {
                "The recording or its copy is damaged there. Get the file again to have both."
            }
            Self::StreamProtected { .. } => PROTECTED,
            Self::Empty { .. } => {
                "The last picture stays and it is silent; that is analysed once. The recorder's clock may have jumped."
            }
            Self::StreamLeftOut { .. } => {
                "Convert it to have both: ffmpeg -i INPUT -c:v libx264 -c:a aac output.mp4"
            }
        }
    }
}

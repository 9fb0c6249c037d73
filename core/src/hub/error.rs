//! What can go wrong with a download, in words that say what to do.

use std::io::ErrorKind;
use std::path::PathBuf;

use thiserror::Error;

/// Why weights cannot be had.
#[derive(Debug, Error)]
pub enum HubError {
    /// No such model.
    #[error("there is no model {name:?}; there are {}", known.join(", "))]
    UnknownModel {
        /// What was asked for.
        name: String,
        /// What there is.
        known: Vec<String>,
    },
    /// The model has no such file.
    #[error("{model} has no file {file:?}; it has {}", known.join(", "))]
    UnknownFile {
        /// The model whose weights were asked for.
        model: String,
        /// What was asked for.
        file: String,
        /// What there is.
        known: Vec<String>,
    },
    /// Only a person can fetch it.
    #[error("{model} cannot be fetched by a program. Get it in a browser from {}, and put it where `mettle models path` says", sources.join(" or "))]
    ByHand {
        /// The model whose weights were asked for.
        model: String,
        /// Where it can be had.
        sources: Vec<String>,
    },
    /// A damaged description.
    #[error("the description {key}.json: {what}")]
    Description {
        /// The description that was built in.
        key: String,
        /// What is wrong.
        what: String,
    },
    /// Nothing answers at the address, or the way there is closed.
    #[error(
        "{host} cannot be reached: {what}. Is this machine online? Behind a proxy, set HTTPS_PROXY; for a mirror of the hub, HF_ENDPOINT. Or fetch {url} on another machine and put it where `mettle models path` says"
    )]
    Offline {
        /// Who was called.
        host: String,
        /// What the system said.
        what: String,
        /// The file's address.
        url: String,
    },
    /// The proxy refuses or does not answer.
    #[error(
        "the proxy {proxy} does not let the download of {url} through: {what}. HTTPS_PROXY, HTTP_PROXY and NO_PROXY say which proxy is used"
    )]
    Proxy {
        /// Its address, without a password.
        proxy: String,
        /// The file's address.
        url: String,
        /// What the system or the other side said.
        what: String,
    },
    /// No secure connection.
    #[error(
        "no secure connection to {host}: {what}. Is the clock right, and are the system's certificates installed (ca-certificates)?"
    )]
    Tls {
        /// Who was called.
        host: String,
        /// What the system or the other side said.
        what: String,
    },
    /// 404.
    #[error(
        "{url} is not there (404): it was moved or renamed. `mettle models list` shows other sources, and --file picks one"
    )]
    NotFound {
        /// The address that was asked.
        url: String,
    },
    /// 401 or 403.
    #[error(
        "{host} wants to know who asks for {url} ({status}). Accept the model's conditions on its page, make a token, and set HF_TOKEN to it"
    )]
    Denied {
        /// Who was called.
        host: String,
        /// The address that was asked.
        url: String,
        /// What it answered.
        status: u16,
    },
    /// Any other answer than the file.
    #[error("{url} answers {status} instead of the file. Try again later; what has come is kept")]
    Refused {
        /// The address that was asked.
        url: String,
        /// What it answered.
        status: u16,
    },
    /// What should be an address is none.
    #[error(
        "{0:?} is no web address: one begins with https:// (or http://) and the name of a host"
    )]
    NotWeb(String),
    /// The answer makes no sense.
    #[error("{url} sends an answer that cannot be used: {what}")]
    Answer {
        /// The address that was asked.
        url: String,
        /// What is wrong with it.
        what: String,
    },
    /// The connection broke, and again after several tries.
    #[error("the connection to {host} broke after {have} bytes{}: {what}. What has come is kept; pull again to go on from there", of(*total))]
    Cut {
        /// Who was called.
        host: String,
        /// Bytes that are here.
        have: u64,
        /// Bytes in all, where known.
        total: Option<u64>,
        /// What the system or the other side said.
        what: String,
    },
    /// The file is not what it should be.
    #[error(
        "{file} came with SHA-256 {got}, but {who} says {expected}. It was thrown away: pull again, and if it happens again do not use this source"
    )]
    Checksum {
        /// The file's address.
        file: String,
        /// What it should be.
        expected: String,
        /// What it is.
        got: String,
        /// Who says so.
        who: &'static str,
    },
    /// A file on this machine is not what it was.
    #[error("{} has SHA-256 {got}, but {who} says {expected}: it is damaged or another file. Delete it and pull again", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What it should be.
        expected: String,
        /// What it is.
        got: String,
        /// Who says so.
        who: &'static str,
    },
    /// A file or folder of this machine.
    #[error("{}: {source}{}", path.display(), disk_advice(source))]
    Disk {
        /// The file that is refused.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Another process fetches the same file.
    #[error("{} is being fetched by another Mettle; wait for it, or stop it", path.display())]
    Busy {
        /// The part that it writes.
        path: PathBuf,
    },
    /// No thread for the download.
    #[error("the system refuses to start a thread: {0}")]
    Thread(std::io::Error),
}

impl HubError {
    /// Something with a file or folder.
    pub(super) fn disk(path: impl Into<PathBuf>, source: std::io::Error) -> Self {
        Self::Disk {
            path: path.into(),
            source,
        }
    }

    /// Whether trying again soon may help.
    pub(super) fn may_pass(&self) -> bool {
        match self {
            Self::Cut { .. } => true,
            Self::Refused { status, .. } => matches!(status, 429 | 500 | 502..=504),
            _ => false,
        }
    }
}

fn of(total: Option<u64>) -> String {
    total.map(|t| format!(" of {t}")).unwrap_or_default()
}

fn disk_advice(source: &std::io::Error) -> &'static str {
    match source.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            ". The disk is full: make room, or choose another folder with --weights; what has come is kept"
        }
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            ". Choose a folder that can be written with --weights"
        }
        ErrorKind::NotADirectory | ErrorKind::AlreadyExists => {
            ". A file is in the way: choose another folder with --weights"
        }
        _ => "",
    }
}

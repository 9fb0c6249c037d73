//! Asking for files with the system's dialog, never waiting for it.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, bounded};

/// A dialog that answers "nothing" sooner than this was never shown: no service stands behind it.
const TOO_QUICK: Duration = Duration::from_millis(350);

/// File name endings offered first; any file can be chosen.
const MEDIA: &[&str] = &[
    "mp4", "m4v", "mov", "mkv", "webm", "avi", "mpg", "mpeg", "ts", "flv", "wmv", "3gp", "wav",
    "mp3", "m4a", "aac", "flac", "ogg", "opus",
];

/// How a dialog ended.
#[derive(Debug, PartialEq, Eq)]
pub enum Picked {
    /// These files.
    Files(Vec<PathBuf>),
    /// The user thought better of it.
    Nothing,
    /// There is no file dialog on this system.
    NoService,
    /// The file could not be made.
    Failed(String),
}

/// The dialog on screen, if any.
#[derive(Debug, Default)]
pub struct FilePicker {
    answer: Option<Receiver<Picked>>,
}

impl FilePicker {
    /// Show the dialog, unless it is shown already. `wake` is called when it ends.
    pub fn ask(&mut self, wake: impl Fn() + Send + 'static) {
        if self.answer.is_some() {
            return;
        }
        let (tx, rx) = bounded(1);
        let started = Instant::now();
        // Made here and waited for there: macOS wants its dialogs made on the main thread.
        let dialog = rfd::AsyncFileDialog::new()
            .set_title("Open clips")
            .add_filter("Video and sound", MEDIA)
            .add_filter("All files", &["*"])
            .pick_files();
        let thread = std::thread::Builder::new().name("file dialog".into());
        let spawned = thread.spawn(move || {
            let picked = match pollster::block_on(dialog) {
                Some(files) => Picked::Files(files.iter().map(|f| f.path().to_owned()).collect()),
                None if started.elapsed() < TOO_QUICK => Picked::NoService,
                None => Picked::Nothing,
            };
            let _ = tx.send(picked);
            wake();
        });
        self.answer = spawned.ok().map(|_| rx);
    }

    /// Make a file on a thread and open it; `wake` is called when it is there.
    pub fn make(
        &mut self,
        make: impl FnOnce() -> Result<PathBuf, String> + Send + 'static,
        wake: impl Fn() + Send + 'static,
    ) {
        if self.answer.is_some() {
            return;
        }
        let (tx, rx) = bounded(1);
        let thread = std::thread::Builder::new().name("sample clip".into());
        let spawned = thread.spawn(move || {
            let picked = match make() {
                Ok(path) => Picked::Files(vec![path]),
                Err(reason) => Picked::Failed(reason),
            };
            let _ = tx.send(picked);
            wake();
        });
        self.answer = spawned.ok().map(|_| rx);
    }

    /// The answer, once there is one.
    pub fn poll(&mut self) -> Option<Picked> {
        let picked = match self.answer.as_ref()?.try_recv() {
            Ok(picked) => picked,
            Err(crossbeam_channel::TryRecvError::Empty) => return None,
            Err(crossbeam_channel::TryRecvError::Disconnected) => Picked::NoService,
        };
        self.answer = None;
        Some(picked)
    }
}

/// Whether this is a Wayland session, where files cannot be dropped on the window.
pub fn is_wayland() -> bool {
    cfg!(target_os = "linux") && std::env::var_os("WAYLAND_DISPLAY").is_some_and(|v| !v.is_empty())
}

/// A path as typed or pasted: quotes, `file://` and a leading `~` are understood.
pub fn typed_path(text: &str) -> Option<PathBuf> {
    let text = text.trim().trim_matches(['"', '\'']);
    let text = text
        .strip_prefix("file://")
        .map_or_else(|| text.to_owned(), unescape);
    if text.is_empty() {
        return None;
    }
    if let Some(rest) = text.strip_prefix("~/") {
        if let Some(dirs) = directories::BaseDirs::new() {
            return Some(dirs.home_dir().join(rest));
        }
    }
    Some(PathBuf::from(text))
}

/// `%20` and the like, as file managers write them.
fn unescape(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let code = (first == b'%')
            .then(|| after.get(..2))
            .flatten()
            .and_then(|two| std::str::from_utf8(two).ok())
            .and_then(|two| u8::from_str_radix(two, 16).ok());
        bytes.push(code.unwrap_or(first));
        rest = if code.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

//! The system's file dialog, on a thread, never waited for.

use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, bounded};

use super::folders::MEDIA;
use crate::state::Wanted;

/// A dialog that answers "nothing" sooner than this was never shown: no service stands behind it.
const TOO_QUICK: Duration = Duration::from_millis(350);

/// Endings of projects' files.
const PROJECTS: &[&str] = &["mettle", "sqlite"];

/// How a dialog ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Picked {
    /// These files and folders.
    Paths(Wanted, Vec<PathBuf>),
    /// The user thought better of it.
    Nothing,
    /// There is no file dialog on this system.
    NoService(Wanted),
}

type Chosen = Pin<Box<dyn Future<Output = Option<Vec<PathBuf>>> + Send>>;

/// The dialog on screen, if any.
#[derive(Debug, Default)]
pub struct FilePicker {
    answer: Option<Receiver<Picked>>,
}

impl FilePicker {
    /// Show the dialog, unless it is shown already. `wake` is called when it ends.
    pub fn ask(&mut self, wanted: Wanted, wake: impl Fn() + Send + 'static) {
        if self.answer.is_some() {
            return;
        }
        // Made here and waited for there: macOS wants its dialogs made on the main thread.
        let dialog = dialog_for(wanted);
        let started = Instant::now();
        let work = move || match pollster::block_on(dialog) {
            Some(paths) => Picked::Paths(wanted, paths),
            None if started.elapsed() < TOO_QUICK => Picked::NoService(wanted),
            None => Picked::Nothing,
        };
        let (tx, rx) = bounded(1);
        let thread = std::thread::Builder::new().name("file dialog".into());
        let spawned = thread.spawn(move || {
            let _ = tx.send(work());
            wake();
        });
        self.answer = spawned.ok().map(|_| rx);
    }

    /// The answer, once there is one.
    pub fn poll(&mut self) -> Option<Picked> {
        let picked = match self.answer.as_ref()?.try_recv() {
            Ok(picked) => picked,
            Err(crossbeam_channel::TryRecvError::Empty) => return None,
            Err(crossbeam_channel::TryRecvError::Disconnected) => {
                Picked::NoService(Wanted::default())
            }
        };
        self.answer = None;
        Some(picked)
    }
}

fn dialog_for(wanted: Wanted) -> Chosen {
    let dialog = rfd::AsyncFileDialog::new();
    let media = |dialog: rfd::AsyncFileDialog| {
        dialog
            .add_filter("Video and sound", MEDIA)
            .add_filter("All files", &["*"])
    };
    let path = |file: rfd::FileHandle| file.path().to_owned();
    match wanted {
        Wanted::Clips => {
            let files = media(dialog.set_title("Open clips")).pick_files();
            Box::pin(async move { Some(files.await?.into_iter().map(path).collect()) })
        }
        Wanted::Moved(_) => {
            let file = media(dialog.set_title("Locate the file")).pick_file();
            Box::pin(async move { Some(vec![path(file.await?)]) })
        }
        Wanted::NewProject | Wanted::Copy => {
            let title = match wanted {
                Wanted::Copy => "Save a copy of the project",
                _ => "New project",
            };
            let dialog = dialog.set_file_name("project.mettle");
            let file = dialog.set_title(title).save_file();
            Box::pin(async move { Some(vec![path(file.await?)]) })
        }
        Wanted::Project => {
            let dialog = dialog.add_filter("Projects", PROJECTS);
            let dialog = dialog.add_filter("All files", &["*"]);
            let file = dialog.set_title("Open a project").pick_file();
            Box::pin(async move { Some(vec![path(file.await?)]) })
        }
        Wanted::Import => {
            let file = dialog.set_title("Import a file").pick_file();
            Box::pin(async move { Some(vec![path(file.await?)]) })
        }
        Wanted::Folder | Wanted::Model | Wanted::Export => {
            let title = match wanted {
                Wanted::Export => "Export into a folder",
                Wanted::Model => "Choose a model folder",
                _ => "Open a folder of clips",
            };
            let folder = dialog.set_title(title).pick_folder();
            Box::pin(async move { Some(vec![path(folder.await?)]) })
        }
    }
}

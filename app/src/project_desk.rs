//! The window's end of the thread that keeps the project: what is asked of it, and which answer is whose.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::SystemTime;

use mettle_core::project::{Answer, ClipFacts, Edit, Request, Scope, Ticket, Writer};

/// What a ticket was given for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// An edit.
    Edit,
    /// To take the last one back.
    Undo,
    /// To do it again.
    Redo,
}

/// Asks the thread, and remembers what is on its way.
#[derive(Default)]
pub struct ProjectDesk {
    writer: Option<Writer>,
    last: u64,
    waiting: BTreeMap<Ticket, (Asked, Scope)>,
}

impl ProjectDesk {
    /// Open a project's file; `wake` is called for each answer.
    ///
    /// # Errors
    /// Why nothing can be kept.
    pub fn start(file: Option<PathBuf>, wake: impl Fn() + Send + 'static) -> Result<Self, String> {
        let Some(file) = file else {
            return Err("No project is open.".to_owned());
        };
        match Writer::start(file, wake) {
            Ok(writer) => {
                writer.ask(Request::Read(Scope::Project, None));
                Ok(Self {
                    writer: Some(writer),
                    ..Self::default()
                })
            }
            Err(error) => Err(format!(
                "No thread can be made to keep corrections: {error}."
            )),
        }
    }

    /// Ask what is decided of a clip.
    pub fn read(&self, facts: ClipFacts) {
        self.ask(Request::Read(Scope::Clip(facts.id), Some(facts)));
    }

    /// Ask what is said of all clips of the project.
    pub fn corrected(&self) {
        self.ask(Request::Corrected);
    }

    /// Ask what others kept from a moment on.
    pub fn since(&self, moment: SystemTime) {
        self.ask(Request::Since(moment));
    }

    /// Put a copy of the whole project elsewhere.
    pub fn copy(&self, path: PathBuf) {
        self.ask(Request::Copy(path));
    }

    /// A name for an edit that is about to be kept.
    pub fn ticket(&mut self) -> Ticket {
        self.last += 1;
        Ticket(self.last)
    }

    /// Keep an edit; whether it goes on with the last one.
    pub fn edit(&mut self, ticket: Ticket, edit: Edit, joins: bool) {
        self.waiting.insert(ticket, (Asked::Edit, edit.of));
        self.ask(Request::Edit(ticket, edit, joins));
    }

    /// Take the last edit back, or do it again.
    pub fn step(&mut self, of: Scope, back: bool) {
        let ticket = self.ticket();
        let asked = if back { Asked::Undo } else { Asked::Redo };
        self.waiting.insert(ticket, (asked, of));
        self.ask(match back {
            true => Request::Undo(ticket, of),
            false => Request::Redo(ticket, of),
        });
    }

    /// The next answer, if one has come.
    pub fn poll(&self) -> Option<Answer> {
        self.writer.as_ref()?.poll()
    }

    /// What a ticket was given for, and whose decisions it is about; it is answered now.
    pub fn answered(&mut self, ticket: Ticket) -> Option<(Asked, Scope)> {
        self.waiting.remove(&ticket)
    }

    /// Whether something asked is not answered yet.
    pub fn is_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    fn ask(&self, request: Request) {
        if let Some(writer) = &self.writer {
            writer.ask(request);
        }
    }
}

//! The one thread that writes the project: what is asked is carried out in the order asked, each edit its own transaction, each
//! answered once. Nothing waiting is put together with anything else, so the newest edit is never the one that gets lost.

use std::path::PathBuf;
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, unbounded};

use super::store::{ClipFacts, Kept, KeptSince, Store, StoreError};
use super::{Corrections, Edit, Scope, Ticket};

/// How often the file is looked at for what other windows wrote.
const LOOK: Duration = Duration::from_millis(200);

/// What is asked of the thread.
#[derive(Clone, Debug)]
pub enum Request {
    /// What is decided of a clip; where it lies, if known.
    Read(Scope, Option<ClipFacts>),
    /// What is said and drawn of every clip of the project.
    Corrected,
    /// What others kept from a moment on.
    Since(SystemTime),
    /// Carry out an edit; whether it goes on with the last one.
    Edit(Ticket, Edit, bool),
    /// Take the last edit back.
    Undo(Ticket, Scope),
    /// Do the edit again that was taken back last.
    Redo(Ticket, Scope),
    /// Put a copy of the whole project elsewhere.
    Copy(PathBuf),
}

/// What the thread answers.
#[derive(Debug)]
pub enum Answer {
    /// The file is open; why it can only be read, if so.
    Ready(Option<String>),
    /// The file cannot be opened: nothing can be read or kept.
    NoStore(String),
    /// What is decided of a clip, or why that cannot be read.
    Read(Scope, Result<Box<Corrections>, String>),
    /// Every clip of which something is said or drawn, with that.
    Corrected(Vec<(ClipFacts, Corrections)>),
    /// What others kept from the moment on that was asked about.
    Since(KeptSince),
    /// A row of the log is on the disk; the ticket of who asked for it, or none where another window did.
    Kept(Option<Ticket>, Kept),
    /// What was asked changes nothing.
    Nothing(Ticket),
    /// What was asked is not kept.
    Refused(Ticket, String),
    /// A copy of the project lies there, or why not.
    Copied(PathBuf, Result<(), String>),
}

/// The thread's other end.
#[derive(Debug, Default)]
pub struct Writer {
    requests: Option<Sender<Request>>,
    answers: Option<Receiver<Answer>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Open a file on a thread of its own; `wake` is called for each answer.
    ///
    /// # Errors
    /// There can be no thread.
    pub fn start(file: PathBuf, wake: impl Fn() + Send + 'static) -> std::io::Result<Self> {
        let (requests, todo) = unbounded();
        let (tell, answers) = unbounded();
        let say = move |answer: Answer| {
            let _ = tell.send(answer);
            wake();
        };
        let thread = std::thread::Builder::new().name("project".into());
        let thread = thread.spawn(move || match Store::open(&file) {
            Ok(store) => serve(store, &todo, &say),
            Err(error) => refuse(&error, &todo, &say),
        })?;
        Ok(Self {
            requests: Some(requests),
            answers: Some(answers),
            thread: Some(thread),
        })
    }

    /// Ask for something.
    pub fn ask(&self, request: Request) {
        if let Some(requests) = &self.requests {
            let _ = requests.send(request);
        }
    }

    /// The next answer, if one has come.
    pub fn poll(&self) -> Option<Answer> {
        self.answers.as_ref()?.try_recv().ok()
    }

    /// The next answer, waited for.
    pub fn wait(&self, at_most: Duration) -> Option<Answer> {
        self.answers.as_ref()?.recv_timeout(at_most).ok()
    }
}

impl Drop for Writer {
    /// Waits until everything asked is done.
    fn drop(&mut self) {
        self.requests = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn serve(mut store: Store, todo: &Receiver<Request>, say: &dyn Fn(Answer)) {
    say(Answer::Ready(store.read_only().map(ToString::to_string)));
    loop {
        match todo.recv_timeout(LOOK) {
            Ok(request) => answer(&mut store, request, say),
            Err(RecvTimeoutError::Timeout) => look(&mut store, say),
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

fn answer(store: &mut Store, request: Request, say: &dyn Fn(Answer)) {
    let (ticket, done) = match request {
        Request::Read(of, facts) => {
            facts.into_iter().for_each(|facts| store.know(facts));
            let read = store.read(of).map(Box::new).map_err(|e| e.to_string());
            // What others wrote is in it; told afterwards, it would seem to come after it.
            look(store, say);
            return say(Answer::Read(of, read));
        }
        Request::Corrected => {
            match store.corrected() {
                Ok(clips) => say(Answer::Corrected(clips)),
                Err(error) => log::warn!("{error}"),
            }
            return look(store, say);
        }
        Request::Since(moment) => {
            return match store.kept_since(moment) {
                Ok(kept) => say(Answer::Since(kept)),
                Err(error) => log::warn!("{error}"),
            };
        }
        Request::Copy(path) => {
            let copied = store.copy_to(&path).map_err(|e| e.to_string());
            return say(Answer::Copied(path, copied));
        }
        Request::Edit(ticket, edit, joins) => (ticket, store.edit(&edit, joins)),
        Request::Undo(ticket, of) => (ticket, store.undo(of)),
        Request::Redo(ticket, of) => (ticket, store.redo(of)),
    };
    match done {
        Ok(kept) => {
            let nothing = kept.last().is_none_or(|last| !last.own);
            for kept in kept {
                let ticket = kept.own.then_some(ticket);
                say(Answer::Kept(ticket, kept));
            }
            if nothing {
                say(Answer::Nothing(ticket));
            }
        }
        Err(error) => say(Answer::Refused(ticket, error.to_string())),
    }
}

/// A file that cannot be looked at now says so with the next edit.
fn look(store: &mut Store, say: &dyn Fn(Answer)) {
    match store.news() {
        Ok(news) => news
            .into_iter()
            .for_each(|kept| say(Answer::Kept(None, kept))),
        Err(error) => log::warn!("{error}"),
    }
}

/// Without a file every edit is refused.
fn refuse(error: &StoreError, todo: &Receiver<Request>, say: &dyn Fn(Answer)) {
    let why = error.to_string();
    say(Answer::NoStore(why.clone()));
    for request in todo {
        say(match request {
            Request::Read(of, _) => Answer::Read(of, Err(why.clone())),
            Request::Corrected => Answer::Corrected(Vec::new()),
            Request::Since(_) => Answer::Since(KeptSince::default()),
            Request::Copy(path) => Answer::Copied(path, Err(why.clone())),
            Request::Edit(ticket, ..) | Request::Undo(ticket, _) | Request::Redo(ticket, _) => {
                Answer::Refused(ticket, why.clone())
            }
        });
    }
}

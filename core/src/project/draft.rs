//! What is shown of a clip's corrections while edits are on their way to the disk: what is kept, then what is asked, then what a hand
//! holds this moment. Pure: where an edit is refused, what is shown falls back to what is kept.

use super::{Assignment, Change, Corrections, Edit, Scope};

/// Names an edit on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(pub u64);

/// An edit that is shown, with the one that takes it back.
#[derive(Clone, Debug, PartialEq)]
struct Laid {
    ticket: Option<Ticket>,
    edit: Edit,
    back: Edit,
}

/// A clip's corrections as they are shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    of: Scope,
    shown: Corrections,
    laid: Vec<Laid>,
}

impl Draft {
    /// Of what is kept.
    pub fn new(of: Scope, kept: Corrections) -> Self {
        Self {
            of,
            shown: kept,
            laid: Vec::new(),
        }
    }

    /// What is shown.
    pub fn shown(&self) -> &Corrections {
        &self.shown
    }

    /// Whether something asked is not on the disk yet.
    pub fn is_waiting(&self) -> bool {
        self.laid.iter().any(|laid| laid.ticket.is_some())
    }

    /// Show an edit that is on its way. Says whether it changes anything; where it does not, it is not laid on.
    pub fn ask(&mut self, ticket: Ticket, change: Change) -> bool {
        self.let_go();
        let changes = self.lay(Some(ticket), change);
        if !changes {
            self.laid.pop();
        }
        changes
    }

    /// Show what a hand holds: it takes the place of what it held before. Says whether what is shown changes.
    pub fn hold(&mut self, change: Change) -> bool {
        let before = self.laid.len();
        self.let_go();
        self.lay(None, change) || self.laid.len() != before
    }

    /// The hand holds nothing any more; gives what it held, which is not shown any more either.
    pub fn let_go(&mut self) -> Option<Change> {
        let held = self.laid.pop_if(|laid| laid.ticket.is_none())?;
        held.back.apply(&mut self.shown);
        Some(held.edit.change)
    }

    /// A row of the log is on the disk: what it set is kept, and what is still on its way is laid over it again.
    pub fn keep(&mut self, ticket: Option<Ticket>, set: &[Assignment]) {
        self.relay(ticket, |shown, of| {
            let change = Change::Set(set.to_vec());
            Edit { of, change }.apply(shown);
        });
    }

    /// What was asked is not kept, or changes nothing.
    pub fn forget(&mut self, ticket: Ticket) {
        self.relay(Some(ticket), |_, _| ());
    }

    /// Take everything off that is laid on, change what is kept, and lay the rest on again.
    fn relay(&mut self, gone: Option<Ticket>, change: impl FnOnce(&mut Corrections, Scope)) {
        let laid = std::mem::take(&mut self.laid);
        for laid in laid.iter().rev() {
            laid.back.apply(&mut self.shown);
        }
        change(&mut self.shown, self.of);
        for laid in laid {
            if laid.ticket.is_none() || laid.ticket != gone {
                self.lay(laid.ticket, laid.edit.change);
            }
        }
    }

    fn lay(&mut self, ticket: Option<Ticket>, change: Change) -> bool {
        let edit = Edit {
            of: self.of,
            change,
        };
        let back = edit.apply(&mut self.shown);
        let changed = !back.is_nothing();
        // Also what changes nothing now: over what another window wrote it may.
        self.laid.push(Laid { ticket, edit, back });
        changed
    }
}

//! What is decided of the clips edited last, held so that an edit need not read them again. Few: the file has them all.

use rusqlite::Connection;

use super::error::Trouble;
use super::{clips, items};
use crate::project::{Corrections, Scope};

/// How many clips are held.
const HELD: usize = 8;

/// The newest last.
#[derive(Debug, Default)]
pub(super) struct States(Vec<(Scope, Corrections)>);

impl States {
    /// What is held of a clip.
    pub(super) fn held(&mut self, of: Scope) -> Option<&mut Corrections> {
        let mut held = self.0.iter_mut();
        held.find(|(own, _)| *own == of).map(|(_, state)| state)
    }

    /// What is decided of a clip, read where it is not held.
    pub(super) fn of(
        &mut self,
        connection: &Connection,
        of: Scope,
    ) -> Result<&mut Corrections, Trouble> {
        let place = match self.0.iter().position(|(own, _)| *own == of) {
            Some(place) => place,
            None => {
                let state = load(connection, of)?;
                if self.0.len() >= HELD {
                    self.0.remove(0);
                }
                self.0.push((of, state));
                self.0.len() - 1
            }
        };
        self.0[place..].rotate_left(1);
        let last = self.0.len() - 1;
        Ok(&mut self.0[last].1)
    }

    /// Read a clip again from now on.
    pub(super) fn forget(&mut self, of: Scope) {
        self.0.retain(|(own, _)| *own != of);
    }

    /// Read everything again from now on.
    pub(super) fn forget_all(&mut self) {
        self.0.clear();
    }
}

fn load(connection: &Connection, of: Scope) -> Result<Corrections, Trouble> {
    let mut state = Corrections::default();
    if let Some(row) = clips::row_of(connection, of)? {
        clips::refuse_trouble(connection, row, of)?;
        for item in items::of_clip(connection, row, of)? {
            state.assign((item.key(), Some(item)));
        }
    }
    Ok(state)
}

//! What the log holds from a moment on: how much of a run that did not end well is kept.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rusqlite::params;

use super::Store;
use super::error::{StoreError, Trouble};

/// What others than this store kept from a moment on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KeptSince {
    /// How many edits, undoing and doing again among them.
    pub edits: usize,
    /// Of how many clips.
    pub clips: usize,
    /// When the last of them was on the disk.
    pub last: Option<SystemTime>,
}

impl Store {
    /// What others kept from a moment on.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn kept_since(&self, moment: SystemTime) -> Result<KeptSince, StoreError> {
        let since = moment.duration_since(UNIX_EPOCH).unwrap_or_default();
        let since = i64::try_from(since.as_millis()).unwrap_or(i64::MAX);
        // Clip 0 is the project itself.
        let sql = "SELECT COUNT(*), COUNT(DISTINCT NULLIF(clip, 0)), MAX(at_ms) FROM edits
            WHERE at_ms >= ?1 AND session <> ?2";
        let found = self
            .connection
            .query_row(sql, params![since, self.session], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            });
        let (edits, clips, last): (i64, i64, Option<i64>) =
            found.map_err(|cause| Trouble::from(cause).of(&self.path))?;
        let moment = |ms: i64| UNIX_EPOCH + Duration::from_millis(ms.max(0) as u64);
        Ok(KeptSince {
            edits: edits as usize,
            clips: clips as usize,
            last: last.map(moment),
        })
    }
}

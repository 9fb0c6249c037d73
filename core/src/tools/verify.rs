//! Checking files of weights one after the other: `mettle models verify`.

use crate::base::Progress;
use crate::engine::EngineError;
use crate::hub::{Entry, Found};
use crate::model::{Verdict, Verify};

/// Checks every file; `told` hears how much is read, and a verdict when a file is done.
///
/// # Errors
/// A file cannot be read.
pub fn verify<E: From<EngineError>>(
    files: Vec<(Entry, Found)>,
    mut told: impl FnMut(Progress, Option<Verdict>) -> Result<(), E>,
) -> Result<(), E> {
    let mut verify = Verify::new(files);
    while !verify.is_done() {
        let verdict = verify.step().map_err(EngineError::from)?;
        told(verify.progress(), verdict)?;
    }
    Ok(())
}

//! Files of results.

use std::path::Path;

use super::ExchangeError;
use crate::base;

/// [`base::write_whole`], with the file named in the error.
///
/// # Errors
/// The folder is not there, is full, or must not be written to.
pub fn write_whole(path: &Path, content: &[u8]) -> Result<(), ExchangeError> {
    base::write_whole(path, content).map_err(|error| ExchangeError::Write {
        path: path.to_owned(),
        error,
    })
}

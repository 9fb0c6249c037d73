//! Files that are there whole or not at all.

use std::path::Path;

use super::ExchangeError;

/// Writes a file whole or not at all: first beside it, then in its place.
///
/// # Errors
/// The folder is not there, is full, or must not be written to.
pub fn write_whole(path: &Path, content: &[u8]) -> Result<(), ExchangeError> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".part");
    let beside = Path::new(&beside);
    std::fs::write(beside, content)
        .and_then(|()| std::fs::rename(beside, path))
        .map_err(|error| {
            let _ = std::fs::remove_file(beside);
            ExchangeError::Write {
                path: path.to_owned(),
                error,
            }
        })
}

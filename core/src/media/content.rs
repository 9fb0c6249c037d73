//! A file's name by its content.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use super::error::MediaError;
use crate::base::{ClipId, ContentHash};

/// Files up to this size are hashed whole.
const WHOLE: u64 = 256 << 20;
/// Of larger ones, this many pieces spread over the file ...
const PIECES: u64 = 64;
/// ... of this size, the first at the very start and the last at the very end.
const PIECE: u64 = 1 << 20;

/// BLAKE3 of the bytes of a file. Over 256 MiB it is that of the length and 64 spread-out pieces of 1 MiB, so that a
/// clip of hours opens at once: two such files that differ only between the pieces would be taken for one.
pub(super) fn content_hash(path: &Path) -> Result<ClipId, MediaError> {
    let mut hasher = blake3::Hasher::new();
    hash_into(&mut hasher, path).map_err(|e| MediaError::Unreadable {
        path: path.into(),
        cause: e.to_string(),
    })?;
    Ok(ClipId(ContentHash(*hasher.finalize().as_bytes())))
}

fn hash_into(hasher: &mut blake3::Hasher, path: &Path) -> std::io::Result<()> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    if length <= WHOLE {
        return hasher.update_reader(&mut file).map(|_| ());
    }
    hasher.update(&length.to_le_bytes());
    let mut piece = vec![0; PIECE as usize];
    for index in 0..PIECES {
        file.seek(SeekFrom::Start((length - PIECE) / (PIECES - 1) * index))?;
        file.read_exact(&mut piece)?;
        hasher.update(&piece);
    }
    file.seek(SeekFrom::End(-(PIECE as i64)))?;
    file.read_exact(&mut piece)?;
    hasher.update(&piece);
    Ok(())
}

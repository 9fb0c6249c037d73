//! BLAKE3 of files of any size, in short steps, without holding them in memory.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::{ContentHash, Progress};

/// Bytes hashed at a time, on all processors: enough to keep them busy.
const PIECE: usize = 8 << 20;
/// Pieces a step: about a tenth of a second where the file is in memory.
const PIECES: usize = 32;

/// A file being hashed, every byte of it.
pub struct FileHasher {
    file: File,
    /// The piece that is hashed, and the one that is read meanwhile.
    pieces: [Vec<u8>; 2],
    hasher: blake3::Hasher,
    progress: Progress,
}

impl FileHasher {
    /// Begins with the first byte.
    ///
    /// # Errors
    /// The file cannot be opened.
    pub fn open(path: &Path) -> std::io::Result<Self> {
        let file = File::open(path)?;
        let total = file.metadata()?.len();
        let size = usize::try_from(total).unwrap_or(PIECE);
        Ok(Self {
            file,
            pieces: [0; 2].map(|_| vec![0; size.clamp(1, PIECE)]),
            hasher: blake3::Hasher::new(),
            progress: Progress { done: 0, total },
        })
    }

    /// Bytes read, and bytes there were when it began.
    pub fn progress(&self) -> Progress {
        self.progress
    }

    /// Goes on for a moment; gives the hash at the end.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn step(&mut self) -> std::io::Result<Option<ContentHash>> {
        let [mut now, mut next] = self.pieces.each_mut();
        let mut filled = fill(&mut self.file, now)?;
        for piece in 1..=PIECES {
            let (file, hasher) = (&mut self.file, &mut self.hasher);
            let last = filled < now.len();
            let read = || match last || piece == PIECES {
                true => Ok(0),
                false => fill(file, next),
            };
            let (read, ()) = rayon::join(read, || {
                hasher.update_rayon(&now[..filled]);
            });
            self.progress.done += filled as u64;
            if last {
                return Ok(Some(ContentHash(*self.hasher.finalize().as_bytes())));
            }
            filled = read?;
            std::mem::swap(&mut now, &mut next);
        }
        Ok(None)
    }
}

/// Fills a piece as far as the file goes.
fn fill(file: &mut File, piece: &mut [u8]) -> std::io::Result<usize> {
    let mut filled = 0;
    while filled < piece.len() {
        match file.read(&mut piece[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// BLAKE3 of all bytes of a file.
///
/// # Errors
/// The file cannot be read.
pub fn hash_file(path: &Path) -> std::io::Result<ContentHash> {
    let mut hasher = FileHasher::open(path)?;
    loop {
        if let Some(hash) = hasher.step()? {
            return Ok(hash);
        }
    }
}

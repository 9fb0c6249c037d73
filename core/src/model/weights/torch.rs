//! PyTorch's zip format: a pickle that names tensors, and their storages as uncompressed entries beside it.

use std::collections::HashMap;
use std::io::Cursor;
use std::ops::Range;

use zip::read::{ArchiveOffset, Config};
use zip::{CompressionMethod, ZipArchive};

use super::error::CheckpointError;
use super::file::{FileBytes, StateDict};
use super::pickle::Pickle;
use super::torch_tensors::Reader;

/// The longest pickle read; that of a real checkpoint is well under a megabyte.
const MAX_PICKLE: usize = 64 << 20;

/// Entries of the archive by name, as ranges of the file.
type Entries = HashMap<String, Range<usize>>;

/// The tensors of a checkpoint, in whichever of its dictionaries they are.
///
/// # Errors
/// It is no such archive, or a damaged one.
pub(super) fn read_archive(file: &FileBytes) -> Result<StateDict, CheckpointError> {
    let entries = entries(file.as_slice())?;
    let prefix = entries
        .keys()
        .filter_map(|name| name.strip_suffix("data.pkl"))
        .filter(|prefix| prefix.is_empty() || prefix.ends_with('/'))
        .min_by_key(|prefix| prefix.len())
        .ok_or(CheckpointError::OtherZip)?
        .to_owned();
    if let Some(order) = entries.get(&format!("{prefix}byteorder"))
        && file.as_slice().get(order.clone()) != Some(b"little")
    {
        return Err(CheckpointError::BigEndian);
    }
    let range = entries.get(&format!("{prefix}data.pkl")).cloned();
    let bytes = range.and_then(|range| file.as_slice().get(range));
    let bytes = bytes.ok_or(CheckpointError::NoPickle)?;
    if bytes.len() > MAX_PICKLE {
        return Err(CheckpointError::LongPickle(bytes.len()));
    }
    let pickle = Pickle::read(bytes)?;
    let storages = entries.into_iter().filter_map(|(name, range)| {
        let key = name.strip_prefix(&prefix)?.strip_prefix("data/")?;
        Some((key.to_owned(), range))
    });
    let reader = Reader {
        pickle: &pickle,
        storages: storages.collect(),
        file,
    };
    reader.state_dict()
}

fn entries(bytes: &[u8]) -> Result<Entries, CheckpointError> {
    // Nothing stands before a checkpoint's archive. Left to find out, the reader looks for the directory right before its end
    // record; PyTorch has 76 bytes of zip64 records there, which a first entry of just that length makes look like a shift.
    let config = Config {
        archive_offset: ArchiveOffset::Known(0),
    };
    let mut archive = ZipArchive::with_config(config, Cursor::new(bytes))?;
    let mut entries = Entries::new();
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index)?;
        let name = entry.name()?.into_owned();
        if let Some(other) = other_archive(&name) {
            return Err(CheckpointError::OtherArchive(other));
        }
        if entry.compression() != CompressionMethod::Stored {
            return Err(CheckpointError::Compressed(name));
        }
        let start = entry.data_start().and_then(|at| usize::try_from(at).ok());
        let size = usize::try_from(entry.size()).ok();
        let range = start.zip(size).and_then(|(start, size)| {
            let end = start.checked_add(size)?;
            (end <= bytes.len()).then_some(start..end)
        });
        let range = range.ok_or_else(|| CheckpointError::Ends {
            what: "entry",
            name: name.clone(),
        })?;
        if entries.insert(name.clone(), range).is_some() {
            return Err(CheckpointError::Twice(name));
        }
    }
    Ok(entries)
}

/// What an archive with such an entry is, which holds no dictionary of tensors, and what to do.
fn other_archive(entry: &str) -> Option<&'static str> {
    if entry.ends_with("/constants.pkl") || entry.contains("/code/") {
        return Some(
            "is a TorchScript program, not a checkpoint: in Python, save the tensors it holds with \
             torch.save(torch.jit.load(FILE).state_dict(), \"weights.pth\")",
        );
    }
    entry.ends_with(".npy").then_some(
        "is a NumPy archive (.npz), whose arrays have other names and axes than PyTorch's: \
         take the model's PyTorch or safetensors checkpoint",
    )
}

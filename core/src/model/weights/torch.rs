//! PyTorch's zip format: a pickle that names tensors, and their storages as uncompressed entries beside it.

use std::collections::HashMap;
use std::io::Cursor;
use std::ops::Range;

use zip::read::{ArchiveOffset, Config};
use zip::{CompressionMethod, ZipArchive};

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
/// In words, to follow the file's name.
pub(super) fn read_archive(file: &FileBytes) -> Result<StateDict, String> {
    let entries = entries(file.as_slice())?;
    let prefix = entries
        .keys()
        .filter_map(|name| name.strip_suffix("data.pkl"))
        .filter(|prefix| prefix.is_empty() || prefix.ends_with('/'))
        .min_by_key(|prefix| prefix.len())
        .ok_or("is a zip archive, but not one that PyTorch wrote")?
        .to_owned();
    if let Some(order) = entries.get(&format!("{prefix}byteorder"))
        && file.as_slice().get(order.clone()) != Some(b"little")
    {
        return Err("was written on a big-endian machine: save it again on another".into());
    }
    let range = entries.get(&format!("{prefix}data.pkl")).cloned();
    let bytes = range.and_then(|range| file.as_slice().get(range));
    let bytes = bytes.ok_or("has no readable pickle")?;
    if bytes.len() > MAX_PICKLE {
        return Err(format!("has a pickle of {} bytes", bytes.len()));
    }
    let pickle = Pickle::read(bytes).map_err(|e| format!("is a damaged checkpoint: {e}"))?;
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

fn entries(bytes: &[u8]) -> Result<Entries, String> {
    let damaged = |e: &dyn std::fmt::Display| format!("is a damaged zip archive ({e})");
    // Nothing stands before a checkpoint's archive. Left to find out, the reader looks for the directory right before its end
    // record; PyTorch has 76 bytes of zip64 records there, which a first entry of just that length makes look like a shift.
    let config = Config {
        archive_offset: ArchiveOffset::Known(0),
    };
    let archive = ZipArchive::with_config(config, Cursor::new(bytes));
    let mut archive = archive.map_err(|e| damaged(&e))?;
    let mut entries = Entries::new();
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).map_err(|e| damaged(&e))?;
        let name = entry.name().map_err(|e| damaged(&e))?.into_owned();
        if let Some(other) = other_archive(&name) {
            return Err(other.to_owned());
        }
        if entry.compression() != CompressionMethod::Stored {
            return Err(format!(
                "has a compressed entry {name}, which PyTorch does not write"
            ));
        }
        let start = entry.data_start().and_then(|at| usize::try_from(at).ok());
        let size = usize::try_from(entry.size()).ok();
        let range = start.zip(size).and_then(|(start, size)| {
            let end = start.checked_add(size)?;
            (end <= bytes.len()).then_some(start..end)
        });
        let range = range.ok_or_else(|| format!("ends before its entry {name} does"))?;
        if entries.insert(name.clone(), range).is_some() {
            return Err(format!("has two entries named {name}"));
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

//! PyTorch's format of before 1.6, as torchvision's files of 2019 have it: a magic number, a version and the machine's
//! endianness, the pickle, the keys of its storages, then each storage after its length. All but the storages are pickles.

use std::collections::HashMap;
use std::ops::Range;

use super::error::CheckpointError;
use super::file::{FileBytes, StateDict};
use super::pickle::{Node, Pickle};
use super::torch_storage::Storage;
use super::torch_tensors::Reader;

/// The first pickle: the number 0x1950a86a20f9469cfc6c.
const MAGIC: &[u8] = b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.";
/// The second: the format's only version.
const VERSION: i64 = 1001;

/// The tensors of a checkpoint.
///
/// # Errors
/// It is no such checkpoint, or a damaged one.
pub(super) fn read(file: &FileBytes) -> Result<StateDict, CheckpointError> {
    let rest = file.as_slice().strip_prefix(MAGIC);
    let rest = rest.ok_or(CheckpointError::OtherPickle)?;
    let (version, rest) = Pickle::read_first(rest)?;
    if *version.root() != Node::Int(VERSION) {
        return Err(CheckpointError::Version);
    }
    let (machine, rest) = Pickle::read_first(rest)?;
    if !little_endian(&machine) {
        return Err(CheckpointError::BigEndian);
    }
    let (pickle, rest) = Pickle::read_first(rest)?;
    let (keys, rest) = Pickle::read_first(rest)?;
    let start = file.as_slice().len() - rest.len();
    let reader = Reader {
        storages: storages(&pickle, &keys, rest, start)?,
        pickle: &pickle,
        file,
    };
    reader.state_dict()
}

fn little_endian(machine: &Pickle) -> bool {
    let Node::Dict(pairs) = machine.root() else {
        return false;
    };
    pairs.iter().any(|(key, value)| {
        machine.str(*key) == Some("little_endian") && *machine.node(*value) == Node::Bool(true)
    })
}

/// Where each storage is in the file, of which `rest` is the end, from `start` on.
fn storages(
    pickle: &Pickle,
    keys: &Pickle,
    rest: &[u8],
    start: usize,
) -> Result<HashMap<String, Range<usize>>, CheckpointError> {
    let Node::List(keys_in_order) = keys.root() else {
        return Err(CheckpointError::NoStorages);
    };
    let mut sizes: HashMap<&str, usize> = HashMap::new();
    for description in pickle.outside() {
        let storage = Storage::of(pickle, description)?;
        let size = storage.element.size();
        let size = size.ok_or(CheckpointError::StorageClass)?;
        sizes.insert(storage.key, size);
    }
    let mut at = 0_usize;
    let mut found = HashMap::new();
    for key in keys_in_order {
        let key = keys.str(*key).ok_or(CheckpointError::StorageName)?;
        let size = sizes.get(key).ok_or(CheckpointError::StorageUnused)?;
        let length = rest.get(at..).and_then(|rest| rest.first_chunk::<8>());
        let length = length.and_then(|word| usize::try_from(u64::from_le_bytes(*word)).ok());
        let end = length
            .and_then(|length| length.checked_mul(*size))
            .and_then(|bytes| bytes.checked_add(at + 8))
            .filter(|end| *end <= rest.len());
        let end = end.ok_or_else(|| CheckpointError::Ends {
            what: "storage",
            name: key.to_owned(),
        })?;
        found.insert(key.to_owned(), start + at + 8..start + end);
        at = end;
    }
    Ok(found)
}

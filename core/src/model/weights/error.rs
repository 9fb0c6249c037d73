//! What can be wrong with a checkpoint, each in words that follow the name of what it is said of.

use safetensors::SafeTensorError;
use thiserror::Error;
use zip::result::ZipError;

/// Why a pickle cannot be read.
#[derive(Debug, Error)]
pub(super) enum PickleError {
    #[error("pickle opcode 0x{0:02x}, which PyTorch does not write")]
    Opcode(u8),
    #[error("more than {0} values in a pickle")]
    TooManyValues(usize),
    #[error("more than {0} values at once in a pickle")]
    TooManyAtOnce(usize),
    #[error("a pickle that takes more values than it made")]
    Underflow,
    #[error("a pickle that ends in the middle")]
    Ends,
    #[error("a length out of bounds")]
    Length,
    #[error("a name without an end")]
    OpenName,
    #[error("a name that is not UTF-8")]
    Name,
    #[error("a string that is not UTF-8")]
    Text,
    #[error("a dictionary with a key and no value")]
    KeyAlone,
    #[error("a class whose name is not text")]
    Class,
    #[error("a reference to a value that was never named")]
    Reference,
}

/// Why a tensor, or the storage it is a view of, is not read.
#[derive(Debug, Error)]
pub(super) enum TensorError {
    #[error("has a storage without description")]
    NoDescription,
    #[error("has a storage with an unknown description")]
    UnknownDescription,
    #[error("has a storage without element type")]
    NoElementType,
    #[error("has a storage without a name")]
    NoName,
    #[error("has elements of {0}, which are not read")]
    Elements(String),
    #[error("has elements of an unknown type")]
    UnknownElements,
    #[error("is quantised ({0}): take the checkpoint in floating point")]
    QuantisedStorage(String),
    #[error("is quantised: take the checkpoint in floating point")]
    Quantised,
    #[error("is sparse: save it with to_dense()")]
    Sparse,
    #[error("has no values: it was saved from the meta device")]
    Meta,
    #[error("is made by {0}, which is not known here")]
    Maker(String),
    #[error("lacks the call that it is made by")]
    NoCall,
    #[error("lacks a storage, offset, size or stride")]
    Arguments,
    #[error("has a size that is no whole number")]
    Size,
    #[error("has {sizes} sizes and {strides} strides")]
    Axes { sizes: usize, strides: usize },
    #[error("reaches beyond its storage")]
    Beyond,
    #[error("has no storage")]
    NoStorage,
    #[error("lacks its storage {0}")]
    StorageMissing(String),
    #[error("has a storage {0} that is cut short")]
    StorageShort(String),
}

/// Why a file gives no tensors.
#[derive(Debug, Error)]
pub(super) enum CheckpointError {
    /// Another kind of file, and what to do.
    #[error("{0}")]
    Foreign(String),
    #[error("is a damaged safetensors file ({0}): fetch it again")]
    SafeTensors(#[from] SafeTensorError),
    #[error("is a damaged zip archive ({0})")]
    Zip(#[from] ZipError),
    #[error("is a zip archive, but not one that PyTorch wrote")]
    OtherZip,
    #[error("{0}")]
    OtherArchive(&'static str),
    #[error("has a compressed entry {0}, which PyTorch does not write")]
    Compressed(String),
    #[error("has two entries named {0}")]
    Twice(String),
    #[error("ends before its {what} {name} does")]
    Ends { what: &'static str, name: String },
    #[error("was written on a big-endian machine: save it again on another")]
    BigEndian,
    #[error("has no readable pickle")]
    NoPickle,
    #[error("has a pickle of {0} bytes")]
    LongPickle(usize),
    #[error("is a damaged checkpoint: {0}")]
    Pickle(#[from] PickleError),
    #[error("is a pickle, but not one that PyTorch wrote")]
    OtherPickle,
    #[error("is a PyTorch file of an unknown version")]
    Version,
    #[error("does not list its storages")]
    NoStorages,
    #[error("has a storage of a class that PyTorch does not have")]
    StorageClass,
    #[error("has a storage without a name")]
    StorageName,
    #[error("has a storage that nothing uses")]
    StorageUnused,
    #[error(transparent)]
    Storage(#[from] TensorError),
    #[error("holds no dictionary of tensors: save the model's state_dict")]
    NoDictionary,
    #[error("has a tensor {name} that {why}")]
    Tensor { name: String, why: TensorError },
    #[error("holds no tensors in any of its dictionaries: save the model's state_dict")]
    NoTensors,
    #[error(
        "holds NumPy arrays, not tensors: in Python, make each one a tensor with torch.from_numpy and save those"
    )]
    Arrays,
}

//! Checkpoints: reading upstream's files under upstream's names, without ever running code from them.

mod apply;
mod error;
mod file;
mod foreign;
mod layout;
mod names;
mod outline;
mod pickle;
mod pickle_machine;
mod pickle_ops;
mod prefix;
mod raw;
mod save;
mod torch;
mod torch_dicts;
mod torch_legacy;
mod torch_storage;
mod torch_tensors;

pub(in crate::model) use apply::load_in_numbers;
pub use apply::{KeyReport, ShapeProblem, load_into};
pub(crate) use file::read_checkpoint_bytes;
pub use file::{StateDict, read_checkpoint};
pub use names::Names;
pub use raw::{RawTensor, RawType};
pub(in crate::model) use save::module_bytes;
pub use save::save_module;

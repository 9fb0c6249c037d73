//! Checkpoints: reading upstream's files under upstream's names, without ever running code from them.

mod apply;
mod file;
mod layout;
mod names;
mod pickle;
mod pickle_machine;
mod pickle_ops;
mod raw;
mod save;
mod torch;
mod torch_legacy;
mod torch_tensors;

pub(in crate::model) use apply::load_in_numbers;
pub use apply::{KeyReport, ShapeProblem, load_into};
pub(crate) use file::read_checkpoint_bytes;
pub use file::{StateDict, read_checkpoint};
pub use names::Names;
pub use raw::{RawTensor, RawType};
pub use save::save_module;

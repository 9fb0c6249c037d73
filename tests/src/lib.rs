//! Shared by the promises: fixtures, temporary media, the built binary.

pub mod media;
//! Shared by the promises: fixtures, temporary media, the built binary, the tree itself.

pub mod program;
pub mod tree;

//! Shared by the promises: the source tree, fixtures, temporary media, the built binary.

pub mod tree;

//! Shared by the promises: fixtures, temporary media, the built binary.

pub mod media;

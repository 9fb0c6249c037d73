//! Promises about the tree itself.

mod layers;
mod tidy;
mod versions;

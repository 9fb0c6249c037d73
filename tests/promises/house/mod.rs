//! Promises about the tree itself.

mod layers;
mod shapes;
mod tidy;
mod versions;

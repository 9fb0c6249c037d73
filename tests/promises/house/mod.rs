//! Promises about the tree itself.

mod app_layers;
mod layers;
mod shapes;
mod tidy;
mod versions;

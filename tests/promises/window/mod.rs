//! Promises of the window.

mod axis;
mod commands;
mod heat;
mod scripted;
mod shaders;
mod sync;
mod theme;
mod weights;
mod work;

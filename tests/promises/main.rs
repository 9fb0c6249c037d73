//! What Mettle Studio promises, one file a promise, in the folders of the code that keeps it.

mod engine;
mod features;
mod files;
mod heads;
mod house;
mod hub;
mod media;
mod model;
mod modes;
mod project;
mod scenes;
mod train;
mod window;

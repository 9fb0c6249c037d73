//! Mettle Studio's window and command line. Names no burn, ffmpeg or symphonia: it speaks with `mettle_core::engine`.
//!
//! A frame of the window: [`app::MettleApp`] files the engine's replies and applies the queued [`command::Intent`]s
//! (only [`apply`] mutates [`state::AppState`]), then the [`panels`] draw the state and queue new intents.

pub mod app;
pub mod apply;
pub mod attention;
pub mod cli;
pub mod command;
mod corrected;
pub mod covers;
pub mod entry;
pub mod errands;
pub mod files;
pub mod fonts;
pub mod frame_times;
pub mod keymap;
pub mod link;
pub mod mode;
pub mod models;
pub mod paint;
pub mod panels;
pub mod playback;
pub mod project_desk;
pub mod replies;
pub mod settings;
pub mod shortcuts;
pub mod state;
pub mod theme;
pub mod weights;
mod window;

pub use window::{WindowOptions, run_window};

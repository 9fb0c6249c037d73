//! Mettle Studio's window and command line. Names no burn, ffmpeg or symphonia: it speaks with `mettle_core::engine`.
//!
//! A frame of the window: [`app::MettleApp`] files the engine's replies and applies the queued [`intent::Intent`]s
//! (only [`apply`] and [`replies`] change [`state::AppState`]), then the [`panels`] draw the state and queue new intents.
//!
//! # Code map, top layer first (imports go down only; a test holds the modules to it)
//!
//! | layer | module | what it is |
//! |---|---|---|
//! | 6 | [`cli`] | arguments and printing |
//! | 5 | [`app`], [`saving`], `hosting`, `window` | the window put together, opened, and opened again when its graphics device is lost |
//! | 4 | [`panels`], [`shortcuts`] | what the window shows, and the keys; they see state and intents, never what carries these out |
//! | 3 | [`apply`], [`replies`], [`requests`] | carrying out intents, filing answers, asking the engine; upper ones call lower ones, in this order |
//! | 3 | [`paint`] | drawing what no widget draws; takes what it draws, never the state |
//! | 2 | [`intent`] | what a person can ask for |
//! | 2 | [`files`], [`models`], [`covers`], [`project_desk`], [`sessions`], [`answering`], [`playback`], [`link`] | desks: each a thread (or the engine) behind a handle; no call waits |
//! | 1 | [`state`] | words, the clip list, settings, views: plain data |
//! | 0 | [`command`], [`keymap`], [`clicks`], [`theme`], [`fonts`], [`fitting`], [`waking`] | the table of commands, their keys, clicks one at a time, looks, the window's size, waking it |

pub mod answering;
pub mod app;
pub mod apply;
pub mod cli;
pub mod clicks;
pub mod command;
pub mod covers;
pub mod files;
pub mod fitting;
pub mod fonts;
mod hosting;
pub mod intent;
pub mod keymap;
pub mod link;
pub mod models;
pub mod paint;
pub mod panels;
pub mod playback;
pub mod project_desk;
pub mod replies;
pub mod requests;
pub mod saving;
pub mod sessions;
pub mod shortcuts;
pub mod state;
pub mod theme;
pub mod waking;
mod window;

pub use window::{WindowOptions, run_window};

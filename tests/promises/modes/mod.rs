//! Promises of parsing and masks, in the terminal and in the window.

mod colors;
mod corrections;
mod drawn;
mod letters;
mod masks;
mod one_cache;
mod run_lengths;
mod terminal;
mod terminal_thresholds;

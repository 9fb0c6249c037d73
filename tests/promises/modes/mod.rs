//! Promises of parsing and masks, in the terminal and in the window.

mod masks;
mod one_cache;
mod run_lengths;
mod terminal;

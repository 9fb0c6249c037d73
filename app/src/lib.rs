//! Mettle Studio's window and command line. Names no burn, ffmpeg or symphonia: it speaks with `mettle_core::engine`.

pub mod cli;

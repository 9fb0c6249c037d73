//! Promises of media.

mod broken_files;
mod colors;
mod frame_at;
mod long_clips;
mod naming;
mod odd_files;
mod sampled;
mod sound;
mod sync;
mod time;
mod waveform;
mod writing;

//! Promises of media.

mod absurd_rates;
mod broken_files;
mod colors;
mod damaged_stamps;
mod edits;
mod frame_at;
mod huge_pictures;
mod joined;
mod lengths;
mod long_clips;
mod mistaken;
mod naming;
mod odd_files;
mod overlays;
mod quiet;
mod sampled;
mod sound;
mod sync;
mod time;
mod unstamped;
mod waveform;
mod which_streams;
mod writing;

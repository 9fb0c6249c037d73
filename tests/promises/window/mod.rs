//! Promises of the window.

mod alike;
mod axis;
mod class_colors;
mod commands;
mod corrections;
mod files;
mod gestures;
mod heat;
mod kept;
mod keys;
mod listing;
mod mask_thresholds;
mod model;
mod modes;
mod results;
mod scripted;
mod settled;
mod shaders;
mod snapshots;
mod spectrogram;
mod sync;
mod theme;
mod training;
mod untrained;
mod weights;
mod work;

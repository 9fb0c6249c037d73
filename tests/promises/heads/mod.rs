//! Heads of all tasks, their losses and what they predict, against PyTorch twins and numbers worked by hand.

mod features;
mod head_files;
mod nearest;
pub mod noise;
mod plane;
mod report;
mod twin;
mod worth;

mod ablations;
mod attention;
mod bundle;
mod counts;
mod differences;
mod final_norm;
mod five_steps;
mod grouping;
mod han;
mod injection;
mod inter_modal;
mod losses;
mod predictions;
mod segment;

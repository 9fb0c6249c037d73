//! Files and names: whatever a person hands in or has lying about is read, or it is said what it is and what to do.

mod batches;
mod checkpoint_kinds;
mod checkpoint_places;
mod kept_keys;
mod long_clips;
mod names_of_results;
#[cfg(target_os = "linux")]
mod offline;
mod package;
pub mod terminal;
mod vit;

//! Options of `mettle cache`.

use clap::{Args, Subcommand};

use super::values::size;

/// Options of `cache`.
#[derive(Args, Clone, Debug)]
pub struct CacheArgs {
    /// What to do; `list` unless said otherwise.
    #[command(subcommand)]
    pub action: Option<CacheAction>,
    /// Keep at most so much from now on: bytes, or a number with KB, MB, GB or TB. 0 keeps nothing.
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub budget: Option<u64>,
}

/// What `cache` can do.
#[derive(Subcommand, Clone, Copy, Debug, PartialEq, Eq)]
pub enum CacheAction {
    /// Say what is kept.
    List,
    /// Remove it all.
    Clear,
    /// Say where it lies.
    Path,
}

//! Layer 1: where weights come from and where they lie. Reads model descriptions, looks for files, downloads when asked.
//!
//! Nothing here opens a socket but a [`Pull`] that has been started.

mod address;
mod answer;
mod catalog;
mod client;
mod error;
mod fetch;
mod places;
mod proxy;
mod pull;
mod record;
mod survey;

pub use catalog::{Download, Entry, Origin, catalog, description, entry};
pub use client::{Client, DEFAULT_ENDPOINT};
pub use error::HubError;
pub use places::{Found, Place, Places, Why};
pub use proxy::proxy_for;
pub use pull::{Installed, Pull};
pub use record::{CheckedAgainst, FileCheck, Record};
pub use survey::{ModelLine, WeightsState, survey};

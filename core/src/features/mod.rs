//! Layer 3: frozen backbones over the segments of a clip, and what they computed kept for the next time.
//!
//! No gradient enters a backbone, so its layer features are a function of (clip, weights, preparation): a [`FeatureCache`]
//! keeps them under a [`FeatureKey`] and a [`FeatureStream`] takes them from there or computes and keeps them. Layers are
//! kept intact, before any pooling or projection. A [`Lease`] pins what a training reads again and again.

mod analysed;
mod cache;
mod decode;
mod entry;
mod error;
mod extract;
mod half_features;
mod half_reading;
mod key;
mod lease;
mod listing;
mod repeats;
mod stream;
mod writer;

pub use cache::{DEFAULT_BUDGET, FeatureCache};
pub use decode::Decoded;
pub use entry::KeptFeatures;
pub use error::FeatureError;
pub use extract::{PreparedSegment, Recipe, extract, extract_audio, extract_visual, pooled};
pub use half_features::HalfFeatures;
pub use key::{EntryAbout, FeatureKey};
pub use lease::Lease;
pub use listing::{CacheEntry, CacheSummary};
pub use stream::{FeatureBatch, FeatureStream};
pub use writer::FeatureWriter;

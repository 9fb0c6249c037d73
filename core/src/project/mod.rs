//! Layer 1: what an annotator's work is made of: events, masks, corrections, the log of edits, and the file that keeps them.

mod area;
mod corrections;
mod draft;
mod draw;
mod edit;
mod item;
mod log;
mod mask_thresholds;
mod masks;
mod merge;
mod review;
mod said;
mod say;
mod store;
mod tracks;
mod writer;

pub use area::{Area, Point};
pub use corrections::Corrections;
pub use draft::{Draft, Ticket};
pub use edit::{Change, Edit};
pub use item::{Assignment, Class, Item, Key, Scope, ThresholdOf, text_of};
pub use log::{Kind, LogRow, Pointer, Seq};
pub use mask_thresholds::MaskThresholds;
pub use masks::{MaskBox, MaskError, RunLengths};
pub use merge::{Names, merge};
pub use review::Review;
pub use said::{Statement, Statements, Verdict};
pub use store::{ClipFacts, Kept, KeptSince, ReadOnly, Store, StoreError};
pub use tracks::{Event, Source, Track, stretches};
pub use writer::{Answer, Request, Writer};

//! Layer 4, beside `predict`: what leaves the program. An analysis as a neutral [`Document`], a file for each format it is
//! written in, and pictures of it.
//!
//! A format knows the document and nothing else; its first lines say what it loses.

pub mod coco;
pub mod csv;
pub mod json;
pub mod layouts;
pub mod marks;
pub mod parts;
pub mod rendering;

mod document;
mod error;
mod exporter;
mod files;
mod mask_shelf;
mod masks;
mod names;

pub use document::{ClassScore, Document, Findings, MaskOfSecond, ModelFacts, Second, TaskTrack};
pub use error::ExchangeError;
pub use exporter::{Analysed, ExportFormat, Exported, Exporter};
pub use files::write_whole;
pub use mask_shelf::MaskShelf;
pub use masks::MaskTaker;
pub use names::Stems;

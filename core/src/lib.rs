//! Mettle Studio without a window: everything between a file on disk and the times, labels and tracks a person sees.
//!
//! # One idea
//!
//! No gradient ever enters a backbone, so a backbone's layer features are a cacheable function of (clip content,
//! backbone weights, pre-processing), and every head, threshold and correction sits downstream of them:
//!
//! ```text
//! clip ─► segments ─► layer features ─► meta-tokens ─► prediction ─► tracks ─► corrections
//! media    media       features          model::lcd     predict       predict    project
//! ```
//!
//! # Code map, top layer first (imports go down only; modules of one row do not know each other)
//!
//! | layer | module | what it is |
//! |---|---|---|
//! | 7 | [`tools`] | what the terminal asks for and waits for: heads trained on data sets' folders and measured there, the paper's figures of them, eval, metrics, speed, counts, tag, verify |
//! | 6 | [`engine`] | jobs as small steps on named worker threads; the boundary the window talks to |
//! | 5 | [`train`] | one loop for heads of every task over examples from any source, in steps, kept and resumed; a batch is read a clip and a layer at a time, whatever its size; losses and metrics that leave out what is unknown; what a person said as targets, heads that grow classes, and clips that are replayed so that one who learns something new forgets little; `demo`: all about the embedded model, whose heads learn from scenes and from clips made of real sounds and photographs alike |
//! | 4 | [`predict`], [`exchange`] | head → [`predict::Prediction`] → tracks, masks as shown (a person's over the model's), seconds on a plane; which seconds are worth a look, and how a model stands against a person's word; pure, touching no file; a neutral [`exchange::Document`] of an analysis and [`exchange::marks::Sheet`] of what programs exchange, a file for each format, folders in data sets' layouts, pictures, written by one [`exchange::Exporter`] for terminal and window |
//! | 3 | [`features`] | frozen backbones over the segments of a clip, and the cache of what they computed |
//! | 2 | [`model`] | pre-processing, backbones, checkpoints, LCD, heads; a [`model::FrozenPair`] is loaded once, when it first computes, and read by any number of heads through [`model::FrozenLayers`] (two products with each layer's tokens are all they ever ask), each a [`model::HeadFile`] that a [`model::HeadCatalogue`] finds; a [`model::TagHead`] reads the backbones' classifiers instead of layers and is not trained; the CPU's kernels are a crate of their own, `mettle-kernels` |
//! | 1 | [`media`], [`project`], [`data`], [`gpu`], [`hub`] | clips and decoding; what people decide, its log and its file; data sets' folders as people have them, what they say of their clips (targets: loaders make them, so they lie below `train`), how published loaders cut them, sounding scenes, and clips made of real sounds and photographs; devices; where weights lie and come from |
//! | 0 | [`base`] | time, ids, labels, tasks, modalities, folders, problems, progress |
//!
//! Two modules know one beside them: sounding scenes (`data`) are written as real media files, and a document (`exchange`) is made
//! from predictions.
//!
//! # Invariants
//!
//! 1. Nothing here names egui; nothing in the app crate names burn, ffmpeg or symphonia. (Tidy test.)
//! 2. A backbone that serves predictions never lives on an autodiff device; only `train` calls `.autodiff()`. (Tidy test.)
//! 3. Layer features are intact layer outputs: no pooling or projection before they could be cached.
//! 4. `predict::tracks` uses no IO, clock or GPU: same input, same output.
//! 5. One thread, `engine`, touches the compute device; on the CPU it has help: the compute pool, and while a head learns a thread that
//!    distils sound beside pictures. The window's thread never waits for it.
//! 6. A result carries the key it was computed for (clip, head, precision; a head's name holds its backbones'); late results are
//!    filed under their key, never "applied".
//! 7. A user's correction is never overwritten by a prediction, a training or another window; it is drawn over the model's word, and
//!    shown as kept only when its transaction is on the disk. One thread writes the project.
//! 8. A fine-tune adds a head and never overwrites one: [`model::write_head`] names it by its content. It is given what was said as
//!    targets and has no way to the project: no training writes a user's word. Its file notes the words it learned, so that none is
//!    gone on from that learned what was taken back ([`engine::clean_head`]).
//! 9. Only [`hub`] can open a socket, and only for a download the user asked for. (Tidy test.)
//! 10. Nothing the project's file holds is keyed by a second's place, a path, a label's text, `{:?}` or `DefaultHasher`; its rows have
//!     numbers of their own, apart from the types in memory. Nothing is ever taken out of its log: undo and redo are rows of their own,
//!     so that another window learns of them as of every edit.

pub mod base;
pub mod data;
pub mod engine;
pub mod exchange;
pub mod features;
pub mod gpu;
pub mod hub;
pub mod media;
pub mod model;
pub mod predict;
pub mod project;
pub mod tools;
pub mod train;

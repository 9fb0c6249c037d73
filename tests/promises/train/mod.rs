//! Promises of training: one loop over any source, what is unknown teaches nothing, and a stop changes nothing.

mod calibration;
mod clean;
mod clips;
mod corrections;
mod cost;
mod few;
mod figures;
mod lease;
mod newcomers;
mod optimisers;
mod replay;
mod resume;
mod sources;
mod streamed;
mod taught;
mod terminal;
mod trunks;
mod unknown;

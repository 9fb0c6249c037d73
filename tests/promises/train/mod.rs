//! Promises of training: one loop over any source, what is unknown teaches nothing, and a stop changes nothing.

mod calibration;
mod clips;
mod few;
mod lease;
mod optimisers;
mod resume;
mod sources;
mod streamed;
mod taught;
mod terminal;
mod unknown;

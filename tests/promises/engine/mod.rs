//! Promises of engine.

//! Promises of scenes.

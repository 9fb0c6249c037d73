//! Promises of media.

//! Promises of window.

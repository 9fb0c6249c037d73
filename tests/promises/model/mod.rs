//! Promises of model.

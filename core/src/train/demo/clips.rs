//! The clips that a head learns from, and those that its epoch is chosen by.

use std::sync::Arc;

use crate::train::examples::{Examples, Mixture};

/// Clips for learning, and for choosing an epoch.
pub(super) struct Clips {
    pub training: Arc<dyn Examples>,
    pub validation: Arc<dyn Examples>,
}

impl Clips {
    /// Several kinds as one.
    pub fn of(kinds: &[&Self]) -> Self {
        let join = |of: fn(&Self) -> &Arc<dyn Examples>| -> Arc<dyn Examples> {
            let parts = kinds.iter().map(|clips| Arc::clone(of(clips)));
            Arc::new(Mixture::of(parts.collect()))
        };
        Self {
            training: join(|clips| &clips.training),
            validation: join(|clips| &clips.validation),
        }
    }
}

/// Some kinds of scenes, and what is made of the material where there is any.
pub(super) fn with(scenes: &[&Clips], made: Option<&Clips>) -> Clips {
    let kinds: Vec<&Clips> = scenes.iter().copied().chain(made).collect();
    Clips::of(&kinds)
}

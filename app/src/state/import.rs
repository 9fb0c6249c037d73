//! Taking in what another program says of the clip on screen: what would happen, before it does.

use std::path::PathBuf;
use std::sync::Arc;

use mettle_core::exchange::marks::ImportPlan;
use mettle_core::project::Corrections;

use super::RowId;

/// How a file is taken in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImportForm {
    /// Whether corrections that say otherwise give way.
    pub replace: bool,
    /// Whether what the file calls a model's word becomes the user's.
    pub with_model: bool,
}

/// What would happen, or why the file says nothing.
pub type Planned = Result<Arc<ImportPlan>, String>;

/// How taking a file in stands.
#[derive(Clone, Debug, Default)]
pub struct ImportView {
    /// The file.
    pub file: PathBuf,
    /// The clip it is about.
    pub row: Option<RowId>,
    /// How it is taken in.
    pub form: ImportForm,
    /// Which question is open: answers to earlier ones are late.
    pub asked: u64,
    /// What would happen.
    pub plan: Option<Planned>,
    /// What was said of the clip, and so what the plan is for.
    pub against: Option<Arc<Corrections>>,
    /// Whether it is taken in as soon as the plan is there.
    pub due: bool,
}

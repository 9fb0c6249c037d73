//! `mettle metrics`: the datasets' own metrics on numbers made elsewhere.

use mettle_core::tools::metrics_of_file;
use serde_json::json;

use super::args::MetricsArgs;
use super::{Failure, output};

/// Measure and print.
pub fn run(args: &MetricsArgs) -> Result<(), Failure> {
    let figures = metrics_of_file(&args.file)?;
    output::say(&format!("{:#}\n", json!(figures)))
}

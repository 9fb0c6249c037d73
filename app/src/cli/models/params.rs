//! `mettle models params`: how many numbers the full-size models have, beside the paper's count.

use std::fmt::Write;

use mettle_core::tools::{ModelCount, full_size_counts};

use super::super::{Failure, output};
use super::ParamsArgs;

/// Print the counts.
pub fn run(args: &ParamsArgs) -> Result<(), Failure> {
    let wanted = |count: &ModelCount| {
        args.names.is_empty() || args.names.iter().any(|name| count.name.contains(&**name))
    };
    let counts: Vec<ModelCount> = full_size_counts()?.into_iter().filter(wanted).collect();
    if counts.is_empty() {
        let names: Vec<String> = full_size_counts()?.into_iter().map(|c| c.name).collect();
        return Err(Failure::Said(format!("there are {}", names.join(", "))));
    }
    let mut text = format!(
        "{:<34} {:>12} {:>12} {:>9}   {}\n",
        "", "all", "trained", "", "in the paper"
    );
    for count in counts {
        let million = |n: u64| format!("{:.3} M", n as f64 / 1e6);
        let (trained, share) = match (count.trained, count.all) {
            (0, _) | (_, None) => ("-".to_owned(), String::new()),
            (n, Some(all)) => (
                million(n),
                format!("{:.2} %", 100.0 * n as f64 / all.max(1) as f64),
            ),
        };
        let paper = count.paper.unwrap_or_default();
        let _ = writeln!(
            text,
            "{:<34} {:>12} {trained:>12} {share:>9}   {paper}",
            count.name,
            count.all.map_or_else(|| "-".to_owned(), million)
        );
    }
    text.push_str(
        "Frozen backbones are counted with their classifiers, as the paper's totals count them.\n",
    );
    output::say(&text)
}

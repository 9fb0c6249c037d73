//! `mettle cache`: what is kept of clips analysed before, how much there may be, and clearing it.

use std::fmt::Write;
use std::time::SystemTime;

use indicatif::{DecimalBytes, HumanDuration};
use mettle_core::features::{CacheEntry, FeatureCache};

use super::args::{CacheAction, CacheArgs};
use super::{Failure, output};
use crate::state::count;

/// Do what is asked.
pub fn run(args: &CacheArgs) -> Result<(), Failure> {
    let cache = FeatureCache::of_user();
    let folder = cache.folder().display();
    if let Some(bytes) = args.budget {
        cache.set_budget(bytes).map_err(|error| {
            Failure::Said(format!("the budget cannot be kept in {folder}: {error}"))
        })?;
    }
    match args.action {
        Some(CacheAction::Path) => output::say(&format!("{folder}\n")),
        Some(CacheAction::Clear) => cache.clear().map_err(|error| {
            Failure::Said(format!(
                "not everything could be removed from {folder}: {error}"
            ))
        }),
        Some(CacheAction::List) | None => output::say(&listing(&cache)),
    }
}

fn listing(cache: &FeatureCache) -> String {
    let mut text = String::new();
    for entry in cache.list() {
        let _ = writeln!(text, "{}", line(&entry));
    }
    let summary = cache.summary();
    let (bytes, budget) = (DecimalBytes(summary.bytes), DecimalBytes(summary.budget));
    let _ = writeln!(
        text,
        "{bytes} in {} files, of at most {budget}, in {}",
        summary.entries,
        cache.folder().display()
    );
    text
}

fn line(entry: &CacheEntry) -> String {
    let bytes = DecimalBytes(entry.bytes).to_string();
    let unused = SystemTime::now()
        .duration_since(entry.used)
        .unwrap_or_default();
    let used = match unused.as_secs() {
        0 => "used just now".to_owned(),
        _ => format!("used {} ago", HumanDuration(unused)),
    };
    let segments = count(entry.segments, "segment");
    match &entry.about {
        Some(about) => format!(
            "{bytes:>10}  {used:<24}  {segments:>13}  {}  {}",
            about.backbone, about.clip
        ),
        None => format!("{bytes:>10}  {used:<24}  unreadable"),
    }
}

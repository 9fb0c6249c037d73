//! The table of `mettle bench backbones`, on the terminal and in a page between two marks.

use std::path::Path;

use super::Failure;
use super::bench_backbones::{Report, Row};

/// Before and after the table in a page.
const MARKS: [&str; 2] = [
    "<!-- mettle bench backbones: begin -->",
    "<!-- mettle bench backbones: end -->",
];

/// The table in Markdown, with machine and versions.
pub fn markdown(report: &Report) -> String {
    let mut lines = vec![headline(report), String::new()];
    let peer = report.peer.is_some();
    lines.push(match peer {
        true => "| backbone | ms here | ms there | here : there | processor time | GFLOP/s | of the ceiling | memory |".into(),
        false => "| backbone | ms | GFLOP/s | of the ceiling | memory |".into(),
    });
    lines.push(
        if peer {
            "|---|---|---|---|---|---|---|---|"
        } else {
            "|---|---|---|---|---|"
        }
        .into(),
    );
    lines.extend(report.models.iter().map(line));
    lines.push(String::new());
    lines.join("\n")
}

fn headline(report: &Report) -> String {
    let against = report.peer.as_ref().map_or(String::new(), |peer| {
        let rounds = report.models.first().map_or(0, |row| row.ours.count());
        format!("; against {peer}, the two in turn {rounds} times, fastest pass of each, ratio of the fastest and (in brackets) middle ratio of the pairs")
    });
    format!(
        "{}, {} ({} threads), f32, {} inputs a pass; {}{against}. The ceiling is a large matrix product, {:.0} GFLOP/s.",
        report.machine,
        report.device,
        report.threads,
        report.batch,
        report.versions,
        report.ceiling_gflops
    )
}

fn line(row: &Row) -> String {
    let ratio = |pair: Option<[f64; 2]>| match pair {
        Some([middle, best]) => format!("**{best:.2}** ({middle:.2})"),
        None => "–".to_owned(),
    };
    let there = row.theirs.as_ref().map_or(String::new(), |theirs| {
        format!(
            " {:.0} | {} | {} |",
            theirs.best_ms,
            ratio(row.ratio),
            ratio(row.cpu_ratio)
        )
    });
    let memory = row
        .memory_mib
        .map_or("–".to_owned(), |mib| format!("{mib} MiB"));
    format!(
        "| {} | {:.0} |{there} {:.0} | {:.0} % | {memory} |",
        row.title,
        row.ours.best_ms,
        row.gflops,
        row.of_ceiling * 100.0
    )
}

/// Puts the table into a page, in place of what stands between the marks.
pub fn write(page: &Path, report: &Report) -> Result<(), Failure> {
    let failed = |what: String| Failure::Said(format!("{}: {what}", page.display()));
    let text = std::fs::read_to_string(page).map_err(|e| failed(e.to_string()))?;
    let text = between(&text, &markdown(report))
        .ok_or_else(|| failed(format!("needs the lines {} and {}", MARKS[0], MARKS[1])))?;
    std::fs::write(page, text).map_err(|e| failed(e.to_string()))
}

fn between(text: &str, table: &str) -> Option<String> {
    let start = text.find(MARKS[0])? + MARKS[0].len();
    let end = start + text[start..].find(MARKS[1])?;
    Some(format!("{}\n\n{table}\n{}", &text[..start], &text[end..]))
}

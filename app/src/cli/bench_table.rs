//! The table of `mettle bench backbones`, on the terminal and in a page.

use super::bench_backbones::{Report, Row, Theirs};

/// The table in Markdown, with machine and versions: a line for each backbone, and one for each other program under it.
pub fn markdown(report: &Report) -> String {
    let compared = report.models.iter().any(|row| !row.peers.is_empty());
    let (columns, rule) = match compared {
        true => (
            "| backbone | program | ms | here : there | processor time | GFLOP/s | of the ceiling | memory |",
            "|---|---|---|---|---|---|---|---|",
        ),
        false => (
            "| backbone | ms | GFLOP/s | of the ceiling | memory |",
            "|---|---|---|---|---|",
        ),
    };
    let mut lines = vec![headline(report), String::new()];
    lines.extend([columns, rule].map(str::to_owned));
    for row in &report.models {
        lines.push(line(row, compared));
        let ceiling = report.ceiling_gflops;
        lines.extend(row.peers.iter().map(|peer| theirs(row, peer, ceiling)));
    }
    lines.push(String::new());
    lines.join("\n")
}

fn headline(report: &Report) -> String {
    let first = report.models.first();
    let peers: Vec<&str> = first
        .iter()
        .flat_map(|row| &row.peers)
        .map(|peer| peer.name.as_str())
        .collect();
    let rounds = first.map_or(0, |row| row.ours.count);
    let against = match peers.is_empty() {
        true => String::new(),
        false => format!(
            "; against {}, all in turn {rounds} times, fastest pass of each, ratio of the fastest and (in brackets) middle ratio of the pairs",
            peers.join("; ")
        ),
    };
    format!(
        "{}, {} ({} threads, {}), {}, {} inputs a pass; {}{against}. The ceiling is a large matrix product, {:.0} GFLOP/s.",
        report.machine,
        report.device,
        report.threads,
        report.vectors,
        report.precision,
        report.batch,
        report.versions,
        report.ceiling_gflops
    )
}

fn line(row: &Row, compared: bool) -> String {
    let (program, ratios) = match compared {
        true => (" here |", " | |"),
        false => ("", ""),
    };
    format!(
        "| {} |{program} {:.0} |{ratios} {:.0} | {:.0} % | {} |",
        row.title,
        row.ours.best_ms,
        row.gflops,
        row.of_ceiling * 100.0,
        mebibytes(row.memory_mib)
    )
}

/// The same of another program, whose name goes as far as its version.
fn theirs(row: &Row, peer: &Theirs, ceiling: f64) -> String {
    let name = peer.name.split(',').next().unwrap_or_default();
    let Some(times) = &peer.times else {
        return format!("| | {name} | – | | | | | |");
    };
    let ratio = |pair: Option<[f64; 2]>| match pair {
        Some([middle, best]) => format!("**{best:.2}** ({middle:.2})"),
        None => "–".to_owned(),
    };
    let gflops = row.gflop / times.best_ms * 1e3;
    format!(
        "| | {name} | {:.0} | {} | {} | {gflops:.0} | {:.0} % | {} |",
        times.best_ms,
        ratio(peer.ratio),
        ratio(peer.cpu_ratio),
        gflops / ceiling * 100.0,
        mebibytes(peer.memory_mib)
    )
}

fn mebibytes(mib: Option<u64>) -> String {
    mib.map_or("–".to_owned(), |mib| format!("{mib} MiB"))
}

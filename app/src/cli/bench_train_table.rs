//! The table of `mettle bench train`, on the terminal and in a page.

use super::bench_train::{Ratio, Report};

/// For the terminal.
pub fn text(report: &Report) -> String {
    let mut text = headline(report) + "\n";
    if !report.rows.is_empty() {
        text += &format!("{:38} {:>10} {:>8}\n", "", "ms a clip", "GB");
    }
    for row in &report.rows {
        let gb = row.gb.map_or("-".to_owned(), |gb| format!("{gb:.2}"));
        text += &format!("{:38} {:10.1} {gb:>8}\n", row.name, row.ms);
    }
    for Ratio {
        ours,
        theirs,
        ratio,
    } in &report.ratios
    {
        text += &format!("{ours} : {theirs} = {ratio:.3}\n");
    }
    for row in &report.epochs {
        let held = row.mib.map_or(String::new(), |[from, to]| {
            format!(
                "; {from} MiB held after the second, {to} after the last of {}",
                row.epochs
            )
        });
        text += &format!(
            "an epoch of {} clips, {}, from the cache: {:.2} s (the first {:.2} s){held}\n",
            row.clips,
            row.task.name(),
            row.seconds,
            row.first
        );
    }
    text
}

/// In Markdown: a line a way to train, then the ratios.
pub fn markdown(report: &Report) -> String {
    let mut lines = vec![headline(report), String::new()];
    lines.extend(["| | ms a clip | GB a clip |", "|---|---|---|"].map(str::to_owned));
    for row in &report.rows {
        let gb = row.gb.map_or("–".to_owned(), |gb| format!("{gb:.2}"));
        lines.push(format!("| {} | {:.0} | {gb} |", row.name, row.ms));
    }
    let ratios = report.ratios.iter();
    let ratios: Vec<String> = ratios
        .map(|of| format!("{} : {} = {:.3}", of.ours, of.theirs, of.ratio))
        .collect();
    if !ratios.is_empty() {
        lines.extend([String::new(), ratios.join("; ")]);
    }
    lines.push(String::new());
    lines.join("\n")
}

fn headline(report: &Report) -> String {
    let trainable = report.trainable.iter();
    let trainable = trainable.map(|(task, n)| format!("{} {:.1} M", task.name(), *n as f64 / 1e6));
    let peer = report.peer.iter().map(|peer| format!("; against {peer}"));
    format!(
        "{}, {}; Swin-V2-L and HTS-AT, trainable: {}, {} clips of 10 s a step, noise{}",
        report.machine,
        report.device,
        trainable.collect::<Vec<_>>().join(", "),
        report.batch,
        peer.collect::<String>(),
    )
}

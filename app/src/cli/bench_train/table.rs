//! The tables of `mettle bench train`, on the terminal and in a page.

use mettle_core::base::Task;

use super::report::{Ratio, Report, Row, Trained, Way};

/// For the terminal.
pub fn text(report: &Report) -> String {
    let mut text = headline(report) + "\n";
    for Trained { task, .. } in &report.tasks {
        let rows = report.rows.iter().filter(|row| row.task == *task);
        let lines: Vec<String> = rows.map(|row| line(report, row)).collect();
        if !lines.is_empty() {
            text += &format!("{:48} {:>10} {:>8}\n", task.name(), "ms a clip", "GB");
            text.extend(lines);
        }
        let ratios = report.ratios.iter().filter(|ratio| ratio.task == *task);
        text.extend(ratios.map(|of| format!("  {} = {:.3}\n", pair(report, of), of.ratio)));
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

fn line(report: &Report, row: &Row) -> String {
    let gb = row.gb.map_or("-".to_owned(), |gb| format!("{gb:.2}"));
    let name = label(report, row.way, row.batch);
    format!("  {name:46} {:10.1} {gb:>8}\n", row.ms)
}

/// In Markdown: a line a way to train and two columns a task, then the ratios in the same way.
pub fn markdown(report: &Report) -> String {
    let tasks: Vec<Task> = report.tasks.iter().map(|trained| trained.task).collect();
    let mut lines = vec![headline(report), String::new()];
    let heads = tasks.iter();
    let heads = heads.map(|task| format!(" {}: ms a clip | GB |", task.name()));
    lines.push(format!("| |{}", heads.collect::<String>()));
    lines.push(format!("|---|{}", "---|---|".repeat(tasks.len())));
    let kinds = once_each(report.rows.iter().map(|row| (row.way, row.batch)));
    for (way, batch) in kinds {
        let cells = tasks.iter().map(|task| {
            let mut rows = report.rows.iter();
            let row = rows.find(|row| (row.task, row.way, row.batch) == (*task, way, batch));
            row.map_or(" | |".to_owned(), cells)
        });
        let name = label(report, way, batch);
        lines.push(format!("| {name} |{}", cells.collect::<String>()));
    }
    lines.extend([String::new()]);
    lines.extend(compared(report, &tasks));
    lines.join("\n")
}

/// Ours over theirs, a column a task.
fn compared(report: &Report, tasks: &[Task]) -> Vec<String> {
    let kinds = once_each(report.ratios.iter().map(|of| pair(report, of)));
    if kinds.is_empty() {
        return vec![];
    }
    let heads = tasks.iter().map(|task| format!(" {} |", task.name()));
    let mut lines = vec![
        format!("| here : there |{}", heads.collect::<String>()),
        format!("|---|{}", "---|".repeat(tasks.len())),
    ];
    for kind in kinds {
        let cells = tasks.iter().map(|task| {
            let mut ratios = report.ratios.iter();
            let found = ratios.find(|of| of.task == *task && pair(report, of) == kind);
            found.map_or(" |".to_owned(), |of| format!(" {:.3} |", of.ratio))
        });
        lines.push(format!("| {kind} |{}", cells.collect::<String>()));
    }
    lines.push(String::new());
    lines
}

fn cells(row: &Row) -> String {
    let gb = row.gb.map_or("–".to_owned(), |gb| format!("{gb:.2}"));
    format!(" {:.0} | {gb} |", row.ms)
}

/// Each in the place of its first.
fn once_each<T: PartialEq>(all: impl Iterator<Item = T>) -> Vec<T> {
    all.fold(vec![], |mut kept, one| {
        if !kept.contains(&one) {
            kept.push(one);
        }
        kept
    })
}

/// With the size of batches that nothing else is measured in.
fn label(report: &Report, way: Way, batch: usize) -> String {
    match batch == report.batch {
        true => way.name().to_owned(),
        false => format!("{}, {batch} a step", way.name()),
    }
}

fn pair(report: &Report, of: &Ratio) -> String {
    let ours = label(report, of.ours, of.batch);
    format!("{ours} : {}", of.theirs.name())
}

fn headline(report: &Report) -> String {
    let tasks = report.tasks.iter().map(|of| {
        let millions = of.trainable as f64 / 1e6;
        format!(
            "{} {millions:.1} M ({} s a clip)",
            of.task.name(),
            of.seconds
        )
    });
    let peer = report.peer.iter().map(|peer| format!("; against {peer}"));
    let clips = match report.batch {
        1 => "1 clip".to_owned(),
        many => format!("{many} clips"),
    };
    format!(
        "{}, {}; Swin-V2-L and HTS-AT, trainable: {}; {clips} a step, noise{}",
        report.machine,
        report.device,
        tasks.collect::<Vec<_>>().join(", "),
        peer.collect::<String>(),
    )
}

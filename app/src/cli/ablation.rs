//! `mettle train --ablation`: the rows of one of the paper's tables on the user's own data, trained and measured alike.

use std::path::Path;

use mettle_core::base::CancelToken;
use mettle_core::data::Part;
use mettle_core::gpu::Prober;
use mettle_core::model::HeadFile;
use mettle_core::tools::{HeadReport, MeasureRequest, TrainRequest, ablation_rows, measure_head};

use super::args::TrainArgs;
use super::train::train;
use super::{Failure, output, stopping};

/// Every row; a head that an earlier run left is measured as it is.
pub fn run(args: &TrainArgs, request: &TrainRequest, table: u8) -> Result<(), Failure> {
    let rows = ablation_rows(request, table)?;
    if rows.is_empty() {
        let task = request.dataset.task().name();
        return Err(Failure::Usage(format!(
            "table {table} says nothing of {task}"
        )));
    }
    let mut text = format!(
        "Table {table}, on the test clips of {}\n",
        request.dataset.name()
    );
    for (row, name) in rows.iter().enumerate() {
        let out = request.out.join(format!("table-{table}-{}", row + 1));
        let own = TrainRequest {
            row: Some((table, row)),
            out: out.clone(),
            // A row that was stopped goes on.
            resume: true,
            ..request.clone()
        };
        if HeadFile::open(&out).is_err() {
            output::say(&format!("{name}\n"))?;
            match train(args, &own) {
                Ok(_) => {}
                // Such as a baseline that these backbones cannot have: the other rows go on.
                Err(Failure::Said(why)) => {
                    text += &format!("  {name:16} {why}\n");
                    continue;
                }
                Err(stopped) => return Err(stopped),
            }
        }
        match measure(request, &out)? {
            Some(report) => text += &line(name, &report),
            None => {
                return Err(Failure::Again(
                    "stopped; the same command goes on".to_owned(),
                ));
            }
        }
    }
    output::say(&text)
}

fn measure(request: &TrainRequest, head: &Path) -> Result<Option<HeadReport>, Failure> {
    let stop = CancelToken::default();
    let of = MeasureRequest {
        head: Some(head.to_owned()),
        on: request.on(Part::Test),
    };
    Ok(measure_head(
        &of,
        &Prober::this_program(),
        &stop,
        &mut |_| {
            if stopping::asked() {
                stop.cancel();
            }
        },
    )?)
}

fn line(name: &str, report: &HeadReport) -> String {
    let trainable = report.trainable as f64 / 1e6;
    let score = report.figures.as_ref();
    let score = score.map_or("nothing known".to_owned(), |figures| {
        format!("{} {:5.1} %", figures.name(), figures.score() * 100.0)
    });
    format!("  {name:16} {score}   {trainable:7.2} M trainable\n")
}

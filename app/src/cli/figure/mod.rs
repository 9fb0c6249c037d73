//! `mettle train --figure`: the paper's figures 3 to 6 on one's own data. The heads they are of are trained first, each in a folder
//! inside `--out`; one that is there is not trained again. Written are a PNG, an SVG, and the numbers as JSON.

mod draw;
mod landscapes;
mod lanes;
mod strips;
mod tokens;

use std::path::{Path, PathBuf};

use mettle_core::base::{CancelToken, Task};
use mettle_core::data::Part;
use mettle_core::exchange::write_whole;
use mettle_core::gpu::Prober;
use mettle_core::model::HeadFile;
use mettle_core::tools::{Figure, FigureRequest, HeadKind, TrainRequest, ablation_rows, figure};

use super::args::TrainArgs;
use super::train::{Teller, train};
use super::{Failure, output, stopping};

/// The table of the paper with numbers of meta-tokens.
const TOKENS: u8 = 6;
/// As the paper names its two columns.
const WITH: &str = "with LCD";
const WITHOUT: &str = "without LCD";

/// A head that a figure needs.
struct Wanted {
    name: String,
    folder: &'static str,
    kind: HeadKind,
    row: Option<(u8, usize)>,
}

/// Train what is missing, compute, draw.
pub fn run(args: &TrainArgs, request: &TrainRequest, number: u8) -> Result<(), Failure> {
    fits(request.dataset.task(), number)?;
    let mut heads = vec![];
    for wanted in wanted(request, number)? {
        let out = request.out.join(wanted.folder);
        if HeadFile::open(&out).is_err() {
            output::say(&format!("{}\n", wanted.name))?;
            train(args, &of_head(request, &wanted, &out))?;
        }
        heads.push((wanted.name, out));
    }
    let computed = compute(args, request, number, heads)?;
    let stem = request.out.join(format!("figure-{number}"));
    let mut names = vec![];
    let mut write = |ending: &str, bytes: &[u8]| -> Result<(), Failure> {
        let path = stem.with_extension(ending);
        write_whole(&path, bytes)?;
        names.push(path.display().to_string());
        Ok(())
    };
    let (svg, png) = draw::drawn(&computed)?;
    write("svg", svg.as_bytes())?;
    write("png", &png)?;
    write(
        "json",
        (serde_json::to_string_pretty(&computed)? + "\n").as_bytes(),
    )?;
    output::say(&format!("{}{}\n", said(&computed), names.join(", ")))
}

/// Each figure is of one task.
fn fits(task: Task, number: u8) -> Result<(), Failure> {
    let (wanted, like) = match number {
        3 | 4 => (Task::Localize, "ave"),
        5 => (Task::Parse, "llp"),
        _ => (Task::Segment, "s4 or ms3"),
    };
    if task == wanted {
        return Ok(());
    }
    Err(Failure::Usage(format!(
        "figure {number} is of {}: take --dataset {like}",
        wanted.name()
    )))
}

fn wanted(request: &TrainRequest, number: u8) -> Result<Vec<Wanted>, Failure> {
    let head = |name: &str, folder, kind| Wanted {
        name: name.to_owned(),
        folder,
        kind,
        row: None,
    };
    Ok(match number {
        3 => {
            let rows = ablation_rows(request, TOKENS)?;
            let tokens = |k: usize, folder: &'static str| {
                let row = rows
                    .iter()
                    .position(|row| *row == format!("K_a={k} K_v={k}"));
                row.map(|row| Wanted {
                    row: Some((TOKENS, row)),
                    ..head(&format!("K = {k}"), folder, HeadKind::Mettle)
                })
            };
            let both = [tokens(1, "k1"), tokens(4, "k4")];
            both.into_iter().flatten().collect()
        }
        4 => vec![head(WITH, "with-lcd", HeadKind::Mettle)],
        _ => vec![
            head(WITHOUT, "without-lcd", HeadKind::Linear),
            head(WITH, "with-lcd", HeadKind::Mettle),
        ],
    })
}

fn of_head(request: &TrainRequest, wanted: &Wanted, out: &Path) -> TrainRequest {
    TrainRequest {
        kind: wanted.kind,
        row: wanted.row,
        out: out.to_owned(),
        // One that was stopped goes on.
        resume: true,
        ..request.clone()
    }
}

fn compute(
    args: &TrainArgs,
    request: &TrainRequest,
    number: u8,
    heads: Vec<(String, PathBuf)>,
) -> Result<Figure, Failure> {
    let of = FigureRequest {
        figure: number,
        heads,
        on: request.on(Part::Test),
    };
    let (stop, mut teller) = (CancelToken::default(), Teller::new(args.quiet));
    let made = figure(&of, &Prober::this_program(), &stop, &mut |news| {
        if stopping::asked() {
            stop.cancel();
        }
        teller.hear(news);
    });
    teller.end();
    made?.ok_or_else(|| Failure::Again("stopped; the same command goes on".to_owned()))
}

/// The numbers that say in short what a figure shows.
fn said(figure: &Figure) -> String {
    match figure {
        Figure::Landscapes(all) => all
            .iter()
            .map(|(name, land)| {
                let centre = land.centre();
                let valleys = match land.valleys() {
                    1 => "one valley".to_owned(),
                    many => format!("{many} valleys"),
                };
                format!("{name}: loss {centre:.4} at the head, {valleys} on the plane\n")
            })
            .collect(),
        Figure::Tokens(panels) => panels
            .iter()
            .map(|panel| {
                let (name, pure) = (&panel.name, panel.purity * 100.0);
                let count = panel.points.len();
                format!(
                    "{name}: of {count} seconds {pure:.1} % lie nearest one of their own class\n"
                )
            })
            .collect(),
        Figure::Lanes(clips) => format!("{} clips, the first of the list\n", clips.len()),
        Figure::Strips(clips) => {
            let mut lines = format!("{} clips, the first of the list\n", clips.len());
            for clip in clips {
                for strip in clip.strips.iter().filter(|strip| !strip.overlap.is_empty()) {
                    let mean = strip.overlap.iter().sum::<f64>() / strip.overlap.len() as f64;
                    let (clip, name) = (&clip.name, &strip.name);
                    lines += &format!("{clip}, {name}: overlap {:.1} %\n", mean * 100.0);
                }
            }
            lines
        }
    }
}

//! Clips analysed one after the other, and what is printed and written of each.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use mettle_core::base::Task;
use mettle_core::exchange::rendering::{MaskSource, Shown};
use mettle_core::exchange::{
    Document, Findings, MaskShelf, ModelFacts, Stems, csv, json, write_whole,
};
use mettle_core::model::ModelInfo;
use mettle_core::predict::{ClassColors, Thresholds};

use super::analyze::line;
use super::args::{AnalyzeArgs, Format};
use super::driver::{Analysed, Driver};
use super::one_clip::{Asking, OneClip};
use super::{Failure, output, pictures, table};

/// Clips analysed one after the other, each whatever becomes of the others.
pub struct Batch<'a> {
    pub args: &'a AnalyzeArgs,
    pub driver: &'a Driver,
    pub model: &'a ModelInfo,
    pub tasks: &'a [Task],
    pub thresholds: &'a Thresholds,
    /// Where files are asked for.
    pub stems: Option<Stems>,
    /// Whether a table on stdout still needs the names of its columns.
    pub header: bool,
}

impl Batch<'_> {
    /// Analyse one clip, print and write what it gave; `next` is the one that comes after it.
    pub fn clip(&mut self, path: &Path, next: Option<&Path>) -> Result<(), Failure> {
        let shelf = match (&self.args.out, self.args.pictures) {
            (Some(folder), true) if self.tasks.contains(&Task::Segment) => {
                Some(MaskShelf::in_folder(folder)?)
            }
            _ => None,
        };
        let asking = Asking {
            args: self.args,
            driver: self.driver,
            model: self.model,
            tasks: self.tasks,
            thresholds: self.thresholds,
        };
        let OneClip {
            analysed,
            thresholds,
            masks,
            shelf,
        } = asking.clip(path, next, shelf)?;
        let document = Document::new(Findings {
            clip: &analysed.clip,
            asked: self.args.task.one(),
            predictions: &analysed.predictions,
            thresholds: &thresholds,
            calibrated: &analysed.calibrated,
            masks,
            tags: &analysed.tags,
            device: self.driver.device().name,
            model: ModelFacts::from(self.model),
            timing_ms: timing(&analysed),
        });
        let colors = ClassColors::of_model(self.model);
        let shown = Shown {
            predictions: &analysed.predictions,
            masks: shelf.as_ref().map(|shelf| shelf as &dyn MaskSource),
            thresholds: &thresholds,
            colors: &colors,
        };
        self.report(&analysed, &document, &shown)
    }

    /// Print and write what a clip gave.
    fn report(
        &mut self,
        analysed: &Analysed,
        document: &Document,
        shown: &Shown<'_>,
    ) -> Result<(), Failure> {
        let args = self.args;
        for notice in analysed.notices.iter().filter(|_| !args.quiet) {
            eprintln!("mettle: {}", line(notice));
        }
        if let (None, Some(format)) = (&args.out, args.format) {
            let header = std::mem::take(&mut self.header);
            return output::say(&file(document, format, header)?);
        }
        if !args.quiet {
            output::say(&format!("{}\n", table::table(document)))?;
        }
        let (Some(folder), Some(stems)) = (&args.out, &mut self.stems) else {
            return Ok(());
        };
        let stem = stems.stem_for(&analysed.clip);
        let format = args.format.unwrap_or(Format::Json);
        let path = folder.join(format!("{stem}.{}", format.extension()));
        write_whole(&path, file(document, format, true)?.as_bytes())?;
        if args.pictures {
            pictures::write(folder, &stem, &analysed.clip, shown, args.span, self.driver)?;
        }
        match args.masks {
            true => pictures::write_masks(folder, &stem, &document.masks),
            false => Ok(()),
        }
    }
}

fn file(document: &Document, format: Format, header: bool) -> Result<String, Failure> {
    Ok(match format {
        Format::Csv => csv::csv(document, header),
        // Tables are not made clip by clip.
        Format::Json | Format::Jsonl | Format::Parquet => json::json(document)?,
    })
}

fn timing(analysed: &Analysed) -> BTreeMap<String, f64> {
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    let mut timing = BTreeMap::from([
        ("open".to_owned(), ms(analysed.opened)),
        ("first_scores".to_owned(), ms(analysed.first_scores)),
        ("total".to_owned(), ms(analysed.complete)),
    ]);
    if let Some(first) = analysed.first_frame {
        timing.insert("first_frame".to_owned(), ms(first));
    }
    timing
}

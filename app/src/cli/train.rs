//! `mettle train`: a head from a data set's folder.

use std::path::Path;
use std::time::Instant;

use indicatif::{ProgressBar, ProgressStyle};
use mettle_core::base::CancelToken;
use mettle_core::data::Part;
use mettle_core::features::FeatureCache;
use mettle_core::gpu::Prober;
use mettle_core::model::HeadFile;
use mettle_core::tools::{HeadKind, TrainNews, TrainRequest, Trained, train_head};
use mettle_core::train::Epoch;

use super::args::{DatasetArg, HeadKindArg, SelectArg, TrainArgs};
use super::{Failure, ablation, data_table, figure, output, stopping, train_project};

/// Train, telling how it goes.
pub fn run(args: &TrainArgs) -> Result<(), Failure> {
    stopping::listen();
    if args.dataset == DatasetArg::Project {
        return train_project::run(args);
    }
    match (args.ablation, args.figure) {
        (Some(table), _) => ablation::run(args, &request(args)?, table),
        (None, Some(number)) => figure::run(args, &request(args)?, number),
        (None, None) => train(args, &request(args)?).map(drop),
    }
}

fn request(args: &TrainArgs) -> Result<TrainRequest, Failure> {
    let data = args.data.clone().unwrap_or_default();
    Ok(TrainRequest {
        dataset: args.dataset.kind(&data, args.task)?,
        data,
        model: args.model.clone(),
        out: args.out.clone(),
        config: args.config.clone(),
        kind: match args.head_kind {
            HeadKindArg::Mettle => HeadKind::Mettle,
            HeadKindArg::Linear => HeadKind::Linear,
            HeadKindArg::Direct => HeadKind::Direct,
        },
        row: None,
        recipe: args.recipe,
        seed: args.seed,
        from: args.from.clone(),
        resume: args.resume,
        select: match args.select {
            SelectArg::Val => Part::Val,
            SelectArg::Test => Part::Test,
        },
        device: args.device,
        precision: args.precision,
        cache: FeatureCache::of_user(),
    })
}

/// Trains one head.
pub fn train(args: &TrainArgs, request: &TrainRequest) -> Result<HeadFile, Failure> {
    let stop = CancelToken::default();
    let teller = Teller::new(args.quiet);
    let mut teller = match request.select {
        Part::Test => teller.by_test(),
        Part::Train | Part::Val => teller,
    };
    let trained = train_head(request, &Prober::this_program(), &stop, &mut |news| {
        if stopping::asked() {
            stop.cancel();
        }
        teller.hear(news);
    });
    teller.end();
    let folder = request.out.display();
    match trained? {
        Trained::Done(head) => {
            output::say(&told(&head, request))?;
            Ok(*head)
        }
        Trained::Stopped => Err(Failure::Again(format!(
            "stopped; what was learned is in {folder}, and the same command with --resume goes on"
        ))),
        Trained::Diverged(error, None) => Err(Failure::Said(format!(
            "{error}. There was no epoch to keep"
        ))),
        Trained::Diverged(error, Some(head)) => {
            output::say(&told(&head, request))?;
            Err(Failure::Said(error.to_string()))
        }
    }
}

fn told(head: &HeadFile, request: &TrainRequest) -> String {
    told_of(head, &request.out)
}

/// Where a head lies, and how well it did.
pub fn told_of(head: &HeadFile, out: &Path) -> String {
    let folder = out.display();
    let scores = head.metrics.iter();
    let scores = scores.map(|(name, x)| format!("  {name} {:.1} %\n", x * 100.0));
    let scores: String = scores.collect();
    let epoch = head.recipe.as_ref().and_then(|r| r.get("epoch")?.as_u64());
    let epoch = epoch.unwrap_or_default();
    format!(
        "{folder}: the head of epoch {epoch}\n{scores}  `mettle analyze CLIP --head {folder}` uses it\n"
    )
}

/// Says on the terminal what a training tells: bars where there is one, lines of epochs.
pub struct Teller {
    quiet: bool,
    bar: ProgressBar,
    epochs: usize,
    /// What epochs are chosen by.
    chosen: &'static str,
    begun: Instant,
}

impl Teller {
    /// Nothing is said when quiet.
    pub fn new(quiet: bool) -> Self {
        Self {
            quiet,
            bar: ProgressBar::hidden(),
            epochs: 0,
            chosen: "validation",
            begun: Instant::now(),
        }
    }

    /// Epochs are chosen by the test clips.
    #[must_use]
    pub fn by_test(self) -> Self {
        Self {
            chosen: "TEST",
            ..self
        }
    }

    /// Hears news.
    pub fn hear(&mut self, news: TrainNews<'_>) {
        match news {
            TrainNews::Data(dataset) => self.line(&data_table::of(dataset)),
            TrainNews::Odd(odd) => self.line(&data_table::oddities(odd)),
            TrainNews::Device(report) => self.line(&format!("on {}\n", report.name)),
            TrainNews::Note(note) => self.line(&format!("{note}\n")),
            TrainNews::Features { done, total } => {
                if done == 0 {
                    self.start("features", "clips");
                }
                self.bar.set_length(total as u64);
                self.bar.set_position(done as u64);
            }
            TrainNews::Begins {
                parameters,
                config,
                done,
            } => {
                self.end();
                self.epochs = config.epochs;
                let kind = &config.optimiser.kind;
                self.line(&format!(
                    "{parameters} numbers to train: {} epochs, batches of {}, {kind:?} from {:e}, seed {}\n",
                    config.epochs, config.batch, config.optimiser.rate, config.seed
                ));
                done.iter().for_each(|epoch| self.epoch(epoch));
                self.start("training", "steps");
            }
            TrainNews::Step(progress, loss) => {
                self.bar.set_length(progress.total);
                self.bar.set_position(progress.done);
                if let Some(loss) = loss {
                    self.bar.set_message(format!("loss {loss:.3}"));
                }
            }
            TrainNews::Epoch(epoch) => self.epoch(&epoch),
        }
    }

    /// So many epochs are to come.
    pub fn expect(&mut self, epochs: usize) {
        self.epochs = epochs;
    }

    /// The bar goes.
    pub fn end(&mut self) {
        self.bar.finish_and_clear();
        self.bar = ProgressBar::hidden();
    }

    fn start(&mut self, what: &str, counted: &str) {
        if self.quiet {
            return;
        }
        self.bar = ProgressBar::new(0);
        let template =
            format!("{{prefix}} {{wide_bar}} {{pos}}/{{len}} {counted}, {{eta}} left  {{msg}}");
        // The template is a constant; were it wrong, the plain bar would do.
        if let Ok(style) = ProgressStyle::with_template(&template) {
            self.bar.set_style(style);
        }
        self.bar.set_prefix(what.to_owned());
    }

    /// A line.
    pub fn epoch(&self, epoch: &Epoch) {
        let validation = epoch.figures.as_ref().map_or(String::new(), |figures| {
            format!(
                "  {} {} {:.1} %",
                self.chosen,
                figures.name(),
                figures.score() * 100.0
            )
        });
        self.line(&format!(
            "epoch {:>3}/{}  loss {:.4}  rate {:.1e}{validation}  after {:.0} s\n",
            epoch.epoch,
            self.epochs,
            epoch.loss,
            epoch.rate,
            self.begun.elapsed().as_secs_f64()
        ));
    }

    fn line(&self, text: &str) {
        if !self.quiet {
            // A reader that went away has no need of it.
            self.bar.suspend(|| drop(output::say(text)));
        }
    }
}

//! Driving the engine from a terminal: hand in a job, wait for its end, show how far it is.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use mettle_core::base::{HeadId, Problem, Task};
use mettle_core::engine::{
    Engine, EngineOptions, Export, ExportedClip, FineTune, HeadChoice, JobId, JobSpec, ModelChoice,
    Precision, ReplyBody, WhichHead,
};
use mettle_core::features::FeatureCache;
use mettle_core::gpu::{DeviceChoice, Prober};
use mettle_core::media::Clip;
use mettle_core::model::{Calibration, HeadCatalogue, ModelInfo};
use mettle_core::predict::{Detail, Prediction, ProbabilityMap, SecondTags};

use super::ahead::Ahead;
use super::args::AnalyzeArgs;
use super::{Failure, heads, stopping};

/// How a bar tells of seconds.
const SECONDS: &str = " {pos}/{len} s";
/// How often the progress bar looks at the board.
const GLANCE: Duration = Duration::from_millis(100);

/// An engine and a progress bar.
pub struct Driver {
    engine: Engine,
    ahead: Ahead,
    quiet: bool,
    /// Heads that answer in place of the model's own.
    heads: BTreeMap<Task, HeadId>,
    /// What the scores of a task go through.
    temperatures: BTreeMap<Task, Arc<Calibration>>,
}

/// A clip that is open, with how long that took.
pub struct OpenedClip {
    /// The clip.
    pub clip: Arc<Clip>,
    notices: Vec<Problem>,
    begin: Instant,
    first_frame: Option<Duration>,
    opened: Duration,
    /// Its first task, where that was asked before its turn.
    begun: Option<(HeadChoice, JobId)>,
}

/// Hears masks as they are made, and the second of the first.
pub type HearMasks<'a> = dyn FnMut(usize, Vec<ProbabilityMap>) + 'a;

/// What a clip gave, with how long it took.
pub struct Analysed {
    /// The clip.
    pub clip: Arc<Clip>,
    /// Complete, one a task asked, in that order.
    pub predictions: Vec<Arc<Prediction>>,
    /// The tasks whose scores went through their head's temperatures.
    pub calibrated: Vec<Task>,
    /// What the heads distilled of each second, where that was asked for.
    pub meta_tokens: Vec<(Task, Vec<Vec<f32>>)>,
    /// What the backbones' own classifiers hear and see, where they have one.
    pub tags: Vec<SecondTags>,
    /// What the user should know.
    pub notices: Vec<Problem>,
    /// From the clip's turn to its first frame; `None` without pictures. One that was opened ahead is there at once.
    pub first_frame: Option<Duration>,
    /// Until the clip was opened and hashed.
    pub opened: Duration,
    /// Until the first scores.
    pub first_scores: Duration,
    /// Until the last.
    pub complete: Duration,
}

impl Driver {
    /// Start an engine for `analyze`, whose model may have heads of another place.
    pub fn for_analyze(args: &AnalyzeArgs, model: &ModelInfo) -> Result<Self, Failure> {
        let options = EngineOptions {
            device: args.device,
            precision: args.precision,
            threads: args.threads.map(usize::from),
            meta_tokens: args.embeddings,
            features: Some(FeatureCache::of_user()),
            heads: heads::catalogue(&args.head),
            ..EngineOptions::default()
        };
        let mut driver = Self::open(options, args.quiet)?;
        if args.calibrated {
            driver.temperatures = heads::temperatures(model, args)?;
        }
        if !args.head.is_empty() {
            let heads = model.tasks.iter().map(|info| (info.task, info.head));
            driver.heads = heads.collect();
        }
        Ok(driver)
    }

    /// Start one with a cache of its own, or none: every analysis then does all the work.
    pub fn with_cache(
        device: DeviceChoice,
        quiet: bool,
        features: Option<FeatureCache>,
    ) -> Result<Self, Failure> {
        let options = EngineOptions {
            device,
            features,
            heads: heads::catalogue(&[]),
            ..EngineOptions::default()
        };
        Self::open(options, quiet)
    }

    /// Start one whose trained heads go to a place of their own.
    pub fn for_training(
        device: DeviceChoice,
        precision: Precision,
        quiet: bool,
        (features, heads): (FeatureCache, HeadCatalogue),
    ) -> Result<Self, Failure> {
        let options = EngineOptions {
            device,
            precision,
            features: Some(features),
            heads,
            ..EngineOptions::default()
        };
        Self::open(options, quiet)
    }

    /// Have a head answer in place of the model's own.
    pub fn answer_with(&mut self, task: Task, head: HeadId) {
        self.heads.insert(task, head);
    }

    /// Train on what a person said, handing on what that says.
    pub fn train(&self, spec: FineTune, hear: impl FnMut(ReplyBody)) -> Result<(), Problem> {
        let job = self.engine.submit(JobSpec::FineTune(Box::new(spec)));
        self.work("training", " {pos}/{len} steps", job, hear)
    }

    fn open(options: EngineOptions, quiet: bool) -> Result<Self, Failure> {
        let options = EngineOptions {
            prober: Prober::this_program(),
            ..options
        };
        let engine = Engine::start(options, || {})?;
        Ok(Self {
            engine,
            ahead: Ahead::default(),
            quiet,
            heads: BTreeMap::new(),
            temperatures: BTreeMap::new(),
        })
    }

    /// Open the device and load the model: where that fails, every clip would.
    pub fn warm_up(&self, model: &ModelChoice) -> Result<(), Problem> {
        let spec = JobSpec::WarmUp {
            model: model.clone(),
        };
        self.work("starting", "", self.engine.submit(spec), |_| {})
    }

    /// The device in use.
    pub fn device(&self) -> mettle_core::gpu::DeviceReport {
        self.engine.device()
    }

    /// Open a clip and ask the tasks of it, masks and all.
    pub fn analyse(
        &self,
        path: &Path,
        tasks: &[Task],
        model: &ModelChoice,
    ) -> Result<Analysed, Problem> {
        self.ask(self.open_clip(path)?, tasks, model, None)
    }

    /// Open a clip.
    pub fn open_clip(&self, path: &Path) -> Result<OpenedClip, Problem> {
        let begin = Instant::now();
        let mut notices = Vec::new();
        let (mut first_frame, mut clip) = (None, None);
        let ahead = self.ahead.turn(&self.engine, path);
        let (open, begun) = match ahead {
            Some(ahead) => (ahead.open, ahead.predict),
            None => (
                self.engine.submit(JobSpec::Open { path: path.into() }),
                None,
            ),
        };
        self.work(&name(path), "", open, |body| match body {
            ReplyBody::FirstFrame(_) => first_frame = Some(begin.elapsed()),
            ReplyBody::Opened(opened) => clip = Some(opened),
            ReplyBody::Notice(notice) => notices.push(notice),
            _ => {}
        })?;
        Ok(OpenedClip {
            clip: clip.ok_or_else(|| without_result(path))?,
            notices,
            begin,
            first_frame,
            opened: begin.elapsed(),
            begun,
        })
    }

    /// Say which clip comes after the one that was opened last, and its tasks: it is opened, and its first task begun, meanwhile.
    pub fn look_ahead(&self, path: &Path, tasks: &[Task], model: &ModelChoice) {
        if let Some(first) = tasks.first() {
            let head = self.head(*first, model);
            self.ahead.look(&self.engine, path, head);
        }
    }

    fn head(&self, task: Task, model: &ModelChoice) -> HeadChoice {
        HeadChoice {
            model: model.clone(),
            which: self.which(task),
        }
    }

    /// Ask the tasks of a clip. Masks are handed on to who wants to `hear` them as they are made, and no prediction holds them.
    pub fn ask(
        &self,
        opened: OpenedClip,
        tasks: &[Task],
        model: &ModelChoice,
        mut hear: Option<&mut HearMasks<'_>>,
    ) -> Result<Analysed, Problem> {
        let OpenedClip {
            clip,
            mut notices,
            begin,
            first_frame,
            opened,
            mut begun,
        } = opened;
        let (mut first_scores, mut predictions) = (None, Vec::new());
        let (mut tags, mut meta_tokens) = (Vec::new(), Vec::new());
        for (index, &task) in tasks.iter().enumerate() {
            let (mut prediction, mut distilled) = (None, Vec::new());
            let path = clip.path.clone();
            let job = self.asked(&clip, self.head(task, model), begun.take());
            if index + 1 == tasks.len() {
                self.ahead.all_is_asked(&self.engine);
            }
            let temperatures = self.temperatures.get(&task);
            self.work(&name(&path), SECONDS, job, |body| match body {
                ReplyBody::Prediction(part) => {
                    let mut part = match temperatures {
                        Some(temperatures) => part.calibrated(temperatures),
                        None => part,
                    };
                    if let (Some(hear), Detail::Segmented { masks }) = (&mut hear, &mut part.detail)
                    {
                        hear(part.from, std::mem::take(masks));
                    }
                    first_scores.get_or_insert_with(|| begin.elapsed());
                    prediction = part.join(prediction.take());
                }
                ReplyBody::Tags(_, part) => {
                    tags.truncate(part.from);
                    tags.extend(part.seconds);
                }
                ReplyBody::MetaTokens(_, part) => {
                    distilled.truncate(part.from);
                    distilled.extend(part.seconds);
                }
                // Every task has the same to say of the clip.
                ReplyBody::Notice(notice) if !notices.contains(&notice) => notices.push(notice),
                _ => {}
            })?;
            predictions.push(prediction.ok_or_else(|| without_result(&path))?);
            if !distilled.is_empty() {
                meta_tokens.push((task, distilled));
            }
        }
        let complete = begin.elapsed();
        let tasks = tasks.iter().copied();
        let calibrated = tasks.filter(|task| self.temperatures.contains_key(task));
        let calibrated = calibrated.collect();
        Ok(Analysed {
            clip,
            predictions,
            calibrated,
            meta_tokens,
            tags,
            notices,
            first_frame,
            opened,
            first_scores: first_scores.unwrap_or(complete),
            complete,
        })
    }

    /// The job that answers for a head: the one that was begun ahead, if it is for this head.
    fn asked(
        &self,
        clip: &Arc<Clip>,
        head: HeadChoice,
        begun: Option<(HeadChoice, JobId)>,
    ) -> JobId {
        match begun {
            Some((theirs, job)) if theirs == head => return job,
            Some((_, other)) => self.engine.cancel(other),
            None => {}
        }
        let clip = Arc::clone(clip);
        self.engine.submit(JobSpec::Predict { clip, head })
    }

    /// Export clips; each is told when it is dealt with.
    pub fn export(&self, spec: Export, mut hear: impl FnMut(ExportedClip)) -> Result<(), Problem> {
        let job = self.engine.submit(JobSpec::Export(Box::new(spec)));
        self.work("exporting", "", job, |body| {
            if let ReplyBody::Exported(clip) = body {
                hear(*clip);
            }
        })
    }

    /// The head that answers a task.
    pub fn which(&self, task: Task) -> WhichHead {
        let named = self.heads.get(&task).copied();
        named.map_or(WhichHead::For(task), WhichHead::Named)
    }

    /// Wait for the end of a job, handing on what it says meanwhile; `counts` is how its progress is told beside the bar.
    fn work(
        &self,
        title: &str,
        counts: &str,
        job: JobId,
        mut hear: impl FnMut(ReplyBody),
    ) -> Result<(), Problem> {
        let bar = self.bar_with(title, counts);
        let end = loop {
            self.show(&bar, job);
            if stopping::asked() {
                self.engine.cancel(job);
            }
            match self.ahead.reply(&self.engine, job, GLANCE) {
                Some(ReplyBody::Done | ReplyBody::Cancelled) => break Ok(()),
                Some(ReplyBody::Failed(problem)) => break Err(problem),
                Some(body) => bar.suspend(|| hear(body)),
                None => {}
            }
        };
        bar.finish_and_clear();
        end
    }

    /// A bar for work that is counted in seconds of the clip.
    pub fn bar(&self, title: &str) -> ProgressBar {
        self.bar_with(title, SECONDS)
    }

    /// A bar whose counts are told as said.
    fn bar_with(&self, title: &str, counts: &str) -> ProgressBar {
        if self.quiet {
            return ProgressBar::hidden();
        }
        let bar = ProgressBar::new(0);
        // The template is a constant; were it wrong, the plain bar would do.
        let template = format!("{{prefix}} {{wide_bar}}{counts}");
        if let Ok(style) = ProgressStyle::with_template(&template) {
            bar.set_style(style);
        }
        bar.set_prefix(title.to_owned());
        bar
    }

    fn show(&self, bar: &ProgressBar, job: JobId) {
        if let Some(line) = self.engine.jobs().iter().find(|line| line.id == job) {
            bar.set_length(line.progress.total);
            bar.set_position(line.progress.done);
        }
    }
}

/// What a bar is called.
fn name(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    name.to_string_lossy().into_owned()
}

fn without_result(path: &Path) -> Problem {
    let title = format!("Could not analyse {}", path.display());
    Problem::error(title, "The engine ended the job without a result.").about(path)
}

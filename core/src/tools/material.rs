//! How well a model does on clips made of real sounds and photographs: `mettle eval --material`.

use std::path::Path;

use burn::tensor::Device;

use crate::base::{Modality, Task};
use crate::data::material::{MadeClip, MadeSecond, Material, REAL_CLASSES, RealClass};
use crate::engine::{EngineError, ModelChoice};
use crate::features::{Recipe, extract, pooled};
use crate::media::SegmentData;
use crate::model::{FrozenPair, HeadFile, Hits, ModelBundle, Precision, TaskHead};
use crate::predict::{
    Prediction, PredictionKey, Predictor, Tagged, Thresholds, UNFAMILIAR, tracks_of,
};

/// The figures of a class that the model knows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClassHits {
    /// Which.
    pub class: RealClass,
    /// Whether its sounds are recordings; else they are phrases of a soundfont.
    pub recorded: bool,
    /// Heard, where the material has sounds of it.
    pub heard: Option<Hits>,
    /// Seen, where it has pictures.
    pub seen: Option<Hits>,
    /// Both at once, where it has both.
    pub both: Option<Hits>,
}

/// What was measured.
#[derive(Clone, Debug, PartialEq)]
pub struct MaterialReport {
    /// Made clips of ten seconds.
    pub clips: usize,
    /// Of each class that the model knows.
    pub classes: Vec<ClassHits>,
    /// Classes of the material that the model does not know.
    pub unknown: Vec<&'static str>,
    /// Events heard or seen in clips that have none of the classes.
    pub false_alarms: usize,
    /// How long those clips are together, in minutes.
    pub minutes: f64,
    /// Seconds with a class that are familiar to the model, and all of them; then the same of seconds without one.
    pub familiar: [[usize; 2]; 2],
    /// What it says of clips that are like nothing it learned from, where the material has what they are made of.
    pub strangers: Option<Strangers>,
}

/// What a model says of what it has never met.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Strangers {
    /// Seconds that it takes for familiar, and all of them.
    pub familiar: [usize; 2],
    /// Events heard or seen.
    pub false_alarms: usize,
    /// How long the clips are together, in minutes.
    pub minutes: f64,
}

impl MaterialReport {
    /// The mean of the F1 heard, seen and both of all classes that there are sounds and pictures of, 0 to 1, by seconds of all
    /// clips: LLP's Type@AV, but not clip by clip. `None` where there are no such classes.
    pub fn type_at_av(&self) -> Option<f64> {
        let all = self.classes.iter().filter_map(|class| {
            let three = [class.heard?, class.seen?, class.both?];
            Some(three.map(|hits| hits.f1()).iter().sum::<f64>() / 3.0)
        });
        let all: Vec<f64> = all.collect();
        (!all.is_empty()).then(|| all.iter().sum::<f64>() / all.len() as f64)
    }
}

/// What a model's parsing is measured on.
#[derive(Clone, Copy, Debug)]
pub struct MaterialRequest<'a> {
    /// The folder with the list.
    pub folder: &'a Path,
    /// Which fold.
    pub fold: usize,
    /// What plays the instruments that there are no recordings of; without it they are left out.
    pub soundfont: Option<&'a Path>,
    /// How many clips.
    pub clips: usize,
    /// Which.
    pub seed: u64,
    /// Numbers of the backbones.
    pub precision: Precision,
}

/// Seconds of each clip.
const SECONDS: usize = 10;
/// Of so many clips of the classes one is made of strangers.
const A_STRANGER: usize = 5;

/// Measure a model's parsing on clips made of a fold, on the CPU, by LLP's rule.
///
/// # Errors
/// The material or the model cannot be read, or the model has no head for parsing.
pub fn evaluate_material(
    choice: &ModelChoice,
    request: &MaterialRequest,
) -> Result<MaterialReport, EngineError> {
    let bundle = match choice {
        ModelChoice::Demo => ModelBundle::demo()?,
        ModelChoice::Folder(folder) => ModelBundle::open(folder)?,
    };
    let device = Device::flex();
    let pair = bundle.pair(&device, request.precision)?;
    let file = bundle.head(Task::Parse).ok_or(EngineError::NoHead {
        model: bundle.about().name,
        task: Task::Parse,
    })?;
    let asked = Asked {
        head: file.load(pair.about(), &device)?,
        file,
        pair: &pair,
    };
    let material = Material::open(request.folder, &[request.fold], request.soundfont)?;
    let mut counted = Counted::new(file, &material);
    let rate = Recipe::of(pair.about()).sample_rate();
    let seeds = request.seed * 1_000_000..;
    for seed in seeds.clone().take(request.clips) {
        let clip = material.clip(seed, rate, SECONDS)?;
        counted.add(&clip, &asked.predict(&clip)?);
    }
    // A folder may have nothing of the kind.
    if let Ok(strangers) = Material::strangers(request.folder) {
        for seed in seeds.take(request.clips / A_STRANGER) {
            let clip = strangers.clip(seed, rate, SECONDS)?;
            counted.add_stranger(&asked.predict(&clip)?);
        }
    }
    Ok(counted.report)
}

/// A model that is asked what is heard and seen.
struct Asked<'a> {
    pair: &'a FrozenPair,
    file: &'a HeadFile,
    head: TaskHead,
}

impl Asked<'_> {
    /// What the program would say of the clip's file.
    fn predict(&self, clip: &MadeClip) -> Result<Prediction, EngineError> {
        let about = self.pair.about();
        let recipe = Recipe::of(about);
        let data: Vec<&SegmentData> = clip.seconds.iter().map(|second| &second.data).collect();
        let prepared: Vec<_> = data.iter().map(|data| recipe.prepare(data)).collect();
        let (visual, audio) = extract(self.pair, &prepared)?;
        let key = PredictionKey {
            clip: Default::default(),
            head: self.file.id,
            precision: about.precision,
        };
        let spans = data.iter().map(|data| data.span).collect();
        let mut predictor = Predictor::new(Task::Parse, key, self.file.labels.clone(), spans);
        if let TaskHead::Tags(head) = &self.head {
            let said = Tagged::of(head, self.pair.backbones()?, &visual, &audio)?;
            predictor.add_tagged(said, &[])?;
        } else {
            let known = self.file.familiarity.as_ref();
            let familiarity = known.map(|known| {
                let rows = pooled(&visual, &audio)?;
                Ok::<_, EngineError>(
                    rows.iter()
                        .map(|row| known.score(row))
                        .collect::<Vec<f32>>(),
                )
            });
            let familiarity = familiarity.transpose()?.unwrap_or_default();
            predictor.add(&self.head, &visual, &audio, &familiarity)?;
        }
        let whole = predictor.part(0).join(None);
        let whole = whole.map(std::sync::Arc::unwrap_or_clone);
        whole
            .ok_or_else(|| crate::gpu::ComputeError::new("a prediction without a beginning").into())
    }
}

/// Counting under way.
struct Counted {
    report: MaterialReport,
    /// Place in [`REAL_CLASSES`] and in the model's labels of each class in the report.
    places: Vec<(usize, usize)>,
}

impl Counted {
    fn new(file: &HeadFile, material: &Material) -> Self {
        let (mut places, mut classes, mut unknown) = (vec![], vec![], vec![]);
        for (at, class) in REAL_CLASSES.iter().enumerate() {
            let Some(label) = file.labels.iter().position(|label| class.is(label)) else {
                unknown.push(class.label);
                continue;
            };
            let [sounds, pictures] = material.has(at);
            places.push((at, label));
            classes.push(ClassHits {
                class: *class,
                recorded: material.has_recordings(at),
                heard: sounds.then(Hits::default),
                seen: pictures.then(Hits::default),
                both: (sounds && pictures).then(Hits::default),
            });
        }
        Self {
            report: MaterialReport {
                clips: 0,
                classes,
                unknown,
                false_alarms: 0,
                minutes: 0.0,
                familiar: [[0; 2]; 2],
                strangers: None,
            },
            places,
        }
    }

    fn add(&mut self, clip: &MadeClip, said: &Prediction) {
        let thresholds = Thresholds::default();
        let over = |modality, second: usize, label: usize| {
            let score = said
                .scores_of(modality)
                .get(second)
                .and_then(|row| row.get(label));
            let name = &said.labels[label];
            score.is_some_and(|score| *score >= thresholds.of(name, modality))
        };
        for (second, truth) in clip.seconds.iter().enumerate() {
            for ((at, label), class) in self.places.iter().zip(&mut self.report.classes) {
                let there = [truth.heard.contains(at), truth.seen.contains(at)];
                let found = [
                    over(Modality::Audible, second, *label),
                    over(Modality::Visible, second, *label),
                ];
                let both = (found[0] && found[1], there[0] && there[1]);
                class
                    .heard
                    .iter_mut()
                    .for_each(|hits| hits.count(found[0], there[0]));
                class
                    .seen
                    .iter_mut()
                    .for_each(|hits| hits.count(found[1], there[1]));
                class
                    .both
                    .iter_mut()
                    .for_each(|hits| hits.count(both.0, both.1));
            }
            if let Some(familiarity) = said.familiarity.get(second) {
                let none = truth.heard.is_empty() && truth.seen.is_empty();
                let counts = &mut self.report.familiar[usize::from(none)];
                counts[0] += usize::from(*familiarity >= UNFAMILIAR);
                counts[1] += 1;
            }
        }
        self.report.clips += 1;
        let none = |s: &MadeSecond| s.heard.is_empty() && s.seen.is_empty();
        if clip.seconds.iter().all(none) {
            self.report.false_alarms += alarms(said);
            self.report.minutes += clip.seconds.len() as f64 / 60.0;
        }
    }

    fn add_stranger(&mut self, said: &Prediction) {
        let strangers = self.report.strangers.get_or_insert_default();
        let familiar = said.familiarity.iter().filter(|f| **f >= UNFAMILIAR);
        strangers.familiar[0] += familiar.count();
        strangers.familiar[1] += said.familiarity.len();
        strangers.false_alarms += alarms(said);
        strangers.minutes += SECONDS as f64 / 60.0;
    }
}

/// Events of any class, heard or seen.
fn alarms(said: &Prediction) -> usize {
    let tracks = tracks_of(said, &Thresholds::default()).into_iter();
    let tracks = tracks.filter(|track| track.modality != Modality::AudioVisual);
    tracks.map(|track| track.events.len()).sum()
}

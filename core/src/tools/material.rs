//! How well a model does on clips made of real sounds and photographs: `mettle eval --material`.

use std::path::Path;

use burn::tensor::Device;

use crate::base::{Label, Modality, Task};
use crate::data::material::{MadeClip, Material, REAL_CLASSES, RealClass};
use crate::engine::{EngineError, ModelChoice};
use crate::features::{Recipe, extract, pooled};
use crate::media::SegmentData;
use crate::model::{FrozenPair, HeadFile, ModelBundle, Precision, TaskHead};
use crate::predict::{
    Prediction, PredictionKey, Predictor, Tagged, Thresholds, UNFAMILIAR, tracks_of,
};

/// Seconds in which a class was found and is there, found and is not, is there and was not found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hits {
    /// Found rightly.
    pub right: usize,
    /// Found wrongly.
    pub wrong: usize,
    /// Not found.
    pub missed: usize,
}

impl Hits {
    /// Harmonic mean of precision and recall, 0 to 1; 0 where nothing was found and nothing is there.
    pub fn f1(&self) -> f64 {
        let twice = 2 * self.right;
        twice as f64 / (twice + self.wrong + self.missed).max(1) as f64
    }

    fn count(&mut self, found: bool, there: bool) {
        self.right += usize::from(found && there);
        self.wrong += usize::from(found && !there);
        self.missed += usize::from(!found && there);
    }
}

/// The figures of a class that the model knows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClassHits {
    /// Which.
    pub class: RealClass,
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
}

/// Measure a model's parsing on `count` clips made of a fold, on the CPU, by LLP's rule; `seed` picks which.
///
/// # Errors
/// The material or the model cannot be read, or the model has no head for parsing.
pub fn evaluate_material(
    choice: &ModelChoice,
    folder: &Path,
    fold: usize,
    count: usize,
    seed: u64,
) -> Result<MaterialReport, EngineError> {
    let bundle = match choice {
        ModelChoice::Demo => ModelBundle::demo()?,
        ModelChoice::Folder(folder) => ModelBundle::open(folder)?,
    };
    let device = Device::flex();
    let pair = bundle.pair(&device, Precision::F32)?;
    let file = bundle.head(Task::Parse).ok_or(EngineError::NoHead {
        model: bundle.about().name,
        task: Task::Parse,
    })?;
    let asked = Asked {
        head: file.load(pair.about(), &device)?,
        file,
        pair: &pair,
    };
    let material = Material::open(folder, fold)?;
    let mut counted = Counted::new(file, &material);
    let rate = Recipe::of(pair.about()).sample_rate();
    for clip in 0..count as u64 {
        let clip = material.clip(seed * 1_000_000 + clip, rate)?;
        counted.add(&clip, &asked.predict(&clip)?);
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
            let Some(label) = file.labels.iter().position(|label| is(label, class)) else {
                unknown.push(class.label);
                continue;
            };
            let [sounds, pictures] = material.has(at);
            places.push((at, label));
            classes.push(ClassHits {
                class: *class,
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
                let there = [truth.heard == Some(*at), truth.seen == Some(*at)];
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
                let none = truth.heard.is_none() && truth.seen.is_none();
                let counts = &mut self.report.familiar[usize::from(none)];
                counts[0] += usize::from(*familiarity >= UNFAMILIAR);
                counts[1] += 1;
            }
        }
        self.report.clips += 1;
        let has_none =
            |s: &crate::data::material::MadeSecond| s.heard.is_none() && s.seen.is_none();
        if clip.seconds.iter().all(has_none) {
            let real = |label: &Label| REAL_CLASSES.iter().any(|class| is(label, class));
            let tracks = tracks_of(said, &thresholds).into_iter();
            let tracks = tracks.filter(|t| t.modality != Modality::AudioVisual && real(&t.label));
            self.report.false_alarms += tracks.map(|track| track.events.len()).sum::<usize>();
            self.report.minutes += clip.seconds.len() as f64 / 60.0;
        }
    }
}

/// Whether a model's label is a class, in AVE's words or in LLP's.
fn is(label: &Label, class: &RealClass) -> bool {
    **label == *class.label || class.llp == Some(&**label)
}

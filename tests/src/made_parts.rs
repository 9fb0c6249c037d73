//! Results of made-up clips, as large as one likes: ten seconds each, 28 classes, heard, seen and both.

use std::path::Path;
use std::sync::Arc;

use mettle_core::base::{ClipId, ContentHash, HeadId, KeyHasher, Labels, Task, Time, TimeSpan};
use mettle_core::exchange::parts::{
    Asked, ClipTaken, HeadAsked, Manifest, PartError, PartFormat, PartPlace, PartWriter,
    ThresholdsAsked,
};
use mettle_core::exchange::{Document, Findings, ModelFacts};
use mettle_core::media::Clip;
use mettle_core::model::Precision;
use mettle_core::predict::{Detail, Prediction, PredictionKey, Thresholds};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

const SECONDS: usize = 10;

/// How large a result is to be, and by which heads.
#[derive(Clone, Copy)]
pub struct Made {
    /// How many clips, in all parts together.
    pub clips: usize,
    /// How many parts.
    pub parts: u32,
    /// The form of its tables.
    pub format: PartFormat,
    /// How many classes.
    pub classes: usize,
    /// Who says what is both heard and seen, and who says each by itself.
    pub heads: [HeadId; 2],
}

/// How many clips there are of one that cannot be opened.
pub const BROKEN: usize = 50;

fn labels(classes: usize) -> Labels {
    Labels::new((0..classes).map(|class| format!("class {class}")))
}

/// A clip's path, whatever the number of parts.
pub fn path_of(clip: usize) -> String {
    format!("/clips/{:03}/c{clip:06}.mp4", clip / 1000)
}

/// The hash a clip would have.
pub fn id_of(clip: usize) -> ClipId {
    ClipId(KeyHasher::new("made-up clip 1").count(clip).finish())
}

/// Writes every part.
///
/// # Errors
/// The disk is full.
pub fn write(folder: &Path, made: Made) -> Result<Vec<Manifest>, PartError> {
    let part = |part: u32| {
        let place = PartPlace {
            folder: folder.to_owned(),
            part,
            of: made.parts,
            format: made.format,
        };
        let mut writer = PartWriter::start(place, asked(made))?;
        for clip in (part as usize - 1..made.clips).step_by(made.parts as usize) {
            writer.add(taken(clip, made))?;
        }
        writer.put()
    };
    (1..=made.parts).map(part).collect()
}

fn asked(made: Made) -> Asked {
    let tasks = [Task::Localize, Task::Parse].into_iter().zip(made.heads);
    Asked {
        list: KeyHasher::new("made-up list 1").count(made.clips).finish(),
        listed: made.clips as u64,
        model: "made-up".to_owned(),
        model_sha256: ContentHash::default(),
        precision: Precision::F32,
        heads: tasks
            .map(|(task, head)| HeadAsked {
                task,
                head,
                labels: labels(made.classes),
            })
            .collect(),
        thresholds: ThresholdsAsked {
            global: 0.5,
            audible: None,
            visible: None,
            classes: Default::default(),
            masks: Some(0.5),
            masks_at: Default::default(),
        },
        mask_size: None,
        embeddings: false,
        calibrated: vec![],
    }
}

fn taken(number: usize, made: Made) -> ClipTaken {
    let path = path_of(number);
    if number % BROKEN == BROKEN - 1 {
        return ClipTaken::failed(&path, "it is empty (0 bytes)");
    }
    let clip = Arc::new(Clip {
        id: id_of(number),
        path: path.clone().into(),
        duration: Time::from_secs_f64(SECONDS as f64),
        video: None,
        audio: None,
    });
    let predictions = predictions(number, made);
    let document = Document::new(Findings {
        clip: &clip,
        asked: None,
        predictions: &predictions,
        calibrated: &[],
        thresholds: &Thresholds::default(),
        masks: Vec::new(),
        tags: &[],
        device: String::new(),
        model: ModelFacts {
            name: "made-up".to_owned(),
            sha256: ContentHash::default().to_string(),
            warning: None,
        },
        timing_ms: Default::default(),
    });
    ClipTaken::of(&path, &document, &predictions, Vec::new())
}

/// What the two heads say of a made-up clip: one class is heard and seen in some seconds, all others are unlikely.
pub fn predictions(number: usize, made: Made) -> Vec<Arc<Prediction>> {
    let mut rng = ChaCha8Rng::seed_from_u64(number as u64);
    let happens = rng.random_range(0..made.classes);
    let mut scores = || -> Vec<Vec<f32>> {
        let mut of_second = || -> Vec<f32> {
            let mut score = |class| match class == happens {
                true => rng.random_range(0.2..0.99),
                false => rng.random_range(0.0..0.01),
            };
            (0..made.classes).map(&mut score).collect()
        };
        (0..SECONDS).map(|_| of_second()).collect()
    };
    let (both, audible, visible) = (scores(), scores(), scores());
    let parsed = audible.iter().zip(&visible);
    let parsed = parsed.map(|(a, v)| a.iter().zip(v).map(|(a, v)| a.min(*v)).collect());
    let parsed: Vec<Vec<f32>> = parsed.collect();
    let prediction = |head, scores, detail| {
        Arc::new(Prediction {
            key: PredictionKey {
                clip: id_of(number),
                head,
                precision: Precision::F32,
            },
            labels: labels(made.classes),
            segments: (0..SECONDS as u32).map(TimeSpan::of_second).collect(),
            familiarity: vec![1.0; SECONDS],
            scores,
            detail,
        })
    };
    vec![
        prediction(made.heads[0], both.clone(), Detail::localized(&both)),
        prediction(made.heads[1], parsed, Detail::Parsed { audible, visible }),
    ]
}

//! Segment- and event-level F-scores of audio-visual video parsing, as LLP's own evaluation has them (Tian et al. 2020),
//! with its rules: a class that neither happens nor is found is left out of a video's mean, a video with no class left
//! scores 1, and any number of found events may match one true event.

use serde::{Deserialize, Serialize};

/// Which classes happen in which segments of a video, in one modality.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grid {
    seconds: usize,
    /// A row a class.
    cells: Vec<bool>,
}

impl Grid {
    /// Nothing happens.
    pub fn new(classes: usize, seconds: usize) -> Self {
        Self {
            seconds,
            cells: vec![false; classes * seconds],
        }
    }

    /// From a model's probabilities: `video` `[classes]`, `segments` `[seconds, classes]`. A class happens in a segment
    /// where both reach one half.
    pub fn from_probabilities(video: &[f32], segments: &[f32]) -> Self {
        let classes = video.len().max(1);
        let mut grid = Self::new(video.len(), segments.len() / classes);
        for (second, row) in segments.chunks_exact(classes).enumerate() {
            for (class, (whole, here)) in video.iter().zip(row).enumerate() {
                if *whole >= 0.5 && *here >= 0.5 {
                    grid.set(class, second, second + 1);
                }
            }
        }
        grid
    }

    /// A class happens from segment `onset` up to, not including, `offset`; what lies outside the grid is ignored.
    pub fn set(&mut self, class: usize, onset: usize, offset: usize) {
        let seconds = self.seconds;
        let rows = self.cells.chunks_exact_mut(seconds.max(1));
        if let Some(row) = rows.into_iter().nth(class)
            && let Some(span) =
                row.get_mut(onset.min(seconds)..offset.clamp(onset.min(seconds), seconds))
        {
            span.fill(true);
        }
    }

    /// Keeps what happens in the cells a rule, by class and segment, lets through: those of which the truth is known. What
    /// neither is found nor there counts nowhere.
    pub fn keep(&mut self, rule: impl Fn(usize, usize) -> bool) {
        let seconds = self.seconds.max(1);
        for (i, cell) in self.cells.iter_mut().enumerate() {
            *cell &= rule(i / seconds, i % seconds);
        }
    }

    /// What happens in both.
    pub fn and(&self, other: &Self) -> Self {
        let cells = self.cells.iter().zip(&other.cells);
        Self {
            seconds: self.seconds,
            cells: cells.map(|(a, b)| *a && *b).collect(),
        }
    }

    fn rows(&self) -> impl Iterator<Item = &[bool]> {
        self.cells.chunks_exact(self.seconds.max(1))
    }
}

/// What is heard and what is seen in a video.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parsed {
    /// What is heard.
    pub audible: Grid,
    /// What is seen.
    pub visible: Grid,
}

/// The five F-scores of one level, 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Five {
    /// What is heard.
    pub audio: f64,
    /// What is seen.
    pub visual: f64,
    /// What is both.
    pub audio_visual: f64,
    /// Mean of the three: "Type@AV".
    pub type_at_av: f64,
    /// Hits and misses of audio and visual counted together a class: "Event@AV".
    pub event_at_av: f64,
}

/// All ten F-scores.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LlpScores {
    /// Segment by segment.
    pub segment: Five,
    /// Event by event: runs of segments, matched from an overlap (intersection over union) of one half on.
    pub event: Five,
}

impl LlpScores {
    /// The mean of all ten, which tables call "Avg.".
    pub fn average(&self) -> f64 {
        let sum = |f: &Five| f.audio + f.visual + f.audio_visual + f.type_at_av + f.event_at_av;
        (sum(&self.segment) + sum(&self.event)) / 10.0
    }
}

/// Scores of many videos, `predicted` against `truth` of the same order and sizes: the mean over videos.
pub fn llp_scores(predicted: &[Parsed], truth: &[Parsed]) -> LlpScores {
    let videos = predicted.iter().zip(truth);
    let all: Vec<[Five; 2]> = videos
        .map(|(p, t)| [five(p, t, by_segment), five(p, t, by_event)])
        .collect();
    let mean = |level: usize| {
        let of = |part: fn(&Five) -> f64| {
            all.iter().map(|video| part(&video[level])).sum::<f64>() / all.len().max(1) as f64
        };
        Five {
            audio: of(|f| f.audio),
            visual: of(|f| f.visual),
            audio_visual: of(|f| f.audio_visual),
            type_at_av: of(|f| f.type_at_av),
            event_at_av: of(|f| f.event_at_av),
        }
    };
    LlpScores {
        segment: mean(0),
        event: mean(1),
    }
}

/// Right, too many, missed: of one class.
#[derive(Clone, Copy, Default)]
struct Counts {
    hits: usize,
    extra: usize,
    missed: usize,
}

impl Counts {
    fn plus(self, other: Self) -> Self {
        Self {
            hits: self.hits + other.hits,
            extra: self.extra + other.extra,
            missed: self.missed + other.missed,
        }
    }

    /// None where the class neither happens nor is found.
    fn f_score(self) -> Option<f64> {
        let all = 2 * self.hits + self.extra + self.missed;
        (all > 0).then(|| 2.0 * self.hits as f64 / all as f64)
    }
}

type Level = fn(&[bool], &[bool]) -> Counts;

fn five(predicted: &Parsed, truth: &Parsed, level: Level) -> Five {
    let counts = |p: &Grid, t: &Grid| -> Vec<Counts> {
        p.rows().zip(t.rows()).map(|(p, t)| level(p, t)).collect()
    };
    let audio = counts(&predicted.audible, &truth.audible);
    let visual = counts(&predicted.visible, &truth.visible);
    let both = counts(
        &predicted.audible.and(&predicted.visible),
        &truth.audible.and(&truth.visible),
    );
    let joined = audio.iter().zip(&visual).map(|(a, v)| a.plus(*v));
    let event_at_av = video_score(joined);
    let [audio, visual, audio_visual] = [audio, visual, both].map(|c| video_score(c.into_iter()));
    Five {
        audio,
        visual,
        audio_visual,
        type_at_av: (audio + visual + audio_visual) / 3.0,
        event_at_av,
    }
}

fn video_score(counts: impl Iterator<Item = Counts>) -> f64 {
    let kept: Vec<f64> = counts.filter_map(Counts::f_score).collect();
    if kept.is_empty() {
        return 1.0;
    }
    kept.iter().sum::<f64>() / kept.len() as f64
}

fn by_segment(predicted: &[bool], truth: &[bool]) -> Counts {
    let mut counts = Counts::default();
    for (p, t) in predicted.iter().zip(truth) {
        counts.hits += usize::from(*p && *t);
        counts.extra += usize::from(*p && !*t);
        counts.missed += usize::from(!*p && *t);
    }
    counts
}

fn by_event(predicted: &[bool], truth: &[bool]) -> Counts {
    let (found, there) = (runs(predicted), runs(truth));
    let matched = |one: &(usize, usize), others: &[(usize, usize)]| {
        others.iter().any(|other| overlap_by_half(*one, *other))
    };
    let hits = found.iter().filter(|f| matched(f, &there)).count();
    Counts {
        hits,
        extra: found.len() - hits,
        missed: there.iter().filter(|t| !matched(t, &found)).count(),
    }
}

/// Intersection over union of at least one half, in whole numbers.
fn overlap_by_half(one: (usize, usize), other: (usize, usize)) -> bool {
    let shared = one.1.min(other.1).saturating_sub(one.0.max(other.0));
    let union = (one.1 - one.0) + (other.1 - other.0) - shared;
    2 * shared >= union
}

/// Starts and ends of all stretches of "yes".
fn runs(row: &[bool]) -> Vec<(usize, usize)> {
    let mut runs: Vec<(usize, usize)> = vec![];
    for (i, _) in row.iter().enumerate().filter(|(_, on)| **on) {
        match runs.last_mut() {
            Some(last) if last.1 == i => last.1 = i + 1,
            _ => runs.push((i, i + 1)),
        }
    }
    runs
}

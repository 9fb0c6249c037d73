//! What a head says of clips, class by class and second by second, with what is true: what temperatures are fitted to and judged by.

use crate::base::{Said, Task, largest};
use crate::data::SaidGrid;
use crate::model::{Counted, ScoreCounts, calibration_error, fit_temperatures, tempered};

/// Scores and truths by class.
pub(super) type ByClass = Vec<Vec<(f32, bool)>>;

/// Of some clips.
#[derive(Clone)]
pub(super) struct Scores {
    /// What is both heard and seen, what is heard, what is seen; what a head does not say is empty.
    pub all: [ByClass; 3],
    /// Seconds of which a class is decided by whether anything happens.
    pub seconds: Vec<Second>,
}

/// One second of a localization head.
#[derive(Clone)]
pub(super) struct Second {
    /// Of each class.
    pub scores: Vec<f32>,
    /// Of anything happening.
    pub event: f32,
    pub said: Vec<Said>,
}

/// Of every class of both, heard and seen, and of anything happening.
pub(super) struct Temperatures {
    pub all: [Vec<f32>; 3],
    pub event: Option<f32>,
}

impl Scores {
    /// None yet, of a head of so many classes.
    pub fn new(task: Task, classes: usize) -> Self {
        let room = |n: usize| vec![vec![]; n];
        Self {
            all: match task {
                Task::Localize => [room(classes), vec![], vec![]],
                Task::Parse => [vec![], room(classes), room(classes)],
                Task::Segment => [room(1), vec![], vec![]],
            },
            seconds: vec![],
        }
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.all.iter().flatten().all(Vec::is_empty)
    }

    /// Those of other clips behind them.
    pub fn extend(&mut self, other: &Self) {
        let both = self.all.iter_mut().zip(&other.all);
        for (own, more) in both.flat_map(|(own, more)| own.iter_mut().zip(more)) {
            own.extend_from_slice(more);
        }
        self.seconds.extend_from_slice(&other.seconds);
    }

    /// What is known of a clip, class by class; scores of class 0 stand at `from` in each row.
    pub fn add(&mut self, to: usize, rows: &[Vec<f32>], from: usize, said: &SaidGrid) {
        for (row, said) in rows.iter().zip(said.rows()) {
            for (class, said) in said.iter().enumerate() {
                let score = row.get(from + class);
                if let (Some(score), Some(truth)) = (score, Said::known(*said)) {
                    self.all[to][class].push((*score, truth));
                }
            }
        }
    }

    /// Under which what is true is likeliest.
    pub fn fitted(&self) -> Temperatures {
        let happening = self.happening();
        let event = fit_temperatures(&[happening]).first().copied();
        Temperatures {
            all: self
                .all
                .each_ref()
                .map(|by_class| fit_temperatures(by_class)),
            event: event.filter(|_| !self.seconds.is_empty()),
        }
    }

    /// The same after temperatures.
    pub fn after(&self, by: &Temperatures) -> Self {
        let both = self.all.iter().zip(&by.all);
        let mut all = both.map(|(by_class, temperatures)| cooled(by_class, temperatures));
        let seconds = self.seconds.iter();
        Self {
            all: std::array::from_fn(|_| all.next().unwrap_or_default()),
            seconds: seconds
                .map(|second| second.after(&by.all[0], by.event))
                .collect(),
        }
    }

    /// How far scores are from what they say.
    pub fn error(&self) -> f32 {
        calibration_error(self.all.iter().flatten().flatten().copied())
    }

    /// How unlikely they make what is true, in nats a score: of classes, and of anything happening.
    pub fn loss(&self) -> f64 {
        let (mut sum, mut count) = (0.0, 0.0);
        let happening = self.happening();
        for (score, truth) in self.all.iter().flatten().flatten().chain(&happening) {
            let p = f64::from(*score).clamp(1e-7, 1.0 - 1e-7);
            sum -= if *truth { p.ln() } else { (1.0 - p).ln() };
            count += 1.0;
        }
        sum / f64::max(count, 1.0)
    }

    fn happening(&self) -> Vec<(f32, bool)> {
        self.seconds.iter().filter_map(Second::happening).collect()
    }

    /// Counted for curves and offers.
    pub fn counted(&self) -> Counted {
        let classes = |of: usize| {
            let class = |said: &Vec<(f32, bool)>| {
                let mut counts = ScoreCounts::default();
                said.iter()
                    .for_each(|(score, truth)| counts.add(*score, *truth));
                counts
            };
            self.all[of].iter().map(class).collect()
        };
        let width = self.seconds.first().map_or(0, |second| second.scores.len());
        let mut decided = vec![ScoreCounts::default(); width];
        for second in &self.seconds {
            let class = largest(&second.scores);
            let truth = class.and_then(|class| Some((class, second.said.get(class)?.known()?)));
            if let Some((class, truth)) = truth {
                decided[class].add(second.event, truth);
            }
        }
        Counted {
            both: classes(0),
            heard: classes(1),
            seen: classes(2),
            decided,
        }
    }
}

impl Second {
    /// The score of anything happening, and whether anything does, where that is known.
    fn happening(&self) -> Option<(f32, bool)> {
        let any = Said::any(self.said.iter().copied());
        Some((self.event, any.known()?))
    }

    fn after(&self, temperatures: &[f32], event: Option<f32>) -> Self {
        let scores = self.scores.iter().zip(temperatures);
        Self {
            scores: scores.map(|(score, t)| tempered(*score, *t)).collect(),
            event: tempered(self.event, event.unwrap_or(1.0)),
            said: self.said.clone(),
        }
    }
}

fn cooled(by_class: &ByClass, temperatures: &[f32]) -> ByClass {
    let classes = by_class.iter().zip(temperatures);
    let class = |(said, t): (&Vec<(f32, bool)>, &f32)| {
        let said = said
            .iter()
            .map(|(score, truth)| (tempered(*score, *t), *truth));
        said.collect()
    };
    classes.map(class).collect()
}

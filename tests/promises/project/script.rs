//! A scripted editing session: what its n-th step asks, and what is decided after it, by a model of its own that knows no file.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use mettle_core::base::{LabelId, Said, TimeSpan};
use mettle_core::project::{
    Answer, Change, Corrections, Edit, Kept, Request, RunLengths, Ticket, Writer,
};

use super::{MODALITIES, event, scope, span};

/// The clip that is edited.
pub const CLIP: u8 = 7;

/// What a step asks.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    Edit(Change),
    Undo,
    Redo,
}

/// The n-th step, from 1. Each changes something, so that the n-th row of the log is the n-th step.
pub fn step(n: i64) -> Step {
    let number = n as u64;
    let second = TimeSpan::of_second((number * 7 % 60) as u32);
    let share = (number as f32 * 0.618_034).fract();
    Step::Edit(match n % 10 {
        8 => return Step::Undo,
        9 => return Step::Redo,
        5 => Change::MaskThresholdOf {
            span: second,
            value: Some(share),
        },
        6 => Change::Mask {
            span: second,
            label: LabelId::named("Dog"),
            mask: Some(mask(number)),
        },
        7 => Change::Flag {
            span: second,
            note: Some(format!("step {n}, 測試 \"'\n")),
        },
        kind => {
            let from = (number * 37 % 580) as i64;
            Change::Say {
                event: event(number),
                label: LabelId::named(["Dog", "Cat", "Bell"][number as usize % 3]),
                modality: MODALITIES[(number / 3) as usize % 3],
                span: span(from, from + 15),
                said: if kind % 3 == 0 { Said::No } else { Said::Yes },
            }
        }
    })
}

/// A mask of some hundred runs.
pub fn mask(seed: u64) -> Arc<RunLengths> {
    let (width, height) = (64, 48);
    let inside = |at: u64| (at * (seed % 13 + 2)) % 11 < 4 || at == seed % 3000;
    let pixels: Vec<bool> = (0..width * height)
        .map(|at| inside(u64::from(at)))
        .collect();
    Arc::new(RunLengths::of(&pixels, width, height))
}

/// What is decided, and the way back.
#[derive(Default)]
pub struct Model {
    pub now: Corrections,
    done: Vec<(Edit, Edit)>,
    undone: Vec<(Edit, Edit)>,
}

impl Model {
    /// After so many steps.
    pub fn after(steps: i64) -> Self {
        let mut model = Self::default();
        (1..=steps).for_each(|n| model.take(step(n)));
        model
    }

    pub fn take(&mut self, step: Step) {
        match step {
            Step::Edit(change) => {
                let edit = Edit {
                    of: scope(CLIP),
                    change,
                };
                let back = edit.apply(&mut self.now);
                assert!(!back.is_nothing(), "each step changes something: {edit:?}");
                self.done.push((edit, back));
                self.undone.clear();
            }
            Step::Undo => {
                let last = self.done.pop().expect("there is one");
                last.1.apply(&mut self.now);
                self.undone.push(last);
            }
            Step::Redo => {
                let last = self.undone.pop().expect("there is one");
                last.0.apply(&mut self.now);
                self.done.push(last);
            }
        }
    }
}

/// A writer as the window has it, asked one thing at a time.
pub struct Session {
    pub writer: Writer,
    ticket: u64,
    /// What other windows wrote, as it was told.
    pub others: Vec<Kept>,
}

impl Session {
    pub fn open(file: &Path) -> Self {
        let writer = Writer::start(file.to_owned(), || ()).expect("a thread");
        Self {
            writer,
            ticket: 0,
            others: Vec::new(),
        }
    }

    /// Take a step and wait until it is kept; gives its row, or why it is refused.
    pub fn take(&mut self, step: Step) -> Result<Option<Kept>, String> {
        self.ticket += 1;
        let ticket = Ticket(self.ticket);
        let of = scope(CLIP);
        self.writer.ask(match step {
            Step::Edit(change) => Request::Edit(ticket, Edit { of, change }, false),
            Step::Undo => Request::Undo(ticket, of),
            Step::Redo => Request::Redo(ticket, of),
        });
        loop {
            match self
                .writer
                .wait(Duration::from_secs(30))
                .expect("an answer")
            {
                Answer::Kept(None, kept) => self.others.push(kept),
                Answer::Kept(Some(of), kept) if of == ticket => return Ok(Some(kept)),
                Answer::Nothing(of) if of == ticket => return Ok(None),
                Answer::Refused(of, why) if of == ticket => return Err(why),
                Answer::Ready(None) => {}
                Answer::NoStore(why) => return Err(why),
                other => panic!("not asked for: {other:?}"),
            }
        }
    }
}

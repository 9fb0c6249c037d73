//! Who appears in a scene, seen and heard when.

use super::categories::{CATEGORIES, Gait};
use super::sound::{Voice, unknown};
use super::stage::Pose;
use super::{SceneOptions, SceneTask, Split};
use crate::base::Rng;
use crate::base::{Time, TimeSpan};

/// What an actor is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Thing {
    /// A category, by its place in [`CATEGORIES`].
    Known(usize),
    /// Something of no category, drawn from a seed.
    Unknown(u64),
}

/// A line of the script.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cue {
    pub thing: Thing,
    pub seen: Option<TimeSpan>,
    pub heard: Option<TimeSpan>,
}

/// A cue with everything needed to draw and sound it.
pub(super) struct Actor {
    pub thing: Thing,
    pub variant: usize,
    pub seen: Option<TimeSpan>,
    pub heard: Option<TimeSpan>,
    pub pose: Pose,
    pub voice_seed: u64,
    pub gain: f32,
}

impl Actor {
    /// What it sounds like.
    pub fn voice(&self) -> Voice {
        match self.thing {
            Thing::Known(class) => CATEGORIES[class].voice,
            Thing::Unknown(_) => unknown::sound,
        }
    }
}

/// How long a scene of a task is.
pub(super) fn duration(task: SceneTask) -> Time {
    Time::from_secs_f64(match task {
        SceneTask::Localize | SceneTask::Parse => 10.0,
        SceneTask::Segment | SceneTask::SegmentMany => 5.0,
    })
}

/// The script of a scene.
pub(super) fn write(rng: &mut Rng, options: &SceneOptions) -> Vec<Cue> {
    let all = options.all_classes;
    match options.task {
        SceneTask::Localize => localize(rng),
        SceneTask::Parse => parse(rng, all),
        SceneTask::Segment => segment(rng, all),
        SceneTask::SegmentMany => segment_many(rng, all),
    }
}

fn secs(start: f32, end: f32) -> TimeSpan {
    let time = |s: f32| Time::from_secs_f64((f64::from(s) * 100.0).round() / 100.0);
    TimeSpan::new(time(start), time(end))
}

/// A deck of all classes that fit, shuffled: no class comes twice in a scene.
fn deck(rng: &mut Rng, fits: impl Fn(usize) -> bool) -> Vec<usize> {
    let mut deck: Vec<usize> = (0..CATEGORIES.len()).filter(|&class| fits(class)).collect();
    for i in (1..deck.len()).rev() {
        deck.swap(i, rng.below(i + 1));
    }
    deck
}

/// A random stretch of the ten seconds.
fn anywhere(rng: &mut Rng) -> TimeSpan {
    let length = rng.range(1.5, 7.0);
    let start = rng.range(0.0, 10.0 - length);
    secs(start, start + length)
}

/// Any class, seen and heard from beginning to end.
pub(super) fn alone(rng: &mut Rng, duration: Time) -> Cue {
    let whole = Some(TimeSpan::new(Time::ZERO, duration));
    Cue {
        thing: Thing::Known(rng.below(CATEGORIES.len())),
        seen: whole,
        heard: whole,
    }
}

/// One event on whole seconds (in eight of nine scenes), and zero to two that distract: they are only seen or only
/// heard. What happens is both heard and seen during the event alone; on either side it may be heard or seen.
fn localize(rng: &mut Rng) -> Vec<Cue> {
    let mut deck = deck(rng, |_| true);
    let mut cues = Vec::new();
    if rng.chance(8.0 / 9.0)
        && let Some(class) = deck.pop()
    {
        cues.push(event(rng, Thing::Known(class)));
    } else if rng.chance(0.5) {
        // Something of no known class, both heard and seen.
        let thing = Thing::Unknown(rng.seed());
        cues.push(event(rng, thing));
    }
    let distractors = rng.pick(&[0, 1, 1, 2]);
    let at_least = usize::from(cues.is_empty());
    for _ in 0..distractors.max(at_least * 2) {
        let thing = match deck.pop() {
            Some(class) if rng.chance(0.7) => Thing::Known(class),
            _ => Thing::Unknown(rng.seed()),
        };
        cues.extend(distractor(rng, thing, &cues));
    }
    cues
}

/// An event of one thing, and in half of the scenes something known that is only seen or only heard.
pub(super) fn newcomer(rng: &mut Rng, thing: Thing) -> Vec<Cue> {
    let mut cues = vec![event(rng, thing)];
    if rng.chance(0.5) {
        let known = Thing::Known(rng.below(CATEGORIES.len()));
        cues.extend(distractor(rng, known, &cues));
    }
    cues
}

/// Heard and seen together for two to ten whole seconds.
fn event(rng: &mut Rng, thing: Thing) -> Cue {
    let length = 2 + rng.below(9);
    let start = rng.below(11 - length);
    let (start, end) = (start as f32, (start + length) as f32);
    let (mut seen, mut heard) = ((start, end), (start, end));
    // On each side the event ends in both, or one of them goes on for a while.
    match rng.below(3) {
        0 => seen.0 = rng.range(0.0, start),
        1 => heard.0 = rng.range(0.0, start),
        _ => {}
    }
    match rng.below(3) {
        0 => seen.1 = rng.range(end, 10.0),
        1 => heard.1 = rng.range(end, 10.0),
        _ => {}
    }
    Cue {
        thing,
        seen: Some(secs(seen.0, seen.1)),
        heard: Some(secs(heard.0, heard.1)),
    }
}

/// Only seen, or only heard; a sound mostly keeps out of the way of other sounds.
fn distractor(rng: &mut Rng, thing: Thing, others: &[Cue]) -> Option<Cue> {
    if rng.chance(0.5) {
        return Some(Cue {
            thing,
            seen: Some(anywhere(rng)),
            heard: None,
        });
    }
    let may_overlap = rng.chance(0.25);
    (0..8).map(|_| anywhere(rng)).find_map(|span| {
        let clash = |cue: &Cue| cue.heard.is_some_and(|h| h.intersection(span).is_some());
        (may_overlap || !others.iter().any(clash)).then_some(Cue {
            thing,
            seen: None,
            heard: Some(span),
        })
    })
}

/// One to three of LLP's classes, or of all, each heard, seen or both, on whole seconds; now and then something unknown.
fn parse(rng: &mut Rng, all: bool) -> Vec<Cue> {
    let deck = deck(rng, |class| all || CATEGORIES[class].llp.is_some());
    let count = 1 + rng.below(3);
    let mut cues: Vec<Cue> = deck[..count]
        .iter()
        .map(|&class| {
            let mut span = || {
                let length = 1 + rng.below(9);
                let start = rng.below(11 - length);
                Some(secs(start as f32, (start + length) as f32))
            };
            let (seen, heard) = (span(), span());
            let mode = rng.below(4);
            Cue {
                thing: Thing::Known(class),
                seen: seen.filter(|_| mode != 1),
                heard: heard.filter(|_| mode != 2),
            }
        })
        .collect();
    if rng.chance(0.25) {
        let thing = Thing::Unknown(rng.seed());
        cues.extend(distractor(rng, thing, &[]));
    }
    cues
}

/// One to three things on screen throughout; one of them sounds, and comes and goes in a third of scenes.
fn segment(rng: &mut Rng, all: bool) -> Vec<Cue> {
    let deck = deck(rng, |class| all || CATEGORIES[class].avsbench.is_some());
    let count = rng.pick(&[1, 1, 2, 3]);
    let heard = if rng.chance(0.33) {
        part_of_five(rng)
    } else {
        secs(0.0, 5.0)
    };
    let cue = |(i, &class): (usize, &usize)| on_screen(class, (i == 0).then_some(heard));
    deck[..count].iter().enumerate().map(cue).collect()
}

/// Two or three things on screen throughout; one or more of them sound, each throughout or for a part.
fn segment_many(rng: &mut Rng, all: bool) -> Vec<Cue> {
    let deck = deck(rng, |class| all || CATEGORIES[class].avsbench.is_some());
    let count = rng.pick(&[2, 2, 3]);
    let sounding = rng.pick(&[1, 2, 2, 3]).min(count);
    let mut cue = |(i, &class): (usize, &usize)| {
        let heard = if rng.chance(0.6) {
            part_of_five(rng)
        } else {
            secs(0.0, 5.0)
        };
        on_screen(class, (i < sounding).then_some(heard))
    };
    deck[..count].iter().enumerate().map(&mut cue).collect()
}

/// Two to five of five whole seconds.
fn part_of_five(rng: &mut Rng) -> TimeSpan {
    let start = rng.below(3);
    let end = start + 2 + rng.below(4 - start);
    secs(start as f32, end as f32)
}

/// Seen for five seconds.
fn on_screen(class: usize, heard: Option<TimeSpan>) -> Cue {
    Cue {
        thing: Thing::Known(class),
        seen: Some(secs(0.0, 5.0)),
        heard,
    }
}

/// Gives every cue its drawing, its place and its voice.
pub(super) fn cast(rng: &mut Rng, cues: Vec<Cue>, split: Split) -> Vec<Actor> {
    let on_stage = cues.iter().filter(|cue| cue.seen.is_some()).count();
    let shift = rng.below(on_stage.max(1));
    let mut slot = 0;
    cues.into_iter()
        .map(|cue| {
            let gait = match cue.thing {
                Thing::Known(class) => CATEGORIES[class].gait,
                Thing::Unknown(_) => rng.pick(&[Gait::Stay, Gait::Hop, Gait::Fly, Gait::Roll]),
            };
            let variants = split.variants();
            let place = (slot + shift) % on_stage.max(1);
            slot += usize::from(cue.seen.is_some());
            Actor {
                thing: cue.thing,
                variant: variants.start + rng.below(variants.len()),
                seen: cue.seen,
                heard: cue.heard,
                pose: Pose::roll(rng, gait, place, on_stage.max(1)),
                voice_seed: rng.seed(),
                gain: rng.log_range(0.3, 1.0),
            }
        })
        .collect()
}

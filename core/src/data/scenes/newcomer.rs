//! Things of no category that come again: each has a drawing and a sound of its own, which no scene of a seed shows. What a head
//! can be taught that no training before has shown it.

use super::script::{self, Actor, Thing};
use super::targets::SHARE;
use super::truth::covers;
use super::{LOOKS, SCRIPT, Scene, SceneOptions};
use crate::base::Rng;

/// Where their seeds start, away from those of scenes.
const NEWCOMERS: u64 = 7_000_000_000;

impl Scene {
    /// A scene of ten seconds in which newcomer `which` is both heard and seen for some whole seconds, as an event of
    /// [`super::SceneTask::Localize`] is; now and then something known distracts.
    pub fn of_newcomer(which: u64, seed: u64, options: &SceneOptions) -> Self {
        let own = |purpose| Rng::of(NEWCOMERS + which, purpose).seed();
        let thing = Thing::Unknown(own(0));
        let cues = script::newcomer(&mut Rng::of(seed, SCRIPT), thing);
        let cast = script::cast(&mut Rng::of(seed, LOOKS), cues, options.split);
        let voiced = |actor: Actor| match actor.thing == thing {
            true => Actor {
                voice_seed: own(1),
                ..actor
            },
            false => actor,
        };
        Self {
            options: *options,
            seed,
            duration: script::duration(super::SceneTask::Localize),
            actors: cast.into_iter().map(voiced).collect(),
        }
    }

    /// In which seconds something of no category is both heard and seen, for half of them at least.
    pub fn newcomer_seconds(&self) -> Vec<bool> {
        let unknown = |actor: &&Actor| matches!(actor.thing, Thing::Unknown(_));
        let both: Vec<_> = self
            .actors
            .iter()
            .filter(unknown)
            .filter_map(|actor| actor.seen?.intersection(actor.heard?))
            .collect();
        let seconds = self.seconds().into_iter();
        let there = |second| both.iter().any(|both| covers(Some(*both), second, SHARE));
        seconds.map(there).collect()
    }
}

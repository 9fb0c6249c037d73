//! What is true of a scene.

use super::categories::CATEGORIES;
use super::script::{Actor, Thing};
use crate::base::{Time, TimeSpan};

/// When one class is heard and seen.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassTruth {
    /// Its place in [`CATEGORIES`].
    pub class: usize,
    /// When it is heard; none if never.
    pub audible: Option<TimeSpan>,
    /// When it is seen; none if never.
    pub visible: Option<TimeSpan>,
}

impl ClassTruth {
    /// When it is both.
    pub fn both(&self) -> Option<TimeSpan> {
        self.audible?.intersection(self.visible?)
    }
}

/// Everything known about a scene, save the masks, which [`super::Stage::mask`] draws.
#[derive(Clone, Debug, PartialEq)]
pub struct Truth {
    /// For each second the class both heard and seen for at least half of it, or [`Truth::BACKGROUND`]. In scenes
    /// for other tasks than localization, where several may be, the first of them.
    pub labels: Vec<usize>,
    /// The classes that are heard or seen.
    pub classes: Vec<ClassTruth>,
}

impl Truth {
    /// The label of a second without event: one past the last class, as in AVE.
    pub const BACKGROUND: usize = CATEGORIES.len();

    pub(super) fn of(actors: &[Actor], duration: Time) -> Self {
        let known = |actor: &Actor| match actor.thing {
            Thing::Known(class) => Some(ClassTruth {
                class,
                audible: actor.heard,
                visible: actor.seen,
            }),
            Thing::Unknown(_) => None,
        };
        Self::from_classes(actors.iter().filter_map(known).collect(), duration)
    }

    /// The truth of a film with the pictures of one scene and the sound of another.
    pub fn recombined(pictures: &Self, sound: &Self) -> Self {
        let seconds = pictures.labels.len().min(sound.labels.len());
        let own = |truth: &Self, class| truth.classes.iter().find(|c| c.class == class).cloned();
        let classes = (0..CATEGORIES.len()).filter_map(|class| {
            let visible = own(pictures, class).and_then(|c| c.visible);
            let audible = own(sound, class).and_then(|c| c.audible);
            (visible.is_some() || audible.is_some()).then_some(ClassTruth {
                class,
                audible,
                visible,
            })
        });
        let duration = Time::from_micros(seconds as i64 * 1_000_000);
        Self::from_classes(classes.collect(), duration)
    }

    /// How many classes are at some time both heard and seen.
    pub fn events(&self) -> usize {
        let both = |c: &&ClassTruth| c.both().is_some();
        self.classes.iter().filter(both).count()
    }

    fn from_classes(classes: Vec<ClassTruth>, duration: Time) -> Self {
        let label = |second: TimeSpan| {
            let happening = |c: &&ClassTruth| covers(c.both(), second, 0.5);
            let class = classes.iter().find(happening);
            class.map_or(Self::BACKGROUND, |c| c.class)
        };
        let labels = TimeSpan::seconds_of(duration)
            .into_iter()
            .map(label)
            .collect();
        Self { labels, classes }
    }

    /// Which classes are heard for at least `share` of a span.
    pub fn heard(&self, span: TimeSpan, share: f64) -> impl Iterator<Item = usize> {
        let heard = move |c: &&ClassTruth| covers(c.audible, span, share);
        self.classes.iter().filter(heard).map(|c| c.class)
    }

    /// Which classes are seen for at least `share` of a span.
    pub fn visible(&self, span: TimeSpan, share: f64) -> impl Iterator<Item = usize> {
        let seen = move |c: &&ClassTruth| covers(c.visible, span, share);
        self.classes.iter().filter(seen).map(|c| c.class)
    }

    /// Which classes are heard at a moment.
    pub fn audible(&self, at: Time) -> impl Iterator<Item = usize> {
        let heard = move |c: &&ClassTruth| c.audible.is_some_and(|a| a.contains(at));
        self.classes.iter().filter(heard).map(|c| c.class)
    }

    /// Which classes are on screen at a moment.
    pub fn seen(&self, at: Time) -> impl Iterator<Item = usize> {
        let seen = move |c: &&ClassTruth| c.visible.is_some_and(|v| v.contains(at));
        self.classes.iter().filter(seen).map(|c| c.class)
    }
}

pub(super) fn covers(span: Option<TimeSpan>, second: TimeSpan, share: f64) -> bool {
    span.and_then(|span| span.intersection(second))
        .is_some_and(|both| {
            both.duration().as_secs_f64() >= share * second.duration().as_secs_f64()
        })
}

//! A correction that was deleted never reaches the next head: it is trained from the nearest head that did not learn it.

use mettle_core::base::{ClipId, ContentHash, HeadId, Labels, Said, Task};
use mettle_core::data::Targets;
use mettle_core::engine::{HeadLine, Learned, Taught, clean_head};
use proptest::prelude::*;

const SECONDS: usize = 4;

fn labels() -> Labels {
    Labels::new(["Bark", "Bell"])
}

/// One word: of a clip, a class, a second.
type Word = (u8, usize, usize, bool);

fn words() -> impl Strategy<Value = Vec<Word>> {
    prop::collection::vec((0..2_u8, 0..2_usize, 0..SECONDS, any::<bool>()), 0..6)
}

fn learned(words: &[Word]) -> Learned {
    let clips = [0, 1].map(|clip| {
        let mut targets = Targets::unknown(SECONDS, 2);
        for (of, class, second, yes) in words {
            if *of == clip {
                targets.both.set(*second, *class, Said::from(*yes));
            }
        }
        (ClipId(ContentHash([clip; 32])), targets)
    });
    let clips = clips.iter().map(|(clip, targets)| (*clip, targets));
    Learned::of(Task::Localize, &labels(), clips)
}

fn id(of: usize) -> HeadId {
    HeadId(ContentHash([of as u8; 32]))
}

/// A chain of heads, the model's own first; each learned these words and goes on from the one before.
fn chain(taught: &[Taught]) -> Vec<HeadLine> {
    let line = |(at, taught): (usize, &Taught)| HeadLine {
        id: id(at),
        name: String::new(),
        task: Task::Localize,
        labels: labels(),
        parent: at.checked_sub(1).map(id),
        own: at == 0,
        metrics: Default::default(),
        calibration: None,
        taught: taught.clone(),
    };
    let own = std::iter::once(&Taught::Nothing);
    own.chain(taught).enumerate().map(line).collect()
}

proptest! {
    #[test]
    fn the_head_to_go_on_from_learned_nothing_that_is_not_said_any_more(
        taught in prop::collection::vec(words(), 1..5),
        now in words(),
        unnoted in prop::option::of(0..4_usize),
    ) {
        let all = taught.iter().enumerate().map(|(at, words)| match unnoted == Some(at) {
            true => Taught::Unknown,
            false => Taught::Words(learned(words).into()),
        });
        let heads = chain(&all.collect::<Vec<_>>());
        let now = learned(&now);
        let found = clean_head(&heads, id(taught.len()), &now);
        let clean = |head: &HeadLine| head.taught.is_within(&now);
        match found {
            Some(found) => {
                let at = heads.iter().position(|head| head.id == found).expect("listed");
                prop_assert!(clean(&heads[at]) && !heads[at].own);
                prop_assert!(heads[at + 1..].iter().all(|head| !clean(head)), "the nearest");
            }
            None => prop_assert!(heads[1..].iter().all(|head| !clean(head))),
        }
    }

    #[test]
    fn what_is_still_said_is_no_reason_to_start_again(words in words(), more in words()) {
        let before = learned(&words);
        // What is said later of the same second stands in place of it: only words of other seconds come on top.
        let of = |word: &Word| (word.0, word.1, word.2);
        let new = more.iter().filter(|new| words.iter().all(|word| of(word) != of(new)));
        let all: Vec<Word> = words.iter().chain(new).copied().collect();
        prop_assert!(before.is_within(&learned(&all)));
        let heads = chain(&[Taught::Words(before.into())]);
        prop_assert_eq!(clean_head(&heads, id(1), &learned(&all)), Some(id(1)));
    }
}

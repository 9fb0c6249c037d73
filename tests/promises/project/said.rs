//! What is said of a class: the newest word holds at every moment, no two contradict each other, and every word can be taken back.

use mettle_core::base::{LabelId, Modality, Said, Time, TimeSpan};
use mettle_core::project::{Change, Corrections, Edit, Scope, Statements, Verdict};
use proptest::prelude::*;

use super::{MODALITIES, dog, event, of_clip, say, span};
use Modality::{Audible, AudioVisual, Visible};
use Said::{No, Unknown, Yes};

fn after(changes: &[Change]) -> Corrections {
    let mut corrections = Corrections::default();
    for change in changes {
        of_clip(1, change.clone()).apply(&mut corrections);
    }
    corrections
}

/// What is said of a dog at a tenth of a second, of being heard, seen and both.
fn at(corrections: &Corrections, tenths: i64) -> [Said; 3] {
    let time = Time::from_micros(tenths * 100_000 + 50_000);
    MODALITIES.map(|modality| corrections.statements.said(dog(), modality, time))
}

#[test]
fn both_is_heard_and_seen_and_what_is_not_heard_is_not_both() {
    let said = after(&[say(1, AudioVisual, span(0, 50), Yes)]);
    assert_eq!(at(&said, 20), [Yes, Yes, Yes]);
    assert_eq!(at(&said, 50), [Unknown; 3], "a span ends before its end");
    let said = after(&[say(1, Audible, span(0, 50), No)]);
    assert_eq!(at(&said, 20), [No, Unknown, No]);
    let said = after(&[say(1, AudioVisual, span(0, 50), No)]);
    assert_eq!(
        at(&said, 20),
        [Unknown, Unknown, No],
        "one of the two, which is not said"
    );
    let said = after(&[
        say(1, AudioVisual, span(0, 50), No),
        say(2, Visible, span(0, 50), Yes),
    ]);
    assert_eq!(
        at(&said, 20),
        [No, Yes, No],
        "seen and not both is not heard"
    );
}

#[test]
fn an_event_said_second_by_second_is_one_and_one_that_was_split_stays_two() {
    let mut said = Corrections::default();
    let mut tell = |number, span, word| {
        let change = Change::joined(&said, [say(number, AudioVisual, span, word)]);
        of_clip(1, change).apply(&mut said);
        let all = said.statements.iter();
        let mut all: Vec<_> = all.map(|(_, said)| (said.span, said.yes)).collect();
        all.sort();
        all
    };
    tell(1, span(20, 30), Yes);
    tell(2, span(30, 40), Yes);
    assert_eq!(tell(3, span(10, 20), Yes), [(span(10, 40), true)]);
    assert_eq!(
        tell(4, span(50, 60), Yes),
        [(span(10, 40), true), (span(50, 60), true)]
    );
    assert_eq!(tell(5, span(40, 50), Yes), [(span(10, 60), true)]);
    assert_eq!(
        tell(6, span(20, 30), Yes),
        [(span(10, 60), true)],
        "said already"
    );
    assert_eq!(
        tell(7, span(50, 70), No),
        [(span(10, 50), true), (span(50, 70), false)],
        "the newest word holds"
    );
    let split = [
        say(8, AudioVisual, span(0, 25), Yes),
        say(9, AudioVisual, span(25, 50), Yes),
    ];
    let mut said = after(&split);
    let change = Change::joined(&said, [say(10, AudioVisual, span(20, 30), Yes)]);
    of_clip(1, change).apply(&mut said);
    assert_eq!(said.statements.len(), 2, "split on purpose");
}

#[test]
fn not_heard_within_both_leaves_it_seen() {
    let said = after(&[
        say(1, AudioVisual, span(0, 50), Yes),
        say(2, Audible, span(20, 30), No),
    ]);
    assert_eq!(at(&said, 10), [Yes, Yes, Yes]);
    assert_eq!(at(&said, 25), [No, Yes, No]);
    assert_eq!(at(&said, 40), [Yes, Yes, Yes]);
    let kept = said
        .statements
        .get(event(1))
        .expect("its first part keeps its name");
    assert_eq!(kept.span, span(0, 20));
}

#[test]
fn an_event_moves_under_its_name_and_another_class_is_left_alone() {
    let cat = LabelId::named("Cat");
    let mut said = after(&[
        say(1, Audible, span(0, 50), Yes),
        Change::Say {
            event: event(2),
            label: cat,
            modality: Audible,
            span: span(0, 100),
            said: Yes,
        },
        say(1, Audible, span(30, 80), Yes),
    ]);
    assert_eq!(
        at(&said, 10)[0],
        Unknown,
        "where it was before, nothing is said"
    );
    assert_eq!(at(&said, 70)[0], Yes);
    assert_eq!(said.statements.len(), 2);
    of_clip(1, say(3, Audible, span(40, 50), Unknown)).apply(&mut said);
    assert_eq!([35, 45, 55].map(|t| at(&said, t)[0]), [Yes, Unknown, Yes]);
    assert_eq!(
        said.statements
            .said(cat, Audible, Time::from_micros(4_500_000)),
        Yes
    );
}

/// A piece gets a name that no event has, also where an earlier piece of the same event was moved elsewhere, or is being moved now.
#[test]
fn no_piece_takes_another_events_name() {
    let mut said = after(&[
        say(1, Audible, span(0, 50), Yes),
        say(2, Audible, span(20, 30), No),
    ]);
    let piece = event(1).piece(0);
    let whole = |span: TimeSpan| Change::Say {
        event: piece,
        label: dog(),
        modality: Audible,
        span,
        said: Yes,
    };
    assert_eq!(
        said.statements.get(piece).expect("the second part").span,
        span(30, 50)
    );
    of_clip(1, whole(span(200, 220))).apply(&mut said);
    of_clip(1, say(1, Audible, span(0, 50), Yes)).apply(&mut said);
    of_clip(1, say(3, Audible, span(10, 20), No)).apply(&mut said);
    assert_eq!(at(&said, 210)[0], Yes, "the moved piece is still there");
    assert_eq!(at(&said, 40)[0], Yes);
    of_clip(1, say(1, Audible, span(0, 100), Yes)).apply(&mut said);
    of_clip(1, whole(span(40, 60))).apply(&mut said);
    assert_eq!(
        [10, 50, 90, 210].map(|t| at(&said, t)[0]),
        [Yes, Yes, Yes, Unknown]
    );
    assert_eq!(said.statements.get(piece).expect("it").span, span(40, 60));
}

fn words() -> impl Strategy<Value = Change> {
    let modality = proptest::sample::select(MODALITIES.to_vec());
    let said = proptest::sample::select(vec![Yes, No, Unknown]);
    (0..6_u64, modality, 0..30_i64, 1..12_i64, said).prop_map(
        |(number, modality, from, length, said)| {
            say(number, modality, span(from, from + length), said)
        },
    )
}

/// No two statements of one class and modality overlap; none contradicts another's modality.
fn consistent(statements: &Statements) -> Result<(), TestCaseError> {
    let own = |modality, at: TimeSpan| -> Vec<bool> {
        let found = statements.overlapping(dog(), modality, at);
        found.into_iter().map(|(_, said)| said.yes).collect()
    };
    for tenth in 0..45 {
        let moment = span(tenth, tenth + 1);
        let [heard, seen, both] = MODALITIES.map(|modality| own(modality, moment));
        for one in [&heard, &seen, &both] {
            prop_assert!(one.len() < 2, "two words of one moment, {tenth}");
        }
        let no = |one: &[bool]| one == [false];
        let yes = |one: &[bool]| one == [true];
        prop_assert!(
            !(yes(&both) && (no(&heard) || no(&seen))),
            "both, and not one, {tenth}"
        );
        prop_assert!(
            !(no(&both) && yes(&heard) && yes(&seen)),
            "each, and not both, {tenth}"
        );
    }
    Ok(())
}

proptest! {
    #[test]
    fn the_newest_word_holds_and_none_contradicts_it(words in proptest::collection::vec(words(), 1..25)) {
        let mut said = Corrections::default();
        for word in words {
            let before = said.clone();
            let back = of_clip(1, word.clone()).apply(&mut said);
            consistent(&said.statements)?;
            let Change::Say { event, modality, span: new, said: what, .. } = word else { continue };
            let place = MODALITIES.iter().position(|m| *m == modality).unwrap_or(0);
            let moved_from = before.statements.get(event).map(|s| s.span);
            for tenth in 0..45 {
                let now = at(&said, tenth);
                let moment = span(tenth, tenth + 1);
                if new.intersection(moment).is_some() {
                    let follows = what == Unknown && now[place] != Unknown;
                    prop_assert!(now[place] == what || follows, "{tenth}: {now:?}");
                } else if moved_from.is_none_or(|from| from.intersection(moment).is_none()) {
                    prop_assert_eq!(now, at(&before, tenth), "nobody spoke of {}", tenth);
                }
            }
            let mut again = said.clone();
            back.apply(&mut again);
            prop_assert_eq!(again, before, "taken back");
        }
    }

    /// Words of different classes, and of spans that do not touch, may come in any order.
    #[test]
    fn words_that_do_not_touch_come_in_any_order(
        (one, two) in (words(), words()),
        apart in 0..2_usize,
    ) {
        let (Change::Say { event: a, .. }, Change::Say { event: b, .. }) = (&one, &two) else { return Ok(()) };
        prop_assume!(a != b);
        let other = match two {
            Change::Say { event, modality, span, said, .. } if apart == 0 => Change::Say {
                event, label: LabelId::named("Cat"), modality, span, said,
            },
            Change::Say { event, label, modality, span: at, said } => {
                let later = Time::from_micros(10_000_000);
                let span = TimeSpan::new(at.start + later, at.end + later);
                Change::Say { event, label, modality, span, said }
            }
            other => other,
        };
        let background = [say(10, AudioVisual, span(0, 150), Yes), say(11, Audible, span(5, 15), No)];
        let order = |last: [&Change; 2]| after(&[&background[..], &[last[0].clone(), last[1].clone()]].concat());
        let (forth, back) = (order([&one, &other]), order([&other, &one]));
        for tenth in 0..160 {
            prop_assert_eq!(at(&forth, tenth), at(&back, tenth));
        }
    }

    #[test]
    fn a_stretch_of_a_lane_is_read_as_the_whole_lane_and_as_each_moment(
        words in proptest::collection::vec(words(), 1..25),
        from in 0..40_i64,
        length in 1..20_i64,
    ) {
        let statements = after(&words).statements;
        let view = span(from, from + length);
        for modality in MODALITIES {
            let whole = statements.verdicts(dog(), modality).into_iter();
            let cut = whole.filter_map(|verdict| {
                let span = verdict.span.intersection(view)?;
                Some(Verdict { span, ..verdict })
            });
            let cut: Vec<Verdict> = cut.collect();
            let within = statements.verdicts_within(dog(), modality, view);
            prop_assert_eq!(&cut, &within);
            for tenth in from..from + length {
                let moment = Time::from_micros(tenth * 100_000 + 50_000);
                let here = within.iter().find(|verdict| verdict.span.contains(moment));
                let read = here.map_or(Unknown, |verdict| Said::from(verdict.yes));
                prop_assert_eq!(read, statements.said(dog(), modality, moment));
            }
        }
    }
}

#[test]
fn an_edit_that_changes_nothing_says_so() {
    let mut said = after(&[say(1, Audible, span(0, 50), Yes)]);
    let same = of_clip(1, say(1, Audible, span(0, 50), Yes)).apply(&mut said);
    assert!(same.is_nothing());
    let project = Edit {
        of: Scope::Project,
        change: Change::Threshold {
            of: Default::default(),
            value: None,
        },
    };
    assert!(project.apply(&mut said).is_nothing());
}

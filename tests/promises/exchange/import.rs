//! What is taken in from a file adds to what a person said, and changes none of it unasked.

use std::collections::{BTreeMap, BTreeSet};

use mettle_core::base::{ClipId, EventId, Label, LabelId, Modality, Said, TimeSpan};
use mettle_core::exchange::marks::{
    By, Conflict, ImportPlan, Importing, Mark, MarkFormat, Sheet, What, plan, sheet_of,
};
use mettle_core::model::known_classes;
use mettle_core::project::{Change, Class, Corrections, Edit, Names, Scope, Store};

use proptest::prelude::*;

use super::{mark, media, small_mask, span};

const PERSON: By = By::Person { yes: true };

fn edited(changes: Vec<Change>) -> Corrections {
    let mut said = Corrections::default();
    for change in changes {
        Edit::of_clip(ClipId::default(), change).apply(&mut said);
    }
    said
}

fn say(label: &str, span: TimeSpan, yes: bool) -> Change {
    Change::Say {
        event: EventId::fresh(),
        label: LabelId::named(label),
        modality: Modality::Audible,
        span,
        said: Said::from(yes),
    }
}

fn dog(from: f64, to: f64) -> Mark {
    mark("Dog", Modality::Audible, span(from, to), PERSON)
}

fn file(marks: Vec<Mark>) -> Sheet {
    Sheet {
        media: media(10_000_000),
        marks,
        ..Sheet::default()
    }
}

fn planned(sheet: &Sheet, said: &Corrections, replace: bool) -> ImportPlan {
    plan(&Importing {
        sheet,
        said,
        classes: &BTreeMap::new(),
        known: &BTreeSet::from([Label::from("Dog")]),
        replace,
        with_model: false,
    })
}

/// What is said after a plan was carried out.
fn after(said: &Corrections, plan: &ImportPlan) -> Corrections {
    let mut after = said.clone();
    if let Some(change) = plan.clip.clone() {
        Edit::of_clip(ClipId::default(), change).apply(&mut after);
    }
    after
}

#[test]
fn what_contradicts_a_correction_is_listed_and_left() {
    let said = edited(vec![say("Dog", span(2.0, 4.0), false)]);
    let sheet = file(vec![dog(1.0, 3.0), dog(6.0, 7.0)]);
    let kept = planned(&sheet, &said, false);
    assert_eq!((kept.new.len(), kept.conflicts.len()), (1, 1));
    assert!(
        matches!(&kept.conflicts[0], Conflict::Mark(mark, verdict) if mark.span == span(1.0, 3.0) && !verdict.yes)
    );
    let now = after(&said, &kept);
    let before: Vec<_> = said.statements.iter().collect();
    assert!(
        before
            .iter()
            .all(|(event, statement)| now.statements.get(*event) == Some(*statement))
    );
    assert_eq!(now.statements.len(), 2);

    let replaced = after(&said, &planned(&sheet, &said, true));
    let at = |at: f64| {
        replaced
            .statements
            .said(LabelId::named("Dog"), Modality::Audible, span(at, at).start)
    };
    assert_eq!(
        [at(2.5), at(3.5), at(6.5)],
        [Said::Yes, Said::No, Said::Yes]
    );
}

#[test]
fn what_is_there_already_is_not_said_twice() {
    let said = edited(vec![say("Dog", span(1.000_4, 2.999_6), true)]);
    // Rounded to milliseconds by the format, and reaching further at one end.
    let plan = planned(&file(vec![dog(1.0, 3.0)]), &said, false);
    assert_eq!((plan.equal, plan.new.len()), (1, 0));
    assert!(plan.is_nothing());
    let plan = planned(&file(vec![dog(1.0, 5.0)]), &said, false);
    let now = after(&said, &plan);
    let spans: Vec<TimeSpan> = now.statements.iter().map(|(_, said)| said.span).collect();
    assert!(
        spans.contains(&span(1.000_4, 2.999_6)) && spans.contains(&span(2.999_6, 5.0)),
        "{spans:?}"
    );
}

#[test]
fn what_a_file_says_twice_is_new_once_and_what_it_denies_is_shown_as_denied() {
    let denied = Mark {
        by: By::Person { yes: false },
        ..dog(6.0, 7.0)
    };
    let sheet = file(vec![dog(1.0, 3.0), dog(1.0, 3.0), denied]);
    let said = Corrections::default();
    let plan = planned(&sheet, &said, false);
    assert_eq!(plan.summary(false), "2 new, 0 there already");
    assert!(plan.new[0].to_string().ends_with("Dog, heard"));
    assert!(plan.new[1].to_string().ends_with("Dog, not heard"));
    let twice = after(&said, &plan);
    assert_eq!(planned(&sheet, &twice, false).equal, 3);
}

#[test]
fn what_sounds_in_a_mask_is_no_new_class() {
    let mut sheet = file(Vec::new());
    let said = Corrections::default();
    for name in ["Sounding", "Sounding object", "sounding"] {
        sheet.masks = vec![small_mask(name, span(2.0, 3.0), PERSON)];
        let plan = plan(&Importing {
            sheet: &sheet,
            said: &said,
            classes: &BTreeMap::new(),
            known: &known_classes(None),
            replace: false,
            with_model: false,
        });
        assert_eq!((plan.new_masks.len(), plan.classes.len()), (1, 0));
    }
}

#[test]
fn a_model_s_word_becomes_nobody_s_correction_unasked() {
    let sheet = file(vec![mark(
        "Dog",
        Modality::Audible,
        span(1.0, 2.0),
        By::model(Some(0.9)),
    )]);
    let said = Corrections::default();
    let plan = planned(&sheet, &said, false);
    assert_eq!((plan.of_model, plan.is_nothing()), (1, true));
}

#[test]
fn masks_are_taken_in_and_never_over_a_drawn_one() {
    let mut sheet = file(Vec::new());
    sheet.masks = vec![small_mask("Dog", span(2.0, 3.0), PERSON)];
    let said = Corrections::default();
    let first = planned(&sheet, &said, false);
    assert_eq!(first.new_masks.len(), 1);
    let said = after(&said, &first);
    assert_eq!(planned(&sheet, &said, false).equal, 1);
    sheet.masks[0].mask.runs = vec![0, 20];
    let again = planned(&sheet, &said, false);
    assert_eq!((again.conflicts.len(), again.is_nothing()), (1, true));
    sheet.masks[0].mask.width = 10;
    assert_eq!(planned(&sheet, &said, false).odd_masks, 1);
}

#[test]
fn new_classes_are_made_and_renamed_ones_found() {
    let hound = Class {
        name: "Hound".to_owned(),
        color: None,
        merged_into: None,
    };
    let classes = BTreeMap::from([(LabelId::named("Dog"), hound)]);
    let mut sheet = file(vec![dog(1.0, 2.0), dog(3.0, 4.0)]);
    sheet.marks[0].label = Label::from("Hound");
    sheet.marks[1].label = Label::from("猫");
    let said = Corrections::default();
    let plan = plan(&Importing {
        sheet: &sheet,
        said: &said,
        classes: &classes,
        known: &BTreeSet::new(),
        replace: false,
        with_model: false,
    });
    assert_eq!(plan.classes, [Label::from("猫")]);
    let labels = after(&said, &plan).statements.labels();
    assert_eq!(
        labels,
        BTreeSet::from([LabelId::named("Dog"), LabelId::named("猫")])
    );
}

/// Through the project's file, and back with one undo.
#[test]
fn corrections_go_out_and_come_back_the_same() {
    let folder = tempfile::tempdir().expect("a folder");
    let clip = ClipId::default();
    let changes = vec![
        say("Dog", span(1.0, 4.0), true),
        say("犬 \"吠え\"", span(2.0, 10.0), true),
        say("Dog", span(5.0, 6.0), false),
    ];
    let said = edited(changes);
    let known: Vec<Label> = ["Dog", "犬 \"吠え\""]
        .into_iter()
        .map(Label::from)
        .collect();
    let names = Names::of(&known, &BTreeMap::new());
    let clip_of = |said: &Corrections| {
        let clip = mettle_core::media::Clip {
            id: clip,
            path: "dog.mp4".into(),
            duration: span(0.0, 10.0).end,
            video: None,
            audio: None,
        };
        sheet_of(What::Corrections, &clip, None, said, &names)
    };
    for format in [
        MarkFormat::Csv,
        MarkFormat::Jsonl,
        MarkFormat::Eaf,
        MarkFormat::Audacity,
    ] {
        let sheet = clip_of(&said);
        let text = format.write(&sheet).expect("written");
        let read = format
            .read(text.as_bytes(), &sheet.media, Modality::Audible)
            .expect("read");
        let mut store = Store::open(&folder.path().join(format.name())).expect("a project");
        let empty = store.read(Scope::Clip(clip)).expect("read");
        let change = planned(&read, &empty, false).clip.expect("something new");
        store
            .edit(&Edit::of_clip(clip, change), false)
            .expect("kept");
        let now = store.read(Scope::Clip(clip)).expect("read");
        assert_eq!(
            format.write(&clip_of(&now)).expect("written"),
            text,
            "{}",
            format.name()
        );
        store.undo(Scope::Clip(clip)).expect("undone");
        assert_eq!(
            store.read(Scope::Clip(clip)).expect("read"),
            empty,
            "{}",
            format.name()
        );
    }
}

/// Words of a person, and marks of a file, of two classes within ten seconds, as they come.
fn words() -> impl Strategy<Value = Vec<(bool, usize, i64, i64, bool)>> {
    let one = (
        any::<bool>(),
        0..3_usize,
        0..100_i64,
        1..40_i64,
        any::<bool>(),
    );
    proptest::collection::vec(one, 0..8)
}

const MODALITIES: [Modality; 3] = [Modality::Audible, Modality::Visible, Modality::AudioVisual];

proptest! {
    #[test]
    fn no_file_changes_a_correction_unasked(said in words(), file in words()) {
        let name = |first: bool| if first { "Dog" } else { "犬" };
        let tenths = |from: i64, length: i64| span(from as f64 / 10.0, (from + length) as f64 / 10.0);
        let said = edited(said.into_iter().map(|(class, modality, from, length, yes)| Change::Say {
            event: EventId::fresh(),
            label: LabelId::named(name(class)),
            modality: MODALITIES[modality],
            span: tenths(from, length),
            said: Said::from(yes),
        }).collect());
        let marks = file.into_iter().map(|(class, modality, from, length, yes)| {
            mark(name(class), MODALITIES[modality], tenths(from, length), By::Person { yes })
        });
        let sheet = self::file(marks.collect());
        let first = planned(&sheet, &said, false);
        let now = after(&said, &first);
        for (event, statement) in said.statements.iter() {
            prop_assert_eq!(now.statements.get(event), Some(statement));
        }
        // What was new is there now; what contradicts stays contradicted.
        let again = planned(&sheet, &now, false);
        prop_assert!(again.is_nothing() && again.new.is_empty(), "{:?}", again);
    }
}

//! A model against a person's word: F by class and which class is taken for which, counted by hand; what was not said counts nowhere.

use mettle_core::base::{
    BACKGROUND, ClipId, EventId, HeadId, Label, LabelId, Labels, Modality, Said, Time, TimeSpan,
};
use mettle_core::model::Precision;
use mettle_core::predict::{Detail, Prediction, PredictionKey, Report, Thresholds};
use mettle_core::project::{Change, Corrections, Edit, Scope};

fn prediction(scores: &[[f32; 2]], detail: Detail) -> Prediction {
    let end = Time::from_micros(scores.len() as i64 * 1_000_000);
    Prediction {
        key: PredictionKey {
            clip: ClipId::default(),
            head: HeadId::default(),
            precision: Precision::F32,
        },
        labels: Labels::new(["Dog", "Bell"]),
        segments: TimeSpan::seconds_of(end),
        scores: scores.iter().map(|row| row.to_vec()).collect(),
        familiarity: vec![1.0; scores.len()],
        detail,
    }
}

fn said(words: &[(&str, Modality, u32, Said)]) -> Corrections {
    let mut state = Corrections::default();
    for (label, modality, second, said) in words {
        let change = Change::Say {
            event: EventId::fresh(),
            label: LabelId::named(label),
            modality: *modality,
            span: TimeSpan::of_second(*second),
            said: *said,
        };
        let of = Scope::Project;
        Edit { of, change }.apply(&mut state);
    }
    state
}

#[test]
fn events_are_counted_by_class_and_confused_with_each_other() {
    use Modality::AudioVisual as Both;
    use Said::{No, Yes};
    // The model: dog, dog, bell, nothing, dog.
    let rows = [[0.9, 0.0], [0.8, 0.1], [0.1, 0.8], [0.1, 0.1], [0.7, 0.1]];
    let scores: Vec<Vec<f32>> = rows.iter().map(|row| row.to_vec()).collect();
    let prediction = prediction(&rows, Detail::localized(&scores));
    let said = said(&[
        ("Dog", Both, 0, Yes),
        ("Bell", Both, 0, No),
        ("Bell", Both, 1, Yes),
        ("Dog", Both, 1, No),
        ("Dog", Both, 2, Yes),
        ("Dog", Both, 3, No),
        ("Bell", Both, 3, No),
        // Of the last second nothing is said.
    ]);
    let mut report = Report::default();
    report.add(&prediction, &Thresholds::at(0.5), &said.statements);
    let dog = report.classes[&Label::from("Dog")];
    assert_eq!(
        (dog.both, dog.model_alone, dog.person_alone, dog.neither),
        (1, 1, 1, 1)
    );
    assert_eq!(dog.f1(), Some(0.5));
    let bell = report.classes[&Label::from("Bell")];
    assert_eq!(
        (bell.both, bell.model_alone, bell.person_alone, bell.neither),
        (0, 0, 1, 2)
    );
    assert_eq!(
        (bell.precision(), bell.recall(), bell.f1()),
        (None, Some(0.0), Some(0.0))
    );
    assert_eq!(report.mean_f1(), Some(0.25));
    let taken = |person: &str, model: &str| {
        let pair = (Label::from(person), Label::from(model));
        report.confusion.get(&pair).copied().unwrap_or(0)
    };
    assert_eq!(taken("Dog", "Dog"), 1);
    assert_eq!(taken("Bell", "Dog"), 1);
    assert_eq!(taken("Dog", "Bell"), 1);
    assert_eq!(taken(BACKGROUND, BACKGROUND), 1);
    assert_eq!(
        report.confusion.values().sum::<u32>(),
        4,
        "the last second is in none"
    );
    let labels = report.confused();
    assert_eq!(
        labels.iter().map(|label| &**label).collect::<Vec<_>>(),
        ["Bell", "Dog", BACKGROUND]
    );
}

#[test]
fn in_parsing_heard_and_seen_count_by_themselves() {
    let audible = vec![vec![0.9, 0.0], vec![0.2, 0.0]];
    let visible = vec![vec![0.1, 0.0], vec![0.8, 0.0]];
    let prediction = prediction(
        &[[0.1, 0.0], [0.2, 0.0]],
        Detail::Parsed { audible, visible },
    );
    let said = said(&[
        ("Dog", Modality::Audible, 0, Said::Yes),
        ("Dog", Modality::Visible, 0, Said::Yes),
        ("Dog", Modality::Visible, 1, Said::No),
    ]);
    let mut report = Report::default();
    report.add(&prediction, &Thresholds::at(0.5), &said.statements);
    let dog = report.classes[&Label::from("Dog")];
    assert_eq!(
        (dog.both, dog.model_alone, dog.person_alone, dog.neither),
        (1, 1, 1, 0)
    );
    assert!(
        report.confusion.is_empty(),
        "classes do not exclude each other"
    );
}

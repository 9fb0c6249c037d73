//! What is written, read and written again is the same file, byte for byte.

use mettle_core::base::{Label, Modality, Time, TimeSpan};
use mettle_core::exchange::marks::{By, Kept, Mark, MarkFormat, MaskMark, SecondScores, Sheet};
use mettle_core::project::RunLengths;
use proptest::prelude::*;

use super::{media, sheet};

const LABELS: [&str; 9] = [
    "Dog",
    "Dog 0.810000",
    "犬の\u{3000}吠え",
    "say \"hi\", she said",
    "a --> b",
    "Rock & <roll>",
    "two\nlines\ttab",
    "#2 [audible] x/y",
    "",
];

/// Marks anywhere in the clip, also over one another, up to its last microsecond.
fn marks(duration: i64) -> impl Strategy<Value = Vec<Mark>> {
    let one = (
        0..LABELS.len(),
        0..3_usize,
        0..=duration,
        0..=duration,
        0..4_usize,
        0..=1_000_000_u32,
    );
    let mark = move |(label, modality, a, b, by, score): (usize, usize, i64, i64, usize, u32)| {
        let (start, end) = (a.min(b), a.max(b).max(1));
        let score = Some(score as f32 / 1e6);
        Mark {
            span: TimeSpan::new(
                Time::from_micros(start.min(end - 1)),
                Time::from_micros(end),
            ),
            modality: [Modality::Audible, Modality::Visible, Modality::AudioVisual][modality],
            label: Label::from(LABELS[label]),
            by: [
                By::model(score),
                By::Person { yes: true },
                By::Person { yes: false },
                By::Unsaid,
            ][by],
        }
    };
    prop::collection::vec(one.prop_map(mark), 0..12)
}

/// A mask for some of the seconds.
fn masks(seconds: u32) -> impl Strategy<Value = Vec<MaskMark>> {
    let one = (
        0..seconds.max(1),
        prop::collection::vec(any::<bool>(), 20),
        0..3_usize,
    );
    let mask = |(second, pixels, label): (u32, Vec<bool>, usize)| MaskMark {
        span: TimeSpan::of_second(second),
        label: Label::from(LABELS[label]),
        mask: RunLengths::of(&pixels, 5, 4),
        by: By::Person { yes: true },
    };
    prop::collection::vec(one.prop_map(mask), 0..4)
}

/// A clip of up to ten seconds, which may be empty.
fn sheets() -> impl Strategy<Value = Sheet> {
    let clip = prop_oneof![Just(0_i64), 1..10_000_000_i64, Just(10_000_000)];
    clip.prop_flat_map(|duration| {
        let seconds = TimeSpan::seconds_of(Time::from_micros(duration)).len() as u32;
        let some = marks(duration.max(1));
        let none = duration == 0;
        (some, masks(seconds)).prop_map(move |(marks, masks)| Sheet {
            media: media(duration),
            model: "a model sha256:00".to_owned(),
            marks: if none { Vec::new() } else { marks },
            masks: if none { Vec::new() } else { masks },
            seconds: Vec::new(),
        })
    })
}

fn again(format: MarkFormat, text: &str, of: &Sheet) -> Sheet {
    let read = format.read(text.as_bytes(), &of.media, Modality::Visible);
    read.unwrap_or_else(|wrong| panic!("{}: {wrong}\n{text}", format.name()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_file_written_read_and_written_again_is_the_same(sheet in sheets(), place in 0..MarkFormat::ALL.len()) {
        let format = MarkFormat::ALL[place];
        let first = format.write(&sheet).expect("written");
        let second = format.write(&again(format, &first, &sheet)).expect("written");
        prop_assert_eq!(first, second, "{}", format.name());
    }

    #[test]
    fn json_lines_and_tables_lose_nothing_they_claim(sheet in sheets()) {
        let sheet = sheet.in_order();
        let lines = MarkFormat::Jsonl.write(&sheet).expect("written");
        let kept = Kept::of(&sheet, &again(MarkFormat::Jsonl, &lines, &sheet));
        prop_assert!(kept.lost().is_empty() && kept.moved == Time::ZERO, "{}", kept);
        let table = MarkFormat::Csv.write(&sheet).expect("written");
        prop_assert_eq!(again(MarkFormat::Csv, &table, &sheet).marks, sheet.marks);
    }
}

#[test]
fn json_lines_keep_every_score_of_every_second() {
    let mut sheet = sheet();
    let scores = |value: f32| vec![(Label::from("Dog"), value), (Label::from("犬"), 0.000_001)];
    sheet.seconds = (0..10)
        .map(|second| SecondScores {
            span: TimeSpan::of_second(second),
            audible: scores(0.1 * second as f32),
            visible: scores(0.333_333),
            both: scores(1.0),
        })
        .collect();
    let text = MarkFormat::Jsonl.write(&sheet).expect("written");
    assert_eq!(again(MarkFormat::Jsonl, &text, &sheet), sheet);
    assert_eq!(text.lines().count(), 10);
}

#[test]
fn what_is_lost_is_counted() {
    let sheet = sheet();
    let kept = |format: MarkFormat| {
        let text = format.write(&sheet).expect("written");
        Kept::of(&sheet, &again(format, &text, &sheet))
    };
    let eaf = kept(MarkFormat::Eaf).to_string();
    assert_eq!(
        eaf,
        "5 of 5 events kept, times exact; lost: denied events (all 1), masks (all 1)"
    );
    let vtt = kept(MarkFormat::Vtt);
    assert_eq!(
        (vtt.events.kept, vtt.scores.kept, vtt.speakers.kept),
        (5, 0, 0),
        "{vtt}"
    );
    let coco = kept(MarkFormat::Coco);
    assert_eq!((coco.events.kept, coco.masks.kept), (0, 1), "{coco}");
    let images = kept(MarkFormat::CvatImages);
    assert_eq!(
        (images.masks.kept, images.speakers.kept),
        (1, 5),
        "{images}"
    );
}

#[test]
fn a_textgrid_covers_the_clip_without_gap_or_overlap() {
    let text = MarkFormat::TextGrid.write(&sheet()).expect("written");
    let number = |line: &str, name: &str| line.trim().strip_prefix(name).map(str::to_owned);
    let (mut at, mut tiers) = (String::new(), 0);
    let mut lines = text
        .lines()
        .skip_while(|line| !line.starts_with("item"))
        .peekable();
    while let Some(line) = lines.next() {
        if line.trim().starts_with("intervals: size") {
            (at, tiers) = ("0".to_owned(), tiers + 1);
        } else if line.trim().starts_with("intervals [") {
            let start = lines.next().and_then(|line| number(line, "xmin = "));
            let end = lines.next().and_then(|line| number(line, "xmax = "));
            assert_eq!(start.expect("a start"), at);
            at = end.expect("an end");
        } else if line.trim().starts_with("item [") && tiers > 0 {
            assert_eq!(at, "10.4");
        }
    }
    assert_eq!((at.as_str(), tiers), ("10.4", 5));
}

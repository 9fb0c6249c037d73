//! Tables hold what single files hold, and are read a clip at a time.

use mettle_core::exchange::json::Analysis;
use mettle_core::exchange::parts::{
    ClipRow, EmbeddingRow, EventRow, MaskRow, PartReader, Row, ScoreRow,
};
use mettle_tests::program;

use super::workers::Farm;

/// Scores, events and masks are those of the clip's JSON, to the last digit.
#[test]
fn rows_are_what_json_says() {
    let farm = Farm::new(2);
    for extra in [&["--shard", "1/1"][..], &["--format", "json"]] {
        let (code, _, said) = program::run(&mut farm.worker("out", extra));
        assert_eq!(code, 1, "{said}");
    }
    let text = std::fs::read(farm.at("out/c1.json")).expect("a file");
    let json: Analysis = serde_json::from_slice(&text).expect("an analysis");
    let part = PartReader::open(&farm.at("out/part-1-of-1.json")).expect("a part");
    let clips = part.clips().expect("clips");
    let (clip, at) = clips
        .iter()
        .find(|(clip, _)| clip.clip.ends_with("c1.mp4"))
        .expect("c1");
    let scores = part.scores(*at).expect("scores");
    assert!(scores.iter().all(|row| row.clip == clip.clip));
    assert_eq!(scores.len() as u64, clip.scores);
    // Two seconds, three classes: once for localization, twice for parsing, and a score of each mask.
    assert_eq!(scores.len(), 2 * 3 * 3 + 2);
    for row in &scores {
        let second = &json.segments[row.second as usize];
        let said = match (&*row.task, &*row.modality) {
            ("localize", "audio-visual") => second.scores.get(&*row.label),
            ("parse", "audible") => second.audible.get(&*row.label),
            ("parse", "visible") => second.visible.get(&*row.label),
            _ => continue,
        };
        assert_eq!(said, Some(&row.score), "{row:?}");
    }
    let masks = part.all::<MaskRow>().expect("masks");
    let masks: Vec<&MaskRow> = masks.iter().filter(|row| row.clip == clip.clip).collect();
    let counts: Vec<&str> = masks.iter().map(|mask| &*mask.counts).collect();
    let theirs: Vec<&str> = json.masks.iter().map(|m| &*m.segmentation.counts).collect();
    assert_eq!(counts, theirs);
    let events = part.all::<EventRow>().expect("events");
    let events = events.iter().filter(|row| row.clip == clip.clip).count();
    let theirs: usize = json.tracks.iter().map(|track| track.events.len()).sum();
    assert_eq!((events, clip.events as usize), (theirs, theirs));
}

/// Meta-tokens come as lists of one length, of each head that distils, and only where asked for.
#[test]
fn meta_tokens_are_lists_of_one_length() {
    let farm = Farm::new(2);
    let (code, ..) =
        program::run(&mut farm.worker("out", &["--format", "parquet", "--embeddings"]));
    assert_eq!(code, 1);
    let part = PartReader::open(&farm.at("out/part-1-of-1.json")).expect("a part");
    let rows = part.all::<EmbeddingRow>().expect("a table");
    // Three seconds in two clips, two heads.
    assert_eq!(rows.len(), 3 * 2);
    let width = rows[0].width();
    assert!(width > 1 && rows.iter().all(|row| row.width() == width));
    let differ = rows
        .windows(2)
        .any(|two| two[0].embedding != two[1].embedding);
    assert!(differ, "every second is alike");
    let (code, ..) = program::run(&mut farm.worker("bare", &["--format", "parquet"]));
    assert_eq!(code, 1);
    assert!(!farm.at("bare/embeddings").exists());
}

/// A clip far down a table is read without what lies before it.
#[test]
fn lines_and_columns_are_read_from_the_middle() {
    let farm = Farm::new(6);
    for format in ["parquet", "jsonl"] {
        let (code, ..) = program::run(&mut farm.worker(format, &["--format", format]));
        assert_eq!(code, 1);
        let part = PartReader::open(&farm.at(format).join("part-1-of-1.json")).expect("a part");
        let all = part.all::<ScoreRow>().expect("scores");
        let mut together = Vec::new();
        for (clip, at) in part.clips().expect("clips").iter().rev() {
            let rows = part.scores(*at).expect("scores");
            assert!(rows.iter().all(|row| row.clip == clip.clip), "{clip:?}");
            together.splice(0..0, rows);
        }
        assert_eq!(together, all, "{format}");
        let failed: Vec<ClipRow> = part.all().expect("clips");
        assert!(
            failed
                .iter()
                .any(|clip| clip.failure.is_some() && clip.scores == 0)
        );
    }
}

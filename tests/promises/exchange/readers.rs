//! The formats' own readers read our files, and we read what their libraries write. What they found lies beside the files, made by
//! `tests/golden/exchange/make`.

use std::path::{Path, PathBuf};

use mettle_core::base::{Modality, TimeSpan};
use mettle_core::exchange::marks::{MarkFormat, Sheet};
use serde_json::{Value, json};

use super::{media, sheet, span};

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("golden/exchange")
        .join(name)
}

/// The files that the readers were given are those we write today.
#[test]
fn the_files_that_other_programs_read_are_ours() {
    let (sheet, new) = (sheet(), tempfile::tempdir().expect("a folder"));
    let mut other = Vec::new();
    for format in MarkFormat::ALL {
        let text = format.write(&sheet).expect("written");
        let mut files = vec![(format.ending(), text)];
        files.extend(format.beside(&sheet));
        for (ending, text) in files {
            let name = format!("dog.{ending}");
            std::fs::write(new.path().join(&name), &text).expect("written");
            if std::fs::read_to_string(golden("ours").join(&name)).ok() != Some(text) {
                other.push(name);
            }
        }
    }
    if !other.is_empty() {
        let place = new.keep();
        panic!(
            "{other:?} are written otherwise now: copy them from {} to golden/exchange/ours and run make/read_ours.py",
            place.display()
        );
    }
}

fn found() -> Value {
    found_in("read.json")
}

fn found_in(name: &str) -> Value {
    let text = std::fs::read_to_string(golden(name)).expect(name);
    serde_json::from_str(&text).expect("JSON")
}

/// Lane, start and end in milliseconds, words; in order.
fn rows(mut rows: Vec<(&str, i64, i64, &str)>) -> Value {
    rows.sort();
    json!(rows)
}

const TWO_LINES: &str = "two lines and a tab";

#[test]
fn elan_s_schema_and_readers_find_every_event_and_score() {
    let events = rows(vec![
        ("audible/Dog", 2000, 5000, "Dog"),
        ("visible/Dog", 3000, 6000, "Dog"),
        ("audible/犬 \"吠え\"", 0, 10400, "犬 \"吠え\""),
        ("audio-visual/Rock & <roll>", 9120, 10400, "Rock & <roll>"),
        (
            "audible/two lines and a tab",
            1000,
            1520,
            "two\nlines\tand a tab",
        ),
    ]);
    assert_eq!(found()["EAFv3.0.xsd"], json!(["valid"]));
    for reader in ["pympi", "speach"] {
        assert_eq!(found()[reader], events, "{reader}");
    }
    let scores = found()["pympi scores"].as_array().map(Vec::len);
    assert_eq!(scores, Some(2));
}

#[test]
fn audacity_s_labels_are_found_by_crowsetta() {
    let expected = rows(vec![
        ("", 2000, 5000, "audible/Dog"),
        ("", 3000, 6000, "visible/Dog"),
        ("", 0, 10400, "audible/犬 \"吠え\""),
        ("", 9120, 10400, "audio-visual/Rock & <roll>"),
        ("", 1000, 1520, "audible/two lines and a tab"),
    ]);
    assert_eq!(found()["crowsetta"], expected);
}

/// Frame 62 is the middle of the third second: the mask, and what is heard then.
#[test]
fn datumaro_finds_cvat_s_mask_and_tags() {
    let all = found();
    let rows = all["datumaro"].as_array().expect("rows");
    let of = |frame: &str| -> Vec<&Value> { rows.iter().filter(|row| row[0] == frame).collect() };
    let expected = [
        json!(["frame_000062", "00000011100111000000", "Dog"]),
        json!(["frame_000062", "audible", "Dog"]),
        json!(["frame_000062", "audible", "犬 \"吠え\""]),
    ];
    assert_eq!(of("frame_000062"), expected.iter().collect::<Vec<_>>());
    // Seconds of 10.4: ten whole ones and what is left, each as often as a class is said of it.
    assert_eq!(rows.len(), 19);
}

#[test]
fn four_readers_of_textgrids_find_every_event() {
    // The first of them leaves doubled quotes in names of tiers as they are.
    let readers = [
        ("textgrid", "audible/犬 \"\"吠え\"\""),
        ("parselmouth", "audible/犬 \"吠え\""),
        ("tgt", "audible/犬 \"吠え\""),
        ("praatio", "audible/犬 \"吠え\""),
    ];
    for (reader, quoted) in readers {
        let expected = rows(vec![
            ("audible/Dog", 2000, 5000, "Dog 0.810000"),
            ("visible/Dog", 3000, 6000, "Dog"),
            (quoted, 0, 10400, "犬 \"吠え\" 0.810000"),
            ("audio-visual/Rock & <roll>", 9120, 10400, "Rock & <roll>"),
            ("audible/two lines and a tab", 1000, 1520, TWO_LINES),
        ]);
        assert_eq!(found()[reader], expected, "{reader}");
    }
}

#[test]
fn readers_of_subtitles_find_every_event() {
    let cues = |roll: &'static str| {
        rows(vec![
            ("", 2000, 5000, "[audible] Dog"),
            ("", 3000, 6000, "[visible] Dog"),
            ("", 0, 10400, "[audible] 犬 \"吠え\""),
            ("", 9120, 10400, roll),
            ("", 1000, 1520, "[audible] two lines and a tab"),
        ])
    };
    assert_eq!(found()["pysrt"], cues("[audio-visual] Rock & <roll>"));
    // This reader takes tags out and leaves escapes as they are.
    assert_eq!(
        found()["webvtt-py"],
        cues("[audio-visual] Rock &amp; &lt;roll&gt;")
    );
}

#[test]
fn label_studio_s_own_check_accepts_every_region() {
    // Frames from 1, the last one inside, at 25 a second.
    let expected = rows(vec![
        ("predictions", 51, 125, "Dog"),
        ("annotations", 76, 150, "Dog"),
        ("predictions", 1, 260, "犬 \"吠え\""),
        ("annotations", 229, 260, "Rock & <roll>"),
        ("annotations", 26, 38, TWO_LINES),
    ]);
    assert_eq!(found()["label-studio-sdk"], expected);
}

/// Its timeline has a lane for each option, and the table it exports says options by their ids.
#[test]
fn via_s_own_code_loads_the_project_and_lays_every_event_on_a_lane() {
    let found = found_in("read.via.json");
    let times = [
        (0, 10400, "audible/犬 \"吠え\"", "a_犬__吠え_"),
        (
            1000,
            1520,
            "audible/two lines and a tab",
            "a_two_lines_and_a_tab",
        ),
        (2000, 5000, "audible/Dog", "a_dog"),
        (3000, 6000, "visible/Dog", "v_dog"),
        (
            9120,
            10400,
            "audio-visual/Rock & <roll>",
            "av_rock____roll_",
        ),
    ];
    let lanes = times.map(|(from, to, lane, _)| json!(["", from, to, lane]));
    let table = times.map(|(from, to, _, id)| json!(["dog.mp4", from, to, id]));
    assert_eq!(found["lanes"], json!(lanes));
    assert_eq!(found["table"], json!(table));
}

#[test]
fn pycocotools_decodes_the_mask() {
    let mask = "00000011100111000000";
    assert_eq!(found()["pycocotools"], json!([["Dog", mask, 6, 6]]));
}

fn read(name: &str) -> Sheet {
    let path = golden("theirs").join(name);
    let bytes = std::fs::read(&path).expect(name);
    let format = MarkFormat::of_file(&path, &bytes).expect("a known ending");
    let read = format.read(&bytes, &media(10_000_000), Modality::Audible);
    read.unwrap_or_else(|wrong| panic!("{name}: {wrong}"))
}

#[test]
fn files_that_other_libraries_write_are_read() {
    let expected = [
        (span(1.5, 4.0), "Dog".to_owned()),
        (span(3.0, 9.25), "猫 \"ねこ\"".to_owned()),
    ];
    let names = [
        "pympi.eaf",
        "speach.eaf",
        "crowsetta.txt",
        "via.json",
        "textgrid.TextGrid",
        "tgt-short.TextGrid",
        "praatio.TextGrid",
        "webvtt-py.vtt",
        "pysrt.srt",
    ];
    for name in names {
        let sheet = read(name);
        let marks = sheet.marks.iter();
        let marks: Vec<(TimeSpan, String)> = marks.map(|m| (m.span, m.label.to_string())).collect();
        assert_eq!(marks, expected, "{name}");
        assert!(
            sheet.marks.iter().all(|m| m.modality == Modality::Audible),
            "{name}"
        );
    }
}

/// Pictures of three seconds; a mask on the second one, a polygon on the third.
#[test]
fn cvat_files_of_datumaro_are_read() {
    let sheet = read("datumaro.xml");
    let marks: Vec<(TimeSpan, &str, Modality)> = sheet
        .marks
        .iter()
        .map(|m| (m.span, &*m.label, m.modality))
        .collect();
    let expected = [
        (span(1.0, 3.0), "Dog", Modality::Audible),
        (span(3.0, 4.0), "猫 \"ねこ\"", Modality::Visible),
    ];
    assert_eq!(marks, expected);
    let rows = ["00000", "01110", "01110", "00000"].concat();
    let expected: Vec<bool> = rows.chars().map(|c| c == '1').collect();
    let masks = sheet.masks.iter();
    let masks: Vec<_> = masks.map(|m| (m.span, &*m.label, m.mask.mask())).collect();
    let [second, third] = [span(2.0, 3.0), span(3.0, 4.0)];
    let cat = "猫 \"ねこ\"";
    assert_eq!(
        masks,
        [(second, "Dog", expected.clone()), (third, cat, expected)]
    );
}

#[test]
fn masks_of_pycocotools_are_read_as_strings_as_numbers_and_as_polygons() {
    let sheet = read("pycocotools.json");
    let rows = ["00000", "01110", "01110", "00000"].concat();
    let expected: Vec<bool> = rows.chars().map(|c| c == '1').collect();
    let spans: Vec<TimeSpan> = sheet.masks.iter().map(|mask| mask.span).collect();
    assert_eq!(spans, [span(2.0, 3.0), span(3.0, 4.0), span(4.0, 5.0)]);
    for mask in &sheet.masks {
        assert_eq!((mask.mask.mask(), &*mask.label), (expected.clone(), "Dog"));
    }
}

/// The dialects of ELAN itself: a time origin, a slot without a time, an annotation that refers to another.
#[test]
fn elan_s_own_ways_are_understood() {
    let eaf = r#"<?xml version="1.0" encoding="UTF-8"?>
<ANNOTATION_DOCUMENT AUTHOR="" DATE="2020-01-01T00:00:00+00:00" FORMAT="3.0" VERSION="3.0">
<HEADER MEDIA_FILE="" TIME_UNITS="milliseconds"><MEDIA_DESCRIPTOR MEDIA_URL="x" MIME_TYPE="video/mp4" TIME_ORIGIN="500"/></HEADER>
<TIME_ORDER><TIME_SLOT TIME_SLOT_ID="ts1" TIME_VALUE="1500"/><TIME_SLOT TIME_SLOT_ID="ts2"/><TIME_SLOT TIME_SLOT_ID="ts3" TIME_VALUE="3500"/></TIME_ORDER>
<TIER LINGUISTIC_TYPE_REF="t" TIER_ID="A">
<ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a1" TIME_SLOT_REF1="ts1" TIME_SLOT_REF2="ts2"><ANNOTATION_VALUE>one</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION>
<ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a2" TIME_SLOT_REF1="ts2" TIME_SLOT_REF2="ts3"><ANNOTATION_VALUE></ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION>
</TIER>
<TIER LINGUISTIC_TYPE_REF="s" PARENT_REF="A" TIER_ID="B">
<ANNOTATION><REF_ANNOTATION ANNOTATION_ID="a3" ANNOTATION_REF="a1"><ANNOTATION_VALUE>eins</ANNOTATION_VALUE></REF_ANNOTATION></ANNOTATION>
</TIER>
</ANNOTATION_DOCUMENT>"#;
    let sheet = MarkFormat::Eaf.read(eaf.as_bytes(), &media(10_000_000), Modality::Visible);
    let sheet = sheet.expect("read");
    let marks: Vec<(TimeSpan, &str)> = sheet.marks.iter().map(|m| (m.span, &*m.label)).collect();
    let expected = [
        (span(1.0, 2.0), "eins"),
        (span(1.0, 2.0), "one"),
        (span(2.0, 3.0), "A"),
    ];
    assert_eq!(marks, expected);
}

#[test]
fn tables_of_others_are_read_by_the_names_of_their_columns() {
    let text = "filename\tonset\toffset\tevent_label\nclips/dog.mp4\t1.5\t0:00:04\tDog\ncat.mp4\t0\t1\tCat\n";
    let sheet = MarkFormat::Csv.read(text.as_bytes(), &media(10_000_000), Modality::Visible);
    let sheet = sheet.expect("read");
    assert_eq!(
        sheet.marks.len(),
        1,
        "the other clip's row is not this one's"
    );
    assert_eq!(sheet.marks[0].span, span(1.5, 4.0));
}

/// Milliseconds, frames of the clip's 25 a second, clock times, and how long an event lasts.
#[test]
fn tables_of_others_are_read_in_their_own_units_of_time() {
    let read = |text: &str, size: (u32, u32)| {
        let mut media = media(10_000_000);
        media.size = size;
        MarkFormat::Csv.read(text.as_bytes(), &media, Modality::Visible)
    };
    for text in [
        "label,start_ms,end_ms\nDog,1500,4000\n",
        "label;start_frame;end_frame\nDog;37.5;100\n",
        "label\tonset\tduration\nDog\t0:01.5\t2.5\n",
        "label,begin_ms,duration_ms\nDog,1500,2500\n",
    ] {
        let sheet = read(text, (5, 4)).expect(text);
        assert_eq!(sheet.marks[0].span, span(1.5, 4.0), "{text}");
    }
    let wrong = read("label,start_frame,end_frame\nDog,1,2\n", (0, 0)).expect_err("no frames");
    assert!(wrong.to_string().contains("frames"), "{wrong}");
}

#[test]
fn seconds_that_say_the_same_become_one_event() {
    let line = |t: u32, label: &str| {
        format!(
            "{{\"clip\":\"dog.mp4\",\"t\":{t},\"dur\":1.0,\"label\":{{{label}}},\"source\":\"human\"}}\n"
        )
    };
    let dog = "\"Dog\":\"A\"";
    let text = [line(0, dog), line(1, dog), line(2, ""), line(3, dog)].concat();
    let sheet = MarkFormat::Jsonl.read(text.as_bytes(), &media(10_000_000), Modality::Visible);
    let spans: Vec<TimeSpan> = sheet.expect("read").marks.iter().map(|m| m.span).collect();
    assert_eq!(spans, [span(0.0, 2.0), span(3.0, 4.0)]);
}

#[test]
fn what_is_no_such_file_is_refused_in_words() {
    for format in MarkFormat::ALL {
        let said = format.read(
            b"{\"nothing\": <of the kind",
            &media(1_000_000),
            Modality::Audible,
        );
        // Subtitles without a cue are empty, which SubRip's may be.
        if format != MarkFormat::Srt {
            let wrong = said.expect_err(format.name()).to_string();
            assert!(wrong.len() > 10, "{}: {wrong}", format.name());
        }
    }
}

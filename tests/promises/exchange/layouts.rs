//! Clips exported in a data set's layout are read as that data set, with what was said of them.

use std::path::Path;

use mettle_core::base::{ClipId, ContentHash, Modality, Said};
use mettle_core::data::{Dataset, DatasetKind, Part};
use mettle_core::exchange::layouts::{Layout, LayoutWriter, read_said};
use mettle_core::exchange::marks::{By, Media, Sheet};
use mettle_core::media::{Clip, LocalFiles};
use mettle_core::project::RunLengths;
use mettle_tests::program;

use super::{mark, span};

const PERSON: By = By::Person { yes: true };

/// A clip of ten seconds that nobody decodes.
fn clip(folder: &Path, number: u8) -> Clip {
    let path = folder.join(format!("clip {number}.mp4"));
    std::fs::write(&path, [number]).expect("written");
    Clip {
        id: ClipId(ContentHash([number; 32])),
        path,
        duration: span(0.0, 10.0).end,
        video: None,
        audio: None,
    }
}

/// Bark heard and seen from 2 s to 5.4 s, and Dog heard from 0 s to 3 s.
fn said(clip: &Clip) -> Sheet {
    let mut sheet = Sheet::of(&Media::from(clip));
    sheet.marks = vec![
        mark("Bark", Modality::AudioVisual, span(2.0, 5.4), PERSON),
        mark("Bark", Modality::AudioVisual, span(7.0, 8.0), PERSON),
        mark("Dog", Modality::Audible, span(0.0, 3.0), PERSON),
    ];
    sheet
}

fn exported(layout: Layout, kind: DatasetKind) -> (tempfile::TempDir, Dataset) {
    let (clips, out) = (
        tempfile::tempdir().expect("a folder"),
        tempfile::tempdir().expect("a folder"),
    );
    let mut writer = LayoutWriter::new(out.path(), layout, false).expect("an empty folder");
    for number in 0..10 {
        let clip = clip(clips.path(), number);
        writer.add(&LocalFiles, &clip, &said(&clip)).expect("added");
    }
    writer.finish().expect("written");
    let again = LayoutWriter::new(out.path(), layout, false);
    assert!(again.is_err(), "what is there stays");
    let dataset = Dataset::open(kind, out.path()).expect("read");
    assert_eq!(dataset.listed, [8, 1, 1]);
    assert_eq!(dataset.items.len(), 10, "{:?}", dataset.odd);
    (out, dataset)
}

#[test]
fn ave_has_the_longest_event_of_a_class() {
    let (_out, dataset) = exported(Layout::Ave, DatasetKind::Ave);
    let bark = dataset.labels.position("Bark");
    for item in &dataset.items {
        let targets = item.targets().expect("read");
        let events: Vec<_> = (0..10).map(|second| targets.event(second)).collect();
        let expected: Vec<_> = (0..10)
            .map(|s| Some(bark.filter(|_| (2..5).contains(&s))))
            .collect();
        assert_eq!(events, expected);
    }
}

#[test]
fn an_event_said_second_by_second_is_one_in_ave() {
    let folders = [(); 2].map(|()| tempfile::tempdir().expect("a folder"));
    let [clips, out] = folders.each_ref().map(|folder| folder.path());
    let clip = clip(clips, 1);
    let model = By::Model {
        score: Some(0.8),
        threshold: Some(0.5),
    };
    let of = |from, to, by| mark("Bark", Modality::AudioVisual, span(from, to), by);
    let mut sheet = Sheet::of(&Media::from(&clip));
    sheet.marks = vec![
        of(8.0, 10.0, PERSON),
        of(3.0, 4.0, PERSON),
        of(1.0, 2.0, model),
        of(2.0, 3.0, PERSON),
    ];
    let mut look = LayoutWriter::look(out, Layout::Ave);
    let looked = look.add(&LocalFiles, &clip, &sheet).expect("looked at");
    assert_eq!((looked.events.kept, looked.events.of), (3, 4));
    assert_eq!(looked.moved, span(0.0, 0.0).end);
    let there = std::fs::read_dir(out).expect("a folder").count();
    assert_eq!(there, 0, "a look writes nothing");
    let mut writer = LayoutWriter::new(out, Layout::Ave, false).expect("an empty folder");
    let kept = writer.add(&LocalFiles, &clip, &sheet).expect("added");
    assert_eq!(kept, looked, "what was said before is so");
    writer.finish().expect("written");
    let rows = std::fs::read_to_string(out.join("Annotations.txt")).expect("there");
    let rows: Vec<&str> = rows.lines().skip(1).collect();
    assert!(
        matches!(rows[..], [row] if row.starts_with("Bark&") && row.ends_with("&good&1&4")),
        "{rows:?}"
    );
}

/// What a folder says of a clip, as text, or why nothing.
fn again(path: &Path, clip: &Clip) -> Result<Vec<String>, String> {
    let read = read_said(path, None, &Media::from(clip), Modality::AudioVisual);
    let sheet = read.map_err(|error| error.to_string())?;
    Ok(sheet.marks.iter().map(|mark| mark.to_string()).collect())
}

#[test]
fn what_was_exported_as_a_data_set_is_taken_in_again() {
    let clips = tempfile::tempdir().expect("a folder");
    let (out, _) = exported(Layout::Ave, DatasetKind::Ave);
    let train = clip(clips.path(), 0);
    let bark = ["00:00:02.000 to 00:00:05.000  Bark, heard and seen"];
    assert_eq!(again(out.path(), &train).expect("read"), bark);
    let list = out.path().join("Annotations.txt");
    assert_eq!(again(&list, &train).expect("read"), bark);
    let (out, _) = exported(Layout::Llp, DatasetKind::Llp);
    let validation = clip(clips.path(), 8);
    let list = out.path().join("AVVP_eval_audio.csv");
    for place in [out.path(), &list] {
        let mut read = again(place, &validation).expect("read");
        read.sort();
        assert_eq!(
            read,
            [
                "00:00:00.000 to 00:00:03.000  Dog, heard",
                "00:00:02.000 to 00:00:05.000  Bark, heard",
                "00:00:02.000 to 00:00:05.000  Bark, seen",
                "00:00:07.000 to 00:00:08.000  Bark, heard",
                "00:00:07.000 to 00:00:08.000  Bark, seen",
            ]
        );
    }
    let why = again(out.path(), &train).expect_err("no times");
    assert!(why.contains("and not when"), "{why}");
    let why = again(out.path(), &clip(clips.path(), 77)).expect_err("another clip");
    assert!(why.contains("has no clip called"), "{why}");
    let why = again(clips.path(), &train).expect_err("no data set");
    assert!(why.contains("holds no list of AVE"), "{why}");
}

#[test]
fn llp_has_every_second_of_validation_and_test() {
    let (_out, dataset) = exported(Layout::Llp, DatasetKind::Llp);
    let (dog, bark) = (
        dataset.labels.position("Dog"),
        dataset.labels.position("Bark"),
    );
    let (dog, bark) = (dog.expect("known"), bark.expect("made"));
    for item in &dataset.items {
        let targets = item.targets().expect("read");
        assert_eq!(targets.somewhere[dog], Said::Yes);
        if item.part == Part::Train {
            continue;
        }
        let yes = |said: Said| said == Said::Yes;
        for second in 0..10 {
            let barks = (2..5).contains(&second) || second == 7;
            assert_eq!(yes(targets.heard.get(second, dog)), second < 3);
            assert_eq!(yes(targets.heard.get(second, bark)), barks);
            assert_eq!(yes(targets.seen.get(second, bark)), barks);
            assert!(!yes(targets.seen.get(second, dog)));
        }
    }
}

#[test]
fn avsbench_has_pictures_masks_and_sound_of_five_seconds() {
    let (clips, out) = (
        tempfile::tempdir().expect("a folder"),
        tempfile::tempdir().expect("a folder"),
    );
    let path = clips.path().join("talk.mp4");
    program::talking_picture("6", &path);
    let clip = Clip::open(&path).expect("a clip");
    let mut sheet = Sheet::of(&Media::from(&clip));
    // The left half of the third second.
    let half: Vec<bool> = (0..192 * 108).map(|place| place % 192 < 96).collect();
    sheet.masks = vec![mettle_core::exchange::marks::MaskMark {
        span: span(2.0, 3.0),
        label: "Dog".into(),
        mask: RunLengths::of(&half, 192, 108),
        by: PERSON,
    }];
    let mut writer = LayoutWriter::new(out.path(), Layout::Avsbench, false).expect("empty");
    let kept = writer.add(&LocalFiles, &clip, &sheet).expect("added");
    assert_eq!(kept.masks.kept, 1);
    writer.finish().expect("written");
    let read = read_said(out.path(), None, &sheet.media, Modality::AudioVisual).expect("read");
    let [mask] = &read.masks[..] else {
        panic!("{:?}", read.masks);
    };
    assert_eq!(mask.span, span(2.0, 3.0));
    assert_eq!(mask.mask, sheet.masks[0].mask, "in the clip's own pixels");
    let dataset = Dataset::open(DatasetKind::Ms3, out.path()).expect("read");
    assert_eq!(dataset.items.len(), 1, "{:?}", dataset.odd);
    let masks = dataset.items[0].targets().expect("read").masks;
    let inside: Vec<usize> = masks
        .iter()
        .map(|mask| {
            mask.as_ref()
                .map_or(0, |mask| mask.sounds.iter().filter(|s| **s).count())
        })
        .collect();
    assert_eq!(inside, [0, 0, 224 * 112, 0, 0]);
}

//! Every quirk of the published lists is taken as it is meant, and told once.

use mettle_core::base::Said;
use mettle_core::data::{Dataset, DatasetKind, Part};

use super::folder;

#[test]
fn ave_with_headers_repeats_and_strange_rows() {
    let dir = folder(&[
        (
            "Annotations.txt",
            "Category&VideoID&Quality&StartTime&EndTime\nBark&aaaaaaaaaaa&good&0&3\nCat&unlisted-id&good&0&3\n",
        ),
        (
            "trainSet.txt",
            "Bark&aaaaaaaaaaa&good&0&3\nviolin_FIDDLE&aaaaaaaaaaa&good&0&3\nKazoo&bbbbbbbbbbb.mp4&good&1.6&3.5\nhalf a row\n",
        ),
        (
            "valSet.txt",
            "Category&VideoID&Quality&StartTime&EndTime\nChurch bell&-_cccccccc&good&0&0\n",
        ),
        (
            "testSet.txt",
            "Bark&aaaaaaaaaaa&good&8&10\nBark&ddddddddddd&good&0&10\n",
        ),
        ("AVE/aaaaaaaaaaa.mp4", ""),
        ("AVE/bbbbbbbbbbb.MP4", ""),
        ("frames/-_cccccccc/0001.png", "white"),
        ("frames/-_cccccccc/0002.png", "black"),
    ]);
    let dataset = Dataset::open(DatasetKind::Ave, dir.path()).unwrap();
    assert_eq!(dataset.listed, [3, 1, 2]);
    let here = Part::ALL.map(|part| dataset.part(part).count());
    assert_eq!(here, [3, 1, 1], "each row is a clip; one has no media");
    assert_eq!(dataset.labels.len(), 29, "a class of one's own comes last");
    assert_eq!(&*dataset.labels[28], "Kazoo");
    let targets = |i: usize| dataset.items[i].targets().unwrap();
    // However it is spelled.
    let violin = dataset.labels.position("Violin, fiddle");
    assert_eq!(targets(1).event(0), Some(violin));
    // Half of a second counts: 1.6 to 3.5.
    let seconds: Vec<_> = (0..10)
        .map(|t| targets(2).event(t).unwrap().is_some())
        .collect();
    assert_eq!(&seconds[..5], [false, false, true, true, false]);
    // 0 to 0: background throughout, and known.
    assert!((0..10).all(|t| targets(3).event(t) == Some(None)));
    // Ten of two frames, the first first and the last last.
    let frames = &dataset.items[3].recording.frames;
    assert_eq!(frames.len(), 10);
    assert!(frames[0].ends_with("0001.png") && frames[9].ends_with("0002.png"));
    for (what, count) in [
        ("rows that cannot be read", 1),
        ("rows of Annotations.txt in no part's list", 1),
        ("clips in several rows", 1),
        ("clips in train and in test", 1),
        ("clips without an event", 1),
        ("classes that AVE does not have", 1),
        ("clips whose media are not there", 1),
    ] {
        assert_eq!(dataset.odd.count(what), count, "{what}: {:?}", dataset.odd);
    }
}

#[test]
fn ave_without_headers_and_lists() {
    let dir = folder(&[
        (
            "Annotations.txt",
            "Bark&aaaaaaaaaaa&good&0&3\nCat&bbbbbbbbbbb&good&0&3\n",
        ),
        ("video/aaaaaaaaaaa.mkv", ""),
    ]);
    let dataset = Dataset::open(DatasetKind::Ave, dir.path()).unwrap();
    assert_eq!(dataset.listed, [2, 0, 0], "the first row is no header");
    assert_eq!(dataset.items.len(), 1);
    let error = Dataset::open(DatasetKind::Ave, &dir.path().join("video"));
    let error = error.unwrap_err().to_string();
    assert!(
        error.contains("Annotations.txt") && error.contains("video"),
        "{error}"
    );
}

#[test]
fn llp_with_typos_fractions_and_reversed_times() {
    let head = "filename\tonset\toffset\tevent_labels\n";
    let audio = format!(
        "{head}testtesttes_8.5_18.5\t0\t4\tDog\ntesttesttes_8.5_18.5\t9\t0\tCat\nnobody_0_10\t0\t5\tDog\ntestother11_0_10\t0\t2\tClapping\n"
    );
    let visual = format!("{head}testtesttes_8.5_18.5\t2\t10\tfrying (food)\n");
    let dir = folder(&[
        (
            "AVVP_train.csv",
            "filename\tevent_labels\ntrainonlyid_20_30\tSpeech,Dog\n",
        ),
        ("AVVP_val_pd.csv", "filename\tevent_labels\n"),
        (
            "AVVP_test_pd.csv",
            "filename\tevent_labels\ntesttesttes_8.5_18.5\tDog,Frying_(food)\ntestother11_0_10\tClapping,Clapping\nwithout-row_0_10\tCat\n",
        ),
        ("AVVP_eval_audio.csv", &audio),
        ("AVVP_eval_visual.csv", &visual),
        ("LLP_dataset/video/trainonlyid.mp4", ""),
        ("LLP_dataset/frame/testtesttes/00000001.png", "white"),
        ("LLP_dataset/audio/testtesttes.wav", ""),
        ("video/testother11_0_10.webm", ""),
        ("video/without-row.mp4", ""),
    ]);
    let dataset = Dataset::open(DatasetKind::Llp, dir.path()).unwrap();
    assert_eq!(dataset.listed, [1, 0, 3]);
    assert_eq!(dataset.items.len(), 4, "{:?}", dataset.odd);
    let place = |name: &str| dataset.labels.position(name).unwrap();
    let by_seconds = dataset.items[1].targets().unwrap();
    let row = |grid: &mettle_core::data::SaidGrid, class: usize| -> String {
        let cell = |t: usize| match grid.get(t, class) {
            Said::Yes => '1',
            Said::No => '0',
            Said::Unknown => '?',
        };
        (0..10).map(cell).collect()
    };
    assert_eq!(row(&by_seconds.heard, place("Dog")), "1111000000");
    assert_eq!(row(&by_seconds.heard, place("Cat")), "0000000000");
    assert_eq!(row(&by_seconds.seen, place("Frying_(food)")), "0011111111");
    let weak = dataset.items[0].targets().unwrap();
    assert_eq!(row(&weak.heard, place("Dog")), "??????????");
    assert_eq!(weak.somewhere[place("Dog")], Said::Yes);
    assert_eq!(weak.somewhere[place("Cat")], Said::No);
    assert!(dataset.items[1].recording.sound.is_some());
    for (what, count) in [
        ("rows by the second of clips that no list has", 1),
        ("rows that end before they begin", 1),
        ("clips that list a class twice", 1),
        ("clips that begin within a second", 1),
        ("clips to be measured on without rows", 1),
    ] {
        assert_eq!(dataset.odd.count(what), count, "{what}: {:?}", dataset.odd);
    }
}

#[test]
fn avsbench_with_or_without_a_header_and_gaps() {
    let frames = |folder: &str, stem: &str| -> Vec<(String, &str)> {
        (1..=5)
            .map(|k| (format!("{folder}/{stem}_{k}.png"), "white"))
            .collect()
    };
    let data = "avsbench_data/Multi-sources/ms3_data";
    let mut files: Vec<(String, &str)> = vec![(
        "avsbench_data/Multi-sources/ms3_meta_data.csv".to_owned(),
        "one_0,train\ntwo_1,val\nthree_2,test\n",
    )];
    // The film's ending inside the names, no folder for the split.
    files.extend(frames(&format!("{data}/visual_frames/one_0"), "one_0.mp4"));
    files.extend(frames(&format!("{data}/visual_frames/two_1"), "two_1"));
    files.push((
        format!("{data}/visual_frames/three_2/three_2.mp4_1.png"),
        "white",
    ));
    files.extend(frames(&format!("{data}/gt_masks/train/one_0"), "one_0"));
    files.push((format!("{data}/gt_masks/val/two_1/two_1_2.png"), "black"));
    files.push((format!("{data}/audio_wav/train/one_0.wav"), ""));
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (&**name, *text)).collect();
    let dir = folder(&files);
    let dataset = Dataset::open(DatasetKind::Ms3, dir.path()).unwrap();
    assert_eq!(dataset.listed, [1, 1, 1], "without a header");
    assert_eq!(dataset.items.len(), 2, "one has no five frames");
    let masks = |i: usize| dataset.items[i].targets().unwrap().masks;
    assert!(
        masks(0)
            .iter()
            .all(|mask| mask.as_ref().unwrap().sounds == [true; 12])
    );
    // A black mask says that nothing sounds; a missing one says nothing.
    let two = masks(1);
    assert_eq!(two[1].as_ref().unwrap().sounds, [false; 12]);
    assert_eq!(two.iter().flatten().count(), 1);
    for (what, count) in [
        ("clips without sound", 1),
        ("clips with some masks missing", 1),
        ("clips whose media are not there", 1),
    ] {
        assert_eq!(dataset.odd.count(what), count, "{what}: {:?}", dataset.odd);
    }
}

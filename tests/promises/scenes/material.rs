//! Clips made of real sounds and photographs: the same ones from the same seed, folds apart, and what is true of them known.

use std::path::Path;

use mettle_core::base::{Labels, Said};
use mettle_core::data::material::{Material, REAL_CLASSES};
use mettle_tests::program::{ffmpeg, mettle, run};
use serde_json::Value;

/// A folder of two folds: tones for sounds, colours for photographs. Padded with silence as ESC-10's recordings are.
fn write(folder: &Path) {
    let mut list = "kind,class,source,licence,file\n".to_owned();
    let mut add = |kind: &str, class: &str, file: String, input: &str, more: &[&str]| {
        let path = folder.join(&file);
        let input = ["-f", "lavfi", "-i", input];
        ffmpeg(&[&input[..], more].concat(), &path);
        list += &format!("{kind},{class},here,\"free, as said\",{file}\n");
    };
    for fold in 1..=2 {
        for (class, hertz) in [("Bark", 300), ("none of these", 900)] {
            let name = format!("esc10_{fold}-{hertz}-A.wav");
            let tone = format!("sine=frequency={hertz}:sample_rate=16000:duration=2");
            add("sounds", class, name, &tone, &["-af", "apad=whole_dur=5"]);
        }
    }
    // Names that are dealt to different folds.
    for i in 0..24 {
        for (class, colour) in [
            ("Dog (Bark)", "white"),
            ("other lamp", "blue"),
            ("background", "black"),
        ] {
            let name = format!("{colour}-{i}.png");
            let picture = format!("color={colour}:size=64x48:duration=0.04");
            add("pictures", class, name, &picture, &["-frames:v", "1"]);
        }
    }
    std::fs::write(folder.join("manifest.csv"), list).expect("it is written");
}

#[test]
fn what_is_heard_and_seen_of_made_clips_is_true() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path());
    let material = Material::open(folder.path(), &[1], None).expect("it opens");
    let bark = REAL_CLASSES.iter().position(|class| class.label == "Bark");
    let bark = bark.expect("it is one of them");
    assert_eq!(material.has(bark), [true, true]);
    let (mut heard, mut silent, mut seen) = (0, 0, 0);
    for seed in 0..30 {
        let clip = material.clip(seed, 16_000, 10).expect("it is made");
        for second in &clip.seconds {
            let frame = second.data.frame.as_ref().expect("a picture");
            // Whatever the light of the clip, a white card is far brighter than blue and black.
            let bright = |p: &[u8]| p.iter().all(|v| *v > 150);
            let white = frame.data.chunks_exact(3).filter(|p| bright(p)).count();
            let is_seen = second.seen == [bark];
            assert!(!is_seen || white > 2000, "seed {seed}: {white}");
            let sound = second.data.sound.as_ref().expect("a sound");
            let power = sound.iter().map(|x| x * x).sum::<f32>() / sound.len() as f32;
            match second.heard.is_empty() {
                false => {
                    assert_eq!(second.heard, [bark]);
                    assert!(power > 1e-6);
                    heard += 1;
                }
                true => silent += 1,
            }
            seen += usize::from(is_seen);
        }
        let again = material.clip(seed, 16_000, 10).expect("it is made");
        let same = clip.seconds.iter().zip(&again.seconds);
        assert!(
            same.into_iter()
                .all(|(a, b)| a.data.frame == b.data.frame && a.data.sound == b.data.sound)
        );
    }
    assert!(
        heard > 20 && silent > 20 && seen > 20,
        "{heard} {silent} {seen}"
    );
}

/// A red box on white is cut out, and the mask of a second in which it is seen and heard is where red is.
#[test]
fn a_thing_on_an_even_background_is_cut_out_and_masked() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path());
    for i in 0..24 {
        let card = "color=white:size=64x48:duration=0.04,drawbox=16:12:32:24:red:fill";
        let input = ["-f", "lavfi", "-i", card, "-frames:v", "1"];
        ffmpeg(&input, &folder.path().join(format!("white-{i}.png")));
    }
    let material = Material::open(folder.path(), &[1], None).expect("it opens");
    let (labels, side) = (Labels::new(["Dog"]), 48);
    let (mut red, mut masked, mut silent) = (0, 0, 0);
    for seed in 0..40 {
        let clip = material.clip(seed, 16_000, 5).expect("it is made");
        let targets = clip.targets(&labels, Some(side));
        for (t, second) in clip.seconds.iter().enumerate() {
            let sounds = !second.heard.is_empty() && !second.seen.is_empty();
            assert_eq!(targets.both.get(t, 0), Said::from(sounds));
            let Some(mask) = &targets.masks[t] else {
                continue;
            };
            let frame = second.data.frame.as_ref().expect("a picture");
            for (place, _) in mask.sounds.iter().enumerate().filter(|(_, is)| **is) {
                let (row, column) = (place / side, place % side);
                let y = (2 * row + 1) * frame.height / (2 * side);
                let x = (2 * column + 1) * frame.width / (2 * side);
                let pixel = &frame.data[(y * frame.width + x) * 3..][..3];
                red += usize::from(pixel[0] > pixel[1].saturating_add(5));
                masked += 1;
            }
            silent += usize::from(!mask.sounds.contains(&true));
            assert!(sounds || !mask.sounds.contains(&true), "seed {seed}");
        }
    }
    println!("{red} of {masked} places are red, {silent} seconds are silent");
    assert!(masked > 500 && silent > 20, "{masked} {silent}");
    // Some clips have hardly any colour.
    assert!(red * 10 >= masked * 9, "{red} of {masked}");
}

/// Clips of what no training uses have none of the classes; a folder that has nothing of it says so.
#[test]
fn strangers_are_of_no_class() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path());
    let none = Material::strangers(folder.path()).expect_err("there are none");
    assert!(none.to_string().contains("no training uses"), "{none}");
    let list = folder.path().join("manifest.csv");
    let mut text = std::fs::read_to_string(&list).expect("a list");
    text += "sounds,Cat,here,free,esc10_1-900-A.wav\npictures,Rodents,here,free,blue-1.png\n";
    std::fs::write(list, text).expect("it is written");
    let strangers = Material::strangers(folder.path()).expect("it opens");
    let clip = strangers.clip(1, 16_000, 10).expect("it is made");
    assert_eq!(clip.seconds.len(), 10);
    assert!(
        clip.seconds
            .iter()
            .all(|s| s.heard.is_empty() && s.seen.is_empty())
    );
}

#[test]
fn folds_are_apart_and_what_is_missing_is_said() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path());
    let error = Material::open(folder.path(), &[3], None).expect_err("no sounds");
    assert!(error.to_string().contains("fold 3"), "{error}");
    let nowhere = Material::open(&folder.path().join("nowhere"), &[1], None).expect_err("no list");
    assert!(nowhere.to_string().contains("manifest.csv"), "{nowhere}");
    let mut command = mettle(folder.path());
    command.args([
        "eval",
        "--fold",
        "1",
        "--scenes",
        "24",
        "--json",
        "--material",
    ]);
    let (code, said, error) = run(command.arg(folder.path()));
    assert_eq!(code, 0, "{error}");
    let said: Value = serde_json::from_str(&said).expect("figures");
    let bark = &said["classes"][0];
    assert_eq!(
        (&bark["class"], said["clips"].as_u64()),
        (&Value::from("Bark"), Some(24))
    );
    let count = |how: &str, what: &str| bark[how][what].as_u64().expect("a count");
    // A tone is no bark and a white card no dog.
    assert!(
        count("heard", "missed") > 0 && count("seen", "missed") > 0,
        "{bark}"
    );
}

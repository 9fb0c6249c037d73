//! Clips made of real sounds and photographs: the same ones from the same seed, folds apart, and what is true of them known.

use std::path::Path;

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
        "8",
        "--json",
        "--material",
    ]);
    let (code, said, error) = run(command.arg(folder.path()));
    assert_eq!(code, 0, "{error}");
    let said: Value = serde_json::from_str(&said).expect("figures");
    let bark = &said["classes"][0];
    assert_eq!(
        (&bark["class"], said["clips"].as_u64()),
        (&Value::from("Bark"), Some(8))
    );
    let count = |how: &str, what: &str| bark[how][what].as_u64().expect("a count");
    // A tone is no bark and a white card no dog.
    assert!(
        count("heard", "missed") > 0 && count("seen", "missed") > 0,
        "{bark}"
    );
}

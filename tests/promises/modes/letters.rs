//! Names in films and strips are drawn in any writing that the system has a font for; letters that no font has are question marks.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use mettle_core::base::{ClipId, HeadId, Labels, Time, TimeSpan};
use mettle_core::exchange::rendering::{Shown, face_for, film_strip};
use mettle_core::media::{Clip, LocalFiles, RgbFrame};
use mettle_core::model::Precision;
use mettle_core::predict::{ClassColors, Detail, Prediction, PredictionKey, Thresholds};

/// The strip of a clip of one second without pictures, of this class.
fn strip(class: &str) -> RgbFrame {
    let duration = Time::from_micros(1_000_000);
    let clip = Clip {
        id: ClipId::default(),
        path: PathBuf::from("sound.wav"),
        duration,
        video: None,
        audio: None,
    };
    let scores = vec![vec![0.9]];
    let labels = Labels::new([class]);
    let colors = ClassColors::of([&labels]);
    let prediction = Prediction {
        key: PredictionKey {
            clip: clip.id,
            head: HeadId::default(),
            precision: Precision::F32,
        },
        labels,
        segments: TimeSpan::seconds_of(duration),
        detail: Detail::localized(&scores),
        scores,
        familiarity: vec![1.0],
    };
    let shown = Shown {
        predictions: &[Arc::new(prediction)],
        masks: None,
        thresholds: &Thresholds::default(),
        colors: &colors,
    };
    film_strip(&LocalFiles, &clip, &shown).expect("draws")
}

#[test]
#[ignore = "run by the test below, with a font"]
fn with_a_font() {
    assert_ne!(strip("Кот"), strip("???"));
    assert_ne!(strip("Кот"), strip("Ток"));
    // Nor does any font here have these.
    assert_eq!(strip("測試"), strip("??"));
    // Figures are drawn with one face: one of the system where the usual one (here, one without letters) lacks some.
    assert!(!face_for("Кот, 12", &[]).is_empty());
    assert!(
        face_for("Кот 測試", &[]).is_empty(),
        "no font here has both"
    );
}

#[test]
#[ignore = "run by the test below, without a font"]
fn without_a_font() {
    assert_eq!(strip("Кот"), strip("???"));
    assert_ne!(strip("Cat"), strip("???"));
    assert!(face_for("Кот", &[]).is_empty());
}

/// Run one of the two, fontconfig knowing only the fonts of a folder.
fn with_fonts_of(fonts: &Path, test: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let (settings, cache) = (folder.path().join("fonts.conf"), folder.path().join("kept"));
    let text = format!(
        "<?xml version=\"1.0\"?>\n<fontconfig><dir>{}</dir><cachedir>{}</cachedir></fontconfig>\n",
        fonts.display(),
        cache.display()
    );
    std::fs::write(&settings, text).expect("written");
    let this = std::env::current_exe().expect("the tests' program");
    let test = format!("modes::letters::{test}");
    let mut child = Command::new(this);
    child.args(["--exact", &test, "--ignored"]);
    let run = child.env("FONTCONFIG_FILE", &settings).output();
    let run = run.expect("starts");
    let said = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success() && said.contains("1 passed"), "{said}");
}

#[test]
fn a_name_in_another_writing_is_drawn_where_the_system_has_a_font() {
    if !Path::new("/etc/fonts/fonts.conf").exists() {
        eprintln!("no fontconfig here, so nothing was compared");
        return;
    }
    let fonts = Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets/fonts");
    let fonts = fonts.canonicalize().expect("our fonts");
    with_fonts_of(&fonts, "with_a_font");
    let empty = tempfile::tempdir().expect("a folder");
    with_fonts_of(empty.path(), "without_a_font");
}

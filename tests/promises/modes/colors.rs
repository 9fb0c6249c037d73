//! Colours that can be told apart with any colour vision, and a class has the same one everywhere.

use std::sync::Arc;

use egui::Theme;
use mettle_app::theme::{contrast, tokens_of};
use mettle_core::base::{ClipId, HeadId, Labels, Time, TimeSpan};
use mettle_core::exchange::rendering::{Shown, film_strip, write_overlay};
use mettle_core::media::{Clip, FrameReader, LocalFiles, RgbFrame};
use mettle_core::model::Precision;
use mettle_core::predict::{
    ClassColors, Detail, PALETTE, Prediction, PredictionKey, ProbabilityMap, Thresholds,
};
use mettle_tests::program::talking_picture;

type Vector = [f64; 3];
type Matrix = [Vector; 3];

/// G. M. Machado, M. M. Oliveira, L. A. F. Fernandes, "A Physiologically-based Model for Simulation of Color Vision Deficiency",
/// IEEE TVCG 15(6), 2009: their matrices of severity 1.0, for linear RGB.
const VISIONS: [(&str, Matrix); 4] = [
    (
        "usual vision",
        [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
    ),
    (
        "protanopia",
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ],
    ),
    (
        "deuteranopia",
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ],
    ),
    (
        "tritanopia",
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ],
    ),
];

/// IEC 61966-2-1's sRGB to XYZ, D65.
const XYZ: Matrix = [
    [0.4124564, 0.3575761, 0.1804375],
    [0.2126729, 0.7151522, 0.0721750],
    [0.0193339, 0.1191920, 0.9503041],
];

fn times(m: &Matrix, v: Vector) -> Vector {
    m.map(|row| row.iter().zip(v).map(|(a, b)| a * b).sum())
}

/// CIE L*a*b* of an sRGB colour as someone sees it.
fn seen(rgb: [u8; 3], vision: &Matrix) -> Vector {
    let linear = rgb.map(|c| {
        let c = f64::from(c) / 255.0;
        match c <= 0.04045 {
            true => c / 12.92,
            false => ((c + 0.055) / 1.055).powf(2.4),
        }
    });
    let seen = times(vision, linear).map(|c| c.clamp(0.0, 1.0));
    let xyz = times(&XYZ, seen);
    let white = [0.95047, 1.0, 1.08883];
    let f = |t: f64| match t > 216.0 / 24389.0 {
        true => t.cbrt(),
        false => (24389.0 / 27.0 * t + 16.0) / 116.0,
    };
    let [x, y, z] = [0, 1, 2].map(|i| f(xyz[i] / white[i]));
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
}

/// CIEDE2000, as G. Sharma, W. Wu, E. N. Dalal write it ("The CIEDE2000 color-difference formula", 2005).
fn difference(one: Vector, two: Vector) -> f64 {
    let chroma = |v: Vector| v[1].hypot(v[2]);
    let mean = (chroma(one) + chroma(two)) / 2.0;
    let seventh = |c: f64| (c.powi(7) / (c.powi(7) + 25_f64.powi(7))).sqrt();
    let g = 0.5 * (1.0 - seventh(mean));
    let [a, b] = [one, two].map(|v| [v[0], v[1] * (1.0 + g), v[2]]);
    let (c1, c2) = (chroma(a), chroma(b));
    let hue = |v: Vector| v[2].atan2(v[1]).to_degrees().rem_euclid(360.0);
    let (h1, h2) = (hue(a), hue(b));
    let grey = c1 * c2 == 0.0;
    let turn = match h2 - h1 {
        _ if grey => 0.0,
        d if d > 180.0 => d - 360.0,
        d if d < -180.0 => d + 360.0,
        d => d,
    };
    let middle = match (h1 - h2).abs() > 180.0 {
        _ if grey => h1 + h2,
        false => (h1 + h2) / 2.0,
        true if h1 + h2 < 360.0 => (h1 + h2 + 360.0) / 2.0,
        true => (h1 + h2 - 360.0) / 2.0,
    };
    let (l, c) = ((a[0] + b[0]) / 2.0, (c1 + c2) / 2.0);
    let cosine = |factor: f64, of: f64| factor * of.to_radians().cos();
    let t = 1.0 - cosine(0.17, middle - 30.0)
        + cosine(0.24, 2.0 * middle)
        + cosine(0.32, 3.0 * middle + 6.0)
        - cosine(0.20, 4.0 * middle - 63.0);
    let from_middle = (l - 50.0).powi(2);
    let lightness = (b[0] - a[0]) / (1.0 + 0.015 * from_middle / (20.0 + from_middle).sqrt());
    let chromas = (c2 - c1) / (1.0 + 0.045 * c);
    let hues = 2.0 * (c1 * c2).sqrt() * (turn / 2.0).to_radians().sin() / (1.0 + 0.015 * c * t);
    let spread = 60.0 * (-((middle - 275.0) / 25.0).powi(2)).exp();
    let rotation = -2.0 * seventh(c) * spread.to_radians().sin();
    let squares = lightness * lightness + chromas * chromas + hues * hues;
    (squares + rotation * chromas * hues).sqrt()
}

/// The first and the hardest lines of the table in that paper.
#[test]
fn the_difference_is_ciede2000() {
    for (one, two, expected) in [
        ([50.0, 2.6772, -79.7751], [50.0, 0.0, -82.7485], 2.0425),
        ([50.0, 2.4900, -0.0010], [50.0, -2.4900, 0.0011], 7.2195),
        ([50.0, 2.5000, 0.0], [50.0, 0.0, -2.5000], 4.3065),
        (
            [2.0776, 0.0795, -1.1350],
            [0.9033, -0.0636, -0.5514],
            0.9082,
        ),
    ] {
        let found = difference(one, two);
        assert!((found - expected).abs() < 1e-4, "{found} for {expected}");
    }
}

fn told_apart(colors: &[(String, [u8; 3])], least: f64) {
    for (vision, matrix) in &VISIONS {
        for (place, one) in colors.iter().enumerate() {
            for two in &colors[place + 1..] {
                let apart = difference(seen(one.1, matrix), seen(two.1, matrix));
                assert!(
                    apart >= least,
                    "{} and {} with {vision}: {apart:.1}",
                    one.0,
                    two.0
                );
            }
        }
    }
}

/// Any two of the classes' colours: 10 is a difference seen at a glance (2.3 is one that is just seen). After seven classes the
/// same colours come again with another pattern.
#[test]
fn the_colours_of_classes_can_be_told_apart() {
    let named = |(place, rgb): (usize, &[u8; 3])| (format!("colour {}", place + 1), *rgb);
    let all: Vec<_> = PALETTE.iter().enumerate().map(named).collect();
    told_apart(&all, 10.0);
}

/// What is heard, seen, and both lie side by side in every lane: they are further apart, in both themes, and can be read as text.
#[test]
fn heard_seen_and_both_can_be_told_apart() {
    for theme in [Theme::Dark, Theme::Light] {
        let t = tokens_of(theme);
        let colors = [("heard", t.audible), ("seen", t.visible), ("both", t.both)];
        let named = colors.map(|(name, c)| (format!("{theme:?} {name}"), [c.r(), c.g(), c.b()]));
        told_apart(&named, 12.0);
        for (name, color) in colors {
            for ground in [t.bg1, t.bg2] {
                let ratio = contrast(color, ground);
                assert!(ratio >= 4.5, "{theme:?} {name} as text: {ratio:.2}");
            }
            let ratio = contrast(color, t.bg0);
            assert!(ratio >= 3.0, "{theme:?} {name} in a lane: {ratio:.2}");
        }
    }
}

const CLASSES: [&str; 3] = ["Church bell", "Bark", "Truck"];

fn prediction(labels: &[&str], detail: Detail, scores: Vec<Vec<f32>>) -> Arc<Prediction> {
    Arc::new(Prediction {
        key: PredictionKey {
            clip: ClipId::default(),
            head: HeadId::default(),
            precision: Precision::F32,
        },
        labels: Labels::new(labels),
        segments: TimeSpan::seconds_of(Time::from_micros(3_000_000)),
        familiarity: vec![1.0; scores.len()],
        scores,
        detail,
    })
}

/// Bell, bark and truck, a second each; parsing lists its classes in another order.
fn answers() -> [Arc<Prediction>; 3] {
    let one = |of: usize, at: usize| if of == at { 0.9 } else { 0.02 };
    let row = |s: usize| (0..3).map(|class| one(class, s)).collect::<Vec<f32>>();
    let turned = |s: usize| (0..3).map(|class| one(2 - class, s)).collect::<Vec<f32>>();
    let rows = |of: &dyn Fn(usize) -> Vec<f32>| -> Vec<Vec<f32>> { (0..3).map(of).collect() };
    let mut reversed = CLASSES;
    reversed.reverse();
    let mask = || ProbabilityMap::new(2, 2, [0.9; 4]);
    let parsed = Detail::Parsed {
        audible: rows(&turned),
        visible: rows(&turned),
    };
    let masks = Detail::Segmented {
        masks: vec![mask(), mask(), mask()],
    };
    [
        prediction(&CLASSES, Detail::localized(&rows(&row)), rows(&row)),
        prediction(&reversed, parsed, rows(&turned)),
        prediction(&["Sounding"], masks, vec![vec![0.9]; 3]),
    ]
}

fn pixel(picture: &RgbFrame, x: usize, y: usize) -> [u8; 3] {
    let at = (y * picture.width + x) * 3;
    [picture.data[at], picture.data[at + 1], picture.data[at + 2]]
}

/// In the film strip and in the labelled clip: labels of events, the halves of parsing, and masks in the colour of what is heard
/// and seen.
#[test]
fn a_class_has_one_colour_in_every_task() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("clip.mp4");
    talking_picture("3", &file);
    let clip = Clip::open(&file).expect("opens");
    let answers = answers();
    let colors = ClassColors::of(answers.iter().map(|p| &p.labels));
    let thresholds = Thresholds::default();
    for task in [0, 1] {
        let overlay = folder.path().join(format!("{task}.mp4"));
        let predictions = [answers[task].clone(), answers[2].clone()];
        let shown = Shown {
            predictions: &predictions,
            masks: None,
            thresholds: &thresholds,
            colors: &colors,
        };
        let whole = TimeSpan::new(Time::ZERO, clip.duration);
        write_overlay(&LocalFiles, &clip, &shown, &overlay, whole, &mut |_| true).expect("writes");
        let mut frames = FrameReader::open(&overlay).expect("opens");
        let strip = film_strip(&LocalFiles, &clip, &shown).expect("draws");
        for (second, class) in CLASSES.iter().enumerate() {
            let color = colors.get(class).rgb;
            // The labelled clip's bar lies under its picture of 192 x 108; its right end is without letters.
            let at = Time::from_secs_f64(second as f64 + 0.5);
            let frame = frames.frame_at(at).expect("decodes").picture.to_rgb();
            for y in [112, 132] {
                let found = pixel(&frame, 188, y);
                let off = (0..3).map(|i| found[i].abs_diff(color[i])).max();
                // Chroma at half the size, and the codec's quantiser.
                assert!(off <= Some(12), "{class}, task {task}: {found:?}");
            }
            // A cell is 160 pixels and a gap of 4; its bar, from 94 on, is 20 high, its right end without letters.
            let x = 4 + second * 164;
            for y in [95, 112] {
                assert_eq!(pixel(&strip, x + 158, y), color, "{class}, task {task}");
            }
            // The mask covers the picture: half of it is the class's colour.
            let mut plain = strip.clone();
            let without = Shown {
                predictions: &predictions[..1],
                ..shown
            };
            plain.data = film_strip(&LocalFiles, &clip, &without)
                .expect("draws")
                .data;
            let (drawn, under) = (pixel(&strip, x + 80, 50), pixel(&plain, x + 80, 50));
            for channel in 0..3 {
                let half = (f32::from(under[channel]) + f32::from(color[channel])) / 2.0;
                let off = (f32::from(drawn[channel]) - half).abs();
                assert!(off <= 1.0, "{class}, task {task}: {drawn:?} over {under:?}");
            }
        }
    }
}

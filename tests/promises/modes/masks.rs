//! A mask stays probabilities until it is drawn, and is stretched back over the picture it was made of.

use mettle_core::base::Labels;
use mettle_core::predict::{
    ClassColor, ClassColors, MaskLook, MaskStyle, PALETTE, Pattern, ProbabilityMap,
};

/// Low at the left, high at the right.
fn ramp() -> ProbabilityMap {
    ProbabilityMap::new(4, 2, [0.0, 0.2, 0.6, 1.0, 0.0, 0.2, 0.6, 1.0])
}

#[test]
fn between_places_probability_changes_evenly_and_outside_it_is_the_edges() {
    let map = ramp();
    // Centres of the four columns lie at 1/8, 3/8, 5/8, 7/8.
    for (u, expected) in [
        (0.125, 0.0),
        (0.375, 0.2),
        (0.5, 0.4),
        (0.75, 0.8),
        (0.0, 0.0),
        (1.0, 1.0),
        (-3.0, 0.0),
        (7.0, 1.0),
    ] {
        for v in [0.0, 0.5, 1.0] {
            // The map keeps 16-bit floats: 0.2 and 0.6 are off by up to 2e-4.
            assert!((map.sample(u, v) - expected).abs() < 3e-4, "{u} {v}");
        }
    }
}

#[test]
fn a_square_mask_covers_a_wide_picture_whole() {
    let map = ramp();
    let mask = map.stretched_above(160, 90, 0.5);
    assert_eq!(mask.len(), 160 * 90);
    for (place, inside) in mask.iter().enumerate() {
        // 0.5 is passed at three quarters of the way from the centre of column 1 (60) to that of column 2 (100).
        assert_eq!(*inside, place % 160 >= 90, "pixel {place}");
    }
    assert_eq!(
        map.stretched_above(4, 2, 0.5),
        map.above(0.5),
        "its own size"
    );
    let nothing = map.stretched_above(160, 90, 1.0);
    assert!(
        !nothing.contains(&true),
        "strictly above, as AVSBench has it"
    );
}

#[test]
fn fill_has_an_edge_outline_is_the_edge_alone_heat_knows_no_threshold() {
    let map = ramp();
    let look = |style| MaskLook {
        style,
        opacity: 0.49,
        ..MaskLook::default()
    };
    let fill = look(MaskStyle::Fill).layer(&map, 160, 90);
    let outline = look(MaskStyle::Outline).layer(&map, 160, 90);
    let heat = look(MaskStyle::Heat).layer(&map, 160, 90);
    let at = |layer: &[[f32; 4]], x: usize| layer[40 * 160 + x];
    assert_eq!(at(&fill, 80)[3], 0.0, "outside");
    assert!(
        (at(&fill, 91)[3] - 0.7).abs() < 1e-6,
        "the edge is stronger"
    );
    assert!((at(&fill, 120)[3] - 0.49).abs() < 1e-6, "inside");
    assert_eq!(at(&outline, 91), at(&fill, 91));
    assert_eq!(at(&outline, 120)[3], 0.0);
    assert!(at(&heat, 60)[3] > 0.05, "below the threshold, and shown");
    let strengths: Vec<f32> = (0..160).map(|x| at(&heat, x)[3]).collect();
    assert!(strengths.is_sorted(), "the surer, the stronger");
    // The picture's own border is no edge of what sounds.
    assert!((at(&fill, 159)[3] - 0.49).abs() < 1e-6);
}

#[test]
fn a_class_has_one_colour_in_every_task_and_28_classes_differ() {
    let names: Vec<String> = (0..28).map(|i| format!("class {i}")).collect();
    let localize = Labels::new(&names[..20]);
    let parse = Labels::new(names[5..].iter().rev());
    let colors = ClassColors::of([&localize, &parse]);
    let known: std::collections::HashSet<ClassColor> =
        names.iter().map(|n| colors.get(n)).collect();
    assert_eq!(known.len(), 28);
    assert_eq!(
        colors.get("class 0"),
        ClassColor {
            rgb: PALETTE[0],
            pattern: Pattern::Plain
        }
    );
    assert_eq!(
        colors.get("class 7"),
        ClassColor {
            rgb: PALETTE[0],
            pattern: Pattern::Rising
        }
    );
    let alone = ClassColors::of([&localize]);
    assert!(
        localize
            .iter()
            .all(|label| alone.get(label) == colors.get(label))
    );
    // Classes that a person added are no model's, and look neither like its first nor like each other.
    let [siren, whistle] = ["Siren", "Whistle"].map(|name| colors.get(name));
    assert!(siren != whistle && ![siren, whistle].contains(&ClassColor::at(0)));
    assert_eq!(siren, colors.get("Siren"));
}

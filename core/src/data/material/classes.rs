//! The classes of the material, and what stands for each.

/// A class of the material.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RealClass {
    /// AVE's name for it.
    pub label: &'static str,
    /// LLP's, where that is another.
    pub llp: Option<&'static str>,
    /// What the list calls its sounds; empty where it has none.
    pub(super) sounds: &'static str,
    /// What it calls its pictures.
    pub(super) pictures: &'static str,
    /// How a soundfont plays it, where it is an instrument.
    pub(super) playing: Option<Playing>,
}

/// How an instrument is played.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Playing {
    /// Bank and program of each of its presets.
    pub presets: &'static [(i32, i32)],
    /// Lowest and highest key.
    pub keys: (i32, i32),
    /// How often several keys are struck together.
    pub chords: f32,
    /// Beats of its shortest and its longest note.
    pub beats: (f32, f32),
}

const fn class(
    label: &'static str,
    llp: Option<&'static str>,
    sounds: &'static str,
    pictures: &'static str,
) -> RealClass {
    RealClass {
        label,
        llp,
        sounds,
        pictures,
        playing: None,
    }
}

const fn instrument(
    of: RealClass,
    presets: &'static [(i32, i32)],
    keys: (i32, i32),
    chords: f32,
    beats: (f32, f32),
) -> RealClass {
    RealClass {
        playing: Some(Playing {
            presets,
            keys,
            chords,
            beats,
        }),
        ..of
    }
}

/// What there is enough of to be learned and measured, heard or seen. Presets are those of the General MIDI soundfont FluidR3.
#[rustfmt::skip]
pub const REAL_CLASSES: [RealClass; 16] = [
    class("Bark", Some("Dog"), "Bark", "Dog (Bark)"),
    class("Helicopter", None, "Helicopter", "Helicopter"),
    class("Baby cry, infant cry", Some("Baby_cry_infant_cry"), "Baby cry", ""),
    class("Clock", None, "Clock", ""),
    class("Chainsaw", None, "Chainsaw", ""),
    instrument(class("Church bell", None, "Church bell", ""), &[(8, 14), (0, 14)], (48, 77), 0.1, (1.0, 4.0)),
    instrument(class("Violin, fiddle", Some("Violin_fiddle"), "", ""), &[(0, 40), (0, 110), (8, 40)], (55, 91), 0.1, (0.25, 3.0)),
    instrument(class("Flute", None, "", ""), &[(0, 73)], (60, 93), 0.0, (0.25, 3.0)),
    instrument(class("Acoustic guitar", Some("Acoustic_guitar"), "", "Guitar"), &[(0, 24), (0, 25), (0, 26), (8, 25)], (40, 76), 0.4, (0.25, 2.0)),
    instrument(class("Banjo", Some("Banjo"), "", ""), &[(0, 105)], (48, 79), 0.2, (0.25, 1.0)),
    instrument(class("Accordion", None, "", "Accordion"), &[(0, 21), (8, 21)], (48, 86), 0.5, (0.25, 3.0)),
    instrument(class("Mandolin", None, "", "Mandolin"), &[(16, 25)], (55, 86), 0.3, (0.25, 1.0)),
    class("Fixed-wing aircraft, airplane", None, "Airplane", "Airplane"),
    class("Motorcycle", None, "", "Motorcycle"),
    class("Bus", None, "", "Bus"),
    class("Truck", None, "", "Truck"),
];

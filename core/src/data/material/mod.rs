//! Real sounds and photographs that lie in a folder with a list of them, and clips made of both: a thing that moves over a
//! background, and a sound, of the same thing or of another. They are no real video; what is heard and seen when is known.

mod clip;
mod error;

use std::path::{Path, PathBuf};

pub use clip::{MadeClip, MadeSecond};
pub use error::MaterialError;

/// A class of the material.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RealClass {
    /// AVE's name for it.
    pub label: &'static str,
    /// LLP's, where that is another.
    pub llp: Option<&'static str>,
    /// What the list calls its sounds.
    sounds: &'static str,
    /// What it calls its pictures.
    pictures: &'static str,
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
    }
}

/// What there is enough of to be measured, heard or seen.
pub const REAL_CLASSES: [RealClass; 12] = [
    class("Bark", Some("Dog"), "Bark", "Dog (Bark)"),
    class("Helicopter", None, "Helicopter", "Helicopter"),
    class(
        "Baby cry, infant cry",
        Some("Baby_cry_infant_cry"),
        "Baby cry",
        "",
    ),
    class("Clock", None, "Clock", ""),
    class("Chainsaw", None, "Chainsaw", ""),
    class("Acoustic guitar", Some("Acoustic_guitar"), "", "Guitar"),
    class("Accordion", None, "", "Accordion"),
    class("Mandolin", None, "", "Mandolin"),
    class("Fixed-wing aircraft, airplane", None, "", "Airplane"),
    class("Motorcycle", None, "", "Motorcycle"),
    class("Bus", None, "", "Bus"),
    class("Truck", None, "", "Truck"),
];

/// How the material is divided: recordings and photographs of one fold are in no other.
pub const FOLDS: usize = 4;

/// The files of one fold.
#[derive(Clone, Debug)]
pub struct Material {
    /// Of each of [`REAL_CLASSES`].
    sounds: Vec<Vec<PathBuf>>,
    /// The same.
    pictures: Vec<Vec<PathBuf>>,
    /// Sounds of none of them.
    other_sounds: Vec<PathBuf>,
    /// Pictures of other things.
    other_things: Vec<PathBuf>,
    backgrounds: Vec<PathBuf>,
}

impl Material {
    /// The files of a fold, 1 to [`FOLDS`], that the list in a folder names.
    ///
    /// # Errors
    /// There is no list, or a part of what clips are made of is missing from the fold.
    pub fn open(folder: &Path, fold: usize) -> Result<Self, MaterialError> {
        let path = folder.join("manifest.csv");
        let text = std::fs::read_to_string(&path).map_err(|source| MaterialError::Io {
            path: path.clone(),
            source,
        })?;
        let rows: Vec<(&str, &str, &str)> = text.lines().skip(1).filter_map(row).collect();
        let files = |kind: &str, wanted: &dyn Fn(&str) -> bool| -> Vec<PathBuf> {
            let rows = rows
                .iter()
                .filter(|(of, class, _)| *of == kind && wanted(class));
            let rows = rows.filter(|(_, _, file)| fold_of(file) == fold);
            rows.map(|(_, _, file)| folder.join(file)).collect()
        };
        let of = |kind: &'static str, name: fn(&RealClass) -> &'static str| {
            let named = |class: &RealClass| files(kind, &|of| of == name(class));
            REAL_CLASSES.iter().map(named).collect::<Vec<_>>()
        };
        let material = Self {
            sounds: of("sounds", |class| class.sounds),
            pictures: of("pictures", |class| class.pictures),
            other_sounds: files("sounds", &|class| class == "none of these"),
            other_things: files("pictures", &|class| class.starts_with("other ")),
            backgrounds: files("pictures", &|class| class == "background"),
        };
        let none = |lists: &[Vec<PathBuf>]| lists.iter().all(Vec::is_empty);
        for (missing, what) in [
            (none(&material.sounds), "sounds of any class"),
            (none(&material.pictures), "pictures of any class"),
            (
                material.other_sounds.is_empty(),
                "sounds of none of the classes",
            ),
            (material.other_things.is_empty(), "pictures of other things"),
            (material.backgrounds.is_empty(), "backgrounds"),
        ] {
            if missing {
                return Err(MaterialError::Lacks { path, fold, what });
            }
        }
        Ok(material)
    }

    /// Whether there are sounds, and whether there are pictures, of a class of [`REAL_CLASSES`].
    pub fn has(&self, class: usize) -> [bool; 2] {
        [&self.sounds, &self.pictures].map(|lists| lists.get(class).is_some_and(|f| !f.is_empty()))
    }
}

/// Kind, class and file of a line `kind,class,source,licence,file`; only the licence may have commas.
fn row(line: &str) -> Option<(&str, &str, &str)> {
    let mut fields = line.split(',');
    let (kind, class) = (fields.next()?, fields.next()?);
    Some((kind, class, line.rsplit(',').next()?))
}

/// ESC-10's recordings say their fold before the first dash; everything else is dealt out by its name.
fn fold_of(file: &str) -> usize {
    let name = file.rsplit('/').next().unwrap_or(file);
    let said = name
        .strip_prefix("esc10_")
        .map(|rest| rest.rsplit('_').next().unwrap_or(rest));
    let digit = said.and_then(|rest| rest.split('-').next()?.parse::<usize>().ok());
    if let Some(fold) = digit.filter(|fold| (1..=FOLDS).contains(fold)) {
        return fold;
    }
    let hash = blake3::hash(name.as_bytes());
    usize::from(hash.as_bytes()[0]) % FOLDS + 1
}

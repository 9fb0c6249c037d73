//! The files of a folder's list, by class and fold.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::MaterialError;
use super::classes::{Playing, REAL_CLASSES, RealClass};
use super::phrases::Soundfont;
use crate::base::{ContentHash, KeyHasher};

/// How the material is divided: recordings and photographs of one fold are in no other.
pub const FOLDS: usize = 4;
/// The folds that a training may see.
pub const TRAINING_FOLDS: [usize; 3] = [1, 2, 3];
/// The fold that choices are made by.
pub const VALIDATION_FOLD: usize = 4;
/// Where Debian's `fluid-soundfont-gm` lies.
pub const SOUNDFONT: &str = "/usr/share/sounds/sf2/FluidR3_GM.sf2";

/// What no training uses: too few recordings to learn from, and pictures of what is none of the classes.
const STRANGE_SOUNDS: [&str; 5] = ["Cat", "Goat", "Horse", "Rodents", "Train horn"];
/// As above.
const STRANGE_PICTURES: [&str; 3] = ["Rodents", "other watch", "other metronome"];

/// The files of some folds, and the soundfont that plays what there are no recordings of.
#[derive(Clone, Debug)]
pub struct Material {
    /// Of each of [`REAL_CLASSES`].
    pub(super) sounds: Vec<Vec<PathBuf>>,
    /// The same.
    pub(super) pictures: Vec<Vec<PathBuf>>,
    /// Sounds of none of them.
    pub(super) other_sounds: Vec<PathBuf>,
    /// Pictures of other things.
    pub(super) other_things: Vec<PathBuf>,
    pub(super) backgrounds: Vec<PathBuf>,
    pub(super) soundfont: Option<Arc<Soundfont>>,
    hash: ContentHash,
}

/// Other things that could pass for a class that drawings teach.
const DOUBTFUL: [&str; 3] = ["other watch", "other metronome", "other wild_cat"];

impl Material {
    /// The files of some folds, each 1 to [`FOLDS`], that the list in a folder names; with a soundfont there are instruments, too.
    ///
    /// # Errors
    /// There is no list, a part of what clips are made of is missing from the folds, or the soundfont cannot be read.
    pub fn open(
        folder: &Path,
        folds: &[usize],
        soundfont: Option<&Path>,
    ) -> Result<Self, MaterialError> {
        let list = List::read(folder)?;
        let files = |kind: &str, wanted: &dyn Fn(&str) -> bool| list.files(kind, folds, wanted);
        let of = |kind: &'static str, name: fn(&RealClass) -> &'static str| {
            let named = |class: &RealClass| files(kind, &|of| of == name(class));
            REAL_CLASSES.iter().map(named).collect::<Vec<_>>()
        };
        let another = |class: &str| {
            let other = class.starts_with("other ") || class.starts_with("Face");
            other && !DOUBTFUL.contains(&class)
        };
        let key = KeyHasher::new("made clips 1")
            .text(&list.text)
            .text(&format!("{folds:?}"));
        let name = soundfont.and_then(Path::file_name).unwrap_or_default();
        let material = Self {
            sounds: of("sounds", |class| class.sounds),
            pictures: of("pictures", |class| class.pictures),
            other_sounds: files("sounds", &|class| class == "none of these"),
            other_things: files("pictures", &another),
            backgrounds: files("pictures", &|class| class == "background"),
            soundfont: soundfont.map(Soundfont::open).transpose()?.map(Arc::new),
            hash: key.text(&name.to_string_lossy()).finish(),
        };
        match material.missing() {
            Some(what) => Err(list.lacks(folds, what)),
            None => Ok(material),
        }
    }

    /// What nothing was learned from, of all folds: clips of it have none of the classes, and a model has met nothing like them.
    ///
    /// # Errors
    /// There is no list.
    pub fn strangers(folder: &Path) -> Result<Self, MaterialError> {
        let list = List::read(folder)?;
        let all: Vec<usize> = (1..=FOLDS).collect();
        let pictures = list.files("pictures", &all, &|class| STRANGE_PICTURES.contains(&class));
        let sounds = list.files("sounds", &all, &|class| STRANGE_SOUNDS.contains(&class));
        let what = match (sounds.is_empty(), pictures.is_empty()) {
            (true, _) => Some("sounds that no training uses"),
            (_, true) => Some("pictures that no training uses"),
            _ => None,
        };
        if let Some(what) = what {
            return Err(list.lacks(&all, what));
        }
        Ok(Self {
            sounds: vec![vec![]; REAL_CLASSES.len()],
            pictures: vec![vec![]; REAL_CLASSES.len()],
            other_sounds: sounds,
            other_things: pictures.clone(),
            backgrounds: pictures,
            soundfont: None,
            hash: KeyHasher::new("strange clips 1").text(&list.text).finish(),
        })
    }

    fn missing(&self) -> Option<&'static str> {
        let none = |lists: &[Vec<PathBuf>]| lists.iter().all(Vec::is_empty);
        let parts = [
            (none(&self.sounds), "sounds of any class"),
            (none(&self.pictures), "pictures of any class"),
            (
                self.other_sounds.is_empty(),
                "sounds of none of the classes",
            ),
            (self.other_things.is_empty(), "pictures of other things"),
            (self.backgrounds.is_empty(), "backgrounds"),
        ];
        parts
            .into_iter()
            .find(|(none, _)| *none)
            .map(|(_, what)| what)
    }

    /// Whether there are sounds, recorded or played, and whether there are pictures, of a class of [`REAL_CLASSES`].
    pub fn has(&self, class: usize) -> [bool; 2] {
        let [sounds, pictures] = [&self.sounds, &self.pictures]
            .map(|lists| lists.get(class).is_some_and(|f| !f.is_empty()));
        [sounds || self.playing(class).is_some(), pictures]
    }

    /// Whether there are recordings of a class, not only phrases of a soundfont.
    pub fn has_recordings(&self, class: usize) -> bool {
        self.sounds
            .get(class)
            .is_some_and(|files| !files.is_empty())
    }

    /// The soundfont and how it plays a class, where it can.
    pub(super) fn playing(&self, class: usize) -> Option<(&Soundfont, Playing)> {
        let playing = REAL_CLASSES.get(class)?.playing?;
        Some((self.soundfont.as_deref()?, playing))
    }

    /// Names what clips are made of.
    pub fn hash(&self) -> ContentHash {
        self.hash
    }
}

/// A folder's list.
struct List<'a> {
    folder: &'a Path,
    path: PathBuf,
    text: String,
}

impl<'a> List<'a> {
    fn read(folder: &'a Path) -> Result<Self, MaterialError> {
        let path = folder.join("manifest.csv");
        match std::fs::read_to_string(&path) {
            Ok(text) => Ok(Self { folder, path, text }),
            Err(source) => Err(MaterialError::Io { path, source }),
        }
    }

    /// The files of a kind, of some folds and of the classes that are wanted, in the list's order.
    fn files(&self, kind: &str, folds: &[usize], wanted: &dyn Fn(&str) -> bool) -> Vec<PathBuf> {
        let rows = self.text.lines().skip(1).filter_map(row);
        let rows = rows.filter(|(of, class, _)| *of == kind && wanted(class));
        let rows = rows.filter(|(_, _, file)| folds.contains(&fold_of(file)));
        rows.map(|(_, _, file)| self.folder.join(file)).collect()
    }

    fn lacks(&self, folds: &[usize], what: &'static str) -> MaterialError {
        MaterialError::Lacks {
            path: self.path.clone(),
            folds: folds.to_vec(),
            what,
        }
    }
}

/// Kind, class and file of a line `kind,class,source,licence,file`; only the licence may have commas.
fn row(line: &str) -> Option<(&str, &str, &str)> {
    let mut fields = line.split(',');
    let (kind, class) = (fields.next()?, fields.next()?);
    Some((kind, class, line.rsplit(',').next()?))
}

/// ESC-10's recordings say their fold before the first dash; everything else is dealt out by SHA-256 of its name.
fn fold_of(file: &str) -> usize {
    let name = file.rsplit('/').next().unwrap_or(file);
    let said = name
        .strip_prefix("esc10_")
        .map(|rest| rest.rsplit('_').next().unwrap_or(rest));
    let digit = said.and_then(|rest| rest.split('-').next()?.parse::<usize>().ok());
    if let Some(fold) = digit.filter(|fold| (1..=FOLDS).contains(fold)) {
        return fold;
    }
    let hash = Sha256::digest(name.as_bytes());
    usize::from(hash.first().copied().unwrap_or(0)) % FOLDS + 1
}

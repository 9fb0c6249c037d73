//! Names of the files written for each clip: after the clip, no two alike, and nothing of another clip replaced.

use std::collections::HashSet;
use std::io::Read;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::csv;
use crate::media::Clip;

/// Names longer than this are cut: file systems take 255 bytes, of which the longest ending and the hash need some.
const LONGEST: usize = 200;
/// As much of a table as its first row needs: names of classes, and one path.
const HEAD: u64 = 1 << 18;

/// Gives every clip of a batch a stem of its own in a folder: `dog`; where that belongs to another clip already, `dog-` and the
/// beginning of the clip's content hash.
#[derive(Debug)]
pub struct Stems {
    folder: PathBuf,
    taken: HashSet<String>,
}

impl Stems {
    /// For files in this folder.
    pub fn in_folder(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            taken: HashSet::new(),
        }
    }

    /// The stem for a clip. Names that differ only in case count as alike: some file systems think so.
    pub fn stem_for(&mut self, clip: &Clip) -> String {
        let stem = clip.path.file_stem().unwrap_or(clip.path.as_os_str());
        let stem = stem.to_string_lossy();
        let short = clip.id.short();
        let with_hash = format!("{}-{short}", cut(&stem));
        let numbered = (2..).map(|number| format!("{with_hash}-{number}"));
        let plain = (stem.len() <= LONGEST).then(|| stem.into_owned());
        let mut names = plain.into_iter().chain([with_hash.clone()]).chain(numbered);
        let mut free = |name: &String| {
            let mine = |path: PathBuf| owner(&path).is_none_or(|owner| owner.starts_with(&short));
            let files = ["json", "csv"].map(|end| self.folder.join(format!("{name}.{end}")));
            files.into_iter().all(mine) && self.taken.insert(name.to_lowercase())
        };
        // There are names without end.
        names.find(&mut free).unwrap_or(with_hash)
    }
}

/// The beginning of a name that is too long, cut between letters.
fn cut(stem: &str) -> &str {
    let end = (0..=stem.len().min(LONGEST))
        .rev()
        .find(|end| stem.is_char_boundary(*end));
    &stem[..end.unwrap_or(0)]
}

/// Whose analysis a file holds; empty where it does not say, `None` where there is no file.
fn owner(path: &Path) -> Option<String> {
    #[derive(Deserialize)]
    struct Written {
        clip: Named,
    }
    #[derive(Deserialize)]
    struct Named {
        id: String,
    }
    let file = std::io::BufReader::new(std::fs::File::open(path).ok()?);
    let id = match path.extension().is_some_and(|end| end == "json") {
        true => serde_json::from_reader::<_, Written>(file)
            .ok()
            .map(|written| written.clip.id),
        false => in_table(file),
    };
    Some(id.unwrap_or_default())
}

/// The second field of a table's first row, which is the beginning of the clip's hash.
fn in_table(file: impl Read) -> Option<String> {
    let mut head = Vec::new();
    file.take(HEAD).read_to_end(&mut head).ok()?;
    let head = String::from_utf8_lossy(&head);
    let (names, row) = head.split_once('\n')?;
    names.starts_with(csv::FIRST).then_some(())?;
    let rest = match row.strip_prefix('"') {
        Some(quoted) => quoted.replace("\"\"", "").split_once("\",")?.1.to_owned(),
        None => row.split_once(',')?.1.to_owned(),
    };
    rest.split_once(',').map(|(id, _)| id.to_owned())
}

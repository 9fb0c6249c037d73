//! AVSBench's two parts: a table of clips, frames and masks numbered from 1, sound. S4 (`name,start,category,split`) has folders
//! by split and category and masks of the first frame alone in training; MS3 (`name,split`) has frames without a folder for
//! the split and with the film's ending inside their names, and all masks.

use std::path::{Path, PathBuf};

use super::dataset::{Dataset, DatasetKind, Item, Part, ReadError};
use super::files::{FILMS, SOUNDS, bare, folder, text};
use super::odd::Oddities;
use super::recording::{Recording, numbered};
use super::targets::Targets;
use crate::base::Labels;

/// What a mask is called.
const SOUNDING: &str = "Sounding object";
const SECONDS: usize = 5;

/// How one part is laid out.
pub(super) struct Layout {
    kind: DatasetKind,
    name: &'static str,
    folder: &'static str,
    table: &'static str,
    data: &'static str,
}

pub(super) const S4: Layout = Layout {
    kind: DatasetKind::S4,
    name: "AVSBench's single-source part",
    folder: "Single-source",
    table: "s4_meta_data.csv",
    data: "s4_data",
};

pub(super) const MS3: Layout = Layout {
    kind: DatasetKind::Ms3,
    name: "AVSBench's multi-source part",
    folder: "Multi-sources",
    table: "ms3_meta_data.csv",
    data: "ms3_data",
};

/// One row of a table. MS3 has no categories.
struct Row {
    name: String,
    category: Option<String>,
    part: Part,
}

impl Layout {
    fn roots(&self, dir: &Path) -> Vec<PathBuf> {
        let own = dir.join(self.folder);
        let outer = dir.join("avsbench_data").join(self.folder);
        vec![dir.to_owned(), own, outer]
    }

    pub fn is_in(&self, dir: &Path) -> bool {
        let mut roots = self.roots(dir).into_iter();
        roots.any(|root| root.join(self.table).is_file())
    }

    pub fn open(&self, dir: &Path) -> Result<Dataset, ReadError> {
        let roots = self.roots(dir);
        let Some(table) = text(&roots, self.table)? else {
            return Err(ReadError::NoList {
                dir: dir.to_owned(),
                kind: self.name,
                wanted: self.table.to_owned(),
            });
        };
        let has_data = |root: &&PathBuf| root.join(self.data).is_dir();
        let root = roots.iter().find(has_data).unwrap_or(&roots[0]);
        let data = root.join(self.data);
        let mut dataset = Dataset {
            kind: self.kind,
            labels: Labels::new([SOUNDING]),
            items: vec![],
            listed: [0; 3],
            odd: Oddities::default(),
        };
        for row in self.rows(&table, &mut dataset.odd) {
            let item = self.item(&data, row, &mut dataset.odd);
            dataset.list(item);
        }
        Ok(dataset)
    }

    fn rows(&self, table: &str, odd: &mut Oddities) -> Vec<Row> {
        let lines = table.lines().map(str::trim).filter(|line| !line.is_empty());
        let mut rows = vec![];
        for (i, line) in lines.enumerate() {
            let fields: Vec<&str> = line.split(',').map(str::trim).collect();
            let read = match fields[..] {
                [name, .., category, part] => Some((name, Some(category), part)),
                [name, part] => Some((name, None, part)),
                _ => None,
            };
            let read = read.and_then(|(name, category, part)| {
                Some(Row {
                    name: bare(name).to_owned(),
                    category: category
                        .filter(|_| self.kind == DatasetKind::S4)
                        .map(str::to_owned),
                    part: Part::read(part)?,
                })
            });
            match read {
                Some(row) => rows.push(row),
                // The header has a word where a row has its split.
                None if i == 0 => {}
                None => odd.add("rows that cannot be read: left out", line),
            }
        }
        rows
    }

    /// The folder of one kind of file for a clip's split and category.
    fn place(data: &Path, kind: &str, row: &Row) -> PathBuf {
        let split = data.join(kind).join(row.part.name());
        match &row.category {
            Some(category) => folder(&split, category),
            None => split,
        }
    }

    fn item(&self, data: &Path, row: Row, odd: &mut Oddities) -> Item {
        let name = &row.name;
        let with_ending = format!("{name}.mp4");
        let stems = [&**name, &*with_ending];
        let plain = data.join("visual_frames");
        let folders = [Self::place(data, "visual_frames", &row), plain];
        let frames = folders
            .iter()
            .map(|folder| numbered(&folder.join(name), &stems, SECONDS));
        let frames = frames.into_iter().find(|frames| !frames.is_empty());
        let one_of = |kind: &str, endings: &[&str]| {
            let folders = [Self::place(data, kind, &row), data.join(kind)];
            let files = folders.iter().flat_map(|folder| {
                endings
                    .iter()
                    .map(move |e| folder.join(format!("{name}.{e}")))
            });
            files.into_iter().find(|path| path.is_file())
        };
        let recording = Recording {
            film: one_of("raw_videos", &FILMS),
            frames: frames.unwrap_or_default(),
            sound: one_of("audio_wav", &SOUNDS),
        };
        let masks = self.masks(&Self::place(data, "gt_masks", &row).join(name), &row);
        note(&recording, &masks, &row, self.kind, odd);
        Item {
            recording,
            said: Targets::unknown(SECONDS, 1),
            masks,
            part: row.part,
            name: row.name,
        }
    }

    fn masks(&self, folder: &Path, row: &Row) -> Vec<Option<PathBuf>> {
        let mask = |k: usize| {
            let path = folder.join(format!("{}_{k}.png", row.name));
            path.is_file().then_some(path)
        };
        (1..=SECONDS).map(mask).collect()
    }
}

/// What a clip that is there lacks.
fn note(
    recording: &Recording,
    masks: &[Option<PathBuf>],
    row: &Row,
    kind: DatasetKind,
    odd: &mut Oddities,
) {
    if !recording.is_there() {
        return;
    }
    let name = &*row.name;
    if recording.frames.is_empty() {
        odd.add(
            "clips without their five frames: the film's own are taken",
            name,
        );
    }
    if recording.sound.is_none() && recording.film.is_none() {
        odd.add("clips without sound: silence is heard", name);
    }
    let wanted = match (kind, row.part) {
        (DatasetKind::S4, Part::Train) => 1,
        _ => SECONDS,
    };
    match masks.iter().flatten().count() {
        0 => odd.add("clips without a mask: they say nothing", name),
        there if there < wanted => {
            odd.add(
                "clips with some masks missing: those seconds say nothing",
                name,
            );
        }
        _ => {}
    }
}

//! AVE: `Category&VideoID&Quality&StartTime&EndTime`, a row a clip, with or without a header; three lists share the rows out.
//!
//! A row says of one class in which seconds it is both heard and seen, and that nothing is in the others. The lists hold some
//! clips several times, under another class each: every row is a clip of its own, as the published trainings have it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::classes::{Classes, ave_classes};
use super::dataset::{Dataset, DatasetKind, Item, Part, ReadError};
use super::files::{FILMS, Files, SOUNDS, bare, each, text};
use super::odd::Oddities;
use super::recording::{Recording, spread};
use super::targets::Targets;
use crate::base::Said;

const ALL: &str = "Annotations.txt";
const LISTS: [(Part, &str); 3] = [
    (Part::Train, "trainSet.txt"),
    (Part::Val, "valSet.txt"),
    (Part::Test, "testSet.txt"),
];

fn roots(dir: &Path) -> Vec<PathBuf> {
    vec![dir.to_owned(), dir.join("AVE_Dataset"), dir.join("data")]
}

pub(super) fn is_in(dir: &Path) -> bool {
    let lists = LISTS.iter().map(|(_, name)| *name).chain([ALL]);
    let mut places = lists.flat_map(|name| roots(dir).into_iter().map(move |r| r.join(name)));
    places.any(|path| path.is_file())
}

/// One row of a list.
struct Row {
    category: String,
    id: String,
    start: f64,
    end: f64,
}

pub(super) fn open(dir: &Path) -> Result<Dataset, ReadError> {
    let roots = roots(dir);
    let mut odd = Oddities::default();
    let mut rows: Vec<(Part, Row)> = vec![];
    let all = text(&roots, ALL)?;
    let mut lists = 0;
    for (part, name) in LISTS {
        if let Some(text) = text(&roots, name)? {
            lists += 1;
            rows.extend(read(&text, &mut odd).into_iter().map(|row| (part, row)));
        }
    }
    match (lists, &all) {
        (0, None) => {
            return Err(ReadError::NoList {
                dir: dir.to_owned(),
                kind: "AVE",
                wanted: format!("{ALL} and no trainSet.txt"),
            });
        }
        (0, Some(text)) => {
            odd.add(
                "lists that are not there: all rows are for training",
                "trainSet.txt",
            );
            rows.extend(
                read(text, &mut odd)
                    .into_iter()
                    .map(|row| (Part::Train, row)),
            );
        }
        _ => count_unlisted(all.as_deref(), &rows, &mut odd),
    }
    count_repeats(&rows, &mut odd);
    let mut classes = Classes::of(&ave_classes());
    let placed: Vec<usize> = rows
        .iter()
        .map(|(_, row)| classes.place(&row.category))
        .collect();
    for name in classes.new_ones() {
        odd.add(
            "classes that AVE does not have: taken as new ones",
            name.as_str(),
        );
    }
    let mut dataset = Dataset {
        kind: DatasetKind::Ave,
        labels: classes.labels(),
        items: vec![],
        listed: [0; 3],
        odd,
    };
    let media = Media::of(&roots);
    for ((part, row), class) in rows.into_iter().zip(placed) {
        let said = targets(&row, class, classes.len(), &mut dataset.odd);
        dataset.list(Item {
            recording: media.of_clip(&row.id),
            name: row.id,
            part,
            said,
            masks: vec![],
        });
    }
    Ok(dataset)
}

/// The rows of a list; its header, where it has one, is none.
fn read(text: &str, odd: &mut Oddities) -> Vec<Row> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let mut rows = vec![];
    for (i, line) in lines.enumerate() {
        // From behind: a category of one's own may hold the mark itself.
        let fields: Vec<&str> = line.rsplitn(5, '&').map(str::trim).collect();
        let times = |end: &str, start: &str| Some((start.parse().ok()?, end.parse().ok()?));
        let read = match fields[..] {
            [end, start, _, id, category] => times(end, start).map(|(start, end)| Row {
                category: category.to_owned(),
                id: bare(id).to_owned(),
                start,
                end,
            }),
            _ => None,
        };
        match read {
            Some(row) => rows.push(row),
            None if i == 0 && line.to_ascii_lowercase().contains("videoid") => {}
            None => odd.add("rows that cannot be read: left out", line),
        }
    }
    rows
}

fn targets(row: &Row, class: usize, classes: usize, odd: &mut Oddities) -> Targets {
    let seconds = DatasetKind::Ave.seconds();
    let mut targets = Targets::unknown(seconds, classes);
    let mut happens = 0;
    for t in 0..seconds {
        (0..classes).for_each(|other| targets.both.set(t, other, Said::No));
        // Half of a second is enough, where times have fractions.
        let covered = row.end.min(t as f64 + 1.0) - row.start.max(t as f64);
        if covered >= 0.5 {
            targets.both.set(t, class, Said::Yes);
            targets.heard.set(t, class, Said::Yes);
            targets.seen.set(t, class, Said::Yes);
            targets.somewhere[class] = Said::Yes;
            happens += 1;
        }
    }
    if happens == 0 {
        odd.add(
            "clips without an event: background throughout",
            row.id.as_str(),
        );
    }
    targets
}

/// Rows of the whole list that no part has.
fn count_unlisted(all: Option<&str>, rows: &[(Part, Row)], odd: &mut Oddities) {
    let key = |row: &Row| (row.id.clone(), row.category.clone());
    let shared: BTreeSet<_> = rows.iter().map(|(_, row)| key(row)).collect();
    for row in read(all.unwrap_or_default(), &mut Oddities::default()) {
        if !shared.contains(&key(&row)) {
            odd.add(
                "rows of Annotations.txt in no part's list: left out",
                row.id,
            );
        }
    }
}

/// Clips that stand in several rows, and in several parts.
fn count_repeats(rows: &[(Part, Row)], odd: &mut Oddities) {
    let mut met: BTreeMap<&str, Vec<Part>> = BTreeMap::new();
    for (part, row) in rows {
        met.entry(&row.id).or_default().push(*part);
    }
    for (id, parts) in met.iter().filter(|(_, parts)| parts.len() > 1) {
        odd.add("clips in several rows: each row is one", *id);
        for part in [Part::Val, Part::Test] {
            if parts.contains(&Part::Train) && parts.contains(&part) {
                let what = format!("clips in train and in {}: kept, as published", part.name());
                odd.add(&what, *id);
            }
        }
    }
}

/// Where the media of AVE lie.
struct Media {
    films: Files,
    sounds: Files,
    frames: Vec<PathBuf>,
}

impl Media {
    fn of(roots: &[PathBuf]) -> Self {
        let films = ["AVE", "video", "videos", "raw_videos", ""];
        let sounds = ["audio", "raw_audio", "audio_wav", "wav"];
        let frames = ["frames", "frame", "video_frames", "image_dataset"];
        Self {
            films: Files::of(&each(roots, &films), &FILMS),
            sounds: Files::of(&each(roots, &sounds), &SOUNDS),
            frames: each(roots, &frames),
        }
    }

    fn of_clip(&self, id: &str) -> Recording {
        Recording {
            film: self.films.find(&[id]).cloned(),
            frames: spread(&self.frames, &[id], DatasetKind::Ave.seconds()),
            sound: self.sounds.find(&[id]).cloned(),
        }
    }
}

//! LLP: what is in a clip as a whole (`filename`, `event_labels`), and of some clips also what is heard and what is seen when
//! (`filename`, `onset`, `offset`, `event_labels`, a list a modality). Tab separated, with a header.
//!
//! A clip with rows by the second is known wholly: what no row names is not there. Of others only the whole is known.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::classes::{Classes, llp_classes};
use super::dataset::{Dataset, DatasetKind, Item, Part, ReadError};
use super::files::{FILMS, Files, SOUNDS, bare, each, text};
use super::odd::Oddities;
use super::recording::{Recording, spread};
use super::targets::{SaidGrid, Targets};
use crate::base::Said;

const LISTS: [(Part, &str); 3] = [
    (Part::Train, "AVVP_train.csv"),
    (Part::Val, "AVVP_val_pd.csv"),
    (Part::Test, "AVVP_test_pd.csv"),
];
const BY_SECONDS: [&str; 2] = ["AVVP_eval_audio.csv", "AVVP_eval_visual.csv"];
const SECONDS: usize = 10;
/// Characters of a video's name; what follows is when the clip begins and ends in it.
const ID: usize = 11;

fn roots(dir: &Path) -> Vec<PathBuf> {
    vec![dir.to_owned(), dir.join("data"), dir.join("LLP_dataset")]
}

pub(super) fn is_in(dir: &Path) -> bool {
    let there = |name: &str| roots(dir).iter().any(|root| root.join(name).is_file());
    LISTS.iter().any(|(_, name)| there(name))
}

/// A clip and the classes that are in it.
struct Weak {
    part: Part,
    name: String,
    classes: Vec<usize>,
}

/// What the rows by the second say of a clip, a grid a modality.
type Dense = BTreeMap<String, [SaidGrid; 2]>;

pub(super) fn open(dir: &Path) -> Result<Dataset, ReadError> {
    let roots = roots(dir);
    let mut odd = Oddities::default();
    let mut classes = Classes::of(&llp_classes());
    let mut clips = vec![];
    let mut lists = 0;
    for (part, name) in LISTS {
        match text(&roots, name)? {
            Some(text) => {
                lists += 1;
                clips.extend(weak(&text, part, &mut classes, &mut odd));
            }
            None => odd.add("lists that are not there", name),
        }
    }
    if lists == 0 {
        return Err(ReadError::NoList {
            dir: dir.to_owned(),
            kind: "LLP",
            wanted: LISTS[0].1.to_owned(),
        });
    }
    let dense = dense(&roots, &clips, &mut classes, &mut odd)?;
    for name in classes.new_ones() {
        odd.add(
            "classes that LLP does not have: taken as new ones",
            name.as_str(),
        );
    }
    let mut dataset = Dataset {
        kind: DatasetKind::Llp,
        labels: classes.labels(),
        items: vec![],
        listed: [0; 3],
        odd,
    };
    let media = Media::of(&roots);
    for clip in clips {
        let said = targets(
            &clip,
            dense.get(&clip.name),
            classes.len(),
            &mut dataset.odd,
        );
        dataset.list(Item {
            recording: media.of_clip(&clip.name),
            name: clip.name,
            part: clip.part,
            said,
            masks: vec![],
        });
    }
    Ok(dataset)
}

/// The fields of every row but the header.
fn rows(text: &str) -> impl Iterator<Item = Vec<&str>> {
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    let rows = lines.map(|line| line.split('\t').map(str::trim).collect::<Vec<&str>>());
    let is_header = |(i, row): &(usize, Vec<&str>)| *i == 0 && row.contains(&"filename");
    rows.enumerate()
        .filter(move |row| !is_header(row))
        .map(|(_, row)| row)
}

fn weak(text: &str, part: Part, classes: &mut Classes, odd: &mut Oddities) -> Vec<Weak> {
    let mut clips = vec![];
    for row in rows(text) {
        let [name, labels] = row[..] else {
            odd.add("rows that cannot be read: left out", row.join(" "));
            continue;
        };
        let mut found: Vec<usize> = vec![];
        for label in labels.split(',').map(str::trim).filter(|l| !l.is_empty()) {
            let class = classes.place(label);
            match found.contains(&class) {
                true => odd.add("clips that list a class twice", name),
                false => found.push(class),
            }
        }
        let (name, classes) = (bare(name).to_owned(), found);
        if name.matches('.').count() > 0 {
            odd.add(
                "clips that begin within a second of their video",
                name.as_str(),
            );
        }
        clips.push(Weak {
            part,
            name,
            classes,
        });
    }
    clips
}

/// One row by the second.
struct Span<'a> {
    modality: usize,
    name: &'a str,
    label: &'a str,
    onset: f64,
    offset: f64,
}

fn dense(
    roots: &[PathBuf],
    clips: &[Weak],
    classes: &mut Classes,
    odd: &mut Oddities,
) -> Result<Dense, ReadError> {
    let mut texts = vec![];
    for name in BY_SECONDS {
        let text = text(roots, name)?;
        if text.is_none() {
            odd.add("lists that are not there", name);
        }
        texts.push(text.unwrap_or_default());
    }
    let known: BTreeSet<&str> = clips.iter().map(|clip| &*clip.name).collect();
    let mut spans = vec![];
    for (modality, text) in texts.iter().enumerate() {
        spans.extend(read_spans(text, modality, &known, odd));
    }
    // All classes first: a grid has room for those there are.
    let placed: Vec<usize> = spans.iter().map(|span| classes.place(span.label)).collect();
    let nothing = || SaidGrid::all(SECONDS, classes.len(), Said::No);
    let mut found = Dense::new();
    for (span, class) in spans.into_iter().zip(placed) {
        let grids = found
            .entry(span.name.to_owned())
            .or_insert_with(|| [nothing(), nothing()]);
        // Whole seconds, cut as upstream cuts them.
        for t in span.onset.max(0.0) as usize..(span.offset.max(0.0) as usize).min(SECONDS) {
            grids[span.modality].set(t, class, Said::Yes);
        }
    }
    Ok(found)
}

/// The rows of a list by the second, of clips that a list has.
fn read_spans<'a>(
    text: &'a str,
    modality: usize,
    known: &BTreeSet<&str>,
    odd: &mut Oddities,
) -> Vec<Span<'a>> {
    let mut spans = vec![];
    for row in rows(text) {
        let times = |from: &str, to: &str| Some((from.parse().ok()?, to.parse().ok()?));
        let read = match row[..] {
            [name, onset, offset, label] => times(onset, offset).map(|t| (bare(name), t, label)),
            _ => None,
        };
        let Some((name, (onset, offset), label)) = read else {
            odd.add("rows that cannot be read: left out", row.join(" "));
            continue;
        };
        if !known.contains(name) {
            odd.add(
                "rows by the second of clips that no list has: left out",
                name,
            );
            continue;
        }
        if offset <= onset {
            odd.add("rows that end before they begin: they say nothing", name);
        }
        spans.push(Span {
            modality,
            name,
            label,
            onset,
            offset,
        });
    }
    spans
}

fn targets(
    clip: &Weak,
    dense: Option<&[SaidGrid; 2]>,
    classes: usize,
    odd: &mut Oddities,
) -> Targets {
    if let Some([heard, seen]) = dense {
        let targets = Targets::of_modalities(heard.clone(), seen.clone());
        let same =
            (0..classes).all(|c| (targets.somewhere[c] == Said::Yes) == clip.classes.contains(&c));
        if !same {
            odd.add(
                "clips whose rows by the second and whose whole differ: the seconds count",
                clip.name.as_str(),
            );
        }
        return targets;
    }
    if clip.part != Part::Train {
        odd.add(
            "clips to be measured on without rows by the second: they cannot count",
            clip.name.as_str(),
        );
    }
    // Of seconds nothing is said, not even of classes that are nowhere: so the published trainings learn from weak labels.
    let mut targets = Targets::unknown(SECONDS, classes);
    for (class, said) in targets.somewhere.iter_mut().enumerate() {
        *said = Said::from(clip.classes.contains(&class));
    }
    targets
}

/// Where the media of LLP lie.
struct Media {
    films: Files,
    sounds: Files,
    frames: Vec<PathBuf>,
}

impl Media {
    fn of(roots: &[PathBuf]) -> Self {
        let inner: Vec<PathBuf> = roots.iter().map(|root| root.join("LLP_dataset")).collect();
        let roots = [roots, &inner].concat();
        Self {
            films: Files::of(
                &each(&roots, &["video", "videos", "raw_videos", ""]),
                &FILMS,
            ),
            sounds: Files::of(&each(&roots, &["audio", "audio_wav", "wav"]), &SOUNDS),
            frames: each(&roots, &["frame", "frames", "video_frames"]),
        }
    }

    /// Under the whole name, or the video's alone.
    fn of_clip(&self, name: &str) -> Recording {
        let names = [name, name.get(..ID).unwrap_or(name)];
        Recording {
            film: self.films.find(&names).cloned(),
            frames: spread(&self.frames, &names, SECONDS),
            sound: self.sounds.find(&names).cloned(),
        }
    }
}

//! Clips with what is said of them as folders in the layout of AVE, LLP or AVSBench, for programs that were written for those.
//! Of ten clips eight are for training, the ninth for validation, the tenth for the test.

mod ave;
mod avsbench;
mod llp;
mod read;

pub use read::read_said;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::ExchangeError;
use super::marks::{Kept, Sheet};
use crate::base::{ClipId, Time, TimeSpan};
use crate::media::{Clip, Source};

/// A data set's layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Layout {
    /// Audio-visual events: one event a row.
    Ave,
    /// Parsing: weak labels of every clip, and what is heard and seen when of validation and test.
    Llp,
    /// Sounding objects, several sources: the first five seconds.
    Avsbench,
}

impl Layout {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Ave, Self::Llp, Self::Avsbench];

    /// Its name in the terminal.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ave => "ave",
            Self::Llp => "llp",
            Self::Avsbench => "avsbench",
        }
    }

    /// What people call it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Ave => "Folder as of AVE",
            Self::Llp => "Folder as of LLP",
            Self::Avsbench => "Folder as of AVSBench",
        }
    }

    /// What it has no place for, in words.
    pub fn loses(self) -> &'static str {
        match self {
            Self::Ave => {
                "what is only heard or only seen, further events of a class, times below a second, scores, whose word it is, masks"
            }
            Self::Llp => {
                "times of clips for training, times below a second, scores, whose word it is, what is denied, masks"
            }
            Self::Avsbench => {
                "events, masks after the fifth second, which class a mask is of, scores, whose word it is"
            }
        }
    }

    /// The file whose presence says that a data set of it is there.
    pub fn marker(self) -> &'static str {
        match self {
            Self::Ave => ave::ALL,
            Self::Llp => llp::ALL,
            Self::Avsbench => avsbench::ALL,
        }
    }
}

/// Which list a clip is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Train,
    Val,
    Test,
}

impl Part {
    const ALL: [Self; 3] = [Self::Train, Self::Val, Self::Test];

    fn of(place: usize) -> Self {
        match place % 10 {
            8 => Self::Val,
            9 => Self::Test,
            _ => Self::Train,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Val => "val",
            Self::Test => "test",
        }
    }
}

/// Rows of a list, with the part they belong to.
type Rows = Vec<(Part, String)>;

/// Writes clips one after the other, and at the end the lists of them.
#[derive(Debug)]
pub struct LayoutWriter {
    dir: PathBuf,
    layout: Layout,
    /// Whether files are written; else it is only found out what they would keep.
    writes: bool,
    count: usize,
    /// LLP has three kinds of rows, the others one.
    rows: [Rows; 3],
    names: String,
}

impl LayoutWriter {
    /// Into a folder that holds none yet.
    ///
    /// # Errors
    /// A data set of this layout is there, unless it is to be replaced.
    pub fn new(dir: &Path, layout: Layout, replace: bool) -> Result<Self, ExchangeError> {
        let path = dir.join(layout.marker());
        if path.exists() && !replace {
            return Err(ExchangeError::There { path });
        }
        Ok(Self {
            writes: true,
            ..Self::look(dir, layout)
        })
    }

    /// To find out what would be kept, without writing anything.
    pub fn look(dir: &Path, layout: Layout) -> Self {
        Self {
            dir: dir.to_owned(),
            layout,
            writes: false,
            count: 0,
            rows: Default::default(),
            names: "id,file\n".to_owned(),
        }
    }

    /// Write a clip; gives what of the sheet the layout kept.
    ///
    /// # Errors
    /// The clip cannot be read, or a file not be written.
    pub fn add(
        &mut self,
        source: &dyn Source,
        clip: &Clip,
        sheet: &Sheet,
    ) -> Result<Kept, ExchangeError> {
        let (id, part) = (id_of(clip.id), Part::of(self.count));
        let read = match self.layout {
            Layout::Ave => ave::add(self, clip, sheet, &id, part)?,
            Layout::Llp => llp::add(self, clip, sheet, &id, part)?,
            Layout::Avsbench => avsbench::add(self, source, clip, sheet, &id, part)?,
        };
        self.count += 1;
        let file = sheet.media.name.replace('"', "\"\"");
        self.names.push_str(&format!("{id},\"{file}\"\n"));
        Ok(Kept::of(sheet, &read))
    }

    /// Write the lists.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn finish(self) -> Result<(), ExchangeError> {
        match self.layout {
            Layout::Ave => ave::finish(&self)?,
            Layout::Llp => llp::finish(&self)?,
            Layout::Avsbench => avsbench::finish(&self)?,
        }
        write(self.dir.join("clips.csv"), self.names)
    }

    /// Copy a clip under the data set's name for it.
    fn copy(&self, clip: &Clip, folder: &str, id: &str) -> Result<(), ExchangeError> {
        if !self.writes {
            return Ok(());
        }
        let ending = clip.path.extension().unwrap_or("mp4".as_ref());
        let path = self.dir.join(folder).join(id).with_extension(ending);
        folder_of(&path)?;
        let copied = std::fs::copy(&clip.path, &path);
        copied
            .map(|_| ())
            .map_err(|error| ExchangeError::Write { path, error })
    }

    /// The rows of a kind, of one part or of all.
    fn listed(&self, kind: usize, part: Option<Part>) -> String {
        let chosen = self.rows[kind].iter();
        let chosen = chosen.filter(|(of, _)| part.is_none_or(|part| *of == part));
        chosen.map(|(_, row)| row.as_str()).collect()
    }
}

/// Eleven characters, as of a video on YouTube, from the clip's content.
fn id_of(clip: ClipId) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let bytes = clip.0.0.iter().take(11);
    bytes
        .map(|byte| char::from(LETTERS[usize::from(byte % 64)]))
        .collect()
}

/// A span in whole seconds, as the data sets have them: those of which it covers at least half, or the one with its middle.
fn seconds(span: TimeSpan) -> (i64, i64) {
    let second = Time::SECOND.micros();
    let round = |time: Time| (time.micros() + second / 2).div_euclid(second);
    let (start, end) = (round(span.start), round(span.end));
    match start < end {
        true => (start, end),
        false => {
            let middle = span.middle().micros().div_euclid(second);
            (middle, middle + 1)
        }
    }
}

/// The same as time again.
fn span_of((start, end): (i64, i64)) -> TimeSpan {
    let second = Time::SECOND.micros();
    TimeSpan::new(
        Time::from_micros(start * second),
        Time::from_micros(end * second),
    )
}

fn folder_of(path: &Path) -> Result<(), ExchangeError> {
    let folder = path.parent().unwrap_or(path);
    std::fs::create_dir_all(folder).map_err(|error| ExchangeError::Write {
        path: folder.to_owned(),
        error,
    })
}

fn write(path: PathBuf, bytes: impl AsRef<[u8]>) -> Result<(), ExchangeError> {
    folder_of(&path)?;
    super::write_whole(&path, bytes.as_ref())
}

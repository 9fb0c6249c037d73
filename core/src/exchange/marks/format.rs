//! The formats a sheet is written in and read from.

use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::subtitles::{self, Kind};
use super::text::decoded;
use super::{
    Media, Sheet, Wrong, audacity, coco_file, cvat, cvat_images, eaf, eaf_read, label_studio,
    lines, table, textgrid, textgrid_read, via,
};
use crate::base::Modality;
use crate::exchange::ExchangeError;

/// A file format of annotation programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum MarkFormat {
    /// ELAN.
    Eaf,
    /// Praat.
    TextGrid,
    /// Audacity's labels.
    Audacity,
    /// Subtitles of the web.
    Vtt,
    /// SubRip subtitles.
    Srt,
    /// VGG Image Annotator 3.
    Via,
    /// Label Studio's timeline labels.
    LabelStudio,
    /// COCO's masks.
    Coco,
    /// CVAT for video.
    CvatVideo,
    /// CVAT for images.
    CvatImages,
    /// A table.
    Csv,
    /// An object a second.
    Jsonl,
}

/// A file that goes with another: what is added to the stem, and the content.
pub type Beside = (&'static str, String);

impl MarkFormat {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::Eaf,
        Self::TextGrid,
        Self::Audacity,
        Self::Vtt,
        Self::Srt,
        Self::Via,
        Self::LabelStudio,
        Self::Coco,
        Self::CvatVideo,
        Self::CvatImages,
        Self::Csv,
        Self::Jsonl,
    ];

    /// Its name in the terminal.
    pub fn name(self) -> &'static str {
        match self {
            Self::Eaf => "eaf",
            Self::TextGrid => "textgrid",
            Self::Audacity => "audacity",
            Self::Vtt => "vtt",
            Self::Srt => "srt",
            Self::Via => "via",
            Self::LabelStudio => "labelstudio",
            Self::Coco => "coco",
            Self::CvatVideo => "cvat-video",
            Self::CvatImages => "cvat-images",
            Self::Csv => "csv",
            Self::Jsonl => "jsonl",
        }
    }

    /// What people call it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Eaf => "ELAN (.eaf)",
            Self::TextGrid => "Praat (.TextGrid)",
            Self::Audacity => "Audacity labels (.txt)",
            Self::Vtt => "WebVTT (.vtt)",
            Self::Srt => "SubRip (.srt)",
            Self::Via => "VIA 3 (.json)",
            Self::LabelStudio => "Label Studio (.json)",
            Self::Coco => "COCO masks (.json)",
            Self::CvatVideo => "CVAT for video (.xml)",
            Self::CvatImages => "CVAT for images (.xml)",
            Self::Csv => "Table (.csv)",
            Self::Jsonl => "JSON lines (.jsonl)",
        }
    }

    /// What is added to a clip's name. Formats that share an ending are told apart.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Eaf => "eaf",
            Self::TextGrid => "TextGrid",
            Self::Audacity => "labels.txt",
            Self::Vtt => "vtt",
            Self::Srt => "srt",
            Self::Via => "via.json",
            Self::LabelStudio => "labelstudio.json",
            Self::Coco => "coco.json",
            Self::CvatVideo => "cvat-video.xml",
            Self::CvatImages => "cvat-images.xml",
            Self::Csv => "events.csv",
            Self::Jsonl => "jsonl",
        }
    }

    /// What the format has no place for, in words; nothing for one that keeps all.
    pub fn loses(self) -> &'static str {
        match self {
            Self::Eaf => "times below 1 ms, what is denied, masks, scores of seconds",
            Self::TextGrid => "whose word it is, what is denied, masks, scores of seconds",
            Self::Audacity | Self::Via => "scores, whose word it is, what is denied, masks",
            Self::Vtt | Self::Srt => {
                "times below 1 ms, scores, whose word it is, what is denied, masks"
            }
            Self::LabelStudio => "times below a frame, what is denied, masks, scores of seconds",
            Self::Coco => "events, scores of seconds",
            Self::CvatVideo => "events, times below a frame, scores",
            Self::CvatImages => "times below a second, scores, what is denied",
            Self::Csv => "masks, scores of seconds, the model's name",
            Self::Jsonl => "",
        }
    }

    /// Whether masks have a place in it.
    pub fn holds_masks(self) -> bool {
        matches!(
            self,
            Self::Coco | Self::CvatVideo | Self::CvatImages | Self::Jsonl
        )
    }

    /// Whether events have a place in it.
    pub fn holds_events(self) -> bool {
        !matches!(self, Self::Coco | Self::CvatVideo)
    }

    /// The text of the file.
    ///
    /// # Errors
    /// A number has no form in it.
    pub fn write(self, sheet: &Sheet) -> Result<String, ExchangeError> {
        let sheet = &sheet.clone().in_order();
        Ok(match self {
            Self::Eaf => eaf::write(sheet),
            Self::TextGrid => textgrid::write(sheet),
            Self::Audacity => audacity::write(sheet),
            Self::Vtt => subtitles::write(sheet, Kind::WebVtt),
            Self::Srt => subtitles::write(sheet, Kind::SubRip),
            Self::Via => via::write(sheet)?,
            Self::LabelStudio => label_studio::write(sheet)?,
            Self::Coco => coco_file::write(sheet)?,
            Self::CvatVideo => cvat::write(sheet),
            Self::CvatImages => cvat_images::write(sheet),
            Self::Csv => table::write(sheet),
            Self::Jsonl => lines::write(sheet)?,
        })
    }

    /// What must lie beside it for the program it is for.
    pub fn beside(self, sheet: &Sheet) -> Option<Beside> {
        let configuration = || ("labelstudio.xml", label_studio::configuration(sheet));
        (self == Self::LabelStudio).then(configuration)
    }

    /// What a file says of a clip. Of events whose modality it does not tell, `usual` is taken.
    ///
    /// # Errors
    /// It is not of this format, and in which line or why.
    pub fn read(self, bytes: &[u8], media: &Media, usual: Modality) -> Result<Sheet, Wrong> {
        let text =
            decoded(bytes).ok_or_else(|| Wrong::new("it is neither UTF-8 nor UTF-16 text"))?;
        let sheet = Sheet::of(media);
        let json = || serde_json::from_str::<Value>(&text).map_err(Wrong::new);
        let read = match self {
            Self::Eaf => eaf_read::read(&text, sheet, usual),
            Self::TextGrid => textgrid_read::read(&text, sheet, usual),
            Self::Audacity => audacity::read(&text, sheet, usual),
            Self::Vtt => subtitles::read(&text, sheet, usual, Kind::WebVtt),
            Self::Srt => subtitles::read(&text, sheet, usual, Kind::SubRip),
            Self::Via => via::read(&json()?, sheet, usual),
            Self::LabelStudio => label_studio::read(&json()?, sheet, usual),
            Self::Coco => coco_file::read(&json()?, sheet),
            Self::CvatVideo | Self::CvatImages => cvat::read(&text, sheet, usual),
            Self::Csv => table::read(&text, sheet, usual),
            Self::Jsonl => lines::read(&text, sheet),
        };
        read.map(Sheet::in_order)
    }

    /// The format of a file, by its ending, and of JSON by what is in it.
    pub fn of_file(path: &Path, bytes: &[u8]) -> Option<Self> {
        let ending = path.extension()?.to_string_lossy().to_lowercase();
        Some(match &*ending {
            "eaf" => Self::Eaf,
            "textgrid" => Self::TextGrid,
            "txt" => Self::Audacity,
            "vtt" => Self::Vtt,
            "srt" => Self::Srt,
            "xml" => Self::CvatVideo,
            "csv" | "tsv" => Self::Csv,
            "jsonl" | "ndjson" => Self::Jsonl,
            "json" => {
                let value: Value = serde_json::from_str(&decoded(bytes)?).ok()?;
                match value {
                    Value::Array(_) => Self::LabelStudio,
                    value if value.get("metadata").is_some() => Self::Via,
                    value if value.get("annotations").is_some() => Self::Coco,
                    _ => return None,
                }
            }
            _ => return None,
        })
    }
}

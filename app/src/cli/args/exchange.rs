//! Options of `mettle export` and `mettle import`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use mettle_core::base::Modality;
use mettle_core::engine::{ModelChoice, Precision};
use mettle_core::exchange::ExportFormat;
use mettle_core::exchange::layouts::Layout;
use mettle_core::exchange::marks::{MarkFormat, What};
use mettle_core::gpu::DeviceChoice;

use super::values::model;
use crate::cli::thresholds::ThresholdArgs;

/// Options of `export`.
#[derive(Args, Clone, Debug)]
pub struct ExportArgs {
    /// Clips, or folders of them.
    #[arg(required = true, value_name = "CLIP")]
    pub clips: Vec<PathBuf>,
    /// Of a folder, also what lies in folders inside it.
    #[arg(short, long)]
    pub recursive: bool,
    /// The format.
    #[arg(long, value_enum)]
    pub format: FormatArg,
    /// Whose word: a person's corrections over the model's word, as the window shows them (a head that was adopted there is named
    /// with --head); the corrections alone; or the model's word alone.
    #[arg(long, value_enum, default_value = "shown")]
    pub what: WhatArg,
    /// The project with the corrections; the usual one if not given.
    #[arg(long, value_name = "FILE")]
    pub project: Option<PathBuf>,
    /// The folder to write into: a file for each clip, named after it.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Write over files that are there with another content; without it they stay and are named.
    #[arg(long)]
    pub replace: bool,
    /// The model: `demo`, or a folder with a model.json and its weights.
    #[arg(long, default_value = "demo", value_name = "demo|DIR", value_parser = model)]
    pub model: ModelChoice,
    /// A trained head in place of the model's own: its folder, its name, or the beginning of that; may be given once a task.
    #[arg(long, value_name = "ID|DIR")]
    pub head: Vec<String>,
    /// The device to compute on: auto, cpu, wgpu, vulkan, metal, dx12 or cuda.
    #[arg(long, default_value = "auto")]
    pub device: DeviceChoice,
    /// Backbones in f32, in 16 bit (half the memory: f16 on graphics cards, bf16 on processors that multiply it), or auto: the 16
    /// bit that the device computes in, else f32.
    #[arg(long, default_value = "f32", value_name = "f32|f16|bf16|auto")]
    pub precision: Precision,
    /// Scores go through the temperatures that were fitted with their heads before any threshold.
    #[arg(long)]
    pub calibrated: bool,
    /// From which score on what counts. Masks have the thresholds that were set in the window.
    #[command(flatten)]
    pub thresholds: ThresholdArgs,
    /// No report and no progress bar.
    #[arg(short, long)]
    pub quiet: bool,
}

/// Options of `import`.
#[derive(Args, Clone, Debug)]
pub struct ImportArgs {
    /// The file to take in, or a folder in the layout of AVE, LLP or AVSBench that has the clip.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The clip it is about.
    #[arg(long, value_name = "CLIP")]
    pub clip: PathBuf,
    /// The project to take it into; the usual one if not given. Made where it is not there.
    #[arg(long, value_name = "FILE")]
    pub project: Option<PathBuf>,
    /// Only say what would happen.
    #[arg(long)]
    pub dry_run: bool,
    /// Put what the file says in the place of corrections that contradict it; without it they stay and are listed.
    #[arg(long)]
    pub replace: bool,
    /// Also take in what the file calls a model's word, as a person's.
    #[arg(long)]
    pub with_model: bool,
    /// How events are perceived where the file does not tell.
    #[arg(long, value_enum, default_value = "audio-visual")]
    pub modality: ModalityArg,
    /// The file's format, where its ending does not tell.
    #[arg(long, value_enum)]
    pub format: Option<ImportFormat>,
}

/// Formats that are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FormatArg {
    /// ELAN.
    Eaf,
    /// Praat's TextGrid.
    Textgrid,
    /// Audacity's labels.
    Audacity,
    /// WebVTT subtitles.
    Vtt,
    /// SubRip subtitles.
    Srt,
    /// VGG Image Annotator 3.
    Via,
    /// Label Studio's timeline labels.
    Labelstudio,
    /// COCO's masks.
    Coco,
    /// CVAT for video: masks.
    CvatVideo,
    /// CVAT for images: masks and tags.
    CvatImages,
    /// A table, a row an event.
    Csv,
    /// JSON lines, an object a second: nothing is lost.
    Jsonl,
    /// A folder in AVE's layout.
    Ave,
    /// A folder in LLP's layout.
    Llp,
    /// A folder in AVSBench's layout, several sources.
    Avsbench,
    /// The clip with labels and masks drawn in.
    Mp4,
}

impl From<FormatArg> for ExportFormat {
    fn from(format: FormatArg) -> Self {
        match format {
            FormatArg::Eaf => Self::Marks(MarkFormat::Eaf),
            FormatArg::Textgrid => Self::Marks(MarkFormat::TextGrid),
            FormatArg::Audacity => Self::Marks(MarkFormat::Audacity),
            FormatArg::Vtt => Self::Marks(MarkFormat::Vtt),
            FormatArg::Srt => Self::Marks(MarkFormat::Srt),
            FormatArg::Via => Self::Marks(MarkFormat::Via),
            FormatArg::Labelstudio => Self::Marks(MarkFormat::LabelStudio),
            FormatArg::Coco => Self::Marks(MarkFormat::Coco),
            FormatArg::CvatVideo => Self::Marks(MarkFormat::CvatVideo),
            FormatArg::CvatImages => Self::Marks(MarkFormat::CvatImages),
            FormatArg::Csv => Self::Marks(MarkFormat::Csv),
            FormatArg::Jsonl => Self::Marks(MarkFormat::Jsonl),
            FormatArg::Ave => Self::Layout(Layout::Ave),
            FormatArg::Llp => Self::Layout(Layout::Llp),
            FormatArg::Avsbench => Self::Layout(Layout::Avsbench),
            FormatArg::Mp4 => Self::Film,
        }
    }
}

/// Formats that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ImportFormat {
    /// ELAN.
    Eaf,
    /// Praat's TextGrid.
    Textgrid,
    /// Audacity's labels.
    Audacity,
    /// WebVTT subtitles.
    Vtt,
    /// SubRip subtitles.
    Srt,
    /// VGG Image Annotator 3.
    Via,
    /// Label Studio's timeline labels.
    Labelstudio,
    /// COCO's masks.
    Coco,
    /// CVAT, for video or images.
    Cvat,
    /// A table, a row an event.
    Csv,
    /// JSON lines, an object a second.
    Jsonl,
}

impl From<ImportFormat> for MarkFormat {
    fn from(format: ImportFormat) -> Self {
        match format {
            ImportFormat::Eaf => Self::Eaf,
            ImportFormat::Textgrid => Self::TextGrid,
            ImportFormat::Audacity => Self::Audacity,
            ImportFormat::Vtt => Self::Vtt,
            ImportFormat::Srt => Self::Srt,
            ImportFormat::Via => Self::Via,
            ImportFormat::Labelstudio => Self::LabelStudio,
            ImportFormat::Coco => Self::Coco,
            ImportFormat::Cvat => Self::CvatVideo,
            ImportFormat::Csv => Self::Csv,
            ImportFormat::Jsonl => Self::Jsonl,
        }
    }
}

/// Whose word is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum WhatArg {
    /// A person's word over the model's.
    Shown,
    /// A person's word alone.
    Corrections,
    /// The model's word alone.
    Model,
}

impl From<WhatArg> for What {
    fn from(what: WhatArg) -> Self {
        match what {
            WhatArg::Shown => Self::Shown,
            WhatArg::Corrections => Self::Corrections,
            WhatArg::Model => Self::Model,
        }
    }
}

/// How an event is perceived.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ModalityArg {
    /// Heard.
    Audible,
    /// Seen.
    Visible,
    /// Both at once.
    AudioVisual,
}

impl From<ModalityArg> for Modality {
    fn from(modality: ModalityArg) -> Self {
        match modality {
            ModalityArg::Audible => Self::Audible,
            ModalityArg::Visible => Self::Visible,
            ModalityArg::AudioVisual => Self::AudioVisual,
        }
    }
}

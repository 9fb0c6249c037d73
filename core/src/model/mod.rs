//! Layer 2: pre-processing, backbones, checkpoints, layer-centric distillation, heads.

pub mod backbones;
pub mod heads;
pub mod lcd;
pub mod prep;
pub mod weights;

pub mod params;
pub mod speed;

mod backbone_config;
mod bundle;
mod calibration;
mod class_names;
mod demo;
mod desc;
mod error;
mod familiarity;
mod frozen_layers;
mod head_catalogue;
mod head_file;
mod known;
mod manifest;
mod pair;
mod precision;
mod rounded;
mod run;
mod scale;
mod score_counts;
mod tag_classes;
mod verify;

pub use backbone_config::BackboneConfig;
pub use backbones::{
    Backbone, BackboneSpec, HtsAt, HtsAtConfig, LayerFeatures, LayerShape, ResNext, ResNextConfig,
    SwinV2, SwinV2Config, Vit, VitConfig, gelu,
};
pub use bundle::{
    Assembly, BackboneFile, Hearing, LoadedModel, ModelBundle, ModelInfo, Needs, TaskInfo, assemble,
};
pub use calibration::{
    Calibration, Counted, LeftOut, calibration_error, fit_temperatures, tempered,
};
pub use class_names::{CLASS_LISTS, class_names, known_classes};
pub use desc::{BackboneDesc, LoadAs};
pub use error::ModelError;
pub use familiarity::{Density, Familiarity, Numbers, describe};
pub use frozen_layers::{Answer, Back, FrozenLayer, FrozenLayers, Mix, Question};
pub use head_catalogue::HeadCatalogue;
pub use head_file::{HeadConfig, HeadFile, HeadNotes, write_head, write_head_into};
pub use heads::{
    AvelConfig, AvelOutput, Distillation, Granularity, Injection, InterModal, LocalizeHead,
    ParseConfig, ParseDecoder, ParseHead, ParseOutput, SegmentConfig, SegmentHead, SegmentOutput,
    TagConfig, TagHead, TagLists, TaskHead, TokenReading,
};
pub use known::{Hits, Known, KnownClass, LearnedFrom};
pub use lcd::{DpBranch, Lcd, LcdConfig};
pub use manifest::{
    BackboneEntry, HeadEntry, LocalizeEntry, Manifest, ParseEntry, SCHEMA, SegmentEntry,
};
pub use pair::{Backbones, FrozenPair, PairAbout, SideAbout};
pub(crate) use precision::Half;
pub use precision::{Precision, UnknownPrecision};
pub use prep::{FbankPrep, ImagePrep, Prep, SoundInput, SoundPrep};
pub use rounded::RoundingPrice;
pub use run::{FeatureSummary, run_features};
pub use scale::Scale;
pub use score_counts::{Offer, Reliable, ScoreCounts};
pub use tag_classes::{TagClasses, TagRow};
pub use verify::{Contents, Verdict, Verify};

//! What annotation programs exchange of a clip: marks in time and masks, as a neutral [`Sheet`], and a file for each format they
//! are read from and written in. A format knows the sheet and nothing else; its first lines say what it loses.

mod audacity;
mod coco_file;
mod cvat;
mod cvat_images;
mod cvat_runs;
mod eaf;
mod eaf_read;
mod format;
mod frames;
mod import;
mod kept;
mod label_studio;
mod lines;
mod made;
mod polygons;
mod read;
mod rfc4180;
mod rows;
mod sheet;
mod subtitles;
mod table;
mod text;
mod textgrid;
mod textgrid_read;
mod via;
mod xml;

pub use format::{Beside, MarkFormat};
pub use import::{Conflict, ImportPlan, Importing, plan};
pub use kept::{Kept, Share};
pub use made::{What, sheet_of};
pub use read::{ReadError, may_hold_marks, read_file};
pub use sheet::{By, Mark, MaskMark, Media, SecondScores, Sheet, Wrong};

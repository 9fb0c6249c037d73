//! `mettle models assemble`: a model for `analyze` and the window, of checkpoints that are here.

use std::path::{Path, PathBuf};

use clap::Args;
use mettle_core::base::{Labels, Task};
use mettle_core::model::{Assembly, ModelBundle, ModelInfo, TagClasses, assemble};
use mettle_core::tools::backbone_file;

use super::super::args::Asked;
use super::super::{Failure, output};

/// The word for heads from tags, instead of a folder; a folder of that name is `./tags`.
const TAGS: &str = "tags";

/// Options of `models assemble`.
#[derive(Args, Clone, Debug)]
pub struct AssembleArgs {
    /// The folder that becomes the model.
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// Who looks: a model of `mettle models list`, or a description in a .json file with its weights beside it.
    #[arg(
        long,
        value_name = "MODEL",
        default_value = "swinv2_large_window12_192"
    )]
    pub visual: String,
    /// Who listens: the same. The same model as --visual looks and listens with one copy of its weights.
    #[arg(long, value_name = "MODEL", default_value = "htsat_audioset")]
    pub audio: String,
    /// The checkpoint of who looks, where it is not among the weights that `mettle models path` finds.
    #[arg(long, value_name = "FILE")]
    pub visual_weights: Option<PathBuf>,
    /// The checkpoint of who listens.
    #[arg(long, value_name = "FILE")]
    pub audio_weights: Option<PathBuf>,
    /// A folder to look for weights in before the usual ones.
    #[arg(long, value_name = "DIR")]
    pub weights: Option<PathBuf>,
    /// Take over the heads of this model, which was trained on the same backbones; or `tags`: heads without training, made of
    /// what the backbones' own classifiers know.
    #[arg(long, value_name = "DIR|tags")]
    pub heads: Option<PathBuf>,
    /// Give it heads with random weights for these tasks, separated by commas.
    #[arg(long, value_enum, value_delimiter = ',', value_name = "TASKS")]
    pub untrained: Vec<Asked>,
    /// The classes of untrained heads and of those from tags, one a line; AVE's 28 for events and LLP's 25 for parsing without it.
    #[arg(long, value_name = "FILE")]
    pub labels: Option<PathBuf>,
    /// With --heads tags: which classes of AudioSet and ImageNet stand for classes of yours, as in assets/labels/tags.json.
    #[arg(long, value_name = "FILE")]
    pub tag_classes: Option<PathBuf>,
    /// Decides the random weights.
    #[arg(long, default_value = "0")]
    pub seed: u64,
    /// What to call it; the folder's name without it.
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
}

/// Make the folder a model, and say what it is.
pub fn run(args: &AssembleArgs) -> Result<(), Failure> {
    let folder = args.weights.as_deref();
    let visual = backbone_file(&args.visual, args.visual_weights.as_deref(), folder)?;
    let own = args.audio_weights.as_deref();
    // One backbone for both: the file given for one side is meant for the other too.
    let shared = own.is_none() && args.audio == args.visual;
    let own = if shared { Some(&*visual.weights) } else { own };
    let from_tags = args.heads.as_deref() == Some(Path::new(TAGS));
    if !from_tags && args.tag_classes.is_some() {
        return Err(Failure::Usage(
            "--tag-classes goes with --heads tags".into(),
        ));
    }
    let trained = args.heads.as_deref().filter(|_| !from_tags);
    let parts = Assembly {
        name: args.name.clone().unwrap_or_else(|| name_of(&args.folder)),
        audio: backbone_file(&args.audio, own, folder)?,
        visual,
        heads: trained.map(ModelBundle::open).transpose()?,
        tags: from_tags
            .then(|| tags(args.tag_classes.as_deref()))
            .transpose()?,
        untrained: tasks(&args.untrained),
        labels: args.labels.as_deref().map(labels).transpose()?,
        seed: args.seed,
    };
    let about = assemble(&args.folder, &parts)?.about();
    output::say(&told(&about, &args.folder))
}

/// What stands for what: our own rows, the user's before them.
pub(super) fn tags(file: Option<&Path>) -> Result<TagClasses, Failure> {
    let ours = TagClasses::ours()?;
    Ok(match file {
        Some(file) => ours.and(TagClasses::read(file)?),
        None => ours,
    })
}

fn tasks(asked: &[Asked]) -> Vec<Task> {
    let wanted = |task: &Task| {
        asked
            .iter()
            .any(|asked| asked.tasks(|_| true).contains(task))
    };
    Task::ALL.into_iter().filter(wanted).collect()
}

fn labels(file: &Path) -> Result<Labels, Failure> {
    let text = std::fs::read_to_string(file)
        .map_err(|error| Failure::Said(format!("{}: {error}", file.display())))?;
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    Ok(Labels::new(lines))
}

fn name_of(folder: &Path) -> String {
    let name = folder.file_name().unwrap_or(folder.as_os_str());
    name.to_string_lossy().into_owned()
}

fn told(about: &ModelInfo, folder: &Path) -> String {
    let tasks = about.tasks.iter().map(|task| {
        let random = match (task.untrained, task.from_tags) {
            (true, _) => ", UNTRAINED",
            (_, true) => ", from tags, not trained",
            _ => "",
        };
        format!(
            "  {}: {} classes{random}\n",
            task.task.name(),
            task.labels.len()
        )
    });
    let folder = folder.display();
    let tasks: String = tasks.collect();
    format!(
        "{}: {}\n{tasks}  `mettle analyze CLIP --model {folder} --task all` uses it\n",
        about.name, about.about
    )
}

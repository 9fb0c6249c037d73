//! The layout of AVE: `AVE/<id>.mp4`, `Annotations.txt` with a header, and three lists without one.

use std::path::Path;

use super::super::{CATEGORIES, Truth};
use super::{DatasetError, Item, Part, clip, with_folder, write_file};

pub(super) fn write_item(dir: &Path, item: &Item) -> Result<(), DatasetError> {
    let path = with_folder(dir.join("AVE").join(format!("{}.mp4", item.id)))?;
    Ok(clip::write_clip(&item.scene, &path)?)
}

pub(super) fn write_index(dir: &Path, items: &[Item]) -> Result<(), DatasetError> {
    let rows = |wanted: Option<Part>| -> String {
        let chosen = items
            .iter()
            .filter(|item| wanted.is_none_or(|part| item.part == part));
        chosen.map(row).collect()
    };
    let all = rows(None);
    write_file(
        dir.join("Annotations.txt"),
        format!("Category&VideoID&Quality&StartTime&EndTime\n{all}"),
    )?;
    write_file(dir.join("trainSet.txt"), rows(Some(Part::Train)))?;
    write_file(dir.join("valSet.txt"), rows(Some(Part::Val)))?;
    write_file(dir.join("testSet.txt"), rows(Some(Part::Test)))
}

/// `Category&VideoID&Quality&StartTime&EndTime`, seconds, half open. A clip without event is written as AVE writes its
/// only one: 0 to 0, under a class that is in it.
fn row(item: &Item) -> String {
    let truth = item.scene.truth();
    let happens = |label: &&usize| **label != Truth::BACKGROUND;
    let start = truth.labels.iter().position(|l| happens(&l)).unwrap_or(0);
    let length = truth.labels.iter().filter(happens).count();
    let in_it = truth.classes.first().map_or(0, |class| class.class);
    let class = truth.labels.iter().copied().find(|l| happens(&l));
    let category = CATEGORIES[class.unwrap_or(in_it)].label;
    let end = start + length;
    format!("{category}&{}&good&{start}&{end}\n", item.id)
}

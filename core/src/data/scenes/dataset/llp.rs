//! The layout of LLP: `video/<id>.mp4`, weak labels of every clip, and dense ones, a modality each, of validation and test,
//! or of all.

use std::path::Path;

use super::super::{CATEGORIES, ClassTruth};
use super::{DatasetError, Item, Part, clip, with_folder, write_file};
use crate::base::TimeSpan;

pub(super) fn write_item(dir: &Path, item: &Item) -> Result<(), DatasetError> {
    let path = with_folder(dir.join("video").join(format!("{}.mp4", item.id)))?;
    Ok(clip::write_clip(&item.scene, &path)?)
}

pub(super) fn write_index(
    dir: &Path,
    items: &[Item],
    by_seconds: bool,
) -> Result<(), DatasetError> {
    let weak = |wanted: Option<Part>| {
        let chosen = items
            .iter()
            .filter(|item| wanted.is_none_or(|part| item.part == part));
        let rows: String = chosen.map(weak_row).collect();
        format!("filename\tevent_labels\n{rows}")
    };
    write_file(dir.join("AVVP_dataset_full.csv"), weak(None))?;
    write_file(dir.join("AVVP_train.csv"), weak(Some(Part::Train)))?;
    write_file(dir.join("AVVP_val_pd.csv"), weak(Some(Part::Val)))?;
    write_file(dir.join("AVVP_test_pd.csv"), weak(Some(Part::Test)))?;
    let dense = |span: fn(&ClassTruth) -> Option<TimeSpan>| {
        let annotated = items
            .iter()
            .filter(|item| by_seconds || item.part != Part::Train);
        let rows: String = annotated.flat_map(|item| dense_rows(item, span)).collect();
        format!("filename\tonset\toffset\tevent_labels\n{rows}")
    };
    write_file(
        dir.join("AVVP_eval_audio.csv"),
        dense(|class| class.audible),
    )?;
    write_file(
        dir.join("AVVP_eval_visual.csv"),
        dense(|class| class.visible),
    )
}

fn filename(item: &Item) -> String {
    format!("{}_0_10", item.id)
}

fn label(class: &ClassTruth) -> &'static str {
    let category = &CATEGORIES[class.class];
    category.llp.unwrap_or(category.label)
}

fn weak_row(item: &Item) -> String {
    let labels: Vec<&str> = item.scene.truth().classes.iter().map(label).collect();
    format!("{}\t{}\n", filename(item), labels.join(","))
}

fn dense_rows(item: &Item, span: fn(&ClassTruth) -> Option<TimeSpan>) -> Vec<String> {
    let row = |class: &ClassTruth| {
        let span = span(class)?;
        let second = |t: crate::base::Time| t.micros() / 1_000_000;
        let (onset, offset) = (second(span.start), second(span.end));
        Some(format!(
            "{}\t{onset}\t{offset}\t{}\n",
            filename(item),
            label(class)
        ))
    };
    item.scene.truth().classes.iter().filter_map(row).collect()
}

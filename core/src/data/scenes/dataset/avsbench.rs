//! The layouts of AVSBench's two parts: a clip, five frames, their masks and the sound, and one table. The single-source
//! part has folders by split and category, and, as there, only the first frame of a training clip has a mask; the
//! multi-source part has folders by split, and all masks.

use std::path::{Path, PathBuf};

use image::ColorType;

use super::super::{CATEGORIES, RATE, SceneTask, Truth};
use super::{DatasetError, Item, Part, clip, with_folder, write_file};
use crate::media::wav;

/// Side of frames and masks; the dataset squeezes its clips into squares.
const SIDE: usize = 224;
const SINGLE: &str = "Single-source";
const MULTI: &str = "Multi-sources";

/// The folder name of what sounds.
fn category(item: &Item) -> &'static str {
    let truth: Truth = item.scene.truth();
    let sounding = truth.classes.iter().find(|class| class.audible.is_some());
    let category = sounding.map(|class| &CATEGORIES[class.class]);
    category.map_or("silent", |c| c.avsbench.unwrap_or(c.slug))
}

/// Where the files of one clip lie: the two parts name them differently.
struct Layout {
    video: PathBuf,
    /// The folder, and what comes before the number.
    frames: (PathBuf, String),
    masks: PathBuf,
    sound: PathBuf,
    /// Whether only the first frame has a mask.
    first_only: bool,
}

fn single(dir: &Path, item: &Item) -> Layout {
    let (id, data) = (&item.id, dir.join(SINGLE).join("s4_data"));
    let place = |kind: &str| {
        let folder = data.join(kind).join(item.part.name());
        folder.join(category(item))
    };
    Layout {
        video: place("raw_videos").join(format!("{id}.mp4")),
        frames: (place("visual_frames").join(id), id.clone()),
        masks: place("gt_masks").join(id),
        sound: place("audio_wav").join(format!("{id}.wav")),
        first_only: item.part == Part::Train,
    }
}

fn multi(dir: &Path, item: &Item) -> Layout {
    let (id, data) = (&item.id, dir.join(MULTI).join("ms3_data"));
    let split = item.part.name();
    Layout {
        video: data.join("raw_videos").join(format!("{id}.mp4")),
        // With the clip's ending inside the name, and no folder for the split.
        frames: (data.join("visual_frames").join(id), format!("{id}.mp4")),
        masks: data.join("gt_masks").join(split).join(id),
        sound: data.join("audio_wav").join(split).join(format!("{id}.wav")),
        first_only: false,
    }
}

pub(super) fn write_item(dir: &Path, item: &Item) -> Result<(), DatasetError> {
    let layout = match item.scene.options().task {
        SceneTask::SegmentMany => multi(dir, item),
        _ => single(dir, item),
    };
    clip::write_clip(&item.scene, &with_folder(layout.video)?)?;
    let stage = item.scene.stage(SIDE, SIDE);
    let (frames, stem) = layout.frames;
    for (k, second) in item.scene.seconds().into_iter().enumerate() {
        let (number, middle) = (k + 1, second.middle());
        let frame = stage.frame(middle);
        let path = frames.join(format!("{stem}_{number}.png"));
        png(path, &frame.data, ColorType::Rgb8)?;
        if k == 0 || !layout.first_only {
            let mask = stage.mask(middle);
            let path = layout.masks.join(format!("{}_{number}.png", item.id));
            png(path, &mask.data, ColorType::L8)?;
        }
    }
    let sound = wav(&halve(&item.scene.sound()), RATE / 2);
    write_file(layout.sound, sound)
}

pub(super) fn write_single_index(dir: &Path, items: &[Item]) -> Result<(), DatasetError> {
    let row = |item: &Item| format!("{},0,{},{}\n", item.id, category(item), item.part.name());
    let rows: String = items.iter().map(row).collect();
    let path = dir.join(SINGLE).join("s4_meta_data.csv");
    write_file(path, format!("name,start,category,split\n{rows}"))
}

pub(super) fn write_multi_index(dir: &Path, items: &[Item]) -> Result<(), DatasetError> {
    let row = |item: &Item| format!("{},{}\n", item.id, item.part.name());
    let rows: String = items.iter().map(row).collect();
    let path = dir.join(MULTI).join("ms3_meta_data.csv");
    write_file(path, format!("name,split\n{rows}"))
}

fn png(path: PathBuf, data: &[u8], colour: ColorType) -> Result<(), DatasetError> {
    let path = with_folder(path)?;
    let side = SIDE as u32;
    image::save_buffer(&path, data, side, side, colour)
        .map_err(|source| DatasetError::Picture { path, source })
}

/// Half the rate: a windowed sinc over 31 samples, every other sample kept.
fn halve(sound: &[f32]) -> Vec<f32> {
    const REACH: i64 = 15;
    let tap = |k: i64| {
        let x = k as f32 * std::f32::consts::FRAC_PI_2;
        let sinc = if k == 0 { 1.0 } else { x.sin() / x };
        let window = 0.5 + 0.5 * (std::f32::consts::PI * k as f32 / (REACH + 1) as f32).cos();
        0.5 * sinc * window
    };
    let taps: Vec<(i64, f32)> = (-REACH..=REACH).map(|k| (k, tap(k))).collect();
    let sample = |i: usize| {
        let part = |(k, weight): &(i64, f32)| {
            let at = usize::try_from(i as i64 + k).ok();
            weight * at.and_then(|at| sound.get(at)).copied().unwrap_or(0.0)
        };
        taps.iter().map(part).sum()
    };
    (0..sound.len()).step_by(2).map(sample).collect()
}

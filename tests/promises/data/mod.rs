//! Promises of data sets' folders: read as people have them, with all their quirks, and cut as published trainings cut them.

mod cuts;
mod quirks;
mod round_trip;

use std::fs;
use std::path::Path;

/// Files by name and text, in a folder; those named `.png` become a small picture, white where the text says so.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        match name.ends_with(".png") {
            true => picture(&path, text == &"white"),
            false => fs::write(path, text).unwrap(),
        }
    }
    dir
}

fn picture(path: &Path, white: bool) {
    let value = if white { 255 } else { 0 };
    let picture = image::GrayImage::from_pixel(4, 3, image::Luma([value]));
    picture.save(path).unwrap();
}

//! Makes the embedded demo anew from seeds, and prints its figures:
//!
//! ```text
//! cargo run --release -p mettle-tests --bin make-demo [-- FOLDER]
//! ```
//!
//! FOLDER instead of `assets/demo`. Backbones already in the folder are kept: delete them to train them again. All of
//! it takes about half an hour on two cores.

use std::path::PathBuf;

use mettle_core::data::demo::make_clips;
use mettle_core::train::{DemoRecipe, evaluate_folder, train_demo};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let here = concat!(env!("CARGO_MANIFEST_DIR"), "/../assets/demo");
    let out = std::env::args_os()
        .nth(1)
        .map_or_else(|| here.into(), PathBuf::from);
    std::fs::create_dir_all(out.join("clips"))?;
    make_clips(&out.join("clips"))?;
    train_demo(&out, &DemoRecipe::default(), |line| println!("{line}"))?;
    let report = evaluate_folder(&out, 200, 0)?;
    println!("unseen scenes: {report:#?}");
    Ok(())
}

//! Trains the embedded demo model from seeds and prints its figures: `cargo run --release -p mettle-tests --bin make-demo`.
//! About half an hour on two cores. A folder as argument receives it instead of `assets/demo`.

use std::path::PathBuf;

use mettle_core::train::{DemoRecipe, evaluate_folder, train_demo};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let here = concat!(env!("CARGO_MANIFEST_DIR"), "/../assets/demo");
    let out = std::env::args_os()
        .nth(1)
        .map_or_else(|| here.into(), PathBuf::from);
    let mut recipe = DemoRecipe::default();
    let number = |name: &str| {
        std::env::var(name)
            .ok()
            .and_then(|n| n.parse::<usize>().ok())
    };
    if let Some(n) = number("PICTURE_STEPS") {
        recipe.picture_steps.0 = n;
    }
    if let Some(n) = number("SOUND_STEPS") {
        recipe.sound_steps.0 = n;
    }
    if let Some(n) = number("HEAD_SCENES") {
        recipe.head_scenes = (n, n / 5);
    }
    if let Some(n) = number("HEAD_EPOCHS") {
        recipe.head_epochs = n;
    }
    train_demo(&out, &recipe, |line| println!("{line}"))?;
    println!("{:?}", evaluate_folder(&out, 200, 0)?);
    Ok(())
}

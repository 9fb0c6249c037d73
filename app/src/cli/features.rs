//! `mettle features`: every layer's output for inputs in a file.

use mettle_core::gpu::Prober;
use mettle_core::tools::features_of_file;

use super::args::FeaturesArgs;
use super::{Failure, output};

/// Run a backbone over a file.
pub fn run(args: &FeaturesArgs) -> Result<(), Failure> {
    let (done, device) = features_of_file(
        &args.model,
        &args.weights,
        &args.input,
        &args.out,
        args.device,
        args.precision,
        &Prober::this_program(),
    )?;
    let mut text = format!("{} inputs on {}\n", done.inputs, device.name);
    for (index, layer) in done.layers.iter().enumerate() {
        let (rows, columns) = layer.grid;
        text.push_str(&format!(
            "layer.{index}: [{}, {}, {}], grid {rows}×{columns}, stage {}\n",
            done.inputs, layer.tokens, layer.width, layer.stage
        ));
    }
    text.push_str(&format!("written to {}\n", args.out.display()));
    output::say(&text)
}

//! Pre-processing, backbones, checkpoints, distillation and heads, against references nobody here wrote.

pub mod golden;

mod assemble;
mod backbones;
mod backbones_vit_resnext;
mod bf16;
mod bundle;
mod distillation;
mod formats;
mod front_ends;
mod hostile;
mod kernels;
mod keys;
mod localize;
mod operations;
mod parameters;
mod precision;
mod speed;
pub mod tag_heads;
mod tag_scales;
mod vectors;

//! Layer 2: pre-processing, backbones, checkpoints, layer-centric distillation, heads.

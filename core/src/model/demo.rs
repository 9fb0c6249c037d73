//! The model embedded in the program.

/// Every file of the demo bundle, by name.
pub(super) const FILES: &[(&str, &[u8])] = &[
    (
        "model.json",
        include_bytes!("../../../assets/demo/model.json"),
    ),
    (
        "visual.safetensors",
        include_bytes!("../../../assets/demo/visual.safetensors"),
    ),
    (
        "audio.safetensors",
        include_bytes!("../../../assets/demo/audio.safetensors"),
    ),
    (
        "localize.safetensors",
        include_bytes!("../../../assets/demo/localize.safetensors"),
    ),
];

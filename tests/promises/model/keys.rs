//! Checkpoints load under every name upstream uses, and what does not fit is reported at once, with shapes.

use std::collections::HashMap;
use std::path::Path;

use burn::tensor::{Device, Tensor};
use mettle_core::model::weights::{Names, RawTensor, StateDict, load_into, read_checkpoint};
use mettle_core::model::{HtsAtConfig, ModelError, SwinV2, SwinV2Config};
use safetensors::Dtype;
use safetensors::tensor::TensorView;

use super::golden::{GoldenFile, path};

fn config() -> SwinV2Config {
    let io = GoldenFile::read("swinv2_a.io.safetensors");
    serde_json::from_value(io.config).unwrap()
}

fn golden() -> StateDict {
    read_checkpoint(&path("swinv2_a.weights.safetensors")).unwrap()
}

fn load(state: StateDict) -> Result<SwinV2, ModelError> {
    let model = config().init(&Device::flex()).unwrap();
    load_into(model, state, Names::SwinV2, Path::new("some.safetensors"))
}

fn last(model: &SwinV2) -> Vec<f32> {
    let device = Device::flex();
    let input = GoldenFile::read("swinv2_a.io.safetensors").tensor::<4>("input", &device);
    model.forward(input).final_norm.try_into_vec_as().unwrap()
}

/// Writes tensors as a safetensors file.
fn write(state: &StateDict, dtype: Dtype, path: &Path) {
    let bytes: HashMap<&str, (Vec<u8>, Vec<usize>)> = state
        .iter()
        .map(|(name, tensor)| {
            let values = tensor.to_f32().unwrap();
            let bytes = match dtype {
                Dtype::F16 => words(&values, |v| half::f16::from_f32(v).to_le_bytes()),
                Dtype::BF16 => words(&values, |v| half::bf16::from_f32(v).to_le_bytes()),
                _ => values.iter().flat_map(|v| v.to_le_bytes()).collect(),
            };
            (name.as_str(), (bytes, tensor.shape.clone()))
        })
        .collect();
    let views = bytes.iter().map(|(name, (bytes, shape))| {
        (*name, TensorView::new(dtype, shape.clone(), bytes).unwrap())
    });
    safetensors::serialize_to_file(views, None, path).unwrap();
}

fn words(values: &[f32], word: impl Fn(f32) -> [u8; 2]) -> Vec<u8> {
    values.iter().flat_map(|v| word(*v)).collect()
}

fn renamed(state: StateDict, name: impl Fn(&str) -> String) -> StateDict {
    state
        .into_iter()
        .map(|(key, tensor)| (name(&key), tensor))
        .collect()
}

/// Microsoft's file and timm before 0.9 merge at the end of a stage and call the classifier `head`.
#[test]
fn the_old_layout_loads_the_same() {
    let old = renamed(golden(), |key| {
        let key = key.replace("head.fc.", "head.");
        (1..4)
            .fold(key, |key, stage| {
                let (new, old) = (
                    format!("layers.{stage}.downsample."),
                    format!("layers.{}.downsample.", stage - 1),
                );
                match key.starts_with(&new) {
                    true => key.replacen(&new, &format!("~{old}"), 1),
                    false => key,
                }
            })
            .replace('~', "")
    });
    assert!(old.contains_key("layers.0.downsample.reduction.weight"));
    assert!(!old.contains_key("layers.3.downsample.reduction.weight"));
    assert_eq!(last(&load(old).unwrap()), last(&load(golden()).unwrap()));
}

/// Tables that older files carry are recomputed, not missed and not complained of.
#[test]
fn recomputed_tables_may_be_there() {
    let mut state = golden();
    let any: RawTensor = state["norm.bias"].clone();
    for name in ["relative_position_index", "relative_coords_table"] {
        state.insert(format!("layers.0.blocks.1.attn.{name}"), any.clone());
    }
    state.insert("layers.0.blocks.1.attn_mask".into(), any);
    load(state).unwrap();
}

/// Missing, left over and mis-shaped names come in one error, with shapes and the file.
#[test]
fn one_error_says_everything() {
    let mut state = golden();
    let proj = state.remove("layers.0.blocks.1.attn.proj.weight").unwrap();
    state.insert("layers.0.blocks.1.attn.prj.weight".into(), proj);
    let bias = state["norm.bias"].clone();
    state.insert("patch_embed.norm.bias".into(), bias);
    let error = load(state).unwrap_err();
    let ModelError::Keys(report) = &error else {
        panic!("{error}");
    };
    let (missing, left) = (&report.missing, &report.unexpected);
    assert_eq!(
        *missing,
        [("layers.0.blocks.1.attn.proj.weight".into(), vec![8, 8])]
    );
    assert_eq!(
        *left,
        [("layers.0.blocks.1.attn.prj.weight".into(), vec![8, 8])]
    );
    assert_eq!(report.misshaped.len(), 1);
    assert_eq!(report.misshaped[0].key, "patch_embed.norm.bias");
    assert_eq!(
        (&report.misshaped[0].expected, &report.misshaped[0].found),
        (&vec![8], &vec![64])
    );
    let text = error.to_string();
    for part in [
        "some.safetensors",
        "prj.weight [8, 8]",
        "proj.weight",
        "is [64], not [8]",
    ] {
        assert!(text.contains(part), "{part:?} not in {text}");
    }
}

/// What is wrong with a file in another layout than ours is said in the file's own names.
#[test]
fn errors_name_what_the_file_has() {
    let mut old = renamed(golden(), |key| {
        let key = key
            .replace("head.fc.", "head.")
            .replace("layers.1.downsample.", "layers.0.downsample.")
            .replace("layers.2.downsample.", "layers.1.downsample.")
            .replace("layers.3.downsample.", "layers.2.downsample.");
        key.replace(".cpb_mlp.fc1.", ".cpb_mlp.0.")
            .replace(".cpb_mlp.fc2.", ".cpb_mlp.2.")
    });
    let merge = "layers.1.downsample.norm.bias";
    old.remove(merge).unwrap();
    let cpb = "layers.0.blocks.0.attn.cpb_mlp.0.bias";
    let wrong = old["layers.0.blocks.0.norm1.bias"].clone();
    old.insert(cpb.into(), wrong);
    let ModelError::Keys(report) = load(old).unwrap_err() else {
        panic!("another error");
    };
    assert_eq!(report.missing[0].0, merge);
    assert_eq!(report.misshaped[0].key, cpb);
}

/// HTS-AT's own checkpoints have a prefix, and so have the names in an error.
#[test]
fn a_prefix_stays_in_errors() {
    let io = GoldenFile::read("htsat_b.io.safetensors");
    let config = HtsAtConfig {
        num_classes: 0,
        ..serde_json::from_value(io.config).unwrap()
    };
    let mut state = read_checkpoint(&path("htsat_b.ckpt")).unwrap();
    let name = "state_dict.sed_model.layers.0.blocks.0.norm1.bias";
    let norm = state.remove(name).unwrap();
    state.insert(name.replace("norm1", "nrm1"), norm);
    let model = config.init(&Device::flex()).unwrap();
    let Err(ModelError::Keys(report)) = load_into(model, state, Names::HtsAt, Path::new("h"))
    else {
        panic!("loaded");
    };
    assert_eq!(report.missing[0].0, name);
    assert_eq!(report.unexpected[0].0, name.replace("norm1", "nrm1"));
}

/// A matrix of the right size the wrong way round is mis-shaped, in the checkpoint's order of axes.
#[test]
fn a_transposed_matrix_is_misshaped() {
    let mut state = golden();
    let wrong = state["layers.0.blocks.0.mlp.fc2.weight"].clone();
    state.insert("layers.0.blocks.0.mlp.fc1.weight".into(), wrong);
    let ModelError::Keys(report) = load(state).unwrap_err() else {
        panic!("another error");
    };
    assert_eq!(report.misshaped[0].expected, [32, 8]);
    assert_eq!(report.misshaped[0].found, [8, 32]);
}

/// Half-precision files load as f32: the same, to the bit, as a full-precision file of the rounded values.
#[test]
fn half_precision_loads_as_f32() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("weights.safetensors");
    let through = |dtype, state: &StateDict| {
        write(state, dtype, &file);
        let read = read_checkpoint(&file).unwrap();
        (last(&load(read.clone()).unwrap()), read)
    };
    let (full, _) = through(Dtype::F32, &golden());
    for dtype in [Dtype::F16, Dtype::BF16] {
        let (half, rounded) = through(dtype, &golden());
        let copy = dir.path().join("rounded.safetensors");
        write(&rounded, Dtype::F32, &copy);
        let expected = last(&load(read_checkpoint(&copy).unwrap()).unwrap());
        assert_eq!(half, expected);
        assert_ne!(half, full);
    }
}

/// The Lightning checkpoint holds the same names as the safetensors form would, optimiser state and all left aside.
#[test]
fn the_lightning_checkpoint_is_read() {
    let state = read_checkpoint(&path("htsat_b.ckpt")).unwrap();
    let own = "state_dict.sed_model.";
    assert!(state.keys().all(|key| key.starts_with(own)));
    let index = &state["state_dict.sed_model.layers.0.blocks.0.attn.relative_position_index"];
    assert_eq!(index.shape, [16, 16]);
    assert_eq!(index.to_f32().unwrap()[..2], [24.0, 23.0]);
}

/// Files that are no checkpoints are refused in words.
#[test]
fn other_files_are_refused_in_words() {
    let dir = tempfile::tempdir().unwrap();
    let file = |name: &str, bytes: &[u8]| {
        let path = dir.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        read_checkpoint(&path).unwrap_err().to_string()
    };
    assert!(file("empty.ckpt", b"").contains("is empty"));
    assert!(file("text.safetensors", b"hello, this is a text").contains("neither"));
    assert!(file("other.pth", b"\x80\x02\x8a\x0al\xfc\x9c\x46").contains("not one that PyTorch"));
    assert!(file("cut.ckpt", b"PK\x03\x04rest").contains("damaged"));
    let weights = std::fs::read(path("swinv2_a.weights.safetensors")).unwrap();
    assert!(file("cut.safetensors", &weights[..weights.len() / 2]).contains("damaged"));
    let missing = read_checkpoint(&dir.path().join("none.ckpt")).unwrap_err();
    assert!(missing.to_string().contains("none.ckpt"));
    assert!(read_checkpoint(dir.path()).is_err());
}

/// Loaded weights can be trained: gradients come back once the module is taken to training.
#[test]
fn loaded_weights_can_be_trained() {
    let device = Device::flex().autodiff();
    let model = config().init(&device).unwrap();
    let model = load_into(model, golden(), Names::SwinV2, Path::new("w")).unwrap();
    let input = Tensor::<4>::ones([1, 3, 64, 64], &device);
    let loss = model.forward(input).layers.pop().unwrap().sum();
    let grads = burn::optim::GradientsParams::from_grads(loss.backward(), &model);
    assert!(grads.len() > 100, "{}", grads.len());
}

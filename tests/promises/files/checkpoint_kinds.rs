//! What a model does not need may be of any kind; what is no checkpoint is called what it is, with what to do about it.

use std::path::Path;

use mettle_core::model::ModelBundle;
use mettle_core::model::weights::read_checkpoint;
use safetensors::Dtype;
use safetensors::tensor::TensorView;

use super::vit::{features, features_of, path};

/// complex64, F8, unsigned and sparse tensors that no model has a place for, and a NumPy scalar that Python 2 wrote.
#[test]
fn what_nobody_needs_is_no_reason_to_refuse() {
    let expected = features("plain.pth").unwrap();
    for file in ["unneeded.pth", "unneeded_old.pth", "python2.pth"] {
        match features(file) {
            Ok(found) => assert_eq!(found, expected, "{file}"),
            Err(error) => panic!("{file}: {error}"),
        }
    }
}

#[test]
fn the_same_in_safetensors() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("f8.safetensors");
    let state = read_checkpoint(&path("plain.pth")).unwrap();
    let values = |name: &str| -> Vec<u8> {
        let values = state[name].to_f32().unwrap();
        values.iter().flat_map(|v| v.to_le_bytes()).collect()
    };
    let bytes: Vec<_> = state.keys().map(|name| (name, values(name))).collect();
    let eight = [0_u8; 8];
    let write = |odd: &str, dtype: Dtype, shape: Vec<usize>| {
        let views = bytes.iter().filter(|(name, _)| *name != odd);
        let views = views.map(|(name, bytes)| {
            let view = TensorView::new(Dtype::F32, state[*name].shape.clone(), bytes).unwrap();
            (name.to_string(), view)
        });
        let odd = (
            odd.to_owned(),
            TensorView::new(dtype, shape, &eight).unwrap(),
        );
        safetensors::serialize_to_file(views.chain([odd]), None, &file).unwrap();
        features_of(read_checkpoint(&file).unwrap())
    };
    let expected = features("plain.pth").unwrap();
    assert_eq!(write("freqs", Dtype::C64, vec![1]).unwrap(), expected);
    assert_eq!(write("scale", Dtype::F8_E4M3, vec![8]).unwrap(), expected);
    let error = write("norm.bias", Dtype::F8_E4M3, vec![8]).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("unreadable (1): norm.bias has elements of F8_E4M3"),
        "{error}"
    );
}

/// Where the model needs it, the error names the tensor and the reason.
#[test]
fn what_is_needed_and_not_read_is_named() {
    let error = features("needed.pth").unwrap_err().to_string();
    assert!(
        error.contains("unreadable (1): norm.weight has elements of float8_e4m3fn"),
        "{error}"
    );
    let error = features("quantised.pth").unwrap_err().to_string();
    assert!(error.contains("quantised"), "{error}");
    assert!(
        error.contains("take the checkpoint in floating point"),
        "{error}"
    );
}

#[test]
fn programs_and_arrays_are_called_so() {
    for (file, is, advice) in [
        (
            "script.pt",
            "TorchScript",
            "torch.jit.load(FILE).state_dict()",
        ),
        ("arrays.pth", "NumPy arrays", "torch.from_numpy"),
        ("arrays.npz", "NumPy archive", "PyTorch or safetensors"),
        (
            "arrays_compressed.npz",
            "NumPy archive",
            "PyTorch or safetensors",
        ),
        ("array.npy", "NumPy array", "PyTorch or safetensors"),
    ] {
        let error = read_checkpoint(&path(file)).unwrap_err().to_string();
        assert!(error.contains(is) && error.contains(advice), "{error}");
    }
}

#[test]
fn downloads_that_are_something_else_are_called_so() {
    let dir = tempfile::tempdir().unwrap();
    let said = |bytes: &[u8]| {
        let file = dir.path().join("weights.pth");
        std::fs::write(&file, bytes).unwrap();
        read_checkpoint(&file).unwrap_err().to_string()
    };
    let lfs = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 790321412\n";
    let index = r#"{"metadata": {"total_size": 9}, "weight_map": {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}}"#;
    // An index whose ninth byte is a brace, where safetensors' header begins.
    let short = r#"{ "m":{ {"#;
    for (bytes, is, advice) in [
        (
            lfs,
            "Git LFS pointer, not the checkpoint of 790 MB",
            "git lfs pull",
        ),
        (
            "\u{feff}\n<!DOCTYPE html><html>",
            "web page",
            "fetch the file itself",
        ),
        (
            "<?xml version=\"1.0\"?><Error>",
            "web page",
            "fetch the file itself",
        ),
        (
            index,
            "index of a checkpoint kept in 2 files (model-00001-of-00002.safetensors",
            "save_file",
        ),
        (short, "JSON text", "take the file of weights"),
        ("\u{1f}\u{8b}\u{8}", "neither", ""),
    ] {
        let error = said(bytes.as_bytes());
        assert!(error.contains(is) && error.contains(advice), "{error}");
        assert!(error.contains("weights.pth"), "{error}");
    }
    assert!(said(b"\x1f\x8b\x08\0rest").contains("gzip: unpack it"));
    let mut tar = vec![0; 512];
    tar[257..262].copy_from_slice(b"ustar");
    assert!(said(&tar).contains("tar archive: unpack it"));
}

#[test]
fn an_address_is_no_file() {
    let address = Path::new("https://example.org/swin.pth");
    let error = read_checkpoint(address).unwrap_err().to_string();
    assert!(
        error.contains("web address") && error.contains("download it first"),
        "{error}"
    );
    let error = ModelBundle::open(Path::new("https://example.org/model")).unwrap_err();
    assert!(error.to_string().contains("download it first"), "{error}");
    let error = read_checkpoint(Path::new("C:/none.pth"))
        .unwrap_err()
        .to_string();
    assert!(!error.contains("web address"), "{error}");
}

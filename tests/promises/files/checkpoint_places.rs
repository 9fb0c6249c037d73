//! Wherever in a checkpoint the weights are, and under whatever names before the model's own, the features are the same.

use mettle_core::model::weights::{StateDict, read_checkpoint};

use super::vit::{features, features_of, path};

#[track_caller]
fn the_same(files: &[&str]) {
    let expected = features("plain.pth").unwrap();
    assert!(expected.iter().all(|v| v.is_finite()));
    for file in files {
        match features(file) {
            Ok(found) => assert_eq!(found, expected, "{file}"),
            Err(error) => panic!("{file}: {error}"),
        }
    }
}

/// A stem of 21 letters makes the archive's first directory entry as long as PyTorch's zip64 records, 76 bytes.
#[test]
fn whatever_the_file_is_called() {
    the_same(&[
        "swinv2_large_finetun.pth",
        "swinv2_large_finetune.pth",
        "swinv2_large_finetuned.pth",
    ]);
}

#[test]
fn under_whatever_key_the_dictionary_is() {
    the_same(&[
        "under_model_state_dict.pth",
        "under_net.pth",
        "under_module.pth",
        "under_ema.pth",
        "under_state_dict_ema.pth",
        "under_model_ema.pth",
        "nested_twice.pth",
    ]);
}

#[test]
fn as_pytorch_wraps_and_marks_them() {
    the_same(&["wrapped.pth", "attributes.pth"]);
}

fn plain() -> StateDict {
    read_checkpoint(&path("plain.pth")).unwrap()
}

fn behind(prefix: &str) -> impl Iterator<Item = (String, mettle_core::model::weights::RawTensor)> {
    let prefix = prefix.to_owned();
    plain()
        .into_iter()
        .map(move |(key, tensor)| (format!("{prefix}{key}"), tensor))
}

#[test]
fn behind_whatever_prefix_the_names_are() {
    let expected = features("plain.pth").unwrap();
    for prefix in [
        "module.",
        "_orig_mod.",
        "module._orig_mod.",
        "_orig_mod.module.",
        "model.",
        "backbone.",
        "encoder.",
        "student.backbone.module.",
    ] {
        let mut state: StateDict = behind(prefix).collect();
        // Of a larger model: a decoder of which some names end as the backbone's do.
        for name in ["norm.weight", "norm.bias", "blocks.0.norm1.weight"] {
            state.insert(format!("decoder.{name}"), plain()[name].clone());
        }
        assert_eq!(features_of(state).unwrap(), expected, "{prefix}");
    }
}

/// With its running average beside it, the model itself is taken, whatever their order.
#[test]
fn a_model_that_is_there_twice_is_taken_once() {
    let expected = features("plain.pth").unwrap();
    for (own, average) in [("model.", "model_ema."), ("state_dict.", "state_dict_ema.")] {
        let other = plain()["norm.bias"].clone();
        let mut state: StateDict = behind(own).chain(behind(average)).collect();
        state.insert(format!("{average}norm.weight"), other);
        assert_eq!(features_of(state).unwrap(), expected, "{own}");
    }
}

/// Of two towers with the same names the one with the model's shapes is taken.
#[test]
fn a_tower_of_another_width_is_not_taken() {
    let expected = features("plain.pth").unwrap();
    let mut state: StateDict = behind("visual.").collect();
    let wide = plain()["blocks.0.attn.qkv.bias"].clone();
    for (key, _) in plain() {
        state.insert(format!("audio.{key}"), wide.clone());
    }
    assert_eq!(features_of(state).unwrap(), expected);
}

/// What is missing is named as the file would name it, the keys that lead there included.
#[test]
fn an_error_names_the_place() {
    let mut state = read_checkpoint(&path("nested_twice.pth")).unwrap();
    state.remove("checkpoint.state_dict.norm.bias").unwrap();
    let error = features_of(state).unwrap_err().to_string();
    assert!(
        error.contains("missing (1): checkpoint.state_dict.norm.bias [8]"),
        "{error}"
    );
    assert!(!error.contains("left over"), "{error}");
}

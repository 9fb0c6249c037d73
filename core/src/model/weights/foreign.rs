//! Files that people take for checkpoints: what each is, and what to do instead.

use serde_json::Value;

/// First bytes of other formats, and what to say.
const FORMATS: [(&[u8], &str); 6] = [
    (
        b"\x93NUMPY",
        "is a NumPy array (.npy), not a checkpoint: take the model's PyTorch or safetensors file",
    ),
    (
        b"\x89HDF",
        "is a Keras or HDF5 file, whose arrays have other names and axes: take the model's PyTorch or safetensors file",
    ),
    (
        b"GGUF",
        "is a GGUF file of quantised weights: take the model's PyTorch or safetensors file",
    ),
    (b"\x1f\x8b", "is compressed with gzip: unpack it first"),
    (b"7z\xbc\xaf\x27\x1c", "is a 7z archive: unpack it first"),
    (
        b"\x28\xb5\x2f\xfd",
        "is compressed with zstd: unpack it first",
    ),
];
/// Where a tar archive says that it is one.
const TAR: std::ops::Range<usize> = 257..262;
/// How a pointer of Git LFS begins.
const LFS: &str = "version https://git-lfs.github.com/spec/";
/// So many bytes are looked at, and the longest JSON text read.
const HEAD: usize = 512;
const LONGEST_JSON: usize = 64 << 20;

/// What a file is that is neither safetensors nor PyTorch's, in words to follow its name.
pub(super) fn what(bytes: &[u8]) -> String {
    let known = FORMATS.iter().find(|(start, _)| bytes.starts_with(start));
    if let Some((_, what)) = known {
        return (*what).to_owned();
    }
    if bytes.get(TAR) == Some(b"ustar") {
        return "is a tar archive: unpack it first".into();
    }
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(HEAD)]);
    let head = head.trim_start_matches('\u{feff}').trim_start();
    let start = head.to_ascii_lowercase();
    if let Some(pointer) = head.strip_prefix(LFS) {
        return lfs(pointer);
    }
    if ["<!doctype html", "<html", "<head", "<?xml", "<!--"]
        .iter()
        .any(|tag| start.starts_with(tag))
    {
        return "is a web page, not a checkpoint: the download brought a log-in or an error page; fetch the file itself".into();
    }
    if start.starts_with('{') && bytes.len() <= LONGEST_JSON {
        return json(bytes);
    }
    "is neither a safetensors file nor a PyTorch checkpoint".into()
}

/// A pointer that stands in for the file.
fn lfs(pointer: &str) -> String {
    let size = pointer.lines().find_map(|line| line.strip_prefix("size "));
    let size = size.and_then(|size| size.trim().parse::<u64>().ok());
    let size = size.map_or(String::new(), |size| {
        format!(" of {:.0} MB", size as f64 / 1e6)
    });
    format!(
        "is a Git LFS pointer, not the checkpoint{size} that it stands for: run `git lfs pull` in that repository, or download the file itself"
    )
}

fn json(bytes: &[u8]) -> String {
    let index = serde_json::from_slice::<Value>(bytes).ok();
    let map = index.as_ref().and_then(|index| index.get("weight_map"));
    let Some(map) = map.and_then(Value::as_object) else {
        return "is a JSON text, not a checkpoint: a description or an error message; take the file of weights".into();
    };
    let files: std::collections::BTreeSet<&str> = map.values().filter_map(Value::as_str).collect();
    let first = files.first().copied().unwrap_or_default();
    format!(
        "is the index of a checkpoint kept in {} files ({first} and so on), which are not read one by one: join them. \
         In Python: from safetensors.torch import load_file, save_file; \
         save_file({{k: v for f in FILES for k, v in load_file(f).items()}}, \"joined.safetensors\")",
        files.len()
    )
}

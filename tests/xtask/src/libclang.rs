//! Which libclang bindgen will take: the search of the crate `clang-sys` 1.x, followed step by step.

use std::path::{Path, PathBuf};
use std::process::Command;

const LINUX: [&str; 7] = [
    "/usr/local/llvm*/lib*",
    "/usr/local/lib*/*/*",
    "/usr/local/lib*/*",
    "/usr/local/lib*",
    "/usr/lib*/*/*",
    "/usr/lib*/*",
    "/usr/lib*",
];
const MACOS: [&str; 4] = [
    "/usr/local/opt/llvm*/lib/llvm*/lib",
    "/Library/Developer/CommandLineTools/usr/lib",
    "/Applications/Xcode.app/Contents/Developer/Toolchains/XcodeDefault.xctoolchain/usr/lib",
    "/usr/local/opt/llvm*/lib",
];
const WINDOWS: [&str; 2] = ["C:/Program Files*/LLVM/bin", "C:/LLVM/bin"];

/// The file that `LIBCLANG_PATH` names, or else the newest library that the search finds; of equals, the one found first.
pub fn chosen() -> Option<PathBuf> {
    if let Some(file) = named().filter(|path| path.is_file()) {
        return Some(file);
    }
    let found: Vec<PathBuf> = folders().iter().flat_map(|f| libraries_in(f)).collect();
    found.into_iter().rev().max_by_key(|path| version(path))
}

/// Where it looks: where `LIBCLANG_PATH` says and nowhere else, or beside `llvm-config`, on the linker's paths, and in the
/// system's usual folders.
fn folders() -> Vec<PathBuf> {
    if let Some(folder) = named() {
        return vec![folder];
    }
    let llvm = Command::new("llvm-config").arg("--prefix").output().ok();
    let llvm = llvm.map(|said| PathBuf::from(String::from_utf8_lossy(&said.stdout).trim()));
    let llvm = llvm
        .into_iter()
        .flat_map(|prefix| ["bin", "lib", "lib64"].map(|f| prefix.join(f)));
    let linker = ["LD_LIBRARY_PATH", "LIBRARY_PATH"]
        .into_iter()
        .filter_map(std::env::var_os)
        .flat_map(|paths| std::env::split_paths(&paths).collect::<Vec<_>>());
    let usual: &[&str] = match std::env::consts::OS {
        "macos" => &MACOS,
        "windows" => &WINDOWS,
        _ => &LINUX,
    };
    let usual = usual.iter().flat_map(|pattern| matching(pattern));
    llvm.chain(linker).chain(usual).collect()
}

fn named() -> Option<PathBuf> {
    std::env::var_os("LIBCLANG_PATH").map(PathBuf::from)
}

/// The folders that a pattern stands for; a star stands for any part of one name.
fn matching(pattern: &str) -> Vec<PathBuf> {
    let mut parts = pattern.split('/');
    let mut found = vec![PathBuf::from(format!(
        "{}/",
        parts.next().unwrap_or_default()
    ))];
    for part in parts {
        found = match part.split_once('*') {
            None => found.into_iter().map(|folder| folder.join(part)).collect(),
            Some((start, _)) => found
                .iter()
                .flat_map(|folder| starting(folder, start))
                .collect(),
        };
    }
    found
}

fn starting(folder: &Path, start: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = entries
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(start))
        .map(|entry| entry.path())
        .collect();
    found.sort();
    found
}

fn libraries_in(folder: &Path) -> Vec<PathBuf> {
    let mut found = starting(folder, "libclang");
    found.retain(|path| is_libclang(&path.file_name().unwrap_or_default().to_string_lossy()));
    found
}

/// `libclang-cpp` is another library with another interface: bindgen passes over it.
fn is_libclang(name: &str) -> bool {
    let shared = match std::env::consts::OS {
        "macos" => return name == "libclang.dylib",
        "windows" => return name == "libclang.dll",
        _ => name.ends_with(".so") || name.contains(".so."),
    };
    let named = name.starts_with("libclang.so") || name.starts_with("libclang-");
    shared && named && !name.contains("-cpp.")
}

fn version(path: &Path) -> Vec<u32> {
    let name = path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let version = match name.strip_prefix("libclang.so.") {
        Some(version) => version,
        None => match name.strip_prefix("libclang-") {
            Some(rest) => &rest[..rest.len().saturating_sub(3)],
            None => return Vec::new(),
        },
    };
    version
        .split('.')
        .map(|part| part.parse().unwrap_or(0))
        .collect()
}

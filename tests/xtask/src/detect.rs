//! Looking at the system: which programs, libraries and drivers are there.

use std::path::Path;
use std::process::{Command, Stdio};

/// Whether a program starts and succeeds.
pub fn runs(program: &str, args: &[&str]) -> bool {
    let status = Command::new(program)
        .args(args)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    status.is_ok_and(|status| status.success())
}

/// Whether pkg-config knows a library, or `FFMPEG_DIR` stands in for it.
pub fn has_library(name: &str) -> bool {
    let by_folder = name.starts_with("lib") && std::env::var_os("FFMPEG_DIR").is_some();
    by_folder || runs("pkg-config", &["--exists", name])
}

/// Whether installing needs no `sudo`.
pub fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|id| id.stdout.trim_ascii() == b"0")
}

/// Folders in which Linux distributions and Homebrew keep shared libraries.
const LIBRARY_FOLDERS: [&str; 8] = [
    "/usr/lib",
    "/usr/lib64",
    "/lib64",
    "/usr/local/lib",
    "/usr/lib/x86_64-linux-gnu",
    "/usr/lib/aarch64-linux-gnu",
    "/opt/homebrew/opt/llvm/lib",
    "/usr/local/opt/llvm/lib",
];

/// Whether a shared library lies in one of the usual folders.
pub fn has_shared_library(file: &str) -> bool {
    LIBRARY_FOLDERS
        .iter()
        .any(|folder| Path::new(folder).join(file).exists())
}

/// Whether there is a libclang for bindgen to load.
pub fn has_libclang() -> bool {
    let holds_libclang = |folder: &Path| {
        let names = std::fs::read_dir(folder)
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.file_name());
        names
            .filter_map(|name| name.into_string().ok())
            // libclang-cpp is another library with another interface: bindgen passes over it.
            .filter(|name| !name.contains("-cpp."))
            .any(|name| {
                name.starts_with("libclang.so")
                    || name.starts_with("libclang-") && name.contains(".so")
                    || name == "libclang.dylib"
            })
    };
    let llvm_folders = std::fs::read_dir("/usr/lib")
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path());
    let llvm_folders = llvm_folders
        .filter(|path| path.to_string_lossy().contains("/llvm"))
        .map(|path| path.join("lib"));
    let xcode = Path::new("/Library/Developer/CommandLineTools/usr/lib").to_path_buf();
    std::env::var_os("LIBCLANG_PATH").is_some()
        || LIBRARY_FOLDERS
            .iter()
            .map(|f| Path::new(f).to_path_buf())
            .chain(llvm_folders)
            .chain([xcode])
            .any(|f| holds_libclang(&f))
}

/// Whether any Vulkan driver is installed, a software one included.
pub fn has_vulkan_driver() -> bool {
    let folders = [
        "/usr/share/vulkan/icd.d",
        "/etc/vulkan/icd.d",
        "/usr/local/share/vulkan/icd.d",
    ];
    std::env::var_os("VK_DRIVER_FILES").is_some()
        || folders
            .iter()
            .any(|folder| std::fs::read_dir(folder).is_ok_and(|mut files| files.next().is_some()))
}

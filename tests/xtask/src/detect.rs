//! Looking at the system: each thing the build or the program needs is tried as they will use it, by compiling and running
//! a few lines of C, before anything of ours is compiled. A file's name alone proves nothing.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::libclang;

/// FFmpeg's parts, as their build script asks pkg-config for them.
const FFMPEG: [&str; 5] = [
    "libavutil",
    "libavcodec",
    "libavformat",
    "libswscale",
    "libswresample",
];
/// Its headers are read and its functions are linked; 5.1 brought libavcodec 59.37.
const FFMPEG_PROBE: &str = r#"
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libswresample/swresample.h>
#include <libswscale/swscale.h>
#if LIBAVCODEC_VERSION_INT < AV_VERSION_INT(59, 37, 100)
#error "older than FFmpeg 5.1"
#endif
int main(void) {
    return !(avcodec_version() && avformat_version() && swresample_version() && swscale_version());
}
"#;
const ALSA_PROBE: &str = r#"
#include <alsa/asoundlib.h>
int main(void) { return !snd_asoundlib_version(); }
"#;
/// Opens a library as the program will, at run time. Succeeds when every argument can be opened.
const OPEN_PROBE: &str = r#"
#include <dlfcn.h>
int main(int count, char **names) {
    for (int i = 1; i < count; i++) if (!dlopen(names[i], RTLD_NOW)) return 1;
    return 0;
}
"#;
/// Asks the Vulkan loader for an instance and counts the drivers' devices: a loader without a driver has none.
const VULKAN_PROBE: &str = r#"
#include <dlfcn.h>
#include <stddef.h>
struct create { int type; const void *next; int flags; const void *app;
                unsigned layers; const void *layer_names; unsigned extensions; const void *extension_names; };
int main(void) {
    void *loader = dlopen("libvulkan.so.1", RTLD_NOW);
    if (!loader) return 1;
    int (*create)(const struct create *, const void *, void **) = dlsym(loader, "vkCreateInstance");
    int (*devices)(void *, unsigned *, void *) = dlsym(loader, "vkEnumeratePhysicalDevices");
    struct create wish = { .type = 1 };
    void *instance = NULL;
    unsigned count = 0;
    if (!create || !devices || create(&wish, NULL, &instance)) return 2;
    return devices(instance, &count, NULL) || !count;
}
"#;
/// Parses a file with libclang, as bindgen does: it must open, and find the compiler's own headers.
const LIBCLANG_PROBE: &str = r#"
#include <dlfcn.h>
#include <stddef.h>
int main(int count, char **args) {
    void *library = count == 3 ? dlopen(args[1], RTLD_NOW) : NULL;
    if (!library) return 1;
    void *(*index)(int, int) = dlsym(library, "clang_createIndex");
    void *(*parse)(void *, const char *, const char *const *, int, void *, unsigned, unsigned) =
        dlsym(library, "clang_parseTranslationUnit");
    unsigned (*complaints)(void *) = dlsym(library, "clang_getNumDiagnostics");
    if (!index || !parse || !complaints) return 2;
    void *unit = parse(index(0, 0), args[2], NULL, 0, NULL, 0, 0);
    return !unit || complaints(unit);
}
"#;
const HEADERS: &str =
    "#include <stdarg.h>\n#include <stddef.h>\n#include <stdint.h>\n#include <stdio.h>\n";

/// Whether a program starts and succeeds.
pub fn runs(program: &str, args: &[&str]) -> bool {
    succeeds(Command::new(program).args(args))
}

/// Whether installing needs no `sudo`.
pub fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|id| id.stdout.trim_ascii() == b"0")
}

/// Whether C can be compiled, linked and run.
pub fn has_c_compiler() -> bool {
    cfg!(windows) || c_succeeds("int main(void) { return 0; }", &[], &[])
}

/// Whether FFmpeg's headers and libraries are there and new enough. On Windows, where `FFMPEG_DIR` says where they lie,
/// its headers must be there.
pub fn has_ffmpeg_libraries() -> bool {
    if let Some(folder) = std::env::var_os("FFMPEG_DIR") {
        return Path::new(&folder)
            .join("include/libavcodec/avcodec.h")
            .is_file();
    }
    links(FFMPEG_PROBE, &FFMPEG)
}

/// Whether ALSA's headers and library are there; other systems have sound of their own.
pub fn has_sound_headers() -> bool {
    !cfg!(target_os = "linux") || links(ALSA_PROBE, &["alsa"])
}

/// Whether these can be opened at run time, by the names that the program opens them by.
pub fn has_shared_libraries(names: &[&str]) -> bool {
    !cfg!(target_os = "linux") || c_succeeds(OPEN_PROBE, &[], names)
}

/// Whether Vulkan has at least one device, a software one included.
pub fn has_vulkan_device() -> bool {
    !cfg!(target_os = "linux") || c_succeeds(VULKAN_PROBE, &[], &[])
}

/// Whether the libclang that bindgen will take can parse C.
pub fn has_libclang() -> bool {
    let Some(library) = libclang::chosen() else {
        return false;
    };
    if cfg!(windows) {
        return true;
    }
    let Some(header) = scratch("headers.h") else {
        return false;
    };
    let written = std::fs::write(&header, HEADERS).is_ok();
    let (library, file) = (library.to_string_lossy(), header.to_string_lossy());
    let parses = written && c_succeeds(LIBCLANG_PROBE, &[], &[&library, &file]);
    discard(&header);
    parses
}

/// Whether a program that uses these libraries compiles, links and runs with the flags that pkg-config gives for them.
fn links(source: &str, libraries: &[&str]) -> bool {
    let Ok(found) = Command::new("pkg-config")
        .args(["--cflags", "--libs"])
        .args(libraries)
        .output()
    else {
        return false;
    };
    let flags = String::from_utf8_lossy(&found.stdout).into_owned();
    let flags: Vec<&str> = flags.split_whitespace().collect();
    found.status.success() && c_succeeds(source, &flags, &[])
}

/// Compile, link and run a C program.
fn c_succeeds(source: &str, flags: &[&str], args: &[&str]) -> bool {
    let Some(program) = scratch("probe") else {
        return false;
    };
    let compiler = std::env::var("CC").unwrap_or_else(|_| "cc".into());
    let mut compile = Command::new(compiler);
    compile
        .args(["-x", "c", "-", "-o"])
        .arg(&program)
        .args(flags);
    if cfg!(target_os = "linux") {
        compile.arg("-ldl");
    }
    let built = fed(&mut compile, source);
    let ran = built && succeeds(Command::new(&program).args(args));
    discard(&program);
    ran
}

/// A file of this process alone in the folder for temporary files.
fn scratch(name: &str) -> Option<std::path::PathBuf> {
    let folder = std::env::temp_dir().join(format!("mettle-xtask-{}", std::process::id()));
    std::fs::create_dir_all(&folder).ok()?;
    Some(folder.join(name))
}

/// Removes it, and the folder with the last one. What cannot be removed is left to the system.
fn discard(file: &Path) {
    let _ = std::fs::remove_file(file);
    let _ = file.parent().map(std::fs::remove_dir);
}

fn fed(command: &mut Command, input: &str) -> bool {
    let child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let Ok(mut child) = child else {
        return false;
    };
    let fed = child
        .stdin
        .take()
        .map(|mut pipe| pipe.write_all(input.as_bytes()));
    let ended = child.wait().is_ok_and(|status| status.success());
    ended && matches!(fed, Some(Ok(())))
}

fn succeeds(command: &mut Command) -> bool {
    let status = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    status.is_ok_and(|status| status.success())
}

//! What the system must provide, and how each platform's own package manager installs it.

use std::process::Command;

use crate::detect::{
    has_c_compiler, has_ffmpeg_libraries, has_libclang, has_shared_libraries, has_sound_headers,
    has_vulkan_device, is_root, runs,
};

/// One thing the system must provide.
#[derive(Clone, Copy)]
pub struct Need {
    what: &'static str,
    is_there: fn() -> bool,
    /// Package names for apt, dnf, pacman, zypper and brew; an empty name where it needs none.
    packages: [&'static str; 5],
}

/// Needed to build and show the program.
pub const DEMO: &[Need] = &[
    C_COMPILER,
    PKG_CONFIG,
    FFMPEG_LIBRARIES,
    LIBCLANG,
    VULKAN_DRIVER,
    SOUND_HEADERS,
    WINDOW_LIBRARIES,
];
/// Needed to build and test it.
pub const TEST: &[Need] = &[
    C_COMPILER,
    PKG_CONFIG,
    FFMPEG_LIBRARIES,
    LIBCLANG,
    VULKAN_DRIVER,
    SOUND_HEADERS,
    WINDOW_LIBRARIES,
    FFMPEG_PROGRAM,
];

const C_COMPILER: Need = Need {
    what: "a C compiler, with the C library's headers",
    is_there: has_c_compiler,
    packages: ["gcc libc6-dev", "gcc", "gcc", "gcc", ""],
};
const PKG_CONFIG: Need = Need {
    what: "pkg-config",
    is_there: || runs("pkg-config", &["--version"]),
    packages: [
        "pkg-config",
        "pkgconf-pkg-config",
        "pkgconf",
        "pkgconf",
        "pkgconf",
    ],
};
const FFMPEG_LIBRARIES: Need = Need {
    what: "FFmpeg's development libraries (5.1 or newer)",
    is_there: has_ffmpeg_libraries,
    packages: [
        "libavutil-dev libavcodec-dev libavformat-dev libswscale-dev libswresample-dev",
        "ffmpeg-free-devel",
        "ffmpeg",
        "ffmpeg-devel",
        "ffmpeg",
    ],
};
const LIBCLANG: Need = Need {
    what: "libclang, which reads FFmpeg's headers",
    is_there: has_libclang,
    packages: [
        "clang libclang-dev",
        "clang-devel",
        "clang",
        "clang-devel",
        "llvm",
    ],
};
const VULKAN_DRIVER: Need = Need {
    what: "a Vulkan loader and driver (Mesa's, if the machine has none)",
    is_there: has_vulkan_device,
    packages: [
        "libvulkan1 mesa-vulkan-drivers",
        "vulkan-loader mesa-vulkan-drivers",
        "vulkan-icd-loader vulkan-swrast",
        "libvulkan1 Mesa-vulkan-drivers",
        "",
    ],
};
const SOUND_HEADERS: Need = Need {
    what: "ALSA's headers",
    is_there: has_sound_headers,
    packages: [
        "libasound2-dev",
        "alsa-lib-devel",
        "alsa-lib",
        "alsa-devel",
        "",
    ],
};
const WINDOW_LIBRARIES: Need = Need {
    what: "the libraries of X windows, their keyboard and pointer",
    is_there: || {
        has_shared_libraries(&[
            "libX11.so.6",
            "libX11-xcb.so.1",
            "libXcursor.so.1",
            "libXi.so.6",
            "libxkbcommon.so.0",
            "libxkbcommon-x11.so.0",
        ])
    },
    packages: [
        "libx11-6 libx11-xcb1 libxcursor1 libxi6 libxkbcommon0 libxkbcommon-x11-0",
        "libX11 libX11-xcb libXcursor libXi libxkbcommon libxkbcommon-x11",
        "libx11 libxcursor libxi libxkbcommon libxkbcommon-x11",
        "libX11-6 libX11-xcb1 libXcursor1 libXi6 libxkbcommon0 libxkbcommon-x11-0",
        "",
    ],
};
const FFMPEG_PROGRAM: Need = Need {
    what: "the ffmpeg program, with which the tests make odd media files",
    is_there: || runs("ffmpeg", &["-version"]),
    packages: ["ffmpeg", "ffmpeg-free", "ffmpeg", "ffmpeg", "ffmpeg"],
};

/// Needed to make a bare system to try the commands on.
pub const BARE: &[Need] = &[Need {
    what: "mmdebstrap, which makes a minimal Debian system in a folder",
    is_there: || runs("mmdebstrap", &["--version"]),
    packages: ["mmdebstrap", "mmdebstrap", "", "", ""],
}];

/// Whether this system installs Debian's packages, and the user may.
pub fn is_debian_for_root() -> bool {
    is_root() && runs("apt-get", &["--version"])
}

/// Name what is missing, say what will be run, and run it.
pub fn install_missing(needs: &[Need]) -> Result<(), String> {
    let missing: Vec<&Need> = needs.iter().filter(|need| !(need.is_there)()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    eprintln!("xtask: this system lacks");
    missing
        .iter()
        .for_each(|need| eprintln!("  - {}", need.what));
    let Some(manager) = Manager::of_this_system() else {
        return Err(no_manager_advice());
    };
    let packages: Vec<&str> = missing
        .iter()
        .flat_map(|need| need.packages[manager.column].split_whitespace())
        .collect();
    for words in manager.commands(&packages) {
        eprintln!("xtask: running `{}`", words.join(" "));
        let status = Command::new(&words[0])
            .args(&words[1..])
            .env("DEBIAN_FRONTEND", "noninteractive")
            .status()
            .map_err(|e| format!("could not start `{}`: {e}", words.join(" ")))?;
        if !status.success() {
            return Err(format!(
                "`{}` ended with {status}; run it by hand, then try again",
                words.join(" ")
            ));
        }
    }
    let still: Vec<&str> = missing
        .iter()
        .filter(|need| !(need.is_there)())
        .map(|need| need.what)
        .collect();
    if still.is_empty() {
        Ok(())
    } else {
        Err(format!(
            "still missing after the installation: {}",
            still.join("; ")
        ))
    }
}

/// A package manager: which column of [`Need::packages`], and its command words.
struct Manager {
    column: usize,
    refresh: &'static [&'static str],
    install: &'static [&'static str],
    as_root: bool,
}

const MANAGERS: [(&str, Manager); 5] = [
    (
        "apt-get",
        Manager {
            column: 0,
            refresh: &["apt-get", "update"],
            install: &["apt-get", "install", "-y", "--no-install-recommends"],
            as_root: true,
        },
    ),
    (
        "dnf",
        Manager {
            column: 1,
            refresh: &[],
            install: &["dnf", "install", "-y"],
            as_root: true,
        },
    ),
    (
        "pacman",
        Manager {
            column: 2,
            refresh: &[],
            install: &["pacman", "-S", "--needed", "--noconfirm"],
            as_root: true,
        },
    ),
    (
        "zypper",
        Manager {
            column: 3,
            refresh: &[],
            install: &["zypper", "install", "-y"],
            as_root: true,
        },
    ),
    (
        "brew",
        Manager {
            column: 4,
            refresh: &[],
            install: &["brew", "install"],
            as_root: false,
        },
    ),
];

impl Manager {
    fn of_this_system() -> Option<Self> {
        MANAGERS
            .into_iter()
            .find(|(program, _)| runs(program, &["--version"]))
            .map(|(_, manager)| manager)
    }

    fn commands(&self, packages: &[&str]) -> Vec<Vec<String>> {
        let root: &[&str] = if self.as_root && !is_root() {
            &["sudo"]
        } else {
            &[]
        };
        let line = |words: &[&str], more: &[&str]| {
            [root, words, more]
                .concat()
                .iter()
                .map(|w| w.to_string())
                .collect()
        };
        let refresh = (!self.refresh.is_empty()).then(|| line(self.refresh, &[]));
        refresh
            .into_iter()
            .chain([line(self.install, packages)])
            .collect()
    }
}

fn no_manager_advice() -> String {
    if cfg!(windows) {
        "install FFmpeg's shared development build and LLVM, set FFMPEG_DIR and LIBCLANG_PATH to their folders, \
         put both `bin` folders on PATH, then try again"
    } else {
        "no known package manager (apt, dnf, pacman, zypper, brew) was found: install these by hand, then try again"
    }
    .into()
}

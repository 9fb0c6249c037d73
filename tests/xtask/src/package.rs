//! The program as a folder in one file: unpacked anywhere, it runs without being installed. It is signed by nobody, and says so.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::build::{build_program, run, say, target_dir};

/// What lies in the folder beside the program.
const PAPERS: [&str; 3] = ["README.md", "LICENSE-APACHE", "LICENSE-MIT"];
const START: &str = "START.txt";

/// Build the program, unless one is named, and pack it.
pub fn package(args: &[String]) -> Result<(), String> {
    let program = match args {
        [] => {
            build_program()?;
            let name = format!("mettle{}", std::env::consts::EXE_SUFFIX);
            target_dir().join("release").join(name)
        }
        [of, program] if of == "--of" => program.into(),
        _ => return Err("it takes `--of PROGRAM`, or nothing".to_owned()),
    };
    let file = packed(&program, &target_dir().join("package"))?;
    say(&format!("{} is the whole of it", file.display()));
    Ok(())
}

/// Pack a program with its papers into a file of a folder; gives the file.
fn packed(program: &Path, into: &Path) -> Result<PathBuf, String> {
    let (os, arch) = (std::env::consts::OS, std::env::consts::ARCH);
    let name = format!("mettle-studio-{}-{os}-{arch}", env!("CARGO_PKG_VERSION"));
    let folder = into.join(&name);
    let wrong = |e: std::io::Error| format!("{}: {e}", folder.display());
    // What an earlier packing left.
    if folder.exists() {
        std::fs::remove_dir_all(&folder).map_err(wrong)?;
    }
    std::fs::create_dir_all(&folder).map_err(wrong)?;
    let there = folder.join(format!("mettle{}", std::env::consts::EXE_SUFFIX));
    std::fs::copy(program, &there).map_err(|e| format!("{}: {e}", program.display()))?;
    for paper in PAPERS {
        std::fs::copy(paper, folder.join(paper)).map_err(|e| format!("{paper}: {e}"))?;
    }
    std::fs::write(folder.join(START), start(os)).map_err(wrong)?;
    if os == "macos" {
        // By nobody in particular, without which Apple's own processors run nothing.
        run(Command::new("codesign")
            .args(["--force", "--sign", "-"])
            .arg(&there))?;
    }
    // The tar of Windows and macOS writes zip, which is what people there can open.
    let (ending, how) = match os {
        "windows" | "macos" => ("zip", "-acf"),
        _ => ("tar.gz", "-czf"),
    };
    let file = into.join(format!("{name}.{ending}"));
    say(&format!("tar {how} {} {name}", file.display()));
    run(Command::new("tar")
        .arg(how)
        .arg(&file)
        .arg("-C")
        .arg(into)
        .arg(&name))?;
    Ok(file)
}

/// How to begin, in which the system's word about an unsigned program is foreseen.
fn start(os: &str) -> String {
    let system = match os {
        "macos" => {
            "macOS says that it \"is damaged\" or \"cannot be checked\", because it came from the web and is signed by nobody. In a terminal, in
this folder:

    xattr -d com.apple.quarantine mettle
    ./mettle

It needs FFmpeg's libraries: brew install ffmpeg"
        }
        "windows" => {
            "Windows says that it \"protected your PC\", because the program is signed by nobody: More info, then Run anyway. A virus scanner may
stop it for the same reason: let it through only if the file came from where you trust it to come from.

It needs FFmpeg's libraries (avcodec, avformat, avutil, swscale, swresample), as DLLs in this folder or on the PATH."
        }
        _ => {
            "In a terminal, in this folder:

    ./mettle

It needs FFmpeg's libraries: apt install ffmpeg, or what your system calls it."
        }
    };
    format!(
        "Mettle Studio {}\n\nNothing is to be installed: the program runs from this folder, and with the folder it is gone. What you say of clips is\nkept in your own data folder. The program is NOT SIGNED; who wants to be sure builds it (README.md, two commands).\n\n{system}\n\n`mettle doctor` says what it finds on this machine.\n",
        env!("CARGO_PKG_VERSION")
    )
}

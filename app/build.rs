//! How the program is linked, where that is Rust's own linker: what is the same twice is kept once, code (2 MB) and, as nothing here
//! asks where a constant lies, tables and texts (6 MB); its 300,000 relocations are packed (7 MB) where the C library's loader can
//! read them.

use std::process::Command;

/// The first version of glibc that reads packed relocations.
const PACKED: (u32, u32) = (2, 36);

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if !is_our_linker() {
        return;
    }
    println!("cargo::rustc-link-arg-bins=-Wl,--icf=all");
    println!(
        "cargo::rustc-link-arg-bins=-Wl,-Map=/tmp/mettle.map,--ignore-data-address-equality,-O2"
    );
    if glibc().is_some_and(|version| version >= PACKED) {
        println!("cargo::rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
}

/// Rust links this one target with the lld that comes with it, unless somebody chose another.
fn is_our_linker() -> bool {
    let said = |name| std::env::var(name).unwrap_or_default();
    said("TARGET") == "x86_64-unknown-linux-gnu"
        && said("RUSTC_LINKER").is_empty()
        && !said("CARGO_ENCODED_RUSTFLAGS").contains("link")
}

/// "glibc 2.36": what is built here runs with this one or a later one.
fn glibc() -> Option<(u32, u32)> {
    let said = Command::new("getconf").arg("GNU_LIBC_VERSION").output();
    let text = String::from_utf8(said.ok()?.stdout).ok()?;
    let (major, minor) = text.split_whitespace().nth(1)?.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

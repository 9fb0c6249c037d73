//! What people take for a clip: they are told what it is and what to do.

use std::path::Path;

use mettle_core::media::{Clip, MediaError};
use mettle_tests::media::{Media, PICTURES};

fn refused(path: &Path, says: &str, advises: &str) {
    let error = Clip::open(path).expect_err("refused");
    assert!(error.to_string().contains(says), "{error}");
    assert!(error.advice().contains(advises), "{}", error.advice());
}

#[test]
fn each_kind_is_named() {
    let media = Media::new();
    let written = |name: &str, content: &[u8]| {
        let path = media.path(name);
        std::fs::write(&path, content).expect("written");
        path
    };
    let pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n";
    refused(&written("a.mp4", pointer), "Git LFS", "git lfs pull");
    let page = b"\n<!DOCTYPE html><html><body>Log in</body></html>";
    refused(&written("b.mp4", page), "a web page", "in a browser");
    let mut webp = b"RIFF\x64\0\0\0WEBPVP8X\x0a\0\0\0\x02\0\0\0".to_vec();
    webp.resize(200, 0);
    refused(&written("c.webp", &webp), "animated WebP", "Convert it");
    refused(
        Path::new("https://example.org/clip.mp4"),
        "a web address",
        "download it",
    );
    let path = media.make(
        &format!("{PICTURES} -c:v libx264 -movflags empty_moov+frag_keyframe"),
        "whole.mp4",
    );
    let bytes = std::fs::read(&path).expect("read");
    let at = bytes
        .windows(4)
        .position(|word| word == b"moof")
        .expect("a fragment")
        - 4;
    refused(
        &written("d.m4s", &bytes[at..]),
        "segment of a DASH",
        "cat init.mp4",
    );
}

#[test]
fn a_protected_clip() {
    let media = Media::new();
    let path = media.make(
        &format!(
            "{PICTURES} -c:v libx264 -encryption_scheme cenc-aes-ctr \
             -encryption_key 00112233445566778899aabbccddeeff \
             -encryption_kid 00112233445566778899aabbccddeeff"
        ),
        "protected.mp4",
    );
    let error = Clip::open(&path).expect_err("refused");
    assert!(matches!(error, MediaError::Encrypted { .. }), "{error:?}");
}

#[cfg(unix)]
#[test]
fn a_pipe_is_not_waited_for() {
    let media = Media::new();
    let path = media.path("p");
    let made = std::process::Command::new("mkfifo").arg(&path).status();
    assert!(made.expect("mkfifo").success());
    refused(&path, "is a pipe", "write what it gives to a file");
}

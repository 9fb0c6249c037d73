//! A clip is named by every byte of its file, however large.

use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;

use mettle_core::base::hash_file;
use mettle_core::media::ClipNaming;

fn name(path: &Path) -> mettle_core::base::ClipId {
    let mut naming = ClipNaming::start(path).unwrap();
    loop {
        let before = naming.progress().done;
        if let Some(id) = naming.step().unwrap() {
            return id;
        }
        assert!(naming.progress().done > before, "steps go on");
    }
}

#[test]
fn a_changed_byte_anywhere_is_another_clip() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("long.mp4");
    // Holes take no room on the disk; 300 MiB are more than one step.
    let size = 300 << 20;
    let mut file = File::create(&path).unwrap();
    file.set_len(size).unwrap();
    let before = name(&path);
    assert_eq!(name(&path), before);
    for place in [0, 5_000_001, size / 2 + 4321, size - 1] {
        file.seek(SeekFrom::Start(place)).unwrap();
        file.write_all(&[1]).unwrap();
        assert_ne!(name(&path), before, "byte {place}");
        file.seek(SeekFrom::Start(place)).unwrap();
        file.write_all(&[0]).unwrap();
    }
    assert_eq!(name(&path), before);
    file.set_len(size - 1).unwrap();
    assert_ne!(name(&path), before, "shorter");
}

/// The hash is BLAKE3's own of the whole file, at every size around a piece's.
#[test]
fn it_is_blake3() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("file");
    let piece = 8 << 20;
    for size in [0, 1, 1000, piece - 1, piece, piece + 1, 2 * piece] {
        let bytes: Vec<u8> = (0..size).map(|i| (i * 31 % 251) as u8).collect();
        std::fs::write(&path, &bytes).unwrap();
        let expected = blake3::hash(&bytes);
        assert_eq!(hash_file(&path).unwrap().0, *expected.as_bytes(), "{size}");
    }
}

//! Edit lists that begin in the middle of pictures: every picture is on screen when the list says.

use std::path::Path;

use mettle_core::base::Time;
use mettle_core::media::FrameReader;
use mettle_tests::media::{Media, number_of, numbered};

/// Boxes from the file down to the edit list.
const WAY: [&[u8; 4]; 4] = [b"moov", b"trak", b"edts", b"elst"];

/// Gives the first track of an MP4 file, whose index lies behind its pictures, a list of `(length, start)`: of the movie's 1000
/// and the track's 12,800 ticks a second.
fn edit(path: &Path, edits: &[(u32, u32)]) {
    let mut bytes = std::fs::read(path).expect("read");
    let places = WAY.map(|name| {
        bytes
            .windows(4)
            .rposition(|word| word == name)
            .expect("a box")
            - 4
    });
    let number = |bytes: &[u8], at: usize| {
        u32::from_be_bytes(bytes[at..at + 4].try_into().expect("four bytes"))
    };
    let list = places[3];
    let old = number(&bytes, list) as usize;
    let mut content = (edits.len() as u32).to_be_bytes().to_vec();
    for (length, start) in edits {
        content.extend(length.to_be_bytes());
        content.extend(start.to_be_bytes());
        content.extend(0x1_0000_u32.to_be_bytes());
    }
    let longer = (12 + content.len() - old) as u32;
    bytes.splice(list + 12..list + old, content);
    for at in places {
        let size = number(&bytes, at) + longer;
        bytes[at..at + 4].copy_from_slice(&size.to_be_bytes());
    }
    std::fs::write(path, bytes).expect("written");
}

#[test]
fn two_edits_off_key_frames() {
    let media = Media::new();
    let path = media.make(
        &format!("{} -c:v libx264 -bf 0 -g 50", numbered(25, 5.0)),
        "a.mp4",
    );
    // From 0.31 s, which is frame 7.75, and from 2.62 s, which is frame 65.5, a second each.
    edit(&path, &[(1000, 3968), (1000, 33_536)]);
    let mut reader = FrameReader::open(&path).expect("opens");
    let mut sampled = FrameReader::open_for_samples(&path).expect("opens");
    for (at, frame) in [
        (0.484, 19),
        (0.5, 20),
        (0.9, 30),
        (1.484, 77),
        (1.51, 78),
        (1.9, 88),
    ] {
        for reader in [&mut reader, &mut sampled] {
            let shown = reader.frame_at(Time::from_secs_f64(at)).expect("decodes");
            assert_eq!(number_of(&shown), frame, "at {at}");
        }
    }
}

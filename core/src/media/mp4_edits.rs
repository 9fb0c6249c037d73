//! The edit list of a track of an MP4 or QuickTime file (ISO/IEC 14496-12, 8.6.6), as it stands in the file.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use crate::base::Time;

/// Edits read at most: more are not made by people.
const MOST: usize = 4096;

/// A stretch of a track's recorded time that is shown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Edit {
    /// When it begins on the clip's clock.
    pub shown: Time,
    /// When it begins in the recording.
    pub recorded: Time,
}

/// The edits of track number `index` that show something; `None` where there is no list that can be read.
pub(super) fn edits_of(path: &Path, index: usize) -> Option<Vec<Edit>> {
    let mut file = BufReader::new(File::open(path).ok()?);
    let whole = Span {
        start: 0,
        end: file.get_ref().metadata().ok()?.len(),
    };
    let movie = boxes(&mut file, whole, b"moov").next()?;
    let header = boxes(&mut file, movie, b"mvhd").next()?;
    let movie_scale = scale(&mut file, header)?;
    let track = boxes(&mut file, movie, b"trak").nth(index)?;
    let edits = boxes(&mut file, track, b"edts").next()?;
    let list = boxes(&mut file, edits, b"elst").next()?;
    let media = boxes(&mut file, track, b"mdia").next()?;
    let media_header = boxes(&mut file, media, b"mdhd").next()?;
    let media_scale = scale(&mut file, media_header)?;
    listed(&mut file, list, movie_scale, media_scale)
}

/// The content of a box.
#[derive(Clone, Copy, Debug)]
struct Span {
    start: u64,
    end: u64,
}

/// The boxes of a kind inside another.
fn boxes<'a>(
    file: &'a mut BufReader<File>,
    inside: Span,
    kind: &'a [u8; 4],
) -> impl Iterator<Item = Span> + 'a {
    let mut at = inside.start;
    std::iter::from_fn(move || {
        while at + 8 <= inside.end {
            file.seek(SeekFrom::Start(at)).ok()?;
            let (size, name) = (u64::from(number(file)?), bytes::<4>(file)?);
            let (head, size) = match size {
                0 => (8, inside.end - at),
                1 => (16, u64::from_be_bytes(bytes::<8>(file)?)),
                size => (8, size),
            };
            let content = Span {
                start: at + head,
                end: at.checked_add(size)?.min(inside.end),
            };
            if size < head {
                return None;
            }
            at = content.end;
            if name == *kind {
                return Some(content);
            }
        }
        None
    })
}

/// Ticks a second from a movie's or a track's header.
fn scale(file: &mut BufReader<File>, header: Span) -> Option<i64> {
    file.seek(SeekFrom::Start(header.start)).ok()?;
    let [version, ..] = bytes::<4>(file)?;
    let dates = if version == 1 { 16 } else { 8 };
    file.seek_relative(dates).ok()?;
    Some(i64::from(number(file)?)).filter(|&scale| scale > 0)
}

fn listed(
    file: &mut BufReader<File>,
    list: Span,
    movie_scale: i64,
    media_scale: i64,
) -> Option<Vec<Edit>> {
    file.seek(SeekFrom::Start(list.start)).ok()?;
    let [version, ..] = bytes::<4>(file)?;
    let count = (number(file)? as usize).min(MOST);
    let mut edits = Vec::new();
    let mut ticks = 0_i64;
    for _ in 0..count {
        let (length, recorded) = if version == 1 {
            let length = i64::from_be_bytes(bytes::<8>(file)?);
            (length, i64::from_be_bytes(bytes::<8>(file)?))
        } else {
            let length = i64::from(number(file)?);
            (length, i64::from(i32::from_be_bytes(bytes::<4>(file)?)))
        };
        // The rate: pictures held still, or fast, are played as FFmpeg plays them.
        bytes::<4>(file)?;
        // An empty edit shows nothing for a while.
        if recorded >= 0 {
            edits.push(Edit {
                shown: Time::from_ticks(ticks, 1, movie_scale),
                recorded: Time::from_ticks(recorded, 1, media_scale),
            });
        }
        ticks = ticks.checked_add(length)?;
    }
    Some(edits)
}

fn number(file: &mut BufReader<File>) -> Option<u32> {
    bytes::<4>(file).map(u32::from_be_bytes)
}

fn bytes<const N: usize>(file: &mut BufReader<File>) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    file.read_exact(&mut bytes).ok()?;
    Some(bytes)
}

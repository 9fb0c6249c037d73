//! One file of kept features, as it is read: a checksummed header, the different segments in order, which is which, checksums.
//!
//! ```text
//! mark 8 | header length 4 | BLAKE3 of header 32 | header (JSON) | zeros to a multiple of 64
//! row 0: layer 0, layer 1, ... final norm, f16 | row 1 | ...
//! the row of segment 0, 4 | of segment 1 | ...
//! BLAKE3 of these, 32 | of row 0 | of row 1 | ...
//! ```
//! A segment that is the same as the one before has its row.
//! Numbers are in the byte order of the machine, and so is the mark: a file from another kind of machine is foreign.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use half::f16;
use serde::{Deserialize, Serialize};

use super::half_features::HalfFeatures;
use super::key::{EntryAbout, FeatureKey};

/// "METTLEF" and the version of this layout.
pub(super) const MARK: u64 = u64::from_be_bytes(*b"METTLEF2");
/// Bytes before the header.
pub(super) const PREFIX: usize = 8 + 4 + 32;
/// A longer header is not one of ours.
const LONGEST_HEADER: u32 = 1 << 20;
/// Bytes of a checksum.
pub(super) const SUM: usize = 32;
/// Bytes whose checksum is worth several threads.
const SHARED: usize = 1 << 18;
/// Bytes of a row's number.
const ROW: usize = 4;

/// What a file says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Header {
    pub key: FeatureKey,
    pub about: EntryAbout,
    pub segments: usize,
    /// Tokens and width of every layer, the final norm last.
    pub layers: Vec<[usize; 2]>,
}

impl Header {
    /// Bytes of one segment; `None` for numbers no machine has room for.
    pub fn stride(&self) -> Option<usize> {
        self.layers
            .iter()
            .try_fold(0_usize, |sum, [tokens, width]| {
                sum.checked_add(tokens.checked_mul(*width)?.checked_mul(2)?)
            })
    }

    /// How many rows a whole file of this length has, whose header takes `header` bytes.
    fn rows_in(&self, file: usize, header: usize) -> Option<usize> {
        let others = start_of_segments(header) + self.segments.checked_mul(ROW)? + SUM;
        let rows = file.checked_sub(others)?;
        let each = self.stride()?.checked_add(SUM)?;
        (rows % each == 0).then_some(rows / each)
    }

    /// Reads the header of a file; `None` where it is not whole or not one.
    pub fn read(file: &mut impl Read) -> Option<(Self, usize)> {
        let mut prefix = [0; PREFIX];
        file.read_exact(&mut prefix).ok()?;
        let (mark, rest) = prefix.split_first_chunk::<8>()?;
        let (length, sum) = rest.split_first_chunk::<4>()?;
        let length = u32::from_ne_bytes(*length);
        if u64::from_ne_bytes(*mark) != MARK || length > LONGEST_HEADER {
            return None;
        }
        let mut text = vec![0; length as usize];
        file.read_exact(&mut text).ok()?;
        if blake3::hash(&text).as_bytes() != sum {
            return None;
        }
        Some((serde_json::from_slice(&text).ok()?, text.len()))
    }
}

/// Where segments start behind a header of that many bytes: aligned, so that numbers can be read where they lie.
pub(super) fn start_of_segments(header: usize) -> usize {
    (PREFIX + header).next_multiple_of(64)
}

/// Kept features of one clip and backbone, read segment by segment. Not mapped: every page of a map that was touched counts as
/// memory of this program, and the features of an hour are gigabytes at full size.
#[derive(Debug)]
pub struct KeptFeatures {
    file: Mutex<File>,
    header: Header,
    start: usize,
    stride: usize,
    /// Which row each segment has.
    rows: Vec<u32>,
    /// Where the checksums of rows start.
    sums: usize,
    path: PathBuf,
}

impl KeptFeatures {
    /// Opens a file if it is whole and holds `segments` segments of what is wanted. Anything else counts as not there.
    pub(super) fn open(path: &Path, key: &FeatureKey, segments: usize) -> Option<Self> {
        let mut file = File::open(path).ok()?;
        let (header, length) = Header::read(&mut file)?;
        if header.key != *key || header.segments != segments {
            return None;
        }
        let there = usize::try_from(file.metadata().ok()?.len()).ok()?;
        let count = header.rows_in(there, length)?;
        let mut kept = Self {
            file: Mutex::new(file),
            start: start_of_segments(length),
            stride: header.stride()?,
            rows: vec![0; header.segments],
            header,
            path: path.to_owned(),
            sums: 0,
        };
        let table = kept.start + count * kept.stride;
        let mut rows = vec![0_u32; kept.rows.len()];
        kept.fill(table, bytemuck::cast_slice_mut(&mut rows))?;
        let mut sum = [0; SUM];
        kept.fill(table + rows.len() * ROW, &mut sum)?;
        kept.sums = table + rows.len() * ROW + SUM;
        kept.rows = rows;
        let whole = *blake3::hash(bytemuck::cast_slice(&kept.rows)).as_bytes() == sum;
        let known = kept.rows.iter().all(|&row| (row as usize) < count);
        (whole && known).then_some(kept)
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Some of the segments; `None` when one of them is damaged.
    pub fn read(&self, segments: Range<usize>) -> Option<HalfFeatures> {
        self.rows(segments, true)
    }

    /// The same for who read these segments before, from a file that is pinned and so is the same: damage is not looked for again, which
    /// takes as long as all the rest.
    pub fn read_again(&self, segments: Range<usize>) -> Option<HalfFeatures> {
        self.rows(segments, false)
    }

    fn rows(&self, segments: Range<usize>, check: bool) -> Option<HalfFeatures> {
        let rows = self.rows.get(segments)?;
        let mut features = HalfFeatures::zeros(&self.header.layers, rows.len());
        for (at, row) in rows.iter().enumerate() {
            match at.checked_sub(1) {
                Some(before) if rows[before] == *row => features.copy_segment(before, at),
                _ => self.read_row(*row as usize, features.segment_mut(at), check)?,
            }
        }
        Some(features)
    }

    /// Whether these segments are all the same as the one before them.
    pub fn are_repeated(&self, segments: Range<usize>) -> bool {
        let last = segments
            .start
            .checked_sub(1)
            .map(|last| self.rows.get(last));
        let rows = self.rows.get(segments).unwrap_or_default();
        last.is_some_and(|last| rows.iter().all(|row| Some(row) == last))
    }

    /// Reads a row to where its layers belong; `None` when it is damaged.
    fn read_row<'a>(
        &self,
        row: usize,
        layers: impl Iterator<Item = &'a mut [f16]>,
        check: bool,
    ) -> Option<()> {
        let mut hasher = blake3::Hasher::new();
        let mut at = self.start + row * self.stride;
        for layer in layers {
            let bytes: &mut [u8] = bytemuck::cast_slice_mut(layer);
            self.fill(at, bytes)?;
            if check && bytes.len() >= SHARED {
                hasher.update_rayon(bytes);
            } else if check {
                hasher.update(bytes);
            }
            at += bytes.len();
        }
        if !check {
            return Some(());
        }
        let mut sum = [0; SUM];
        self.fill(self.sums + row * SUM, &mut sum)?;
        (*hasher.finalize().as_bytes() == sum).then_some(())
    }

    fn fill(&self, start: usize, bytes: &mut [u8]) -> Option<()> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(start as u64)).ok()?;
        file.read_exact(bytes).ok()
    }
}

//! One file of kept features, as it is written: beside its place under a name of its own, and moved there when complete.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::entry::{Header, MARK, PREFIX, SUM, start_of_segments};
use super::half_features::HalfFeatures;
use super::key::{EntryAbout, FeatureKey};

/// The ending of a file that is being written.
pub(super) const PARTIAL: &str = "partial";

/// Writes the features of a clip, segment by segment. Dropped before [`Self::finish`], it leaves nothing behind; a process
/// that is killed leaves a partial file, which nobody reads and which is cleared away later.
pub struct FeatureWriter {
    file: BufWriter<File>,
    partial: PathBuf,
    target: PathBuf,
    header: Header,
    /// Checksums of the rows written.
    sums: Vec<[u8; SUM]>,
    /// The row of each segment.
    rows: Vec<u32>,
    finished: bool,
}

impl FeatureWriter {
    /// Starts a file for `segments` segments of layers of these sizes.
    pub(super) fn create(
        folder: &Path,
        key: FeatureKey,
        about: EntryAbout,
        segments: usize,
        layers: Vec<[usize; 2]>,
    ) -> std::io::Result<Self> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        std::fs::create_dir_all(folder)?;
        let target = folder.join(key.file_name());
        // Two processes, and two jobs of one, may write the same features at once: each has its own file.
        let own = (std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let partial = target.with_extension(format!("{}-{}.{PARTIAL}", own.0, own.1));
        let header = Header {
            key,
            about,
            segments,
            layers,
        };
        let mut writer = Self {
            file: BufWriter::new(File::create_new(&partial)?),
            partial,
            target,
            header,
            sums: Vec::new(),
            rows: Vec::new(),
            finished: false,
        };
        writer.write_header()?;
        Ok(writer)
    }

    fn write_header(&mut self) -> std::io::Result<()> {
        let text = serde_json::to_vec(&self.header)?;
        let length = u32::try_from(text.len()).map_err(std::io::Error::other)?;
        self.file.write_all(&MARK.to_ne_bytes())?;
        self.file.write_all(&length.to_ne_bytes())?;
        self.file.write_all(blake3::hash(&text).as_bytes())?;
        self.file.write_all(&text)?;
        let padding = start_of_segments(text.len()) - PREFIX - text.len();
        self.file.write_all(&vec![0; padding])
    }

    /// Adds the next segments.
    ///
    /// # Errors
    /// When the disk is full or gone, or the layers are not those it was started for.
    pub fn append(&mut self, features: &HalfFeatures) -> std::io::Result<()> {
        if features.sizes() != self.header.layers {
            return Err(std::io::Error::other("layers of another size"));
        }
        for index in 0..features.segments() {
            let mut sum = blake3::Hasher::new();
            for layer in features.segment(index) {
                sum.update(bytemuck::cast_slice(layer));
            }
            let sum = *sum.finalize().as_bytes();
            if self.sums.last() != Some(&sum) {
                for layer in features.segment(index) {
                    self.file.write_all(bytemuck::cast_slice(layer))?;
                }
                self.sums.push(sum);
            }
            let row = u32::try_from(self.sums.len() - 1).map_err(std::io::Error::other)?;
            self.rows.push(row);
        }
        Ok(())
    }

    /// Completes the file and puts it in its place.
    ///
    /// # Errors
    /// When the disk is full or gone, or segments are missing.
    pub fn finish(mut self) -> std::io::Result<()> {
        if self.rows.len() != self.header.segments {
            return Err(std::io::Error::other("segments are missing"));
        }
        let rows: &[u8] = bytemuck::cast_slice(&self.rows);
        self.file.write_all(rows)?;
        self.file.write_all(blake3::hash(rows).as_bytes())?;
        self.file.write_all(self.sums.as_flattened())?;
        self.file.flush()?;
        std::fs::rename(&self.partial, &self.target)?;
        self.finished = true;
        Ok(())
    }
}

impl Drop for FeatureWriter {
    fn drop(&mut self) {
        if !self.finished {
            // It may be gone already, when somebody cleared the cache.
            let _ = std::fs::remove_file(&self.partial);
        }
    }
}

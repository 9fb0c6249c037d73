//! Sound by time and pitch at every zoom.

use mettle_core::engine::SpectrogramPart;

/// Sound by time and pitch, as far as it has come.
#[derive(Clone, Debug, Default)]
pub struct Spectrogram {
    /// Seconds a column.
    column: f64,
    bands: usize,
    values: Vec<u8>,
}

impl Spectrogram {
    /// Take in a part. A part that leaves a gap fills it with silence; a part that overlaps is cut.
    pub fn add(&mut self, part: &SpectrogramPart) {
        let column = part.column.as_secs_f64();
        if column <= 0.0 || part.bands == 0 || (self.bands != 0 && part.bands != self.bands) {
            return;
        }
        (self.column, self.bands) = (column, part.bands);
        let place = (part.start.as_secs_f64() / column).round().max(0.0) as usize * self.bands;
        self.values.resize(place, 0);
        self.values.extend_from_slice(&part.values);
    }

    /// How far it has come, in seconds.
    pub fn end(&self) -> f64 {
        let columns = self.values.len() / self.bands.max(1);
        columns as f64 * self.column
    }

    /// Bands of a column; 0 while nothing has come.
    pub fn bands(&self) -> usize {
        self.bands
    }

    /// How many strengths have come, a byte each.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether nothing has come yet.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The strongest of each band between two moments, the lowest band first; `None` where nothing has come.
    pub fn strongest(&self, from: f64, to: f64) -> Option<Vec<u8>> {
        if self.bands == 0 || from < 0.0 {
            return None;
        }
        let first = (from / self.column) as usize;
        let last = ((to / self.column).ceil() as usize).max(first + 1);
        let known = self.values.len() / self.bands;
        let some = self
            .values
            .get(first * self.bands..last.min(known) * self.bands)?;
        let mut highest = vec![0; self.bands];
        for column in some.chunks_exact(self.bands) {
            for (highest, value) in highest.iter_mut().zip(column) {
                *highest = (*highest).max(*value);
            }
        }
        (!some.is_empty()).then_some(highest)
    }
}

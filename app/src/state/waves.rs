//! A waveform at every zoom: lowest and highest sample of ever longer stretches.

use mettle_core::engine::WaveformPart;

/// Each level's columns are this many of the level below.
const FACTOR: usize = 4;
/// Levels over the first: 4⁸ columns of 10 ms are eleven minutes.
const LEVELS: usize = 8;

/// Loudness over time, as far as it has come.
#[derive(Clone, Debug, Default)]
pub struct Waves {
    /// Seconds a column of the first level.
    column: f64,
    /// Column 0 starts here, in seconds.
    start: f64,
    levels: Vec<Vec<(f32, f32)>>,
}

impl Waves {
    /// Take in a part. A part that leaves a gap fills it with silence; a part that overlaps is cut.
    pub fn add(&mut self, part: &WaveformPart) {
        let column = part.column.as_secs_f64();
        if column <= 0.0 {
            return;
        }
        if self.levels.is_empty() {
            self.column = column;
            self.start = part.start.as_secs_f64();
            self.levels = vec![Vec::new(); LEVELS + 1];
        }
        let place = (part.start.as_secs_f64() - self.start) / self.column;
        let place = place.round().max(0.0) as usize;
        let Some(base) = self.levels.first_mut() else {
            return;
        };
        let known = base.len();
        base.resize(place.max(known), (0.0, 0.0));
        base.truncate(place);
        base.extend_from_slice(&part.columns);
        self.rebuild(known.min(place));
    }

    /// Rebuild the coarser levels from column `from` of the first on.
    fn rebuild(&mut self, from: usize) {
        let mut from = from;
        for level in 1..self.levels.len() {
            from /= FACTOR;
            let (finer, coarser) = self.levels.split_at_mut(level);
            let (Some(finer), Some(coarser)) = (finer.last(), coarser.first_mut()) else {
                return;
            };
            coarser.truncate(from);
            let rest = finer.get(from * FACTOR..).unwrap_or_default();
            coarser.extend(rest.chunks(FACTOR).map(join));
        }
    }

    /// About how much memory it takes.
    pub fn bytes(&self) -> usize {
        self.levels.iter().map(Vec::len).sum::<usize>() * size_of::<(f32, f32)>()
    }

    /// Whether nothing has come yet.
    pub fn is_empty(&self) -> bool {
        self.levels.first().is_none_or(Vec::is_empty)
    }

    /// How far it has come, in seconds.
    pub fn end(&self) -> f64 {
        let columns = self.levels.first().map_or(0, Vec::len);
        self.start + columns as f64 * self.column
    }

    /// Lowest and highest sample between two moments, in seconds; `None` where nothing has come.
    pub fn extent(&self, from: f64, to: f64) -> Option<(f32, f32)> {
        let mut level = 0;
        let mut width = self.column;
        while level < LEVELS && width * FACTOR as f64 <= (to - from) {
            level += 1;
            width *= FACTOR as f64;
        }
        let columns = self.levels.get(level)?;
        let first = ((from - self.start) / width).floor().max(0.0) as usize;
        let last = (((to - self.start) / width).ceil().max(0.0) as usize).max(first + 1);
        let some = columns.get(first..last.min(columns.len()))?;
        (!some.is_empty() && to > self.start).then(|| join(some))
    }

    /// The largest sample there is, 0 to 1 of full scale; 1 while nothing has come.
    pub fn loudest(&self) -> f32 {
        let coarsest = self.levels.last().filter(|level| !level.is_empty());
        let loudest = coarsest.map(|level| join(level));
        loudest.map_or(1.0, |(low, high)| high.max(-low))
    }
}

fn join(columns: &[(f32, f32)]) -> (f32, f32) {
    columns.iter().fold((0.0, 0.0), |(low, high), (l, h)| {
        (f32::min(low, *l), f32::max(high, *h))
    })
}

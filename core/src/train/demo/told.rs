//! How well classes are told apart on held-out real examples, class by class.

/// Said and true of a class.
#[derive(Clone, Copy, Default)]
struct Count {
    right: usize,
    said: usize,
    there: usize,
}

/// Counts over all examples.
pub(super) struct Told<'a> {
    names: &'a [String],
    counts: Vec<Count>,
}

/// Classes with fewer examples say nothing.
const FEWEST: usize = 20;

impl<'a> Told<'a> {
    /// Of nothing yet.
    pub fn new(names: &'a [String]) -> Self {
        Self {
            names,
            counts: vec![Count::default(); names.len()],
        }
    }

    /// Adds rows `[n, classes]` of logits, above 0 where a class is said to be there, and of what is there.
    pub fn add(&mut self, logits: &[f32], there: &[f32]) {
        let classes = self.counts.len().max(1);
        for (i, (logit, there)) in logits.iter().zip(there).enumerate() {
            let count = &mut self.counts[i % classes];
            let (said, there) = (*logit > 0.0, *there > 0.5);
            count.said += usize::from(said);
            count.there += usize::from(there);
            count.right += usize::from(said && there);
        }
    }

    /// The mean F1 of all classes with enough examples, in percent.
    pub fn mean(&self) -> f64 {
        let enough: Vec<f64> = self.enough().map(|(_, count)| count.f1()).collect();
        enough.iter().sum::<f64>() / enough.len().max(1) as f64
    }

    /// A line a class.
    pub fn lines(&self) -> Vec<String> {
        let line = |(name, count): (&String, Count)| {
            let Count { right, said, there } = count;
            let f1 = count.f1();
            format!("  {name}: F1 {f1:.1}, {right} right of {said} said and {there} there")
        };
        self.enough().map(line).collect()
    }

    fn enough(&self) -> impl Iterator<Item = (&String, Count)> {
        let all = self.names.iter().zip(self.counts.iter().copied());
        all.filter(|(_, count)| count.there >= FEWEST)
    }
}

impl Count {
    fn f1(self) -> f64 {
        200.0 * self.right as f64 / (self.said + self.there).max(1) as f64
    }
}

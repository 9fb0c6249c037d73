//! What is measured of a model on unseen scenes.

/// How well a model does on scenes it has never seen.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// How many scenes.
    pub scenes: usize,
    /// Segment accuracy of the head, 0 to 1.
    pub head: f64,
    /// Segment accuracy of a linear probe of the same frozen features, 0 to 1; none where no probe is kept.
    pub probe: Option<f64>,
    /// Share of segments that are background: what always saying so would score.
    pub background: f64,
    /// Share of segments familiar to the model (score of at least one half).
    pub familiar: f64,
}

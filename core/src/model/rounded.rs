//! What it costs to keep a model's backbones in 16 bit.

use serde::{Deserialize, Serialize};

use super::Precision;

/// One figure of a model, on the same clips once in f32 and once in 16 bit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RoundingPrice {
    /// The 16 bit.
    pub precision: Precision,
    /// What was measured, for people.
    pub figure: String,
    /// On what, for people.
    pub on: String,
    /// In f32, 0 to 1.
    pub full: f64,
    /// In 16 bit, 0 to 1.
    pub rounded: f64,
}

impl RoundingPrice {
    /// What some of them say, for people; nothing where there are none.
    pub fn told(prices: &[Self]) -> Option<String> {
        let Self { precision, on, .. } = prices.first()?;
        let one = |price: &Self| {
            let [rounded, full] = [price.rounded, price.full].map(|share| share * 100.0);
            format!("{} {rounded:.1} % ({full:.1} in f32)", price.figure)
        };
        let all: Vec<String> = prices.iter().map(one).collect();
        Some(format!("On {on}, in {precision}: {}", all.join(", ")))
    }
}

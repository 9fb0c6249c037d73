//! The shape of a pyramid: stages that halve the map and double the width.

use super::LayerShape;
use super::windows::WindowPlan;
use crate::model::ModelError;

/// The shape of a pyramid: what both configurations must agree on.
#[derive(Clone, Debug)]
pub(super) struct Pyramid<'a> {
    pub depths: &'a [usize],
    pub num_heads: &'a [usize],
    pub embed_dim: usize,
    pub grid: (usize, usize),
    pub window: usize,
}

impl Pyramid<'_> {
    /// Checks what the constructors would otherwise panic on.
    pub fn check(&self) -> Result<(), ModelError> {
        let refuse = |what: String| Err(ModelError::Config(what));
        let stages = self.depths.len();
        if stages == 0 || stages > 16 || self.num_heads.len() != stages {
            return refuse(format!(
                "depths ({stages}) and num_heads ({}) must name the same stages",
                self.num_heads.len()
            ));
        }
        if self.depths.iter().any(|d| *d == 0 || *d > 1000) {
            return refuse(format!(
                "depths {:?}: 1 to 1000 blocks a stage",
                self.depths
            ));
        }
        for stage in 0..stages {
            let (width, heads) = (self.width(stage), self.num_heads[stage]);
            if heads == 0 || width == 0 || width > 1 << 16 || width % heads != 0 {
                return refuse(format!(
                    "stage {stage} has {width} channels, which {heads} heads do not divide"
                ));
            }
            let (h, w) = self.grid_of(stage);
            if h == 0 || w == 0 || h * w > 1 << 20 {
                return refuse(format!("stage {stage} has a map of {h} x {w} tokens"));
            }
            WindowPlan::new((h, w), self.window, true)?;
            if stage + 1 < stages && (h % 2 != 0 || w % 2 != 0) {
                return refuse(format!(
                    "stage {stage} has a map of {h} x {w} tokens, which cannot be merged two by two"
                ));
            }
        }
        Ok(())
    }

    pub fn width(&self, stage: usize) -> usize {
        self.embed_dim.saturating_mul(1 << stage)
    }

    pub fn grid_of(&self, stage: usize) -> (usize, usize) {
        (self.grid.0 >> stage, self.grid.1 >> stage)
    }

    /// One layer shape a block.
    pub fn layers(&self) -> Vec<LayerShape> {
        let stages = self.depths.iter().enumerate();
        stages
            .flat_map(|(stage, depth)| std::iter::repeat_n(stage, *depth))
            .map(|stage| {
                let grid = self.grid_of(stage);
                LayerShape {
                    tokens: grid.0 * grid.1,
                    width: self.width(stage),
                    grid,
                    stage,
                }
            })
            .collect()
    }
}

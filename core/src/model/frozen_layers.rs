//! What distillation asks of frozen tokens, and who answers: whoever has them, as a whole on the device or a clip and a layer at a
//! time. Two products with a layer's tokens are all that a head ever wants of them, forwards and backwards.

use burn::tensor::Tensor;
use burn::tensor::activation::softmax;

use super::LayerFeatures;

/// Tokens of a backbone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrozenLayer {
    /// A block's output.
    Block(usize),
    /// The last one's after the final norm.
    Normed,
}

/// Frozen tokens of some segments.
pub trait FrozenLayers {
    /// How many segments.
    fn segments(&self) -> usize;

    /// How many blocks.
    fn blocks(&self) -> usize;

    /// A layer's tokens, `[n, N, D]`.
    ///
    /// # Panics
    /// There is no such block.
    fn tokens(&self, layer: FrozenLayer) -> Tensor<3>;

    /// Answers some questions, in their order.
    fn answers(&self, questions: Vec<Question>) -> Vec<Answer> {
        let of = |question: Question| question.of(&self.tokens(question.layer));
        questions.into_iter().map(of).collect()
    }
}

impl FrozenLayers for LayerFeatures {
    fn segments(&self) -> usize {
        self.final_norm.dims()[0]
    }

    fn blocks(&self) -> usize {
        self.layers.len()
    }

    fn tokens(&self, layer: FrozenLayer) -> Tensor<3> {
        match layer {
            FrozenLayer::Block(index) => self.layers[index].clone(),
            FrozenLayer::Normed => self.final_norm.clone(),
        }
    }
}

/// What one distillation wants of a layer's tokens.
#[derive(Clone, Debug)]
pub struct Question {
    /// Of which.
    pub layer: FrozenLayer,
    /// Their numbers, D.
    pub width: usize,
    /// Rows that attend to them, `[1 or n, rows, D]`.
    pub query: Option<Tensor<3>>,
    /// What else.
    pub mix: Mix,
}

/// Tokens brought together without attention.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant)] // A handful live at a time.
pub enum Mix {
    /// Not asked for.
    Nothing,
    /// Their mean.
    Mean,
    /// Weighted sums, `[N, K]`.
    Weighted(Tensor<2>),
}

/// What came of it.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// `softmax(query vᵀ) v`, `[n, rows, D]`.
    pub attended: Option<Tensor<3>>,
    /// `[n, K, D]`.
    pub mixed: Option<Tensor<3>>,
}

/// A loss's gradients for what asked.
#[derive(Clone, Debug, Default)]
pub struct Back {
    /// As the query.
    pub query: Option<Tensor<3>>,
    /// As the weights, `[N, K]`.
    pub weights: Option<Tensor<2>>,
}

/// How much each row reads of each token, `[n, rows, N]`; sums to 1.
pub(super) fn shares(query: Tensor<3>, tokens: &Tensor<3>) -> Tensor<3> {
    // v may be as large as 4096 x 96, and nothing but it has N rows: one product for all heads.
    softmax(query.matmul(tokens.clone().swap_dims(1, 2)), 2)
}

impl Question {
    /// The answer, where the tokens are at hand.
    ///
    /// # Shapes
    /// `tokens` `[n, N, D]`.
    pub fn of(&self, tokens: &Tensor<3>) -> Answer {
        let attend = |query: &Tensor<3>| shares(query.clone(), tokens).matmul(tokens.clone());
        Answer {
            attended: self.query.as_ref().map(attend),
            mixed: match &self.mix {
                Mix::Nothing => None,
                Mix::Mean => Some(tokens.clone().mean_dim(1)),
                // [n, D, N] x [N, K] would copy the tokens; W_gᵀ from the left does not.
                Mix::Weighted(weights) => {
                    let weights = weights.clone().swap_dims(0, 1).unsqueeze::<3>();
                    Some(weights.matmul(tokens.clone()))
                }
            },
        }
    }

    /// How many rows of mixed tokens it asks for.
    pub fn mixed(&self) -> usize {
        match &self.mix {
            Mix::Nothing => 0,
            Mix::Mean => 1,
            Mix::Weighted(weights) => weights.dims()[1],
        }
    }

    /// The same without a record of where its numbers come from.
    #[must_use]
    pub fn inner(&self) -> Self {
        Self {
            query: self.query.clone().map(Tensor::inner),
            mix: match &self.mix {
                Mix::Weighted(weights) => Mix::Weighted(weights.clone().inner()),
                other => other.clone(),
            },
            ..*self
        }
    }

    /// What of a loss's gradient for the answer comes to who asked: with p the softmax of `q vᵀ` and g the gradient of what was
    /// attended, `ds = p (g vᵀ - sum(p g vᵀ))`, `dq = ds v`; of weights `dW = v gᵀ`, summed over segments.
    ///
    /// # Shapes
    /// `tokens` `[n, N, D]`, `of` as the answer.
    pub fn back(&self, tokens: &Tensor<3>, of: &Answer) -> Back {
        let turned = || tokens.clone().swap_dims(1, 2);
        let query = self.query.as_ref().zip(of.attended.clone());
        let query = query.map(|(query, g)| {
            let p = shares(query.clone(), tokens);
            let dp = g.matmul(turned());
            let mean = (p.clone() * dp.clone()).sum_dim(2);
            let dq = (p * (dp - mean)).matmul(tokens.clone());
            match query.dims()[0] {
                1 => dq.sum_dim(0),
                _ => dq,
            }
        });
        let weights = match (&self.mix, &of.mixed) {
            (Mix::Weighted(_), Some(g)) => {
                let dw = g.clone().matmul(turned()).sum_dim(0);
                Some(dw.squeeze_dim::<2>(0).swap_dims(0, 1))
            }
            _ => None,
        };
        Back { query, weights }
    }
}

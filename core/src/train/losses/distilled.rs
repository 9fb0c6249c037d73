//! What a student loses against its teacher, and against what is known of an example as a whole.

use burn::tensor::Tensor;
use burn::tensor::activation::log_sigmoid;

/// The mean square of what a student's features lack to its teacher's. Where the teacher's have mean square 1, a student that says
/// the mean of all loses 1.
///
/// # Shapes
/// - said, wanted: `[.., width]`
pub fn distilled_loss<const D: usize>(said: Tensor<D>, wanted: Tensor<D>) -> Tensor<1> {
    (said - wanted).square().mean()
}

/// Binary cross-entropy of every class by itself, the sum over classes, the mean over examples: several may be there, or none.
///
/// # Shapes
/// - logits, there: `[n, classes]`; there is 1 or 0
pub fn classes_loss(logits: Tensor<2>, there: Tensor<2>) -> Tensor<1> {
    let yes = log_sigmoid(logits.clone()) * there.clone();
    let no = log_sigmoid(-logits) * (-there + 1.0);
    -(yes + no).sum_dim(1).mean()
}

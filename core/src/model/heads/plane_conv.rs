//! Convolutions that keep a map's size, with gradients of their own on the CPU. burn takes the weights' gradient for a convolution
//! whose kernel is as large as the map, which costs three times the convolution itself.

use burn::backend::autodiff::NodeId;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, Dispatch, Flex, TensorMetadata, backend_extension};
use burn::nn::PaddingConfig2d;
use burn::nn::conv::Conv2d;
use burn::tensor::{DType, Device, Tensor, TensorData};
use mettle_kernels::PlaneConv;

/// A convolution by a square kernel of odd side, of maps with zeros around them, so that they keep their size.
#[backend_extension(Flex, Autodiff)]
trait PlaneConvs: Backend {
    /// # Shapes
    /// Maps `[n, from, h, w]` and `kernel` `[to, from, k, k]`; gives `[n, to, h, w]`.
    fn plane_conv(maps: FloatTensor<Self>, kernel: FloatTensor<Self>) -> FloatTensor<Self>;
}

/// The way back.
trait PlaneGradients: Backend {
    /// The gradient of the maps, from the kernel and the gradient of what was given.
    ///
    /// # Shapes
    /// `grad` `[n, to, h, w]`; gives `[n, from, h, w]`.
    fn of_maps(grad: &FloatTensor<Self>, kernel: &FloatTensor<Self>) -> FloatTensor<Self>;

    /// The gradient of a kernel of `side` rows.
    ///
    /// # Shapes
    /// Maps `[n, from, h, w]` and `grad` `[n, to, h, w]`; gives `[to, from, side, side]`.
    fn of_kernel(
        maps: &FloatTensor<Self>,
        grad: &FloatTensor<Self>,
        side: usize,
    ) -> FloatTensor<Self>;
}

impl PlaneConvs for Flex {
    fn plane_conv(maps: FloatTensor<Self>, kernel: FloatTensor<Self>) -> FloatTensor<Self> {
        let conv = described(&maps, kernel.shape().dims());
        let out = conv.forward(
            numbers(&maps.to_contiguous()),
            numbers(&kernel.to_contiguous()),
        );
        tensor(out, [maps.shape()[0], conv.to, conv.grid.0, conv.grid.1])
    }
}

impl PlaneGradients for Flex {
    fn of_maps(grad: &FloatTensor<Self>, kernel: &FloatTensor<Self>) -> FloatTensor<Self> {
        let conv = described(grad, kernel.shape().dims());
        let out = conv.of_maps(
            numbers(&grad.to_contiguous()),
            numbers(&kernel.to_contiguous()),
        );
        tensor(out, [grad.shape()[0], conv.from, conv.grid.0, conv.grid.1])
    }

    fn of_kernel(
        maps: &FloatTensor<Self>,
        grad: &FloatTensor<Self>,
        side: usize,
    ) -> FloatTensor<Self> {
        let kernel = [grad.shape()[1], maps.shape()[1], side, side];
        let out = described(maps, kernel).of_kernel(
            numbers(&maps.to_contiguous()),
            numbers(&grad.to_contiguous()),
        );
        tensor(out, kernel)
    }
}

/// A convolution of maps as large as these by a kernel `[to, from, side, side]`.
fn described(maps: &FloatTensor<Flex>, [to, from, side, _]: [usize; 4]) -> PlaneConv {
    let [.., h, w] = maps.shape().dims::<4>();
    PlaneConv {
        from,
        to,
        side,
        grid: (h, w),
    }
}

/// What a tensor without gaps holds.
fn numbers(tensor: &FloatTensor<Flex>) -> &[f32] {
    let start = tensor.layout().start_offset();
    &tensor.storage()[start..][..tensor.shape().num_elements()]
}

fn tensor(numbers: Vec<f32>, shape: [usize; 4]) -> FloatTensor<Flex> {
    FloatTensor::<Flex>::from_data(TensorData::new(numbers, shape))
}

impl<B: PlaneConvs + PlaneGradients, C: CheckpointStrategy> PlaneConvs for Autodiff<B, C> {
    fn plane_conv(maps: FloatTensor<Self>, kernel: FloatTensor<Self>) -> FloatTensor<Self> {
        let parents = [maps.node(), kernel.node()];
        match PlaneConvBackward
            .prepare::<C>(parents)
            .compute_bound()
            .stateful()
        {
            OpsKind::Tracked(mut prep) => {
                let state = (prep.checkpoint(&maps), prep.checkpoint(&kernel));
                let out = B::plane_conv(maps.into_primitive(), kernel.into_primitive());
                prep.finish(state, out)
            }
            OpsKind::UnTracked(prep) => prep.finish(B::plane_conv(
                maps.into_primitive(),
                kernel.into_primitive(),
            )),
        }
    }
}

/// What takes gradients back through it.
#[derive(Debug)]
struct PlaneConvBackward;

impl<B: PlaneGradients> Backward<B, 2> for PlaneConvBackward {
    /// The maps and the kernel.
    type State = (NodeId, NodeId);

    fn backward(
        self,
        ops: Ops<Self::State, 2>,
        grads: &mut Gradients,
        checkpointer: &mut Checkpointer,
    ) {
        let [to_maps, to_kernel] = ops.parents;
        let grad = grads.consume::<B>(&ops.node);
        let (maps, kernel) = ops.state;
        let maps = checkpointer.retrieve_node_output::<FloatTensor<B>>(maps);
        let kernel = checkpointer.retrieve_node_output::<FloatTensor<B>>(kernel);
        if let Some(node) = to_maps {
            grads.register::<B>(node.id, B::of_maps(&grad, &kernel));
        }
        if let Some(node) = to_kernel {
            let side = kernel.shape()[2];
            grads.register::<B>(node.id, B::of_kernel(&maps, &grad, side));
        }
    }
}

/// Whether a convolution is one of those: by a square kernel of odd side, place by place, with as many zeros around as that needs.
fn keeps_size(conv: &Conv2d) -> bool {
    let [_, _, side, wide] = conv.weight.dims();
    let around = side / 2;
    side == wide
        && side % 2 == 1
        && (conv.stride, conv.dilation, conv.groups) == ([1, 1], [1, 1], 1)
        && conv.padding == PaddingConfig2d::Explicit(around, around, around, around)
}

/// What a convolution that keeps its maps' size gives; on the CPU by the kernels of this program.
///
/// # Shapes
/// Maps `[n, from, h, w]`; gives `[n, to, h, w]`.
pub(super) fn plane_conv(conv: &Conv2d, maps: Tensor<4>) -> Tensor<4> {
    let device = maps.device();
    if device.inner() != Device::flex() || maps.dtype() != DType::F32 || !keeps_size(conv) {
        return conv.forward(maps);
    }
    let kernel = conv.weight.val().into_dispatch();
    let out = <Dispatch as PlaneConvs>::plane_conv(maps.into_dispatch(), kernel);
    let out = Tensor::<4>::from_dispatch(out);
    match &conv.bias {
        Some(bias) => out + bias.val().reshape([1, -1, 1, 1]),
        None => out,
    }
}

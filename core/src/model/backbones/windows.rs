//! Cutting a map of tokens into windows, shifted or not, and the tables attention inside a window needs.
//!
//! Windows larger than the map become the map and lose their shift, as in Swin. Cutting, shifting and their inverse are
//! permutations of tokens, so each is one gather.

use burn::module::Module;
use burn::tensor::{Device, Int, Tensor, TensorData};

use crate::model::ModelError;

/// How one block cuts its map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct WindowPlan {
    /// Rows and columns of the map.
    pub grid: (usize, usize),
    /// Rows and columns of a window, no larger than the map.
    pub window: (usize, usize),
    /// How far windows are shifted down and right; 0 where the window spans the map.
    pub shift: (usize, usize),
}

impl WindowPlan {
    /// Windows of `size` over `grid`; every second block is shifted by half a window.
    ///
    /// # Errors
    /// Windows that do not divide the map: implementations disagree on how to pad, and no released model needs it.
    pub fn new(grid: (usize, usize), size: usize, shifted: bool) -> Result<Self, ModelError> {
        let window = (size.min(grid.0), size.min(grid.1));
        if size == 0 || !grid.0.is_multiple_of(window.0) || !grid.1.is_multiple_of(window.1) {
            return Err(ModelError::Config(format!(
                "windows of {size} do not divide a map of {} x {} tokens; choose a picture size and window whose \
                 maps at every stage are multiples of the window",
                grid.0, grid.1
            )));
        }
        let shift_of = |map: usize| if shifted && map > size { size / 2 } else { 0 };
        Ok(Self {
            grid,
            window,
            shift: (shift_of(grid.0), shift_of(grid.1)),
        })
    }

    /// Windows on the map.
    pub fn count(&self) -> usize {
        (self.grid.0 / self.window.0) * (self.grid.1 / self.window.1)
    }

    /// Tokens in a window.
    pub fn tokens(&self) -> usize {
        self.window.0 * self.window.1
    }

    /// Whether windows are shifted, and so need a mask.
    pub fn is_shifted(&self) -> bool {
        self.shift != (0, 0)
    }

    /// For each place in window order, the row and column on the rolled map.
    fn rolled(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        let (rows, cols) = self.window;
        let across = self.grid.1 / cols;
        (0..self.count()).flat_map(move |w| {
            let (top, left) = (w / across * rows, w % across * cols);
            (0..rows * cols).map(move |i| (top + i / cols, left + i % cols))
        })
    }

    /// `order[place in window order] = token on the map`.
    pub fn order(&self) -> Vec<i32> {
        let (height, width) = self.grid;
        self.rolled()
            .map(|(y, x)| {
                let (y, x) = ((y + self.shift.0) % height, (x + self.shift.1) % width);
                (y * width + x) as i32
            })
            .collect()
    }

    /// `(dy + W - 1) * (2W - 1) + (dx + W - 1)` for every pair (query, key), d = query - key; `[tokens * tokens]`.
    pub fn relative_index(&self) -> Vec<i32> {
        let (rows, cols) = self.window;
        let place = |i: usize| ((i / cols) as i32, (i % cols) as i32);
        let (tall, wide) = (rows as i32, cols as i32);
        (0..rows * cols)
            .flat_map(|q| (0..rows * cols).map(move |k| (q, k)))
            .map(|(q, k)| {
                let ((qy, qx), (ky, kx)) = (place(q), place(k));
                (qy - ky + tall - 1) * (2 * wide - 1) + (qx - kx + wide - 1)
            })
            .collect()
    }

    /// 0 where query and key were neighbours before the shift, -100 where they were not; `[count * tokens * tokens]`.
    pub fn mask(&self) -> Vec<f32> {
        let regions: Vec<usize> = self
            .rolled()
            .map(|(y, x)| 3 * self.region(y, 0) + self.region(x, 1))
            .collect();
        regions
            .chunks(self.tokens())
            .flat_map(|window| window.iter().map(move |q| (window, *q)))
            .flat_map(|(window, q)| {
                window
                    .iter()
                    .map(move |k| if *k == q { 0.0 } else { -100.0 })
            })
            .collect()
    }

    /// Which of the three bands of the rolled map a coordinate lies in.
    fn region(&self, at: usize, axis: usize) -> usize {
        let (map, window, shift) = match axis {
            0 => (self.grid.0, self.window.0, self.shift.0),
            _ => (self.grid.1, self.window.1, self.shift.1),
        };
        usize::from(at >= map - window) + usize::from(shift > 0 && at >= map - shift)
    }
}

/// A plan's permutation on a device.
#[derive(Module, Debug)]
pub(super) struct Windows {
    #[module(skip)]
    pub plan: WindowPlan,
    order: Tensor<1, Int>,
    inverse: Tensor<1, Int>,
}

impl Windows {
    pub fn new(plan: WindowPlan, device: &Device) -> Self {
        let order = plan.order();
        let mut inverse = vec![0_i32; order.len()];
        for (place, token) in order.iter().enumerate() {
            inverse[*token as usize] = place as i32;
        }
        Self {
            plan,
            order: ints(order, device),
            inverse: ints(inverse, device),
        }
    }

    /// `[n, height * width, c]` to `[n * windows, tokens, c]`.
    pub fn cut(&self, x: Tensor<3>) -> Tensor<3> {
        let [n, _, c] = x.dims();
        x.select(1, self.order.clone())
            .reshape([n * self.plan.count(), self.plan.tokens(), c])
    }

    /// The inverse of [`Self::cut`].
    pub fn join(&self, x: Tensor<3>) -> Tensor<3> {
        let [_, _, c] = x.dims();
        let tokens = self.plan.grid.0 * self.plan.grid.1;
        x.reshape([-1, tokens as i32, c as i32])
            .select(1, self.inverse.clone())
    }
}

/// Whole numbers on a device.
pub(super) fn ints(values: Vec<i32>, device: &Device) -> Tensor<1, Int> {
    let len = values.len();
    Tensor::from_data(TensorData::new(values, [len]), device)
}

/// Attention of every window at once.
///
/// `q`, `k`, `v` are `[n * windows, heads, tokens, d]`; `bias` is `[1, heads, tokens, tokens]`, or
/// `[1, windows * heads, tokens, tokens]` where a mask makes windows differ: then windows are counted as heads, so that one
/// table serves the whole batch without a copy.
pub(super) fn window_attention(
    [q, k, v]: [Tensor<4>; 3],
    bias: Tensor<4>,
    scale: f64,
) -> Tensor<4> {
    let dims = q.dims();
    let [batch, heads, tokens, width] = dims;
    let copies = bias.dims()[1] / heads;
    let fold = |x: Tensor<4>| x.reshape([batch / copies, heads * copies, tokens, width]);
    attention([fold(q), fold(k), fold(v)], Some(bias), scale).reshape(dims)
}

/// Softmax attention of `[n, heads, tokens, d]`, every token on every other; `bias` is added to the scaled products.
pub(super) fn attention(
    [q, k, v]: [Tensor<4>; 3],
    bias: Option<Tensor<4>>,
    scale: f64,
) -> Tensor<4> {
    let options = burn::tensor::ops::AttentionModuleOptions {
        scale: Some(scale),
        ..Default::default()
    };
    burn::tensor::module::attention(q, k, v, None, bias, options)
}

/// Splits `[n, tokens, 3 * heads * d]` into queries, keys and values `[n, heads, tokens, d]`.
pub(super) fn split_heads(qkv: Tensor<3>, heads: usize) -> [Tensor<4>; 3] {
    let [n, tokens, width] = qkv.dims();
    let qkv = qkv
        .reshape([n, tokens, 3, heads, width / (3 * heads)])
        .permute([2, 0, 3, 1, 4]);
    [0, 1, 2].map(|i| qkv.clone().narrow(0, i, 1).squeeze_dim::<4>(0))
}

/// The inverse for one of them: `[n, heads, tokens, d]` to `[n, tokens, heads * d]`.
pub(super) fn merge_heads(x: Tensor<4>) -> Tensor<3> {
    let [n, heads, tokens, d] = x.dims();
    x.permute([0, 2, 1, 3]).reshape([n, tokens, heads * d])
}

/// A table's mask added to its bias: `[1, heads, t, t]` and `[count * t * t]` to `[1, count * heads, t, t]`.
pub(super) fn with_mask(bias: Tensor<4>, plan: &WindowPlan) -> Tensor<4> {
    if !plan.is_shifted() {
        return bias;
    }
    let [_, heads, tokens, _] = bias.dims();
    let count = plan.count();
    let mask = TensorData::new(plan.mask(), [count, 1, tokens, tokens]);
    let mask = Tensor::<4>::from_data(mask, &bias.device());
    (bias + mask).reshape([1, count * heads, tokens, tokens])
}

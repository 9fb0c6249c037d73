//! A bottleneck's first step: pixels' inner channels, in strips as the second reads them.

use std::cell::Cell;

use pulp::{Simd, WithSimd};

use super::bf16::{Bf16, PAIRS, TALL};
use super::conv::LookScratch;
use super::finish::{Strips, Then};
use super::gemm::{Room, strip};
use super::packed::Packed;
use super::product::block;
use super::with_vectors;

thread_local! {
    /// A thread's room stays from block to block: fresh memory comes page by page, each cleared by the system.
    pub(super) static ROOM: Cell<Scratch> = Cell::default();
}

/// Room of a task, kept by its thread.
#[derive(Default)]
pub(super) struct Scratch {
    /// Inner channels, of whichever step.
    pub inner: Vec<f32>,
    /// The same in bf16.
    pub pairs: Vec<u32>,
    /// Pixels that a shortcut with a step takes.
    pub picked: Vec<f32>,
    /// Rows as products read them.
    pub tiles: Room,
    /// For a look in f32.
    pub look: LookScratch,
    /// For a look in bf16.
    pub places: Vec<[usize; TALL]>,
}

/// The first step for some pixels, a slice a strip.
pub(super) struct Narrowed<'a, N> {
    /// Channels in to channels inside.
    pub matrix: &'a Packed,
    /// The pixels.
    pub input: &'a [f32],
    /// Their numbers of each strip.
    pub out: Vec<&'a mut [N]>,
}

impl Narrowed<'_, f32> {
    /// In f32.
    pub fn fill(self) {
        let mut room = ROOM.take();
        with_vectors(Narrow(self, &mut room.tiles));
        ROOM.set(room);
    }
}

impl Narrowed<'_, u32> {
    /// In bf16.
    pub fn fill_in_bf16(self, numbers: Bf16) {
        let mut room = ROOM.take();
        let mut full = std::mem::take(&mut room.inner);
        let rows = self.input.len() / self.matrix.depth();
        full.resize(self.out.len() * rows * strip(), 0.0);
        let out = full.chunks_exact_mut(rows * strip()).collect();
        let narrowed = Narrowed {
            matrix: self.matrix,
            input: self.input,
            out,
        };
        with_vectors(Narrow(narrowed, &mut room.tiles));
        for (to, from) in self.out.into_iter().zip(full.chunks_exact(rows * strip())) {
            numbers.halve(from, to, PAIRS);
        }
        room.inner = full;
        ROOM.set(room);
    }
}

/// The same with some instructions.
struct Narrow<'a, 'b>(Narrowed<'a, f32>, &'b mut Room);

impl WithSimd for Narrow<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self(Narrowed { matrix, input, out }, tiles) = self;
        let strip = block::<S>();
        matrix.apply_to(simd, input, Then::Relu, &mut Strips { out, strip }, tiles);
    }
}

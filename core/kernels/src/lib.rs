//! Hand-written CPU kernels for frozen backbones, for heads that learn from what those give, for the trainings that burn's operations
//! slow down, and for pictures on their way there: slices in, slices out. They know no tensor and no model.
//!
//! They exist because a profile asked for them: burn's operations, one after the other, spend as long on moving
//! activations through memory as on multiplying. Here one task takes a few windows of tokens through a whole transformer
//! block while they stay in the processor's caches, and a ResNeXt's convolutions hand each other their maps in the order in
//! which the next one reads them. What they compute is defined by the burn operations of
//! `mettle_core::model::backbones`; the fixtures are checked against both.
//!
//! Vectors are `pulp`'s, of the widest kind that the processor has ([`Vectors`]). Threads are rayon's current pool.

mod attention;
mod bf16;
#[cfg(target_arch = "x86_64")]
mod bf16_x86;
mod bicubic;
mod block;
mod bottleneck;
mod colors;
mod conv;
mod conv_bf16;
mod cut;
mod few_rows;
mod finish;
mod gemm;
mod head;
mod kept;
mod map;
mod math;
mod memory;
mod narrow;
mod norm;
mod packed;
mod plane;
mod product;
mod source;
mod stem;
mod steps;
mod tangents;
mod turn;
mod under;
mod vectors;
mod winograd;

pub use attention::{Attention, AttentionKind};
pub use bf16::Bf16;
pub use bicubic::bicubic;
pub use block::{NormPlace, TransformerBlock};
pub use bottleneck::Bottleneck;
pub use colors::{ColorTables, Place, Planes, averaged};
pub use conv::GroupConv;
pub use cut::{Cut, Pieces};
pub use few_rows::{Tokens, softmax};
pub use gemm::{Room, multiply};
pub use memory::give_back;
pub use norm::Norm;
pub use packed::Packed;
pub use plane::PlaneConv;
pub use stem::Stem;
pub use tangents::gelu_tangents;
pub use turn::transpose;
pub use vectors::{NoSuchVectors, Vectors};

use vectors::with_vectors;

/// Rows of a tile of the matrix product. With two vectors across it fills 12 of 16 registers.
const TILE: usize = 6;

/// Rows of a task: as many as caches like.
const ROWS: usize = 192;

/// Things of a task, of so many in all, of which it should have `most`: as many for each thread, of at least two tasks.
fn even_share(count: usize, most: usize) -> usize {
    let threads = rayon::current_num_threads();
    let tasks = count.div_ceil(most.max(1)).max(2 * threads);
    count.div_ceil(tasks.next_multiple_of(threads)).max(1)
}

/// Rows of a task, of so many in all.
fn share_of(rows: usize) -> usize {
    even_share(rows, ROWS).next_multiple_of(TILE)
}

/// Has the processor fetch some numbers while it computes with others; a hint, and nothing where it cannot be given.
#[inline(always)]
fn soon<N>(numbers: &[N]) {
    #[cfg(target_arch = "x86_64")]
    for line in numbers.chunks(16) {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // There is no safe way to say it. The instruction reads nothing and cannot fault, whatever the address.
        #[allow(unsafe_code)]
        unsafe {
            _mm_prefetch::<_MM_HINT_T0>(line.as_ptr().cast());
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = numbers;
}

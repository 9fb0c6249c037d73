//! Products of numbers of 16 bit with the exponents of f32 (bf16), summed in f32, where the processor multiplies them in pairs
//! (`avx512_bf16`): half the memory of f32 and twice its products a cycle.

#[cfg(target_arch = "x86_64")]
use super::bf16_x86;
use super::vectors::{Vectors, has_bf16};

/// There is nothing to know where the processor has it, and no proof where no processor has.
#[cfg(target_arch = "x86_64")]
type Proof = ();
#[cfg(not(target_arch = "x86_64"))]
type Proof = std::convert::Infallible;

/// Pairs that lie side by side in a row of a tile: those of 32 terms, a block of f32 in the same vectors.
pub(super) const PAIRS: usize = 16;
/// Rows of a tile. A product waits for the one before it in the same sum for six cycles, and two begin in each: with two vectors
/// across, 24 sums leave none waiting, and still fit 32 registers.
pub(super) const TALL: usize = 12;
/// Columns of a strip, two vectors of f32.
pub(super) const STRIP: usize = 32;

/// Proof that this processor multiplies pairs of bf16, and that the user's choice of instructions lets it.
#[derive(Clone, Copy, Debug)]
pub struct Bf16(Proof);

impl Bf16 {
    /// Where it can be used.
    pub fn there() -> Option<Self> {
        #[cfg(target_arch = "x86_64")]
        return has_bf16(Vectors::in_use()).then_some(Self(()));
        #[cfg(not(target_arch = "x86_64"))]
        return None;
    }

    /// A tile `[blocks][TALL][PAIRS]` times a strip `[pairs][STRIP]`, both of pairs of bf16.
    #[inline(always)]
    pub(super) fn sums(self, tile: &[u32], strip: &[u32]) -> [[f32; STRIP]; TALL] {
        #[cfg(target_arch = "x86_64")]
        // The processor has these instructions: `self` is made only where it does.
        #[allow(unsafe_code)]
        return unsafe { bf16_x86::sums(tile, strip) };
        #[cfg(not(target_arch = "x86_64"))]
        match self.0 {}
    }

    /// The positive part of a convolution's results at a tile of places, `[TALL][PAIRS]`. Of a map's strips of `len` pairs, `inputs`
    /// starts with the first that is looked at; `places` says where the pixels under each tap begin in a strip; `matrix` is
    /// `[strips][taps][pairs][STRIP]`. With `halves`, left columns see the first half of a strip and right ones the second.
    #[inline(always)]
    pub(super) fn look(
        self,
        (inputs, len): (&[u32], usize),
        places: &[[usize; TALL]],
        (matrix, bias, halves): (&[u32], &[f32], bool),
        out: &mut [u32],
    ) {
        #[cfg(target_arch = "x86_64")]
        // As above.
        #[allow(unsafe_code)]
        unsafe {
            match halves {
                true => bf16_x86::look::<{ PAIRS / 2 }>((inputs, len), places, (matrix, bias), out),
                false => bf16_x86::look::<0>((inputs, len), places, (matrix, bias), out),
            }
        }
        #[cfg(not(target_arch = "x86_64"))]
        match self.0 {}
    }

    /// Rows' terms to pairs, 32 terms after 32: those of a block go side by side, the next block's `step` pairs behind them. What
    /// lacks in the last block is zero.
    #[inline(always)]
    pub(super) fn halve(self, terms: &[f32], to: &mut [u32], step: usize) {
        #[cfg(target_arch = "x86_64")]
        // As above.
        #[allow(unsafe_code)]
        unsafe {
            bf16_x86::halve(terms, to, step);
        }
        #[cfg(not(target_arch = "x86_64"))]
        match self.0 {}
    }
}

/// Rounded to the nearest, of two as near to the even one; in the upper half.
#[inline(always)]
fn rounded(value: f32) -> u32 {
    let bits = value.to_bits();
    bits.wrapping_add(0x7fff + (bits >> 16 & 1)) & 0xffff_0000
}

impl Bf16 {
    /// Terms with those below them, none being zero. No infinite ones and no NaN: a sum of products has them only where a weight has.
    #[inline(always)]
    pub(super) fn pair(self, top: &[f32], below: Option<&[f32]>, to: &mut [u32]) {
        match below {
            Some(below) => {
                for (to, (top, below)) in to.iter_mut().zip(top.iter().zip(below)) {
                    *to = rounded(*top) >> 16 | rounded(*below);
                }
            }
            None => {
                for (to, top) in to.iter_mut().zip(top) {
                    *to = rounded(*top) >> 16;
                }
            }
        }
    }
}

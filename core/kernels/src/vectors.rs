//! Which instructions the kernels use: the widest that the processor has, or those that the environment names, chosen once when
//! the program runs.

use std::sync::OnceLock;

use pulp::{Simd, WithSimd};

/// The variable of the environment that names them.
pub const VARIABLE: &str = "METTLE_SIMD";

/// A kind of instructions that this processor has.
#[derive(Clone, Copy, Debug)]
pub struct Vectors(Proof);

/// Each kind with what proves that it can be used.
#[derive(Clone, Copy, Debug)]
enum Proof {
    /// One number at a time.
    Plain,
    /// Eight at a time, with FMA.
    #[cfg(target_arch = "x86_64")]
    Avx2(pulp::x86::V3),
    /// Sixteen at a time.
    #[cfg(target_arch = "x86_64")]
    Avx512(pulp::x86::V4),
    /// Four at a time.
    #[cfg(target_arch = "aarch64")]
    Neon(pulp::aarch64::Neon),
}

/// The environment names instructions that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoSuchVectors {
    /// What it names.
    pub asked: String,
    /// What there is.
    pub there: Vec<&'static str>,
}

impl std::error::Error for NoSuchVectors {}

impl std::fmt::Display for NoSuchVectors {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let there = self.there.join(", ");
        let asked = &self.asked;
        write!(
            f,
            "{VARIABLE}={asked}: this program has no such instructions for this processor; it has {there}"
        )
    }
}

impl Vectors {
    /// Those that this processor has, the widest first; the last are the plain ones, which every processor has.
    pub fn there() -> Vec<Self> {
        let mut there = Vec::new();
        #[cfg(target_arch = "x86_64")]
        {
            there.extend(pulp::x86::V4::try_new().map(Proof::Avx512));
            there.extend(pulp::x86::V3::try_new().map(Proof::Avx2));
        }
        #[cfg(target_arch = "aarch64")]
        there.extend(pulp::aarch64::Neon::try_new().map(Proof::Neon));
        there.push(Proof::Plain);
        there.into_iter().map(Self).collect()
    }

    /// Those that the environment names, or the widest.
    ///
    /// # Errors
    /// The processor has none of that name.
    pub fn asked() -> Result<Self, NoSuchVectors> {
        let there = Self::there();
        let asked = std::env::var_os(VARIABLE).filter(|name| !name.is_empty());
        let found = match &asked {
            None => there.first(),
            Some(name) => there.iter().find(|kind| *name == *kind.name()),
        };
        found.copied().ok_or_else(|| NoSuchVectors {
            asked: asked.unwrap_or_default().to_string_lossy().into_owned(),
            there: there.iter().map(|kind| kind.name()).collect(),
        })
    }

    /// Those in use, in every thread until the program ends. Where the environment names none that can be, the widest.
    pub fn in_use() -> Self {
        static CHOSEN: OnceLock<Vectors> = OnceLock::new();
        let widest = || Self::there().first().copied();
        *CHOSEN.get_or_init(|| {
            let asked = Self::asked().ok();
            asked.or_else(widest).unwrap_or(Self(Proof::Plain))
        })
    }

    /// As the environment names them.
    pub fn name(self) -> &'static str {
        match self.0 {
            Proof::Plain => "plain",
            #[cfg(target_arch = "x86_64")]
            Proof::Avx2(_) => "avx2",
            #[cfg(target_arch = "x86_64")]
            Proof::Avx512(_) => "avx512",
            #[cfg(target_arch = "aarch64")]
            Proof::Neon(_) => "neon",
        }
    }
}

/// Whether products of pairs of bf16 belong to some instructions and this processor has them.
#[cfg(target_arch = "x86_64")]
pub(super) fn has_bf16(vectors: Vectors) -> bool {
    match vectors.0 {
        Proof::Avx512(_) => std::arch::is_x86_feature_detected!("avx512bf16"),
        _ => false,
    }
}

/// Runs `work` with the instructions in use.
pub(super) fn with_vectors<W: WithSimd>(work: W) -> W::Output {
    match Vectors::in_use().0 {
        Proof::Plain => Simd::vectorize(pulp::Scalar, work),
        #[cfg(target_arch = "x86_64")]
        Proof::Avx2(simd) => Simd::vectorize(simd, work),
        #[cfg(target_arch = "x86_64")]
        Proof::Avx512(simd) => Simd::vectorize(simd, work),
        #[cfg(target_arch = "aarch64")]
        Proof::Neon(simd) => Simd::vectorize(simd, work),
    }
}

//! A short test of a device: does it compute correctly, and how fast.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use burn::tensor::{Device, Distribution, Tensor, TensorData};
use serde::{Deserialize, Serialize};

use super::ComputeError;

/// What a self-test found.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SelfTest {
    /// Largest difference of a small matrix product from one computed in f64 on the CPU.
    pub max_error: f32,
    /// From the first operation to its result: kernels are compiled and tuned in it.
    pub first_ms: f64,
    /// Arithmetic throughput of a large matrix product, in 10⁹ operations a second.
    pub gflops: f64,
}

impl fmt::Display for SelfTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            max_error,
            first_ms,
            gflops,
        } = self;
        write!(
            f,
            "passed: {gflops:.1} GFLOP/s, first result after {first_ms:.0} ms, error {max_error:.1e}"
        )
    }
}

/// Sizes of the small product: not square and not powers of two, so that edges are computed too.
const SMALL: [usize; 3] = [37, 53, 29];
/// An f32 product over 53 terms of size below 1 differs from the exact one by much less.
const TOLERANCE: f32 = 1e-3;
/// Throughput is that of the product of two square matrices: of the last of these sizes, unless the device is so slow that
/// a smaller one takes [`SLOW`].
const SQUARES: [usize; 2] = [192, 768];
/// A product that takes this long is large enough to measure: the next size would take 64 times as long.
const SLOW: Duration = Duration::from_millis(10);
/// How long throughput is measured.
const MEASURE: Duration = Duration::from_millis(500);

/// Check and measure a device; about a second on a GPU, where the first use compiles kernels.
///
/// # Errors
/// What went wrong, when it panics or computes nonsense.
pub fn self_test(device: &Device) -> Result<SelfTest, ComputeError> {
    let begin = Instant::now();
    let max_error = check(device)?;
    let first_ms = begin.elapsed().as_secs_f64() * 1e3;
    let gflops = contained(|| throughput(device))??;
    Ok(SelfTest {
        max_error,
        first_ms,
        gflops,
    })
}

/// Multiply two small matrices and compare with the CPU; gives the largest difference.
pub(super) fn check(device: &Device) -> Result<f32, ComputeError> {
    let [rows, inner, columns] = SMALL;
    let left: Vec<f32> = wave(rows * inner, 0.37);
    let right: Vec<f32> = wave(inner * columns, 0.73);
    let got = contained(|| {
        let a = Tensor::<2>::from_data(TensorData::new(left.clone(), [rows, inner]), device);
        let b = Tensor::<2>::from_data(TensorData::new(right.clone(), [inner, columns]), device);
        a.matmul(b)
            .into_data()
            .try_to_vec::<f32>()
            .map_err(ComputeError::of)
    })??;
    let want = (0..rows * columns).map(|at| {
        let (row, column) = (at / columns, at % columns);
        (0..inner)
            .map(|k| f64::from(left[row * inner + k]) * f64::from(right[k * columns + column]))
            .sum::<f64>()
    });
    let error = want
        .zip(&got)
        .map(|(want, got)| (want - f64::from(*got)).abs() as f32)
        .fold(0.0, f32::max);
    if error.is_finite() && error <= TOLERANCE && got.len() == rows * columns {
        Ok(error)
    } else {
        Err(ComputeError::new(format!(
            "a matrix product is wrong by {error}"
        )))
    }
}

/// Numbers between -1 and 1 without a generator.
fn wave(count: usize, step: f32) -> Vec<f32> {
    (0..count).map(|i| (i as f32 * step).sin()).collect()
}

fn throughput(device: &Device) -> Result<f64, ComputeError> {
    let mut gflops = 0.0;
    for size in SQUARES {
        let time = time_of_product(size, device)?;
        gflops = 2.0 * (size as f64).powi(3) / time.as_secs_f64() / 1e9;
        if time > SLOW {
            break;
        }
    }
    Ok(gflops)
}

/// The mean time of a square product, kernels compiled and tuned before.
fn time_of_product(size: usize, device: &Device) -> Result<Duration, ComputeError> {
    let random = || Tensor::<2>::random([size, size], Distribution::Default, device);
    let (a, b) = (random(), random());
    let product = || -> Result<(), ComputeError> {
        // Reading part of the result back is what waits for it.
        let part = a.clone().matmul(b.clone()).slice([0..1, 0..1]).into_data();
        part.try_to_vec::<f32>().map(drop).map_err(ComputeError::of)
    };
    product()?;
    let (begin, mut runs) = (Instant::now(), 0);
    while runs == 0 || begin.elapsed() < MEASURE {
        product()?;
        runs += 1;
    }
    Ok(begin.elapsed() / runs)
}

/// Run something that a driver may make panic.
fn contained<T>(run: impl FnOnce() -> T) -> Result<T, ComputeError> {
    catch_unwind(AssertUnwindSafe(run))
        .map_err(|panic| ComputeError::new(super::panic_text(&*panic)))
}

//! Where results of kernel tuning are kept between runs, so that only the first use of a GPU is slow.

use cubecl_runtime::config::autotune::{AutotuneLevel, BenchConfig};
use cubecl_runtime::config::cache::CacheConfig;
use cubecl_runtime::config::environment::EnvironmentConfig;
use cubecl_runtime::config::{CubeClRuntimeConfig, RuntimeConfig};

use crate::base::cache_folder;

/// The variable of the environment that asks for all candidates to be timed; its value is `full`.
const VARIABLE: &str = "METTLE_TUNE";

/// How a kernel is found for each shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tuning {
    /// The first candidate that works: a new device is ready in seconds.
    First,
    /// The fastest of all that were compiled and timed: minutes for each model that is new to a device, once.
    Full,
}

/// The environment asks for a tuning that there is not.
#[derive(Debug, thiserror::Error)]
#[error(
    "{VARIABLE}={0}: `full` is the only value, and without it the first kernel that works is taken"
)]
pub struct NoSuchTuning(String);

impl Tuning {
    /// What the environment asks for.
    ///
    /// # Errors
    /// There is no such tuning.
    pub fn asked() -> Result<Self, NoSuchTuning> {
        let asked = std::env::var_os(VARIABLE).filter(|asked| !asked.is_empty());
        match asked {
            None => Ok(Self::First),
            Some(asked) if asked == "full" => Ok(Self::Full),
            Some(asked) => Err(NoSuchTuning(asked.to_string_lossy().into_owned())),
        }
    }

    /// The same for a device; a software adapter is never tuned, which would take it hours.
    pub fn of(software: bool) -> Self {
        match Self::asked() {
            Ok(Self::Full) if !software => Self::Full,
            _ => Self::First,
        }
    }
}

/// Let burn keep its tuning results and compiled kernels in the cache folder. Has an effect before the first use of a
/// GPU only; later calls change nothing. An unwritable folder costs a re-tuning at each start, not an error.
///
/// [`Tuning::First`] works together with [`super::untuned::take_first_kernels`].
pub fn keep_tuning_results(tuning: Tuning) {
    // A folder of its own: what was once measured would have everything tuned.
    let folder = match tuning {
        Tuning::First => "kernels-untuned",
        Tuning::Full => "kernels",
    };
    let mut settings = CubeClRuntimeConfig {
        environment: EnvironmentConfig {
            path: CacheConfig::Directory(cache_folder().join(folder)),
            ..EnvironmentConfig::default()
        },
        ..CubeClRuntimeConfig::default()
    };
    settings.compilation.cache = true;
    settings.autotune.level = match tuning {
        Tuning::First => AutotuneLevel::Minimal,
        Tuning::Full => AutotuneLevel::Full,
    };
    if tuning == Tuning::First {
        settings.autotune.bench = BenchConfig {
            min_samples: 1,
            max_samples: 1,
            short_circuit_samples: 1,
            ..BenchConfig::default()
        };
    }
    CubeClRuntimeConfig::try_set(settings);
}

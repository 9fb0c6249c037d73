//! Where results of kernel tuning are kept between runs, so that only the first use of a GPU is slow.

use cubecl_runtime::config::autotune::{AutotuneLevel, BenchConfig};
use cubecl_runtime::config::cache::CacheConfig;
use cubecl_runtime::config::environment::EnvironmentConfig;
use cubecl_runtime::config::{CubeClRuntimeConfig, RuntimeConfig};

use crate::base::cache_folder;

/// Let burn keep its tuning results and compiled kernels in the cache folder. Has an effect before the first use of a
/// GPU only; later calls change nothing. An unwritable folder costs a re-tuning at each start, not an error.
///
/// `software`: tune as little as possible, together with [`super::untuned::take_first_kernels`].
pub fn keep_tuning_results(software: bool) {
    // A folder of its own: what was once measured of a software adapter would have everything tuned.
    let folder = if software {
        "kernels-untuned"
    } else {
        "kernels"
    };
    let mut settings = CubeClRuntimeConfig {
        environment: EnvironmentConfig {
            path: CacheConfig::Directory(cache_folder().join(folder)),
            ..EnvironmentConfig::default()
        },
        ..CubeClRuntimeConfig::default()
    };
    settings.compilation.cache = true;
    if software {
        settings.autotune.level = AutotuneLevel::Minimal;
        settings.autotune.bench = BenchConfig {
            min_samples: 1,
            max_samples: 1,
            short_circuit_samples: 1,
            ..BenchConfig::default()
        };
    }
    CubeClRuntimeConfig::try_set(settings);
}

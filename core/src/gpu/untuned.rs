//! A software rasteriser needs a second or more to compile one kernel, and burn compiles and times several for each shape
//! before it settles for one: minutes for a small model, and nothing gained. Here the first kernel that works is taken.

use std::time::Duration;

use cubecl::device::WgpuDeviceKind;
use cubecl::ir::{ElemType, FloatKind, IntKind, UIntKind};
use cubecl_runtime::throughput::{
    MemoryAccess, MemorySpec, ThroughputCache, ThroughputKey, ThroughputMode, ThroughputValue,
    working_set_sweep,
};

use super::ComputeError;

/// Largest working set the tuner asks about, in bytes.
const LARGEST: u64 = 1 << 40;
/// So slow a device that any kernel comes near what it can reach: then the tuner stops at the first.
const SLOWEST: ThroughputValue = ThroughputValue {
    ops_count: 1,
    duration: Duration::from_secs(1),
};

/// Tell burn's tuner what it would otherwise measure first, for ten seconds: that the software adapter reaches next to
/// nothing. It settles for the first candidate that comes near that, which is the first that works.
///
/// # Errors
/// When the runtime does not know the device; then everything is tuned.
pub(super) fn take_first_kernels() -> Result<(), ComputeError> {
    let device = cubecl::Device::vulkan(WgpuDeviceKind::Cpu)
        .map_err(|e| ComputeError::new(e.to_string()))?;
    let client = device.client();
    let cache = ThroughputCache::get_for_device(client.name(), client.properties());
    let mut cache = cache.lock();
    for mode in compute().into_iter().chain(memory()) {
        let key = ThroughputKey { mode };
        if cache.get(&key).is_none() {
            cache.insert(key, SLOWEST);
        }
    }
    Ok(())
}

fn compute() -> Vec<ThroughputMode> {
    let types = [
        ElemType::Float(FloatKind::F32),
        ElemType::Float(FloatKind::F16),
        ElemType::Int(IntKind::I32),
        ElemType::UInt(UIntKind::U32),
    ];
    let direct = types.map(|dtype| ThroughputMode::ComputeDirect { dtype });
    [&direct[..], &[ThroughputMode::Launch]].concat()
}

fn memory() -> Vec<ThroughputMode> {
    let sizes = working_set_sweep(LARGEST);
    [MemoryAccess::Copy, MemoryAccess::Read, MemoryAccess::Write]
        .into_iter()
        .flat_map(|access| {
            sizes
                .iter()
                .map(move |&bytes| MemorySpec::new(access, bytes))
        })
        .map(ThroughputMode::Memory)
        .collect()
}

//! burn compiles and times several kernels for each shape before it settles for one. A compilation takes a graphics driver a second,
//! and one that plays a GPU by the CPU longer: minutes for a small model before the first clip is seen. Here the first kernel that
//! works is taken; what is first in burn's order is what suits most devices.

use std::time::Duration;

use cubecl::device::WgpuDeviceKind;
use cubecl::ir::{DeviceProperties, ElemType, FloatKind, IntKind, UIntKind};
use cubecl_runtime::throughput::{
    CmmaDims, ComputeCmmaConfig, MemoryAccess, MemorySpec, ThroughputCache, ThroughputKey,
    ThroughputMode, ThroughputValue, working_set_sweep,
};

use super::{Adapter, AdapterKind, Api, Candidate, ComputeError};

/// Largest working set the tuner asks about, in bytes.
const LARGEST: u64 = 1 << 40;
/// So slow a device that any kernel comes near what it can reach: then the tuner stops at the first.
const SLOWEST: ThroughputValue = ThroughputValue {
    ops_count: 1,
    duration: Duration::from_secs(1),
};

/// Tell burn's tuner what it would otherwise measure first, for ten seconds: that the device reaches next to nothing. It settles for
/// the first candidate that comes near that, which is the first that works.
///
/// # Errors
/// When the runtime does not know the device; then everything is tuned.
pub(super) fn take_first_kernels(candidate: &Candidate) -> Result<(), ComputeError> {
    let device = match candidate {
        Candidate::Cpu => return Ok(()),
        Candidate::Cuda => cubecl::Device::cuda(0),
        Candidate::Adapter(adapter) => on_adapter(adapter),
    };
    let device = device.map_err(|e| ComputeError::new(e.to_string()))?;
    let client = device.client();
    let properties = client.properties();
    let cache = ThroughputCache::get_for_device(client.name(), properties);
    let mut cache = cache.lock();
    let modes = compute().chain(matrix_units(properties)).chain(memory());
    for mode in modes {
        let key = ThroughputKey { mode };
        if cache.get(&key).is_none() {
            cache.insert(key, SLOWEST);
        }
    }
    Ok(())
}

fn on_adapter(adapter: &Adapter) -> Result<cubecl::Device, cubecl::device::DeviceUnavailable> {
    let kind = match adapter.kind {
        AdapterKind::Discrete => WgpuDeviceKind::DiscreteGpu(adapter.index),
        AdapterKind::Integrated => WgpuDeviceKind::IntegratedGpu(adapter.index),
        AdapterKind::Virtual => WgpuDeviceKind::VirtualGpu(adapter.index),
        AdapterKind::Software => WgpuDeviceKind::Cpu,
        AdapterKind::Other => WgpuDeviceKind::DefaultDevice,
    };
    match adapter.api {
        Api::Vulkan => cubecl::Device::vulkan(kind),
        Api::Metal => cubecl::Device::metal_msl(kind),
        Api::Dx12 => cubecl::Device::dx12(kind),
    }
}

fn compute() -> impl Iterator<Item = ThroughputMode> {
    let types = [
        ElemType::Float(FloatKind::F32),
        ElemType::Float(FloatKind::F16),
        ElemType::Int(IntKind::I32),
        ElemType::UInt(UIntKind::U32),
    ];
    let direct = types.map(|dtype| ThroughputMode::ComputeDirect { dtype });
    direct.into_iter().chain([ThroughputMode::Launch])
}

/// What the device's matrix units multiply, in each of their sizes.
fn matrix_units(properties: &DeviceProperties) -> impl Iterator<Item = ThroughputMode> {
    let matmul = &properties.features.matmul;
    let units = matmul.cmma.iter().chain(&matmul.mma);
    units.map(|unit| {
        let [m, n, k] = [unit.m, unit.n, unit.k].map(|side| side as usize);
        ThroughputMode::ComputeCmma {
            dtype: unit.a_type,
            config: ComputeCmmaConfig {
                accumulator_type: unit.cd_type,
                cmma_dims: CmmaDims { m, n, k },
            },
        }
    })
}

fn memory() -> impl Iterator<Item = ThroughputMode> {
    let specs = |access| {
        let sizes = working_set_sweep(LARGEST).into_iter();
        sizes.map(move |bytes| MemorySpec::new(access, bytes))
    };
    let accesses = [MemoryAccess::Copy, MemoryAccess::Read, MemoryAccess::Write];
    accesses
        .into_iter()
        .flat_map(specs)
        .map(ThroughputMode::Memory)
}

//! Opening a device: the first of the plan that starts and computes correctly.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};

use burn::tensor::wgpu::WgpuBackend;
use burn::tensor::{Device, DeviceKind};
use serde::Serialize;

use super::hush::hushed;
use super::{
    Adapter, AdapterKind, Api, CUDA_BUILT, Candidate, ComputeError, DeviceChoice, DeviceError,
    Prober,
};
use super::{list_adapters, no_f16, plan, self_test};

/// The compute device in use, and why a better one is not.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct DeviceReport {
    /// Short, for a chip: `CPU · 2 threads`, `Vulkan · GeForce RTX 4070 Laptop`.
    pub name: String,
    /// Why a device that would have been preferred was refused; empty when the best one is in use.
    pub refusals: Vec<String>,
    /// Why backbones cannot be kept in f16 on it; `None` where they can, or while no device is open.
    pub no_f16: Option<String>,
}

/// Find and open the device for a choice. Each candidate is tried by `prober` before this process touches it.
///
/// # Errors
/// When an explicit choice cannot be had; `auto` ends at the CPU, which always works.
pub fn choose(
    choice: DeviceChoice,
    prober: &Prober,
) -> Result<(Device, DeviceReport), DeviceError> {
    let (adapters, silence) = adapters_for(choice)?;
    let plan = plan(choice, &adapters, CUDA_BUILT)?;
    super::keep_tuning_results(plan.candidates.iter().any(Candidate::is_software));
    let mut refusals = plan.refusals;
    refusals.extend(silence);
    let mut last = None;
    for candidate in plan.candidates {
        match prober.check(&candidate).and_then(|()| open(&candidate)) {
            Ok(device) => {
                let name = candidate.to_string();
                let no_f16 = no_f16(&device).map(str::to_owned);
                let report = DeviceReport {
                    name,
                    refusals,
                    no_f16,
                };
                return Ok((device, report));
            }
            Err(error) => {
                refusals.push(error.to_string());
                last = Some(error);
            }
        }
    }
    Err(last.unwrap_or(DeviceError::NotThere {
        choice,
        reason: "nothing to try".to_owned(),
    }))
}

/// The machine's adapters, asked only where the choice needs them; for `auto`, a graphics system that fails to answer is
/// a refusal, not an error.
fn adapters_for(choice: DeviceChoice) -> Result<(Vec<Adapter>, Option<String>), DeviceError> {
    match choice {
        DeviceChoice::Cpu | DeviceChoice::Cuda => Ok((Vec::new(), None)),
        DeviceChoice::Auto => Ok(list_adapters().map_or_else(
            |error| (Vec::new(), Some(error.to_string())),
            |adapters| (adapters, None),
        )),
        _ => Ok((list_adapters()?, None)),
    }
}

/// Open one device and check that it computes. A device is opened once in a run of the program.
///
/// # Errors
/// When it does not start, panics or computes nonsense.
pub fn open(candidate: &Candidate) -> Result<Device, DeviceError> {
    static OPENED: Mutex<Vec<(Candidate, Device)>> = Mutex::new(Vec::new());
    let mut opened = OPENED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, device)) = opened.iter().find(|(known, _)| known == candidate) {
        return Ok(device.clone());
    }
    let broken = |cause: ComputeError| DeviceError::Broken {
        device: candidate.to_string(),
        reason: cause.to_string(),
    };
    let device = catch_unwind(AssertUnwindSafe(|| start(candidate)))
        .unwrap_or_else(|panic| Err(ComputeError::new(super::panic_text(&*panic))))
        .map_err(broken)?;
    self_test::check(&device).map_err(broken)?;
    opened.push((candidate.clone(), device.clone()));
    Ok(device)
}

fn start(candidate: &Candidate) -> Result<Device, ComputeError> {
    match candidate {
        Candidate::Cpu => Ok(Device::flex()),
        Candidate::Adapter(adapter) => start_adapter(adapter),
        Candidate::Cuda => start_cuda(),
    }
}

fn start_adapter(adapter: &Adapter) -> Result<Device, ComputeError> {
    let kind = match adapter.kind {
        AdapterKind::Discrete => DeviceKind::DiscreteGpu(adapter.index),
        AdapterKind::Integrated => DeviceKind::IntegratedGpu(adapter.index),
        AdapterKind::Virtual => DeviceKind::VirtualGpu(adapter.index),
        AdapterKind::Software => DeviceKind::Cpu,
        AdapterKind::Other => DeviceKind::DefaultDevice,
    };
    let api = match adapter.api {
        Api::Vulkan => WgpuBackend::Vulkan,
        Api::Metal => WgpuBackend::Metal,
        Api::Dx12 => WgpuBackend::Dx12,
    };
    let options = Device::wgpu_options().device_kind(kind).graphics_api(api);
    let device = hushed(|| options.init()).map_err(|error| ComputeError::new(error.to_string()))?;
    if adapter.kind == AdapterKind::Software
        && let Err(error) = super::untuned::take_first_kernels()
    {
        log::debug!("kernels are tuned on {adapter}: {error}");
    }
    Ok(device)
}

#[cfg(feature = "cuda")]
fn start_cuda() -> Result<Device, ComputeError> {
    Ok(Device::cuda(0))
}

#[cfg(not(feature = "cuda"))]
fn start_cuda() -> Result<Device, ComputeError> {
    Err(ComputeError::new(super::CUDA_NOT_BUILT))
}

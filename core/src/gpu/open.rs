//! Opening a device: the first of the plan that starts and computes correctly.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};

use burn::tensor::wgpu::{WgpuBackend, WgpuSetup};
use burn::tensor::{Device, DeviceKind};
use serde::Serialize;

use super::hush::hushed;
use super::{
    Adapter, AdapterKind, Api, CUDA_BUILT, Candidate, ComputeError, DeviceChoice, DeviceError,
    Prober, Tuning,
};
use super::{list_adapters, no_bf16, no_f16, plan, self_test};

/// The compute device in use, and why a better one is not.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct DeviceReport {
    /// Short, for a chip: `CPU · 2 threads`, `Vulkan · GeForce RTX 4070 Laptop`.
    pub name: String,
    /// Why a device that would have been preferred was refused; empty when the best one is in use.
    pub refusals: Vec<String>,
    /// Those of them that should have worked and did not: drivers that crashed, did not answer or computed nonsense.
    pub failed: Vec<String>,
    /// Why backbones cannot be kept in f16 on it; `None` where they can, or while no device is open.
    pub no_f16: Option<String>,
    /// The same of bf16.
    pub no_bf16: Option<String>,
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
    // Candidates come best first: with a card there, a software one is a last resort.
    let software = plan.candidates.first().is_some_and(Candidate::is_software);
    super::keep_tuning_results(Tuning::of(software));
    let mut refusals = plan.refusals;
    refusals.extend(silence);
    let (mut failed, mut last) = (Vec::new(), None);
    for candidate in plan.candidates {
        match prober.check(&candidate).and_then(|()| open(&candidate)) {
            Ok(device) => {
                let name = candidate.to_string();
                let no_f16 = no_f16(&device).map(str::to_owned);
                let no_bf16 = no_bf16(&device).map(str::to_owned);
                let report = DeviceReport {
                    name,
                    refusals,
                    failed,
                    no_f16,
                    no_bf16,
                };
                return Ok((device, report));
            }
            Err(error) => {
                refusals.push(error.to_string());
                failed.push(error.to_string());
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

/// A device that was opened in this run of the program.
struct Opened {
    candidate: Candidate,
    device: Device,
    /// What it stands on, where that is wgpu.
    setup: Option<WgpuSetup>,
    /// Not to be used any more.
    retired: bool,
}

static OPENED: Mutex<Vec<Opened>> = Mutex::new(Vec::new());

/// Open one device and check that it computes. A device is opened once in a run of the program, and again after [`retire`].
///
/// # Errors
/// When it does not start, panics or computes nonsense.
pub fn open(candidate: &Candidate) -> Result<Device, DeviceError> {
    let mut opened = OPENED.lock().unwrap_or_else(PoisonError::into_inner);
    let known = opened.iter().find(|known| known.candidate == *candidate);
    if let Some(known) = known.filter(|known| !known.retired) {
        return Ok(known.device.clone());
    }
    let before = known.and_then(|known| known.setup.clone());
    let broken = |cause: ComputeError| DeviceError::Broken {
        device: candidate.to_string(),
        reason: cause.to_string(),
    };
    let start = || match before {
        Some(before) => reopen(&before),
        None => start(candidate),
    };
    let (device, setup) = catch_unwind(AssertUnwindSafe(start))
        .unwrap_or_else(|panic| Err(ComputeError::new(super::panic_text(&*panic))))
        .map_err(broken)?;
    self_test::check(&device).map_err(broken)?;
    opened.retain(|known| known.candidate != *candidate);
    opened.push(Opened {
        candidate: candidate.clone(),
        device: device.clone(),
        setup,
        retired: false,
    });
    Ok(device)
}

/// Whether a device that was opened here has stopped computing: its driver was reset, or it is gone.
pub fn is_lost(device: &Device) -> bool {
    self_test::check(device).is_err()
}

/// Gives a device up, with all its memory; what is on it is lost, and work that still runs there fails. The next [`open`] of the
/// same candidate starts another.
pub fn retire(device: &Device) {
    let mut opened = OPENED.lock().unwrap_or_else(PoisonError::into_inner);
    for known in opened.iter_mut().filter(|known| known.device == *device) {
        known.retired = true;
        if let Some(setup) = &known.setup {
            setup.device.destroy();
        }
    }
}

type Started = (Device, Option<WgpuSetup>);

fn start(candidate: &Candidate) -> Result<Started, ComputeError> {
    let started = match candidate {
        Candidate::Cpu => (Device::flex(), None),
        Candidate::Adapter(adapter) => start_adapter(adapter)?,
        Candidate::Cuda => (start_cuda()?, None),
    };
    if Tuning::of(candidate.is_software()) == Tuning::First
        && let Err(error) = super::untuned::take_first_kernels(candidate)
    {
        log::debug!("kernels are tuned on {candidate}: {error}");
    }
    Ok(started)
}

/// Another device on the adapter of one that was given up: the tensor library starts only one itself.
fn reopen(before: &WgpuSetup) -> Result<Started, ComputeError> {
    if cfg!(feature = "vulkan") {
        return Err(ComputeError::new("start the program again to use it"));
    }
    let failed = |error: &dyn std::fmt::Display| ComputeError::new(error.to_string());
    let features = before.adapter.features();
    let unwanted =
        wgpu::Features::MAPPABLE_PRIMARY_BUFFERS.union(wgpu::Features::all_experimental_mask());
    let description = wgpu::DeviceDescriptor {
        required_features: features.difference(unwanted),
        required_limits: before.adapter.limits(),
        memory_hints: wgpu::MemoryHints::MemoryUsage,
        ..wgpu::DeviceDescriptor::default()
    };
    let request = || pollster::block_on(before.adapter.request_device(&description));
    let (device, queue) = hushed(request).map_err(|error| failed(&error))?;
    let setup = WgpuSetup {
        device,
        queue,
        ..before.clone()
    };
    let options = Device::wgpu_options().setup(setup.clone());
    let device = options.init().map_err(|error| failed(&error))?;
    Ok((device, Some(setup)))
}

fn start_adapter(adapter: &Adapter) -> Result<Started, ComputeError> {
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
    let started = hushed(|| options.init_with_setup());
    let (device, setup) = started.map_err(|error| ComputeError::new(error.to_string()))?;
    Ok((device, Some(setup)))
}

#[cfg(feature = "cuda")]
fn start_cuda() -> Result<Device, ComputeError> {
    Ok(Device::cuda(0))
}

#[cfg(not(feature = "cuda"))]
fn start_cuda() -> Result<Device, ComputeError> {
    Err(ComputeError::new(super::CUDA_NOT_BUILT))
}

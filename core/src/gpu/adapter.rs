//! The graphics adapters of this machine, as wgpu reports them.

use std::fmt;
use std::panic::catch_unwind;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use super::DeviceError;
use super::hush::hushed;

/// The interface an adapter is reached through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Api {
    /// Vulkan: Linux, Windows, Android.
    Vulkan,
    /// Metal: Apple's systems.
    Metal,
    /// Direct3D 12: Windows.
    Dx12,
}

impl fmt::Display for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Vulkan => "Vulkan",
            Self::Metal => "Metal",
            Self::Dx12 => "Direct3D 12",
        })
    }
}

/// What sort of adapter it is, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AdapterKind {
    /// A graphics card with its own memory.
    Discrete,
    /// Graphics built into the processor.
    Integrated,
    /// A GPU lent to a virtual machine.
    Virtual,
    /// The driver does not say.
    Other,
    /// A rasteriser that runs on the CPU.
    Software,
}

/// One adapter reached through one interface.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Adapter {
    /// What the driver calls it.
    pub name: String,
    /// Through which interface.
    pub api: Api,
    /// Whether it is a chip of its own, part of the processor, or software.
    pub kind: AdapterKind,
    /// Driver name and version.
    pub driver: String,
    /// Its place among the adapters that the same interface reports as the same type.
    pub index: usize,
}

impl fmt::Display for Adapter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} · {}", self.api, self.name)
    }
}

/// Rasterisers that some drivers do not own up to being.
const SOFTWARE: [&str; 5] = [
    "llvmpipe",
    "lavapipe",
    "swiftshader",
    "basic render",
    "softpipe",
];

/// Every adapter that compute kernels can run on. OpenGL is left out: its compute support is too uneven to rely on.
///
/// # Errors
/// When the graphics system of this machine fails to answer.
pub fn list_adapters() -> Result<Vec<Adapter>, DeviceError> {
    catch_unwind(|| {
        let found = hushed(|| pollster::block_on(instance().enumerate_adapters(BACKENDS)));
        number(found.iter().map(wgpu::Adapter::get_info))
    })
    .map_err(|panic| DeviceError::Probe(super::panic_text(&*panic)))
}

const BACKENDS: wgpu::Backends = wgpu::Backends::VULKAN
    .union(wgpu::Backends::METAL)
    .union(wgpu::Backends::DX12);

/// One instance, kept for good: the Vulkan loader does not survive instances that come and go on several threads.
fn instance() -> &'static wgpu::Instance {
    static INSTANCE: OnceLock<wgpu::Instance> = OnceLock::new();
    INSTANCE.get_or_init(|| {
        wgpu::Instance::new(wgpu::InstanceDescriptor {
            backends: BACKENDS,
            ..wgpu::InstanceDescriptor::new_without_display_handle()
        })
    })
}

/// Give every adapter its place among those of the same interface and reported type, which is how burn addresses it.
fn number(infos: impl Iterator<Item = wgpu::AdapterInfo>) -> Vec<Adapter> {
    let mut seen: Vec<(Api, wgpu::DeviceType)> = Vec::new();
    let mut adapters = Vec::new();
    for info in infos {
        let api = match info.backend {
            wgpu::Backend::Vulkan => Api::Vulkan,
            wgpu::Backend::Metal => Api::Metal,
            wgpu::Backend::Dx12 => Api::Dx12,
            _ => continue,
        };
        let reported = (api, info.device_type);
        let index = seen.iter().filter(|earlier| **earlier == reported).count();
        seen.push(reported);
        adapters.push(Adapter {
            kind: kind_of(&info),
            driver: format!("{} {}", info.driver, info.driver_info)
                .trim()
                .to_owned(),
            name: info.name,
            api,
            index,
        });
    }
    adapters
}

fn kind_of(info: &wgpu::AdapterInfo) -> AdapterKind {
    let name = info.name.to_lowercase();
    if SOFTWARE.iter().any(|software| name.contains(software)) {
        return AdapterKind::Software;
    }
    match info.device_type {
        wgpu::DeviceType::DiscreteGpu => AdapterKind::Discrete,
        wgpu::DeviceType::IntegratedGpu => AdapterKind::Integrated,
        wgpu::DeviceType::VirtualGpu => AdapterKind::Virtual,
        wgpu::DeviceType::Cpu => AdapterKind::Software,
        wgpu::DeviceType::Other => AdapterKind::Other,
    }
}

//! From what the machine has to an order in which to try devices. Pure, so that every rule can be tested anywhere.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Adapter, AdapterKind, Api, DeviceChoice, DeviceError};
use crate::base::KeyHasher;

/// A device that can be tried.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Candidate {
    /// The first NVIDIA GPU, through CUDA.
    Cuda,
    /// A graphics adapter.
    Adapter(Adapter),
    /// The CPU.
    Cpu,
}

impl fmt::Display for Candidate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cuda => f.write_str("CUDA · GPU 0"),
            Self::Adapter(adapter) => adapter.fmt(f),
            Self::Cpu => write!(f, "CPU · {} threads", rayon::current_num_threads()),
        }
    }
}

impl Candidate {
    /// Which it is, into the name of what is kept of it: another driver is another device.
    pub fn key(&self, key: KeyHasher) -> KeyHasher {
        match self {
            Self::Cuda => key.text("cuda"),
            Self::Cpu => key.text("cpu"),
            Self::Adapter(adapter) => key
                .text("adapter")
                .text(&adapter.name)
                .text(&adapter.api.to_string())
                .text(&adapter.driver)
                .count(adapter.index),
        }
    }

    /// Whether it is a GPU played by the CPU.
    pub fn is_software(&self) -> bool {
        matches!(self, Self::Adapter(adapter) if adapter.kind == AdapterKind::Software)
    }
}

/// Which devices to try, in order, and what was ruled out beforehand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// To try, best first; the first that works is used.
    pub candidates: Vec<Candidate>,
    /// One sentence for each device that would have come before, had it been acceptable.
    pub refusals: Vec<String>,
}

/// What to say of a machine's CUDA.
pub const CUDA_NOT_BUILT: &str = "CUDA: this program was built without the `cuda` feature";

/// The order in which to try devices for a choice.
///
/// # Errors
/// When the choice names an interface that this machine has no adapter for.
pub fn plan(
    choice: DeviceChoice,
    adapters: &[Adapter],
    cuda_built: bool,
) -> Result<Plan, DeviceError> {
    match choice {
        DeviceChoice::Auto => Ok(automatic(adapters, cuda_built)),
        DeviceChoice::Cpu => Ok(only(vec![Candidate::Cpu])),
        DeviceChoice::Wgpu => on_api(choice, adapters, |_| true),
        DeviceChoice::Vulkan => on_api(choice, adapters, |api| api == Api::Vulkan),
        DeviceChoice::Metal => on_api(choice, adapters, |api| api == Api::Metal),
        DeviceChoice::Dx12 => on_api(choice, adapters, |api| api == Api::Dx12),
        DeviceChoice::Cuda if cuda_built => Ok(only(vec![Candidate::Cuda])),
        DeviceChoice::Cuda => Err(DeviceError::NotThere {
            choice,
            reason: CUDA_NOT_BUILT.to_owned(),
        }),
    }
}

fn only(candidates: Vec<Candidate>) -> Plan {
    Plan {
        candidates,
        refusals: Vec::new(),
    }
}

/// CUDA, then real GPUs, best sort first, then the CPU; software rasterisers are refused.
fn automatic(adapters: &[Adapter], cuda_built: bool) -> Plan {
    let mut plan = Plan::default();
    if cuda_built {
        plan.candidates.push(Candidate::Cuda);
    } else if adapters.iter().any(is_nvidia) {
        plan.refusals.push(CUDA_NOT_BUILT.to_owned());
    }
    let (software, real): (Vec<_>, Vec<_>) = sorted(adapters)
        .into_iter()
        .partition(|adapter| adapter.kind == AdapterKind::Software);
    if real.is_empty() {
        plan.refusals.extend(software.iter().map(refuse_software));
    }
    plan.candidates
        .extend(real.into_iter().map(Candidate::Adapter));
    plan.candidates.push(Candidate::Cpu);
    plan
}

/// All adapters of the wanted interfaces, real ones first; no fallback to anything else.
fn on_api(
    choice: DeviceChoice,
    adapters: &[Adapter],
    wanted: impl Fn(Api) -> bool,
) -> Result<Plan, DeviceError> {
    let candidates: Vec<Candidate> = sorted(adapters)
        .into_iter()
        .filter(|adapter| wanted(adapter.api))
        .map(Candidate::Adapter)
        .collect();
    if candidates.is_empty() {
        return Err(DeviceError::NotThere {
            choice,
            reason: "this machine has no adapter for it".to_owned(),
        });
    }
    Ok(only(candidates))
}

fn sorted(adapters: &[Adapter]) -> Vec<Adapter> {
    let mut sorted = adapters.to_vec();
    sorted.sort_by_key(|adapter| (adapter.kind, adapter.api, adapter.index));
    sorted
}

/// Why the CPU is better than a GPU played by the CPU.
pub const SOFTWARE_REFUSED: &str = "a software rasteriser, slower than the CPU path";

fn refuse_software(adapter: &Adapter) -> String {
    format!("{adapter}: {SOFTWARE_REFUSED}")
}

fn is_nvidia(adapter: &Adapter) -> bool {
    adapter.name.to_lowercase().contains("nvidia") && adapter.kind == AdapterKind::Discrete
}

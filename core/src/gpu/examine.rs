//! What `mettle doctor` finds out about devices: all there are, the one in use, and why not the others.

use serde::Serialize;

use super::{
    Adapter, AdapterKind, CUDA_BUILT, CUDA_NOT_BUILT, ComputeError, DeviceChoice, DeviceError,
    DeviceReport, Prober, SOFTWARE_REFUSED, SelfTest, choose, list_adapters, self_test,
};

/// One adapter, and whether `auto` would use it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AdapterVerdict {
    /// As the graphics system describes it.
    #[serde(flatten)]
    pub adapter: Adapter,
    /// Whether it is the one in use.
    pub in_use: bool,
    /// Why `auto` does not use it; `None` when it would.
    pub refused: Option<String>,
}

/// Devices of this machine.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Examination {
    /// Graphics adapters that can compute.
    pub adapters: Vec<AdapterVerdict>,
    /// Why the graphics system did not answer, if it did not.
    pub adapters_error: Option<String>,
    /// Whether this program can use CUDA, or why not.
    pub cuda: String,
    /// The device for the choice, with refusals; or why it cannot be had.
    pub device: Result<DeviceReport, DeviceError>,
    /// What its self-test found.
    pub self_test: Option<Result<SelfTest, ComputeError>>,
}

/// Look at everything, open the device for `choice` and test it.
pub fn examine(choice: DeviceChoice, prober: &Prober) -> Examination {
    let (adapters, adapters_error) = match list_adapters() {
        Ok(adapters) => (adapters, None),
        Err(error) => (Vec::new(), Some(error.to_string())),
    };
    let chosen = choose(choice, prober);
    let self_test = chosen.as_ref().ok().map(|(device, _)| self_test(device));
    let device = chosen.map(|(_, report)| report);
    let verdict = |adapter| verdict_on(adapter, device.as_ref().ok());
    Examination {
        adapters: adapters.into_iter().map(verdict).collect(),
        adapters_error,
        cuda: match CUDA_BUILT {
            true => "built in; used when an NVIDIA driver answers".to_owned(),
            false => CUDA_NOT_BUILT.to_owned(),
        },
        device,
        self_test,
    }
}

fn verdict_on(adapter: Adapter, device: Option<&DeviceReport>) -> AdapterVerdict {
    let name = adapter.to_string();
    let in_use = device.is_some_and(|device| device.name == name);
    let tried = device.and_then(|device| {
        let about = |refusal: &&String| refusal.starts_with(&name);
        device.refusals.iter().find(about).cloned()
    });
    let refused = match adapter.kind {
        AdapterKind::Software => Some(SOFTWARE_REFUSED.to_owned()),
        _ if in_use => None,
        _ => tried.or_else(|| Some("another device is preferred".to_owned())),
    };
    AdapterVerdict {
        adapter,
        in_use,
        refused,
    }
}

//! `mettle doctor`: what this machine offers, what is used, and why not something else.

use std::fmt::Write;

use mettle_core::base::cache_folder;
use mettle_core::engine::{ModelChoice, model_info};
use mettle_core::gpu::{
    DeviceError, Examination, Prober, driver_words, examine, probe as try_device,
};
use mettle_core::media::ffmpeg_version;
use mettle_core::model::ModelInfo;
use mettle_core::tools::{multiplies_bf16, vectors, vectors_there};
use serde::Serialize;

use super::args::{DoctorArgs, ProbeArgs};
use super::{Failure, output};

/// All that the doctor says.
#[derive(Serialize)]
struct Report {
    version: &'static str,
    system: String,
    threads: usize,
    kernels: Kernels,
    devices: Examination,
    ffmpeg: String,
    model: Result<ModelInfo, String>,
    cache: std::path::PathBuf,
    #[serde(skip_serializing_if = "String::is_empty")]
    drivers_said: String,
}

/// Instructions of the CPU's kernels, as `METTLE_SIMD` names them.
#[derive(Serialize)]
struct Kernels {
    in_use: &'static str,
    /// All that this processor has, the widest first.
    there: Vec<&'static str>,
    /// Whether they multiply numbers of 16 bit.
    bf16: bool,
}

/// Examine the machine and print what was found.
pub fn run(args: &DoctorArgs) -> Result<(), Failure> {
    let devices = examine(args.device, &Prober::this_program());
    let report = Report {
        drivers_said: if args.verbose {
            driver_words()
        } else {
            String::new()
        },
        version: env!("CARGO_PKG_VERSION"),
        system: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
        threads: std::thread::available_parallelism().map_or(1, usize::from),
        kernels: Kernels {
            in_use: vectors(),
            there: vectors_there(),
            bf16: multiplies_bf16(),
        },
        devices,
        ffmpeg: ffmpeg_version(),
        model: model_info(&ModelChoice::Demo).map_err(|error| error.to_string()),
        cache: cache_folder(),
    };
    let healthy = report.devices.device.is_ok()
        && report.model.is_ok()
        && matches!(report.devices.self_test, Some(Ok(_)));
    if args.json {
        output::say(&(serde_json::to_string_pretty(&report)? + "\n"))?;
    } else {
        output::say(&text(&report))?;
    }
    if healthy { Ok(()) } else { Err(Failure::Told) }
}

/// Open and test one device, in the child process that [`Prober`] starts.
pub fn probe(args: &ProbeArgs) -> Result<(), Failure> {
    let Err(error) = try_device(&args.device) else {
        return Ok(());
    };
    // The program that asked knows the device's name, and reads here why.
    let reason = match error {
        DeviceError::Broken { reason, .. } => reason,
        other => other.to_string(),
    };
    output::say(&reason)?;
    Err(Failure::Told)
}

fn text(report: &Report) -> String {
    let mut text = String::new();
    let mut line = |name: &str, value: &str| {
        let _ = writeln!(text, "{name:<12} {value}");
    };
    line(
        "mettle",
        &format!("{} on {}", report.version, report.system),
    );
    match &report.devices.device {
        Ok(device) => {
            line("device", &device.name);
            device
                .refusals
                .iter()
                .for_each(|why| line("  refused", why));
        }
        Err(error) => line("device", &error.to_string()),
    }
    match &report.devices.self_test {
        Some(Ok(test)) => line("  self-test", &test.to_string()),
        Some(Err(error)) => line("  self-test", &format!("FAILED: {error}")),
        None => {}
    }
    let Kernels {
        in_use,
        there,
        bf16,
    } = &report.kernels;
    let bf16 = if *bf16 { " and bf16" } else { "" };
    line(
        "kernels",
        &format!("{in_use}{bf16} (of {})", there.join(", ")),
    );
    for verdict in &report.devices.adapters {
        let driver = &verdict.adapter.driver;
        line("adapter", &format!("{} ({driver})", verdict.adapter));
        let say = match (&verdict.refused, verdict.in_use) {
            (_, true) => "in use".to_owned(),
            (Some(why), _) => format!("not used by `auto`: {why}"),
            (None, _) => "would be used by `auto`".to_owned(),
        };
        line("", &say);
    }
    if report.devices.adapters.is_empty() {
        let none = "none found: no Vulkan, Metal or Direct3D 12 driver answers";
        line(
            "adapters",
            report.devices.adapters_error.as_deref().unwrap_or(none),
        );
    }
    line("cuda", report.devices.cuda.trim_start_matches("CUDA: "));
    line("ffmpeg", &report.ffmpeg);
    match &report.model {
        Ok(model) => line("model", &format!("{} ({})", model.name, model.sha256)),
        Err(error) => line("model", error),
    }
    line("cache", &report.cache.display().to_string());
    for said in report.drivers_said.lines() {
        line("driver says", said);
    }
    text
}

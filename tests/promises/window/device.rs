//! A graphics device that should work and does not is told of, once; the report that helps is a click away.

use egui_kittest::kittest::Queryable;
use mettle_core::engine::{JobSpec, ReplyBody};
use mettle_core::gpu::SelfTest;

use super::scripted::window;

const CRASHED: &str = "Vulkan · Odd GPU does not work: its driver failed when tried (signal 11)";

#[test]
fn a_device_that_fails_is_told_of_and_its_report_can_be_copied() {
    let (mut window, engine) = window(&[]);
    let toasts = window.query_all_by_label_contains("A graphics device does not work");
    assert_eq!(toasts.count(), 0, "a software device refused is no news");
    let script = || engine.0.lock().expect("script");
    script().broken_device = vec![CRASHED.to_owned()];
    window.run_steps(4);
    let told = &window.state().state().problems;
    assert_eq!(told.len(), 1, "once, not every frame: {told:?}");
    assert!(told[0].detail.contains("signal 11") && told[0].advice.contains("CPU · 2 threads"));
    window.get_by_label("A graphics device does not work");
    window.get_by_label("CPU · 2 threads").click();
    window.run_steps(3);
    window.get_by_label("Copy report").click();
    let mut copied = String::new();
    for _ in 0..4 {
        window.run_steps(1);
        for command in &window.output().platform_output.commands {
            if let egui::OutputCommand::CopyText(text) = command {
                copied.clone_from(text);
            }
        }
    }
    for part in [
        env!("CARGO_PKG_VERSION"),
        "CPU · 2 threads",
        "llvmpipe",
        "kernels: ",
        "FFmpeg: ",
    ] {
        assert!(copied.contains(part), "no {part} in {copied}");
    }
}

/// Who doubts a device has it tested where it is named; the answer stands there and in the report.
#[test]
fn a_device_is_tested_where_it_is_named() {
    let (mut window, engine) = window(&[]);
    window.get_by_label("CPU · 2 threads").click();
    window.run_steps(3);
    window.get_by_label("Test it").click();
    window.run_steps(3);
    window.get_by_label("Waiting for the device…");
    let asked = engine.job_of(|job| matches!(job, JobSpec::SelfTest));
    let found = SelfTest {
        max_error: 2e-6,
        first_ms: 3.0,
        gflops: 480.0,
    };
    engine.say(asked, ReplyBody::Tested(found));
    window.run_steps(3);
    window.get_by_label_contains("passed: 480.0 GFLOP/s");
    // One that was stopped leaves nobody waiting.
    window.get_by_label("Test it").click();
    window.run_steps(3);
    let again = engine.job_of(|job| matches!(job, JobSpec::SelfTest));
    assert_ne!(asked, again);
    engine.say(again, ReplyBody::Cancelled);
    window.run_steps(3);
    assert!(window.query_by_label("Waiting for the device…").is_none());
}

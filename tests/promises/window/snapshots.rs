//! The window looks as it did: small pictures of it, drawn by a software rasteriser and compared with stored ones.
//!
//! After a wanted change: `UPDATE_SNAPSHOTS=1 cargo test --release --workspace -- window::snapshots`, and look at them.

use egui_kittest::{Harness, HarnessBuilder, SnapshotOptions};
use mettle_app::intent::ViewIntent;
use mettle_core::gpu::Hush;

use super::scripted::{clip, fill, window_in};

const SIZE: egui::Vec2 = egui::vec2(960.0, 600.0);

fn options() -> SnapshotOptions {
    // Rasterisers round the edges of letters and of slanted lines differently.
    SnapshotOptions::new()
        .threshold(2.0)
        .max_failed_pixels(200_usize)
        .output_path("promises/window/snapshots")
}

/// Whether a processor draws here: another adapter's rounding is not what is promised.
pub fn software() -> bool {
    let _hush = Hush::begin();
    let instance = wgpu::Instance::default();
    let adapters = pollster::block_on(instance.enumerate_adapters(wgpu::Backends::all()));
    adapters
        .iter()
        .any(|adapter| adapter.get_info().device_type == wgpu::DeviceType::Cpu)
}

/// A window that is drawn, without what drivers print while they are looked for.
pub fn drawn<App>() -> HarnessBuilder<App> {
    let _hush = Hush::begin();
    Harness::builder().wgpu()
}

fn looks_right(name: &str, theme: egui::ThemePreference, paths: &[&str]) {
    if !software() {
        eprintln!(
            "{name}: no software adapter here (Mesa's lavapipe or WARP), so nothing was compared"
        );
        return;
    }
    let (mut window, engine) = window_in(drawn(), SIZE, paths, None);
    window.state_mut().ask(ViewIntent::Theme(theme));
    for path in paths {
        fill(&mut window, &engine, &clip(path, 1), 10);
    }
    window.run_steps(12);
    window.snapshot_options(name, &options());
}

#[test]
fn empty_and_dark() {
    looks_right("empty_dark", egui::ThemePreference::Dark, &[]);
}

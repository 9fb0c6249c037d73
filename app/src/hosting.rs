//! The window's graphics device can be lost (a driver that is updated or that crashes): then the window is closed and built
//! anew around the same state, engine and player. Nothing of the work is lost.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use eframe::App;
use egui::layers::GraphicLayers;

use crate::app::MettleApp;

/// What outlives a window.
#[derive(Clone, Default)]
pub struct Host {
    app: Rc<RefCell<Option<MettleApp>>>,
    lost: Rc<Cell<bool>>,
}

impl Host {
    /// Whether the window that has closed did so because its device was lost; asked once.
    pub fn is_lost(&self) -> bool {
        self.lost.take()
    }

    /// The application for a window that opens: made by `make` the first time, later the one there is.
    ///
    /// # Errors
    /// What `make` says.
    pub fn move_in(
        &self,
        cc: &eframe::CreationContext<'_>,
        make: impl FnOnce() -> anyhow::Result<MettleApp>,
    ) -> anyhow::Result<Hosted> {
        let mut app = self.app.borrow_mut();
        match app.as_mut() {
            Some(app) => app.move_to(cc),
            None => *app = Some(make()?),
        }
        let gone = Arc::new(AtomicBool::new(false));
        if let Some(gpu) = &cc.wgpu_render_state {
            watch(&gpu.device, &gone, &cc.egui_ctx);
        }
        Ok(Hosted {
            host: self.clone(),
            gone,
        })
    }
}

/// Notice when a device is lost. Its errors are logged: they end no program.
fn watch(device: &wgpu::Device, gone: &Arc<AtomicBool>, ctx: &egui::Context) {
    let (gone, ctx) = (gone.clone(), ctx.clone());
    device.set_device_lost_callback(move |reason, words| {
        log::warn!("the graphics device is lost ({reason:?}): {words}");
        gone.store(true, Ordering::Release);
        ctx.request_repaint();
    });
    device.on_uncaptured_error(Arc::new(|error: wgpu::Error| {
        log::error!("graphics: {error}")
    }));
}

/// The application in one window.
pub struct Hosted {
    host: Host,
    gone: Arc<AtomicBool>,
}

impl Hosted {
    /// Whether the device is lost; then the window closes, to be built anew.
    fn is_lost(&self, ctx: &egui::Context, frame: &eframe::Frame) -> bool {
        if let Some(gpu) = frame.wgpu_render_state() {
            // A lost device says so when it is asked, and must be drawn on no more.
            let _ = gpu.device.poll(wgpu::PollType::Poll);
        }
        let lost = self.gone.load(Ordering::Acquire);
        if lost && !self.host.lost.replace(true) {
            ctx.send_viewport_cmd(egui::ViewportCommand::Close);
        }
        lost
    }

    fn with<T>(&self, how: impl FnOnce(&mut MettleApp) -> T) -> Option<T> {
        self.host.app.borrow_mut().as_mut().map(how)
    }
}

impl App for Hosted {
    fn raw_input_hook(&mut self, ctx: &egui::Context, input: &mut egui::RawInput) {
        self.with(|app| app.raw_input_hook(ctx, input));
    }

    fn logic(&mut self, ctx: &egui::Context, frame: &mut eframe::Frame) {
        if !self.is_lost(ctx, frame) {
            self.with(|app| app.logic(ctx, frame));
        }
    }

    fn ui(&mut self, ui: &mut egui::Ui, frame: &mut eframe::Frame) {
        if !self.host.lost.get() {
            self.with(|app| app.ui(ui, frame));
        }
        if self.is_lost(ui.ctx(), frame) {
            // The painter ends the program when it is to draw on such a device: it is left nothing to draw.
            ui.ctx().graphics_mut(|all| *all = GraphicLayers::default());
        }
    }

    fn clear_color(&self, visuals: &egui::Visuals) -> [f32; 4] {
        self.with(|app| app.clear_color(visuals))
            .unwrap_or_default()
    }

    fn save(&mut self, storage: &mut dyn eframe::Storage) {
        self.with(|app| app.save(storage));
    }

    fn on_exit(&mut self) {
        if !self.host.lost.get() {
            self.with(|app| app.on_exit());
        }
    }
}

//! Where a processor draws the window, what it draws looks as egui draws it, by whatever shader it is drawn.

use std::collections::BTreeSet;

use eframe::CreationContext;
use egui::{Color32, ColorImage, Mesh, Rect, TextureHandle, TextureOptions, pos2, vec2};
use mettle_app::paint::{install_flat, install_meshes, paint_flat, paint_ground};

use super::snapshots::{drawn, software};

/// Cells of every strength between places that are no whole pixels, on a ground, narrow ones side by side in three rows, under words.
struct Cells;

impl eframe::App for Cells {
    fn ui(&mut self, ui: &mut egui::Ui, _: &mut eframe::Frame) {
        let painter = ui.painter();
        let ground = Rect::from_min_max(pos2(3.3, 4.6), pos2(187.5, 91.2));
        paint_ground(painter, ground, Color32::from_rgb(20, 40, 60));
        let mut mesh = Mesh::default();
        for place in 0..40_u8 {
            let at = pos2(5.0 + f32::from(place) * 4.37, 10.25 + f32::from(place));
            let color = Color32::from_rgb(250 - place, 120, 6 * place);
            let faint = color.gamma_multiply(f32::from(place) / 40.0);
            mesh.add_colored_rect(Rect::from_min_size(at, vec2(9.5, 30.75)), faint);
        }
        for place in 0..150_u8 {
            // Some are narrower than a pixel, some have gaps between them, and all begin left of what may be painted.
            let row = f32::from(place / 50);
            let at = pos2(-9.0 + f32::from(place % 50) * 3.7, 50.4 + 9.0 * row);
            let color = Color32::from_rgb(place, 250 - place, 99).gamma_multiply(0.6);
            let wide = [0.7, 2.9, 3.7][usize::from(place / 50)];
            mesh.add_colored_rect(Rect::from_min_size(at, vec2(wide, 8.3)), color);
        }
        paint_flat(&painter.with_clip_rect(ground.shrink(7.0)), mesh);
        ui.label("Over them");
    }
}

/// Letters, controls, round and slanted things, a picture that is scaled and another in place of it after a frame.
#[derive(Default)]
struct Controls {
    picture: Option<TextureHandle>,
    frames: u8,
}

impl eframe::App for Controls {
    fn ui(&mut self, ui: &mut egui::Ui, frame: &mut eframe::Frame) {
        self.frames += 1;
        let shade = [60, 200][usize::from(self.frames > 2)];
        let image = ColorImage::filled([3, 2], Color32::from_rgb(shade, 90, 255 - shade));
        match &mut self.picture {
            Some(picture) if self.frames == 3 => picture.set(image, TextureOptions::LINEAR),
            Some(_) => {}
            empty => *empty = Some(ui.ctx().load_texture("p", image, TextureOptions::LINEAR)),
        }
        Cells.ui(ui, frame);
        let _ = ui.button("A button");
        let _ = ui.radio(true, "chosen");
        if let Some(picture) = &self.picture {
            ui.image((picture.id(), vec2(40.0, 12.0)));
        }
        let painter = ui.painter();
        painter.circle_filled(pos2(160.0, 20.0), 7.5, Color32::LIGHT_RED);
        painter.line_segment([pos2(120.0, 5.0), pos2(150.0, 31.0)], (1.5, Color32::GOLD));
    }
}

fn picture<A: eframe::App + 'static>(
    install: impl Fn(&CreationContext<'_>) + 'static,
    app: impl Fn() -> A + 'static,
) -> image::RgbaImage {
    let build = move |cc: &mut CreationContext<'static>| {
        install(cc);
        app()
    };
    let mut window = drawn().with_size(vec2(200.0, 100.0)).build_eframe(build);
    window.run_steps(4);
    window.render().expect("drawn")
}

#[test]
fn plain_meshes_look_as_egui_draws_them() {
    if !software() {
        return;
    }
    let (own, eguis) = (picture(install_flat, || Cells), picture(|_| (), || Cells));
    let apart = own.pixels().zip(eguis.pixels()).filter(|(a, b)| a != b);
    assert_eq!(apart.count(), 0);
    let colors: BTreeSet<[u8; 4]> = own.pixels().map(|pixel| pixel.0).collect();
    assert!(colors.len() > 100, "cells, ground and words are there");
}

#[test]
fn a_window_drawn_by_a_processor_looks_as_egui_draws_it() {
    if !software() {
        return;
    }
    let both = |cc: &CreationContext<'_>| {
        install_flat(cc);
        install_meshes(cc);
    };
    let (own, eguis) = (
        picture(both, Controls::default),
        picture(install_flat, Controls::default),
    );
    let apart = own.pixels().zip(eguis.pixels());
    let apart: Vec<u8> = apart
        .map(|(a, b)| (0..4).map(|c| a.0[c].abs_diff(b.0[c])).max().unwrap_or(0))
        .collect();
    // The edge of a small disc is triangles here, a picture there; all else is rounding.
    let seen = apart.iter().filter(|apart| **apart > 2).count();
    assert!(seen < 60, "{seen} pixels look otherwise");
    let later = own.pixels().any(|pixel| pixel.0 == [200, 90, 55, 255]);
    assert!(later, "the picture that came later is there");
}

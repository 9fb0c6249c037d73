//! Plain meshes look the same by their own shader as by egui's.

use egui::{Color32, Mesh, Rect, pos2, vec2};
use mettle_app::paint::{install_flat, paint_flat, paint_ground};

use super::snapshots::{drawn, software};

/// Cells of every strength between places that are no whole pixels, on a ground, under words.
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
        paint_flat(&painter.with_clip_rect(ground.shrink(7.0)), mesh);
        ui.label("Over them");
    }
}

fn picture(by_own_shader: bool) -> image::RgbaImage {
    let build = move |cc: &mut eframe::CreationContext<'static>| {
        if by_own_shader {
            install_flat(cc);
        }
        Cells
    };
    let mut window = drawn().with_size(vec2(200.0, 100.0)).build_eframe(build);
    window.run_steps(2);
    window.render().expect("drawn")
}

#[test]
fn plain_meshes_look_as_egui_draws_them() {
    if !software() {
        return;
    }
    let (own, eguis) = (picture(true), picture(false));
    let apart = own.pixels().zip(eguis.pixels()).filter(|(a, b)| a != b);
    assert_eq!(apart.count(), 0);
    let colors: std::collections::BTreeSet<[u8; 4]> = own.pixels().map(|pixel| pixel.0).collect();
    assert!(colors.len() > 40, "cells, ground and words are there");
}

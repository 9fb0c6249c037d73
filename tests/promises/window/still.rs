//! A film's frame is drawn once as large as its place, and what stands there is always the newest one.

use std::sync::Arc;

use egui::{Rect, pos2, vec2};
use mettle_app::paint::{Placement, paint_video};
use mettle_core::base::{Time, TimeSpan};
use mettle_core::media::{ColorMatrix, ColorRange, VideoFrame, YuvPicture};

use super::snapshots::{drawn, software};

/// Of one colour.
fn frame(luma: u8) -> Arc<VideoFrame> {
    Arc::new(VideoFrame {
        span: TimeSpan::new(Time::ZERO, Time::SECOND),
        index: None,
        picture: Arc::new(YuvPicture {
            width: 16,
            height: 8,
            chroma_shift_x: 1,
            chroma_shift_y: 1,
            depth: 8,
            planes: [vec![luma; 128], vec![90; 32], vec![170; 32]],
            matrix: ColorMatrix::Bt709,
            range: ColorRange::Full,
            rotation_deg: 0,
            pixel_aspect: 1.0,
        }),
    })
}

struct Film {
    frame: Arc<VideoFrame>,
    place: Rect,
    format: wgpu::TextureFormat,
}

impl eframe::App for Film {
    fn ui(&mut self, ui: &mut egui::Ui, _: &mut eframe::Frame) {
        let place = Placement(self.place);
        paint_video(ui.painter(), place, self.frame.clone(), self.format);
    }
}

#[test]
fn the_newest_frame_stands_at_its_place_however_that_moves() {
    if !software() {
        return;
    }
    let at = |left: f32, wide: f32| Rect::from_min_size(pos2(left, 10.0), vec2(wide, 30.0));
    let mut window = drawn()
        .with_size(vec2(120.0, 60.0))
        .build_eframe(|cc| Film {
            frame: frame(40),
            place: at(10.0, 50.0),
            format: cc
                .wgpu_render_state
                .as_ref()
                .expect("drawn by wgpu")
                .target_format,
        });
    // Other frames, the same frame elsewhere, larger, and smaller.
    for (luma, left, wide) in [
        (40, 10.0, 50.0),
        (200, 10.0, 50.0),
        (200, 33.0, 50.0),
        (200, 33.0, 80.0),
        (90, 20.0, 21.0),
    ] {
        let film = window.state_mut();
        film.place = at(left, wide);
        if film.frame.picture.planes[0][0] != luma {
            film.frame = frame(luma);
        }
        window.run_steps(2);
        let image = window.render().expect("drawn");
        let color = film_color(luma);
        for (x, y, pixel) in image.enumerate_pixels() {
            let inside = at(left, wide).contains(pos2(x as f32 + 0.5, y as f32 + 0.5));
            let same = (0..3).all(|c| pixel.0[c].abs_diff(color[c]) <= 1);
            assert_eq!(
                inside, same,
                "{luma} {left} {wide}: pixel {x}, {y} is {pixel:?}"
            );
        }
    }
}

fn film_color(luma: u8) -> [u8; 3] {
    let rgb = frame(luma).picture.to_rgb().data;
    [rgb[0], rgb[1], rgb[2]]
}

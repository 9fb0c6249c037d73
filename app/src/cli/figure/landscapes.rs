//! Figure 3: surfaces of the loss around heads, at the same scale.

use mettle_core::train::Landscape;
use plotters::prelude::{ChartBuilder, Color, DrawingBackend, HSLColor, SurfaceSeries};

use super::draw::{Area, Drawn, FONT};

/// Of one surface.
const SIDE: (u32, u32) = (620, 560);

pub fn size(all: &[(String, Landscape)]) -> (u32, u32) {
    (SIDE.0 * all.len().max(1) as u32, SIDE.1)
}

pub fn paint<B: DrawingBackend>(area: &Area<B>, all: &[(String, Landscape)]) -> Drawn<B> {
    let parts = area.split_evenly((1, all.len().max(1)));
    // Losses grow fast towards the corners: their logarithm is shown.
    let height = |loss: f32| f64::from(loss.max(1e-6)).log10();
    let losses = all.iter().flat_map(|(_, land)| &land.losses);
    let heights = losses
        .filter(|loss| loss.is_finite())
        .map(|loss| height(*loss));
    let (low, high) = heights.fold((f64::MAX, f64::MIN), |(low, high), h| {
        (low.min(h), high.max(h))
    });
    let (low, high) = if low < high {
        (low, high)
    } else {
        (low.min(0.0) - 1.0, 1.0)
    };
    for (part, (name, land)) in parts.iter().zip(all) {
        let extent = f64::from(land.extent);
        let caption = format!(
            "{name}: log10 of the loss, {:.3} at the head",
            land.centre()
        );
        let mut chart = ChartBuilder::on(part)
            .caption(caption, (FONT, 20))
            .margin(12)
            .build_cartesian_3d(-extent..extent, low..high, -extent..extent)?;
        chart.with_projection(|mut view| {
            // So far away that the lower axes and their numbers are inside the picture.
            (view.yaw, view.pitch, view.scale) = (0.6, 0.45, 0.68);
            view.into_matrix()
        });
        chart.configure_axes().max_light_lines(2).draw()?;
        let places = || (0..land.side).map(|at| f64::from(land.place(at)));
        let nearest = |place: f64| {
            let steps = land.side.saturating_sub(1) as f64;
            ((place / extent + 1.0) / 2.0 * steps).round() as usize
        };
        let at = |x: f64, z: f64| {
            let loss = land.losses.get(nearest(z) * land.side + nearest(x));
            let loss = loss.copied().filter(|loss| loss.is_finite());
            loss.map_or(high, height)
        };
        let color = |h: &f64| {
            let share = (h - low) / (high - low);
            HSLColor(0.66 * (1.0 - share), 0.65, 0.5).mix(0.85).filled()
        };
        chart.draw_series(SurfaceSeries::xoz(places(), places(), at).style_func(&color))?;
    }
    Ok(())
}

//! A figure as a picture of pixels and as one of shapes, drawn the same way.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mettle_core::exchange::rendering::{face_for, png};
use mettle_core::media::RgbFrame;
use mettle_core::predict::ClassColor;
use mettle_core::tools::Figure;
use plotters::coord::Shift;
use plotters::drawing::DrawingAreaErrorKind;
use plotters::prelude::{
    BitMapBackend, DrawingArea, DrawingBackend, IntoDrawingArea, RGBColor, SVGBackend, WHITE,
};
use plotters::style::{FontStyle, register_font};

use super::{Failure, landscapes, lanes, strips, tokens};

/// The letters' family.
pub const FONT: &str = "sans-serif";

/// Where something is drawn.
pub type Area<B> = DrawingArea<B, Shift>;
/// How drawing ends.
pub type Drawn<B> = Result<(), DrawingAreaErrorKind<<B as DrawingBackend>::ErrorType>>;
/// A picture and its upper left corner.
pub type Placed<'a> = ((u32, u32), &'a RgbFrame);

/// As SVG, and as PNG.
pub fn drawn(figure: &Figure) -> Result<(String, Vec<u8>), Failure> {
    let usual = epaint_default_fonts::UBUNTU_LIGHT;
    let write_with = |font| {
        // It is a font.
        let _ = register_font(FONT, FontStyle::Normal, font);
    };
    write_with(usual);
    let size = size(figure);
    let placed = match figure {
        Figure::Strips(clips) => strips::placed(clips),
        _ => vec![],
    };
    let mut svg = String::new();
    painted(SVGBackend::with_string(&mut svg, size), figure)?;
    // Names in another writing: all that is written stands in it.
    let font = face_for(&svg, usual);
    if font != usual {
        write_with(font);
        svg.clear();
        painted(SVGBackend::with_string(&mut svg, size), figure)?;
    }
    let svg = with_pictures(&svg, &placed)?;
    let mut pixels = vec![255; (size.0 * size.1 * 3) as usize];
    painted(BitMapBackend::with_buffer(&mut pixels, size), figure)?;
    let mut picture = RgbFrame {
        width: size.0 as usize,
        height: size.1 as usize,
        data: pixels,
    };
    placed.iter().for_each(|placed| paste(&mut picture, placed));
    Ok((svg, png(&picture)?))
}

fn size(figure: &Figure) -> (u32, u32) {
    match figure {
        Figure::Landscapes(all) => landscapes::size(all),
        Figure::Tokens(panels) => tokens::size(panels),
        Figure::Lanes(clips) => lanes::size(clips),
        Figure::Strips(clips) => strips::size(clips),
    }
}

fn painted<B: DrawingBackend>(backend: B, figure: &Figure) -> Result<(), Failure> {
    let area = backend.into_drawing_area();
    let paint = || -> Drawn<B> {
        area.fill(&WHITE)?;
        match figure {
            Figure::Landscapes(all) => landscapes::paint(&area, all)?,
            Figure::Tokens(panels) => tokens::paint(&area, panels)?,
            Figure::Lanes(clips) => lanes::paint(&area, clips)?,
            Figure::Strips(clips) => strips::paint(&area, clips)?,
        }
        area.present()
    };
    paint().map_err(|e| Failure::Said(format!("the figure cannot be drawn: {e}")))
}

/// The colour of a class by its place.
pub fn color(class: usize) -> RGBColor {
    let [red, green, blue] = ClassColor::at(class).rgb;
    RGBColor(red, green, blue)
}

/// Pictures as they are, at the end of an SVG.
fn with_pictures(svg: &str, placed: &[Placed<'_>]) -> Result<String, Failure> {
    let mut images = String::new();
    for ((x, y), picture) in placed {
        let (width, height) = (picture.width, picture.height);
        let bytes = STANDARD.encode(png(picture)?);
        images += &format!(
            "<image x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" href=\"data:image/png;base64,{bytes}\"/>\n"
        );
    }
    Ok(match svg.rsplit_once("</svg>") {
        Some((shapes, rest)) => format!("{shapes}{images}</svg>{rest}"),
        None => svg.to_owned(),
    })
}

fn paste(into: &mut RgbFrame, ((x, y), picture): &Placed<'_>) {
    let (x, y) = (*x as usize, *y as usize);
    let rows = picture.data.chunks_exact((picture.width * 3).max(1));
    for (row, line) in rows.enumerate() {
        let at = ((y + row) * into.width + x) * 3;
        if let Some(there) = into.data.get_mut(at..at + line.len()) {
            there.copy_from_slice(line);
        }
    }
}

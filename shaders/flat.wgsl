// Draws meshes of plain colours. They have no texture: reading one is most of what a processor does for a pixel of egui's own shader.
// Narrow cells side by side are one rectangle, whose colour is that of the pixel's column: triangles so narrow cost a rasteriser many
// times the pixels that they have.

struct Corner {
    @builtin(position) place: vec4<f32>,
    // Premultiplied, in gamma space.
    @location(0) @interpolate(flat) color: vec4<f32>,
    // The first column, in pixels, and the row of `columns`.
    @location(1) @interpolate(flat) start: vec2<u32>,
}

@group(0) @binding(0) var columns: texture_2d<f32>;

// Places are those of the window: -1 to 1, upwards.
@vertex
fn vs_main(
    @location(0) place: vec2<f32>,
    @location(1) color: vec4<f32>,
    @location(2) start: vec2<u32>,
) -> Corner {
    var corner: Corner;
    corner.place = vec4<f32>(place, 0.0, 1.0);
    corner.color = color;
    corner.start = start;
    return corner;
}

fn to_linear(c: vec4<f32>) -> vec4<f32> {
    let low = c.rgb / 12.92;
    let high = pow((c.rgb + vec3<f32>(0.055)) / 1.055, vec3<f32>(2.4));
    return vec4<f32>(select(high, low, c.rgb <= vec3<f32>(0.04045)), c.a);
}

fn of_column(corner: Corner) -> vec4<f32> {
    let column = u32(corner.place.x) - corner.start.x;
    return textureLoad(columns, vec2<u32>(column, corner.start.y), 0);
}

@fragment
fn fs_plain(corner: Corner) -> @location(0) vec4<f32> {
    return corner.color;
}

@fragment
fn fs_columns(corner: Corner) -> @location(0) vec4<f32> {
    return of_column(corner);
}

// Where the target stores linear light.
@fragment
fn fs_plain_linear(corner: Corner) -> @location(0) vec4<f32> {
    return to_linear(corner.color);
}

@fragment
fn fs_columns_linear(corner: Corner) -> @location(0) vec4<f32> {
    return to_linear(of_column(corner));
}

// Draws meshes of plain colours. They have no texture: reading one is most of what a processor does for a pixel of egui's own shader.

struct Corner {
    @builtin(position) place: vec4<f32>,
    // Premultiplied, in gamma space.
    @location(0) @interpolate(flat) color: vec4<f32>,
}

// Places are those of the window: -1 to 1, upwards.
@vertex
fn vs_main(@location(0) place: vec2<f32>, @location(1) color: vec4<f32>) -> Corner {
    var corner: Corner;
    corner.place = vec4<f32>(place, 0.0, 1.0);
    corner.color = color;
    return corner;
}

@fragment
fn fs_main(corner: Corner) -> @location(0) vec4<f32> {
    return corner.color;
}

fn to_linear(c: vec3<f32>) -> vec3<f32> {
    let low = c / 12.92;
    let high = pow((c + vec3<f32>(0.055)) / 1.055, vec3<f32>(2.4));
    return select(high, low, c <= vec3<f32>(0.04045));
}

// Where the target stores linear light.
@fragment
fn fs_linear(corner: Corner) -> @location(0) vec4<f32> {
    return vec4<f32>(to_linear(corner.color.rgb), corner.color.a);
}

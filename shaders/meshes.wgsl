// Draws egui's meshes where a processor rasterises. egui's own shader has branches that such a rasteriser (lavapipe) follows for each
// pixel, whether taken or not; these have none. Twin: egui's own shader.

struct Corner {
    @builtin(position) place: vec4<f32>,
    @location(0) uv: vec2<f32>,
    // Premultiplied, in gamma space.
    @location(1) color: vec4<f32>,
}

// Width and height of the window, in points.
@group(0) @binding(0) var<uniform> window: vec4<f32>;
@group(1) @binding(0) var picture: texture_2d<f32>;
@group(1) @binding(1) var filtered: sampler;

@vertex
fn vs_main(
    @location(0) place: vec2<f32>,
    @location(1) uv: vec2<f32>,
    @location(2) color: vec4<f32>,
) -> Corner {
    var corner: Corner;
    let across = 2.0 * place / window.xy - 1.0;
    corner.place = vec4<f32>(across.x, -across.y, 0.0, 1.0);
    corner.uv = uv;
    corner.color = color;
    return corner;
}

fn to_linear(c: vec4<f32>) -> vec4<f32> {
    let low = c.rgb / 12.92;
    let high = pow((c.rgb + vec3<f32>(0.055)) / 1.055, vec3<f32>(2.4));
    return vec4<f32>(select(high, low, c.rgb <= vec3<f32>(0.04045)), c.a);
}

// Letters stand on whole pixels, and are as large as they lie in their picture: there is nothing to filter.
fn letter(corner: Corner) -> vec4<f32> {
    let size = vec2<f32>(textureDimensions(picture));
    return corner.color * textureLoad(picture, vec2<i32>(corner.uv * size), 0);
}

@fragment
fn fs_letters(corner: Corner) -> @location(0) vec4<f32> {
    return letter(corner);
}

@fragment
fn fs_pictures(corner: Corner) -> @location(0) vec4<f32> {
    return corner.color * textureSample(picture, filtered, corner.uv);
}

// Where the target stores linear light.
@fragment
fn fs_letters_linear(corner: Corner) -> @location(0) vec4<f32> {
    return to_linear(letter(corner));
}

@fragment
fn fs_pictures_linear(corner: Corner) -> @location(0) vec4<f32> {
    return to_linear(corner.color * textureSample(picture, filtered, corner.uv));
}

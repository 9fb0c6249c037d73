// Draws a picture that is already as large as its place on the screen.

struct Still {
    // Width and height, in pixels.
    size: vec4<f32>,
}

@group(0) @binding(0) var<uniform> still: Still;
@group(0) @binding(1) var picture: texture_2d<f32>;

@fragment
fn fs_main(@location(0) shown: vec2<f32>) -> @location(0) vec4<f32> {
    return textureLoad(picture, vec2<i32>(shown * still.size.xy), 0);
}

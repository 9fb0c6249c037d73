// Draws a planar YUV picture, turned upright. CPU twin: `YuvPicture::to_rgb` (with `smooth_from` 0).
//
// The viewport is the picture's place on the screen; a triangle covers it. Planes are whole numbers (R8Uint, R16Uint),
// which every GPU has, so 10 and 12 bit need no optional feature; interpolation is done here.

struct Picture {
    // rgb = rows · (y, u, v, 1), samples and colours 0 to 1.
    red: vec4<f32>,
    green: vec4<f32>,
    blue: vec4<f32>,
    // Coded width and height of the luma plane.
    size: vec2<f32>,
    // 1 where chroma has half the columns, half the rows.
    chroma_shift: vec2<u32>,
    // Largest sample value.
    top: f32,
    // Clockwise quarter turns to apply.
    quarter_turns: u32,
    // 1 to interpolate, 0 to take the nearest sample.
    smooth_from: u32,
    // 1 where the target stores linear light.
    linear_target: u32,
}

@group(0) @binding(0) var<uniform> picture: Picture;
@group(0) @binding(1) var luma: texture_2d<u32>;
@group(0) @binding(2) var chroma_u: texture_2d<u32>;
@group(0) @binding(3) var chroma_v: texture_2d<u32>;

// From the upright picture to the coded one, both 0 to 1.
fn turned_back(shown: vec2<f32>) -> vec2<f32> {
    switch picture.quarter_turns {
        case 1u: { return vec2<f32>(shown.y, 1.0 - shown.x); }
        case 2u: { return vec2<f32>(1.0 - shown.x, 1.0 - shown.y); }
        case 3u: { return vec2<f32>(1.0 - shown.y, shown.x); }
        default: { return shown; }
    }
}

fn load(plane: texture_2d<u32>, at: vec2<i32>) -> f32 {
    let last = vec2<i32>(textureDimensions(plane)) - vec2<i32>(1, 1);
    return min(f32(textureLoad(plane, clamp(at, vec2<i32>(0, 0), last), 0).r), picture.top);
}

// The sample at a place given in samples of the plane, the centre of the first one at (0.5, 0.5).
fn sample(plane: texture_2d<u32>, place: vec2<f32>) -> f32 {
    if picture.smooth_from == 0u {
        return load(plane, vec2<i32>(floor(place)));
    }
    let corner = floor(place - 0.5);
    let part = place - 0.5 - corner;
    let at = vec2<i32>(corner);
    let above = mix(load(plane, at), load(plane, at + vec2<i32>(1, 0)), part.x);
    let below = mix(load(plane, at + vec2<i32>(0, 1)), load(plane, at + vec2<i32>(1, 1)), part.x);
    return mix(above, below, part.y);
}

fn to_linear(c: vec3<f32>) -> vec3<f32> {
    let low = c / 12.92;
    let high = pow((c + vec3<f32>(0.055)) / 1.055, vec3<f32>(2.4));
    return select(high, low, c <= vec3<f32>(0.04045));
}

@fragment
fn fs_main(@location(0) shown: vec2<f32>) -> @location(0) vec4<f32> {
    let place = turned_back(shown) * picture.size;
    var chroma_place = place / vec2<f32>(vec2<u32>(1u, 1u) << picture.chroma_shift);
    if picture.smooth_from == 0u {
        chroma_place = vec2<f32>(vec2<u32>(floor(place)) >> picture.chroma_shift) + 0.5;
    }
    let yuv = vec3<f32>(
        sample(luma, place),
        sample(chroma_u, chroma_place),
        sample(chroma_v, chroma_place),
    ) / picture.top;
    let one = vec4<f32>(yuv, 1.0);
    var rgb = vec3<f32>(dot(picture.red, one), dot(picture.green, one), dot(picture.blue, one));
    rgb = clamp(rgb, vec3<f32>(0.0), vec3<f32>(1.0));
    if picture.linear_target == 1u {
        rgb = to_linear(rgb);
    }
    return vec4<f32>(rgb, 1.0);
}

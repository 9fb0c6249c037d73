// Draws a planar YUV picture, turned upright. CPU twin: `YuvPicture::to_rgb` (with `smooth_from` 0).
//
// The viewport is the picture's place on the screen; a triangle covers it. Planes are whole numbers (R8Uint, R16Uint),
// which every GPU has, so 10 and 12 bit need no optional feature; interpolation is done here.
//
// No branch asks a uniform alone: drivers that make a shader of its own for each value (lavapipe) compile it anew for every
// frame, which takes tens of milliseconds and a megabyte.

struct Picture {
    // rgb = rows · (y, u, v, 1), samples and colours 0 to 1.
    red: vec4<f32>,
    green: vec4<f32>,
    blue: vec4<f32>,
    // Coded width and height of the luma plane.
    size: vec2<f32>,
    // 1 where chroma has half the columns, half the rows.
    chroma_shift: vec2<u32>,
    // From the upright picture to the coded one, both 0 to 1: across = turn.xy · (shown - 0.5) + 0.5, down = turn.zw · (shown - 0.5) + 0.5.
    turn: vec4<f32>,
    // Largest sample value.
    top: f32,
    // 1 to interpolate, 0 to take the nearest sample.
    smoothing: f32,
    // 1 where the target stores linear light.
    linear_target: u32,
}

@group(0) @binding(0) var<uniform> picture: Picture;
@group(0) @binding(1) var luma: texture_2d<u32>;
@group(0) @binding(2) var chroma_u: texture_2d<u32>;
@group(0) @binding(3) var chroma_v: texture_2d<u32>;

fn turned_back(shown: vec2<f32>) -> vec2<f32> {
    let from_middle = shown - 0.5;
    return vec2<f32>(dot(picture.turn.xy, from_middle), dot(picture.turn.zw, from_middle)) + 0.5;
}

fn load(plane: texture_2d<u32>, at: vec2<i32>) -> f32 {
    let last = vec2<i32>(textureDimensions(plane)) - vec2<i32>(1, 1);
    return min(f32(textureLoad(plane, clamp(at, vec2<i32>(0, 0), last), 0).r), picture.top);
}

// The sample at a place given in samples of the plane, the centre of the first one at (0.5, 0.5).
fn sample(plane: texture_2d<u32>, place: vec2<f32>) -> f32 {
    let corner = floor(place - 0.5 * picture.smoothing);
    let part = (place - 0.5 - corner) * picture.smoothing;
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
    let between = place / vec2<f32>(vec2<u32>(1u, 1u) << picture.chroma_shift);
    let nearest = vec2<f32>(vec2<u32>(floor(place)) >> picture.chroma_shift) + 0.5;
    let chroma_place = select(nearest, between, picture.smoothing == 1.0);
    let yuv = vec3<f32>(
        sample(luma, place),
        sample(chroma_u, chroma_place),
        sample(chroma_v, chroma_place),
    ) / picture.top;
    let one = vec4<f32>(yuv, 1.0);
    var rgb = vec3<f32>(dot(picture.red, one), dot(picture.green, one), dot(picture.blue, one));
    rgb = clamp(rgb, vec3<f32>(0.0), vec3<f32>(1.0));
    rgb = select(rgb, to_linear(rgb), picture.linear_target == 1u);
    return vec4<f32>(rgb, 1.0);
}

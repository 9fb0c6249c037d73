// Lays a mask of probabilities over a picture. CPU twin: `MaskLook::pixel`.
//
// The viewport is the picture's place on the screen; a triangle covers it, so a mask of any shape is stretched over the
// picture. Probabilities are whole numbers (R16Uint, 65535 is 1), which every GPU has; interpolation is done here. Colours
// come out multiplied by alpha.
//
// No branch asks a uniform alone: drivers that make a shader of its own for each value (lavapipe) compile it anew for every
// frame, which takes tens of milliseconds and a megabyte.

struct Look {
    // Red, green, blue of what sounds.
    color: vec3<f32>,
    opacity: f32,
    // Width and height of the viewport, in pixels.
    size: vec2<f32>,
    // From which probability on a place sounds.
    threshold: f32,
    // Share of the second mask: 0 shows the first alone.
    share: f32,
    // 0 fill with its edge, 1 edge alone, 2 heat.
    style: u32,
    // 0 plain, 1 rising stripes, 2 falling stripes, 3 checks.
    pattern: u32,
    // Width of the edge, in pixels.
    edge: f32,
    // 1 where the target stores linear light.
    linear_target: u32,
}

@group(0) @binding(0) var<uniform> look: Look;
@group(0) @binding(1) var first: texture_2d<u32>;
@group(0) @binding(2) var second: texture_2d<u32>;

fn load(mask: texture_2d<u32>, at: vec2<i32>) -> f32 {
    let last = vec2<i32>(textureDimensions(mask)) - vec2<i32>(1, 1);
    return f32(textureLoad(mask, clamp(at, vec2<i32>(0, 0), last), 0).r) / 65535.0;
}

// The probability at a place of the whole picture, 0 to 1.
fn sample(mask: texture_2d<u32>, place: vec2<f32>) -> f32 {
    let count = vec2<f32>(textureDimensions(mask));
    let at = clamp(place * count - 0.5, vec2<f32>(0.0), count - 1.0);
    let corner = floor(at);
    let part = at - corner;
    let low = vec2<i32>(corner);
    let above = mix(load(mask, low), load(mask, low + vec2<i32>(1, 0)), part.x);
    let below = mix(load(mask, low + vec2<i32>(0, 1)), load(mask, low + vec2<i32>(1, 1)), part.x);
    return mix(above, below, part.y);
}

fn probability(pixel: vec2<f32>) -> f32 {
    let place = pixel / look.size;
    return mix(sample(first, place), sample(second, place), look.share);
}

// Whether the edge is no farther than its width.
fn near_outside(pixel: vec2<f32>) -> bool {
    for (var dx = -1; dx <= 1; dx++) {
        for (var dy = -1; dy <= 1; dy++) {
            let at = pixel + vec2<f32>(f32(dx), f32(dy)) * look.edge;
            if probability(at) <= look.threshold {
                return true;
            }
        }
    }
    return false;
}

fn odd(at: i32) -> bool {
    return (u32(at + 6000000) / 6u) % 2u == 1u;
}

fn is_faint(x: i32, y: i32) -> bool {
    let rising = (look.pattern == 1u) & odd(x + y);
    let falling = (look.pattern == 2u) & odd(x - y);
    let checks = (look.pattern == 3u) & (odd(x) != odd(y));
    return rising | falling | checks;
}

// The colour map "viridis", at equal distances.
fn viridis(p: f32) -> vec3<f32> {
    var stops = array<vec3<f32>, 9>(
        vec3<f32>(68.0, 1.0, 84.0),
        vec3<f32>(71.0, 45.0, 123.0),
        vec3<f32>(59.0, 82.0, 139.0),
        vec3<f32>(44.0, 114.0, 142.0),
        vec3<f32>(33.0, 145.0, 140.0),
        vec3<f32>(40.0, 174.0, 128.0),
        vec3<f32>(94.0, 201.0, 98.0),
        vec3<f32>(173.0, 220.0, 48.0),
        vec3<f32>(253.0, 231.0, 37.0),
    );
    let at = clamp(p, 0.0, 1.0) * 8.0;
    let low = min(u32(floor(at)), 7u);
    return mix(stops[low], stops[low + 1u], at - f32(low)) / 255.0;
}

fn to_linear(c: vec3<f32>) -> vec3<f32> {
    let low = c / 12.92;
    let high = pow((c + vec3<f32>(0.055)) / 1.055, vec3<f32>(2.4));
    return select(high, low, c <= vec3<f32>(0.04045));
}

fn laid(color: vec3<f32>, alpha: f32) -> vec4<f32> {
    let rgb = select(color, to_linear(color), look.linear_target == 1u);
    return vec4<f32>(rgb * alpha, alpha);
}

@fragment
fn fs_main(@location(0) shown: vec2<f32>) -> @location(0) vec4<f32> {
    let whole = floor(shown * look.size);
    let pixel = whole + 0.5;
    let p = probability(pixel);
    let heat = look.style == 2u;
    let edge_alone = look.style == 1u;
    var alpha = 0.0;
    // Heat has no edge: the threshold is out of reach there.
    if p > select(look.threshold, 2.0, heat) {
        let faint = is_faint(i32(whole.x), i32(whole.y));
        let filled = look.opacity * select(1.0, 0.35, faint);
        alpha = select(filled, 0.0, edge_alone);
        if near_outside(pixel) {
            alpha = sqrt(look.opacity);
        }
    }
    let color = select(look.color, viridis(p), heat);
    return laid(color, select(alpha, look.opacity * p, heat));
}

// Covers the viewport with one triangle; what is drawn in it is each shader's own `fs_main`. The tests of those hold it too.

struct Corner {
    @builtin(position) position: vec4<f32>,
    // The place in the viewport, 0 to 1 from its upper left corner.
    @location(0) shown: vec2<f32>,
}

@vertex
fn vs_main(@builtin(vertex_index) index: u32) -> Corner {
    // Twice as large as the viewport: (0,0), (2,0), (0,2).
    let shown = vec2<f32>(f32((index << 1u) & 2u), f32(index & 2u));
    var out: Corner;
    out.position = vec4<f32>(shown.x * 2.0 - 1.0, 1.0 - shown.y * 2.0, 0.0, 1.0);
    out.shown = shown;
    return out;
}

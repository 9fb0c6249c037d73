//! Every shader is valid, listed, and gives what its CPU twin gives.

use std::collections::BTreeSet;
use std::sync::Arc;

use mettle_app::paint::{MaskPaint, SHADERS, convert_offscreen, mask_offscreen};
use mettle_core::gpu::Hush;
use mettle_core::media::{ColorMatrix, ColorRange, YuvPicture};
use mettle_core::predict::{ClassColor, MaskLook, MaskStyle, ProbabilityMap};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

#[test]
fn folder_and_list_agree_and_every_shader_is_valid() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../shaders");
    let files: BTreeSet<String> = std::fs::read_dir(folder)
        .expect("the shaders' folder")
        .map(|file| {
            file.expect("a file")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .filter(|name| name.ends_with(".wgsl"))
        .collect();
    let listed: BTreeSet<String> = SHADERS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(files, listed);
    for (name, text) in SHADERS {
        let module = naga::front::wgsl::parse_str(text).unwrap_or_else(|e| panic!("{name}: {e}"));
        let flags = naga::valid::ValidationFlags::all();
        let mut validator = naga::valid::Validator::new(flags, naga::valid::Capabilities::empty());
        validator
            .validate(&module)
            .unwrap_or_else(|e| panic!("{name}: {e:?}"));
    }
}

fn random_picture(rng: &mut ChaCha8Rng) -> YuvPicture {
    let (width, height) = (rng.random_range(1..40_usize), rng.random_range(1..40_usize));
    let (x, y) = [(1, 1), (1, 0), (0, 0)][rng.random_range(0..3)];
    let depth = [8, 10, 12][rng.random_range(0..3)];
    let chroma = width.div_ceil(1 << x) * height.div_ceil(1 << y);
    let mut plane = |samples: usize| -> Vec<u8> {
        (0..samples)
            .flat_map(|_| {
                let value: u16 = rng.random_range(0..1 << depth);
                let bytes = value.to_le_bytes();
                bytes[..if depth > 8 { 2 } else { 1 }].to_vec()
            })
            .collect()
    };
    let planes = [plane(width * height), plane(chroma), plane(chroma)];
    YuvPicture {
        width,
        height,
        chroma_shift_x: x,
        chroma_shift_y: y,
        depth,
        planes,
        matrix: [ColorMatrix::Bt601, ColorMatrix::Bt709, ColorMatrix::Bt2020]
            [rng.random_range(0..3)],
        range: [ColorRange::Limited, ColorRange::Full][rng.random_range(0..2)],
        rotation_deg: [0, 90, 180, 270][rng.random_range(0..4)],
        pixel_aspect: 1.0,
    }
}

fn software_gpu() -> (wgpu::Device, wgpu::Queue) {
    let _hush = Hush::begin();
    let instance = wgpu::Instance::default();
    let adapters = pollster::block_on(instance.enumerate_adapters(wgpu::Backends::all()));
    let cpu = |a: &&wgpu::Adapter| a.get_info().device_type == wgpu::DeviceType::Cpu;
    let adapter = adapters
        .iter()
        .find(cpu)
        .or(adapters.first())
        .expect("an adapter");
    pollster::block_on(adapter.request_device(&wgpu::DeviceDescriptor::default()))
        .expect("a device")
}

#[test]
fn yuv_to_rgb_gives_what_its_cpu_twin_gives() {
    let (device, queue) = software_gpu();
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    for case in 0..40 {
        let picture = Arc::new(random_picture(&mut rng));
        let twin = picture.to_rgb();
        let (width, height) = (twin.width as u32, twin.height as u32);
        let drawn =
            convert_offscreen(&device, &queue, &picture, width, height, false).expect("drawn");
        for (place, (a, b)) in drawn.chunks(4).zip(twin.data.chunks(3)).enumerate() {
            let apart = (0..3).map(|c| a[c].abs_diff(b[c])).max().unwrap_or(0);
            // One step: rounding of f32 on the GPU and on the CPU.
            assert!(
                apart <= 1,
                "case {case}, pixel {place}: {a:?} and {b:?} in {}×{} {}°",
                picture.width,
                picture.height,
                picture.rotation_deg
            );
        }
    }
}

#[test]
fn smooth_drawing_of_one_colour_is_that_colour() {
    let (device, queue) = software_gpu();
    let mut rng = ChaCha8Rng::seed_from_u64(6);
    let mut picture = random_picture(&mut rng);
    (picture.depth, picture.width, picture.height) = (8, 16, 12);
    (picture.chroma_shift_x, picture.chroma_shift_y) = (1, 1);
    picture.planes = [vec![120; 192], vec![90; 48], vec![200; 48]];
    let expected = picture.to_rgb().data[..3].to_vec();
    let drawn =
        convert_offscreen(&device, &queue, &Arc::new(picture), 50, 37, true).expect("drawn");
    for pixel in drawn.chunks(4) {
        assert!(
            (0..3).all(|c| pixel[c].abs_diff(expected[c]) <= 1),
            "{pixel:?} and {expected:?}"
        );
    }
}

fn random_mask(rng: &mut ChaCha8Rng, width: usize, height: usize) -> ProbabilityMap {
    // A slope with noise on it: an edge somewhere, and probabilities of every size.
    let slope: f32 = rng.random_range(-1.0..1.0);
    let values: Vec<f32> = (0..width * height)
        .map(|i| {
            let (x, y) = ((i % width) as f32, (i / width) as f32);
            let along = (x * slope + y * (1.0 - slope.abs())) / (width + height) as f32;
            (along * 2.0 + rng.random_range(0.0..0.4)).clamp(0.0, 1.0)
        })
        .collect();
    ProbabilityMap::new(width, height, values)
}

#[test]
fn mask_overlay_gives_what_its_cpu_twin_gives() {
    let (device, queue) = software_gpu();
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let (mut inside, mut faded) = (0, 0);
    for case in 0..30 {
        let sides = (rng.random_range(1..30), rng.random_range(1..30));
        let first = random_mask(&mut rng, sides.0, sides.1);
        let second = (case % 3 == 0).then(|| {
            let map = random_mask(&mut rng, sides.1, sides.0);
            (map, rng.random_range(0.1..1.0_f32))
        });
        faded += usize::from(second.is_some());
        let look = MaskLook {
            style: [MaskStyle::Fill, MaskStyle::Outline, MaskStyle::Heat][case % 3],
            threshold: rng.random_range(0.2..0.8),
            opacity: rng.random_range(0.1..1.0),
            color: ClassColor::at(rng.random_range(0..28)),
            edge: rng.random_range(0.0..3.0),
        };
        let (width, height) = (rng.random_range(1..70_usize), rng.random_range(1..70_usize));
        let paint = MaskPaint {
            first: first.clone(),
            second: second.clone(),
            look,
        };
        let drawn = mask_offscreen(&device, &queue, &paint, width as u32, height as u32);
        let drawn = drawn.expect("drawn");
        let twin = |u: f32, v: f32| match &second {
            None => first.sample(u, v),
            Some((map, share)) => {
                let p = first.sample(u, v);
                p + (map.sample(u, v) - p) * share
            }
        };
        let mut apart = 0;
        for (place, pixel) in drawn.chunks(4).enumerate() {
            let at = (place % width, place / width);
            let expected = look.pixel(&twin, at, (width, height));
            let close = |c: usize| (f32::from(pixel[c]) - expected[c] * 255.0).abs() <= 1.5;
            apart += usize::from(!(0..4).all(close));
            inside += usize::from(pixel[3] > 0);
        }
        // A pixel whose probability is the threshold to the last bit may fall on either side of it.
        assert!(
            apart * 200 <= width * height,
            "case {case}: {apart} of {width}×{height}, {look:?}"
        );
    }
    assert!(
        inside > 1000 && faded > 5,
        "something was drawn: {inside}, {faded}"
    );
}

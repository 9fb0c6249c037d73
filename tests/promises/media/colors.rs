//! Colours come out as they went in, whatever the constants and the range they were coded with.

use mettle_core::media::{
    ColorMatrix, ColorRange, FrameReader, RgbFrame, YuvPicture, yuv_to_rgb_matrix,
};
use mettle_tests::media::{Media, picture_by_ffmpeg};

/// Four patches of plain colour, which no chroma subsampling or interpolation touches in their middles.
const PATCHES: [[u8; 3]; 4] = [[255, 0, 0], [0, 128, 64], [40, 80, 220], [240, 240, 240]];

fn patches(size: usize) -> String {
    let one = |[r, g, b]: [u8; 3]| {
        format!("color=0x{r:02x}{g:02x}{b:02x}:size={size}x{size}:rate=5:duration=1,format=gbrp")
    };
    let [a, b, c, d] = PATCHES.map(one);
    format!("-f lavfi -i {a}[a];{b}[b];{c}[c];{d}[d];[a][b][c][d]hstack=inputs=4")
}

fn assert_patches(picture: &RgbFrame, slack: u8, name: &str) {
    for (index, color) in PATCHES.iter().enumerate() {
        let x = (2 * index + 1) * picture.width / 8;
        let at = (picture.height / 2 * picture.width + x) * 3;
        let pixel = &picture.data[at..at + 3];
        let close = pixel
            .iter()
            .zip(color)
            .all(|(a, b)| a.abs_diff(*b) <= slack);
        assert!(close, "{name}: {pixel:?} for {color:?}");
    }
}

#[test]
fn every_matrix_and_range_gives_the_colours_back() {
    let media = Media::new();
    for (matrix, stated) in [
        ("bt601", "smpte170m"),
        ("bt709", "bt709"),
        ("bt2020", "bt2020nc"),
    ] {
        for (range, tag) in [("limited", "tv"), ("full", "pc")] {
            for format in [
                "yuv420p",
                "yuv422p",
                "yuv444p",
                "yuv420p10le",
                "yuv444p10le",
            ] {
                let name = format!("{matrix}-{range}-{format}.mp4");
                let convert = format!(
                    "scale=out_color_matrix={matrix}:out_range={range}:flags=accurate_rnd+full_chroma_inp"
                );
                let path = media.make(
                    &format!("{} -vf {convert},format={format} -c:v libx264 -qp 1 -colorspace {stated} -color_range {tag}", patches(32)),
                    &name,
                );
                let mut reader = FrameReader::open(&path).expect("opens");
                let frame = reader.first_frame().expect("decodes");
                let expected = match range {
                    "full" => ColorRange::Full,
                    _ => ColorRange::Limited,
                };
                assert_eq!(frame.picture.range, expected, "{name}");
                // A step of limited range is 1.16 of 255, chroma up to 2.1 of it, rounded twice.
                assert_patches(&frame.picture.to_rgb(), 4, &name);
            }
        }
    }
}

#[test]
fn formats_that_are_not_planar_yuv_lose_nothing_that_can_be_seen() {
    let media = Media::new();
    for (format, codec, name) in [
        ("bgr0", "ffv1", "a.mkv"),
        ("gbrp", "ffv1", "b.mkv"),
        ("rgb24", "png", "c.mov"),
        ("bgr24", "rawvideo", "d.avi"),
        ("gbrp10le", "ffv1", "e.mkv"),
        ("rgb48le", "png", "f.mov"),
    ] {
        let path = media.make(
            &format!("{} -c:v {codec} -pix_fmt {format}", patches(32)),
            name,
        );
        let mut reader = FrameReader::open(&path).expect("opens");
        let picture = reader.first_frame().expect("decodes").picture.to_rgb();
        assert_patches(&picture, 1, name);
    }
    let gray = media.make(
        "-f lavfi -i color=0x777777:size=64x64:duration=1,format=gray -c:v ffv1 -pix_fmt gray",
        "gray.mkv",
    );
    let picture = FrameReader::open(&gray)
        .and_then(|mut r| r.first_frame())
        .expect("decodes")
        .picture
        .to_rgb();
    assert!(
        picture.data.iter().all(|&v| v.abs_diff(0x77) <= 1),
        "{:?}",
        &picture.data[..3]
    );
}

#[test]
fn unspecified_colours_are_guessed_by_height() {
    let media = Media::new();
    for (height, expected) in [(480, ColorMatrix::Bt601), (720, ColorMatrix::Bt709)] {
        let path = media.make(
            &format!("-f lavfi -i color=red:size=64x{height}:rate=5:duration=0.4,format=yuv420p -c:v libx264"),
            &format!("{height}.mp4"),
        );
        let frame = FrameReader::open(&path)
            .and_then(|mut r| r.first_frame())
            .expect("decodes");
        assert_eq!(frame.picture.matrix, expected);
    }
}

#[test]
fn a_moving_picture_agrees_with_ffmpeg() {
    let media = Media::new();
    let path = media.make(
        "-f lavfi -i testsrc2=size=160x120:rate=25:duration=0.2 -pix_fmt yuv444p -c:v libx264 -colorspace smpte170m -color_range tv",
        "clip.mp4",
    );
    let ours = FrameReader::open(&path)
        .and_then(|mut r| r.first_frame())
        .expect("decodes")
        .picture
        .to_rgb();
    let judge = picture_by_ffmpeg(&path, "null");
    let worst = ours
        .data
        .iter()
        .zip(&judge)
        .map(|(a, b)| a.abs_diff(*b))
        .max();
    // Without subsampled chroma there is nothing to interpolate: only rounding differs.
    assert!(worst.is_some_and(|worst| worst <= 2), "{worst:?}");
}

#[test]
fn the_matrix_has_the_constants_of_the_standards() {
    // ITU-R BT.601-7, BT.709-6 and BT.2020-2: inverse of the full-range equations.
    for (matrix, red_v, green_u, green_v, blue_u) in [
        (ColorMatrix::Bt601, 1.402, -0.344_136, -0.714_136, 1.772),
        (ColorMatrix::Bt709, 1.5748, -0.187_324, -0.468_124, 1.8556),
        (ColorMatrix::Bt2020, 1.4746, -0.164_553, -0.571_353, 1.8814),
    ] {
        let (m, _) = yuv_to_rgb_matrix(matrix, ColorRange::Full, 8);
        let got = [m[0][2], m[1][1], m[1][2], m[2][1]];
        for (got, expected) in got.iter().zip([red_v, green_u, green_v, blue_u]) {
            assert!(
                (got - expected).abs() < 1e-5,
                "{matrix:?}: {got} for {expected}"
            );
        }
        for depth in [8, 10, 12] {
            let (m, o) = yuv_to_rgb_matrix(matrix, ColorRange::Limited, depth);
            let top = ((1_u32 << depth) - 1) as f32;
            let unit = (1_u32 << (depth - 8)) as f32;
            for (luma, expected) in [(16.0, 0.0), (235.0, 1.0)] {
                let yuv = [luma, 128.0, 128.0].map(|v| v * unit / top);
                for row in 0..3 {
                    let value = (0..3).map(|i| m[row][i] * yuv[i]).sum::<f32>() + o[row];
                    assert!(
                        (value - expected).abs() < 1e-5,
                        "{matrix:?} at {depth} bit: {value}"
                    );
                }
            }
        }
    }
}

/// A picture whose luma counts up and whose chroma is neutral.
fn ramp(width: usize, height: usize, rotation_deg: u32, pixel_aspect: f64) -> YuvPicture {
    let chroma = vec![128; width.div_ceil(2) * height.div_ceil(2)];
    YuvPicture {
        width,
        height,
        chroma_shift_x: 1,
        chroma_shift_y: 1,
        depth: 8,
        planes: [
            (0..width * height).map(|i| i as u8).collect(),
            chroma.clone(),
            chroma,
        ],
        matrix: ColorMatrix::Bt601,
        range: ColorRange::Full,
        rotation_deg,
        pixel_aspect,
    }
}

#[test]
fn turning_and_pixel_aspect() {
    // Coded as  0 1 2
    //           3 4 5
    let shown = |turn, aspect| {
        let rgb = ramp(3, 2, turn, aspect).to_rgb();
        let gray: Vec<u8> = rgb.data.chunks(3).map(|pixel| pixel[0]).collect();
        (rgb.width, rgb.height, gray)
    };
    assert_eq!(shown(0, 1.0), (3, 2, vec![0, 1, 2, 3, 4, 5]));
    assert_eq!(shown(90, 1.0), (2, 3, vec![3, 0, 4, 1, 5, 2]));
    assert_eq!(shown(180, 1.0), (3, 2, vec![5, 4, 3, 2, 1, 0]));
    assert_eq!(shown(270, 1.0), (2, 3, vec![2, 5, 1, 4, 0, 3]));
    assert_eq!(
        shown(0, 2.0),
        (6, 2, vec![0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5])
    );
    assert_eq!(shown(90, 2.0).0, 2);
    assert_eq!(shown(90, 2.0).1, 6);
}

#[test]
fn thumbnails_fit_and_are_averages() {
    let picture = ramp(64, 2, 0, 1.0);
    let small = picture.to_rgb_within(16, 16);
    assert_eq!((small.width, small.height), (16, 1));
    // Columns 0 to 3 of both rows: the mean of 0, 1, 2, 3 and 64, 65, 66, 67.
    assert!(small.data[0].abs_diff(34) <= 1, "{}", small.data[0]);
    let large = picture.to_rgb_within(1000, 1000);
    assert_eq!(large, picture.to_rgb(), "never enlarged");
}

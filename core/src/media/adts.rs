//! The header of every packet of a bare AAC stream.

use ffmpeg_next as ffmpeg;

/// Samples a second by their number in the header (ISO/IEC 14496-3, table 1.18).
const RATES: [u32; 13] = [
    96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000,
    7_350,
];
/// Samples of one block.
const BLOCK: i64 = 1024;

/// How long a packet sounds, in ticks of a time base (FFmpeg's for such files divides by every rate); zero where it has no
/// such header.
pub(super) fn length_of(packet: &[u8], base: ffmpeg::Rational) -> i64 {
    let &[0xff, sync, rate, _, _, _, blocks, ..] = packet else {
        return 0;
    };
    match RATES.get(usize::from(rate >> 2 & 0xf)) {
        Some(&rate) if sync >> 4 == 0xf => {
            let samples = BLOCK * i64::from(1 + (blocks & 3));
            samples * i64::from(base.1) / (i64::from(rate) * i64::from(base.0.max(1)))
        }
        _ => 0,
    }
}

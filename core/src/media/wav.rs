//! Sound as a RIFF file.

/// 16-bit mono PCM in a RIFF file; samples are cut off at -1 and 1.
pub fn wav(samples: &[f32], rate: u32) -> Vec<u8> {
    let bytes = samples.len() as u32 * 2;
    let mut out = Vec::with_capacity(44 + bytes as usize);
    out.extend(b"RIFF");
    out.extend((36 + bytes).to_le_bytes());
    out.extend(b"WAVEfmt ");
    out.extend(16u32.to_le_bytes());
    out.extend([1u16, 1].iter().flat_map(|x| x.to_le_bytes()));
    out.extend([rate, rate * 2].iter().flat_map(|x| x.to_le_bytes()));
    out.extend([2u16, 16].iter().flat_map(|x| x.to_le_bytes()));
    out.extend(b"data");
    out.extend(bytes.to_le_bytes());
    let integer = |x: &f32| (x.clamp(-1.0, 1.0) * 32767.0).round() as i16;
    out.extend(samples.iter().flat_map(|x| integer(x).to_le_bytes()));
    out
}

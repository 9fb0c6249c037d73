//! The spectrogram shows a tone where it is in time and pitch, at every zoom.

use mettle_app::state::Spectrogram;
use mettle_core::base::Time;
use mettle_core::engine::SpectrogramPart;

fn part(first: usize, columns: Vec<[u8; 4]>) -> SpectrogramPart {
    SpectrogramPart {
        start: Time::from_micros(first as i64 * 20_000),
        column: Time::from_micros(20_000),
        bands: 4,
        values: columns.concat(),
    }
}

#[test]
fn the_strongest_of_a_stretch_is_kept_band_by_band() {
    let mut spectrogram = Spectrogram::default();
    assert_eq!(spectrogram.strongest(0.0, 1.0), None);
    spectrogram.add(&part(0, vec![[1, 2, 3, 4], [9, 0, 0, 0]]));
    spectrogram.add(&part(2, vec![[0, 0, 0, 8]]));
    assert_eq!(spectrogram.strongest(0.0, 0.06), Some(vec![9, 2, 3, 8]));
    assert_eq!(spectrogram.strongest(0.041, 0.042), Some(vec![0, 0, 0, 8]));
    assert!((spectrogram.end() - 0.06).abs() < 1e-9);
    assert_eq!(
        spectrogram.strongest(0.07, 0.08),
        None,
        "nothing has come there"
    );
}

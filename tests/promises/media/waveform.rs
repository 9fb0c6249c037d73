//! The waveform shows a click where it is heard, and all of the clip.

use mettle_core::base::Time;
use mettle_core::media::{Clip, LocalFiles, Waveform};
use mettle_tests::media::{Media, PICTURES};

#[test]
fn a_click_is_drawn_within_10_ms_of_where_it_is() {
    let media = Media::new();
    let path = media.make(
        "-f lavfi -i aevalsrc=exprs=0.8*between(t\\,3.2\\,3.204)-0.6*between(t\\,6.7\\,6.704):d=9:s=44100 -c:a aac",
        "clicks.mp4",
    );
    let clip = Clip::open(&path).expect("opens");
    let column = Time::from_micros(5_000);
    let waveform = Waveform::open(&LocalFiles, &clip, column)
        .expect("opens")
        .expect("sound");
    assert_eq!(waveform.column(), column);
    let (total, parts) = (waveform.total(), waveform.collect::<Vec<_>>());
    assert!(parts.len() > 1, "it comes in parts");
    let columns = parts.concat();
    assert_eq!(columns.len(), total);
    assert_eq!(total as i64, (clip.duration.micros() + 4_999) / 5_000);
    let middle = |index: usize| (index as f64 + 0.5) * 0.005;
    let highest = (0..total).max_by(|&a, &b| columns[a].1.total_cmp(&columns[b].1));
    let lowest = (0..total).min_by(|&a, &b| columns[a].0.total_cmp(&columns[b].0));
    let (highest, lowest) = (highest.expect("columns"), lowest.expect("columns"));
    assert!(
        (middle(highest) - 3.202).abs() <= 0.010,
        "{}",
        middle(highest)
    );
    assert!(
        (middle(lowest) - 6.702).abs() <= 0.010,
        "{}",
        middle(lowest)
    );
    assert!(columns[highest].1 > 0.5 && columns[lowest].0 < -0.4);
    assert!(columns.iter().all(|&(low, high)| low <= high));
    assert!(
        columns[100..500]
            .iter()
            .all(|&(low, high)| low > -0.01 && high < 0.01)
    );
}

#[test]
fn a_clip_without_sound_has_no_waveform() {
    let media = Media::new();
    let path = media.make(&format!("{PICTURES} -c:v libx264"), "silent.mp4");
    let clip = Clip::open(&path).expect("opens");
    assert!(
        Waveform::open(&LocalFiles, &clip, Time::from_micros(10_000))
            .expect("opens")
            .is_none()
    );
}

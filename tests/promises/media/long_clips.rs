//! A clip of an hour is read in constant memory.

use mettle_core::base::{Time, TimeSpan};
use mettle_core::media::{Clip, FrameReader, LocalFiles, SegmentReader, Waveform};
use mettle_tests::media::Media;

/// Resident memory of this process in MiB, where the system says so.
fn resident_mib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    let kib: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib / 1024)
}

#[test]
fn an_hour_streams_in_constant_memory() {
    let media = Media::new();
    let path = media.make(
        "-f lavfi -i color=gray:size=64x64:rate=2:duration=3600 -f lavfi -i anoisesrc=d=3600:r=8000:a=0.2 \
         -c:v libx264 -preset ultrafast -c:a pcm_s16le",
        "hour.mkv",
    );
    let clip = Clip::open(&path).expect("opens");
    assert_eq!(clip.duration.micros() / 1_000_000, 3600);
    let spans = TimeSpan::seconds_of(clip.duration);
    assert_eq!(spans.len(), 3600);
    let mut reader = SegmentReader::open(&LocalFiles, &clip, spans, 16_000).expect("opens");
    let mut waveform = Waveform::open(&LocalFiles, &clip, Time::from_micros(20_000))
        .expect("opens")
        .expect("sound");
    // After a minute everything that is allocated once has been.
    assert_eq!(
        reader.by_ref().take(60).filter(|data| data.is_ok()).count(),
        60
    );
    assert!(waveform.next().is_some());
    let before = resident_mib();
    let mut loud = 0;
    for data in reader {
        let sound = data.expect("reads").sound.expect("sound");
        assert_eq!(sound.len(), 16_000);
        loud += usize::from(sound.iter().any(|s| s.abs() > 0.01));
    }
    assert_eq!(loud, 3540);
    assert_eq!(
        waveform.map(|part| part.len()).sum::<usize>() + 512,
        180_000
    );
    if let (Some(before), Some(after)) = (before, resident_mib()) {
        // Kept whole, the sound alone would be 230 MiB as floats at 16 kHz. Other tests run beside this one.
        assert!(after < before + 150, "{before} MiB grew to {after} MiB");
    }
    let mut pictures = FrameReader::open(&path).expect("opens");
    let late = pictures
        .frame_at(Time::from_secs_f64(3333.3))
        .expect("decodes");
    assert_eq!(late.span.start, Time::from_secs_f64(3333.0));
}

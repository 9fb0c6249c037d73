//! The published recipes look at, and listen to, the moments that their loaders do, counted by hand.

use std::path::Path;
use std::sync::{Arc, Mutex};

use burn::tensor::Device;
use mettle_core::base::{ClipId, Time, TimeSpan};
use mettle_core::data::{Cut, DatasetKind, Moment, Windows};
use mettle_core::features::FeatureKey;
use mettle_core::media::{
    AudioInfo, Clip, MediaError, Pictures, SegmentReader, Sound, SoundLayout, Source, VideoFrame,
    VideoInfo,
};
use mettle_core::media::{ColorMatrix, ColorRange, YuvPicture};
use mettle_core::model::{ModelBundle, Precision};
use mettle_core::tools::DatasetRecipe;

/// Ten seconds of nothing that notes what it is asked for.
#[derive(Clone, Debug, Default)]
struct Noted {
    moments: Arc<Mutex<Vec<Time>>>,
    starts: Arc<Mutex<Vec<Time>>>,
}

impl Source for Noted {
    fn pictures(&self, _: &Path) -> Result<Box<dyn Pictures>, MediaError> {
        Ok(Box::new(self.clone()))
    }

    fn sampled_pictures(&self, _: &Path) -> Result<Box<dyn Pictures>, MediaError> {
        Ok(Box::new(self.clone()))
    }

    fn sound(&self, _: &Path, _: u32, _: SoundLayout) -> Result<Box<dyn Sound>, MediaError> {
        Ok(Box::new(self.clone()))
    }
}

fn grey() -> Arc<VideoFrame> {
    Arc::new(VideoFrame {
        span: TimeSpan::ALL,
        index: None,
        picture: Arc::new(YuvPicture {
            width: 2,
            height: 2,
            chroma_shift_x: 1,
            chroma_shift_y: 1,
            depth: 8,
            planes: [vec![128; 4], vec![128], vec![128]],
            matrix: ColorMatrix::Bt709,
            range: ColorRange::Full,
            rotation_deg: 0,
            pixel_aspect: 1.0,
        }),
    })
}

impl Pictures for Noted {
    fn first_frame(&mut self) -> Result<Arc<VideoFrame>, MediaError> {
        Ok(grey())
    }

    fn frame_at(&mut self, t: Time) -> Result<Arc<VideoFrame>, MediaError> {
        self.moments.lock().unwrap().push(t);
        Ok(grey())
    }

    fn next_frame(&mut self) -> Result<Option<Arc<VideoFrame>>, MediaError> {
        Ok(None)
    }
}

impl Sound for Noted {
    fn position(&self) -> Time {
        Time::ZERO
    }

    fn seek(&mut self, t: Time) {
        self.starts.lock().unwrap().push(t);
    }

    fn read(&mut self, out: &mut Vec<f32>, frames: usize) {
        out.resize(out.len() + frames, 0.0);
    }
}

/// What is looked at and heard of a clip of so many seconds, in milliseconds.
fn asked(cut: Cut, seconds: usize) -> (Vec<i64>, Vec<i64>) {
    let end = Time::from_secs_f64(seconds as f64);
    let clip = Clip {
        id: ClipId::default(),
        path: "clip".into(),
        duration: end,
        video: Some(VideoInfo {
            width: 2,
            height: 2,
            fps: 30.0,
            variable_fps: None,
            codec: String::new(),
            pixel_format: String::new(),
            rotation_deg: 0,
            start: Time::ZERO,
            end,
        }),
        audio: Some(AudioInfo {
            sample_rate: 16_000,
            channels: 1,
            codec: String::new(),
            start: Time::ZERO,
            end,
        }),
    };
    let noted = Noted::default();
    let (clip, source) = cut.apply(clip, Arc::new(noted.clone()), seconds);
    assert_ne!(clip.id, ClipId::default(), "its features are other ones");
    let spans = (0..seconds as u32).map(TimeSpan::of_second).collect();
    let reader = SegmentReader::open(&*source, &clip, spans, 16_000).unwrap();
    assert!(
        reader
            .map(Result::unwrap)
            .all(|s| s.sound.unwrap().len() == 16_000)
    );
    let millis = |times: &Mutex<Vec<Time>>| -> Vec<i64> {
        let times = times.lock().unwrap();
        times.iter().map(|t| t.micros() / 1000).collect()
    };
    (millis(&noted.moments), millis(&noted.starts))
}

#[test]
fn lavish_on_ave() {
    let cut = Cut {
        moment: Moment::Spread,
        windows: Windows::Spread,
        stored_frames: true,
    };
    let (moments, starts) = asked(cut, 10);
    // 80 frames at 8 a second; linspace(1, 80, 10) cut: 1, 9, 18, 27, 36, 44, 53, 62, 71, 80.
    assert_eq!(
        moments,
        [0, 1000, 2125, 3250, 4375, 5375, 6500, 7625, 8750, 9875]
    );
    // linspace(0, 160000 - 17600, 10) at 16 kHz: 0, 15822, …, 142400.
    assert_eq!((starts[0], starts[1], starts[9]), (0, 988, 8900));
    assert_eq!(starts.len(), 10);
}

#[test]
fn avsbench_frames_come_late_in_each_second() {
    let cut = Cut {
        moment: Moment::Late,
        windows: Windows::Seconds,
        stored_frames: true,
    };
    let (moments, starts) = asked(cut, 5);
    assert_eq!(moments, [937, 1937, 2937, 3937, 4937]);
    assert_eq!(starts, [0, 1000, 2000, 3000, 4000]);
}

/// How often a second is repeated before it is listened to: ten times for AVE and LLP, five for AVSBench. Backbones that listen so
/// are another pair by name, and their features lie elsewhere in the cache.
#[test]
fn a_recipe_that_listens_otherwise_is_another_pair() {
    let (bundle, device) = (ModelBundle::demo().unwrap(), Device::flex());
    let own = bundle.pair(&device, Precision::F32).unwrap();
    let by = |recipe: DatasetRecipe, kind| {
        let hearing = recipe.hearing(kind, own.about());
        let pair = bundle.pair_hearing(&device, Precision::F32, &hearing);
        pair.unwrap().about().clone()
    };
    let ours = by(DatasetRecipe::Ours, DatasetKind::S4);
    assert_eq!((ours.id, ours.sound_tile), (bundle.pair_id(), 1));
    let ten = by(DatasetRecipe::DgSct, DatasetKind::Ave);
    let five = by(DatasetRecipe::DgSct, DatasetKind::Ms3);
    assert_eq!((ten.sound_tile, five.sound_tile), (10, 5));
    assert!(ten.id != five.id && five.id != ours.id);
    let [seen, heard] = FeatureKey::of_pair(ClipId::default(), &ours);
    let [seen_five, heard_five] = FeatureKey::of_pair(ClipId::default(), &five);
    assert!(
        seen == seen_five && heard != heard_five,
        "pictures are shared"
    );
}

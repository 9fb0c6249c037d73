//! The sound device, through cpal.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

use cpal::traits::{DeviceTrait, HostTrait, StreamTrait};
use cpal::{FromSample, OutputCallbackInfo, SampleFormat, SizedSample, StreamConfig};

use super::clock::Clock;
use super::feeder::Feeder;

/// What the callback and the window share, without locks.
#[derive(Debug, Default)]
pub struct Controls {
    /// The run being played, 0 for silence.
    pub run: AtomicU64,
    /// Loudness, the bits of an `f32`.
    pub gain: AtomicU32,
    /// The device is gone.
    pub lost: AtomicBool,
    /// The run whose first sample was handed over.
    pub started: AtomicU64,
}

/// An open sound device.
pub struct Output {
    /// Its name.
    pub name: String,
    /// Its samples a second.
    pub rate_hz: u32,
    device: cpal::Device,
    config: StreamConfig,
    format: SampleFormat,
    stream: Option<cpal::Stream>,
}

impl Output {
    /// The system's default device. The reason if there is none.
    pub fn open() -> Result<Self, String> {
        let device = cpal::default_host()
            .default_output_device()
            .ok_or("this system has no sound device")?;
        let config = device
            .default_output_config()
            .map_err(|error| format!("the sound device does not answer: {error}"))?;
        let name = device
            .description()
            .map_or_else(|_| "default".into(), |d| d.name().to_owned());
        Ok(Self {
            name,
            rate_hz: config.sample_rate(),
            format: config.sample_format(),
            config: config.config(),
            device,
            stream: None,
        })
    }

    /// Start playing what the feeder has.
    pub fn start(
        &mut self,
        feeder: Feeder,
        controls: Arc<Controls>,
        clock: Clock,
    ) -> Result<(), String> {
        let stream = match self.format {
            SampleFormat::F32 => self.build::<f32>(feeder, controls, clock),
            SampleFormat::I16 => self.build::<i16>(feeder, controls, clock),
            SampleFormat::U16 => self.build::<u16>(feeder, controls, clock),
            SampleFormat::I32 => self.build::<i32>(feeder, controls, clock),
            SampleFormat::U8 => self.build::<u8>(feeder, controls, clock),
            other => return Err(format!("the sound device wants {other} samples")),
        }
        .and_then(|stream| stream.play().map(|()| stream))
        .map_err(|error| format!("the sound device does not play: {error}"))?;
        self.stream = Some(stream);
        Ok(())
    }

    fn build<T: SizedSample + FromSample<f32>>(
        &self,
        mut feeder: Feeder,
        controls: Arc<Controls>,
        clock: Clock,
    ) -> Result<cpal::Stream, cpal::Error> {
        let channels = usize::from(self.config.channels);
        let lost = controls.clone();
        let mut buffer = Vec::new();
        self.device.build_output_stream(
            self.config,
            move |out: &mut [T], info: &OutputCallbackInfo| {
                buffer.resize(out.len(), 0.0);
                let stamp = info.timestamp();
                let delay = stamp.playback.saturating_duration_since(stamp.callback);
                let heard_at = clock.wall() + delay.as_secs_f64();
                let run = controls.run.load(Ordering::Acquire);
                let gain = f32::from_bits(controls.gain.load(Ordering::Relaxed));
                match feeder.fill(&mut buffer, channels, run, gain, heard_at) {
                    Some(anchor) => {
                        clock.try_set(anchor);
                        controls.started.store(run, Ordering::Release);
                    }
                    None if run != 0 && controls.started.load(Ordering::Acquire) == run => {
                        clock.try_hold(heard_at);
                    }
                    None => {}
                }
                for (to, from) in out.iter_mut().zip(&buffer) {
                    *to = T::from_sample(*from);
                }
            },
            move |error| {
                log::warn!("sound device: {error}");
                if matches!(error.kind(), cpal::ErrorKind::DeviceNotAvailable) {
                    lost.lost.store(true, Ordering::Release);
                }
            },
            None,
        )
    }
}

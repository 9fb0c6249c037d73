//! The sound half of [`super::Mp4Writer`]: encoding samples, or taking over another file's packets.

use std::path::Path;

use ffmpeg_next as ffmpeg;

use ffmpeg::codec::{Flags, Id};
use ffmpeg::encoder;
use ffmpeg::format::context::Output;
use ffmpeg::format::sample::{Sample, Type};
use ffmpeg::frame;
use ffmpeg::{ChannelLayout, Packet, Rational};

use super::container::Container;
use super::downmix::SoundLayout;
use super::error::MediaError;
use super::ffi;
use super::sound::SoundReader;
use crate::base::Time;

/// Bits a second for each channel.
const BIT_RATE: usize = 96_000;
/// Codecs whose packets MP4 holds and common players play from it.
const MP4_CODECS: [Id; 6] = [Id::AAC, Id::MP3, Id::AC3, Id::EAC3, Id::ALAC, Id::OPUS];
/// Rate at which sound that MP4 cannot hold is encoded again.
const AGAIN_HZ: u32 = 48_000;

/// Encodes interleaved samples as AAC.
pub(super) struct SoundEncoder {
    encoder: encoder::Audio,
    stream: usize,
    rate: u32,
    channels: usize,
    /// Interleaved samples short of a whole frame.
    waiting: Vec<f32>,
    written: i64,
}

impl SoundEncoder {
    pub fn open(output: &mut Output, rate: u32, channels: usize) -> Result<Self, ffmpeg::Error> {
        if rate == 0 || !(1..=2).contains(&channels) {
            return Err(ffmpeg::Error::InvalidData);
        }
        let codec = encoder::find(Id::AAC).ok_or(ffmpeg::Error::EncoderNotFound)?;
        let mut settings = ffmpeg::codec::context::Context::new_with_codec(codec)
            .encoder()
            .audio()?;
        settings.set_rate(rate as i32);
        settings.set_channel_layout(ChannelLayout::default(channels as i32));
        settings.set_format(Sample::F32(Type::Planar));
        settings.set_time_base(Rational(1, rate as i32));
        settings.set_bit_rate(BIT_RATE * channels);
        settings.set_flags(Flags::GLOBAL_HEADER);
        let encoder = settings.open_as(codec)?;
        let mut stream = output.add_stream(codec)?;
        stream.set_time_base(Rational(1, rate as i32));
        stream.set_parameters(&encoder);
        Ok(Self {
            stream: stream.index(),
            encoder,
            rate,
            channels,
            waiting: Vec::new(),
            written: 0,
        })
    }

    pub fn write(&mut self, output: &mut Output, samples: &[f32]) -> Result<(), ffmpeg::Error> {
        self.waiting.extend_from_slice(samples);
        let length = (self.encoder.frame_size() as usize).max(1) * self.channels;
        let whole = self.waiting.len() / length * length;
        let rest = self.waiting.split_off(whole);
        for samples in std::mem::replace(&mut self.waiting, rest).chunks_exact(length) {
            self.send(samples)?;
            self.drain(output)?;
        }
        Ok(())
    }

    pub fn finish(&mut self, output: &mut Output) -> Result<(), ffmpeg::Error> {
        let rest = std::mem::take(&mut self.waiting);
        if !rest.is_empty() {
            self.send(&rest)?;
        }
        self.encoder.send_eof()?;
        self.drain(output)
    }

    fn send(&mut self, samples: &[f32]) -> Result<(), ffmpeg::Error> {
        let count = samples.len() / self.channels;
        let layout = ChannelLayout::default(self.channels as i32);
        let mut frame = frame::Audio::new(Sample::F32(Type::Planar), count, layout);
        frame.set_rate(self.rate);
        frame.set_pts(Some(self.written));
        for channel in 0..self.channels {
            let from = samples.iter().skip(channel).step_by(self.channels);
            let to = frame.plane_mut::<f32>(channel);
            to.iter_mut().zip(from).for_each(|(to, &from)| *to = from);
        }
        self.written += count as i64;
        self.encoder.send_frame(&frame)
    }

    fn drain(&mut self, output: &mut Output) -> Result<(), ffmpeg::Error> {
        let own = Rational(1, self.rate as i32);
        let base = output.stream(self.stream).map_or(own, |s| s.time_base());
        let mut packet = Packet::empty();
        while self.encoder.receive_packet(&mut packet).is_ok() {
            packet.set_stream(self.stream);
            packet.rescale_ts(own, base);
            packet.write_interleaved(output)?;
        }
        Ok(())
    }
}

/// Takes over the sound of another file.
#[expect(clippy::large_enum_variant)] // One lives at a time.
pub(super) enum SoundCopy {
    /// Its packets as they are.
    Packets {
        source: Container,
        from: usize,
        to: usize,
        /// Where the sound begins: earlier packets are left out.
        start: Time,
        /// Read and not yet due.
        next: Option<Packet>,
    },
    /// Its samples, encoded again.
    Again {
        reader: SoundReader,
        encoder: SoundEncoder,
        written: i64,
    },
}

impl SoundCopy {
    /// The sound of a source from a time on; `None` if it has no sound.
    pub fn open(output: &mut Output, path: &Path, start: Time) -> Result<Option<Self>, MediaError> {
        let mut source = Container::open(path)?;
        let Some(from) = source.audio else {
            return Ok(None);
        };
        let write = |e: ffmpeg::Error| MediaError::write(path, e);
        let stream = source.input.stream(from);
        let parameters = stream.map(|stream| stream.parameters());
        let Some(parameters) = parameters.filter(|p| MP4_CODECS.contains(&p.id())) else {
            let mut reader = SoundReader::open(path, AGAIN_HZ, SoundLayout::Stereo)?;
            if start > Time::ZERO {
                reader.seek(start);
            }
            return Ok(Some(Self::Again {
                reader,
                encoder: SoundEncoder::open(output, AGAIN_HZ, 2).map_err(write)?,
                written: 0,
            }));
        };
        let mut added = output.add_stream(encoder::find(Id::None)).map_err(write)?;
        added.set_parameters(parameters);
        ffi::clear_codec_tag(&mut added);
        let to = added.index();
        ffi::keep_only(&mut source.input, from);
        if start > Time::ZERO {
            // Where that fails the packets before are read and left out.
            let _ = source.seek(from, start);
        }
        let next = source.next_packet();
        Ok(Some(Self::Packets {
            source,
            from,
            to,
            start,
            next,
        }))
    }

    /// Writes the sound up to a time.
    pub fn write_until(&mut self, output: &mut Output, end: Time) -> Result<(), ffmpeg::Error> {
        match self {
            Self::Again {
                reader,
                encoder,
                written,
            } => {
                let wanted = (end.to_samples(AGAIN_HZ) - *written).max(0);
                let mut samples = Vec::new();
                reader.read(&mut samples, wanted as usize);
                *written += wanted;
                encoder.write(output, &samples)
            }
            Self::Packets {
                source,
                from,
                to,
                start,
                next,
            } => {
                while let Some(mut packet) = next.take() {
                    let ticks = packet.pts().or(packet.dts()).unwrap_or(0);
                    let time = source.time_of(*from, ticks);
                    if time >= *start + end {
                        *next = Some(packet);
                        break;
                    }
                    *next = source.next_packet();
                    let early = *start > Time::ZERO && time < *start;
                    if packet.stream() != *from || early {
                        continue;
                    }
                    shift(&mut packet, source.ticks_of(*from, *start));
                    let base = output.stream(*to).map(|s| s.time_base());
                    packet.set_stream(*to);
                    packet.set_position(-1);
                    packet.rescale_ts(source.time_base(*from), base.unwrap_or(Rational(1, 1)));
                    packet.write_interleaved(output)?;
                }
                Ok(())
            }
        }
    }

    pub fn finish(&mut self, output: &mut Output) -> Result<(), ffmpeg::Error> {
        match self {
            Self::Again { encoder, .. } => encoder.finish(output),
            Self::Packets { .. } => Ok(()),
        }
    }
}

/// Moves a packet so that the source's time 0 is the new file's.
fn shift(packet: &mut Packet, origin: i64) {
    let (pts, dts) = (packet.pts(), packet.dts());
    packet.set_pts(pts.or(dts).map(|ticks| ticks - origin));
    packet.set_dts(dts.or(pts).map(|ticks| ticks - origin));
}

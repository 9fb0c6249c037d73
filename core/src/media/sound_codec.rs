//! One packet of compressed sound to samples: symphonia's decoders where they have one, else FFmpeg's.
//!
//! FFmpeg reads the container in both cases, so that pictures and sound share one clock, with the same edit lists and
//! the same trimming of encoder delay.

use ffmpeg_next as ffmpeg;

use ffmpeg::codec::Id;
use ffmpeg::codec::packet::side_data::Type;
use ffmpeg::decoder;
use symphonia::core::audio::{Channels, layouts};
use symphonia::core::codecs::audio::well_known as known;
use symphonia::core::codecs::audio::{AudioCodecId, AudioCodecParameters, AudioDecoder};
use symphonia::core::packet::PacketRef;
use symphonia::core::units::{Duration, Timestamp};

use super::container::Container;
use super::error::MediaError;
use super::ffi;
use super::samples::interleave;

/// FFmpeg's number for the plain profile of AAC. The others (HE-AAC) double the rate, which only FFmpeg does.
const AAC_LC: i32 = 1;

/// Decoded sound: where it belongs, and its interleaved frames in the file's own channels.
pub(super) struct Block {
    /// Time stamp of the first frame, in the stream's ticks; `None` where it follows on what came before.
    pub ticks: Option<i64>,
    /// Frames of encoder delay taken off the start: the first of `frames` lies this much after `ticks`.
    pub skipped: usize,
    pub frames: Vec<f32>,
    /// What its frames are: they may change from one block to the next.
    pub form: SoundForm,
}

/// How sound is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SoundForm {
    /// Frames a second.
    pub rate: u32,
    pub channels: usize,
    /// FFmpeg's mask of speakers; 0 where it does not say.
    pub mask: u64,
}

/// Rates that are sound: outside, a header is damaged, and an hour of nothing would be resampled, or a second of terabytes.
const RATES: std::ops::RangeInclusive<u32> = 1_000..=1_000_000;
/// No file has more channels; a header that says so is damaged.
const MOST_CHANNELS: usize = 64;

impl SoundForm {
    fn is_sound(&self) -> bool {
        RATES.contains(&self.rate) && (1..=MOST_CHANNELS).contains(&self.channels)
    }
}

/// Why a decoder takes no more packets.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refused {
    #[error(transparent)]
    Decoder(#[from] symphonia::core::errors::Error),
    #[error("{channels} channels at {rate} Hz")]
    NoSound { rate: u32, channels: usize },
}

enum Decoder {
    Symphonia {
        decoder: Box<dyn AudioDecoder>,
        /// Frames of encoder delay still to be taken off.
        to_skip: usize,
    },
    Ffmpeg(decoder::Audio),
}

/// A decoder of one sound stream.
pub(super) struct SoundCodec {
    decoder: Decoder,
    form: SoundForm,
}

impl SoundCodec {
    /// FFmpeg's decoder.
    pub fn ffmpeg(container: &Container, stream: usize) -> Result<Self, MediaError> {
        let decoder = container
            .decoder_context(stream)
            .and_then(|context| context.audio())
            .map_err(|e| container.no_decoder(stream, "sound", e))?;
        let form = SoundForm {
            rate: decoder.rate(),
            channels: usize::from(decoder.channels()),
            mask: decoder.channel_layout().bits(),
        };
        if !form.is_sound() {
            return Err(MediaError::Undecodable {
                path: container.path.clone(),
                stream: "sound",
                codec: container.described(stream),
                cause: format!(
                    "it is said to have {} samples a second in {} channels",
                    form.rate, form.channels
                ),
            });
        }
        Ok(Self {
            form,
            decoder: Decoder::Ffmpeg(decoder),
        })
    }

    /// Symphonia's decoder, where it has one for the stream. More than two channels are left to FFmpeg, because the
    /// order of channels is then the codec's own.
    pub fn symphonia(container: &Container, stream: usize) -> Option<Self> {
        let plain = Self::ffmpeg(container, stream).ok()?;
        let channels = match plain.form.channels {
            1 => layouts::CHANNEL_LAYOUT_MONO,
            2 => layouts::CHANNEL_LAYOUT_STEREO,
            _ => return None,
        };
        let parameters = symphonia_parameters(container, stream, plain.form.rate, channels)?;
        let decoder = symphonia::default::get_codecs()
            .make_audio_decoder(&parameters, &Default::default())
            .ok()?;
        Some(Self {
            decoder: Decoder::Symphonia {
                decoder,
                to_skip: 0,
            },
            ..plain
        })
    }

    /// How the stream's sound is stored, as far as its header says.
    pub fn form(&self) -> SoundForm {
        self.form
    }

    pub fn is_symphonia(&self) -> bool {
        matches!(self.decoder, Decoder::Symphonia { .. })
    }

    /// Forgets what came before: the next packet does not follow on the last.
    pub fn reset(&mut self) {
        match &mut self.decoder {
            Decoder::Symphonia { decoder, to_skip } => {
                decoder.reset();
                *to_skip = 0;
            }
            Decoder::Ffmpeg(decoder) => decoder.flush(),
        }
    }

    /// Decodes one packet, or with `None` what the decoder still holds. Damaged packets give nothing, or an error
    /// where the decoder cannot go on.
    pub fn decode(&mut self, packet: Option<&ffmpeg::Packet>) -> Result<Vec<Block>, Refused> {
        match (&mut self.decoder, packet) {
            (Decoder::Symphonia { decoder, to_skip }, Some(packet)) => {
                let block = symphonia_block(decoder.as_mut(), to_skip, packet, self.form)?;
                Ok(block.into_iter().collect())
            }
            (Decoder::Symphonia { .. }, None) => Ok(Vec::new()),
            (Decoder::Ffmpeg(decoder), packet) => Ok(ffmpeg_blocks(decoder, packet)),
        }
    }
}

fn symphonia_parameters(
    container: &Container,
    stream: usize,
    rate: u32,
    channels: Channels,
) -> Option<AudioCodecParameters> {
    let stream = container.input.stream(stream)?;
    let (profile, header) = ffi::codec_header(&stream);
    let codec = symphonia_codec(stream.parameters().id())?;
    let header = match codec {
        known::CODEC_ID_AAC if profile != AAC_LC || header.is_none() => return None,
        // FFmpeg keeps the atom around ALAC's cookie: size, name, version.
        known::CODEC_ID_ALAC => Some(Box::from(header?.get(12..)?)),
        _ => header,
    };
    let mut parameters = AudioCodecParameters::new();
    parameters
        .for_codec(codec)
        .with_sample_rate(rate)
        .with_channels(channels);
    if let Some(header) = header {
        parameters.with_extra_data(header);
    }
    Some(parameters)
}

fn symphonia_codec(id: Id) -> Option<AudioCodecId> {
    Some(match id {
        Id::AAC => known::CODEC_ID_AAC,
        Id::MP3 => known::CODEC_ID_MP3,
        Id::MP2 => known::CODEC_ID_MP2,
        Id::VORBIS => known::CODEC_ID_VORBIS,
        Id::FLAC => known::CODEC_ID_FLAC,
        Id::ALAC => known::CODEC_ID_ALAC,
        Id::PCM_S16LE => known::CODEC_ID_PCM_S16LE,
        Id::PCM_S16BE => known::CODEC_ID_PCM_S16BE,
        Id::PCM_S24LE => known::CODEC_ID_PCM_S24LE,
        Id::PCM_S24BE => known::CODEC_ID_PCM_S24BE,
        Id::PCM_S32LE => known::CODEC_ID_PCM_S32LE,
        Id::PCM_S32BE => known::CODEC_ID_PCM_S32BE,
        Id::PCM_F32LE => known::CODEC_ID_PCM_F32LE,
        Id::PCM_F32BE => known::CODEC_ID_PCM_F32BE,
        Id::PCM_F64LE => known::CODEC_ID_PCM_F64LE,
        Id::PCM_U8 => known::CODEC_ID_PCM_U8,
        Id::PCM_ALAW => known::CODEC_ID_PCM_ALAW,
        Id::PCM_MULAW => known::CODEC_ID_PCM_MULAW,
        _ => return None,
    })
}

fn symphonia_block(
    decoder: &mut dyn AudioDecoder,
    to_skip: &mut usize,
    packet: &ffmpeg::Packet,
    stated: SoundForm,
) -> Result<Option<Block>, Refused> {
    let data = packet.data().unwrap_or(&[]);
    let decoded = decoder.decode_ref(&PacketRef::new(0, Timestamp::ZERO, Duration::ZERO, data))?;
    let (channels, rate) = (decoded.num_planes(), decoded.spec().rate());
    let form = SoundForm {
        rate,
        channels,
        mask: if channels == stated.channels {
            stated.mask
        } else {
            0
        },
    };
    if !form.is_sound() {
        return Err(Refused::NoSound { rate, channels });
    }
    let mut frames: Vec<f32> = Vec::new();
    decoded.copy_to_vec_interleaved(&mut frames);
    let (skip, discard) = trimming(packet);
    *to_skip += skip;
    let skipped = (*to_skip).min(frames.len() / channels);
    *to_skip -= skipped;
    if ffi::is_cut_away(packet) {
        return Ok(None);
    }
    frames.truncate(frames.len().saturating_sub(discard * channels));
    frames.drain(..(skipped * channels).min(frames.len()));
    Ok(Some(Block {
        ticks: packet.pts().or(packet.dts()),
        skipped,
        frames,
        form,
    }))
}

/// Frames to leave out at the start and at the end of a packet, as the container says (gapless playback).
fn trimming(packet: &ffmpeg::Packet) -> (usize, usize) {
    let side = packet
        .side_data()
        .find(|side| side.kind() == Type::SkipSamples)
        .map(|side| side.data().to_vec())
        .unwrap_or_default();
    let word = |at: usize| -> usize {
        let bytes: Option<[u8; 4]> = side.get(at..at + 4).and_then(|b| b.try_into().ok());
        bytes.map_or(0, |b| u32::from_le_bytes(b) as usize)
    };
    (word(0), word(4))
}

fn ffmpeg_blocks(decoder: &mut decoder::Audio, packet: Option<&ffmpeg::Packet>) -> Vec<Block> {
    // A refused packet is damaged: its sound is missing, the rest goes on.
    let _ = match packet {
        Some(packet) => decoder.send_packet(packet),
        None => decoder.send_eof(),
    };
    let mut blocks = Vec::new();
    let mut frame = ffmpeg::frame::Audio::empty();
    while decoder.receive_frame(&mut frame).is_ok() {
        let form = SoundForm {
            rate: frame.rate(),
            channels: usize::from(frame.channels()),
            mask: frame.channel_layout().bits(),
        };
        if form.is_sound() {
            blocks.push(Block {
                ticks: frame.timestamp(),
                skipped: 0,
                frames: interleave(&frame, form.channels),
                form,
            });
        }
    }
    blocks
}

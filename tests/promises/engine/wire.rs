//! Jobs and replies cross to another process and back unchanged, whatever they hold; another version is refused in words.

use std::path::PathBuf;
use std::sync::Arc;

use mettle_core::base::{
    ClipId, ContentHash, HeadId, Labels, Problem, Progress, Severity, Task, Time, TimeSpan,
};
use mettle_core::engine::{
    HeadChoice, JobId, JobSpec, ModelChoice, Reply, ReplyBody, SpectrogramPart, TagsPart,
    Thumbnail, WIRE_VERSION, WaveformPart, WeightsTask, WhichHead, WireError, from_wire, to_wire,
};
use mettle_core::features::CacheSummary;
use mettle_core::gpu::SelfTest;
use mettle_core::hub::{Found, ModelLine, WeightsState, catalog};
use mettle_core::media::{
    AudioInfo, Clip, ColorMatrix, ColorRange, RgbFrame, VideoFrame, VideoInfo, YuvPicture,
};
use mettle_core::model::{Contents, Precision, TokenReading, Verdict};
use mettle_core::predict::{
    Attention, Detail, Outline, PredictionKey, PredictionPart, ProbabilityMap, SecondTags, Tag,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

fn id() -> impl Strategy<Value = ClipId> {
    any::<[u8; 32]>().prop_map(|bytes| ClipId(ContentHash(bytes)))
}

/// Paths as systems have them, also such as are no text.
fn path() -> impl Strategy<Value = PathBuf> {
    let text = any::<String>().prop_map(PathBuf::from);
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStringExt;
        let raw = vec(1_u8.., 1..20).prop_map(|b| std::ffi::OsString::from_vec(b).into());
        prop_oneof![text, raw].boxed()
    }
    #[cfg(not(unix))]
    text.boxed()
}

fn time() -> impl Strategy<Value = Time> {
    any::<i64>().prop_map(Time::from_micros)
}

fn span() -> impl Strategy<Value = TimeSpan> {
    (time(), time()).prop_map(|(a, b)| TimeSpan::new(a, b))
}

fn share() -> impl Strategy<Value = f32> {
    0.0_f32..=1.0
}

fn task() -> impl Strategy<Value = Task> {
    proptest::sample::select(Task::ALL.to_vec())
}

fn clip() -> impl Strategy<Value = Arc<Clip>> {
    let video = (any::<[u32; 3]>(), 0.1..240.0, any::<String>(), span());
    let video = video.prop_map(|([width, height, turn], fps, codec, span)| VideoInfo {
        width,
        height,
        fps,
        variable_fps: (turn % 2 == 0).then_some((fps / 2.0, fps * 2.0)),
        pixel_format: codec.clone(),
        codec,
        rotation_deg: turn,
        start: span.start,
        end: span.end,
    });
    let audio = (any::<[u32; 2]>(), any::<String>(), span());
    let audio = audio.prop_map(|([sample_rate, channels], codec, span)| AudioInfo {
        sample_rate,
        channels,
        codec,
        start: span.start,
        end: span.end,
    });
    let parts = (id(), path(), time(), option::of(video), option::of(audio));
    parts.prop_map(|(id, path, duration, video, audio)| {
        Arc::new(Clip {
            id,
            path,
            duration,
            video,
            audio,
        })
    })
}

fn model() -> impl Strategy<Value = ModelChoice> {
    prop_oneof![
        Just(ModelChoice::Demo),
        path().prop_map(ModelChoice::Folder)
    ]
}

fn weights() -> impl Strategy<Value = WeightsTask> {
    let pull = (
        any::<String>(),
        option::of(any::<String>()),
        option::of(path()),
    );
    prop_oneof![
        Just(WeightsTask::List),
        Just(WeightsTask::Verify),
        pull.prop_map(|(model, endpoint, folder)| WeightsTask::Pull {
            model,
            endpoint,
            folder
        }),
    ]
}

fn head() -> impl Strategy<Value = HeadChoice> {
    let which = prop_oneof![
        task().prop_map(WhichHead::For),
        any::<[u8; 32]>().prop_map(|id| WhichHead::Named(HeadId(ContentHash(id)))),
    ];
    (model(), which).prop_map(|(model, which)| HeadChoice { model, which })
}

fn job() -> impl Strategy<Value = JobSpec> {
    prop_oneof![
        path().prop_map(|path| JobSpec::Open { path }),
        clip().prop_map(|clip| JobSpec::Waveform { clip }),
        clip().prop_map(|clip| JobSpec::Spectrogram { clip }),
        clip().prop_map(|clip| JobSpec::Thumbnails { clip }),
        (clip(), head()).prop_map(|(clip, head)| JobSpec::Predict { clip, head }),
        (clip(), head(), any::<u32>()).prop_map(|(clip, head, segment)| {
            JobSpec::Attention {
                clip,
                head,
                segment: segment as usize,
            }
        }),
        model().prop_map(|model| JobSpec::WarmUp { model }),
        any::<bool>().prop_map(|clear| JobSpec::Kept { clear }),
        Just(JobSpec::SelfTest),
        weights().prop_map(JobSpec::Weights),
    ]
}

fn problem() -> impl Strategy<Value = Problem> {
    let severity = prop_oneof![
        Just(Severity::Note),
        Just(Severity::Warning),
        Just(Severity::Error)
    ];
    let words = any::<[String; 4]>();
    (severity, words, option::of(path())).prop_map(
        |(severity, [title, advice, detail, command], path)| Problem {
            severity,
            title,
            advice,
            detail,
            command: command.into(),
            path,
        },
    )
}

fn frame() -> impl Strategy<Value = VideoFrame> {
    let planes =
        any::<[u8; 12]>().prop_map(|b| [b[..8].to_vec(), b[8..10].to_vec(), b[10..].to_vec()]);
    let look = (any::<bool>(), any::<bool>(), 0_u32..4);
    (span(), option::of(any::<u64>()), planes, look).prop_map(
        |(span, index, planes, (matrix, range, turns))| VideoFrame {
            span,
            index,
            picture: Arc::new(YuvPicture {
                width: 4,
                height: 2,
                chroma_shift_x: 1,
                chroma_shift_y: 1,
                depth: 8,
                planes,
                matrix: if matrix {
                    ColorMatrix::Bt709
                } else {
                    ColorMatrix::Bt2020
                },
                range: if range {
                    ColorRange::Limited
                } else {
                    ColorRange::Full
                },
                rotation_deg: turns * 90,
                pixel_aspect: 1.0 + f64::from(turns),
            }),
        },
    )
}

fn rows() -> impl Strategy<Value = Vec<Vec<f32>>> {
    vec(vec(share(), 2), 0..4)
}

fn map() -> impl Strategy<Value = ProbabilityMap> {
    vec(share(), 6).prop_map(|values| ProbabilityMap::new(3, 2, values))
}

fn prediction() -> impl Strategy<Value = PredictionPart> {
    let detail = prop_oneof![
        vec(share(), 0..4).prop_map(|event| Detail::Localized { event }),
        (rows(), rows()).prop_map(|(audible, visible)| Detail::Parsed { audible, visible }),
        vec(map(), 0..3).prop_map(|masks| Detail::Segmented { masks }),
    ];
    let precision = prop_oneof![Just(Precision::F32), Just(Precision::F16)];
    let key = (id(), any::<[u8; 32]>(), precision);
    let key = key.prop_map(|(clip, head, precision)| PredictionKey {
        clip,
        head: HeadId(ContentHash(head)),
        precision,
    });
    let rest = (rows(), vec(share(), 0..4), detail);
    (key, any::<[String; 2]>(), vec(span(), 0..4), rest).prop_map(
        |(key, labels, segments, (scores, familiarity, detail))| PredictionPart {
            key,
            from: segments.len(),
            outline: (segments.len() % 2 == 0).then(|| Outline {
                labels: Labels::new(labels),
                segments,
            }),
            scores,
            familiarity,
            detail,
        },
    )
}

fn tags() -> impl Strategy<Value = Vec<SecondTags>> {
    let tag = || (any::<String>(), share()).prop_map(|(label, score)| Tag { label, score });
    let second = (span(), vec(tag(), 0..3), vec(tag(), 0..3));
    vec(
        second.prop_map(|(span, heard, seen)| SecondTags { span, heard, seen }),
        0..3,
    )
}

fn attention() -> impl Strategy<Value = Attention> {
    let reading =
        (any::<[u16; 3]>(), vec(share(), 6)).prop_map(|([layer, stage, token], weights)| {
            TokenReading {
                layer: layer.into(),
                stage: stage.into(),
                token: token.into(),
                grid: (2, 3),
                weights,
            }
        });
    (id(), task(), span(), vec(reading, 0..3)).prop_map(|(clip, task, span, picture)| Attention {
        clip,
        head: HeadId::default(),
        task,
        segment: picture.len(),
        span,
        sound: picture.clone(),
        picture,
    })
}

fn lines() -> impl Strategy<Value = Vec<ModelLine>> {
    let found = (path(), any::<u64>()).prop_map(|(path, size)| Found { path, size });
    let state = prop_oneof![
        found.prop_map(WeightsState::Here),
        any::<[u64; 2]>().prop_map(|[done, total]| WeightsState::Partly(Progress { done, total })),
        Just(WeightsState::Missing),
    ];
    let entries = catalog().expect("the built-in list");
    (0..entries.len(), state).prop_map(move |(place, state)| {
        vec![ModelLine {
            entry: entries[place].clone(),
            state,
        }]
    })
}

fn verdict() -> impl Strategy<Value = Verdict> {
    (
        any::<[String; 3]>(),
        path(),
        any::<[u64; 2]>(),
        any::<bool>(),
    )
        .prop_map(
            |([model, sha256, wrong], path, [size, numbers], good)| Verdict {
                model,
                path,
                size,
                sha256,
                checksum: Err(wrong.clone()),
                contents: match good {
                    true => Ok(Contents {
                        tensors: 7,
                        numbers,
                    }),
                    false => Err(wrong),
                },
            },
        )
}

fn body() -> impl Strategy<Value = ReplyBody> {
    let waveform = (time(), time(), vec((share(), share()), 0..5));
    let waveform = waveform.prop_map(|(start, column, columns)| WaveformPart {
        start,
        column,
        columns,
    });
    let spectrogram = (time(), time(), vec(any::<u8>(), 0..9));
    let spectrogram = spectrogram.prop_map(|(start, column, values)| SpectrogramPart {
        start,
        column,
        bands: 3,
        values,
    });
    let thumbnail = (any::<u32>(), vec(any::<u8>(), 6)).prop_map(|(second, data)| Thumbnail {
        second,
        picture: Arc::new(RgbFrame {
            width: 2,
            height: 1,
            data,
        }),
    });
    let kept = any::<[u32; 3]>().prop_map(|[entries, bytes, budget]| CacheSummary {
        entries: entries as usize,
        bytes: bytes.into(),
        budget: budget.into(),
    });
    prop_oneof![
        frame().prop_map(|frame| ReplyBody::FirstFrame(Arc::new(frame))),
        clip().prop_map(ReplyBody::Opened),
        (id(), waveform).prop_map(|(clip, part)| ReplyBody::Waveform(clip, part)),
        (id(), spectrogram).prop_map(|(clip, part)| ReplyBody::Spectrogram(clip, part)),
        (id(), vec(thumbnail, 0..3)).prop_map(|(clip, part)| ReplyBody::Thumbnails(clip, part)),
        prediction().prop_map(ReplyBody::Prediction),
        (id(), any::<u32>(), tags()).prop_map(|(clip, from, seconds)| {
            let from = from as usize;
            ReplyBody::Tags(clip, TagsPart { from, seconds })
        }),
        attention().prop_map(|read| ReplyBody::Attention(Arc::new(read))),
        kept.prop_map(ReplyBody::Kept),
        any::<(f32, f64, f64)>().prop_map(|(max_error, first_ms, gflops)| {
            ReplyBody::Tested(SelfTest {
                max_error,
                first_ms,
                gflops,
            })
        }),
        lines().prop_map(|lines| ReplyBody::Models(Arc::new(lines))),
        verdict().prop_map(|verdict| ReplyBody::Verified(Box::new(verdict))),
        problem().prop_map(ReplyBody::Notice),
        Just(ReplyBody::Done),
        Just(ReplyBody::Cancelled),
        problem().prop_map(ReplyBody::Failed),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_job_comes_through(job in job()) {
        let bytes = to_wire(&job).expect("it can be said");
        prop_assert_eq!(from_wire::<JobSpec>(&bytes).expect("it can be heard"), job);
    }

    #[test]
    fn a_reply_comes_through(job in any::<u64>(), body in body()) {
        let reply = Reply { job: JobId(job), body };
        let bytes = to_wire(&reply).expect("it can be said");
        prop_assert_eq!(from_wire::<Reply>(&bytes).expect("it can be heard"), reply.clone());
        // Whatever is cut off, the rest is refused and nothing worse.
        for end in 0..bytes.len().min(200) {
            prop_assert!(from_wire::<Reply>(&bytes[..end]).is_err());
        }
    }

    #[test]
    fn noise_is_refused(noise in vec(any::<u8>(), 0..200)) {
        prop_assert!(from_wire::<Reply>(&noise).is_err());
    }
}

#[test]
fn another_version_is_refused_in_words() {
    let mut bytes = to_wire(&JobSpec::Kept { clear: false }).expect("it can be said");
    assert_eq!(u32::from(bytes[0]), WIRE_VERSION, "the version comes first");
    bytes[0] += 1;
    let error = from_wire::<JobSpec>(&bytes).expect_err("another version");
    let theirs = WIRE_VERSION + 1;
    assert_eq!(error, WireError::Version { theirs });
    assert!(error.to_string().contains("same version"), "{error}");
}

//! Media files for the promises, made with the ffmpeg command line: a judge that shares no code with ours.

use std::path::{Path, PathBuf};
use std::process::Command;

use mettle_core::media::{RgbFrame, VideoFrame};

/// Width of one bar of a burned-in frame number, in pixels.
const BAR: usize = 8;
/// Bars of a burned-in frame number.
const BARS: usize = 12;

/// A folder of test media that goes away at the end.
pub struct Media(tempfile::TempDir);

impl Media {
    /// An empty folder.
    pub fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder"))
    }

    /// A path in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Runs `ffmpeg` with the given arguments, separated by spaces, and returns the path of the output file `name`.
    pub fn make(&self, arguments: &str, name: &str) -> PathBuf {
        let path = self.path(name);
        let arguments: Vec<String> = arguments
            .split_whitespace()
            .map(|word| word.replace("@/", &format!("{}/", self.0.path().display())))
            .collect();
        run(&arguments, Some(&path));
        path
    }
}

impl Default for Media {
    fn default() -> Self {
        Self::new()
    }
}

/// Two seconds of moving pictures, as an input of ffmpeg.
pub const PICTURES: &str = "-f lavfi -i testsrc2=size=160x120:rate=25:duration=2";
/// Two seconds of a tone, as an input of ffmpeg.
pub const TONE: &str = "-f lavfi -i sine=frequency=440:duration=2:sample_rate=44100";

fn run(arguments: &[String], output: Option<&Path>) -> Vec<u8> {
    let mut command = Command::new("ffmpeg");
    command.args(["-v", "error", "-nostdin", "-y"]);
    command.args(arguments).args(output);
    let done = command.output().expect("ffmpeg on the path");
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "ffmpeg {arguments:?}: {said}");
    done.stdout
}

/// The sound of a file as ffmpeg gives it: mono unless `channels` says otherwise, at `rate`.
pub fn sound_by_ffmpeg(path: &Path, rate: u32, channels: u32) -> Vec<f32> {
    let path = format!("file:{}", path.display());
    let (rate, channels) = (rate.to_string(), channels.to_string());
    let arguments = [
        "-i", &path, "-vn", "-ar", &rate, "-ac", &channels, "-f", "f32le", "-",
    ];
    let bytes = run(&arguments.map(String::from), None);
    let samples = bytes.chunks_exact(4);
    samples
        .map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]))
        .collect()
}

/// The first picture of a file as ffmpeg gives it: upright, red, green and blue.
pub fn picture_by_ffmpeg(path: &Path, filter: &str) -> Vec<u8> {
    let path = format!("file:{}", path.display());
    let words = format!(
        "-frames:v 1 -vf {filter} -sws_flags accurate_rnd+full_chroma_int -f rawvideo -pix_fmt rgb24 -"
    );
    let mut arguments = vec!["-i".to_owned(), path];
    arguments.extend(words.split_whitespace().map(String::from));
    run(&arguments, None)
}

/// An input of ffmpeg in which every picture carries its number as twelve black and white bars.
pub fn numbered(rate: u32, seconds: f64) -> String {
    format!(
        "-f lavfi -i color=black:size={}x32:rate={rate}:duration={seconds},format=gray,\
         geq=lum='if(mod(floor(N/pow(2\\,floor(X/{BAR})))\\,2)\\,235\\,16)',format=yuv420p",
        BAR * BARS
    )
}

/// The number a picture made by [`numbered`] carries.
pub fn number_in(picture: &RgbFrame) -> usize {
    let bar = |bit: usize| {
        let x = (2 * bit + 1) * picture.width / (2 * BARS);
        let at = (picture.height / 2 * picture.width + x) * 3;
        usize::from(picture.data[at + 1] > 128) << bit
    };
    (0..BARS).map(bar).sum()
}

/// The number a frame made by [`numbered`] carries.
pub fn number_of(frame: &VideoFrame) -> usize {
    number_in(&frame.picture.to_rgb())
}

/// By how many samples `b` lags behind `a` at best (within `reach`), and how well they agree then (1: the same).
pub fn lag(a: &[f32], b: &[f32], reach: i64) -> (i64, f64) {
    let agree = |shift: i64| {
        let pairs = (0..a.len() as i64).filter_map(|i| {
            let j = usize::try_from(i + shift).ok()?;
            Some((f64::from(a[i as usize]), f64::from(*b.get(j)?)))
        });
        let (ab, aa, bb) = pairs.fold((0.0, 0.0, 0.0), |(ab, aa, bb), (x, y)| {
            (ab + x * y, aa + x * x, bb + y * y)
        });
        ab / (aa * bb).sqrt().max(1e-12)
    };
    (-reach..=reach)
        .map(|shift| (shift, agree(shift)))
        .max_by(|x, y| x.1.total_cmp(&y.1))
        .unwrap_or((0, 0.0))
}

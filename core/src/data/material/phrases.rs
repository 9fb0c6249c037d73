//! Phrases that a soundfont plays: sampled real instruments, any number of melodies.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustysynth::{SoundFont, Synthesizer, SynthesizerSettings};

use super::MaterialError;
use super::classes::Playing;
use crate::base::Rng;

/// A soundfont in memory.
pub(super) struct Soundfont {
    path: PathBuf,
    font: Arc<SoundFont>,
    /// Bank and program of what it can play.
    presets: BTreeSet<(i32, i32)>,
}

/// MIDI's commands: a controller's value (0 is the bank), and which program plays.
const CONTROLLER: i32 = 0xB0;
const PROGRAM: i32 = 0xC0;
/// Semitones of scales above their root.
const SCALES: [&[i32]; 3] = [
    &[0, 2, 4, 5, 7, 9, 11],
    &[0, 2, 3, 5, 7, 8, 10],
    &[0, 2, 4, 7, 9],
];

/// A key that is struck.
struct Note {
    key: i32,
    velocity: i32,
    /// Samples from the phrase's start.
    from: usize,
    to: usize,
}

impl std::fmt::Debug for Soundfont {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Soundfont").field(&self.path).finish()
    }
}

impl Soundfont {
    /// Reads one.
    pub fn open(path: &Path) -> Result<Self, MaterialError> {
        let failed = |what: String| MaterialError::Soundfont {
            path: path.to_owned(),
            what,
        };
        let file = std::fs::File::open(path).map_err(|e| failed(e.to_string()))?;
        let font = SoundFont::new(&mut std::io::BufReader::new(file));
        let font = font.map_err(|e| failed(e.to_string()))?;
        let presets = font.get_presets().iter();
        let presets = presets.map(|p| (p.get_bank_number(), p.get_patch_number()));
        Ok(Self {
            path: path.to_owned(),
            presets: presets.collect(),
            font: Arc::new(font),
        })
    }

    /// A random phrase on one of an instrument's presets, mono; silence where the soundfont has none of them.
    pub fn phrase(
        &self,
        playing: &Playing,
        rate: u32,
        samples: usize,
        rng: &mut Rng,
    ) -> Result<Vec<f32>, MaterialError> {
        let there = playing.presets.iter().copied();
        let there: Vec<(i32, i32)> = there.filter(|p| self.presets.contains(p)).collect();
        if there.is_empty() {
            return Ok(vec![0.0; samples]);
        }
        let (bank, program) = rng.pick(&there);
        let mut settings = SynthesizerSettings::new(rate as i32);
        settings.enable_reverb_and_chorus = rng.chance(0.5);
        let player = Synthesizer::new(&self.font, &settings);
        let mut player = player.map_err(|e| MaterialError::Soundfont {
            path: self.path.clone(),
            what: e.to_string(),
        })?;
        player.process_midi_message(0, CONTROLLER, 0, bank);
        player.process_midi_message(0, PROGRAM, program, 0);
        Ok(play(
            &mut player,
            &melody(playing, rate, samples, rng),
            samples,
        ))
    }
}

/// A walk up and down a scale, some notes struck together.
fn melody(playing: &Playing, rate: u32, samples: usize, rng: &mut Rng) -> Vec<Note> {
    let (low, high) = playing.keys;
    let (scale, root) = (rng.pick(&SCALES), rng.below(12) as i32);
    let keys: Vec<i32> = (low..=high)
        .filter(|key| scale.contains(&(key - root).rem_euclid(12)))
        .collect();
    let beat = rate as f32 * 60.0 / rng.range(60.0, 160.0);
    let loud = rng.range(60.0, 115.0);
    let (mut at, mut place, mut notes) = (0.0, rng.below(keys.len()), vec![]);
    while at < samples as f32 {
        let (shortest, longest) = playing.beats;
        let length = (rng.log_range(shortest, longest) * 4.0).round().max(1.0) / 4.0 * beat;
        let step = rng.below(5) as i32 - 2;
        place = (place as i32 + step).clamp(0, keys.len() as i32 - 1) as usize;
        let together = if rng.chance(playing.chords) { 3 } else { 1 };
        if !rng.chance(0.08) {
            notes.extend((0..together).filter_map(|third| {
                Some(Note {
                    key: *keys.get(place + 2 * third)?,
                    velocity: (loud + rng.range(-12.0, 12.0)) as i32,
                    from: at as usize,
                    to: (at + length * 0.95) as usize,
                })
            }));
        }
        at += length;
    }
    notes
}

/// Plays notes that begin in order, until `samples` are there.
fn play(player: &mut Synthesizer, notes: &[Note], samples: usize) -> Vec<f32> {
    let ends = notes.iter().map(|note| (note.to, note.key, 0));
    let begins = notes
        .iter()
        .map(|note| (note.from, note.key, note.velocity));
    let mut strokes: Vec<(usize, i32, i32)> = ends.chain(begins).collect();
    // A key that ends and begins at once is let go of first.
    strokes.sort_by_key(|(at, _, velocity)| (*at, *velocity));
    let (mut left, mut right) = (vec![0.0; samples], vec![0.0; samples]);
    let mut from = 0;
    for (at, key, velocity) in strokes.into_iter().filter(|(at, ..)| *at < samples) {
        player.render(&mut left[from..at], &mut right[from..at]);
        match velocity {
            0 => player.note_off(0, key),
            velocity => player.note_on(0, key, velocity),
        }
        from = at;
    }
    player.render(&mut left[from..], &mut right[from..]);
    left.iter().zip(right).map(|(l, r)| (l + r) / 2.0).collect()
}

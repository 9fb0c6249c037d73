//! Letters that the small plain font lacks, from the fonts of the system: names in any writing can be drawn into pictures and films.
//! One letter stands beside the other from the left, so writings whose letters join, or run from the right, are no more than
//! legible.

use std::collections::HashMap;
use std::panic::catch_unwind;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use ab_glyph::{Font, FontRef, PxScale, ScaleFont, point};
use fontique::{
    Collection, CollectionOptions, FallbackKey, GenericFamily, Language, QueryFamily, QueryFont,
    QueryStatus, Script, SourceCache, SourceCacheOptions,
};
use unicode_script::UnicodeScript;

/// How much of a letter's square lies above its line, as in fonts for Chinese characters.
const ABOVE: f32 = 0.88;
/// Han letters look otherwise in each of these; a font for one may lack letters of another.
const HAN: [&str; 4] = ["zh-SG", "zh-TW", "ja", "ko"];

/// A letter as it is drawn.
#[derive(Clone, Debug)]
pub(super) struct Letter {
    /// How far behind it the next one begins, in pixels.
    pub advance: usize,
    /// Columns of its ink.
    pub width: usize,
    /// From the upper left corner of the letter's square to that of its ink, in pixels.
    pub at: [i32; 2],
    /// How much of each pixel is covered, 0 to 1, row after row.
    pub ink: Vec<f32>,
}

/// A letter in a square of so many pixels; none where no font of the system has it.
pub(super) fn letter(letter: char, side: usize) -> Option<Arc<Letter>> {
    found().get(letter, side)
}

/// One face for all of a text, for whoever can draw with one alone: the usual one, or where that lacks letters, one of the system that
/// has them all; where none has, the usual one. It is kept for good, so this is for what is drawn once.
pub fn face_for(text: &str, usual: &'static [u8]) -> &'static [u8] {
    let lacks = |face: &[u8]| {
        let face = FontRef::try_from_slice(face).ok();
        let has = |letter: &char| {
            let glyph = face.as_ref().map(|face| face.glyph_id(*letter).0);
            glyph.is_some_and(|glyph| glyph != 0)
        };
        let mut letters = text.chars().filter(|letter| !letter.is_control());
        letters.find(|letter| !has(letter))
    };
    let other = lacks(usual).and_then(|missing| found().font_of(missing));
    let other = other.filter(|font| lacks(font.blob.as_ref()).is_none());
    other.map_or(usual, |font| font.blob.as_ref().to_vec().leak())
}

fn found() -> MutexGuard<'static, Letters> {
    static FOUND: LazyLock<Mutex<Letters>> = LazyLock::new(Mutex::default);
    FOUND.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The system's fonts, listed once the first letter is wanted, and the letters drawn so far.
struct Letters {
    fonts: Collection,
    files: SourceCache,
    drawn: HashMap<(char, usize), Option<Arc<Letter>>>,
}

impl Default for Letters {
    fn default() -> Self {
        let fonts = |system_fonts| {
            Collection::new(CollectionOptions {
                shared: false,
                system_fonts,
            })
        };
        Self {
            // Where fontconfig knows of no font at all, fontique panics.
            fonts: catch_unwind(|| fonts(true)).unwrap_or_else(|_| fonts(false)),
            files: SourceCache::new(SourceCacheOptions::default()),
            drawn: HashMap::new(),
        }
    }
}

impl Letters {
    fn get(&mut self, letter: char, side: usize) -> Option<Arc<Letter>> {
        if let Some(known) = self.drawn.get(&(letter, side)) {
            return known.clone();
        }
        let font = self.font_of(letter);
        let drawn = font
            .and_then(|font| drawn(&font, letter, side))
            .map(Arc::new);
        self.drawn.insert((letter, side), drawn.clone());
        drawn
    }

    /// A font that has it: the one that the system takes for the letter's writing.
    fn font_of(&mut self, letter: char) -> Option<QueryFont> {
        let writing = letter.script();
        let script = Script::parse(writing.short_name()).ok()?;
        let han = writing == unicode_script::Script::Han;
        let places = HAN.iter().filter(|_| han);
        let places = places.map(|place| Language::parse(place).ok());
        std::iter::once(None).chain(places).find_map(|place| {
            let mut query = self.fonts.query(&mut self.files);
            query.set_families([QueryFamily::Generic(GenericFamily::SansSerif)]);
            query.set_fallbacks(FallbackKey::new(script, place.as_ref()));
            let mut found = None;
            query.matches_with(|font| {
                let map = font.charmap();
                match map
                    .and_then(|map| map.map(letter))
                    .is_some_and(|glyph| glyph != 0)
                {
                    true => {
                        found = Some(font.clone());
                        QueryStatus::Stop
                    }
                    false => QueryStatus::Continue,
                }
            });
            found
        })
    }
}

/// None where the font has but a picture of it, or none.
fn drawn(font: &QueryFont, letter: char, side: usize) -> Option<Letter> {
    let font = FontRef::try_from_slice_and_index(font.blob.as_ref(), font.index).ok()?;
    // A font's height is more than its square.
    let square = font.units_per_em().filter(|units| *units > 0.0)?;
    let scale = PxScale::from(side as f32 * font.height_unscaled() / square);
    let glyph = font.glyph_id(letter);
    let advance = font.as_scaled(scale).h_advance(glyph);
    let line = point(0.0, side as f32 * ABOVE);
    let advance = advance.ceil().max(0.0) as usize;
    let outline = font.outline_glyph(glyph.with_scale_and_position(scale, line));
    let Some(outline) = outline else {
        return letter.is_whitespace().then_some(Letter {
            advance,
            width: 0,
            at: [0; 2],
            ink: Vec::new(),
        });
    };
    let bounds = outline.px_bounds();
    let (width, height) = (bounds.width() as usize, bounds.height() as usize);
    let mut ink = vec![0.0; width * height];
    outline.draw(|x, y, covered| {
        if let Some(pixel) = ink.get_mut(y as usize * width + x as usize) {
            *pixel = covered;
        }
    });
    Some(Letter {
        advance,
        width,
        at: [bounds.min.x as i32, bounds.min.y as i32],
        ink,
    })
}

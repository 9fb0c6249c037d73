//! The faces of the window: Inter for words, JetBrains Mono for figures. For other writings the system is asked for a font, the first
//! time a letter of one is shown; where the system has none either, that is said in words.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use egui::epaint::text::{FallbackRequest, FontInsert, FontProvider};
use egui::{FontData, FontDefinitions, FontFamily};
use egui_system_font_provider::SystemFontProvider;
use mettle_core::base::Problem;
use unicode_script::{Script, UnicodeScript};

use crate::theme::STRONG;

const INTER: &[u8] = include_bytes!("../../assets/fonts/Inter-Regular.otf");
const INTER_STRONG: &[u8] = include_bytes!("../../assets/fonts/Inter-SemiBold.otf");
const FIGURES: &[u8] = include_bytes!("../../assets/fonts/JetBrainsMono-Regular.ttf");

/// The system's fonts, which eframe would ask itself, but without care: where fontconfig knows of no font at all, the library that it
/// asks panics.
struct SystemFonts {
    provider: SystemFontProvider,
    none: AtomicBool,
}

impl FontProvider for SystemFonts {
    fn font_for(&self, request: &FallbackRequest<'_>) -> Option<FontInsert> {
        if self.none.load(Ordering::Relaxed) {
            return None;
        }
        // On another thread, whose panics go to the log.
        let found = std::thread::scope(|threads| {
            let asked = threads.spawn(|| self.provider.font_for(request));
            asked.join()
        });
        found.unwrap_or_else(|_| {
            self.none.store(true, Ordering::Relaxed);
            None
        })
    }
}

/// Have a window ask the system for letters that our faces lack. In place of `NativeOptions::system_font_fallback`.
pub fn ask_the_system(ctx: &egui::Context) {
    ctx.add_font_provider(Arc::new(SystemFonts {
        provider: SystemFontProvider::new(),
        none: AtomicBool::new(false),
    }));
}

/// Give egui our faces, in front of its own, which keep serving symbols.
pub fn install(ctx: &egui::Context) {
    let mut fonts = FontDefinitions::default();
    for (name, data) in [
        ("inter", INTER),
        ("inter-strong", INTER_STRONG),
        ("figures", FIGURES),
    ] {
        let data = Arc::new(FontData::from_static(data));
        fonts.font_data.insert(name.to_owned(), data);
    }
    let spare = fonts
        .families
        .get(&FontFamily::Proportional)
        .cloned()
        .unwrap_or_default();
    let mut put = |family: FontFamily, first: &str| {
        let faces = fonts
            .families
            .entry(family)
            .or_insert_with(|| spare.clone());
        faces.insert(0, first.to_owned());
    };
    put(FontFamily::Proportional, "inter");
    put(FontFamily::Monospace, "figures");
    put(FontFamily::Name(STRONG.into()), "inter-strong");
    ctx.set_fonts(fonts);
}

/// Hears of letters that are to be shown and that no font has, neither ours nor one of the system's.
#[derive(Clone, Debug, Default)]
pub struct Unshown(Arc<Mutex<Heard>>);

/// Writings of which letters were missing.
#[derive(Debug, Default)]
struct Heard {
    /// Not told yet, with the first letter that was missing.
    new: BTreeMap<&'static str, char>,
    told: BTreeSet<&'static str>,
}

impl Unshown {
    /// Hear of those of a window. Whoever can give fonts is to be there before: the last one is asked last.
    pub fn listen(&self, ctx: &egui::Context) {
        let unshown = self.clone();
        let hear = move |request: &FallbackRequest<'_>| -> Option<FontInsert> {
            let letter = request.cluster.chars().next();
            if let Some(letter) = letter.filter(|letter| letter.is_alphabetic()) {
                unshown.heard().hear(letter);
            }
            None
        };
        ctx.add_font_provider(Arc::new(hear));
    }

    /// Whether there is something to tell.
    pub fn is_news(&self) -> bool {
        !self.heard().new.is_empty()
    }

    /// What to tell of the writings that came since it was told last; of each once.
    pub fn news(&self) -> Option<Problem> {
        let mut heard = self.heard();
        let new = std::mem::take(&mut heard.new);
        heard.told.extend(new.keys());
        if new.is_empty() {
            return None;
        }
        let writings: Vec<&str> = new.keys().copied().collect();
        let remedies: BTreeSet<&str> = new.values().map(|letter| remedy(*letter)).collect();
        let remedies: Vec<&str> = remedies.into_iter().collect();
        let letters = new
            .values()
            .map(|letter| format!("U+{:04X}", *letter as u32));
        let letters: Vec<String> = letters.collect();
        let problem = Problem::warning(
            format!("No font here has {} letters", writings.join(", ")),
            format!(
                "Names written in them are blank. {} Then start Mettle Studio again.",
                remedies.join(" ")
            ),
        );
        Some(problem.with_detail(letters.join(" ")))
    }

    fn heard(&self) -> MutexGuard<'_, Heard> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Heard {
    fn hear(&mut self, letter: char) {
        let writing = letter.script().full_name();
        if !self.told.contains(writing) {
            self.new.entry(writing).or_insert(letter);
        }
    }
}

/// What to install for a letter's writing.
fn remedy(letter: char) -> &'static str {
    let chinese = matches!(
        letter.script(),
        Script::Han | Script::Hiragana | Script::Katakana | Script::Hangul | Script::Bopomofo
    );
    match (cfg!(target_os = "linux"), chinese) {
        (true, true) => {
            "Install fontconfig with fonts-noto-cjk (Debian, Ubuntu), google-noto-sans-cjk-fonts (Fedora) or noto-fonts-cjk (Arch)."
        }
        (true, false) => {
            "Install fontconfig with fonts-noto-core (Debian, Ubuntu), google-noto-fonts-all (Fedora) or noto-fonts (Arch)."
        }
        (false, _) => "Install a font for them in the system's settings.",
    }
}

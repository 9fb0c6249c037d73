//! What a file is that is no clip, from its first bytes; and what then to do.

/// Something that people take for a clip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mistaken {
    /// As in "its content is ...".
    pub what: &'static str,
    /// What to do.
    pub advice: &'static str,
}

const AGAIN: &str =
    "The name promises a clip but the content is something else. Get the original file again.";

const PAGE: Mistaken = Mistaken {
    what: "a web page",
    advice: "The download gave a page in place of the file: open its address in a browser (it may ask to log in or to agree), and download the file itself.",
};
const POINTER: Mistaken = Mistaken {
    what: "a pointer to a file kept by Git LFS",
    advice: "The file itself was not fetched. In the repository's folder, run: git lfs pull",
};
const PLAYLIST: Mistaken = Mistaken {
    what: "a playlist, which only names clips",
    advice: "Open the clips that it names.",
};
const SEGMENT: Mistaken = Mistaken {
    what: "a segment of a DASH or HLS stream without the stream's beginning",
    advice: "Put the beginning before its segments, for example: cat init.mp4 segment-*.m4s > whole.mp4",
};
const ANIMATED_WEBP: Mistaken = Mistaken {
    what: "an animated WebP picture",
    advice: "FFmpeg reads only still ones. Convert it, for example with ImageMagick: magick INPUT.webp output.mp4",
};
const TEXT: Mistaken = Mistaken {
    what: "text",
    advice: AGAIN,
};

/// A guess at what is in a file, from its first bytes; `None` where it may be media.
pub(super) fn looks_like(head: &[u8]) -> Option<Mistaken> {
    const MAGIC: [(&[u8], &str); 6] = [
        (b"%PDF", "a PDF document"),
        (b"PK\x03\x04", "a ZIP archive or office document"),
        (b"\x1f\x8b", "a gzip archive"),
        (b"\x7fELF", "a program"),
        (b"MZ", "a program"),
        (b"SQLite format 3", "a database"),
    ];
    let magic = MAGIC.iter().find(|(magic, _)| head.starts_with(magic));
    if let Some(&(_, what)) = magic {
        return Some(Mistaken {
            what,
            advice: AGAIN,
        });
    }
    unreadable(head).or_else(|| text(head))
}

/// Media that cannot be shown as it is, though FFmpeg may try.
pub(super) fn unreadable(head: &[u8]) -> Option<Mistaken> {
    let kind = head.get(4..8);
    if [b"styp", b"moof", b"sidx"]
        .iter()
        .any(|name| kind == Some(&name[..]))
    {
        return Some(SEGMENT);
    }
    // The extended header's second flag: RIFF, size, WEBP, VP8X, size, flags.
    let extended = head.starts_with(b"RIFF") && head.get(8..16) == Some(&b"WEBPVP8X"[..]);
    let animated = extended && head.get(20).is_some_and(|flags| flags & 2 != 0);
    animated.then_some(ANIMATED_WEBP)
}

fn text(head: &[u8]) -> Option<Mistaken> {
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        // A character cut in two at the end of the head is still text.
        Err(e) if e.valid_up_to() + 4 > head.len() && e.valid_up_to() > 0 => {
            std::str::from_utf8(&head[..e.valid_up_to()]).unwrap_or("")
        }
        Err(_) => return None,
    };
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let printable = |c: char| !c.is_control() || c.is_whitespace();
    if text.is_empty() || !text.chars().all(printable) {
        return None;
    }
    let begins = |with: &str| {
        text.get(..with.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(with))
    };
    Some(
        if begins("<!doctype html") || begins("<html") || begins("<head") {
            PAGE
        } else if begins("version https://git-lfs") {
            POINTER
        } else if begins("#EXTM3U") {
            PLAYLIST
        } else {
            TEXT
        },
    )
}

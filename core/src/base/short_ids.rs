//! Short names of what a person marks: an event stays itself while its edges move, a class while it is renamed.

use std::fmt;

/// 128 bits as lower-case hexadecimal digits.
fn hex(bytes: &[u8; 16], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
}

/// The first 128 bits of the hash of some parts, each with its length before it.
fn derived(purpose: &str, parts: &[&[u8]]) -> [u8; 16] {
    let mut hasher = blake3::Hasher::new_derive_key(purpose);
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    let mut short = [0; 16];
    short.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    short
}

/// An event that a person marked.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct EventId(pub [u8; 16]);

impl EventId {
    /// A new one: 128 random bits, so that two windows never give the same.
    pub fn fresh() -> Self {
        Self(rand::random())
    }

    /// For the `count`-th piece cut off this event: the same wherever the same cut is made again.
    pub fn piece(self, count: u64) -> Self {
        let purpose = "Mettle Studio: a piece of an event";
        Self(derived(purpose, &[&self.0, &count.to_le_bytes()]))
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        hex(&self.0, f)
    }
}

impl fmt::Debug for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        hex(&self.0, f)
    }
}

/// A class, whatever it is called now.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct LabelId(pub [u8; 16]);

impl LabelId {
    /// Of the class that models call so. Two windows, and two projects, give the same; a class renamed later keeps it.
    pub fn named(name: &str) -> Self {
        let purpose = "Mettle Studio: a class by its first name";
        Self(derived(purpose, &[name.as_bytes()]))
    }
}

impl fmt::Display for LabelId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        hex(&self.0, f)
    }
}

impl fmt::Debug for LabelId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        hex(&self.0, f)
    }
}

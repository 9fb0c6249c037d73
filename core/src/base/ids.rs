//! Names of things by their content, so that a moved or renamed file stays the same clip.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A 256-bit content hash, written as lower-case hexadecimal.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct ContentHash(pub [u8; 32]);

impl fmt::Display for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl From<ContentHash> for String {
    fn from(hash: ContentHash) -> String {
        hash.to_string()
    }
}

/// A text that is no content hash.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a content hash has 64 hexadecimal digits; this is none: {0}")]
pub struct NoHash(String);

impl TryFrom<String> for ContentHash {
    type Error = NoHash;
    fn try_from(text: String) -> Result<Self, NoHash> {
        let bytes = text.as_bytes();
        if bytes.len() != 64 {
            return Err(NoHash(text));
        }
        let mut hash = [0; 32];
        for (byte, pair) in hash.iter_mut().zip(bytes.chunks_exact(2)) {
            let digits = std::str::from_utf8(pair).ok();
            let read = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
            *byte = read.ok_or_else(|| NoHash(text.clone()))?;
        }
        Ok(Self(hash))
    }
}

impl Serialize for ContentHash {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ContentHash {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?
            .try_into()
            .map_err(serde::de::Error::custom)
    }
}

/// A clip, named by the hash of its bytes.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct ClipId(pub ContentHash);

/// Digits of a hash that tell a person's clips apart.
const SHORT: usize = 12;

impl ClipId {
    /// The beginning of its hash, for names and tables.
    pub fn short(self) -> String {
        let mut digits = self.0.to_string();
        digits.truncate(SHORT);
        digits
    }
}

/// A head, named by the hash of its weights, its configuration, its labels and the backbones it was made for: a head that is
/// trained further is another one.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct HeadId(pub ContentHash);

impl fmt::Display for HeadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Two frozen backbones, named by the hash of their weights and configurations and of how their inputs are made. The numbers
/// they are kept in do not count: a head goes with the pair in f32 and in f16.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct PairId(pub ContentHash);

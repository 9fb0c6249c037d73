//! Names for what is kept on disk, made of what it depends on: the same in every build, on every machine.

use serde_json::Value;

use super::ContentHash;

/// BLAKE3 over a purpose and values, each behind a mark of its kind and its length, so that no two lists of values give the
/// same bytes. `Debug`'s text and the standard library's hasher promise nothing from one build to the next.
#[derive(Debug)]
pub struct KeyHasher(blake3::Hasher);

impl KeyHasher {
    /// `purpose` says what the key is for and ends in a number, which counts up when the same values come to mean something
    /// else: what was kept before is then not found any more, which costs time and no more.
    pub fn new(purpose: &str) -> Self {
        Self(blake3::Hasher::new()).text(purpose)
    }

    /// Text.
    #[must_use]
    pub fn text(self, text: &str) -> Self {
        self.value(b't', text.as_bytes())
    }

    /// A whole number.
    #[must_use]
    pub fn whole(self, number: u64) -> Self {
        self.value(b'n', &number.to_le_bytes())
    }

    /// A size or count.
    #[must_use]
    pub fn count(self, number: usize) -> Self {
        self.whole(number as u64)
    }

    /// A number with a fraction, every bit of it.
    #[must_use]
    pub fn real(self, number: f64) -> Self {
        self.value(b'r', &number.to_bits().to_le_bytes())
    }

    /// Another name by content.
    #[must_use]
    pub fn hash(self, hash: &ContentHash) -> Self {
        self.value(b'h', &hash.0)
    }

    /// A JSON value, whatever the order of its fields.
    #[must_use]
    pub fn json(self, value: &Value) -> Self {
        match value {
            Value::Null => self.value(b'0', b""),
            Value::Bool(yes) => self.value(b'b', &[u8::from(*yes)]),
            Value::Number(number) => self.value(b'j', number.to_string().as_bytes()),
            Value::String(text) => self.text(text),
            Value::Array(items) => {
                let list = self.value(b'l', &(items.len() as u64).to_le_bytes());
                items.iter().fold(list, Self::json)
            }
            Value::Object(fields) => {
                let mut fields: Vec<_> = fields.iter().collect();
                fields.sort_unstable_by_key(|(name, _)| *name);
                let list = self.value(b'o', &(fields.len() as u64).to_le_bytes());
                let field =
                    |key: Self, (name, value): (&String, &Value)| key.text(name).json(value);
                fields.into_iter().fold(list, field)
            }
        }
    }

    /// The key.
    pub fn finish(self) -> ContentHash {
        ContentHash(*self.0.finalize().as_bytes())
    }

    fn value(mut self, kind: u8, bytes: &[u8]) -> Self {
        self.0.update(&[kind]);
        self.0.update(&(bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
        self
    }
}

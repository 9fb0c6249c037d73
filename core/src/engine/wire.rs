//! Jobs and replies as bytes, for an engine in another process or on another machine: CBOR, the version first.

use std::fmt::Display;

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Said before every message, and changed whenever what follows changes its form.
pub const WIRE_VERSION: u32 = 4;

/// Why bytes are no message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// The other side is another version of this program.
    #[error(
        "the other side speaks version {theirs} of the protocol, this program {WIRE_VERSION}: install the same version of both"
    )]
    Version {
        /// What it speaks.
        theirs: u32,
    },
    /// The bytes are cut short, or were never a message.
    #[error("a message between two parts of the program is damaged: {0}")]
    Damaged(String),
    /// Something that has no form on the wire.
    #[error("a message between two parts of the program cannot be written: {0}")]
    Unsayable(String),
}

impl WireError {
    fn damaged(error: impl Display) -> Self {
        Self::Damaged(error.to_string())
    }

    fn unsayable(error: impl Display) -> Self {
        Self::Unsayable(error.to_string())
    }
}

/// A job or a reply as bytes.
///
/// # Errors
/// None for what the engine takes and gives.
pub fn to_wire<T: Serialize>(message: &T) -> Result<Vec<u8>, WireError> {
    let mut bytes = Vec::new();
    ciborium::into_writer(&WIRE_VERSION, &mut bytes).map_err(WireError::unsayable)?;
    ciborium::into_writer(message, &mut bytes).map_err(WireError::unsayable)?;
    Ok(bytes)
}

/// A job or a reply from its bytes.
///
/// # Errors
/// They are of another version, or no message.
pub fn from_wire<T: DeserializeOwned>(mut bytes: &[u8]) -> Result<T, WireError> {
    let theirs: u32 = ciborium::from_reader(&mut bytes).map_err(WireError::damaged)?;
    if theirs != WIRE_VERSION {
        return Err(WireError::Version { theirs });
    }
    ciborium::from_reader(&mut bytes).map_err(WireError::damaged)
}

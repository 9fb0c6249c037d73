//! What stands in the metadata of a head's file, apart from what the program holds in memory.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::base::{HeadId, Labels, PairId, Task};
use crate::model::ModelError;

/// The key it stands under in the safetensors header.
pub(super) const KEY: &str = "mettle.head";
/// What this program writes and reads.
pub(super) const SCHEMA: &str = "mettle.head/1";
/// A longer header is not one of ours.
const LONGEST: u64 = 1 << 28;

/// What a head's file says of itself.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Meta {
    pub schema: String,
    pub id: HeadId,
    pub name: String,
    pub task: Task,
    pub labels: Labels,
    /// As it was written: the head's name is a hash of it, and later versions of the program may know more fields.
    pub config: Value,
    pub pair: PairId,
    /// Names of the backbones, for people: who looks, who listens.
    pub backbones: [String; 2],
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<HeadId>,
    #[serde(default)]
    pub untrained: bool,
    #[serde(default)]
    pub metrics: BTreeMap<String, f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipe: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub familiarity: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calibration: Option<Value>,
}

impl Meta {
    /// From the header of a safetensors file, without its weights.
    pub fn read(path: &Path) -> Result<Self, ModelError> {
        let header = header(path)?;
        let wrong = |what: String| ModelError::format(path, what);
        let none = || wrong("is no head of this program: its metadata says nothing of one".into());
        let text = header
            .pointer("/__metadata__")
            .and_then(|notes| notes.get(KEY)?.as_str())
            .ok_or_else(none)?;
        let value: Value = serde_json::from_str(text)
            .map_err(|e| wrong(format!("has damaged metadata ({e}): fetch it again")))?;
        let schema = value.get("schema").and_then(Value::as_str);
        if schema != Some(SCHEMA) {
            let schema = schema.unwrap_or_default();
            return Err(wrong(format!(
                "is a head of schema {schema:?}; this program reads {SCHEMA}: install its newest version"
            )));
        }
        serde_json::from_value(value)
            .map_err(|e| wrong(format!("has metadata that do not fit {SCHEMA} ({e})")))
    }
}

fn header(path: &Path) -> Result<Value, ModelError> {
    let io = |e| ModelError::io(path, e);
    let mut file = File::open(path).map_err(io)?;
    let mut length = [0; 8];
    let wrong = || ModelError::format(path, "is no safetensors file: fetch it again");
    file.read_exact(&mut length).map_err(|_| wrong())?;
    let length = u64::from_le_bytes(length);
    if length > LONGEST {
        return Err(wrong());
    }
    let mut text = Vec::new();
    file.take(length).read_to_end(&mut text).map_err(io)?;
    serde_json::from_slice(&text).map_err(|_| wrong())
}

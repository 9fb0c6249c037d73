//! What was asked, as one word: a task, or `all`.

use serde::de::IntoDeserializer;
use serde::de::value::StringDeserializer;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::base::Task;

const ALL: &str = "all";

pub(super) fn serialize<S: Serializer>(asked: &Option<Task>, to: S) -> Result<S::Ok, S::Error> {
    match asked {
        Some(task) => task.serialize(to),
        None => to.serialize_str(ALL),
    }
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Task>, D::Error> {
    let word = String::deserialize(from)?;
    if word == ALL {
        return Ok(None);
    }
    let word: StringDeserializer<D::Error> = word.into_deserializer();
    Task::deserialize(word).map(Some)
}

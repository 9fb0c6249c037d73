//! One JSON value laid over another: what a person changes of what a program says.

use serde_json::Value;

/// Fields of `over` replace those of `base`, inside objects field by field.
pub fn merge(base: &mut Value, over: &Value) {
    match (base, over) {
        (Value::Object(base), Value::Object(over)) => {
            for (name, value) in over {
                merge(base.entry(name.as_str()).or_insert(Value::Null), value);
            }
        }
        (base, over) => *base = over.clone(),
    }
}

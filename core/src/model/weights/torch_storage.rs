//! What a PyTorch pickle says of its storages: the runs of numbers that tensors are views of.

use super::pickle::{Id, Node, Pickle};
use super::raw::RawType;

/// What a pickle says of a storage.
pub(super) struct Storage<'a> {
    pub element: Element<'a>,
    pub key: &'a str,
    /// Elements; `None` where it is no size.
    pub length: Option<usize>,
}

impl<'a> Storage<'a> {
    /// `("storage", class, key, location, length)`, in the older format followed by a view, which is none since 0.4.
    pub fn of(pickle: &'a Pickle, description: Id) -> Result<Self, String> {
        let Node::Tuple(parts) = pickle.node(description) else {
            return Err("has a storage without description".into());
        };
        let (kind, class, key, length) = match parts.as_slice() {
            [kind, class, key, _, length] => (kind, class, key, length),
            [kind, class, key, _, length, view] if *pickle.node(*view) == Node::None => {
                (kind, class, key, length)
            }
            _ => return Err("has a storage with an unknown description".into()),
        };
        let Node::Global(_, class) = pickle.node(*class) else {
            return Err("has a storage without element type".into());
        };
        let (Some("storage"), Some(key)) = (pickle.str(*kind), pickle.str(*key)) else {
            return Err("has a storage without a name".into());
        };
        Ok(Self {
            element: Element(class),
            key,
            length: pickle.size(*length),
        })
    }
}

/// What a storage's elements are, by the name of its class.
#[derive(Clone, Copy)]
pub(super) struct Element<'a>(&'a str);

impl Element<'_> {
    /// The type, where it is one that is read.
    ///
    /// # Errors
    /// What it is instead, to follow a tensor's name.
    pub fn dtype(self) -> Result<RawType, String> {
        Ok(match self.0 {
            "FloatStorage" => RawType::F32,
            "HalfStorage" => RawType::F16,
            "BFloat16Storage" => RawType::Bf16,
            "DoubleStorage" => RawType::F64,
            "LongStorage" => RawType::I64,
            "IntStorage" => RawType::I32,
            "ShortStorage" => RawType::I16,
            "CharStorage" => RawType::I8,
            "ByteStorage" => RawType::U8,
            "BoolStorage" => RawType::Bool,
            class if is_quantised(class) => return Err(quantised(class)),
            class => return Err(format!("has elements of {class}, which are not read")),
        })
    }

    /// Bytes of one element; `None` for a class that PyTorch does not have.
    pub fn size(self) -> Option<usize> {
        Some(match self.0 {
            "QInt8Storage" | "QUInt8Storage" | "QUInt4x2Storage" | "QUInt2x4Storage" => 1,
            "UntypedStorage" => 1,
            "QInt32Storage" => 4,
            "ComplexFloatStorage" => 8,
            "ComplexDoubleStorage" => 16,
            _ => self.dtype().ok()?.size(),
        })
    }
}

fn is_quantised(class: &str) -> bool {
    class.starts_with('Q') && class.ends_with("Storage")
}

fn quantised(class: &str) -> String {
    format!("is quantised ({class}): take the checkpoint in floating point")
}

//! What a PyTorch pickle says of its storages: the runs of numbers that tensors are views of.

use super::error::TensorError;
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
    pub fn of(pickle: &'a Pickle, description: Id) -> Result<Self, TensorError> {
        let Node::Tuple(parts) = pickle.node(description) else {
            return Err(TensorError::NoDescription);
        };
        let (kind, class, key, length) = match parts.as_slice() {
            [kind, class, key, _, length] => (kind, class, key, length),
            [kind, class, key, _, length, view] if *pickle.node(*view) == Node::None => {
                (kind, class, key, length)
            }
            _ => return Err(TensorError::UnknownDescription),
        };
        let Node::Global(_, class) = pickle.node(*class) else {
            return Err(TensorError::NoElementType);
        };
        let (Some("storage"), Some(key)) = (pickle.str(*kind), pickle.str(*key)) else {
            return Err(TensorError::NoName);
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
    pub fn dtype(self) -> Result<RawType, TensorError> {
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
            class if is_quantised(class) => {
                return Err(TensorError::QuantisedStorage(class.to_owned()));
            }
            class => return Err(TensorError::Elements(class.to_owned())),
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

//! A reader of Python pickles that runs nothing: it builds plain values, and whatever asks for a class or a call becomes an
//! inert [`Node`].
//!
//! Values live in one flat arena and refer to each other by number, so that deep, shared or circular structures cost no
//! recursion, here or when they are dropped. Every opcode makes at most one value, and all counts are bounded.

use super::error::PickleError;
use super::pickle_machine::Machine;

/// The place of a value in the arena.
pub(super) type Id = u32;

/// One value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    None,
    Bool(bool),
    Int(i64),
    Str(String),
    Tuple(Vec<Id>),
    List(Vec<Id>),
    Dict(Vec<(Id, Id)>),
    /// A class or function by name: `module`, `name`. Never looked up, never called.
    Global(String, String),
    /// A call of a global that the caller may understand; else inert.
    Call {
        function: Id,
        args: Id,
    },
    /// An object kept outside the pickle, by its description.
    Persistent(Id),
    /// Something of no interest here: floats, bytes, sets, instances.
    Opaque,
}

/// A pickle read to its end.
pub(super) struct Pickle {
    nodes: Vec<Node>,
    root: Id,
}

impl Pickle {
    /// Reads `bytes`.
    ///
    /// # Errors
    /// For damaged pickles, opcodes that PyTorch does not write, and sizes out of bounds.
    pub fn read(bytes: &[u8]) -> Result<Self, PickleError> {
        Ok(Self::read_first(bytes)?.0)
    }

    /// Reads the pickle that `bytes` begins with; what follows it comes back.
    ///
    /// # Errors
    /// Those of [`Self::read`].
    pub fn read_first(bytes: &[u8]) -> Result<(Self, &[u8]), PickleError> {
        let (nodes, root, rest) = Machine::new(bytes).run()?;
        Ok((Self { nodes, root }, rest))
    }

    /// The value the pickle stands for.
    pub fn root(&self) -> &Node {
        self.node(self.root)
    }

    /// The place of that value.
    pub fn root_id(&self) -> Id {
        self.root
    }

    /// Whether it names this class or function.
    pub fn names(&self, wanted: impl Fn(&str, &str) -> bool) -> bool {
        self.nodes.iter().any(|node| match node {
            Node::Global(module, name) => wanted(module, name),
            _ => false,
        })
    }

    /// A value by its place.
    pub fn node(&self, id: Id) -> &Node {
        self.nodes.get(id as usize).unwrap_or(&Node::Opaque)
    }

    /// The descriptions of all objects outside the pickle.
    pub fn outside(&self) -> impl Iterator<Item = Id> + '_ {
        self.nodes.iter().filter_map(|node| match node {
            Node::Persistent(description) => Some(*description),
            _ => None,
        })
    }

    /// A string value.
    pub fn str(&self, id: Id) -> Option<&str> {
        match self.node(id) {
            Node::Str(text) => Some(text),
            _ => None,
        }
    }

    /// A whole number that is not negative.
    pub fn size(&self, id: Id) -> Option<usize> {
        match self.node(id) {
            Node::Int(value) => usize::try_from(*value).ok(),
            _ => None,
        }
    }

    /// A tuple or list of such numbers.
    pub fn sizes(&self, id: Id) -> Option<Vec<usize>> {
        match self.node(id) {
            Node::Tuple(items) | Node::List(items) => {
                items.iter().map(|item| self.size(*item)).collect()
            }
            _ => None,
        }
    }
}

//! What the opcodes of a pickle that make values do to the machine.

use super::error::PickleError;
use super::pickle::Node;
use super::pickle_machine::Machine;

impl Machine<'_> {
    /// Whole numbers of any width; longer ones than eight bytes are of no interest.
    pub(super) fn integer(&mut self, op: u8) -> Result<(), PickleError> {
        let bytes = match op {
            b'J' => self.bytes(4)?,
            b'K' => self.bytes(1)?,
            b'M' => self.bytes(2)?,
            0x8a => {
                let len = self.length(1)?;
                self.bytes(len)?
            }
            _ => {
                let len = self.length(4)?;
                self.bytes(len)?
            }
        };
        if bytes.len() > 8 {
            return self.push(Node::Opaque);
        }
        // Little-endian; two's complement save for the unsigned one- and two-byte forms.
        let signed = !matches!(op, b'K' | b'M');
        let negative = signed && bytes.last().is_some_and(|b| b & 0x80 != 0);
        let mut word = [if negative { 0xff } else { 0 }; 8];
        word[..bytes.len()].copy_from_slice(bytes);
        self.push(Node::Int(i64::from_le_bytes(word)))
    }

    /// Strings.
    pub(super) fn text(&mut self, op: u8) -> Result<(), PickleError> {
        let width = match op {
            b'X' | b'T' => 4,
            0x8d => 8,
            _ => 1,
        };
        let len = self.length(width)?;
        match std::str::from_utf8(self.bytes(len)?) {
            Ok(text) => self.push(Node::Str(text.to_owned())),
            // Python 2 has one type for text and for bytes: this is the latter, such as the value of a NumPy scalar.
            Err(_) if matches!(op, b'U' | b'T') => self.push(Node::Opaque),
            Err(_) => Err(PickleError::Text),
        }
    }

    /// Bytes, skipped.
    pub(super) fn blob(&mut self, op: u8) -> Result<(), PickleError> {
        let width = match op {
            b'B' => 4,
            b'C' => 1,
            _ => 8,
        };
        let len = self.length(width)?;
        self.bytes(len)?;
        self.push(Node::Opaque)
    }

    /// Tuples.
    pub(super) fn tuple(&mut self, op: u8) -> Result<(), PickleError> {
        let items = match op {
            b')' => Vec::new(),
            b't' => self.pop_mark()?,
            _ => {
                let count = usize::from(op - 0x84);
                let from = self
                    .stack
                    .len()
                    .checked_sub(count)
                    .ok_or(PickleError::Underflow)?;
                self.guard(from)?;
                self.stack.split_off(from)
            }
        };
        self.push(Node::Tuple(items))
    }

    /// Lists, and adding to one.
    pub(super) fn list(&mut self, op: u8) -> Result<(), PickleError> {
        let items = match op {
            b'a' => vec![self.pop()?],
            _ => self.pop_mark()?,
        };
        if op == b'l' {
            return self.push(Node::List(items));
        }
        let target = self.peek()?;
        if let Some(Node::List(list)) = self.nodes.get_mut(target as usize) {
            list.extend(items);
        }
        Ok(())
    }

    /// Dictionaries, and adding to one.
    pub(super) fn dict(&mut self, op: u8) -> Result<(), PickleError> {
        let items = match op {
            b's' => {
                let value = self.pop()?;
                vec![self.pop()?, value]
            }
            _ => self.pop_mark()?,
        };
        if items.len() % 2 != 0 {
            return Err(PickleError::KeyAlone);
        }
        let pairs = items.chunks_exact(2).map(|pair| (pair[0], pair[1]));
        if op == b'd' {
            return self.push(Node::Dict(pairs.collect()));
        }
        let target = self.peek()?;
        if let Some(Node::Dict(dict)) = self.nodes.get_mut(target as usize) {
            dict.extend(pairs);
        }
        Ok(())
    }

    /// The name of a class or function.
    pub(super) fn global(&mut self, op: u8) -> Result<(), PickleError> {
        let (module, name) = if op == b'c' {
            (self.line()?, self.line()?)
        } else {
            let (name, module) = (self.pop()?, self.pop()?);
            match (&self.nodes[module as usize], &self.nodes[name as usize]) {
                (Node::Str(module), Node::Str(name)) => (module.clone(), name.clone()),
                _ => return Err(PickleError::Class),
            }
        };
        self.push(Node::Global(module, name))
    }

    /// A call or an instance. An ordered dictionary is a dictionary; everything else is only written down.
    pub(super) fn call(&mut self, op: u8) -> Result<(), PickleError> {
        if op == 0x92 {
            self.pop()?;
        }
        let args = self.pop()?;
        let function = self.pop()?;
        let node = match &self.nodes[function as usize] {
            Node::Global(module, name) if module == "collections" && name == "OrderedDict" => {
                Node::Dict(Vec::new())
            }
            Node::Global(..) => Node::Call { function, args },
            _ => Node::Opaque,
        };
        self.push(node)
    }

    /// Gives the top value a number.
    pub(super) fn memoise(&mut self, op: u8) -> Result<(), PickleError> {
        let key = match op {
            b'q' => u32::from(self.byte()?),
            b'r' => self.length(4)? as u32,
            _ => self.memo.len() as u32,
        };
        let top = self.peek()?;
        self.memo.insert(key, top);
        self.bounded(self.memo.len())
    }

    /// Puts a numbered value on the stack again.
    pub(super) fn recall(&mut self, op: u8) -> Result<(), PickleError> {
        let key = match op {
            b'h' => u32::from(self.byte()?),
            _ => self.length(4)? as u32,
        };
        let id = self.memo.get(&key).copied();
        self.push_id(id.ok_or(PickleError::Reference)?)
    }
}

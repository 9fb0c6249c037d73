//! The stack machine behind a pickle, reduced to what builds plain values. Opcodes PyTorch does not write are errors.

use std::collections::HashMap;

use super::pickle::{Id, Node};

/// Values a pickle may hold at most; a Lightning checkpoint with optimiser state has some ten thousands.
const MAX_NODES: usize = 1_000_000;
/// Values on the stack at most.
const MAX_STACK: usize = 1_000_000;

/// The state of a pickle half read.
pub(super) struct Machine<'a> {
    input: &'a [u8],
    nodes: Vec<Node>,
    stack: Vec<Id>,
    marks: Vec<usize>,
    memo: HashMap<u32, Id>,
}

impl<'a> Machine<'a> {
    pub fn new(input: &'a [u8]) -> Self {
        Self {
            input,
            nodes: Vec::new(),
            stack: Vec::new(),
            marks: Vec::new(),
            memo: HashMap::new(),
        }
    }

    /// Reads to the end: all values, the place of the one the pickle stands for, and what follows the pickle.
    pub fn run(mut self) -> Result<(Vec<Node>, Id, &'a [u8]), String> {
        loop {
            if let Some(root) = self.step()? {
                return Ok((self.nodes, root, self.input));
            }
        }
    }

    /// One opcode. The root once the pickle is complete.
    fn step(&mut self) -> Result<Option<Id>, String> {
        let op = self.byte()?;
        match op {
            b'.' => return self.pop().map(Some),
            b'(' => {
                self.marks.push(self.stack.len());
                self.bounded(self.marks.len())?;
            }
            b'0' => _ = self.pop()?,
            b'1' => _ = self.pop_mark()?,
            b'2' => {
                let top = self.peek()?;
                self.push_id(top)?;
            }
            b'N' => self.push(Node::None)?,
            0x88 | 0x89 => self.push(Node::Bool(op == 0x88))?,
            b'J' | b'K' | b'M' | 0x8a | 0x8b => self.integer(op)?,
            b'G' => {
                self.bytes(8)?;
                self.push(Node::Opaque)?;
            }
            b'X' | 0x8c | 0x8d | b'U' | b'T' => self.text(op)?,
            b'B' | b'C' | 0x8e => self.blob(op)?,
            b')' | b't' | 0x85 | 0x86 | 0x87 => self.tuple(op)?,
            b']' => self.push(Node::List(Vec::new()))?,
            b'}' => self.push(Node::Dict(Vec::new()))?,
            b'l' | b'a' | b'e' => self.list(op)?,
            b'd' | b's' | b'u' => self.dict(op)?,
            0x8f => self.push(Node::Opaque)?,
            0x90 => _ = self.pop_mark()?,
            0x91 => {
                self.pop_mark()?;
                self.push(Node::Opaque)?;
            }
            b'c' | 0x93 => self.global(op)?,
            b'R' | 0x81 | 0x92 => self.call(op)?,
            // The state of an instance: of no interest, whatever it is.
            b'b' => _ = self.pop()?,
            b'Q' => {
                let description = self.pop()?;
                self.push(Node::Persistent(description))?;
            }
            b'q' | b'r' | 0x94 => self.memoise(op)?,
            b'h' | b'j' => self.recall(op)?,
            0x80 => _ = self.bytes(1)?,
            0x95 => _ = self.bytes(8)?,
            _ => {
                return Err(format!(
                    "pickle opcode 0x{op:02x}, which PyTorch does not write"
                ));
            }
        }
        Ok(None)
    }

    fn integer(&mut self, op: u8) -> Result<(), String> {
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

    fn text(&mut self, op: u8) -> Result<(), String> {
        let width = match op {
            b'X' | b'T' => 4,
            0x8d => 8,
            _ => 1,
        };
        let len = self.length(width)?;
        let text = std::str::from_utf8(self.bytes(len)?);
        let text = text.map_err(|_| "a string that is not UTF-8".to_owned())?;
        self.push(Node::Str(text.to_owned()))
    }

    fn blob(&mut self, op: u8) -> Result<(), String> {
        let width = match op {
            b'B' => 4,
            b'C' => 1,
            _ => 8,
        };
        let len = self.length(width)?;
        self.bytes(len)?;
        self.push(Node::Opaque)
    }

    fn tuple(&mut self, op: u8) -> Result<(), String> {
        let items = match op {
            b')' => Vec::new(),
            b't' => self.pop_mark()?,
            _ => {
                let count = usize::from(op - 0x84);
                let from = self.stack.len().checked_sub(count).ok_or_else(underflow)?;
                self.guard(from)?;
                self.stack.split_off(from)
            }
        };
        self.push(Node::Tuple(items))
    }

    fn list(&mut self, op: u8) -> Result<(), String> {
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

    fn dict(&mut self, op: u8) -> Result<(), String> {
        let items = match op {
            b's' => {
                let value = self.pop()?;
                vec![self.pop()?, value]
            }
            _ => self.pop_mark()?,
        };
        if items.len() % 2 != 0 {
            return Err("a dictionary with a key and no value".into());
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

    fn global(&mut self, op: u8) -> Result<(), String> {
        let (module, name) = if op == b'c' {
            (self.line()?, self.line()?)
        } else {
            let (name, module) = (self.pop()?, self.pop()?);
            match (&self.nodes[module as usize], &self.nodes[name as usize]) {
                (Node::Str(module), Node::Str(name)) => (module.clone(), name.clone()),
                _ => return Err("a class whose name is not text".into()),
            }
        };
        self.push(Node::Global(module, name))
    }

    /// A call or an instance. An ordered dictionary is a dictionary; everything else is only written down.
    fn call(&mut self, op: u8) -> Result<(), String> {
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

    fn memoise(&mut self, op: u8) -> Result<(), String> {
        let key = match op {
            b'q' => u32::from(self.byte()?),
            b'r' => self.length(4)? as u32,
            _ => self.memo.len() as u32,
        };
        let top = self.peek()?;
        self.memo.insert(key, top);
        self.bounded(self.memo.len())
    }

    fn recall(&mut self, op: u8) -> Result<(), String> {
        let key = match op {
            b'h' => u32::from(self.byte()?),
            _ => self.length(4)? as u32,
        };
        let id = self.memo.get(&key).copied();
        self.push_id(id.ok_or("a reference to a value that was never named")?)
    }

    fn push(&mut self, node: Node) -> Result<(), String> {
        if self.nodes.len() >= MAX_NODES {
            return Err(format!("more than {MAX_NODES} values in a pickle"));
        }
        self.nodes.push(node);
        self.push_id((self.nodes.len() - 1) as Id)
    }

    fn push_id(&mut self, id: Id) -> Result<(), String> {
        self.stack.push(id);
        self.bounded(self.stack.len())
    }

    fn bounded(&self, count: usize) -> Result<(), String> {
        match count > MAX_STACK {
            true => Err(format!("more than {MAX_STACK} values at once in a pickle")),
            false => Ok(()),
        }
    }

    /// Nothing below the innermost mark may be taken.
    fn guard(&self, from: usize) -> Result<(), String> {
        match self.marks.last().is_some_and(|mark| from < *mark) {
            true => Err(underflow()),
            false => Ok(()),
        }
    }

    fn pop(&mut self) -> Result<Id, String> {
        let from = self.stack.len().checked_sub(1).ok_or_else(underflow)?;
        self.guard(from)?;
        self.stack.pop().ok_or_else(underflow)
    }

    fn peek(&self) -> Result<Id, String> {
        let from = self.stack.len().checked_sub(1).ok_or_else(underflow)?;
        self.guard(from)?;
        self.stack.last().copied().ok_or_else(underflow)
    }

    fn pop_mark(&mut self) -> Result<Vec<Id>, String> {
        let mark = self.marks.pop().ok_or_else(underflow)?;
        if mark > self.stack.len() {
            return Err(underflow());
        }
        Ok(self.stack.split_off(mark))
    }

    fn byte(&mut self) -> Result<u8, String> {
        Ok(self.bytes(1)?[0])
    }

    fn bytes(&mut self, count: usize) -> Result<&'a [u8], String> {
        let (taken, rest) = self
            .input
            .split_at_checked(count)
            .ok_or("a pickle that ends in the middle")?;
        self.input = rest;
        Ok(taken)
    }

    /// A little-endian length of `width` bytes, no longer than what is left.
    fn length(&mut self, width: usize) -> Result<usize, String> {
        let mut word = [0; 8];
        word[..width].copy_from_slice(self.bytes(width)?);
        usize::try_from(u64::from_le_bytes(word)).map_err(|_| "a length out of bounds".into())
    }

    fn line(&mut self) -> Result<String, String> {
        let end = self.input.iter().position(|b| *b == b'\n');
        let end = end.ok_or("a name without an end")?;
        let line = self.bytes(end + 1)?;
        let text = std::str::from_utf8(&line[..end]);
        text.map(str::to_owned)
            .map_err(|_| "a name that is not UTF-8".into())
    }
}

fn underflow() -> String {
    "a pickle that takes more values than it made".into()
}

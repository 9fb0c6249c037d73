//! The stack machine behind a pickle, reduced to what builds plain values. Opcodes PyTorch does not write are errors.

use std::collections::HashMap;

use super::error::PickleError;
use super::pickle::{Id, Node};

/// Values a pickle may hold at most; a Lightning checkpoint with optimiser state has some ten thousands.
const MAX_NODES: usize = 1_000_000;
/// Values on the stack at most.
const MAX_STACK: usize = 1_000_000;

/// The state of a pickle half read.
pub(super) struct Machine<'a> {
    input: &'a [u8],
    pub(super) nodes: Vec<Node>,
    pub(super) stack: Vec<Id>,
    marks: Vec<usize>,
    pub(super) memo: HashMap<u32, Id>,
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
    pub fn run(mut self) -> Result<(Vec<Node>, Id, &'a [u8]), PickleError> {
        loop {
            if let Some(root) = self.step()? {
                return Ok((self.nodes, root, self.input));
            }
        }
    }

    /// One opcode. The root once the pickle is complete.
    fn step(&mut self) -> Result<Option<Id>, PickleError> {
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
            _ => return Err(PickleError::Opcode(op)),
        }
        Ok(None)
    }

    pub(super) fn push(&mut self, node: Node) -> Result<(), PickleError> {
        if self.nodes.len() >= MAX_NODES {
            return Err(PickleError::TooManyValues(MAX_NODES));
        }
        self.nodes.push(node);
        self.push_id((self.nodes.len() - 1) as Id)
    }

    pub(super) fn push_id(&mut self, id: Id) -> Result<(), PickleError> {
        self.stack.push(id);
        self.bounded(self.stack.len())
    }

    pub(super) fn bounded(&self, count: usize) -> Result<(), PickleError> {
        match count > MAX_STACK {
            true => Err(PickleError::TooManyAtOnce(MAX_STACK)),
            false => Ok(()),
        }
    }

    /// Nothing below the innermost mark may be taken.
    pub(super) fn guard(&self, from: usize) -> Result<(), PickleError> {
        match self.marks.last().is_some_and(|mark| from < *mark) {
            true => Err(PickleError::Underflow),
            false => Ok(()),
        }
    }

    pub(super) fn pop(&mut self) -> Result<Id, PickleError> {
        let from = self
            .stack
            .len()
            .checked_sub(1)
            .ok_or(PickleError::Underflow)?;
        self.guard(from)?;
        self.stack.pop().ok_or(PickleError::Underflow)
    }

    pub(super) fn peek(&self) -> Result<Id, PickleError> {
        let from = self
            .stack
            .len()
            .checked_sub(1)
            .ok_or(PickleError::Underflow)?;
        self.guard(from)?;
        self.stack.last().copied().ok_or(PickleError::Underflow)
    }

    pub(super) fn pop_mark(&mut self) -> Result<Vec<Id>, PickleError> {
        let mark = self.marks.pop().ok_or(PickleError::Underflow)?;
        if mark > self.stack.len() {
            return Err(PickleError::Underflow);
        }
        Ok(self.stack.split_off(mark))
    }

    pub(super) fn byte(&mut self) -> Result<u8, PickleError> {
        Ok(self.bytes(1)?[0])
    }

    pub(super) fn bytes(&mut self, count: usize) -> Result<&'a [u8], PickleError> {
        let (taken, rest) = self
            .input
            .split_at_checked(count)
            .ok_or(PickleError::Ends)?;
        self.input = rest;
        Ok(taken)
    }

    /// A little-endian length of `width` bytes, no longer than what is left.
    pub(super) fn length(&mut self, width: usize) -> Result<usize, PickleError> {
        let mut word = [0; 8];
        word[..width].copy_from_slice(self.bytes(width)?);
        usize::try_from(u64::from_le_bytes(word)).map_err(|_| PickleError::Length)
    }

    pub(super) fn line(&mut self) -> Result<String, PickleError> {
        let end = self.input.iter().position(|b| *b == b'\n');
        let end = end.ok_or(PickleError::OpenName)?;
        let line = self.bytes(end + 1)?;
        let text = std::str::from_utf8(&line[..end]);
        text.map(str::to_owned).map_err(|_| PickleError::Name)
    }
}

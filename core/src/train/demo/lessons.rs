//! What a teacher's file holds: views of real pictures, or seconds of real sounds, what is in them, and what a published network
//! makes of them. `tests/peers/teachers.py` writes such files.

use std::collections::HashMap;
use std::ops::Range;
use std::path::Path;

use safetensors::{Dtype, SafeTensors};

use crate::model::{ImagePrep, SoundPrep};
use crate::train::error::TrainError;

/// Real examples to learn from, with what a teacher makes of them.
pub struct Lessons {
    bytes: Vec<u8>,
    /// Where the examples' pixels or samples lie in `bytes`.
    input: Range<usize>,
    /// Names of the classes.
    pub(super) classes: Vec<String>,
    /// `[n, classes]`: 1 where the class is there.
    present: Vec<u8>,
    /// `[n]`: the recordings and photographs of one fold are in no other.
    folds: Vec<u8>,
    /// `[n, 4]`, for pictures: left, top, right, bottom of the thing in parts of the view.
    boxes: Vec<[f32; 4]>,
    /// `[n, cells, width]`: the teacher's features, of mean square 1; of sounds there is one cell.
    features: Vec<f32>,
    pub(super) cells: usize,
    pub(super) width: usize,
}

/// The fold that nothing is learned from.
pub(super) const HELD_OUT: u8 = 4;

impl Lessons {
    /// Views of pictures, `[n, height, width, 3]` in bytes, with the teacher's features of `side` by `side` cells.
    ///
    /// # Errors
    /// The file cannot be read, is no teacher's file, or is one of other views; says what is wrong.
    pub fn pictures(path: &Path, prep: &ImagePrep, side: usize) -> Result<Self, TrainError> {
        let file = Opened::read(path)?;
        let (sides, boxes) = file.floats("box", Some(&[4]))?;
        let sides = sides.chunks_exact(4);
        let sides = sides.map(|b| std::array::from_fn(|i| b[i])).collect();
        file.same("box", "fold", boxes)?;
        let input = (Dtype::U8, &[prep.height, prep.width, 3][..]);
        let lessons = file.lessons("pictures", input, &[side, side])?;
        Ok(Self {
            boxes: sides,
            ..lessons
        })
    }

    /// Seconds of sound, `[n, samples]` in 16 bit.
    ///
    /// # Errors
    /// As [`Self::pictures`].
    pub fn sounds(path: &Path, prep: &SoundPrep) -> Result<Self, TrainError> {
        let input = (Dtype::I16, &[prep.sample_rate as usize][..]);
        Opened::read(path)?.lessons("sounds", input, &[])
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.folds.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.folds.is_empty()
    }

    /// Those that are learned from, or those that are held out.
    pub(super) fn places(&self, held_out: bool) -> Vec<usize> {
        let all = 0..self.len();
        all.filter(|i| (self.folds[*i] == HELD_OUT) == held_out)
            .collect()
    }

    /// The bytes of an example.
    pub(super) fn input(&self, example: usize) -> &[u8] {
        let size = self.input.len() / self.len().max(1);
        let start = self.input.start + example * size;
        &self.bytes[start..start + size]
    }

    /// Which classes are there, by place in `classes`.
    pub(super) fn present(&self, example: usize) -> impl Iterator<Item = usize> + '_ {
        let count = self.classes.len();
        let row = &self.present[example * count..][..count];
        row.iter()
            .enumerate()
            .filter(|(_, is)| **is > 0)
            .map(|(class, _)| class)
    }

    /// Where the thing of a view is; none where that is not known.
    pub(super) fn thing(&self, example: usize) -> Option<[f32; 4]> {
        let sides = self.boxes.get(example)?;
        sides.iter().all(|side| side.is_finite()).then_some(*sides)
    }

    /// The teacher's features of an example, cell by cell.
    pub(super) fn features(&self, example: usize) -> &[f32] {
        let size = self.cells * self.width;
        &self.features[example * size..][..size]
    }
}

/// A file's bytes, and where to say they are from.
struct Opened<'a> {
    path: &'a Path,
    bytes: Vec<u8>,
}

impl<'a> Opened<'a> {
    fn read(path: &'a Path) -> Result<Self, TrainError> {
        let bytes = std::fs::read(path).map_err(|e| TrainError::io(path, e))?;
        Ok(Self { path, bytes })
    }

    fn wrong(&self, what: impl Into<String>) -> TrainError {
        TrainError::lessons(self.path, what)
    }

    fn tensors(&self) -> Result<SafeTensors<'_>, TrainError> {
        let parsed = SafeTensors::deserialize(&self.bytes);
        parsed.map_err(|e| self.wrong(format!("is no safetensors file ({e})")))
    }

    fn notes(&self) -> Result<HashMap<String, String>, TrainError> {
        let read = SafeTensors::read_metadata(&self.bytes);
        let (_, header) = read.map_err(|e| self.wrong(format!("is no safetensors file ({e})")))?;
        Ok(header.metadata().clone().unwrap_or_default())
    }

    /// Where the bytes of a tensor `[n, ..shape]` lie, and n. No shape leaves it open.
    fn tensor(
        &self,
        name: &str,
        dtype: Dtype,
        shape: Option<&[usize]>,
    ) -> Result<(Range<usize>, usize), TrainError> {
        let tensors = self.tensors()?;
        let view = tensors.tensor(name);
        let view = view.map_err(|_| self.wrong(format!("lacks the tensor {name:?}")))?;
        let fits = shape.is_none_or(|shape| view.shape().get(1..) == Some(shape));
        if view.dtype() != dtype || view.shape().is_empty() || !fits {
            let (is, of) = (view.dtype(), view.shape());
            let wanted = shape.map_or(String::new(), |shape| format!(", each {shape:?}"));
            return Err(self.wrong(format!(
                "{name:?} is {is:?} {of:?} where {dtype:?}{wanted} is wanted"
            )));
        }
        let start = view.data().as_ptr() as usize - self.bytes.as_ptr() as usize;
        Ok((start..start + view.data().len(), view.shape()[0]))
    }

    /// How many numbers a cell has in a tensor `[n, ..cells, width]`.
    fn width(&self, name: &str, cells: &[usize]) -> Result<usize, TrainError> {
        let tensors = self.tensors()?;
        let shape = tensors.tensor(name).map(|view| view.shape().to_vec());
        let shape = shape.unwrap_or_default();
        match shape.split_last() {
            Some((width, [_, of @ ..])) if of == cells => Ok(*width),
            _ => Err(self.wrong(format!(
                "{name:?} is {shape:?} where each example has cells {cells:?} of numbers"
            ))),
        }
    }

    /// Numbers `[n, ..]`, and n.
    fn floats(&self, name: &str, shape: Option<&[usize]>) -> Result<(Vec<f32>, usize), TrainError> {
        let (range, n) = self.tensor(name, Dtype::F32, shape)?;
        let bytes = self.bytes[range].chunks_exact(4);
        let numbers = bytes.map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]));
        Ok((numbers.collect(), n))
    }

    /// Whether a tensor has as many rows as another.
    fn same(&self, name: &str, other: &str, rows: usize) -> Result<(), TrainError> {
        let n = self.tensor(other, Dtype::U8, None)?.1;
        match rows == n {
            true => Ok(()),
            false => Err(self.wrong(format!("{name:?} has {rows} rows where {other:?} has {n}"))),
        }
    }

    /// Examples of a type and a shape, with the teacher's features of so many cells.
    fn lessons(
        self,
        kind: &str,
        (dtype, shape): (Dtype, &[usize]),
        cells: &[usize],
    ) -> Result<Lessons, TrainError> {
        let notes = self.notes()?;
        let names = notes.get("classes").map(String::as_str).unwrap_or_default();
        let classes: Vec<String> = serde_json::from_str(names)
            .map_err(|e| self.wrong(format!("names no classes in its metadata ({e})")))?;
        let (folds, _) = self.tensor("fold", Dtype::U8, Some(&[]))?;
        let (input, inputs) = self.tensor("input", dtype, Some(shape))?;
        let (present, rows) = self.tensor("classes", Dtype::U8, Some(&[classes.len()]))?;
        let (features, taught) = self.floats("features", None)?;
        for (name, rows) in [("input", inputs), ("classes", rows), ("features", taught)] {
            self.same(name, "fold", rows)?;
        }
        if features.is_empty() || features.iter().any(|x| !x.is_finite()) {
            return Err(self.wrong(format!("has no {kind}, or features that are no numbers")));
        }
        Ok(Lessons {
            input,
            present: self.bytes[present].to_vec(),
            folds: self.bytes[folds].to_vec(),
            boxes: vec![],
            cells: cells.iter().product(),
            width: self.width("features", cells)?,
            features,
            classes,
            bytes: self.bytes,
        })
    }
}

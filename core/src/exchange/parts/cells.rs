//! Kinds of cells in a table, and how each becomes a column and comes back.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Float16Type, Float32Type, Float64Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef, FixedSizeListArray, Float16Array, PrimitiveArray, StringArray};
use arrow_schema::{ArrowError, DataType, Field};
use half::f16;
use serde::{Deserialize, Serialize};

use crate::base::Label;

/// What a cell of a table holds. Text is shared: most of it is the same in many rows.
pub trait Cell: Sized {
    /// The column's name and kind. `width` is the length of lists.
    fn field(name: &str, width: i32) -> Field;

    /// Cells as a column.
    ///
    /// # Errors
    /// A list is not as long as the others.
    fn column<'a>(
        cells: impl Iterator<Item = &'a Self>,
        width: i32,
    ) -> Result<ArrayRef, ArrowError>
    where
        Self: 'a;

    /// A cell of a column; `None` where the column is of another kind, or the cell is empty and must not be.
    fn of(column: &ArrayRef, row: usize) -> Option<Self>;
}

/// The kind of number in a column.
trait Number: Copy + Send + Sync {
    type Kind: ArrowPrimitiveType<Native = Self>;
}

impl Number for u32 {
    type Kind = UInt32Type;
}
impl Number for u64 {
    type Kind = UInt64Type;
}
impl Number for f32 {
    type Kind = Float32Type;
}
impl Number for f64 {
    type Kind = Float64Type;
}

impl<N: Number> Cell for N {
    fn field(name: &str, _: i32) -> Field {
        Field::new(name, N::Kind::DATA_TYPE, false)
    }

    fn column<'a>(cells: impl Iterator<Item = &'a Self>, _: i32) -> Result<ArrayRef, ArrowError>
    where
        Self: 'a,
    {
        let cells = cells.copied();
        Ok(Arc::new(PrimitiveArray::<N::Kind>::from_iter_values(cells)))
    }

    fn of(column: &ArrayRef, row: usize) -> Option<Self> {
        Option::<N>::of(column, row)?
    }
}

impl<N: Number> Cell for Option<N> {
    fn field(name: &str, _: i32) -> Field {
        Field::new(name, N::Kind::DATA_TYPE, true)
    }

    fn column<'a>(cells: impl Iterator<Item = &'a Self>, _: i32) -> Result<ArrayRef, ArrowError>
    where
        Self: 'a,
    {
        let column: PrimitiveArray<N::Kind> = cells.copied().collect();
        Ok(Arc::new(column))
    }

    fn of(column: &ArrayRef, row: usize) -> Option<Self> {
        let column = column.as_primitive_opt::<N::Kind>()?;
        Some(column.is_valid(row).then(|| column.value(row)))
    }
}

impl Cell for Label {
    fn field(name: &str, _: i32) -> Field {
        Field::new(name, DataType::Utf8, false)
    }

    fn column<'a>(cells: impl Iterator<Item = &'a Self>, _: i32) -> Result<ArrayRef, ArrowError>
    where
        Self: 'a,
    {
        let cells = cells.map(|cell| &**cell);
        Ok(Arc::new(StringArray::from_iter_values(cells)))
    }

    fn of(column: &ArrayRef, row: usize) -> Option<Self> {
        Option::<Label>::of(column, row)?
    }
}

impl Cell for Option<Label> {
    fn field(name: &str, _: i32) -> Field {
        Field::new(name, DataType::Utf8, true)
    }

    fn column<'a>(cells: impl Iterator<Item = &'a Self>, _: i32) -> Result<ArrayRef, ArrowError>
    where
        Self: 'a,
    {
        let cells = cells.map(|cell| cell.as_deref());
        Ok(Arc::new(cells.collect::<StringArray>()))
    }

    fn of(column: &ArrayRef, row: usize) -> Option<Self> {
        let column = column.as_string_opt::<i32>()?;
        let valid = column.is_valid(row);
        Some(valid.then(|| Label::from(column.value(row))))
    }
}

/// A list of numbers in half precision, as long in every row.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Vec<f32>", into = "Vec<f32>")]
pub struct Halves(pub Vec<f16>);

impl From<Vec<f32>> for Halves {
    fn from(numbers: Vec<f32>) -> Self {
        Self(numbers.into_iter().map(f16::from_f32).collect())
    }
}

impl From<Halves> for Vec<f32> {
    fn from(halves: Halves) -> Self {
        halves.0.into_iter().map(f16::to_f32).collect()
    }
}

/// The kind of the numbers in such a list.
fn half() -> Arc<Field> {
    Arc::new(Field::new("element", DataType::Float16, false))
}

impl Cell for Halves {
    fn field(name: &str, width: i32) -> Field {
        Field::new(name, DataType::FixedSizeList(half(), width), false)
    }

    fn column<'a>(cells: impl Iterator<Item = &'a Self>, width: i32) -> Result<ArrayRef, ArrowError>
    where
        Self: 'a,
    {
        let numbers = cells.flat_map(|cell| cell.0.iter().copied());
        let numbers = Arc::new(Float16Array::from_iter_values(numbers));
        let column = FixedSizeListArray::try_new(half(), width, numbers, None)?;
        Ok(Arc::new(column))
    }

    fn of(column: &ArrayRef, row: usize) -> Option<Self> {
        let list = column.as_fixed_size_list_opt()?.value(row);
        let numbers = list.as_primitive_opt::<Float16Type>()?;
        Some(Self(numbers.values().to_vec()))
    }
}

//! A data set in the CPU's memory: the values that are not zero where most are zero, else all of them.

use crate::data::{DataSet, Samples, Values};

/// Samples with their labels. Four fifths of a digit's pixels are zero: only the others are kept and multiplied.
pub struct Images {
    pub len: usize,
    pub width: usize,
    pub classes: usize,
    pub labels: Vec<u8>,
    pub values: Layout,
}

pub enum Layout {
    /// Row i holds positions `columns[starts[i]..starts[i + 1]]` with values `scale · bytes[…]`.
    Sparse { starts: Vec<u32>, columns: Vec<u16>, bytes: Vec<u8>, scale: f32 },
    /// Row-major.
    Dense(Vec<f32>),
}

/// Above this part of values that are not zero a dense product is faster.
const SPARSE_BELOW: f64 = 0.4;

impl Images {
    /// A sample's values, `width` of them.
    pub fn row_into(&self, row: usize, out: &mut [f32]) {
        match &self.values {
            Layout::Sparse { starts, columns, bytes, scale } => {
                out.fill(0.0);
                let range = starts[row] as usize..starts[row + 1] as usize;
                for (&column, &byte) in columns[range.clone()].iter().zip(&bytes[range]) {
                    out[usize::from(column)] = f32::from(byte) * scale;
                }
            }
            Layout::Dense(values) => out.copy_from_slice(&values[row * self.width..][..self.width]),
        }
    }

    pub fn new(set: &DataSet, samples: &Samples) -> Images {
        let width = set.shape.len();
        let values = match &samples.values {
            Values::Bytes { data, scale } if is_sparse(data) && width <= 1 << 16 => sparse(data, width, *scale),
            Values::Bytes { data, scale } => Layout::Dense(data.iter().map(|&b| f32::from(b) * scale).collect()),
            Values::Floats(values) => Layout::Dense(values.clone()),
        };
        Images { len: samples.len(), width, classes: set.classes.len(), labels: samples.labels.clone(), values }
    }
}

fn is_sparse(bytes: &[u8]) -> bool {
    let set = bytes.iter().filter(|&&b| b != 0).count();
    (set as f64) < SPARSE_BELOW * bytes.len() as f64
}

fn sparse(bytes: &[u8], width: usize, scale: f32) -> Layout {
    let count = bytes.iter().filter(|&&b| b != 0).count();
    let mut starts = Vec::with_capacity(bytes.len() / width + 1);
    let mut columns = Vec::with_capacity(count);
    let mut kept = Vec::with_capacity(count);
    starts.push(0);
    for row in bytes.chunks_exact(width) {
        for (column, &byte) in row.iter().enumerate().filter(|(_, byte)| **byte != 0) {
            columns.push(column as u16);
            kept.push(byte);
        }
        starts.push(columns.len() as u32);
    }
    Layout::Sparse { starts, columns, bytes: kept, scale }
}

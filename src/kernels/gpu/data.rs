//! A data set in the GPU's memory, where it stays: bytes as bytes, four to a word.

use wgpu::Buffer;

use super::context::Context;
use crate::data::{DataSet, Samples, Values};

/// Samples, and their labels on this side.
pub struct Images {
    pub values: Buffer,
    /// Values of a sample.
    pub width: u32,
    /// Words of a row, which is padded.
    pub words: u32,
    pub bytes: bool,
    /// What a byte is multiplied by.
    pub scale: f32,
    pub labels: Vec<u8>,
}

impl Images {
    pub fn new(context: &mut Context, set: &DataSet, samples: &Samples) -> Images {
        let width = set.shape.len();
        let padded = width.next_multiple_of(4);
        let (values, words, bytes, scale) = match &samples.values {
            Values::Bytes { data, scale } => {
                (context.filled("a data set", &rows(data, width, padded)), padded / 4, true, *scale)
            }
            Values::Floats(data) => (context.filled("a data set", &rows(data, width, padded)), padded, false, 1.0),
        };
        Images { values, width: width as u32, words: words as u32, bytes, scale, labels: samples.labels.clone() }
    }
}

/// Rows padded with zeros.
fn rows<T: Copy + Default>(values: &[T], width: usize, padded: usize) -> Vec<T> {
    let mut out = vec![T::default(); values.len() / width * padded];
    out.chunks_exact_mut(padded)
        .zip(values.chunks_exact(width))
        .for_each(|(to, from)| to[..width].copy_from_slice(from));
    out
}

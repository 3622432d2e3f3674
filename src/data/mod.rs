//! Data sets: from bytes to samples, and which of them each task learns from and is tested on.
//!
//! [`catalogue`] knows the sets and their files, [`idx`] and [`features`] read the two file formats, [`own`]
//! takes a person's own files, [`subset`] picks class-balanced parts and [`plan`] divides a set into tasks. These
//! need no file system and run in the browser too. Natively, `cache` keeps verified files, `fetch` brings them and
//! `site` writes them for the page.

#[cfg(not(target_arch = "wasm32"))]
pub mod cache;
pub mod catalogue;
pub mod drawing;
pub mod features;
#[cfg(not(target_arch = "wasm32"))]
pub mod fetch;
pub mod idx;
pub mod own;
pub mod permuted;
pub mod plan;
#[cfg(not(target_arch = "wasm32"))]
pub mod site;
pub mod subset;

use serde::Serialize;

use crate::spec::SpecError;

/// A data set, whole or a subset of it, in memory.
#[derive(Clone, Debug, PartialEq)]
pub struct DataSet {
    /// Its name in the catalogue.
    pub name: String,
    pub shape: Shape,
    /// Names of the classes; a label is a position here.
    pub classes: Vec<String>,
    pub train: Samples,
    pub test: Samples,
}

/// What one sample is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum Shape {
    /// Grey pixels, row by row.
    Image { height: u32, width: u32 },
    /// Features without an arrangement in space.
    Vector { len: u32 },
}

impl Shape {
    /// Values in one sample.
    #[expect(clippy::len_without_is_empty, reason = "a sample is never empty")]
    pub fn len(&self) -> usize {
        match *self {
            Shape::Image { height, width } => height as usize * width as usize,
            Shape::Vector { len } => len as usize,
        }
    }
}

/// Samples with their labels, in the order of the set's own files.
#[derive(Clone, Debug, PartialEq)]
pub struct Samples {
    pub values: Values,
    /// Class of each sample.
    pub labels: Vec<u8>,
}

impl Samples {
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }
}

/// Values of all samples, samples × [`Shape::len`], row-major.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// A value is its byte times `scale` (1/255 for images).
    Bytes {
        data: Vec<u8>,
        scale: f32,
    },
    Floats(Vec<f32>),
}

impl Values {
    /// Writes sample `row`, of `len` values, to the first `len` places of `out`.
    ///
    /// # Panics
    /// When there is no such row, or `out` is shorter than `len`.
    pub fn row_into(&self, row: usize, len: usize, out: &mut [f32]) {
        let range = row * len..(row + 1) * len;
        match self {
            Values::Bytes { data, scale } => {
                for (out, &byte) in out[..len].iter_mut().zip(&data[range]) {
                    *out = f32::from(byte) * scale;
                }
            }
            Values::Floats(data) => out[..len].copy_from_slice(&data[range]),
        }
    }

    /// The part of all values that is not 0.
    pub fn density(&self) -> f64 {
        let (others, all) = match self {
            Values::Bytes { data, .. } => (data.iter().filter(|value| **value != 0).count(), data.len()),
            Values::Floats(data) => (data.iter().filter(|value| **value != 0.0).count(), data.len()),
        };
        others as f64 / all.max(1) as f64
    }

    /// Bytes of a sample of `len` values.
    pub fn bytes(&self, len: usize) -> u64 {
        let one = if matches!(self, Values::Bytes { .. }) { size_of::<u8>() } else { size_of::<f32>() };
        (one * len) as u64
    }

    /// The named rows, in the order given.
    pub(crate) fn pick(&self, rows: &[u32], len: usize) -> Values {
        fn copy<T: Copy>(data: &[T], rows: &[u32], len: usize) -> Vec<T> {
            rows.iter().flat_map(|&row| &data[row as usize * len..][..len]).copied().collect()
        }
        match self {
            Values::Bytes { data, scale } => Values::Bytes { data: copy(data, rows, len), scale: *scale },
            Values::Floats(data) => Values::Floats(copy(data, rows, len)),
        }
    }
}

impl Samples {
    /// The named rows, in the order given.
    pub(crate) fn pick(&self, rows: &[u32], len: usize) -> Samples {
        let labels = rows.iter().map(|&row| self.labels[row as usize]).collect();
        Samples { values: self.values.pick(rows, len), labels }
    }
}

/// Why there are no data, or not these.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum DataError {
    #[error("there is no data set `{name}`; the data sets are {known}")]
    UnknownSet { name: String, known: String },
    #[error("the data set {set} lacks its file `{file}`")]
    MissingFile { set: String, file: String },
    #[error("{file} is not the file it should be: its sha256 {of} is {found}, expected {expected}")]
    Checksum { file: String, of: &'static str, found: String, expected: String },
    #[error("{file}: {source}")]
    Idx { file: String, source: idx::IdxError },
    #[error("{file}: {source}")]
    Features { file: String, source: features::FeatureError },
    #[error(
        "{images_file} holds {images} images, but {labels_file} holds {labels} labels: they do not belong together"
    )]
    Counts { images_file: String, images: usize, labels_file: String, labels: usize },
    #[error(transparent)]
    Spec(#[from] SpecError),
    #[error(transparent)]
    Own(#[from] own::OwnError),
    #[error("the Spec asks for the data set `{wanted}`, but these are `{given}`")]
    WrongSet { wanted: String, given: String },
    #[error("a task names class {class}, but {set} has the classes 0 to {last}")]
    UnknownClass { class: u8, set: String, last: usize },
    #[error("class {class} has no {split} samples left in {set}")]
    EmptyClass { class: u8, split: &'static str, set: String },
    #[error("the subset takes {wanted} {split} samples of each class, but class {class} has only {found}")]
    SubsetTooLarge { wanted: u32, split: &'static str, class: u8, found: usize },
    #[cfg(not(target_arch = "wasm32"))]
    #[error("{path}: {message}")]
    File { path: String, message: String },
    #[cfg(not(target_arch = "wasm32"))]
    #[error("{0}")]
    Unavailable(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_is_scaled_and_a_float_is_kept() {
        let bytes = Values::Bytes { data: vec![0, 51, 102, 255], scale: 1.0 / 255.0 };
        let mut out = [9.0; 3];
        bytes.row_into(1, 2, &mut out);
        assert_eq!(out, [102.0 * (1.0 / 255.0), 255.0 * (1.0 / 255.0), 9.0]);
        Values::Floats(vec![1.0, -2.0, 3.0, 4.5]).row_into(0, 2, &mut out);
        assert_eq!(out, [1.0, -2.0, 9.0]);
    }
}

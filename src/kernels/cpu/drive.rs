//! `drive`: x·W_in + b for a minibatch (B×H₁), the constant part of the hidden layer's input.

use ndarray::{ArrayView2, ArrayViewMut2, linalg::general_mat_mul};

use super::images::{Images, Layout};
use super::spmm::{Dense, Lists, Room, spmm};

/// The minibatch's inputs, as the products need them.
#[derive(Default)]
pub struct Inputs {
    /// For sparse data: by sample, (pixel, value).
    pub by_sample: Lists,
    /// For sparse data: by pixel, (sample, value); room for the update.
    pub by_pixel: Lists,
    /// For dense data: B × width.
    pub dense: Vec<f32>,
}

impl Inputs {
    /// Takes `rows` of `images`.
    pub fn take(&mut self, images: &Images, rows: &[u32]) {
        match &images.values {
            Layout::Sparse { starts, columns, bytes, scale } => {
                self.by_sample.clear();
                for &row in rows {
                    let range = starts[row as usize] as usize..starts[row as usize + 1] as usize;
                    self.by_sample.keys.extend_from_slice(&columns[range.clone()]);
                    self.by_sample.values.extend(bytes[range].iter().map(|&b| f32::from(b) * scale));
                    self.by_sample.end_row();
                }
            }
            Layout::Dense(values) => {
                self.dense.clear();
                for &row in rows {
                    self.dense.extend_from_slice(&values[row as usize * images.width..][..images.width]);
                }
            }
        }
    }
}

/// Fills `drive` (B×H₁) for the inputs taken.
pub fn drive(images: &Images, inputs: &Inputs, weights: Dense, bias: &[f32], drive: &mut [f32], room: &mut Room) {
    drive.chunks_exact_mut(weights.width).for_each(|row| row.copy_from_slice(bias));
    match images.values {
        Layout::Sparse { .. } => spmm(&inputs.by_sample, weights, drive, room),
        Layout::Dense(_) => {
            let batch = drive.len() / weights.width;
            let x = ArrayView2::from_shape((batch, images.width), &inputs.dense).expect("B × width");
            let w = ArrayView2::from_shape((images.width, weights.width), weights.values).expect("width × H");
            let mut out = ArrayViewMut2::from_shape((batch, weights.width), drive).expect("B × H");
            general_mat_mul(1.0, &x, &w, 1.0, &mut out);
        }
    }
}

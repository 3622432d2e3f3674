//! `drive`: x·W_in + b for a minibatch (B×H₁), the constant part of the hidden layer's input.

use multiversion::multiversion;
use ndarray::{ArrayView2, ArrayViewMut2, linalg::general_mat_mul};

use super::images::{Images, Layout};
use super::spmm::{Dense, spmm};

/// The minibatch's inputs, as the products need them.
#[derive(Default)]
pub struct Inputs {
    /// For sparse data, by pixel: samples of the batch where it is not zero. `starts` has width + 1 entries.
    pub starts: Vec<u32>,
    pub samples: Vec<u16>,
    pub values: Vec<f32>,
    /// For dense data: B × width.
    pub dense: Vec<f32>,
}

/// Fills `drive` (B×H₁) for `rows` of `images`.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+fma", "x86_64+avx2+fma"))]
pub fn drive(images: &Images, rows: &[u32], weights: Dense, bias: &[f32], inputs: &mut Inputs, drive: &mut [f32]) {
    drive.chunks_exact_mut(weights.width).for_each(|row| row.copy_from_slice(bias));
    match &images.values {
        Layout::Sparse { starts, columns, bytes, scale } => {
            let row = |m: usize| {
                let r = rows[m] as usize;
                let range = starts[r] as usize..starts[r + 1] as usize;
                columns[range.clone()].iter().zip(&bytes[range]).map(|(&c, &b)| (c as usize, f32::from(b) * scale))
            };
            spmm(weights, drive, row);
        }
        Layout::Dense(values) => {
            inputs.dense.clear();
            for &row in rows {
                inputs.dense.extend_from_slice(&values[row as usize * images.width..][..images.width]);
            }
            let shape = (rows.len(), images.width);
            let x = ArrayView2::from_shape(shape, &inputs.dense).expect("B × width");
            let w = ArrayView2::from_shape((images.width, weights.width), weights.values).expect("width × H");
            let mut out = ArrayViewMut2::from_shape((rows.len(), weights.width), drive).expect("B × H");
            general_mat_mul(1.0, &x, &w, 1.0, &mut out);
        }
    }
}

impl Inputs {
    /// Lists, by pixel, the batch's samples in which it is not zero (a counting sort).
    pub fn transpose(&mut self, images: &Images, rows: &[u32]) {
        let Layout::Sparse { starts, columns, bytes, scale } = &images.values else { return };
        let range = |r: u32| starts[r as usize] as usize..starts[r as usize + 1] as usize;
        self.starts.clear();
        self.starts.resize(images.width + 1, 0);
        for &r in rows {
            columns[range(r)].iter().for_each(|&c| self.starts[c as usize + 1] += 1);
        }
        for c in 0..images.width {
            self.starts[c + 1] += self.starts[c];
        }
        let total = self.starts[images.width] as usize;
        self.samples.resize(total, 0);
        self.values.resize(total, 0.0);
        for (m, &r) in rows.iter().enumerate() {
            for (&c, &byte) in columns[range(r)].iter().zip(&bytes[range(r)]) {
                let at = &mut self.starts[c as usize];
                self.samples[*at as usize] = m as u16;
                self.values[*at as usize] = f32::from(byte) * scale;
                *at += 1;
            }
        }
        // Filling moved every start to its pixel's end: shift them back.
        self.starts.copy_within(0..images.width, 1);
        self.starts[0] = 0;
    }
}

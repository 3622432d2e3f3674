//! What the network's way there and its way back are made of: sums of the rows that active units pick.
//!
//! About half of the units are silent, and what is silent costs nothing. The columns of a row are taken in slabs whose sums stay in
//! registers. All is `#[inline(always)]`, to be compiled for the instructions of whoever calls it (see
//! [`crate::kernels::cpu::simd`]).

use crate::kernels::cpu::simd::{Lanes, fma};

/// Columns of the widest slab: eight vectors of sums on machines with eight lanes and with four.
const SLAB: usize = if cfg!(target_arch = "wasm32") { 32 } else { 64 };

/// The numbers of a row that are not zero, and where they are; reused.
#[derive(Clone, Debug, Default)]
pub struct Active {
    keys: Vec<u32>,
    values: Vec<f32>,
    count: usize,
}

impl Active {
    /// Takes the numbers of `row` that are not zero. Without a branch: which units are silent cannot be foreseen.
    #[inline(always)]
    pub fn take(&mut self, row: &[f32]) {
        // Each number is written behind those that count, also the last one where all do.
        self.keys.resize(row.len() + 1, 0);
        self.values.resize(row.len() + 1, 0.0);
        let (keys, values) = (&mut self.keys[..], &mut self.values[..]);
        let mut count = 0;
        for (key, &value) in row.iter().enumerate() {
            keys[count] = key as u32;
            values[count] = value;
            count += usize::from(value != 0.0);
        }
        self.count = count;
    }

    /// Multiplies what was taken.
    #[inline(always)]
    pub fn scale(&mut self, by: f32) {
        self.values[..self.count].iter_mut().for_each(|value| *value *= by);
    }

    #[inline(always)]
    fn pairs(&self) -> impl Iterator<Item = (usize, f32)> {
        let keys = self.keys[..self.count].iter().map(|&key| key as usize);
        keys.zip(self.values[..self.count].iter().copied())
    }
}

/// out += Σ_k v_k · rows[k]; rows are as wide as `out`.
#[inline(always)]
pub fn add_rows(out: &mut [f32], active: &Active, rows: &[f32]) {
    let width = out.len();
    let mut column = 0;
    while column + SLAB <= width {
        add_slab::<SLAB>(out, active, rows, column);
        column += SLAB;
    }
    while column + 16 <= width {
        add_slab::<16>(out, active, rows, column);
        column += 16;
    }
    while column < width {
        add_slab::<1>(out, active, rows, column);
        column += 1;
    }
}

#[inline(always)]
fn add_slab<const W: usize>(out: &mut [f32], active: &Active, rows: &[f32], column: usize) {
    let width = out.len();
    let out: &mut [f32; W] = (&mut out[column..column + W]).try_into().expect("W columns");
    let mut sums = *out;
    for (key, value) in active.pairs() {
        let row: &[f32; W] = rows[key * width + column..][..W].try_into().expect("W columns");
        for c in 0..W {
            sums[c] = fma(value, row[c], sums[c]);
        }
    }
    *out = sums;
}

/// rows[k] += v_k · addend; rows are as wide as `addend`.
#[inline(always)]
pub fn add_to_rows(rows: &mut [f32], active: &Active, addend: &[f32]) {
    let width = addend.len();
    let mut column = 0;
    while column + SLAB <= width {
        spread_slab::<SLAB>(rows, active, addend, column);
        column += SLAB;
    }
    while column + 16 <= width {
        spread_slab::<16>(rows, active, addend, column);
        column += 16;
    }
    while column < width {
        spread_slab::<1>(rows, active, addend, column);
        column += 1;
    }
}

#[inline(always)]
fn spread_slab<const W: usize>(rows: &mut [f32], active: &Active, addend: &[f32], column: usize) {
    let width = addend.len();
    let addend: [f32; W] = addend[column..column + W].try_into().expect("W columns");
    for (key, value) in active.pairs() {
        let row: &mut [f32; W] = (&mut rows[key * width + column..][..W]).try_into().expect("W columns");
        for c in 0..W {
            row[c] = fma(value, addend[c], row[c]);
        }
    }
}

/// out += scale · addend
#[inline(always)]
pub fn add_scaled(out: &mut [f32], scale: f32, addend: &[f32]) {
    if scale != 0.0 {
        out.iter_mut().zip(addend).for_each(|(out, &a)| *out = fma(scale, a, *out));
    }
}

/// Σ a·b, sixteen sums side by side.
#[inline(always)]
pub fn dot(a: &[f32], b: &[f32]) -> f32 {
    let (a, a_rest) = a.as_chunks::<{ Lanes::COUNT }>();
    let (b, b_rest) = b.as_chunks::<{ Lanes::COUNT }>();
    let mut sums = [0.0f32; Lanes::COUNT];
    for (a, b) in a.iter().zip(b) {
        for c in 0..Lanes::COUNT {
            sums[c] = fma(a[c], b[c], sums[c]);
        }
    }
    let rest = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum::<f32>();
    Lanes(sums).sum() + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Row k of `width` columns, small whole numbers: sums of them are exact.
    fn matrix(rows: usize, width: usize) -> Vec<f32> {
        (0..rows * width).map(|i| (i * 7 % 19) as f32 - 9.0).collect()
    }

    #[test]
    fn rows_are_picked_summed_and_spread_whatever_their_width() {
        for width in [1, 15, 16, 64, 100, 161] {
            let coefficients: Vec<f32> = (0..37).map(|k| if k % 3 == 0 { 0.0 } else { k as f32 - 12.0 }).collect();
            let rows = matrix(37, width);
            let mut active = Active::default();
            active.take(&coefficients);
            assert_eq!(active.pairs().count(), coefficients.iter().filter(|&&v| v != 0.0).count());
            let mut sums = matrix(1, width);
            add_rows(&mut sums, &active, &rows);
            let mut spread = rows.clone();
            add_to_rows(&mut spread, &active, &sums);
            for c in 0..width {
                let expected: f32 = (0..37).map(|k| coefficients[k] * rows[k * width + c]).sum();
                assert_eq!(sums[c], matrix(1, width)[c] + expected, "width {width}, column {c}");
                for k in 0..37 {
                    assert_eq!(spread[k * width + c], rows[k * width + c] + coefficients[k] * sums[c]);
                }
            }
        }
    }

    #[test]
    fn a_row_without_a_silent_unit_is_taken_whole() {
        let mut active = Active::default();
        active.take(&[1.0, -2.0, 3.0]);
        assert_eq!(active.pairs().collect::<Vec<_>>(), [(0, 1.0), (1, -2.0), (2, 3.0)]);
        active.take(&[0.0, 5.0]);
        assert_eq!(active.pairs().collect::<Vec<_>>(), [(1, 5.0)]);
    }

    #[test]
    fn dots_count_every_number() {
        for len in [1, 16, 33, 64] {
            let (a, b) = (matrix(1, len), matrix(len, 1));
            assert_eq!(dot(&a, &b), a.iter().zip(&b).map(|(a, b)| a * b).sum::<f32>());
        }
    }
}

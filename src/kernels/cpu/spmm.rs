//! Sparse times dense: out[m] += Σ_(k, v) v · dense[k], for rows m given as lists of (k, v).
//!
//! One kernel serves the input drive (a sample's pixels that are not zero pick rows of W_in), the update of W_in
//! (the samples in which a pixel is not zero pick rows of ŝ − š) and the update of the output's weights.
//! Columns are taken in slabs whose sums stay in registers and whose part of `dense` stays in the cache.

use super::simd::fma;

/// A row-major matrix borrowed for reading: `width` columns, rows one after another.
#[derive(Clone, Copy)]
pub struct Dense<'a> {
    pub values: &'a [f32],
    pub width: usize,
}

/// Adds to each row of `out` (m × width) the rows of `dense` that its list picks. `row(m)` yields (k, v); lists
/// are walked once a slab, always in their own order.
#[inline(always)]
pub fn spmm<I: Iterator<Item = (usize, f32)>>(dense: Dense, out: &mut [f32], row: impl Fn(usize) -> I) {
    let width = dense.width;
    let mut column = 0;
    // Eight vectors of sums, as many as hide the latency of a fused multiply-add, on machines with 16, 8 and 4
    // lanes.
    if cfg!(target_arch = "x86_64") {
        while column + 128 <= width {
            slab::<128, I>(dense, out, column, &row);
            column += 128;
        }
    }
    while column + 32 <= width {
        slab::<32, I>(dense, out, column, &row);
        column += 32;
    }
    while column + 8 <= width {
        slab::<8, I>(dense, out, column, &row);
        column += 8;
    }
    while column < width {
        slab::<1, I>(dense, out, column, &row);
        column += 1;
    }
}

#[inline(always)]
fn slab<const W: usize, I: Iterator<Item = (usize, f32)>>(
    dense: Dense,
    out: &mut [f32],
    column: usize,
    row: &impl Fn(usize) -> I,
) {
    for (m, out) in out.chunks_exact_mut(dense.width).enumerate() {
        let out: &mut [f32; W] = (&mut out[column..column + W]).try_into().expect("W columns");
        let mut sums = *out;
        for (k, v) in row(m) {
            let start = k * dense.width + column;
            let picked: &[f32; W] = dense.values[start..start + W].try_into().expect("W columns");
            for (sum, &d) in sums.iter_mut().zip(picked) {
                *sum = fma(v, d, *sum);
            }
        }
        *out = sums;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adds_the_rows_that_lists_pick() {
        for width in [1, 7, 8, 37, 128, 300] {
            let dense: Vec<f32> = (0..5 * width).map(|i| (i % 17) as f32 - 8.0).collect();
            let lists = [vec![], vec![(0, 2.0), (4, -1.0)], vec![(3, 0.5); 3]];
            let mut out: Vec<f32> = (0..3 * width).map(|i| i as f32).collect();
            let expected: Vec<f32> = (0..3 * width)
                .map(|i| {
                    let (m, c) = (i / width, i % width);
                    i as f32 + lists[m].iter().map(|&(k, v)| v * dense[k * width + c]).sum::<f32>()
                })
                .collect();
            spmm(Dense { values: &dense, width }, &mut out, |m| lists[m].iter().copied());
            assert_eq!(out, expected, "width {width}");
        }
    }
}

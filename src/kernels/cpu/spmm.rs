//! Sparse times dense: out[m] += Σ_(k, v) v · dense[k], for rows m given as lists of (k, v).
//!
//! One kernel serves the input drive (a sample's pixels that are not zero pick rows of W_in), the update of W_in
//! (the samples in which a pixel is not zero pick rows of ŝ − š) and the update of the output's weights.
//! Columns are taken in slabs whose sums stay in registers and whose part of `dense` stays in the cache.

use multiversion::multiversion;

use super::simd::fma;

/// A row-major matrix borrowed for reading: `width` columns, rows one after another.
#[derive(Clone, Copy)]
pub struct Dense<'a> {
    pub values: &'a [f32],
    pub width: usize,
}

/// Row m holds (keys[i], values[i]) for i in starts[m]..starts[m + 1].
#[derive(Clone, Debug, Default)]
pub struct Lists {
    pub starts: Vec<u32>,
    pub keys: Vec<u16>,
    pub values: Vec<f32>,
}

impl Lists {
    pub fn clear(&mut self) {
        self.starts.clear();
        self.starts.push(0);
        self.keys.clear();
        self.values.clear();
    }

    pub fn push(&mut self, key: usize, value: f32) {
        self.keys.push(key as u16);
        self.values.push(value);
    }

    pub fn end_row(&mut self) {
        self.starts.push(self.keys.len() as u32);
    }

    /// Finds where each row enters each block of keys.
    fn split(&self, blocks: usize, splits: &mut Vec<u32>) {
        splits.clear();
        for row in self.starts.windows(2) {
            let mut at = row[0];
            splits.push(at);
            for block in 1..=blocks {
                while at < row[1] && usize::from(self.keys[at as usize]) < block * BLOCK {
                    at += 1;
                }
                splits.push(at);
            }
        }
    }

    /// Fills `self` with `width` rows: where `of` has (k, v) in row m, row k gets (m, scale·v).
    pub fn transpose(&mut self, of: &Lists, width: usize, scale: f32) {
        self.starts.clear();
        self.starts.resize(width + 1, 0);
        of.keys.iter().for_each(|&k| self.starts[usize::from(k) + 1] += 1);
        for k in 0..width {
            self.starts[k + 1] += self.starts[k];
        }
        self.keys.resize(of.keys.len(), 0);
        self.values.resize(of.keys.len(), 0.0);
        for m in 0..of.starts.len() - 1 {
            let range = of.starts[m] as usize..of.starts[m + 1] as usize;
            for (&k, &v) in of.keys[range.clone()].iter().zip(&of.values[range]) {
                let at = &mut self.starts[usize::from(k)];
                self.keys[*at as usize] = m as u16;
                self.values[*at as usize] = scale * v;
                *at += 1;
            }
        }
        // Filling moved every start to its row's end: shift them back.
        self.starts.copy_within(0..width, 1);
        self.starts[0] = 0;
    }
}

/// Room for [`spmm`] to work in; reused.
#[derive(Default)]
pub struct Room {
    /// A block of rows of one slab, side by side.
    tile: Vec<f32>,
    /// Where each list enters each block: rows × (blocks + 1).
    splits: Vec<u32>,
}

/// Rows of `dense` that are packed together: with the 128 columns of the widest machines, or the 32 of the
/// narrowest, they fill two thirds of a first-level cache.
const BLOCK: usize = if cfg!(target_arch = "wasm32") { 256 } else { 64 };

/// Adds to each row of `out` (rows × width) the rows of `dense` that its list picks, in the list's order. Keys of a
/// list ascend.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+fma", "x86_64+avx2+fma"))]
pub fn spmm(lists: &Lists, dense: Dense, out: &mut [f32], room: &mut Room) {
    let blocks = (dense.values.len() / dense.width).div_ceil(BLOCK);
    lists.split(blocks, &mut room.splits);
    let mut column = 0;
    // Eight vectors of sums, as many as hide the latency of a fused multiply-add, on machines with 16 lanes and
    // with 4; then what is left.
    if cfg!(target_arch = "x86_64") {
        while column + 128 <= dense.width {
            slab::<128>(lists, dense, out, column, room);
            column += 128;
        }
    }
    while column + 32 <= dense.width {
        slab::<32>(lists, dense, out, column, room);
        column += 32;
    }
    while column + 8 <= dense.width {
        slab::<8>(lists, dense, out, column, room);
        column += 8;
    }
    while column < dense.width {
        slab::<1>(lists, dense, out, column, room);
        column += 1;
    }
}

#[inline(always)]
fn slab<const W: usize>(lists: &Lists, dense: Dense, out: &mut [f32], column: usize, room: &mut Room) {
    let Room { tile, splits } = room;
    let blocks = dense.values.chunks(BLOCK * dense.width);
    let stride = blocks.len() + 1;
    for (b, block) in blocks.enumerate() {
        // Rows of `dense` lie a power of two apart: side by side they do not push each other out of the cache.
        tile.clear();
        for row in block.chunks_exact(dense.width) {
            tile.extend_from_slice(&row[column..column + W]);
        }
        let (tile, _) = tile.as_chunks::<W>();
        let tile: &[[f32; W]] = tile;
        for (out, splits) in out.chunks_exact_mut(dense.width).zip(splits.chunks_exact(stride)) {
            let range = splits[b] as usize..splits[b + 1] as usize;
            if range.is_empty() {
                continue;
            }
            let out: &mut [f32; W] = (&mut out[column..column + W]).try_into().expect("W columns");
            *out = gather(*out, &lists.keys[range.clone()], &lists.values[range], tile);
        }
    }
}

/// sums + Σ v · tile[k]
#[inline(always)]
fn gather<const W: usize>(mut sums: [f32; W], keys: &[u16], values: &[f32], tile: &[[f32; W]]) -> [f32; W] {
    for (&key, &value) in keys.iter().zip(values) {
        let row = &tile[usize::from(key) % BLOCK];
        for c in 0..W {
            sums[c] = fma(value, row[c], sums[c]);
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lists(rows: &[&[(usize, f32)]]) -> Lists {
        let mut lists = Lists::default();
        lists.clear();
        for row in rows {
            row.iter().for_each(|&(k, v)| lists.push(k, v));
            lists.end_row();
        }
        lists
    }

    #[test]
    fn adds_the_rows_that_lists_pick() {
        let rows: [&[(usize, f32)]; 3] = [&[], &[(0, 2.0), (4, -1.0)], &[(3, 0.5), (3, 0.5), (3, 0.5)]];
        for width in [1, 7, 8, 37, 128, 300] {
            let dense: Vec<f32> = (0..5 * width).map(|i| (i % 17) as f32 - 8.0).collect();
            let mut out: Vec<f32> = (0..3 * width).map(|i| i as f32).collect();
            let expected: Vec<f32> = (0..3 * width)
                .map(|i| {
                    let (m, c) = (i / width, i % width);
                    i as f32 + rows[m].iter().map(|&(k, v)| v * dense[k * width + c]).sum::<f32>()
                })
                .collect();
            spmm(&lists(&rows), Dense { values: &dense, width }, &mut out, &mut Room::default());
            assert_eq!(out, expected, "width {width}");
        }
    }

    #[test]
    fn transposes() {
        let mut transposed = Lists::default();
        transposed.transpose(&lists(&[&[(1, 2.0), (3, 4.0)], &[], &[(1, 5.0)]]), 4, 2.0);
        assert_eq!(transposed.starts, [0, 0, 2, 2, 3]);
        assert_eq!(transposed.keys, [0, 2, 0]);
        assert_eq!(transposed.values, [4.0, 10.0, 8.0]);
    }
}

//! `hebbian_update`: W += scale/B · Σ_b preᵀ·post.

use ndarray::{ArrayView2, ArrayViewMut2, linalg::general_mat_mul};

use super::drive::Inputs;
use super::images::{Images, Layout};
use super::spmm::{Dense, Lists, Room, spmm};

/// From the input: `weights` is width × H, `post` B × H, `scale` already divided by B.
pub fn from_input(images: &Images, inputs: &mut Inputs, weights: &mut [f32], post: Dense, scale: f32, room: &mut Room) {
    match images.values {
        Layout::Sparse { .. } => {
            inputs.by_pixel.transpose(&inputs.by_sample, images.width, scale);
            spmm(&inputs.by_pixel, post, weights, room);
        }
        Layout::Dense(_) => between(Dense { values: &inputs.dense, width: images.width }, post, weights, scale),
    }
}

/// Between hidden layers: `weights` is n × m, `pre` B × n, `post` B × m.
pub fn between(pre: Dense, post: Dense, weights: &mut [f32], scale: f32) {
    let batch = post.values.len() / post.width;
    let x = ArrayView2::from_shape((batch, pre.width), pre.values).expect("B × n");
    let y = ArrayView2::from_shape((batch, post.width), post.values).expect("B × m");
    let mut w = ArrayViewMut2::from_shape((pre.width, post.width), weights).expect("n × m");
    general_mat_mul(scale, &x.t(), &y, 1.0, &mut w);
}

/// To the output, whose weights are kept transposed: `transposed` is C × n, `pre` B × n, `post` B × C. An output
/// that does not differ between the phases costs nothing; `lists` is room to work in.
pub fn to_output(pre: Dense, post: Dense, transposed: &mut [f32], scale: f32, lists: &mut Lists, room: &mut Room) {
    lists.clear();
    for class in 0..post.width {
        let column = post.values[class..].iter().step_by(post.width);
        for (sample, &value) in column.enumerate().filter(|(_, v)| **v != 0.0) {
            lists.push(sample, scale * value);
        }
        lists.end_row();
    }
    spmm(lists, pre, transposed, room);
}

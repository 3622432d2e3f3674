//! `hebbian_update`: W += scale/B · Σ_b preᵀ·post, and the same for biases.

use multiversion::multiversion;
use ndarray::{ArrayView2, ArrayViewMut2, linalg::general_mat_mul};

use super::drive::Inputs;
use super::images::{Images, Layout};
use super::spmm::{Dense, spmm};

/// From the input: `weights` is width × H, `post` B × H, `scale` already divided by B.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+fma", "x86_64+avx2+fma"))]
pub fn from_input(images: &Images, rows: &[u32], inputs: &mut Inputs, weights: &mut [f32], post: Dense, scale: f32) {
    match images.values {
        Layout::Sparse { .. } => {
            inputs.transpose(images, rows);
            let Inputs { starts, samples, values, .. } = inputs;
            let row = |pixel: usize| {
                let range = starts[pixel] as usize..starts[pixel + 1] as usize;
                samples[range.clone()].iter().zip(&values[range]).map(move |(&m, &v)| (m as usize, v * scale))
            };
            spmm(post, weights, row);
        }
        Layout::Dense(_) => {
            let pre = Dense { values: &inputs.dense, width: images.width };
            between(pre, post, weights, scale);
        }
    }
}

/// Between hidden layers: `weights` is n × m, `pre` B × n, `post` B × m.
pub fn between(pre: Dense, post: Dense, weights: &mut [f32], scale: f32) {
    let batch = post.values.len() / post.width;
    let x = ArrayView2::from_shape((batch, pre.width), &pre.values[..batch * pre.width]).expect("B × n");
    let y = ArrayView2::from_shape((batch, post.width), post.values).expect("B × m");
    let mut w = ArrayViewMut2::from_shape((pre.width, post.width), weights).expect("n × m");
    general_mat_mul(scale, &x.t(), &y, 1.0, &mut w);
}

/// To the output, whose weights are kept transposed: `transposed` is C × n, `pre` B × n, `post` B × C. An output
/// that does not differ between the phases costs nothing.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+fma", "x86_64+avx2+fma"))]
pub fn to_output(pre: Dense, post: Dense, transposed: &mut [f32], scale: f32) {
    let batch = post.values.len() / post.width;
    let row = |class: usize| {
        (0..batch).map(move |b| (b, scale * post.values[b * post.width + class])).filter(|&(_, v)| v != 0.0)
    };
    spmm(pre, transposed, row);
}

/// b += scale · Σ_b difference
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+fma", "x86_64+avx2+fma"))]
pub fn bias(difference: Dense, bias: &mut [f32], scale: f32) {
    for row in difference.values.chunks_exact(difference.width) {
        bias.iter_mut().zip(row).for_each(|(b, &d)| *b += scale * d);
    }
}

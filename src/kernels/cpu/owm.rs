//! `owm_update`: orthogonal weights modification of every layer; see [`crate::learn::owm`].

use ndarray::{Array1, Array2, ArrayView2, ArrayViewMut2, linalg::general_mat_mul};

use super::adjoint_deep::matrix_mut;
use super::drive::Inputs;
use super::forward::view;
use super::images::{Images, Layout};
use super::{Gradient, Minibatch, Network, hebbian_update};
use crate::kernels::Owm;
use crate::kernels::cpu::spmm::Dense;

/// Changes all layers of one network by what `backward` left of a minibatch.
pub fn owm_update(network: &mut Network, data: &Images, batch: &mut Minibatch, owm: &Owm) {
    let samples = batch.rows.len();
    let mut gradients: Vec<Array2<f32>> = (0..network.units.len()).map(|l| gradient(network, data, batch, l)).collect();
    let norm = gradients.iter().flatten().map(|g| f64::from(*g).powi(2)).sum::<f64>().sqrt();
    let scale = (f64::from(owm.most) / norm).min(1.0) as f32;
    for (l, gradient) in gradients.iter_mut().enumerate() {
        let mean =
            if l == 0 { mean_input(data, &batch.inputs, samples) } else { mean_of(&batch.phases.free[l - 1], samples) };
        let mut projector = projector(network, l);
        shrink(&mut projector, &mean, owm.alphas[l]);
        let mut projected = Array2::zeros(gradient.raw_dim());
        general_mat_mul(scale, &projector, gradient, 0.0, &mut projected);
        network.descend(l, &projected, -owm.rates[l], owm.momentum);
    }
}

/// ∂L/∂W and, in the last row, ∂L/∂b, means over the minibatch: (fan_in + 1) × units.
fn gradient(network: &Network, data: &Images, batch: &mut Minibatch, l: usize) -> Array2<f32> {
    let (fan_in, units, samples) = (network.fan_in(l), network.units[l], batch.rows.len());
    let Minibatch { inputs, products, gradient: Gradient { through, weights, .. }, .. } = batch;
    let through = Dense { values: &through[l], width: units };
    let mut all = vec![0.0; (fan_in + 1) * units];
    let (of_weights, of_bias) = all.split_at_mut(fan_in * units);
    if l == 0 {
        hebbian_update::from_input(data, inputs, of_weights, through, 1.0 / samples as f32, products);
    } else {
        let summed = matrix_mut(network, l, &mut weights[l]);
        let mut mean = ArrayViewMut2::from_shape((fan_in, units), of_weights).expect("fan_in × units");
        mean.assign(&(&summed / samples as f32));
    }
    for row in through.values.chunks_exact(units) {
        of_bias.iter_mut().zip(row).for_each(|(sum, g)| *sum += g / samples as f32);
    }
    Array2::from_shape_vec((fan_in + 1, units), all).expect("(fan_in + 1) × units")
}

/// The mean input of a minibatch, and 1 for the bias.
fn mean_input(data: &Images, inputs: &Inputs, samples: usize) -> Array1<f32> {
    match data.values {
        Layout::Dense(_) => mean_of(&inputs.dense, samples),
        Layout::Sparse { .. } => {
            let mut mean = Array1::zeros(data.width + 1);
            let lists = &inputs.by_sample;
            for (&key, &value) in lists.keys.iter().zip(&lists.values) {
                mean[usize::from(key)] += value / samples as f32;
            }
            mean[data.width] = 1.0;
            mean
        }
    }
}

fn mean_of(values: &[f32], samples: usize) -> Array1<f32> {
    let rows = view(values, samples);
    let mut mean = Array1::ones(rows.ncols() + 1);
    mean.slice_mut(ndarray::s![..-1]).assign(&(rows.sum_axis(ndarray::Axis(0)) / samples as f32));
    mean
}

/// P of a layer, I at first.
fn projector(network: &mut Network, l: usize) -> ArrayViewMut2<'_, f32> {
    let size = network.fan_in(l) + 1;
    let layers = network.units.len();
    let projectors = &mut network.memory.projectors;
    projectors.resize(layers, Vec::new());
    if projectors[l].is_empty() {
        projectors[l] = Array2::<f32>::eye(size).into_raw_vec_and_offset().0;
    }
    ArrayViewMut2::from_shape((size, size), &mut projectors[l]).expect("(fan_in + 1)²")
}

/// k = P r, P ← P − k kᵀ/(α + rᵀk)
fn shrink(projector: &mut ArrayViewMut2<'_, f32>, r: &Array1<f32>, alpha: f32) {
    let k = projector.dot(r);
    let scale = 1.0 / (alpha + r.dot(&k));
    let column: ArrayView2<'_, f32> = k.view().insert_axis(ndarray::Axis(1));
    let row: ArrayView2<'_, f32> = k.view().insert_axis(ndarray::Axis(0));
    general_mat_mul(-scale, &column, &row, 1.0, projector);
}

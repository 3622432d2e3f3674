//! `owm_update`: orthogonal weights modification of every layer; see [`crate::learn::owm`].
//!
//! A minibatch's gradient is G = Xᵀ·Δ/B, of the layer's inputs X (with a 1 for the bias) and its errors Δ. So P·G is
//! (X·P)ᵀ·Δ/B, P being symmetric, and ‖G‖² is the sum over (X·Xᵀ)∘(Δ·Δᵀ)/B²: both cost what B rows cost, not what P does.

use ndarray::{Array1, Array2, ArrayView2, ArrayViewMut2, Axis, linalg::general_mat_mul, s};

use super::drive::Inputs;
use super::forward::view;
use super::images::{Images, Layout};
use super::{Minibatch, Network};
use crate::kernels::Owm;

/// Changes all layers of one network by what `backward` left of a minibatch.
pub fn owm_update(network: &mut Network, data: &Images, batch: &Minibatch, owm: &Owm) {
    let samples = batch.rows.len();
    let inputs: Vec<Array2<f32>> = (0..network.units.len()).map(|l| layer_input(data, batch, l)).collect();
    let errors = |l: usize| view(&batch.gradient.through[l], samples);
    let squares: f64 = inputs.iter().enumerate().map(|(l, x)| square(x, &errors(l))).sum();
    let scale = (f64::from(owm.most) / squares.sqrt()).min(1.0) as f32 / samples as f32;
    for (l, x) in inputs.iter().enumerate() {
        let mut projector = projector(network, l);
        let mean = x.mean_axis(Axis(0)).expect("a minibatch has samples");
        shrink(&mut projector, &mean, owm.alphas[l]);
        let seen = x.dot(&projector);
        let mut projected = Array2::zeros((x.ncols(), network.units[l]));
        general_mat_mul(scale, &seen.t(), &errors(l), 0.0, &mut projected);
        network.descend(l, &projected, -owm.rates[l], owm.momentum);
    }
}

/// What a layer sees, with a 1 for its bias: B × (fan_in + 1).
fn layer_input(data: &Images, batch: &Minibatch, l: usize) -> Array2<f32> {
    let samples = batch.rows.len();
    if l == 0 { image_input(data, &batch.inputs, samples) } else { with_ones(&batch.phases.free[l - 1], samples) }
}

fn image_input(data: &Images, inputs: &Inputs, samples: usize) -> Array2<f32> {
    match data.values {
        Layout::Dense(_) => with_ones(&inputs.dense, samples),
        Layout::Sparse { .. } => {
            let mut x = Array2::zeros((samples, data.width + 1));
            let lists = &inputs.by_sample;
            for (mut row, ends) in x.rows_mut().into_iter().zip(lists.starts.windows(2)) {
                let range = ends[0] as usize..ends[1] as usize;
                for (&key, &value) in lists.keys[range.clone()].iter().zip(&lists.values[range]) {
                    row[usize::from(key)] = value;
                }
                row[data.width] = 1.0;
            }
            x
        }
    }
}

fn with_ones(values: &[f32], samples: usize) -> Array2<f32> {
    let rows = view(values, samples);
    let mut x = Array2::ones((samples, rows.ncols() + 1));
    x.slice_mut(s![.., ..-1]).assign(&rows);
    x
}

/// ‖G‖²
fn square(x: &Array2<f32>, errors: &ArrayView2<'_, f32>) -> f64 {
    let samples = x.nrows() as f64;
    let products = x.dot(&x.t()) * errors.dot(&errors.t());
    products.iter().map(|&p| f64::from(p)).sum::<f64>().max(0.0) / (samples * samples)
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
    let scale = -1.0 / (alpha + r.dot(&k));
    for (mut row, &k_i) in projector.rows_mut().into_iter().zip(&k) {
        row.scaled_add(scale * k_i, &k);
    }
}

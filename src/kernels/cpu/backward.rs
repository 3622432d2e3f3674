//! `backward`: the gradient of a layered network's loss, back through all its steps.
//!
//! ```text
//! g_out = o − y (0 where hs is flat, unless it is passed straight through)      g_l(t) = 1[h_l(t) > 0]·(g_(l+1)(t)·W_(l+1)ᵀ + g_l(t+1)·R_lᵀ)
//! ∂L/∂W_l = Σ_t h_(l−1)(t)ᵀ·g_l(t)        ∂L/∂R_l = Σ_t h_l(t−1)ᵀ·g_l(t)        ∂L/∂b_l = Σ_t Σ_b g_l(t)
//! ```

use ndarray::{ArrayView2, ArrayViewMut2, linalg::general_mat_mul};

use super::adjoint_deep::matrix_mut;
use super::forward::{Course, view};
use super::held::fields;
use super::{Gradient, Network};
use crate::net::layered::OutputKind;

/// Room to work in; reused.
#[derive(Default)]
pub struct Scratch {
    /// g_l(t + 1) and g_l(t), by hidden layer.
    after: Vec<Vec<f32>>,
    now: Vec<Vec<f32>>,
}

fields!(Scratch: after, now);

/// Goes back through what [`forward`](super::forward::forward) left. `states` are the layers' after the last step.
pub fn backward(
    network: &Network,
    output: OutputKind,
    labels: &[u8],
    states: &[Vec<f32>],
    course: &Course,
    gradient: &mut Gradient,
    scratch: &mut Scratch,
) {
    let (batch, hidden) = (labels.len(), network.units.len() - 1);
    gradient.through[hidden] = errors(network.classes(), output, labels, &states[hidden]);
    add_product(network, hidden, &states[hidden - 1], batch, gradient);
    scratch.now.resize(hidden, Vec::new());
    scratch.after.resize(hidden, Vec::new());
    scratch.after.iter_mut().for_each(Vec::clear);
    let last = course.hidden.len() - 1;
    for t in (0..=last).rev() {
        for l in (0..hidden).rev() {
            go_back(network, l, t == last, course, t, batch, gradient, scratch);
            let g = &scratch.now[l];
            gradient.through[l].iter_mut().zip(g).for_each(|(sum, g)| *sum += g);
            add_layer(network, l, t, batch, course, g, gradient);
        }
        std::mem::swap(&mut scratch.now, &mut scratch.after);
    }
}

/// g_out, B × C
fn errors(classes: usize, output: OutputKind, labels: &[u8], outputs: &[f32]) -> Vec<f32> {
    let mut errors = outputs.to_vec();
    for (row, &label) in errors.chunks_exact_mut(classes).zip(labels) {
        row[usize::from(label)] -= 1.0;
    }
    if output == (OutputKind::HardSigmoid { straight_through: false }) {
        let is_flat = |o: f32| o <= 0.0 || o >= 1.0;
        errors.iter_mut().zip(outputs).filter(|(_, o)| is_flat(**o)).for_each(|(g, _)| *g = 0.0);
    }
    errors
}

/// g_l(t) into `scratch.now[l]`; the output speaks in the last step alone.
#[allow(clippy::too_many_arguments)] // one layer of one step: all that it touches
fn go_back(
    network: &Network,
    l: usize,
    is_last: bool,
    course: &Course,
    t: usize,
    batch: usize,
    gradient: &Gradient,
    scratch: &mut Scratch,
) {
    let units = network.units[l];
    let (here, above) = scratch.now.split_at_mut(l + 1);
    let g = &mut here[l];
    g.clear();
    g.resize(batch * units, 0.0);
    let mut out = ArrayViewMut2::from_shape((batch, units), g).expect("B × units");
    let above = match above.first() {
        Some(above) => Some(&above[..]),
        None => is_last.then(|| &gradient.through[l + 1][..]),
    };
    if let Some(above) = above {
        general_mat_mul(1.0, &view(above, batch), &network.matrix(l + 1).t(), 1.0, &mut out);
    }
    if !scratch.after[l].is_empty() && !network.recurrent[l].is_empty() {
        let recurrent = ArrayView2::from_shape((units, units), &network.recurrent[l]).expect("H × H");
        general_mat_mul(1.0, &view(&scratch.after[l], batch), &recurrent.t(), 1.0, &mut out);
    }
    // A unit that is left out is silent, too.
    g.iter_mut().zip(&course.hidden[t][l]).filter(|(_, h)| **h <= 0.0).for_each(|(g, _)| *g = 0.0);
}

/// What one layer's g(t) adds to the gradient of its weights. The first layer's, whose input is constant, waits for the sum.
fn add_layer(network: &Network, l: usize, t: usize, batch: usize, course: &Course, g: &[f32], gradient: &mut Gradient) {
    if l > 0 {
        let mut weights = matrix_mut(network, l, &mut gradient.weights[l]);
        general_mat_mul(1.0, &view(&course.hidden[t][l - 1], batch).t(), &view(g, batch), 1.0, &mut weights);
    }
    if t > 0 && !network.recurrent[l].is_empty() {
        let units = network.units[l];
        let mut recurrent = ArrayViewMut2::from_shape((units, units), &mut gradient.recurrent[l]).expect("H × H");
        general_mat_mul(1.0, &view(&course.hidden[t - 1][l], batch).t(), &view(g, batch), 1.0, &mut recurrent);
    }
}

/// ∂L/∂W of the output.
fn add_product(network: &Network, l: usize, below: &[f32], batch: usize, gradient: &mut Gradient) {
    let Gradient { through, weights, .. } = gradient;
    let mut weights = matrix_mut(network, l, &mut weights[l]);
    general_mat_mul(1.0, &view(below, batch).t(), &view(&through[l], batch), 1.0, &mut weights);
}

//! `adjoint` for any number of hidden layers and outputs: step by step, many samples at a time.

use ndarray::{ArrayView2, ArrayViewMut2, linalg::general_mat_mul};

use super::held::fields;
use super::{Gradient, Network, relax_deep};
use crate::kernels::Unrolling;

/// States that are kept at once, at most: samples are taken so many at a time that they fit.
const MOST_KEPT: usize = 1 << 22;

/// Room to work in; reused.
#[derive(Default)]
pub struct Scratch {
    /// The states before each step, by layer.
    states: Vec<Vec<Vec<f32>>>,
    /// Whether a unit passes the gradient on in a step: by step and layer.
    passes: Vec<Vec<Vec<bool>>>,
    inputs: Vec<Vec<f32>>,
    /// ∂L/∂s and g, by layer.
    adjoint: Vec<Vec<f32>>,
    through: Vec<Vec<f32>>,
}

fields!(Scratch: states, passes, inputs, adjoint, through);

/// Runs the steps of a minibatch and goes back through them. `drive` is B × H₁, `states` are the layers' (B × units),
/// before and after.
pub fn adjoint(
    network: &Network,
    unrolling: &Unrolling,
    labels: &[u8],
    drive: &[f32],
    states: &mut [Vec<f32>],
    gradient: &mut Gradient,
    scratch: &mut Scratch,
) {
    let steps = unrolling.steps as usize;
    let all_units: usize = network.units.iter().sum();
    let most = (MOST_KEPT / (all_units * steps.max(1))).max(1);
    scratch.take(network, steps);
    for (part, labels) in labels.chunks(most).enumerate() {
        let rows = |l: usize| part * most * network.units[l]..(part * most + labels.len()) * network.units[l];
        for (l, current) in scratch.states[0].iter_mut().enumerate() {
            current.clear();
            current.extend_from_slice(&states[l][rows(l)]);
        }
        for t in 0..steps {
            forward(network, unrolling, labels.len(), &drive[rows(0)], t, scratch);
        }
        for (l, last) in scratch.states[steps].iter().enumerate() {
            states[l][rows(l)].copy_from_slice(last);
        }
        scratch.begin_back(network, labels, steps);
        for t in (0..steps).rev() {
            pass(unrolling.dt, t, scratch);
            for (l, through) in scratch.through.iter().enumerate() {
                gradient.through[l][rows(l)].iter_mut().zip(through).for_each(|(sum, g)| *sum += g);
            }
            add_weights(network, unrolling.gamma, labels.len(), t, gradient, scratch);
            back(network, unrolling, labels.len(), scratch);
        }
    }
}

impl Scratch {
    fn take(&mut self, network: &Network, steps: usize) {
        let layers = network.units.len();
        self.states.resize(steps + 1, Vec::new());
        self.passes.resize(steps, Vec::new());
        self.states.iter_mut().for_each(|states| states.resize(layers, Vec::new()));
        self.passes.iter_mut().for_each(|passes| passes.resize(layers, Vec::new()));
        for lists in [&mut self.inputs, &mut self.adjoint, &mut self.through] {
            lists.resize(layers, Vec::new());
        }
    }

    /// ∂L/∂s at the end: o − y at the outputs.
    fn begin_back(&mut self, network: &Network, labels: &[u8], steps: usize) {
        for (adjoint, states) in self.adjoint.iter_mut().zip(&self.states[steps]) {
            adjoint.clear();
            adjoint.resize(states.len(), 0.0);
        }
        if let (Some(adjoint), Some(output)) = (self.adjoint.last_mut(), self.states[steps].last()) {
            adjoint.copy_from_slice(output);
            let classes = network.classes();
            adjoint.chunks_exact_mut(classes).zip(labels).for_each(|(row, &label)| row[usize::from(label)] -= 1.0);
        }
    }
}

/// Step `t`, from `states[t]` to `states[t + 1]`.
fn forward(network: &Network, unrolling: &Unrolling, batch: usize, drive: &[f32], t: usize, scratch: &mut Scratch) {
    let Scratch { states, passes, inputs, .. } = scratch;
    let (before, after) = states[t..].split_at_mut(1);
    let (before, after) = (&before[0], &mut after[0]);
    let last = before.len() - 1;
    for l in 0..=last {
        relax_deep::input(network, unrolling.gamma, batch, drive, before, l, &mut inputs[l]);
        let highest = if l == last { 1.0 } else { f32::INFINITY };
        passes[t][l].clear();
        let always = l == last && unrolling.straight_through;
        passes[t][l].extend(inputs[l].iter().map(|&z| always || (z > 0.0 && z < highest)));
        after[l].clear();
        let moved = before[l].iter().zip(&inputs[l]).map(|(&s, &z)| s + unrolling.dt * (z.max(0.0).min(highest) - s));
        after[l].extend(moved);
    }
}

/// g = dt · f'(z) · ∂L/∂s in step `t`.
fn pass(dt: f32, t: usize, scratch: &mut Scratch) {
    let Scratch { passes, adjoint, through, .. } = scratch;
    for ((through, adjoint), passes) in through.iter_mut().zip(adjoint).zip(&passes[t]) {
        through.clear();
        through.extend(adjoint.iter().zip(passes).map(|(&d, &passes)| if passes { dt * d } else { 0.0 }));
    }
}

/// ∂L/∂W_l += s_(l−1)ᵀ·g_l + γ·g_(l−1)ᵀ·s_l
fn add_weights(network: &Network, gamma: f32, batch: usize, t: usize, gradient: &mut Gradient, scratch: &Scratch) {
    let Scratch { states, through, .. } = scratch;
    for l in 1..network.units.len() {
        let mut weights = matrix_mut(network, l, &mut gradient.weights[l]);
        general_mat_mul(1.0, &view(&states[t][l - 1], batch).t(), &view(&through[l], batch), 1.0, &mut weights);
        general_mat_mul(gamma, &view(&through[l - 1], batch).t(), &view(&states[t][l], batch), 1.0, &mut weights);
    }
}

/// ∂L/∂s_l ← (1 − dt) ∂L/∂s_l + g_(l+1)·W_(l+1)ᵀ + γ·g_(l−1)·W_l
fn back(network: &Network, unrolling: &Unrolling, batch: usize, scratch: &mut Scratch) {
    let Scratch { adjoint, through, .. } = scratch;
    for l in 0..network.units.len() {
        let mut out = ArrayViewMut2::from_shape((batch, network.units[l]), &mut adjoint[l]).expect("B × units");
        out.mapv_inplace(|d| (1.0 - unrolling.dt) * d);
        if let Some(above) = through.get(l + 1) {
            general_mat_mul(1.0, &view(above, batch), &network.matrix(l + 1).t(), 1.0, &mut out);
        }
        if l > 0 {
            general_mat_mul(unrolling.gamma, &view(&through[l - 1], batch), &network.matrix(l), 1.0, &mut out);
        }
    }
}

fn view(values: &[f32], batch: usize) -> ArrayView2<'_, f32> {
    ArrayView2::from_shape((batch, values.len() / batch), values).expect("B × units")
}

/// Numbers that lie as the weights of layer `l` do, fan_in × units.
pub fn matrix_mut<'a>(network: &Network, l: usize, values: &'a mut [f32]) -> ArrayViewMut2<'a, f32> {
    let (rows, columns) = (network.fan_in(l), network.units[l]);
    if l + 1 == network.units.len() {
        ArrayViewMut2::from_shape((columns, rows), values).expect("C × H").reversed_axes()
    } else {
        ArrayViewMut2::from_shape((rows, columns), values).expect("fan_in × units")
    }
}

//! `relax` for any number of hidden layers and outputs: the dynamics step by step, a whole minibatch at a time.

use ndarray::{ArrayView2, ArrayViewMut2, linalg::general_mat_mul};

use super::Network;
use crate::kernels::{Phase, Relaxation};

/// Room for the layers' inputs; reused.
#[derive(Default)]
pub struct Scratch {
    inputs: Vec<Vec<f32>>,
}

/// Runs one phase. `states` are the layers' states (B × units), before and after.
pub fn relax(
    network: &Network,
    relaxation: &Relaxation,
    labels: &[u8],
    drive: &[f32],
    states: &mut [Vec<f32>],
    scratch: &mut Scratch,
) {
    scratch.inputs.resize(states.len(), Vec::new());
    for _ in 0..relaxation.steps {
        for l in 0..states.len() {
            input(network, relaxation.gamma, labels.len(), drive, states, l, &mut scratch.inputs[l]);
        }
        let moved = step(relaxation, network.classes(), labels, states, &scratch.inputs);
        if let Phase::Free { tolerance } = relaxation.phase
            && moved <= tolerance
        {
            break;
        }
    }
}

/// The input of layer `l`: from the layer below, its bias, and γ times the layer above.
pub fn input(
    network: &Network,
    gamma: f32,
    batch: usize,
    drive: &[f32],
    states: &[Vec<f32>],
    l: usize,
    input: &mut Vec<f32>,
) {
    input.clear();
    if l == 0 {
        input.extend_from_slice(drive);
    } else {
        (0..batch).for_each(|_| input.extend_from_slice(&network.bias[l]));
    }
    let units = network.units[l];
    let mut out = ArrayViewMut2::from_shape((batch, units), input).expect("B × units");
    if l > 0 {
        let below = ArrayView2::from_shape((batch, network.units[l - 1]), &states[l - 1]).expect("B × units below");
        general_mat_mul(1.0, &below, &network.matrix(l), 1.0, &mut out);
    }
    if l + 1 < states.len() {
        let above = ArrayView2::from_shape((batch, network.units[l + 1]), &states[l + 1]).expect("B × units above");
        general_mat_mul(gamma, &above, &network.matrix(l + 1).t(), 1.0, &mut out);
    }
}

/// Moves every state; returns the largest movement.
fn step(relaxation: &Relaxation, classes: usize, labels: &[u8], states: &mut [Vec<f32>], inputs: &[Vec<f32>]) -> f32 {
    let dt = relaxation.dt;
    let last = states.len() - 1;
    let mut largest: f32 = 0.0;
    for (states, inputs) in states[..last].iter_mut().zip(inputs) {
        for (s, &z) in states.iter_mut().zip(inputs) {
            let change = dt * (z.max(0.0) - *s);
            *s += change;
            largest = largest.max(change.abs());
        }
    }
    for ((output, z), &label) in
        states[last].chunks_exact_mut(classes).zip(inputs[last].chunks_exact(classes)).zip(labels)
    {
        for c in 0..classes {
            let mut change = dt * (z[c].clamp(0.0, 1.0) - output[c]);
            if let Phase::Clamped { beta } = relaxation.phase {
                let target = if c == usize::from(label) { 1.0 } else { 0.0 };
                change += dt * beta * (target - output[c]);
            }
            output[c] += change;
            largest = largest.max(change.abs());
        }
    }
    largest
}

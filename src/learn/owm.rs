//! Orthogonal weights modification (Zeng, Chen, Cui & Yu 2019, "Continual learning of context-dependent processing in neural
//! networks"): weights change only at right angles to the inputs that they have seen.
//!
//! Per minibatch and layer, r being the layer's mean input with a 1 for its bias:
//!
//! ```text
//! k = P r      P ← P − k kᵀ/(α + rᵀk)      W ← W − rate·P ∂L/∂W (with momentum)
//! ```
//!
//! P starts as the identity and persists over the tasks. L is the cross-entropy of a softmax, its gradient scaled down to a norm
//! of 10 at most. α falls in the course of a task: .9·.001^λ in the first layer, .1^λ between hidden layers, .6 at the output
//! (the paper's public code), λ being the part of the task that is learnt.

use crate::kernels::{Device, Owm};
use crate::spec::Rule;

/// The largest norm of a minibatch's gradient.
const MOST: f32 = 10.0;

/// Changes all layers. `progress` is λ.
pub fn update<D: Device>(
    device: &mut D,
    weights: &mut D::Weights,
    data: &D::Data,
    batch: &mut D::Batch,
    rule: &Rule,
    progress: f64,
) {
    let layers = rule.rates.len();
    let alphas = (0..layers).map(|l| alpha(l, layers, progress) as f32).collect();
    let rates = rule.rates.iter().map(|&rate| rate as f32).collect();
    device.owm_update(weights, data, batch, &Owm { rates, alphas, momentum: rule.momentum as f32, most: MOST });
}

fn alpha(layer: usize, layers: usize, progress: f64) -> f64 {
    if layer == 0 {
        0.9 * 0.001f64.powf(progress)
    } else if layer + 1 == layers {
        0.6
    } else {
        0.1f64.powf(progress)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alpha_falls_in_the_course_of_a_task_as_in_the_public_code() {
        let of = |progress: f64| [0, 1, 2].map(|layer| alpha(layer, 3, progress));
        let near = |found: [f64; 3], expected: [f64; 3]| found.iter().zip(expected).all(|(f, e)| (f - e).abs() < 1e-12);
        assert!(near(of(0.0), [0.9, 1.0, 0.6]), "{:?}", of(0.0));
        assert!(near(of(0.5), [0.9 * 0.001f64.sqrt(), 0.1f64.sqrt(), 0.6]), "{:?}", of(0.5));
        assert!(near(of(1.0), [0.0009, 0.1, 0.6]), "{:?}", of(1.0));
    }
}

//! `fault`: a number that is not finite, found by its exponent's bits.

use super::simd::all_finite;
use super::{Minibatch, Network};

/// The first layer in which a drive, a state or an output's weight is not finite.
pub fn layer_at_fault(network: &Network, batch: &Minibatch) -> Option<usize> {
    let last = network.units.len() - 1;
    let finite = |layer: usize| {
        all_finite(&batch.phases.free[layer])
            && all_finite(&batch.phases.clamped[layer])
            && (layer > 0 || all_finite(&batch.drive))
            && (layer < last || all_finite(&network.weights[layer]))
    };
    (0..=last).find(|&layer| !finite(layer))
}

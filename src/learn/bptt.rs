//! Backpropagation through time: the gradient of the loss through the last K steps of an MRNN's free phase.
//!
//! L = 1/(2B) Σ (o − y)²,  ΔW = −α ∂L/∂W,  Δb = −α ∂L/∂b
//! (Ernoult et al. 2019; MRNN-BPTT of Kubo et al. 2025). K is the number of steps that equilibrium propagation's clamped
//! phase would have: for small nudges the two agree step by step (Ernoult et al. 2019, Theorem 1).

use super::free_phase;
use crate::kernels::{Device, Relaxation, Unrolling};
use crate::spec::Network;

/// A free phase whose last steps are gone back through. The Spec has at least as many.
pub fn phases<D: Device>(device: &mut D, weights: &D::Weights, batch: &mut D::Batch, network: &Network) {
    let free = free_phase(network);
    let last = network.clamped_steps;
    device.relax(weights, batch, &Relaxation { steps: free.steps - last, ..free });
    device.adjoint(weights, batch, &Unrolling { dt: free.dt, gamma: free.gamma, steps: last });
}

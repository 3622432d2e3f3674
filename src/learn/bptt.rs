//! Backpropagation through time: the gradient of the loss through the last K steps of an MRNN's free phase.
//!
//! L = 1/(2B) Σ (o − y)²,  ΔW = −α ∂L/∂W,  Δb = −α ∂L/∂b
//! (Ernoult et al. 2019; MRNN-BPTT of Kubo et al. 2025). K is the number of steps that equilibrium propagation's clamped
//! phase would have: for small nudges the two agree step by step (Ernoult et al. 2019, Theorem 1). They differ where an
//! output rests at 0 or 1 and is wrong: the gradient is 0 there, unless the Spec says that it goes straight through.

use super::free_phase;
use crate::kernels::{Device, Relaxation, Unrolling};
use crate::spec::Spec;

/// A free phase whose last steps are gone back through. The Spec has at least as many.
pub fn phases<D: Device>(device: &mut D, weights: &D::Weights, batch: &mut D::Batch, spec: &Spec) {
    let free = free_phase(&spec.network);
    let last = spec.network.clamped_steps;
    let straight_through = spec.rule.straight_through;
    device.relax(weights, batch, &Relaxation { steps: free.steps - last, ..free });
    device.adjoint(weights, batch, &Unrolling { dt: free.dt, gamma: free.gamma, steps: last, straight_through });
}

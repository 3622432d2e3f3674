//! The predictive rule: a neuron compares what it does with what it was about to do.
//!
//! ΔW = α/(β·B) Σ ŝ_preᵀ (ŝ_post − š_post),  Δb = α/(β·B) Σ (ŝ_post − š_post)
//! (Luczak et al. 2022; Kubo et al. 2025, eq. 10).

use crate::kernels::{Device, Hebbian, States};

/// Changes one layer; `scale` is α/β.
pub fn update<D: Device>(
    device: &mut D,
    weights: &mut D::Weights,
    data: &D::Data,
    batch: &mut D::Batch,
    layer: usize,
    scale: f32,
) {
    let update = Hebbian { layer, pre: States::Clamped, post: States::Difference, scale };
    device.hebbian_update(weights, data, batch, update);
    device.bias_update(weights, batch, layer, scale);
}

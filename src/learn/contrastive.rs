//! Equilibrium propagation's contrastive rule: Hebb in the clamped phase, anti-Hebb in the free one.
//!
//! ΔW = α/(β·B) Σ (ŝ_preᵀ ŝ_post − š_preᵀ š_post),  Δb = α/(β·B) Σ (ŝ_post − š_post)
//! (Scellier & Bengio 2017; Kubo et al. 2025, eq. 9).

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
    let mut add = |pre, post, scale| device.hebbian_update(weights, data, batch, Hebbian { layer, pre, post, scale });
    if layer == 0 {
        // The input is the same in both phases: one product instead of two.
        add(States::Clamped, States::Difference, scale);
    } else {
        add(States::Clamped, States::Clamped, scale);
        add(States::Free, States::Free, -scale);
    }
    device.bias_update(weights, batch, layer, scale);
}

//! Backpropagation in a layered network, with momentum and dropout.
//!
//! ```text
//! L = 1/(2B) Σ (a − y)²      v ← μ·v − α ∂L/∂W      W ← W + v
//! ```
//!
//! (FF-BP of Kubo et al. 2025; the public code of Tadros et al. 2022: ReLU everywhere, no biases, the output's error a − y as if
//! its ReLU were not there), and RNN-BPTT of Kubo et al. 2025, whose output is hs and which goes back through all its steps.

use crate::kernels::{Descent, Device};
use crate::spec::{NetworkKind, RuleKind, Spec};

/// Changes one layer. Feed-forward networks by backpropagation and CTRNNs have no biases: theirs are left at 0.
pub fn update<D: Device>(
    device: &mut D,
    weights: &mut D::Weights,
    data: &D::Data,
    batch: &mut D::Batch,
    layer: usize,
    spec: &Spec,
) {
    let rule = &spec.rule;
    let is_biased = rule.kind != RuleKind::Backprop && spec.network.kind != NetworkKind::Ctrnn;
    let (scale, momentum) = (-rule.rates[layer] as f32, rule.momentum as f32);
    device.gradient_update(weights, data, batch, Descent { layer, scale, momentum, is_biased });
}

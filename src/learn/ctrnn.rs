//! Backpropagation through time and e-prop of a network that reads images row by row: L is the cross-entropy of its last answer.
//!
//! The gradients are the Connect lab's ([`crate::connect::credit`]); a step down them is the same as any network's.

use crate::connect::spec::Credit;
use crate::kernels::Device;
use crate::net::ctrnn::Reading;
use crate::spec::{RuleKind, Spec};

/// Reads a batch of rows, and finds what the rule takes for the gradient.
pub fn phases<D: Device>(
    device: &mut D,
    weights: &mut D::Weights,
    data: &D::Data,
    rows: &[&[u32]],
    batch: &mut D::Batch,
    spec: &Spec,
) {
    let credit = if spec.rule.kind == RuleKind::Eprop { Credit::Eprop } else { Credit::Bptt };
    let reading = Reading::of(spec);
    device.read(weights, data, rows, batch, &reading);
    device.credit(weights, batch, &reading, credit);
}

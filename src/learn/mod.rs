//! Learning rules, one a file.

pub mod contrastive;
pub mod predictive;

use crate::kernels::Device;
use crate::spec::{Rule, RuleKind};

/// Applies a rule to the phases that a batch has been through. `beta` is the nudge's strength.
pub fn learn<D: Device>(
    device: &mut D,
    weights: &mut D::Weights,
    data: &D::Data,
    batch: &mut D::Batch,
    rule: &Rule,
    beta: f32,
) {
    for (layer, &rate) in rule.rates.iter().enumerate() {
        let scale = rate as f32 / beta;
        match rule.kind {
            RuleKind::Predictive => predictive::update(device, weights, data, batch, layer, scale),
            RuleKind::Contrastive => contrastive::update(device, weights, data, batch, layer, scale),
        }
    }
}

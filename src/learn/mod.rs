//! Learning rules, one a file.

pub mod bptt;
pub mod contrastive;
pub mod predictive;

use crate::kernels::{Device, Phase, Relaxation};
use crate::spec::{Network, Rule, RuleKind};

/// Takes a batch, whose drive is computed, through the phases that its rule learns from.
pub fn phases<D: Device>(
    device: &mut D,
    weights: &D::Weights,
    batch: &mut D::Batch,
    network: &Network,
    rule: RuleKind,
) {
    match rule {
        RuleKind::Predictive | RuleKind::Contrastive => {
            let free = free_phase(network);
            let clamped = Phase::Clamped { beta: network.beta as f32 };
            device.relax(weights, batch, &free);
            device.relax(weights, batch, &Relaxation { steps: network.clamped_steps, phase: clamped, ..free });
        }
        RuleKind::Bptt => bptt::phases(device, weights, batch, network),
    }
}

/// The free phase, with which a network also answers.
pub fn free_phase(network: &Network) -> Relaxation {
    let phase = Phase::Free { tolerance: network.tolerance as f32 };
    Relaxation { dt: network.dt as f32, gamma: network.gamma as f32, steps: network.free_steps, phase }
}

/// Applies a rule to what a batch's phases left. `beta` is the nudge's strength, if there was one.
pub fn learn<D: Device>(
    device: &mut D,
    weights: &mut D::Weights,
    data: &D::Data,
    batch: &mut D::Batch,
    rule: &Rule,
    beta: f32,
) {
    for (layer, &rate) in rule.rates.iter().enumerate() {
        let rate = rate as f32;
        match rule.kind {
            RuleKind::Predictive => predictive::update(device, weights, data, batch, layer, rate / beta),
            RuleKind::Contrastive => contrastive::update(device, weights, data, batch, layer, rate / beta),
            RuleKind::Bptt => bptt::update(device, weights, data, batch, layer, rate),
        }
    }
}

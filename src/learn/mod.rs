//! Learning rules, one a file.

pub mod backprop;
pub mod bptt;
pub mod contrastive;
pub mod ctrnn;
pub mod local_errors;
pub mod owm;
pub mod predictive;

use crate::kernels::{Device, Draws, Pass, Phase, Relaxation, Showing};
use crate::net::areas::Constants;
use crate::net::ctrnn::Reading;
use crate::net::layered::Layered;
use crate::spec::{Network, NetworkKind, RuleKind, Spec};

/// Where a minibatch stands in a run.
#[derive(Clone, Copy, Debug)]
pub struct Moment<'a> {
    /// What is drawn from, and where: by replica.
    pub place: Draws<'a>,
    /// Part of the phase's learning that is done.
    pub progress: f64,
    /// Whether a task is learnt, and not something that a person added.
    pub is_task: bool,
}

/// Takes `rows[r]` of `data` as replica r's minibatch, with what their input brings where that stays the same.
pub fn take<D: Device>(
    device: &mut D,
    weights: &D::Weights,
    data: &D::Data,
    rows: &[&[u32]],
    batch: &mut D::Batch,
    spec: &Spec,
) {
    if !matches!(spec.network.kind, NetworkKind::Areas | NetworkKind::Ctrnn) {
        device.drive(weights, data, rows, batch);
    }
}

/// A batch of rows answers: its free phase, its way to the output, what it makes of an image once read, or what its labels' area
/// spikes. `seeds`, by replica, draw
/// spikes.
pub fn answer<D: Device>(
    device: &mut D,
    weights: &mut D::Weights,
    data: &D::Data,
    rows: &[&[u32]],
    batch: &mut D::Batch,
    spec: &Spec,
    seeds: &[u32],
) {
    take(device, weights, data, rows, batch, spec);
    if spec.network.kind == NetworkKind::Areas {
        let draws = Draws { seeds, phase: 0, minibatch: 0 };
        let showing = Showing { constants: Constants::of(&spec.areas), draws, plasticity: None };
        return device.show(weights, data, rows, batch, &showing);
    }
    if spec.network.kind == NetworkKind::Ctrnn {
        return device.read(weights, data, rows, batch, &Reading::of(spec));
    }
    match Layered::of(spec) {
        Some(layered) => device.forward(weights, batch, &Pass { layered, left_out: None }),
        None => device.relax(weights, batch, &free_phase(&spec.network)),
    }
}

/// Takes a batch of rows, which [`take`] took, through the phases that its rule learns from. Spiking areas learn on the way.
pub fn phases<D: Device>(
    device: &mut D,
    weights: &mut D::Weights,
    data: &D::Data,
    rows: &[&[u32]],
    batch: &mut D::Batch,
    spec: &Spec,
    moment: &Moment<'_>,
) {
    if spec.rule.kind == RuleKind::LocalErrors {
        local_errors::show(device, weights, data, rows, batch, spec, moment);
    } else if spec.network.kind == NetworkKind::Ctrnn {
        ctrnn::phases(device, weights, data, rows, batch, spec);
    } else if let Some(layered) = Layered::of(spec) {
        device.forward(weights, batch, &Pass { layered, left_out: Some(moment.place) });
        device.backward(weights, batch, layered.output);
    } else if spec.rule.kind == RuleKind::Bptt {
        bptt::phases(device, weights, batch, spec);
    } else {
        let network = &spec.network;
        let free = free_phase(network);
        let clamped = Phase::Clamped { beta: network.beta as f32 };
        device.relax(weights, batch, &free);
        device.relax(weights, batch, &Relaxation { steps: network.clamped_steps, phase: clamped, ..free });
    }
}

/// An MRNN's free phase, with which it also answers.
pub fn free_phase(network: &Network) -> Relaxation {
    let phase = Phase::Free { tolerance: network.tolerance as f32 };
    Relaxation { dt: network.dt as f32, gamma: network.gamma as f32, steps: network.free_steps, phase }
}

/// Applies a rule to what a batch's phases left.
pub fn learn<D: Device>(
    device: &mut D,
    weights: &mut D::Weights,
    data: &D::Data,
    batch: &mut D::Batch,
    spec: &Spec,
    moment: &Moment<'_>,
) {
    let rule = &spec.rule;
    match rule.kind {
        RuleKind::Owm => return owm::update(device, weights, data, batch, rule, moment.progress),
        RuleKind::LocalErrors => return, // it has learnt on the way
        _ => {}
    }
    for (layer, &rate) in rule.rates.iter().enumerate() {
        let scale = (rate as f32) / spec.network.beta as f32;
        match rule.kind {
            RuleKind::Predictive => predictive::update(device, weights, data, batch, layer, scale),
            RuleKind::Contrastive => contrastive::update(device, weights, data, batch, layer, scale),
            RuleKind::Bptt | RuleKind::Eprop | RuleKind::Backprop | RuleKind::Owm | RuleKind::LocalErrors => {
                backprop::update(device, weights, data, batch, layer, spec)
            }
        }
    }
}

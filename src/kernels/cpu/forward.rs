//! `forward`: a layered network's way from the input to the output, a minibatch at a time; see [`crate::net::layered`].

use ndarray::{ArrayView2, ArrayViewMut2, linalg::general_mat_mul};

use super::Network;
use crate::kernels::{Draws, Pass};
use crate::net::layered::OutputKind;
use crate::rng::{Purpose, draw};

/// What the way back needs of the way there; reused.
#[derive(Default)]
pub struct Course {
    /// h_l(t), by step and hidden layer: B × units.
    pub hidden: Vec<Vec<Vec<f32>>>,
    /// Which units take part, by hidden layer: 1 or 0, B × units; empty where all do.
    pub mask: Vec<Vec<f32>>,
}

/// Passes a minibatch on. `drive` is B × H₁; `states` are the layers' after the last step, B × units. `replica` says whose
/// units are left out.
pub fn forward(
    network: &Network,
    pass: &Pass,
    replica: usize,
    drive: &[f32],
    states: &mut [Vec<f32>],
    course: &mut Course,
) {
    let batch = drive.len() / network.units[0];
    let hidden = network.units.len() - 1;
    course.hidden.resize(pass.layered.steps as usize, Vec::new());
    course.hidden.iter_mut().for_each(|layers| layers.resize(hidden, Vec::new()));
    draw_masks(network, pass, replica, batch, &mut course.mask);
    for t in 0..pass.layered.steps as usize {
        for l in 0..hidden {
            let (past, now) = course.hidden.split_at_mut(t);
            let (below, here) = now[0].split_at_mut(l);
            let before = past.last().map(|layers| &layers[l][..]);
            let (below, h) = (below.last().map_or(drive, |below| below), &mut here[0]);
            step(network, l, below, before, batch, h);
            let kept = if pass.left_out.is_some() { 1.0 } else { 1.0 - pass.layered.dropout as f32 };
            h.iter_mut().for_each(|z| *z = kept * z.max(0.0));
            h.iter_mut().zip(&course.mask[l]).for_each(|(h, m)| *h *= m);
        }
    }
    let last = course.hidden.last().expect("at least one step");
    for (state, h) in states.iter_mut().zip(last) {
        state.clone_from(h);
    }
    let out = &mut states[hidden];
    affine(network, hidden, &last[hidden - 1], batch, out);
    answer(pass.layered.output, network.classes(), out);
}

/// The input of hidden layer `l`: from below (the drive itself for the first), from itself a step before, and its bias.
fn step(network: &Network, l: usize, below: &[f32], before: Option<&[f32]>, batch: usize, z: &mut Vec<f32>) {
    if l == 0 {
        z.clear();
        z.extend_from_slice(below);
    } else {
        affine(network, l, below, batch, z);
    }
    let units = network.units[l];
    if let Some(before) = before.filter(|_| !network.recurrent[l].is_empty()) {
        let recurrent = ArrayView2::from_shape((units, units), &network.recurrent[l]).expect("H × H");
        let mut z = ArrayViewMut2::from_shape((batch, units), z).expect("B × H");
        general_mat_mul(1.0, &view(before, batch), &recurrent, 1.0, &mut z);
    }
}

/// below·W + b
fn affine(network: &Network, l: usize, below: &[f32], batch: usize, z: &mut Vec<f32>) {
    z.clear();
    (0..batch).for_each(|_| z.extend_from_slice(&network.bias[l]));
    let mut z = ArrayViewMut2::from_shape((batch, network.units[l]), z).expect("B × units");
    general_mat_mul(1.0, &view(below, batch), &network.matrix(l), 1.0, &mut z);
}

fn answer(kind: OutputKind, classes: usize, z: &mut [f32]) {
    match kind {
        OutputKind::HardSigmoid { .. } => z.iter_mut().for_each(|z| *z = z.clamp(0.0, 1.0)),
        OutputKind::Relu => z.iter_mut().for_each(|z| *z = z.max(0.0)),
        OutputKind::Softmax => z.chunks_exact_mut(classes).for_each(softmax),
    }
}

fn softmax(z: &mut [f32]) {
    let largest = z.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    z.iter_mut().for_each(|z| *z = (*z - largest).exp());
    let sum: f32 = z.iter().sum();
    z.iter_mut().for_each(|z| *z /= sum);
}

/// Draws which units are left out; none where nothing is learnt, or nothing is dropped.
fn draw_masks(network: &Network, pass: &Pass, replica: usize, batch: usize, masks: &mut Vec<Vec<f32>>) {
    masks.resize(network.units.len() - 1, Vec::new());
    let mut first = 0;
    for (mask, &units) in masks.iter_mut().zip(&network.units) {
        mask.clear();
        if let Some(left_out) = pass.left_out.as_ref().filter(|_| pass.layered.dropout > 0.0) {
            fill_mask(left_out, pass.layered.dropout, replica, first, batch * units, mask);
        }
        first += (batch * units).div_ceil(4) as u32;
    }
}

fn fill_mask(left_out: &Draws, dropout: f64, replica: usize, first: u32, count: usize, mask: &mut Vec<f32>) {
    let chance = (dropout * 4_294_967_296.0) as u32;
    for index in first..first + count.div_ceil(4) as u32 {
        let words = draw(left_out.seeds[replica], Purpose::Dropout, left_out.phase, left_out.minibatch, index);
        mask.extend(words.map(|word| if word < chance { 0.0 } else { 1.0 }));
    }
    mask.truncate(count);
}

pub fn view(values: &[f32], batch: usize) -> ArrayView2<'_, f32> {
    ArrayView2::from_shape((batch, values.len() / batch.max(1)), values).expect("B × units")
}

//! The minibatches of all replicas, and room for the kernels to work in.

use super::drive::Inputs;
use super::images::Images;
use super::network::Network;
use super::spmm::{Lists, Room};
use super::{adjoint, adjoint_deep, backward, forward, read, relax, relax_deep, show};
use crate::kernels::{Fault, Phase, States, Tally};

/// The minibatches of all replicas, and room to work in.
pub struct Batch {
    pub(super) replicas: Vec<Minibatch>,
    /// The first of each replica; `ago` counts on.
    pub(super) faults: Vec<Fault>,
    pub(super) samples: relax::Scratch,
    pub(super) layers: relax_deep::Scratch,
    pub(super) samples_back: adjoint::Scratch,
    pub(super) layers_back: adjoint_deep::Scratch,
    pub(super) steps_back: backward::Scratch,
}

/// One replica's minibatch. Matrices have a row a sample.
#[derive(Default)]
pub(super) struct Minibatch {
    pub(super) rows: Vec<u32>,
    pub(super) labels: Vec<u8>,
    pub(super) inputs: Inputs,
    /// Room for the outputs' differences, by class.
    pub(super) outputs: Lists,
    pub(super) products: Room,
    pub(super) drive: Vec<f32>,
    /// What `relax` needs of the output's weights, if the network is shallow.
    pub(super) geometry: relax::Geometry,
    pub(super) kept: Vec<relax::Kept>,
    pub(super) phases: Phases,
    /// Of a layered network.
    pub(super) course: forward::Course,
    /// Of spiking areas.
    pub(super) stage: show::Stage,
    /// Of a network that reads row by row.
    pub(super) pages: read::Pages,
    pub(super) gradient: Gradient,
    pub(super) tally: Tally,
}

/// States by layer, each B × units.
#[derive(Default)]
pub(super) struct Phases {
    pub(super) free: Vec<Vec<f32>>,
    pub(super) clamped: Vec<Vec<f32>>,
    pub(super) difference: Vec<Vec<f32>>,
}

/// What the way back through a free phase's last steps leaves, by layer.
#[derive(Default)]
pub struct Gradient {
    /// The adjoint of the units' inputs, summed over the steps: B × units.
    pub(super) through: Vec<Vec<f32>>,
    /// ∂L/∂W, summed over the minibatch, as [`Network`] holds W. The first layer has none where its inputs are constant: one product
    /// at the end will do.
    pub(super) weights: Vec<Vec<f32>>,
    /// ∂L/∂R, likewise.
    pub(super) recurrent: Vec<Vec<f32>>,
}

impl Gradient {
    pub(super) fn clear(&mut self, network: &Network, batch: usize) {
        let layers = network.units.len();
        self.through.resize(layers, Vec::new());
        self.weights.resize(layers, Vec::new());
        self.recurrent.resize(layers, Vec::new());
        for l in 0..layers {
            self.through[l].clear();
            self.through[l].resize(batch * network.units[l], 0.0);
            self.weights[l].clear();
            self.weights[l].resize(if l == 0 { 0 } else { network.weights[l].len() }, 0.0);
            self.recurrent[l].clear();
            self.recurrent[l].resize(network.recurrent[l].len(), 0.0);
        }
    }
}

impl Phases {
    pub(super) fn of(&self, states: States) -> &[Vec<f32>] {
        match states {
            States::Free => &self.free,
            States::Clamped => &self.clamped,
            States::Difference => &self.difference,
        }
    }
}

impl Minibatch {
    pub(super) fn new(network: &Network, capacity: usize) -> Minibatch {
        let room = || network.units.iter().map(|units| Vec::with_capacity(capacity * units)).collect();
        let phases = Phases { free: room(), clamped: room(), difference: room() };
        let (classes, hidden) = network.units.split_last().expect("an output layer");
        Minibatch { phases, tally: Tally::new(*classes, hidden.iter().sum()), ..Minibatch::default() }
    }

    pub(super) fn take(&mut self, data: &Images, rows: &[u32]) {
        self.rows.clear();
        self.rows.extend_from_slice(rows);
        self.inputs.take(data, rows);
        self.labels.clear();
        self.labels.extend(rows.iter().map(|&r| data.labels[r as usize]));
    }

    /// Rows whose values a kernel takes itself; there is one phase.
    pub(super) fn note(&mut self, data: &Images, rows: &[u32]) {
        self.rows.clear();
        self.rows.extend_from_slice(rows);
        self.labels.clear();
        self.labels.extend(rows.iter().map(|&row| data.labels[row as usize]));
        self.phases.clamped.iter_mut().for_each(Vec::clear);
    }

    /// States at a phase's start: zero, or where the free phase ended.
    pub(super) fn enter(&mut self, network: &Network, phase: Phase) {
        for l in 0..network.units.len() {
            match phase {
                Phase::Free { .. } => {
                    self.phases.free[l].clear();
                    self.phases.free[l].resize(self.rows.len() * network.units[l], 0.0);
                    self.phases.clamped[l].clear();
                }
                Phase::Clamped { .. } => {
                    self.phases.clamped[l].clear();
                    self.phases.clamped[l].extend_from_slice(&self.phases.free[l]);
                }
            }
        }
    }

    /// ŝ − š
    pub(super) fn compare(&mut self) {
        let Phases { free, clamped, difference } = &mut self.phases;
        for ((difference, clamped), free) in difference.iter_mut().zip(clamped).zip(free) {
            difference.clear();
            difference.extend(clamped.iter().zip(free).map(|(c, f)| *c - *f));
        }
    }
}

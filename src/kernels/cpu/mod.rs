//! The CPU engine: one file a kernel, native and WebAssembly alike.

mod adjoint;
mod adjoint_deep;
mod backward;
mod bias_update;
mod drive;
mod fault;
mod forward;
mod gradient_update;
mod hebbian_update;
mod held;
mod images;
mod largest_activity;
mod owm;
mod read;
pub mod relax;
mod relax_deep;
mod show;
mod show_limit;
pub(crate) mod simd;
mod sleep;
mod spmm;
mod tally;

use ndarray::{Array2, ArrayView2, s};

use super::{
    Descent, Device, EngineError, Fault, Firing, Hebbian, Held, Memory, Owm, Pass, Phase, Relaxation, Showing, Shown,
    SpikeCounts, States, Tally, Unrolling, adapt, faults,
};
use crate::connect::spec::Credit;
use crate::data::{DataSet, Samples};
use crate::net::ctrnn::Reading;
use crate::net::gate::Gate;
use crate::net::layered::OutputKind;
use crate::net::{Layer, Net};
use crate::sleep::Sleeper;
use drive::Inputs;
use gradient_update::{gradient_update, with_momentum};
pub use images::Images;
use spmm::{Dense, Lists, Room};

/// The CPU, one thread.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cpu;

/// One network as this engine holds it.
pub struct Network {
    /// Units of each layer, from the first hidden one to the output.
    units: Vec<usize>,
    /// Row-major fan_in × units; those that [`Network::lies`] speaks of transposed.
    weights: Vec<Vec<f32>>,
    /// units × fan_in; empty but for spiking areas.
    feedback: Vec<Vec<f32>>,
    /// units × units; empty for a layer that does not drive itself.
    recurrent: Vec<Vec<f32>>,
    bias: Vec<Vec<f32>>,
    /// Of spiking areas.
    gates: Vec<Gate>,
    memory: Memory,
}

/// The minibatches of all replicas, and room to work in.
pub struct Batch {
    replicas: Vec<Minibatch>,
    /// The first of each replica; `ago` counts on.
    faults: Vec<Fault>,
    samples: relax::Scratch,
    layers: relax_deep::Scratch,
    samples_back: adjoint::Scratch,
    layers_back: adjoint_deep::Scratch,
    steps_back: backward::Scratch,
}

/// One replica's minibatch. Matrices have a row a sample.
#[derive(Default)]
struct Minibatch {
    rows: Vec<u32>,
    labels: Vec<u8>,
    inputs: Inputs,
    /// Room for the outputs' differences, by class.
    outputs: Lists,
    products: Room,
    drive: Vec<f32>,
    /// What `relax` needs of the output's weights, if the network is shallow.
    geometry: relax::Geometry,
    kept: Vec<relax::Kept>,
    phases: Phases,
    /// Of a layered network.
    course: forward::Course,
    /// Of spiking areas.
    stage: show::Stage,
    /// Of a network that reads row by row.
    pages: read::Pages,
    gradient: Gradient,
    tally: Tally,
}

/// States by layer, each B × units.
#[derive(Default)]
struct Phases {
    free: Vec<Vec<f32>>,
    clamped: Vec<Vec<f32>>,
    difference: Vec<Vec<f32>>,
}

/// What the way back through a free phase's last steps leaves, by layer.
#[derive(Default)]
pub struct Gradient {
    /// The adjoint of the units' inputs, summed over the steps: B × units.
    through: Vec<Vec<f32>>,
    /// ∂L/∂W, summed over the minibatch, as [`Network`] holds W. The first layer has none where its inputs are constant: one product
    /// at the end will do.
    weights: Vec<Vec<f32>>,
    /// ∂L/∂R, likewise.
    recurrent: Vec<Vec<f32>>,
}

impl Gradient {
    fn clear(&mut self, network: &Network, batch: usize) {
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
    fn of(&self, states: States) -> &[Vec<f32>] {
        match states {
            States::Free => &self.free,
            States::Clamped => &self.clamped,
            States::Difference => &self.difference,
        }
    }
}

impl Network {
    fn new(net: &Net) -> Network {
        let mut network = Network {
            units: net.layers.iter().map(|layer| layer.units).collect(),
            weights: Vec::new(),
            feedback: net.layers.iter().map(|layer| layer.feedback.clone()).collect(),
            recurrent: net.layers.iter().map(|layer| layer.recurrent.clone()).collect(),
            bias: net.layers.iter().map(|layer| layer.bias.clone()).collect(),
            gates: net.gates.clone(),
            memory: Memory::default(),
        };
        let weights = |(l, layer)| if network.lies(l) { transpose(layer) } else { layer.weights.clone() };
        network.weights = net.layers.iter().enumerate().map(weights).collect();
        network
    }

    /// Whether a layer's weights are held transposed: those of the output, or, of spiking areas, those between two areas.
    fn lies(&self, l: usize) -> bool {
        let is_output = l + 1 == self.units.len();
        if self.feedback[l].is_empty() { is_output } else { l > 0 && !is_output }
    }

    fn classes(&self) -> usize {
        *self.units.last().expect("an output layer")
    }

    fn fan_in(&self, layer: usize) -> usize {
        self.weights[layer].len() / self.units[layer]
    }

    /// The weights of layer `l`, fan_in × units.
    fn matrix(&self, l: usize) -> ArrayView2<'_, f32> {
        let (rows, columns) = (self.fan_in(l), self.units[l]);
        if self.lies(l) {
            ArrayView2::from_shape((columns, rows), &self.weights[l]).expect("units × fan_in").reversed_axes()
        } else {
            ArrayView2::from_shape((rows, columns), &self.weights[l]).expect("fan_in × units")
        }
    }

    fn to_net(&self) -> Net {
        let layers = (0..self.units.len()).map(|l| Layer {
            fan_in: self.fan_in(l),
            units: self.units[l],
            weights: self.matrix(l).iter().copied().collect(),
            recurrent: self.recurrent[l].clone(),
            feedback: self.feedback[l].clone(),
            bias: self.bias[l].clone(),
        });
        Net { layers: layers.collect(), gates: self.gates.clone() }
    }

    /// v ← momentum·v + scale·G, parameters += v, with G (fan_in + 1) × units, the biases' in the last row.
    fn descend(&mut self, l: usize, gradient: &Array2<f32>, scale: f32, momentum: f32) {
        let fan_in = self.fan_in(l);
        let of_weights = gradient.slice(s![..fan_in, ..]);
        let lying: Vec<f32> = if l + 1 == self.units.len() {
            of_weights.t().iter().copied().collect()
        } else {
            of_weights.iter().copied().collect()
        };
        let of_bias = gradient.row(fan_in).to_vec();
        self.memory.make_room(self.units.len());
        let Memory { velocity, bias_velocity, .. } = &mut self.memory;
        with_momentum(momentum, &mut velocity[l], &mut self.weights[l], |w| gradient_update(&lying, w, scale));
        with_momentum(momentum, &mut bias_velocity[l], &mut self.bias[l], |b| gradient_update(&of_bias, b, scale));
    }

    /// Whether a phase can be run in the space of the outputs.
    fn is_shallow(&self) -> bool {
        self.units.len() == 2 && self.classes() <= relax::OUTPUTS
    }
}

/// Row-major fan_in × units to units × fan_in.
fn transpose(layer: &Layer) -> Vec<f32> {
    let columns = (0..layer.units).flat_map(|c| layer.weights[c..].iter().step_by(layer.units));
    columns.copied().collect()
}

impl Device for Cpu {
    /// Small enough to stay in a processor's cache.
    const TEST_BATCH: usize = 250;
    const WAITS: bool = true;

    type Data = Images;
    type Weights = Vec<Network>;
    type Batch = Batch;
    type Sleepers = Vec<Sleeper>;

    fn load(&mut self, set: &DataSet, samples: &Samples) -> Images {
        Images::new(set, samples)
    }

    fn weights(&mut self, nets: &[Net], _capacity: usize) -> Vec<Network> {
        nets.iter().map(Network::new).collect()
    }

    fn write_weights(&mut self, weights: &mut Vec<Network>, nets: &[Net]) {
        for (network, net) in weights.iter_mut().zip(nets) {
            *network = Network { memory: std::mem::take(&mut network.memory), ..Network::new(net) };
        }
    }

    async fn read_weights(&mut self, weights: &Vec<Network>) -> Result<Vec<Net>, EngineError> {
        Ok(weights.iter().map(Network::to_net).collect())
    }

    fn batch(&mut self, weights: &Vec<Network>, capacity: usize) -> Batch {
        let replicas = weights.iter().map(|network| Minibatch::new(network, capacity)).collect();
        Batch {
            replicas,
            faults: Vec::new(),
            samples: relax::Scratch::default(),
            layers: relax_deep::Scratch::default(),
            samples_back: adjoint::Scratch::default(),
            layers_back: adjoint_deep::Scratch::default(),
            steps_back: backward::Scratch::default(),
        }
    }

    fn drive(&mut self, weights: &Vec<Network>, data: &Images, rows: &[&[u32]], batch: &mut Batch) {
        for ((network, rows), batch) in weights.iter().zip(rows).zip(&mut batch.replicas) {
            batch.take(data, rows);
            batch.drive.resize(rows.len() * network.units[0], 0.0);
            let weights = Dense { values: &network.weights[0], width: network.units[0] };
            // The Spec demands a hidden layer: layer 0 is never the output, whose weights are transposed.
            drive::drive(data, &batch.inputs, weights, &network.bias[0], &mut batch.drive, &mut batch.products);
            if network.is_shallow() {
                batch.geometry.update(&network.weights[1], &network.bias[1]);
            }
        }
    }

    fn relax(&mut self, weights: &Vec<Network>, batch: &mut Batch, relaxation: &Relaxation) {
        let Batch { replicas, samples, layers, .. } = batch;
        for (network, batch) in weights.iter().zip(replicas) {
            batch.enter(network, relaxation.phase);
            let states = match relaxation.phase {
                Phase::Free { .. } => &mut batch.phases.free,
                Phase::Clamped { .. } => &mut batch.phases.clamped,
            };
            if network.is_shallow() {
                let Minibatch { geometry, kept, labels, drive, .. } = batch;
                relax::relax(geometry, relaxation, labels, drive, states, kept, samples);
            } else {
                relax_deep::relax(network, relaxation, &batch.labels, &batch.drive, states, layers);
            }
            if matches!(relaxation.phase, Phase::Clamped { .. }) {
                batch.compare();
            }
        }
    }

    fn hebbian_update(&mut self, weights: &mut Vec<Network>, data: &Images, batch: &mut Batch, update: Hebbian) {
        let Hebbian { layer, pre, post, scale } = update;
        for (network, batch) in weights.iter_mut().zip(&mut batch.replicas) {
            if batch.rows.is_empty() {
                continue;
            }
            let scale = scale / batch.rows.len() as f32;
            let last = layer + 1 == network.units.len();
            let Minibatch { inputs, outputs, products, phases, .. } = batch;
            let pick = |states, l: usize, width| Dense { values: &phases.of(states)[l], width };
            let post = pick(post, layer, network.units[layer]);
            let changed = &mut network.weights[layer];
            if layer == 0 {
                hebbian_update::from_input(data, inputs, changed, post, scale, products);
            } else {
                let pre = pick(pre, layer - 1, network.units[layer - 1]);
                if last {
                    hebbian_update::to_output(pre, post, changed, scale, outputs, products);
                } else {
                    hebbian_update::between(pre, post, changed, scale);
                }
            }
        }
    }

    fn bias_update(&mut self, weights: &mut Vec<Network>, batch: &Batch, layer: usize, scale: f32) {
        for (network, batch) in weights.iter_mut().zip(&batch.replicas) {
            if batch.rows.is_empty() {
                continue;
            }
            let difference = Dense { values: &batch.phases.difference[layer], width: network.units[layer] };
            bias_update::bias_update(difference, &mut network.bias[layer], scale / batch.rows.len() as f32);
        }
    }

    fn adjoint(&mut self, weights: &Vec<Network>, batch: &mut Batch, unrolling: &Unrolling) {
        let Batch { replicas, samples_back, layers_back, .. } = batch;
        for (network, batch) in weights.iter().zip(replicas) {
            let Minibatch { geometry, labels, drive, phases, gradient, .. } = batch;
            gradient.clear(network, labels.len());
            let states = &mut phases.free;
            if network.is_shallow() {
                adjoint::adjoint(geometry, unrolling, labels, drive, states, gradient, samples_back);
            } else {
                adjoint_deep::adjoint(network, unrolling, labels, drive, states, gradient, layers_back);
            }
        }
    }

    fn forward(&mut self, weights: &Vec<Network>, batch: &mut Batch, pass: &Pass) {
        let replicas = weights.iter().zip(&mut batch.replicas).enumerate();
        for (replica, (network, batch)) in replicas.filter(|(_, (_, batch))| !batch.rows.is_empty()) {
            let Minibatch { drive, phases, course, .. } = batch;
            phases.clamped.iter_mut().for_each(Vec::clear);
            forward::forward(network, pass, replica, drive, &mut phases.free, course);
        }
    }

    fn show(
        &mut self,
        weights: &mut Vec<Network>,
        data: &Images,
        rows: &[&[u32]],
        batch: &mut Batch,
        showing: &Showing,
    ) {
        let replicas = weights.iter_mut().zip(rows).zip(&mut batch.replicas).enumerate();
        for (replica, ((network, rows), batch)) in replicas {
            batch.note(data, rows);
            let Minibatch { phases, stage, .. } = batch;
            show::show(network, data, rows, showing, replica, &mut phases.free, stage);
        }
    }

    fn read(&mut self, weights: &Vec<Network>, data: &Images, rows: &[&[u32]], batch: &mut Batch, reading: &Reading) {
        for ((network, rows), batch) in weights.iter().zip(rows).zip(&mut batch.replicas) {
            batch.note(data, rows);
            let Minibatch { phases, pages, .. } = batch;
            if !rows.is_empty() {
                read::read(network, data, rows, reading, phases, pages);
            }
        }
    }

    fn credit(&mut self, weights: &Vec<Network>, batch: &mut Batch, reading: &Reading, credit: Credit) {
        for (network, batch) in weights.iter().zip(&mut batch.replicas).filter(|(_, batch)| !batch.rows.is_empty()) {
            let Minibatch { labels, phases, pages, gradient, .. } = batch;
            let outputs = phases.free.last().expect("an output layer");
            read::credit(network, reading, credit, labels, outputs, gradient, pages);
        }
    }

    async fn read_shown(&mut self, batch: &mut Batch) -> Result<Vec<Shown>, EngineError> {
        Ok(batch.replicas.iter_mut().map(|batch| batch.stage.take_shown()).collect())
    }

    fn backward(&mut self, weights: &Vec<Network>, batch: &mut Batch, output: OutputKind) {
        let Batch { replicas, steps_back, .. } = batch;
        for (network, batch) in weights.iter().zip(replicas).filter(|(_, batch)| !batch.rows.is_empty()) {
            let Minibatch { labels, phases, course, gradient, .. } = batch;
            gradient.clear(network, labels.len());
            backward::backward(network, output, labels, &phases.free, course, gradient, steps_back);
        }
    }

    fn gradient_update(&mut self, weights: &mut Vec<Network>, data: &Images, batch: &mut Batch, descent: Descent) {
        let Descent { layer, scale, momentum, is_biased } = descent;
        let replicas = weights.iter_mut().zip(&mut batch.replicas);
        for (network, batch) in replicas.filter(|(_, batch)| !batch.rows.is_empty()) {
            let scale = scale / batch.rows.len() as f32;
            let Minibatch { inputs, products, gradient, .. } = batch;
            let through = Dense { values: &gradient.through[layer], width: network.units[layer] };
            network.memory.make_room(network.units.len());
            let Network { weights, recurrent, bias, memory, .. } = network;
            let Memory { velocity, bias_velocity, .. } = memory;
            with_momentum(momentum, &mut velocity[layer], &mut weights[layer], |changed| {
                if gradient.weights[layer].is_empty() {
                    hebbian_update::from_input(data, inputs, changed, through, scale, products);
                } else {
                    gradient_update(&gradient.weights[layer], changed, scale);
                }
            });
            if is_biased {
                with_momentum(momentum, &mut bias_velocity[layer], &mut bias[layer], |changed| {
                    bias_update::bias_update(through, changed, scale);
                });
            }
            // The Spec gives momentum to networks alone that do not drive themselves.
            gradient_update(&gradient.recurrent[layer], &mut recurrent[layer], scale);
        }
    }

    fn owm_update(&mut self, weights: &mut Vec<Network>, data: &Images, batch: &mut Batch, owm: &Owm) {
        for (network, batch) in weights.iter_mut().zip(&mut batch.replicas).filter(|(_, batch)| !batch.rows.is_empty())
        {
            owm::owm_update(network, data, batch, owm);
        }
    }

    fn held(&self, weights: &Vec<Network>, batch: &Batch) -> Option<Held> {
        Some(held::held(weights, batch))
    }

    async fn read_memory(&mut self, weights: &Vec<Network>) -> Result<Vec<Memory>, EngineError> {
        Ok(weights.iter().map(|network| network.memory.clone()).collect())
    }

    fn write_memory(&mut self, weights: &mut Vec<Network>, memory: Vec<Memory>) {
        weights.iter_mut().zip(memory).for_each(|(network, memory)| network.memory = memory);
    }

    fn check(&mut self, weights: &Vec<Network>, batch: &mut Batch) {
        let Batch { replicas, faults, .. } = batch;
        faults.iter_mut().for_each(|fault| fault.ago += 1);
        let busy = weights.iter().zip(replicas).enumerate().filter(|(_, (_, batch))| !batch.rows.is_empty());
        for (replica, (network, batch)) in busy {
            let is_known = faults.iter().any(|fault| fault.replica == replica);
            if let Some(layer) = fault::layer_at_fault(network, batch).filter(|_| !is_known) {
                faults.push(Fault { replica, layer, ago: 0 });
            }
        }
    }

    async fn faults(&mut self, batch: &mut Batch, _all: bool) -> Result<Vec<Fault>, EngineError> {
        Ok(batch.faults.clone())
    }

    async fn read_states(&mut self, batch: &Batch, layer: usize, states: States) -> Result<Vec<Vec<f32>>, EngineError> {
        Ok(batch.replicas.iter().map(|batch| batch.phases.of(states)[layer].clone()).collect())
    }

    fn tally(&mut self, batch: &mut Batch, task_of: &[u32]) {
        for batch in batch.replicas.iter_mut().filter(|batch| !batch.rows.is_empty()) {
            let (output, hidden) = batch.phases.free.split_last().expect("an output layer");
            tally::tally(&batch.labels, output, hidden, task_of, &mut batch.tally);
        }
    }

    async fn read_tallies(&mut self, batch: &mut Batch, tallies: &mut [Tally]) -> Result<(), EngineError> {
        for (batch, tally) in batch.replicas.iter_mut().zip(tallies) {
            tally.add(&batch.tally);
            batch.tally.clear();
        }
        Ok(())
    }

    async fn largest_activity(&mut self, batch: &Batch) -> Result<Vec<Vec<f32>>, EngineError> {
        let largest = |states: &Vec<f32>| largest_activity::largest_activity(states);
        Ok(batch.replicas.iter().map(|batch| batch.phases.free.iter().map(largest).collect()).collect())
    }

    fn sleepers(&mut self, sleepers: Vec<Sleeper>, _done: u32) -> Vec<Sleeper> {
        sleepers
    }

    fn sleep(&mut self, sleepers: &mut Vec<Sleeper>, first: u32, steps: u32) {
        for sleeper in sleepers {
            sleep::sleep(sleeper, first, steps);
        }
    }

    async fn sleep_watched(
        &mut self,
        sleepers: &mut Vec<Sleeper>,
        first: u32,
        steps: u32,
    ) -> Result<Firing, EngineError> {
        let step = |step| {
            self.sleep(sleepers, step, 1);
            let layers = sleepers[0].layers.iter().map(|layer| layer.spikes.clone());
            std::iter::once(sleepers[0].input.clone()).chain(layers).collect()
        };
        Ok((first..first + steps).map(step).collect())
    }

    async fn read_spikes(&mut self, sleepers: &mut Vec<Sleeper>) -> Result<(SpikeCounts, Vec<Fault>), EngineError> {
        let counts = sleepers.iter_mut().map(Sleeper::take_spikes).collect();
        Ok((counts, faults(sleepers)))
    }

    fn adapt(&mut self, sleepers: &mut Vec<Sleeper>, counts: &SpikeCounts, steps: &[u32]) {
        adapt(sleepers, counts, steps);
    }

    fn lengthen(&mut self, sleepers: &mut Vec<Sleeper>, steps: u32) {
        for sleeper in sleepers {
            sleeper.steps = sleeper.steps.saturating_add(steps);
        }
    }

    async fn read_sleepers(&mut self, sleepers: &Vec<Sleeper>, _done: u32) -> Result<Vec<Sleeper>, EngineError> {
        Ok(sleepers.clone())
    }
}

impl Minibatch {
    fn new(network: &Network, capacity: usize) -> Minibatch {
        let room = || network.units.iter().map(|units| Vec::with_capacity(capacity * units)).collect();
        let phases = Phases { free: room(), clamped: room(), difference: room() };
        let (classes, hidden) = network.units.split_last().expect("an output layer");
        Minibatch { phases, tally: Tally::new(*classes, hidden.iter().sum()), ..Minibatch::default() }
    }

    fn take(&mut self, data: &Images, rows: &[u32]) {
        self.rows.clear();
        self.rows.extend_from_slice(rows);
        self.inputs.take(data, rows);
        self.labels.clear();
        self.labels.extend(rows.iter().map(|&r| data.labels[r as usize]));
    }

    /// Rows whose values a kernel takes itself; there is one phase.
    fn note(&mut self, data: &Images, rows: &[u32]) {
        self.rows.clear();
        self.rows.extend_from_slice(rows);
        self.labels.clear();
        self.labels.extend(rows.iter().map(|&row| data.labels[row as usize]));
        self.phases.clamped.iter_mut().for_each(Vec::clear);
    }

    /// States at a phase's start: zero, or where the free phase ended.
    fn enter(&mut self, network: &Network, phase: Phase) {
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
    fn compare(&mut self) {
        let Phases { free, clamped, difference } = &mut self.phases;
        for ((difference, clamped), free) in difference.iter_mut().zip(clamped).zip(free) {
            difference.clear();
            difference.extend(clamped.iter().zip(free).map(|(c, f)| *c - *f));
        }
    }
}

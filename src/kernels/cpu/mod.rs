//! The CPU engine: one file a kernel, native and WebAssembly alike.

mod adjoint;
mod adjoint_deep;
mod backward;
mod batch;
mod bias_update;
mod drive;
mod fault;
mod forward;
mod gradient_update;
mod hebbian_update;
mod held;
mod images;
mod largest_activity;
mod network;
mod owm;
mod read;
pub mod relax;
mod relax_deep;
mod show;
pub(crate) mod simd;
mod sleep;
mod spmm;
mod tally;

use super::{
    Descent, Device, EngineError, Fault, Firing, Hebbian, Held, Memory, Owm, Pass, Phase, Relaxation, Showing, Shown,
    SpikeCounts, States, Tally, Unrolling, adapt, faults,
};
use crate::connect::spec::Credit;
use crate::data::{DataSet, Samples};
use crate::net::Net;
use crate::net::ctrnn::Reading;
use crate::net::layered::OutputKind;
use crate::sleep::Sleeper;
pub use batch::Batch;
use batch::{Gradient, Minibatch, Phases};
use gradient_update::{gradient_update, with_momentum};
pub use images::Images;
pub use network::Network;
use spmm::Dense;

/// The CPU, one thread.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cpu;

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

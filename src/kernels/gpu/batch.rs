//! Minibatches on the GPU, and the kernels that work on them.

use std::collections::VecDeque;

use wgpu::Buffer;

use super::areas::{self, Layout, Stage};
use super::context::{Context, Reading, Use};
use super::data::Images;
use super::networks::{Group, Networks, Sizes};
use super::shaders::{self, Tile};
use crate::kernels::cpu::relax::OUTPUTS;
use crate::kernels::{EngineError, Fault, Hebbian, Phase, Relaxation, Showing, Shown, States, Tally};

/// Checks whose outcome may still be on its way: the GPU is never waited for while it has work.
const RING: usize = 3;
/// Steps of several layers in one submission: wide ones take long, and drivers give up on what takes two seconds.
const STEPS_AT_ONCE: u32 = 16;
/// No fault was found.
const NONE: u32 = u32::MAX;

/// The minibatches of all replicas.
pub struct Batch {
    sizes: Sizes,
    /// Samples of a replica that there is room for.
    capacity: u32,
    pub groups: Vec<Minibatches>,
    /// The lowest layer at fault of each replica, as `shaders/fault.wgsl` writes it.
    found: Buffer,
    /// The task of each class, as written, and where.
    task_of: (Vec<u32>, Buffer),
    checks: u32,
    /// Outcomes on their way, each with the number of its check.
    ring: VecDeque<(u32, Reading)>,
}

/// Those of a group of replicas.
pub struct Minibatches {
    pub first: usize,
    pub count: usize,
    /// (replica, samples) of the replicas that have any, as written to `slots`.
    pub active: Vec<[u32; 2]>,
    pub slots: Buffer,
    /// (row, label) of each sample.
    pub rows: Buffer,
    drive: Buffer,
    /// States of all layers, a sample's one after another.
    pub free: Buffer,
    clamped: Buffer,
    /// For networks that are stepped layer by layer.
    spare: Option<Buffer>,
    /// For spiking areas.
    pub stage: Option<Stage>,
    /// By class: its samples by answer, and those that are right among the classes of their task.
    answers: Buffer,
    activity: Buffer,
}

impl Minibatches {
    fn new(context: &mut Context, group: &Group, sizes: &Sizes, capacity: u32) -> Minibatches {
        let samples = 4 * group.count as u64 * u64::from(capacity);
        let classes = u64::from(sizes.classes());
        let states = samples * u64::from(sizes.states());
        Minibatches {
            first: group.first,
            count: group.count,
            active: Vec::new(),
            slots: context.buffer("slots", 8 * group.count as u64),
            rows: context.buffer("rows", 2 * samples),
            drive: context.buffer("a minibatch's drive", samples * u64::from(sizes.units(0))),
            free: context.buffer("a minibatch's states", states),
            clamped: context.buffer("a minibatch's states", states),
            spare: (!is_shallow(sizes)).then(|| context.buffer("a minibatch's states", states)),
            stage: sizes.are_areas.then(|| Stage::new(context, &Layout::of(sizes), group.count, capacity)),
            answers: context.buffer("counts of answers", 4 * group.count as u64 * classes * (classes + 1)),
            activity: context.buffer("sums of activity", 4 * group.count as u64 * classes * u64::from(sizes.hidden())),
        }
    }

    /// Samples of the replica that has most.
    pub fn largest(&self) -> u32 {
        self.active.iter().map(|slot| slot[1]).max().unwrap_or(0)
    }

    /// Replicas that have any.
    pub fn busy(&self) -> u32 {
        self.active.len() as u32
    }

    /// Takes rows of `data`; nothing is written that is there already.
    fn take(&mut self, context: &mut Context, data: &Images, rows: &[&[u32]], capacity: u32) {
        let rows = &rows[self.first..self.first + self.count];
        let filled = rows.iter().zip(0..).filter(|(rows, _)| !rows.is_empty());
        let active: Vec<[u32; 2]> = filled.map(|(rows, r)| [r, rows.len() as u32]).collect();
        let end = active.last().map_or(0, |&[r, samples]| r * capacity + samples);
        let mut table = vec![[0u32; 2]; end as usize];
        for &[r, samples] in &active {
            let labelled = rows[r as usize].iter().map(|&row| [row, u32::from(data.labels[row as usize])]);
            table[(r * capacity) as usize..][..samples as usize]
                .iter_mut()
                .zip(labelled)
                .for_each(|(to, row)| *to = row);
        }
        context.write(&self.rows, 0, &table);
        if active != self.active {
            context.write(&self.slots, 0, &active);
            self.active = active;
        }
    }
}

/// Whether a whole phase is run in one dispatch.
fn is_shallow(sizes: &Sizes) -> bool {
    sizes.layers.len() == 2 && sizes.classes() as usize <= OUTPUTS
}

impl Batch {
    pub fn new(context: &mut Context, networks: &Networks, capacity: usize) -> Batch {
        let capacity = capacity as u32;
        let groups = networks.groups.iter();
        let groups = groups.map(|group| Minibatches::new(context, group, &networks.sizes, capacity)).collect();
        let replicas = networks.groups.iter().map(|group| group.count).sum();
        let found = context.filled("faults", &vec![NONE; replicas]);
        let task_of = (Vec::new(), context.buffer("tasks", 4 * u64::from(networks.sizes.classes())));
        Batch { sizes: networks.sizes.clone(), capacity, groups, found, task_of, checks: 0, ring: VecDeque::new() }
    }

    pub fn drive(&mut self, context: &mut Context, networks: &Networks, data: &Images, rows: &[&[u32]]) {
        let units = self.sizes.units(0);
        for (group, batch) in networks.groups.iter().zip(&mut self.groups) {
            batch.take(context, data, rows, self.capacity);
            let tile = Tile::of(batch.largest(), units, batch.busy());
            let params = [data.width, data.words, units, self.sizes.states(), self.capacity, data.scale.to_bits()];
            let buffers = [
                Use::Read(&batch.slots),
                Use::Read(&batch.rows),
                Use::Read(&data.values),
                Use::Read(&group.weights[0]),
                Use::Read(&group.bias),
                Use::Write(&batch.drive),
            ];
            let groups = tile.groups(batch.largest(), units, batch.busy());
            context.dispatch(&shaders::drive(tile, data.bytes), &params, &buffers, groups);
        }
    }

    pub fn relax(&mut self, context: &mut Context, networks: &Networks, relaxation: &Relaxation) {
        if is_shallow(&self.sizes) {
            self.relax_at_once(context, networks, relaxation);
        } else {
            self.relax_by_layer(context, networks, relaxation);
        }
    }

    fn relax_at_once(&mut self, context: &mut Context, networks: &Networks, relaxation: &Relaxation) {
        let (beta, tolerance, is_clamped) = match relaxation.phase {
            Phase::Free { tolerance } => (0.0, tolerance, 0),
            Phase::Clamped { beta } => (beta, 0.0, 1),
        };
        let (units, steps) = (self.sizes.units(0), relaxation.steps);
        let [dt, gamma, beta, tolerance] = [relaxation.dt, relaxation.gamma, beta, tolerance].map(f32::to_bits);
        let params = [units, self.capacity, steps, is_clamped, dt, gamma, beta, tolerance];
        let kernel = shaders::relax(units, self.sizes.classes(), context.subgroups);
        for (group, batch) in networks.groups.iter().zip(&self.groups) {
            let buffers = [
                Use::Read(&batch.slots),
                Use::Read(&batch.rows),
                Use::Read(&batch.drive),
                Use::Read(&group.weights[1]),
                Use::Read(&group.bias),
                Use::Write(&batch.free),
                Use::Write(&batch.clamped),
            ];
            context.dispatch(&kernel, &params, &buffers, [batch.largest(), 1, batch.busy()]);
        }
    }

    /// Steps change places between two buffers, so that the last one ends in the phase's own.
    fn relax_by_layer(&mut self, context: &mut Context, networks: &Networks, relaxation: &Relaxation) {
        for (group, batch) in networks.groups.iter().zip(&self.groups) {
            let spare = batch.spare.as_ref().expect("room for networks of this shape");
            let end = match relaxation.phase {
                Phase::Free { .. } => &batch.free,
                Phase::Clamped { .. } => &batch.clamped,
            };
            let (mut from, mut to) = if relaxation.steps.is_multiple_of(2) { (end, spare) } else { (spare, end) };
            match relaxation.phase {
                Phase::Free { .. } => context.clear(from),
                Phase::Clamped { .. } => context.copy(&batch.free, from),
            }
            for step in 0..relaxation.steps {
                for layer in 0..self.sizes.layers.len() {
                    self.step_layer(context, group, batch, relaxation, layer, (from, to));
                }
                if step % STEPS_AT_ONCE == STEPS_AT_ONCE - 1 {
                    context.submit();
                }
                (from, to) = (to, from);
            }
        }
    }

    fn step_layer(
        &self,
        context: &mut Context,
        group: &Group,
        batch: &Minibatches,
        relaxation: &Relaxation,
        layer: usize,
        (from, to): (&Buffer, &Buffer),
    ) {
        let sizes = &self.sizes;
        let units = sizes.units(layer);
        let has_above = layer + 1 < sizes.layers.len();
        let (below, below_at) = if layer == 0 { (0, 0) } else { (sizes.units(layer - 1), sizes.at(layer - 1)) };
        let (above, above_at) = if has_above { (sizes.units(layer + 1), sizes.at(layer + 1)) } else { (0, 0) };
        let nudge = match relaxation.phase {
            Phase::Free { .. } => 0.0,
            Phase::Clamped { beta } => beta,
        };
        let [dt, gamma, nudge] = [relaxation.dt, relaxation.gamma, nudge].map(f32::to_bits);
        let at = sizes.at(layer);
        let params = [units, below, above, sizes.states(), at, below_at, above_at, self.capacity, dt, gamma, nudge];
        let tile = Tile::of(batch.largest(), units, batch.busy());
        // What a layer does not have is bound to something else, and never looked at.
        let weights_above = group.weights.get(layer + 1).unwrap_or(&group.weights[layer]);
        let buffers = [
            Use::Read(&batch.slots),
            Use::Read(&batch.rows),
            Use::Read(&batch.drive),
            Use::Read(&group.bias),
            Use::Read(&group.weights[layer]),
            Use::Read(weights_above),
            Use::Read(from),
            Use::Write(to),
        ];
        let groups = tile.groups(batch.largest(), units, batch.busy());
        context.dispatch(&shaders::relax_deep(tile), &params, &buffers, groups);
    }

    pub fn show(
        &mut self,
        context: &mut Context,
        networks: &mut Networks,
        data: &Images,
        rows: &[&[u32]],
        showing: &Showing,
    ) {
        let layout = Layout::of(&self.sizes);
        for (group, batch) in networks.groups.iter_mut().zip(&mut self.groups) {
            batch.take(context, data, rows, self.capacity);
            let memory = &mut networks.memory[group.first..group.first + group.count];
            areas::show(context, &layout, group, memory, batch, data, (self.capacity, showing));
        }
    }

    pub async fn read_shown(&mut self, context: &mut Context) -> Result<Vec<Shown>, EngineError> {
        let layout = Layout::of(&self.sizes);
        let mut shown = Vec::new();
        for stage in self.groups.iter_mut().filter_map(|batch| batch.stage.as_mut()) {
            shown.extend(stage.read(context, &layout).await?);
        }
        Ok(shown)
    }

    pub fn hebbian_update(&self, context: &mut Context, networks: &Networks, data: &Images, update: Hebbian) {
        let Hebbian { layer, pre, post, scale } = update;
        let sizes = &self.sizes;
        let (fan_in, units) = (sizes.fan_in(layer), sizes.units(layer));
        let pre_at = if layer == 0 { 0 } else { sizes.at(layer - 1) };
        let [data_scale, scale] = [data.scale, scale].map(f32::to_bits);
        let [pre, post] = [pre, post].map(number);
        let (states, post_at) = (sizes.states(), sizes.at(layer));
        let params = [fan_in, units, states, pre_at, post_at, pre, post, self.capacity, data.words, data_scale, scale];
        for (group, batch) in networks.groups.iter().zip(&self.groups) {
            let tile = Tile::of(fan_in, units, batch.busy());
            let kernel =
                if layer == 0 { shaders::hebbian_from_input(tile, data.bytes) } else { shaders::hebbian_between(tile) };
            let buffers = [
                Use::Read(&batch.slots),
                Use::Read(&batch.rows),
                Use::Read(&data.values),
                Use::Read(&batch.free),
                Use::Read(&batch.clamped),
                Use::Write(&group.weights[layer]),
            ];
            context.dispatch(&kernel, &params, &buffers, tile.groups(fan_in, units, batch.busy()));
        }
    }

    pub fn bias_update(&self, context: &mut Context, networks: &Networks, layer: usize, scale: f32) {
        let units = self.sizes.units(layer);
        let params = [units, self.sizes.states(), self.sizes.at(layer), self.capacity, scale.to_bits()];
        for (group, batch) in networks.groups.iter().zip(&self.groups) {
            let buffers =
                [Use::Read(&batch.slots), Use::Read(&batch.free), Use::Read(&batch.clamped), Use::Write(&group.bias)];
            context.dispatch(&shaders::bias_update(), &params, &buffers, [units.div_ceil(64), 1, batch.busy()]);
        }
    }

    pub fn check(&mut self, context: &mut Context, networks: &Networks) {
        let sizes = &self.sizes;
        let last = sizes.layers.len() - 1;
        let outputs = sizes.fan_in(last) * sizes.units(last);
        // Among which of a replica's weights they are bound, and where.
        let (bound, at) = if sizes.are_areas {
            let layout = Layout::of(sizes);
            (layout.weights, layout.outputs_at())
        } else {
            (outputs, 0)
        };
        for (group, batch) in networks.groups.iter().zip(&self.groups) {
            let (layers, before) = (sizes.layers.len() as u32, batch.first as u32);
            let mut params = vec![sizes.units(0), sizes.states(), layers, self.capacity, outputs, before, at, bound];
            params.extend(sizes.ends());
            let buffers = [
                Use::Read(&batch.slots),
                Use::Read(&batch.drive),
                Use::Read(&batch.free),
                Use::Read(&batch.clamped),
                Use::Read(group.weights.last().expect("weights")),
                Use::Write(&self.found),
            ];
            let numbers = batch.largest() * (sizes.states() + sizes.units(0)) + outputs;
            context.dispatch(&shaders::fault(), &params, &buffers, [numbers.div_ceil(256 * 16), 1, batch.busy()]);
        }
        self.checks += 1;
        self.ring.push_back((self.checks, context.ask(&self.found)));
    }

    pub async fn faults(&mut self, context: &mut Context, all: bool) -> Result<Vec<Fault>, EngineError> {
        let mut faults: Vec<Fault> = Vec::new();
        while self.ring.len() > if all { 0 } else { RING } {
            let Some((check, reading)) = self.ring.pop_front() else { break };
            let found: Vec<u32> = context.answer(reading).await?;
            for (replica, &layer) in found.iter().enumerate().filter(|(_, layer)| **layer != NONE) {
                if faults.iter().all(|fault| fault.replica != replica) {
                    faults.push(Fault { replica, layer: layer as usize, ago: self.checks - check });
                }
            }
        }
        Ok(faults)
    }

    pub async fn states(
        &self,
        context: &mut Context,
        layer: usize,
        states: States,
    ) -> Result<Vec<Vec<f32>>, EngineError> {
        let (width, at, units) = (self.sizes.states(), self.sizes.at(layer), self.sizes.units(layer));
        let mut by_replica = Vec::new();
        for batch in &self.groups {
            let free: Vec<f32> = context.read(&batch.free).await?;
            let clamped: Vec<f32> = context.read(&batch.clamped).await?;
            let value = |i: usize| match states {
                States::Free => free[i],
                States::Clamped => clamped[i],
                States::Difference => clamped[i] - free[i],
            };
            for r in 0..batch.count as u32 {
                let samples = batch.active.iter().find(|slot| slot[0] == r).map_or(0, |slot| slot[1]);
                let of = |b: u32| (0..units).map(move |j| (r * self.capacity + b) * width + at + j);
                by_replica.push((0..samples).flat_map(of).map(|i| value(i as usize)).collect());
            }
        }
        Ok(by_replica)
    }

    pub fn tally(&mut self, context: &mut Context, task_of: &[u32]) {
        if self.task_of.0 != task_of {
            context.write(&self.task_of.1, 0, task_of);
            self.task_of.0 = task_of.to_vec();
        }
        let params = [self.sizes.classes(), self.sizes.hidden(), self.capacity];
        for batch in &self.groups {
            let buffers = [
                Use::Read(&batch.slots),
                Use::Read(&batch.rows),
                Use::Read(&batch.free),
                Use::Read(&self.task_of.1),
                Use::Write(&batch.answers),
                Use::Write(&batch.activity),
            ];
            let invocations = batch.largest().max(self.sizes.hidden());
            context.dispatch(&shaders::tally(), &params, &buffers, [invocations.div_ceil(64), 1, batch.busy()]);
        }
    }

    pub async fn read_tallies(&mut self, context: &mut Context, tallies: &mut [Tally]) -> Result<(), EngineError> {
        let classes = self.sizes.classes() as usize;
        let hidden = self.sizes.hidden() as usize;
        for batch in &self.groups {
            let answers: Vec<u32> = context.read(&batch.answers).await?;
            let activity: Vec<f32> = context.read(&batch.activity).await?;
            let (answers, sums) =
                (answers.chunks_exact(classes * (classes + 1)), activity.chunks_exact(classes * hidden));
            for ((tally, answers), hidden) in tallies[batch.first..].iter_mut().zip(answers).zip(sums) {
                let by_class = || answers.chunks_exact(classes + 1);
                let confusion = by_class().flat_map(|row| &row[..classes]).copied().collect();
                let within = by_class().map(|row| row[classes]).collect();
                tally.add(&Tally { classes, confusion, within, hidden: hidden.to_vec() });
            }
            context.clear(&batch.answers);
            context.clear(&batch.activity);
        }
        Ok(())
    }

    pub async fn largest_activity(&self, context: &mut Context) -> Result<Vec<Vec<f32>>, EngineError> {
        let layers = self.sizes.layers.len();
        let mut by_replica = Vec::new();
        for batch in &self.groups {
            let largest = context.buffer("largest activities", 4 * (batch.count * layers) as u64);
            let mut params = vec![self.sizes.states(), layers as u32, self.capacity, 0];
            params.extend(self.sizes.ends());
            let buffers = [Use::Read(&batch.slots), Use::Read(&batch.free), Use::Write(&largest)];
            let groups = [self.sizes.states().div_ceil(64), 1, batch.busy()];
            context.dispatch(&shaders::largest_activity(), &params, &buffers, groups);
            let largest: Vec<f32> = context.read(&largest).await?;
            by_replica.extend(largest.chunks_exact(layers).map(<[f32]>::to_vec));
        }
        Ok(by_replica)
    }
}

/// As `shaders/states.wgsl` numbers them.
fn number(states: States) -> u32 {
    match states {
        States::Free => 0,
        States::Clamped => 1,
        States::Difference => 2,
    }
}

//! Spiking areas on the GPU: what lies where, and the kernels that a minibatch goes through (`shaders/show*.wgsl`).
//!
//! Samples of a minibatch meet through weights and thresholds alone. Where nothing is learnt, a dispatch takes all samples
//! through many steps; else a step is a dispatch for the samples, one for the weights, one for their lengths, and one for thresholds and intervals.

use wgpu::Buffer;

use super::batch::Minibatches;
use super::context::{Context, Use};
use super::data::Images;
use super::networks::{Group, Sizes};
use super::shaders;
use crate::kernels::{EngineError, Memory, Showing, Shown};
use crate::net::areas::{Constants, Intervals, Plasticity};
use crate::net::gate::Gate;

/// Weights that a submission looks at, were everything to spike: drivers give up on what takes two seconds.
const SUBMISSION_WEIGHTS: u64 = 1 << 30;
/// Steps of a submission, and of a dispatch: it is to be short enough to pause.
const MOST_STEPS: u64 = 64;
/// Mesa's software adapter leaves a shader whose loops have turned 65,535 times in all, without a word.
const MOST_TURNS_OF_PROGRAM: u64 = 65_000;
/// Hidden layers and the two populations that say what is expected, for which `shaders/areas.wgsl` has room.
const POPULATIONS: usize = 6;
/// Words of a plan before the seeds, and where the rates are among them.
const PLAN: usize = 12;
const RATES: usize = 2;
const ERROR_RATES: usize = 7;
/// Words that are shown of a sample, and where they are.
const SHOWN: usize = 24;
const SPIKES_SHOWN: usize = 4;
const SQUARES: usize = 18;
/// Words of a unit's intervals: a count and two sums.
const INTERVAL: usize = 5;

/// Where a network's parameters and a sample's states lie, in elements.
pub struct Layout {
    /// (units, where they begin, where their spikes begin): of what is expected of the input, each area, the labels.
    populations: Vec<[u32; 3]>,
    /// (lower, upper, where W begins, where E begins), that of the labels last.
    pairs: Vec<[u32; 4]>,
    /// Units of all populations.
    pub units: u32,
    /// Words of the spikes of a step.
    half: u32,
    /// Of a sample.
    pub numbers: u32,
    pub words: u32,
    /// Of a replica.
    pub weights: u32,
}

impl Layout {
    pub fn of(sizes: &Sizes) -> Layout {
        let inputs = sizes.fan_in(0);
        let mask_words = |units: u32| units.div_ceil(32);
        // The input's own spikes come first.
        let (mut units, mut half) = (0, mask_words(inputs));
        let mut populations = Vec::new();
        for count in std::iter::once(inputs).chain(sizes.layers.iter().map(|layer| layer.1)) {
            populations.push([count, units, half]);
            units += count;
            half += mask_words(count);
        }
        let areas = sizes.layers.len() as u32 - 1;
        let mut weights = 0;
        let mut pairs = Vec::new();
        for (p, &(fan_in, units)) in (0..).zip(&sizes.layers) {
            let (onward, back) = (weights, weights + fan_in * units);
            weights += 2 * fan_in * units;
            // What leads onward is E, but to the labels W.
            pairs.push(if p == areas { [areas + 1, 1, onward, back] } else { [p, p + 1, back, onward] });
        }
        Layout {
            populations,
            pairs,
            units,
            half,
            numbers: 6 * units + inputs + sizes.units(0) + sizes.classes() + 1,
            words: 3 * units + inputs + 3 + 2 * half,
            weights,
        }
    }

    /// Where the weights begin that predict the labels.
    pub fn outputs_at(&self) -> u32 {
        self.pairs.last().expect("the labels' pair")[2]
    }

    /// Units of the areas: those that a gate may leave out.
    fn areas_units(&self) -> u32 {
        let (inputs, labels) = (self.populations[0], self.populations[self.populations.len() - 1]);
        labels[1] - inputs[0]
    }

    /// Units of each area as bits among those of all areas.
    fn bits_of(&self, units: &[Vec<u32>]) -> Vec<u32> {
        let mut bits = vec![0u32; self.areas_units().div_ceil(32) as usize];
        for (population, units) in self.populations[1..].iter().zip(units) {
            for unit in units {
                let unit = population[1] - self.populations[0][0] + unit;
                bits[unit as usize / 32] |= 1 << (unit % 32);
            }
        }
        bits
    }

    fn widest(&self) -> u32 {
        self.populations.iter().map(|population| population[0]).max().unwrap_or(0)
    }

    /// Rows of all matrices, and columns.
    fn rows(&self) -> u32 {
        self.pairs
            .iter()
            .map(|pair| self.populations[pair[0] as usize][0] + self.populations[pair[1] as usize][0])
            .sum()
    }

    /// Turns of an invocation's loops in a step of `show.wgsl`, were everything to spike.
    fn turns(&self) -> u64 {
        let threads = u64::from(shaders::threads(self.widest()));
        let units = |p: u32| u64::from(self.populations[p as usize][0]);
        let passes = |p: u32| units(p).div_ceil(threads);
        // By the bits of a mask, word by word; then by the errors, of which the input's are two masks.
        let of_pair = |pair: &[u32; 4]| {
            let [lower, upper, ..] = *pair;
            passes(lower) * (2 + units(upper) * 33 / 32) + passes(upper) * (2 + units(lower) * 33 / 32)
        };
        self.pairs.iter().map(of_pair).sum::<u64>() + 16 * units(0).div_ceil(4 * threads) + 64
    }

    /// Steps of a submission for so many samples.
    fn steps_at_once(&self, context: &Context, samples: u32) -> u32 {
        let all = u64::from(self.weights) * u64::from(samples.max(1));
        let turns = if context.adapter.software { MOST_TURNS_OF_PROGRAM / self.turns() } else { MOST_STEPS };
        (SUBMISSION_WEIGHTS / all.max(1)).min(turns).clamp(1, MOST_STEPS) as u32
    }
}

/// What the units of a group of replicas have beside weights and thresholds.
pub struct Units {
    /// 1/(1 + c·Ω): [replica][units].
    plastic: Buffer,
    /// Intervals since a task began: [replica][units][[`INTERVAL`]].
    intervals: Buffer,
    /// The protection c that `plastic` was written for; `None`: it is not up to date.
    protection: Option<f32>,
    /// `None` where no network has gates.
    gates: Option<Gates>,
}

/// Gates of a group of replicas: by replica how many, then of each the mean input and, as bits, which of the areas' units are open.
struct Gates {
    buffer: Buffer,
    /// Of a replica.
    words: u32,
}

impl Gates {
    fn of(context: &mut Context, layout: &Layout, gates: &[Vec<Gate>]) -> Option<Gates> {
        let most = gates.iter().map(Vec::len).max().filter(|&most| most > 0)?;
        let areas_units = layout.areas_units() as usize;
        let words = 1 + most * (layout.populations[0][0] as usize + areas_units.div_ceil(32));
        let mut all = Vec::new();
        for gates in gates {
            let start = all.len();
            all.push(gates.len() as u32);
            for gate in gates {
                all.extend(gate.mean.iter().map(|mean| mean.to_bits()));
                all.extend(layout.bits_of(&gate.open));
            }
            all.resize(start + words, 0);
        }
        Some(Gates { buffer: context.filled("gates of spiking areas", &all), words: words as u32 })
    }
}

impl Units {
    /// Of replicas with these gates.
    pub fn new(context: &mut Context, layout: &Layout, gates: &[Vec<Gate>]) -> Units {
        let units = gates.len() as u64 * u64::from(layout.units);
        Units {
            plastic: context.buffer("what protection leaves", 4 * units),
            intervals: context.buffer("inter-spike intervals", 4 * INTERVAL as u64 * units),
            protection: None,
            gates: Gates::of(context, layout, gates),
        }
    }

    /// Takes up other gates.
    pub fn write_gates(&mut self, context: &mut Context, layout: &Layout, gates: &[Vec<Gate>]) {
        self.gates = Gates::of(context, layout, gates);
    }

    /// Sees to what protection leaves of changes; `memory` is the group's.
    fn protect(&mut self, context: &mut Context, layout: &Layout, memory: &mut [Memory], protection: f32) {
        if protection > 0.0 {
            for memory in memory.iter_mut().filter(|memory| memory.intervals.is_empty()) {
                let units = layout.populations.iter().map(|population| population[0] as usize);
                memory.intervals = units.map(Intervals::new).collect();
            }
        }
        if self.protection != Some(protection) {
            let of = |memory: &Memory| -> Vec<f32> {
                let left = memory.intervals.iter().flat_map(|intervals| intervals.plastic(protection));
                let mut left: Vec<f32> = left.map(|left| left as f32).collect();
                left.resize(layout.units as usize, 1.0);
                left
            };
            context.write(&self.plastic, 0, &memory.iter().flat_map(of).collect::<Vec<f32>>());
            self.protection = Some(protection);
        }
    }

    /// Takes up other memories.
    pub fn write(&mut self, context: &mut Context, layout: &Layout, memory: &[Memory]) {
        self.protection = None;
        let mut words = Vec::new();
        for memory in memory {
            let start = words.len();
            for Intervals { count, sum, squares, .. } in &memory.intervals {
                for ((&count, &sum), &squares) in count.iter().zip(sum).zip(squares) {
                    words.extend([count, sum as u32, (sum >> 32) as u32, squares as u32, (squares >> 32) as u32]);
                }
            }
            words.resize(start + INTERVAL * layout.units as usize, 0);
        }
        context.write(&self.intervals, 0, &words);
    }

    /// Brings the memories' intervals up to date.
    pub async fn read(&self, context: &mut Context, layout: &Layout, memory: &mut [Memory]) -> Result<(), EngineError> {
        if memory.iter().all(|memory| memory.intervals.is_empty()) {
            return Ok(());
        }
        let words: Vec<u32> = context.read(&self.intervals).await?;
        let replicas = words.chunks_exact(INTERVAL * layout.units as usize);
        for (memory, words) in memory.iter_mut().zip(replicas) {
            let mut units = words.chunks_exact(INTERVAL);
            for Intervals { count, sum, squares, .. } in &mut memory.intervals {
                for (((count, sum), squares), unit) in count.iter_mut().zip(sum).zip(squares).zip(&mut units) {
                    (*count, *sum, *squares) = (unit[0], wide(&unit[1..]), wide(&unit[3..]));
                }
            }
        }
        Ok(())
    }
}

/// A number of two words.
fn wide(words: &[u32]) -> u64 {
    u64::from(words[0]) | u64::from(words[1]) << 32
}

/// Where a group's minibatches are shown.
pub struct Stage {
    plan: Buffer,
    numbers: Buffer,
    words: Buffer,
    shown: Buffer,
    /// Samples that were shown since somebody asked, by replica.
    samples: Vec<u64>,
}

impl Stage {
    pub fn new(context: &mut Context, layout: &Layout, replicas: usize, capacity: u32) -> Stage {
        let samples = 4 * replicas as u64 * u64::from(capacity);
        Stage {
            plan: context.buffer("a plan of showing", 4 * (PLAN + replicas) as u64),
            numbers: context.buffer("states of spiking areas", samples * u64::from(layout.numbers)),
            words: context.buffer("spikes of spiking areas", samples * u64::from(layout.words)),
            shown: context.buffer("what spiking areas did", samples * SHOWN as u64),
            samples: vec![0; replicas],
        }
    }

    /// What each replica's areas did since the last call.
    pub async fn read(&mut self, context: &mut Context, layout: &Layout) -> Result<Vec<Shown>, EngineError> {
        let words: Vec<u32> = context.read(&self.shown).await?;
        context.clear(&self.shown);
        let each = words.len() / self.samples.len();
        let shown = words.chunks_exact(each).zip(&self.samples).map(|(words, &samples)| sum_up(layout, words, samples));
        let shown = shown.collect();
        self.samples.fill(0);
        Ok(shown)
    }
}

/// What the samples of a replica show, summed.
fn sum_up(layout: &Layout, words: &[u32], samples: u64) -> Shown {
    if samples == 0 {
        return Shown::default();
    }
    let mut shown = Shown {
        samples,
        error: vec![0.0; layout.pairs.len()],
        spikes: vec![0; layout.populations.len() + 1],
        ..Shown::default()
    };
    for sample in words.chunks_exact(SHOWN) {
        shown.operations += wide(sample);
        shown.changes += wide(&sample[2..]);
        let spikes = sample[SPIKES_SHOWN..].chunks_exact(2);
        shown.spikes.iter_mut().zip(spikes).for_each(|(sum, spikes)| *sum += wide(spikes));
        let squares = sample[SQUARES..].iter().map(|&bits| f64::from(f32::from_bits(bits)));
        shown.error.iter_mut().zip(squares).for_each(|(sum, square)| *sum += square);
    }
    shown
}

/// Shows a group's minibatches, which are taken.
pub fn show(
    context: &mut Context,
    layout: &Layout,
    group: &mut Group,
    memory: &mut [Memory],
    batch: &mut Minibatches,
    data: &Images,
    (capacity, showing): (u32, &Showing),
) {
    let (Some(units), Some(stage)) = (&mut group.units, &mut batch.stage) else { return };
    if let Some(plasticity) = &showing.plasticity {
        units.protect(context, layout, memory, plasticity.protection);
    }
    for &[replica, samples] in &batch.active {
        stage.samples[replica as usize] += u64::from(samples);
    }
    context.write(&stage.plan, 0, &plan(showing, batch.first, batch.count));
    let course = Course { layout, group, batch, data, capacity, showing };
    course.enter(context);
    match &showing.plasticity {
        Some(plasticity) => course.learn(context, plasticity),
        None => course.answer(context),
    }
    course.leave(context);
}

/// What `plan` holds in `shaders/areas.wgsl`.
fn plan(showing: &Showing, first: usize, replicas: usize) -> Vec<u32> {
    let mut plan = vec![0; PLAN];
    (plan[0], plan[1]) = (showing.draws.phase, showing.draws.minibatch);
    if let Some(Plasticity { rates, error_rates, .. }) = &showing.plasticity {
        plan[RATES..].iter_mut().zip(rates).for_each(|(to, rate)| *to = rate.to_bits());
        plan[ERROR_RATES..].iter_mut().zip(error_rates).for_each(|(to, rate)| *to = rate.to_bits());
    }
    plan.extend(&showing.draws.seeds[first..first + replicas]);
    plan
}

/// A group's minibatches on their way.
struct Course<'a> {
    layout: &'a Layout,
    group: &'a Group,
    batch: &'a Minibatches,
    data: &'a Images,
    capacity: u32,
    showing: &'a Showing<'a>,
}

impl Course<'_> {
    fn stage(&self) -> &Stage {
        self.batch.stage.as_ref().expect("spiking areas have a stage")
    }

    fn units(&self) -> &Units {
        self.group.units.as_ref().expect("spiking areas have units")
    }

    fn enter(&self, context: &mut Context) {
        let words = self.layout.numbers.max(self.layout.words);
        let buffers = [
            Use::Read(&self.batch.slots),
            Use::Read(&self.batch.rows),
            Use::Read(&self.data.values),
            Use::Write(&self.stage().numbers),
            Use::Write(&self.stage().words),
        ];
        let groups = [words.div_ceil(64), self.batch.largest(), self.batch.busy()];
        context.dispatch(&shaders::show_enter(self.data.bytes), &self.params(1), &buffers, groups);
        if let Some(gates) = &self.units().gates {
            self.close(context, gates);
        }
    }

    /// Closes the units that the samples' gates leave out.
    fn close(&self, context: &mut Context, gates: &Gates) {
        let buffers = [
            Use::Read(&self.batch.slots),
            Use::Read(&self.batch.rows),
            Use::Read(&self.data.values),
            Use::Read(&gates.buffer),
            Use::Write(&self.stage().words),
        ];
        let groups = [self.batch.largest(), 1, self.batch.busy()];
        context.dispatch(&shaders::show_gate(self.data.bytes), &self.params(1), &buffers, groups);
    }

    /// Nothing changes but states: many steps in a dispatch.
    fn answer(&self, context: &mut Context) {
        let samples: u32 = self.batch.active.iter().map(|slot| slot[1]).sum();
        let (steps, at_once) = (self.showing.constants.steps, self.layout.steps_at_once(context, samples));
        for done in (0..steps).step_by(at_once as usize) {
            self.steps(context, at_once.min(steps - done));
            context.submit();
        }
    }

    /// Step by step.
    fn learn(&self, context: &mut Context, plasticity: &Plasticity) {
        let samples: u32 = self.batch.active.iter().map(|slot| slot[1]).sum();
        let at_once = self.layout.steps_at_once(context, samples);
        let Constants { steps, learns_from, .. } = self.showing.constants;
        for t in 0..steps {
            self.steps(context, 1);
            if t >= learns_from {
                self.change_weights(context);
                self.limit(context);
            }
            if plasticity.homeostasis > 0.0 || plasticity.counts_intervals {
                self.settle(context);
            }
            if t % at_once == at_once - 1 {
                context.submit();
            }
        }
    }

    fn steps(&self, context: &mut Context, count: u32) {
        let stage = self.stage();
        let buffers = [
            Use::Read(&self.batch.slots),
            Use::Read(&stage.plan),
            Use::Read(&self.group.weights[0]),
            Use::Read(&self.group.bias),
            Use::Read(&self.units().plastic),
            Use::Write(&stage.numbers),
            Use::Write(&stage.words),
            Use::Write(&stage.shown),
        ];
        let kernel = shaders::show(self.layout.half, self.layout.widest());
        context.dispatch(&kernel, &self.params(count), &buffers, [self.batch.largest(), 1, self.batch.busy()]);
    }

    fn change_weights(&self, context: &mut Context) {
        const SIDE: u32 = 65_535;
        let stage = self.stage();
        let buffers = [
            Use::Read(&self.batch.slots),
            Use::Read(&stage.plan),
            Use::Read(&self.units().plastic),
            Use::Read(&stage.numbers),
            Use::Read(&stage.words),
            Use::Write(&self.group.weights[0]),
        ];
        let rows = self.layout.rows();
        let groups = [rows.min(SIDE), rows.div_ceil(SIDE), self.batch.busy()];
        context.dispatch(&shaders::show_learn(self.layout.half), &self.params(1), &buffers, groups);
    }

    fn limit(&self, context: &mut Context) {
        let buffers = [Use::Read(&self.batch.slots), Use::Write(&self.group.weights[0])];
        let groups = [self.layout.rows().div_ceil(64), 1, self.batch.busy()];
        context.dispatch(&shaders::show_limit(), &self.params(1), &buffers, groups);
    }

    fn settle(&self, context: &mut Context) {
        let buffers = [
            Use::Read(&self.batch.slots),
            Use::Write(&self.stage().words),
            Use::Write(&self.group.bias),
            Use::Write(&self.units().intervals),
        ];
        let groups = [self.layout.units.div_ceil(64), 1, self.batch.busy()];
        context.dispatch(&shaders::show_settle(self.layout.half), &self.params(1), &buffers, groups);
    }

    fn leave(&self, context: &mut Context) {
        let buffers = [
            Use::Read(&self.batch.slots),
            Use::Read(&self.stage().numbers),
            Use::Read(&self.stage().words),
            Use::Write(&self.batch.free),
            Use::Write(&self.stage().shown),
        ];
        let groups = [self.batch.largest(), 1, self.batch.busy()];
        context.dispatch(&shaders::show_leave(), &self.params(1), &buffers, groups);
    }

    /// `Params` of `shaders/areas.wgsl`, for so many steps of a dispatch.
    fn params(&self, count: u32) -> Vec<u32> {
        let (layout, c) = (self.layout, &self.showing.constants);
        let plasticity = self.showing.plasticity.as_ref();
        let (chance_high, chance_low, chance_exponent) = parts(c.input_chance);
        let areas = layout.populations.len() as u32 - 2;
        let mut params = vec![areas, layout.units, self.data.width, self.capacity];
        params.extend([layout.numbers, layout.words, layout.weights, self.data.words]);
        params.extend([self.data.scale.to_bits(), chance_high, chance_low, chance_exponent as u32]);
        params.extend([count, c.steps, u32::from(plasticity.is_some()), c.learns_from]);
        params.extend([c.teaches, c.compares_traces].map(u32::from));
        params.extend([c.refractory, u32::from(plasticity.is_some_and(|p| p.counts_intervals))]);
        let of = |value: fn(&Plasticity) -> f32| plasticity.map_or(0.0, value);
        let numbers = [
            [c.current_leak, c.expected_leak, c.current_gain, c.voltage_leak],
            [c.voltage_gain, c.trace_kept, c.threshold, c.label_worth],
            [c.hold, c.rate, of(|p| p.norm_limit), of(|p| p.homeostasis)],
        ];
        params.extend(numbers.as_flattened().iter().map(|number| number.to_bits()));
        let gates = self.units().gates.as_ref().map_or(0, |gates| gates.words);
        params.extend([of(|p| p.target).to_bits(), c.error_every, gates, 0]);
        let scalars = params.len();
        params.extend(layout.populations.iter().flat_map(|&[units, at, mask_at]| [units, at, mask_at, 0]));
        params.resize(scalars + 4 * POPULATIONS, 0);
        params.extend(layout.pairs.iter().flatten());
        params.resize(scalars + 4 * (POPULATIONS + POPULATIONS - 1), 0);
        params
    }
}

/// A chance · 2³² as (high · 2³² + low) · 2^exponent, high's first bit being set; (0, 0, 0) for none.
fn parts(chance: f64) -> (u32, u32, i32) {
    const MANTISSA: u32 = 52;
    let bits = chance.to_bits();
    let exponent = (bits >> MANTISSA & 0x7ff) as i32;
    if chance <= 0.0 || exponent == 0 {
        return (0, 0, 0);
    }
    // chance = mantissa · 2^(exponent − 1023 − 52)
    let mantissa = (bits & ((1 << MANTISSA) - 1)) | 1 << MANTISSA;
    let whole = mantissa << (63 - MANTISSA);
    ((whole >> 32) as u32, whole as u32, exponent - 1075 - 11 + 32)
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use pollster::block_on;
    use rand::RngExt;

    use super::*;
    use crate::data::{DataSet, Samples, Shape, Values};
    use crate::kernels::{Device, Draws, gpu::Gpu};
    use crate::net::Net;
    use crate::rng::{self, Purpose, Stream};
    use crate::spec::{NetworkKind, Spec, preset};

    /// One sample of each kind of value, in a row.
    fn set(values: Values, len: usize) -> DataSet {
        let samples = Samples { values, labels: vec![0] };
        let shape = Shape::Vector { len: len as u32 };
        DataSet { name: "values".into(), shape, classes: vec!["0".into()], train: samples.clone(), test: samples }
    }

    /// What inputs spike below on the GPU.
    fn chances(set: &DataSet, spec: &Spec) -> Vec<u32> {
        let mut gpu = block_on(Gpu::open()).expect("these tests need a GPU: Mesa's lavapipe will do");
        let width = set.shape.len();
        let net = Net::of(spec, &[width, 3, 1]);
        let data = gpu.load(set, &set.train);
        let mut weights = gpu.weights(&[net], 1);
        let mut batch = gpu.batch(&weights, 1);
        let draws = Draws { seeds: &[1], phase: 0, minibatch: 0 };
        let showing = Showing { constants: Constants::of(&spec.areas), draws, plasticity: None };
        gpu.show(&mut weights, &data, &[&[0]], &mut batch, &showing);
        let words = batch.groups[0].stage.as_ref().unwrap().words.clone();
        let words: Vec<u32> = block_on(gpu.context.read(&words)).unwrap();
        words[3 * (width + 4)..][..width].to_vec()
    }

    /// The GPU has no f64, and draws the same all the same.
    #[test]
    fn inputs_spike_below_the_same_draws_as_on_the_cpu() {
        let mut spec = preset("predict-mnist-256-128").expect("a preset").spec.clone();
        spec.network.kind = NetworkKind::Areas;
        let mut stream = Stream::new(3, Purpose::Subset, 0, 0);
        let strange =
            [0.0, -0.0, -1.0, 1e-30, 1e-42, 1.0, 3.0, 1e30, f32::MIN_POSITIVE, 1e-9, 2.4e-10, 1.2e-10, 0.99999994];
        let random = (0..4000).map(|_| stream.random::<f32>() * 10f32.powi(stream.random_range(-11..2)));
        let floats: Vec<f32> = strange.into_iter().chain(random).collect();
        let bytes: Vec<u8> = (0..=255).collect();
        for rate in [0.0, 1e-7, 63.75, 400.0, 999.0 / 7.0, 1000.0] {
            spec.areas.input_rate = rate;
            let chance = Constants::of(&spec.areas).input_chance;
            let wanted = |values: &[f32]| -> Vec<u32> {
                values.iter().map(|&value| rng::chance(chance * f64::from(value))).collect()
            };
            let found = chances(&set(Values::Floats(floats.clone()), floats.len()), &spec);
            assert!(found == wanted(&floats), "{rate}");
            let scale = 1.0 / 255.0;
            let found = chances(&set(Values::Bytes { data: bytes.clone(), scale }, bytes.len()), &spec);
            assert!(found == wanted(&bytes.iter().map(|&byte| f32::from(byte) * scale).collect::<Vec<_>>()), "{rate}");
        }
    }
}

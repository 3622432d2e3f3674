//! Sleeping networks on the GPU: a workgroup each, side by side.

use wgpu::Buffer;

use super::context::{Context, Use};
use super::shaders;
use crate::clock;
use crate::kernels::{EngineError, Fault, Firing, SpikeCounts, adapt, faults};
use crate::sleep::{SleepLayer, Sleeper, TABLE, Wiring};

/// What a submission may take: far below the two seconds after which drivers give up, and short enough to pause.
const SUBMISSION_SECONDS: f64 = 0.1;
/// Steps of a submission before anything was timed.
const FIRST_STEPS: u32 = 20;
const MOST_STEPS: u32 = 500;
/// Mesa's software adapter leaves a shader whose loops have turned 65,535 times in all, without a word.
const MOST_STEPS_OF_PROGRAM: u32 = 8;
/// Layers that the kernel takes.
const LAYERS: usize = 5;
/// Words of a plan before the chances of the inputs.
const PLAN: usize = 8 + 2 * LAYERS;
/// Spikes of the input and the layers, and which layers left the range.
const COUNTS: usize = LAYERS + 2;

/// R sleeping networks.
pub struct Sleepers {
    /// Everything but weights, tables, voltages and the last spikes, which are on the GPU.
    rest: Vec<Sleeper>,
    masks: Masks,
    groups: Vec<Group>,
    /// When the steps began that nobody has waited for yet, and how many they are.
    begun: Option<(f64, u32)>,
    steps_at_once: u32,
    most_at_once: u32,
}

/// Networks that share buffers.
struct Group {
    first: usize,
    count: usize,
    /// Replicas that still sleep, as written to `slots`.
    active: Vec<u32>,
    slots: Buffer,
    plans: Buffer,
    tables: Buffer,
    weights: Buffer,
    voltages: Buffer,
    masks: Buffer,
    counts: Buffer,
    /// Where nobody watches, next to nothing.
    firing: Buffer,
}

/// Where the spikes of each layer and of the input lie in a half of the masks.
struct Masks {
    layers: Vec<u32>,
    input: u32,
    half: u32,
}

impl Masks {
    fn of(sleeper: &Sleeper) -> Masks {
        let words = |units: usize| units.div_ceil(32) as u32;
        let mut input = 0;
        let mut place = |layer: &SleepLayer| {
            let at = input;
            input += words(layer.units);
            at
        };
        let layers = sleeper.layers.iter().map(&mut place).collect();
        Masks { layers, input, half: input + words(sleeper.chances.len()) }
    }

    /// A half of the masks, from lists.
    fn write<'a>(&self, layers: impl Iterator<Item = &'a Vec<u32>>, input: &[u32]) -> Vec<u32> {
        let mut half = vec![0; self.half as usize];
        let mut set = |at: u32, spikes: &[u32]| {
            spikes.iter().for_each(|&unit| half[(at + unit / 32) as usize] |= 1 << (unit % 32));
        };
        self.layers.iter().zip(layers).for_each(|(&at, spikes)| set(at, spikes));
        set(self.input, input);
        half
    }

    /// Spikes of a layer, ascending; the input comes after the layers.
    fn read(&self, half: &[u32], layer: usize) -> Vec<u32> {
        let starts: Vec<u32> = self.layers.iter().copied().chain([self.input, self.half]).collect();
        let words = &half[starts[layer] as usize..starts[layer + 1] as usize];
        let units = |(word, at): (&u32, u32)| {
            let word = *word;
            (0..32).filter(move |bit| word >> bit & 1 == 1).map(move |bit| 32 * at + bit)
        };
        words.iter().zip(0..).flat_map(units).collect()
    }
}

impl Sleepers {
    pub fn new(context: &mut Context, sleepers: Vec<Sleeper>, done: u32) -> Sleepers {
        context.unbind();
        let masks = Masks::of(&sleepers[0]);
        let weights: usize = sleepers[0].layers.iter().map(|layer| layer.weights.len().max(2 * TABLE)).sum();
        let limit = context.limits.max_storage_buffer_binding_size;
        let most = (limit / (4 * weights as u64).max(1)).clamp(1, sleepers.len() as u64) as usize;
        let groups = sleepers.chunks(most).enumerate();
        let groups = groups.map(|(n, sleepers)| Group::new(context, sleepers, n * most, &masks, done)).collect();
        let rest = sleepers.into_iter().map(without_what_is_uploaded).collect();
        let most_at_once = if context.adapter.software { MOST_STEPS_OF_PROGRAM } else { MOST_STEPS };
        let steps_at_once = FIRST_STEPS.min(most_at_once);
        Sleepers { rest, masks, groups, begun: None, steps_at_once, most_at_once }
    }

    pub fn sleep(&mut self, context: &mut Context, first: u32, steps: u32) {
        if steps > 0 {
            self.begun.get_or_insert((clock::now(), 0)).1 += steps;
        }
        let mut done = first;
        while done < first + steps {
            let count = self.steps_at_once.min(first + steps - done);
            for g in 0..self.groups.len() {
                self.dispatch(context, g, done, count, None);
            }
            context.submit();
            done += count;
        }
    }

    pub async fn sleep_watched(
        &mut self,
        context: &mut Context,
        first: u32,
        steps: u32,
    ) -> Result<Firing, EngineError> {
        let firing = context.buffer("single spikes", 4 * u64::from(steps) * u64::from(self.masks.half));
        for g in 0..self.groups.len() {
            self.dispatch(context, g, first, steps, Some(&firing).filter(|_| g == 0));
        }
        let words: Vec<u32> = context.read(&firing).await?;
        let layers = self.masks.layers.len();
        let step = |half: &[u32]| {
            let input = self.masks.read(half, layers);
            std::iter::once(input).chain((0..layers).map(|l| self.masks.read(half, l))).collect()
        };
        Ok(words.chunks_exact(self.masks.half as usize).map(step).collect())
    }

    /// Runs a group's steps; the first replica's spikes go to `watched`, step by step.
    fn dispatch(&mut self, context: &mut Context, g: usize, first: u32, count: u32, watched: Option<&Buffer>) {
        let params = self.params(first, count, watched.is_some());
        let widest = self.rest[0].layers.iter().map(|layer| layer.units).max().unwrap_or(0) as u32;
        let kernel = shaders::sleep(self.masks.half, self.masks.input, widest);
        let group = &mut self.groups[g];
        let sleeping = |&r: &u32| self.rest[group.first + r as usize].steps > first;
        let active: Vec<u32> = (0..group.count as u32).filter(sleeping).collect();
        if active != group.active {
            context.write(&group.slots, 0, &active);
            group.active = active;
        }
        let buffers = [
            Use::Read(&group.slots),
            Use::Read(&group.plans),
            Use::Read(&group.tables),
            Use::Write(&group.weights),
            Use::Write(&group.voltages),
            Use::Write(&group.masks),
            Use::Write(&group.counts),
            Use::Write(watched.unwrap_or(&group.firing)),
        ];
        context.dispatch(&kernel, &params, &buffers, [group.active.len() as u32, 1, 1]);
    }

    /// `Params` of `shaders/sleep.wgsl`.
    fn params(&self, first: u32, count: u32, watch: bool) -> Vec<u32> {
        let layers = &self.rest[0].layers;
        let inputs = self.rest[0].chances.len() as u32;
        let (mut weights_at, mut voltage_at) = (0, 0);
        let wiring = self.rest[0].wiring;
        let mut places = Vec::new();
        for (l, (layer, &mask_at)) in layers.iter().zip(&self.masks.layers).enumerate() {
            let pre_at = wiring.below(l, layers.len()).map_or(self.masks.input, |below| self.masks.layers[below]);
            places.extend([layer.fan_in, layer.units, layer.stride, weights_at, voltage_at].map(|n| n as u32));
            places.extend([mask_at, pre_at, 0]);
            weights_at += layer.fan_in * layer.stride;
            voltage_at += layer.stride;
        }
        places.resize(8 * LAYERS, 0);
        let (plan, layer_count) = (PLAN as u32 + inputs, layers.len() as u32);
        let head = [first, count, weights_at as u32, voltage_at as u32, layer_count, inputs, plan, u32::from(watch)];
        let is_cascade = matches!(wiring, Wiring::Cascade | Wiring::Areas);
        [&head[..], &[u32::from(is_cascade), 0, 0, 0], &places].concat()
    }

    pub async fn read_spikes(&mut self, context: &mut Context) -> Result<(SpikeCounts, Vec<Fault>), EngineError> {
        for group in &self.groups {
            let counts: Vec<u32> = context.read(&group.counts).await?;
            context.clear(&group.counts);
            for (sleeper, counts) in self.rest[group.first..].iter_mut().zip(counts.chunks_exact(COUNTS)) {
                add_counts(sleeper, counts);
            }
        }
        if let Some((start, steps)) = self.begun.take() {
            let affordable = SUBMISSION_SECONDS * f64::from(steps.max(1)) / (clock::now() - start).max(1e-6);
            self.steps_at_once = (affordable as u32).clamp(1, self.most_at_once);
        }
        let faults = faults(&self.rest);
        Ok((self.rest.iter_mut().map(Sleeper::take_spikes).collect(), faults))
    }

    pub fn adapt(&mut self, context: &mut Context, counts: &SpikeCounts, steps: &[u32]) {
        if adapt(&mut self.rest, counts, steps) {
            self.write_plans(context);
        }
    }

    pub fn lengthen(&mut self, context: &mut Context, steps: u32) {
        for sleeper in &mut self.rest {
            sleeper.steps = sleeper.steps.saturating_add(steps);
        }
        self.write_plans(context);
    }

    fn write_plans(&self, context: &mut Context) {
        for group in &self.groups {
            let plans: Vec<u32> = self.rest[group.first..][..group.count].iter().flat_map(plan).collect();
            context.write(&group.plans, 0, &plans);
        }
    }

    pub async fn read(&self, context: &mut Context, done: u32) -> Result<Vec<Sleeper>, EngineError> {
        let mut sleepers = Vec::new();
        for group in &self.groups {
            let weights: Vec<i32> = context.read(&group.weights).await?;
            let voltages: Vec<i32> = context.read(&group.voltages).await?;
            let tables: Vec<i32> = context.read(&group.tables).await?;
            let masks: Vec<u32> = context.read(&group.masks).await?;
            let counts: Vec<u32> = context.read(&group.counts).await?;
            for r in 0..group.count {
                let mut sleeper = self.rest[group.first + r].clone();
                add_counts(&mut sleeper, &counts[r * COUNTS..][..COUNTS]);
                fill(&mut sleeper.layers, part(&weights, r, group.count), |layer| {
                    (&mut layer.weights, layer.fan_in * layer.stride)
                });
                fill(&mut sleeper.layers, part(&voltages, r, group.count), |layer| (&mut layer.voltage, layer.stride));
                let halves = part(&tables, r, group.count).chunks_exact(TABLE).collect::<Vec<_>>();
                for (layer, halves) in sleeper.layers.iter_mut().zip(halves.chunks_exact(2)) {
                    (layer.potentiation, layer.depression) = (halves[0].to_vec(), halves[1].to_vec());
                }
                let halves = part(&masks, r, group.count).split_at(self.masks.half as usize);
                let own = done.min(sleeper.steps);
                let (now, before) = if own.is_multiple_of(2) { halves } else { (halves.1, halves.0) };
                for (l, layer) in sleeper.layers.iter_mut().enumerate() {
                    (layer.spikes, layer.before) = (self.masks.read(now, l), self.masks.read(before, l));
                }
                sleeper.input = self.masks.read(now, self.masks.layers.len());
                sleepers.push(sleeper);
            }
        }
        Ok(sleepers)
    }
}

impl Group {
    fn new(context: &mut Context, sleepers: &[Sleeper], first: usize, masks: &Masks, done: u32) -> Group {
        let layers = || sleepers.iter().flat_map(|sleeper| &sleeper.layers);
        let joined = |part: fn(&SleepLayer) -> &Vec<i32>| layers().flat_map(part).copied().collect::<Vec<i32>>();
        let tables: Vec<i32> =
            layers().flat_map(|layer| layer.potentiation.iter().chain(&layer.depression)).copied().collect();
        let halves = |sleeper: &Sleeper| {
            let now = masks.write(sleeper.layers.iter().map(|layer| &layer.spikes), &sleeper.input);
            let before = masks.write(sleeper.layers.iter().map(|layer| &layer.before), &[]);
            if done.min(sleeper.steps).is_multiple_of(2) { [now, before].concat() } else { [before, now].concat() }
        };
        Group {
            first,
            count: sleepers.len(),
            active: Vec::new(),
            slots: context.buffer("slots", 4 * sleepers.len() as u64),
            plans: context.filled("plans of sleep", &sleepers.iter().flat_map(plan).collect::<Vec<u32>>()),
            tables: context.filled("tables of sleep", &tables),
            weights: context.filled("a sleeping network's weights", &joined(|layer| &layer.weights)),
            voltages: context.filled("voltages", &joined(|layer| &layer.voltage)),
            masks: context.filled("spikes", &sleepers.iter().flat_map(halves).collect::<Vec<u32>>()),
            counts: context.buffer("counts of spikes", 4 * (COUNTS * sleepers.len()) as u64),
            firing: context.buffer("single spikes", 4),
        }
    }
}

/// A sleeper's constants, as `shaders/sleep.wgsl` lists them.
fn plan(sleeper: &Sleeper) -> Vec<u32> {
    let window = sleeper.window.map_or([0; 3], |window| [window.side, window.height, window.width]);
    let mut plan = vec![sleeper.seed, sleeper.phase, sleeper.steps, sleeper.leak, sleeper.feedback];
    plan.extend(window);
    plan.extend(sleeper.layers.iter().flat_map(|layer| [layer.fraction_bits, layer.threshold as u32]));
    plan.resize(PLAN, 0);
    plan.extend(&sleeper.chances);
    plan
}

fn without_what_is_uploaded(mut sleeper: Sleeper) -> Sleeper {
    for layer in &mut sleeper.layers {
        for numbers in [&mut layer.weights, &mut layer.voltage, &mut layer.potentiation, &mut layer.depression] {
            *numbers = Vec::new();
        }
        layer.spikes.clear();
        layer.before.clear();
    }
    sleeper.input.clear();
    sleeper
}

fn add_counts(sleeper: &mut Sleeper, counts: &[u32]) {
    sleeper.input_count += u64::from(counts[0]);
    for (l, layer) in sleeper.layers.iter_mut().enumerate() {
        layer.count += u64::from(counts[1 + l]);
        layer.left_range |= counts[COUNTS - 1] >> l & 1 == 1;
    }
}

/// Replica r's part of what `count` replicas share.
fn part<T>(values: &[T], r: usize, count: usize) -> &[T] {
    let each = values.len() / count;
    &values[r * each..][..each]
}

/// Deals numbers out to layers.
fn fill(layers: &mut [SleepLayer], mut numbers: &[i32], room: impl Fn(&mut SleepLayer) -> (&mut Vec<i32>, usize)) {
    for layer in layers {
        let (to, count) = room(layer);
        let (mine, rest) = numbers.split_at(count);
        *to = mine.to_vec();
        numbers = rest;
    }
}

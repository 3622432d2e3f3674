//! Minibatches before spiking areas: on any engine, and in plain f64.

use engram::data::DataSet;
use engram::kernels::{Device, Draws, Memory, Showing, Shown, States};
use engram::net::Net;
use engram::net::areas::{Constants, Errors, Intervals, Plain, Plasticity, Seat, input_spikes, populations};
use engram::net::gate::Gate;
use engram::rng::Purpose;
use engram::spec::{Areas, NetworkKind, RuleKind, Spec};

use crate::toy;

/// Areas that spike a good deal within a few steps.
pub fn lively() -> Areas {
    Areas {
        dt: 1.0,
        shown: 80.0,
        threshold: 0.1,
        input_rate: 400.0,
        error_spread: 0.3,
        prediction_spread: 0.5,
        kappa_expected: 0.4,
        refractory: 2.0,
        ..Areas::default()
    }
}

pub fn of_areas(hidden: &[u32], areas: Areas, seed: u32) -> Spec {
    let mut spec = toy::spec("sequential");
    (spec.network.kind, spec.rule.kind) = (NetworkKind::Areas, RuleKind::LocalErrors);
    spec.network.hidden = hidden.to_vec();
    spec.rule.rates = vec![0.02; hidden.len() + 1];
    Spec { areas, seed, ..spec }
}

pub fn net_of(spec: &Spec, set: &DataSet) -> Net {
    let hidden = spec.network.hidden.iter().map(|&units| units as usize);
    Net::of(spec, &[set.shape.len()].into_iter().chain(hidden).chain([set.classes.len()]).collect::<Vec<_>>())
}

/// Units that were regular to different degrees in the tasks before, and whose intervals' sums in this one are about to pass
/// 32 bits.
pub fn regular(net: &Net) -> Vec<Intervals> {
    let of = |units: usize| Intervals {
        count: vec![3; units],
        sum: vec![u64::from(u32::MAX) - 9; units],
        squares: vec![3 * u64::from(u32::MAX) - 30; units],
        regularity: (0..units).map(|i| (i % 3) as f32).collect(),
    };
    populations(net).into_iter().map(of).collect()
}

/// What a minibatch leaves, by replica.
pub struct Outcome {
    /// By layer.
    pub states: Vec<Vec<Vec<f32>>>,
    pub nets: Vec<Net>,
    pub shown: Vec<Shown>,
    pub memory: Vec<Memory>,
}

/// Shows `rows[r]` to network r, whose seed is the Spec's and r.
pub async fn show<D: Device>(
    device: &mut D,
    nets: &[Net],
    set: &DataSet,
    rows: &[&[u32]],
    spec: &Spec,
    learns: bool,
) -> Outcome {
    let capacity = rows.iter().map(|rows| rows.len()).max().unwrap_or(0);
    let data = device.load(set, &set.train);
    let mut weights = device.weights(nets, capacity);
    let mut batch = device.batch(&weights, capacity);
    let memory = |net: &Net| Memory { intervals: regular(net), ..Memory::default() };
    device.write_memory(&mut weights, nets.iter().map(memory).collect());
    let seeds: Vec<u32> = (0..nets.len() as u32).map(|r| spec.seed.wrapping_add(r)).collect();
    let draws = Draws { seeds: &seeds, phase: 2, minibatch: 5 };
    let plasticity = learns.then(|| Plasticity::of(spec, 0.0));
    let showing = Showing { constants: Constants::of(&spec.areas), draws, plasticity };
    device.show(&mut weights, &data, rows, &mut batch, &showing);
    let mut states = Vec::new();
    for layer in 0..nets[0].layers.len() {
        states.push(device.read_states(&batch, layer, States::Free).await.expect("the engine serves"));
    }
    Outcome {
        states,
        nets: device.read_weights(&weights).await.expect("the engine serves"),
        shown: device.read_shown(&mut batch).await.expect("the engine serves"),
        memory: device.read_memory(&weights).await.expect("the engine serves"),
    }
}

impl Outcome {
    /// The GPU's outcome against the CPU's: the same spikes, counts and intervals; weights, of about 0.3, within 1e-4.
    pub fn assert_is(&self, cpu: &Outcome, spec: &Spec) {
        let a_second = (1000.0 / spec.areas.shown) as f32;
        for (layer, (gpu, cpu)) in self.states.iter().zip(&cpu.states).enumerate() {
            assert_eq!(gpu.iter().map(Vec::len).collect::<Vec<_>>(), cpu.iter().map(Vec::len).collect::<Vec<_>>());
            for (gpu, cpu) in gpu.iter().flatten().zip(cpu.iter().flatten()) {
                assert!((gpu - cpu).abs() < 1e-3 * a_second, "layer {layer}: {gpu} instead of {cpu}");
            }
        }
        for (gpu, cpu) in self.nets.iter().zip(&cpu.nets) {
            let (far, name) = farthest(gpu, cpu);
            assert!(far < 1e-4, "{name}: {far}");
        }
        for (gpu, cpu) in self.shown.iter().zip(&cpu.shown) {
            assert_eq!((gpu.samples, &gpu.spikes), (cpu.samples, &cpu.spikes));
            assert_eq!((gpu.operations, gpu.changes), (cpu.operations, cpu.changes));
            assert_eq!(gpu.error.len(), cpu.error.len());
            for (gpu, cpu) in gpu.error.iter().zip(&cpu.error) {
                assert!((gpu - cpu).abs() <= 1e-4 * cpu + 1e-9, "{gpu} instead of {cpu}");
            }
        }
        assert!(self.memory == cpu.memory, "intervals differ");
        let counts = [self.states.len(), self.nets.len(), self.shown.len()];
        assert_eq!(counts, [cpu.states.len(), cpu.nets.len(), cpu.shown.len()]);
    }
}

/// The largest distance between two networks' parameters, and of which kind they are.
fn farthest(a: &Net, b: &Net) -> (f32, &'static str) {
    let mut farthest = (0.0, "");
    for (a, b) in a.layers.iter().zip(&b.layers) {
        let kinds =
            [("weights", &a.weights, &b.weights), ("feedback", &a.feedback, &b.feedback), ("bias", &a.bias, &b.bias)];
        for (name, a, b) in kinds {
            assert_eq!(a.len(), b.len());
            let far = a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            farthest = if far > farthest.0 { (far, name) } else { farthest };
        }
    }
    farthest
}

/// The values of a sample.
pub fn input(set: &DataSet, row: u32) -> Vec<f32> {
    let mut input = vec![0.0; set.shape.len()];
    set.train.values.row_into(row as usize, input.len(), &mut input);
    input
}

/// What the equations say of the same in f64: spikes by layer, sample and unit, and the pairs of areas after it. `None` where
/// a voltage comes so near the threshold that rounding decides.
pub fn plainly(net: &Net, set: &DataSet, rows: &[u32], spec: &Spec, learns: bool) -> Option<(Vec<Vec<f64>>, Plain)> {
    let constants = Constants::of(&spec.areas);
    let plasticity = Plasticity::of(spec, 0.0);
    let plastic = regular(net).iter().map(|intervals| intervals.plastic(plasticity.protection).collect()).collect();
    let mut samples = vec![Plain { plastic, ..Plain::new(net, constants) }; rows.len()];
    for (sample, &row) in samples.iter_mut().zip(rows) {
        Gate::of(&net.gates, &input(set, row)).into_iter().for_each(|gate| sample.close(gate));
    }
    let mut counts: Vec<Vec<f64>> = net.layers.iter().map(|layer| vec![0.0; layer.units * rows.len()]).collect();
    for t in 0..constants.steps {
        let mut errors: Vec<Errors> = Vec::new();
        for (b, (sample, &row)) in samples.iter_mut().zip(rows).enumerate() {
            let (purpose, phase, step, place) =
                if learns { (Purpose::Spikes, 2, 5, b as u32) } else { (Purpose::Shown, 0, row, 0) };
            let seat = Seat { seed: spec.seed, purpose, phase, step, place };
            let spikes = input_spikes(&input(set, row), &constants, &seat, t);
            let label = usize::from(set.train.labels[row as usize]);
            let (error, nearest) = sample.step(&spikes, learns.then_some(label));
            if nearest < 1e-5 {
                return None;
            }
            errors.push(error);
            let layers = sample.areas.iter().chain([&sample.label]);
            for (population, counts) in layers.zip(&mut counts) {
                population.spikes.iter().for_each(|&unit| counts[b * population.current.len() + unit] += 1.0);
            }
        }
        if learns {
            let before = samples[0].pairs.clone();
            let mut pairs = before.clone();
            let share = 1.0 / rows.len() as f64;
            for (sample, errors) in samples.iter_mut().zip(&errors).filter(|_| t >= constants.learns_from) {
                sample.learn(errors, &plasticity, share);
                for ((sum, new), old) in pairs.iter_mut().zip(&sample.pairs).zip(&before) {
                    let add = |sum: &mut [f64], new: &[f64], old: &[f64]| {
                        sum.iter_mut().zip(new).zip(old).for_each(|((sum, new), old)| *sum += new - old);
                    };
                    add(&mut sum.prediction, &new.prediction, &old.prediction);
                    add(&mut sum.error, &new.error, &old.error);
                }
            }
            samples.iter_mut().for_each(|sample| sample.pairs.clone_from(&pairs));
            if t >= constants.learns_from {
                samples.iter_mut().for_each(|sample| sample.limit(f64::from(plasticity.norm_limit)));
            }
            settle(&mut samples, &plasticity, share);
        }
    }
    Some((counts, samples.swap_remove(0)))
}

/// Homeostasis over a minibatch: all samples' thresholds are the same.
fn settle(samples: &mut [Plain], plasticity: &Plasticity, share: f64) {
    let before: Vec<Vec<f64>> = samples[0].areas.iter().map(|area| area.raised.clone()).collect();
    samples.iter_mut().for_each(|sample| sample.settle(plasticity, share));
    for (l, before) in before.iter().enumerate() {
        let moved = |i: usize| samples.iter().map(|sample| sample.areas[l].raised[i] - before[i]).sum::<f64>();
        let after: Vec<f64> = before.iter().enumerate().map(|(i, old)| (old + moved(i)).max(0.0)).collect();
        samples.iter_mut().for_each(|sample| sample.areas[l].raised.clone_from(&after));
    }
}

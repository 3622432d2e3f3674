//! Spiking areas that predict each other (Ororbia 2023, the spiking neural coding network).
//!
//! Area l predicts the one below it, the first one the input and the labels; what the prediction misses drives it. In a step
//! dt, all right-hand sides from the step before, area 0 being the input and Y the labels' area:
//!
//! ```text
//! x̂, ŷ     spikes of leaky integrate-and-fire units that W_0·s_1 and W_Y·s_1 drive, with a leak κ of their own
//! e_0 = x − x̂      e_Y = y − ŷ (0 without a label)      e_l = z_l − W_l·s_(l+1), 0 at the top
//! τ_j dj_l/dt = −κ·j_l − h·e_l + E_(l−1)·e_(l−1) [+ E_Y·e_Y for l = 1], h = 1 as published; x − h·x̂ is what E_0 carries, here and where it learns
//! τ_m dv_l/dt = −γ·v_l + R·j_l                  s_l = v_l > θ, then v_l ← 0 and silence for the refractory time
//! z_l ← z_l − dt/τ_tr·z_l + s_l
//! ```
//!
//! and where it learns, with the spikes of this very step,
//!
//! ```text
//! ΔW_l = a·e_l·s_(l+1)ᵀ      ΔE_l = a·b·s_(l+1)·e_lᵀ
//! ```
//!
//! Where the labels' error teaches ([`spec::Feedback::Teaches`]), E_Y·e_Y is no part of j_1, and with the states before this step
//!
//! ```text
//! ΔE_0 = a·b·g·(E_Y·e_Y)·(x − h·x̂)ᵀ      g = 1 where z_1 > 0.1 or v_1 > 0, else 0
//! ```
//!
//! Where errors between areas arrive slowly ([`spec::Areas::error_interval`]), E_l·e_l for l ≥ 1 is that of the last step whose number,
//! from 0, is a multiple of the interval; what is learnt and what holds an area is of each step still.
//!
//! Then the weights that lead to a unit are scaled down to [`spec::Areas::norm_limit`] where they are longer.
//!
//! Thresholds are θ plus a unit's own part, which homeostasis moves by η·(s − r*·dt) a step, never below 0.
//!
//! Inputs are spikes at a rate in proportion to their value; y is 1 for the label's unit and 0 for the others. The answer is
//! the unit of the labels' area that spikes most.
//!
//! In a [`Net`] a hidden layer holds E of the pair of areas below it as `weights` and W as `feedback`; the output layer, which
//! stands for the labels' area, is predicted from the first area: it holds W_Y as `weights` and E_Y as `feedback`. So `weights`
//! always lead from the input towards the labels. `bias` is the units' own part of their thresholds.

use rand::RngExt;
use rand_distr::StandardNormal;
use serde::{Deserialize, Serialize};

use super::gate::Gate;
use super::{Layer, Net};
use crate::rng::{self, Purpose, Stream, draw};
use crate::spec;

/// Constants of a step, as they multiply.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Constants {
    pub steps: u32,
    /// κ·dt/τ_j
    pub current_leak: f32,
    /// The same of x̂ and ŷ.
    pub expected_leak: f32,
    /// dt/τ_j
    pub current_gain: f32,
    /// γ·dt/τ_m
    pub voltage_leak: f32,
    /// R·dt/τ_m
    pub voltage_gain: f32,
    /// 1 − dt/τ_tr
    pub trace_kept: f32,
    pub threshold: f32,
    /// Steps of silence after a spike.
    pub refractory: u32,
    /// Chance of a spike in a step, for an input of 1.
    pub input_chance: f64,
    /// Spikes that the label's unit is worth in a step.
    pub label_worth: f32,
    /// h: the part of what is expected that holds the areas.
    pub hold: f32,
    /// Steps from one computation of E_l·e_l, l ≥ 1, to the next; at least one.
    pub error_every: u32,
    /// Whether the labels' error is one of traces.
    pub compares_traces: bool,
    /// Whether the labels' error teaches, or else drives.
    pub teaches: bool,
    /// The first step in which something is learnt.
    pub learns_from: u32,
    /// Steps a second.
    pub rate: f32,
}

impl Constants {
    pub fn of(areas: &spec::Areas) -> Constants {
        let of = |dividend: f64, divisor: f64| (dividend / divisor) as f32;
        Constants {
            steps: areas.steps(),
            current_leak: of(areas.kappa * areas.dt, areas.tau_j),
            expected_leak: of(areas.kappa_expected * areas.dt, areas.tau_j),
            current_gain: of(areas.dt, areas.tau_j),
            voltage_leak: of(areas.gamma * areas.dt, areas.tau_m),
            voltage_gain: of(areas.resistance * areas.dt, areas.tau_m),
            trace_kept: (1.0 - areas.dt / areas.tau_trace) as f32,
            threshold: areas.threshold as f32,
            refractory: (areas.refractory / areas.dt).round() as u32,
            input_chance: areas.input_rate * areas.dt / 1000.0,
            label_worth: areas.label_rate.map_or(1.0, |rate| rate * areas.dt / 1000.0) as f32,
            hold: areas.hold as f32,
            error_every: ((areas.error_interval / areas.dt).round() as u32).max(1),
            compares_traces: areas.label_error == spec::LabelError::Traces,
            teaches: areas.feedback == spec::Feedback::Teaches,
            learns_from: (areas.learns_after / areas.dt).round() as u32,
            rate: (1000.0 / areas.dt) as f32,
        }
    }
}

/// How weights change while a sample is shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Plasticity {
    /// a of each pair of areas, from the input to the labels.
    pub rates: Vec<f32>,
    /// a·b, likewise.
    pub error_rates: Vec<f32>,
    /// The norm that no unit's incoming weights exceed after a step.
    pub norm_limit: f32,
    /// c
    pub protection: f32,
    /// Whether inter-spike intervals are counted, from which the end of a task tells who was regular.
    pub counts_intervals: bool,
    /// How far a threshold rises with a spike.
    pub homeostasis: f32,
    /// Spikes a step that homeostasis aims at.
    pub target: f32,
}

impl Plasticity {
    /// `progress`: the part of a phase's learning that is done.
    pub fn of(spec: &spec::Spec, progress: f64) -> Plasticity {
        let spec::Areas { error_rates, decay, norm_limit, protection, homeostasis, target_rate, dt, .. } = &spec.areas;
        let left = 1.0 - decay * progress;
        let rates: Vec<f64> = spec.rule.rates.iter().map(|rate| rate * left).collect();
        let relative = error_rates.iter().copied().chain(std::iter::repeat(1.0));
        Plasticity {
            error_rates: rates.iter().zip(relative).map(|(rate, relative)| (rate * relative) as f32).collect(),
            rates: rates.into_iter().map(|rate| rate as f32).collect(),
            norm_limit: *norm_limit as f32,
            protection: *protection as f32,
            counts_intervals: *protection > 0.0,
            homeostasis: *homeostasis as f32,
            target: (target_rate * dt / 1000.0) as f32,
        }
    }
}

/// Inter-spike intervals of the units of one population, in steps, since a task began.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Intervals {
    pub count: Vec<u32>,
    pub sum: Vec<u64>,
    pub squares: Vec<u64>,
    /// Ω: how regular the units were in the tasks before, summed.
    pub regularity: Vec<f32>,
}

/// Fewer intervals than these tell nothing.
const FEWEST: u32 = 5;

impl Intervals {
    pub fn new(units: usize) -> Intervals {
        Intervals { count: vec![0; units], sum: vec![0; units], squares: vec![0; units], regularity: vec![0.0; units] }
    }

    pub fn note(&mut self, unit: usize, steps: u32) {
        self.count[unit] += 1;
        self.sum[unit] += u64::from(steps);
        self.squares[unit] += u64::from(steps).pow(2);
    }

    /// The coefficient of variation of a unit's intervals; 1, as of a Poisson process, where there are too few.
    pub fn variation(&self, unit: usize) -> f64 {
        let count = self.count[unit];
        if count < FEWEST {
            return 1.0;
        }
        let mean = self.sum[unit] as f64 / f64::from(count);
        let variance = self.squares[unit] as f64 / f64::from(count) - mean * mean;
        variance.max(0.0).sqrt() / mean
    }

    /// The end of a task: Ω += max(0, 1 − CV), or for each unit that spiked enough the mean of that, and the counting begins anew.
    pub fn end_task(&mut self, protects: spec::Protects) {
        let units = self.count.len();
        let spiked: Vec<usize> = (0..units).filter(|&unit| self.count[unit] >= FEWEST).collect();
        let grown: Vec<f64> = spiked.iter().map(|&unit| (1.0 - self.variation(unit)).max(0.0)).collect();
        let mean = grown.iter().sum::<f64>() / grown.len().max(1) as f64;
        for (unit, own) in spiked.into_iter().zip(grown) {
            self.regularity[unit] += if protects == spec::Protects::Alike { mean } else { own } as f32;
        }
        *self = Intervals { regularity: std::mem::take(&mut self.regularity), ..Intervals::new(units) };
    }

    /// 1/(1 + c·Ω) of each unit.
    pub fn plastic(&self, protection: f32) -> impl Iterator<Item = f64> {
        self.regularity.iter().map(move |omega| 1.0 / (1.0 + f64::from(protection) * f64::from(*omega)))
    }

    /// Whether they are those of so many units.
    pub fn fits(&self, units: usize) -> bool {
        [self.count.len(), self.sum.len(), self.squares.len(), self.regularity.len()] == [units; 4]
    }
}

/// Whether a unit learns what the labels' error teaches.
#[inline(always)]
pub fn is_receptive(trace: f32, voltage: f32) -> bool {
    trace > 0.1 || voltage > 0.0
}

/// Steps of silence that no sample outlasts: those of a unit that a gate leaves out.
pub const SHUT: u32 = u32::MAX;

/// Where the random draws of one sample stand: the same in every engine.
#[derive(Clone, Copy, Debug)]
pub struct Seat {
    pub seed: u32,
    pub purpose: Purpose,
    pub phase: u32,
    /// The minibatch that the sample is in, or the sample itself where nothing is learnt.
    pub step: u32,
    /// The sample's place in the minibatch; 0 where nothing is learnt.
    pub place: u32,
}

impl Seat {
    /// That of a sample that is shown alone, to be looked at.
    pub fn of_one(seed: u32) -> Seat {
        Seat { seed, purpose: Purpose::Shown, phase: 0, step: 0, place: 0 }
    }

    /// The four words that inputs 4·`group` to 4·`group` + 3, of `groups`, spike by in step `t` of `steps`.
    #[inline]
    pub fn words(&self, t: u32, steps: u32, group: u32, groups: u32) -> [u32; 4] {
        let index = (self.place.wrapping_mul(steps).wrapping_add(t)).wrapping_mul(groups).wrapping_add(group);
        draw(self.seed, self.purpose, self.phase, self.step, index)
    }
}

/// The initial layers: all weights normal around 0, biases, which nothing uses, 0.
pub fn layers(areas: &spec::Areas, shapes: &[(usize, usize)], seed: u32) -> Vec<Layer> {
    let normal = |purpose, index: usize, count: usize, spread: f64| -> Vec<f32> {
        let mut stream = Stream::new(seed, purpose, 0, index as u32);
        (0..count).map(|_| (stream.sample::<f64, _>(StandardNormal) * spread) as f32).collect()
    };
    let layer = |(index, &(fan_in, units)): (usize, &(usize, usize))| {
        let is_label = index + 1 == shapes.len();
        let (predictions, errors) = (areas.prediction_spread, areas.error_spread);
        let (onward, back) = if is_label { (predictions, errors) } else { (errors, predictions) };
        Layer {
            fan_in,
            units,
            weights: normal(Purpose::Weights, index, fan_in * units, onward),
            recurrent: Vec::new(),
            feedback: normal(Purpose::Feedback, index, fan_in * units, back),
            bias: vec![0.0; units],
        }
    };
    shapes.iter().enumerate().map(layer).collect()
}

/// One population of units in f64.
#[derive(Clone, Debug)]
pub struct Population {
    pub current: Vec<f64>,
    pub voltage: Vec<f64>,
    pub silent: Vec<u32>,
    pub trace: Vec<f64>,
    /// What a unit's threshold is above θ.
    pub raised: Vec<f64>,
    /// Units that spiked in the last step, ascending.
    pub spikes: Vec<usize>,
}

impl Population {
    pub fn new(units: usize) -> Population {
        let zeros = vec![0.0; units];
        Population {
            current: zeros.clone(),
            voltage: zeros.clone(),
            silent: vec![0; units],
            trace: zeros.clone(),
            raised: zeros,
            spikes: Vec::new(),
        }
    }

    /// A step under a drive, currents leaking by `leak`. Returns how near the nearest voltage was to the threshold.
    pub fn step(&mut self, drive: &[f64], leak: f32, c: &Constants) -> f64 {
        let of = f64::from;
        self.spikes.clear();
        let mut nearest = f64::INFINITY;
        for (i, drive) in drive.iter().enumerate() {
            self.current[i] += of(c.current_gain) * drive - of(leak) * self.current[i];
            self.trace[i] *= of(c.trace_kept);
            if self.silent[i] > 0 {
                self.silent[i] -= 1;
                continue;
            }
            self.voltage[i] += of(c.voltage_gain) * self.current[i] - of(c.voltage_leak) * self.voltage[i];
            let threshold = of(c.threshold) + self.raised[i];
            nearest = nearest.min((self.voltage[i] - threshold).abs());
            if self.voltage[i] > threshold {
                self.voltage[i] = 0.0;
                self.silent[i] = c.refractory;
                self.trace[i] += 1.0;
                self.spikes.push(i);
            }
        }
        nearest
    }
}

/// The two matrices of a pair of areas in f64, row-major.
#[derive(Clone, Debug)]
pub struct Pair {
    /// W: upper × lower.
    pub prediction: Vec<f64>,
    /// E: lower × upper.
    pub error: Vec<f64>,
}

/// A network with one sample before it, step by step in f64: what the kernels are compared with.
#[derive(Clone, Debug)]
pub struct Plain {
    /// The pairs of areas from the input upwards, and that of the first area with the labels' last.
    pub pairs: Vec<Pair>,
    pub expected: Population,
    pub areas: Vec<Population>,
    pub label: Population,
    /// E_l·e_l of the areas from the second upwards, as it was computed last.
    pub arriving: Vec<Vec<f64>>,
    /// Steps that are done.
    pub done: u32,
    /// z_y of the label's unit.
    pub label_trace: f64,
    /// What protection leaves of the changes of the weights that lead to each unit: of what is expected of the input, of each
    /// area, of the labels.
    pub plastic: Vec<Vec<f64>>,
    pub constants: Constants,
}

/// Errors of one step: of the input, of the areas but the top one, of the labels.
#[derive(Clone, Debug)]
pub struct Errors {
    pub below: Vec<Vec<f64>>,
    pub label: Vec<f64>,
    /// x − h·x̂, which E_0 carries.
    pub carried: Vec<f64>,
    /// What the labels' error teaches each unit of the first area.
    pub taught: Vec<f64>,
}

impl Plain {
    pub fn new(net: &Net, constants: Constants) -> Plain {
        let wide = |values: &[f32]| -> Vec<f64> { values.iter().map(|&w| f64::from(w)).collect() };
        let (output, hidden) = net.layers.split_last().expect("an output layer");
        let upwards = hidden.iter().map(|l| Pair { prediction: wide(&l.feedback), error: wide(&l.weights) });
        let labels = Pair { prediction: wide(&output.weights), error: wide(&output.feedback) };
        let area = |layer: &Layer| Population { raised: wide(&layer.bias), ..Population::new(layer.units) };
        Plain {
            pairs: upwards.chain([labels]).collect(),
            expected: Population::new(hidden[0].fan_in),
            areas: hidden.iter().map(area).collect(),
            label: Population::new(output.units),
            arriving: hidden[1..].iter().map(|layer| vec![0.0; layer.units]).collect(),
            done: 0,
            label_trace: 0.0,
            plastic: populations(net).into_iter().map(|units| vec![1.0; units]).collect(),
            constants,
        }
    }

    /// A network that is about to see an input: through its gate, where it has gates.
    pub fn before(net: &Net, constants: Constants, input: &[f32]) -> Plain {
        let mut plain = Plain::new(net, constants);
        if let Some(gate) = Gate::of(&net.gates, input) {
            plain.close(gate);
        }
        plain
    }

    /// Silences the units that a gate leaves out, for good.
    pub fn close(&mut self, gate: &Gate) {
        for (l, area) in self.areas.iter_mut().enumerate() {
            gate.closed(l, area.silent.len()).for_each(|unit| area.silent[unit] = SHUT);
        }
    }

    /// One step. `input` lists the inputs that spike; `label` is `None` where there is none. Returns the errors, and how near the
    /// nearest voltage was to the threshold.
    pub fn step(&mut self, input: &[usize], label: Option<usize>) -> (Errors, f64) {
        let mut nearest = f64::INFINITY;
        let first = self.areas[0].spikes.clone();
        let labels = self.pairs.len() - 1;
        let predicted = columns(&self.pairs[0].prediction, &first, self.expected.current.len());
        nearest = nearest.min(self.expected.step(&predicted, self.constants.expected_leak, &self.constants));
        let predicted = columns(&self.pairs[labels].prediction, &first, self.label.current.len());
        nearest = nearest.min(self.label.step(&predicted, self.constants.expected_leak, &self.constants));

        let mut of_input = vec![0.0; self.expected.current.len()];
        input.iter().for_each(|&i| of_input[i] += 1.0);
        let mut carried = of_input.clone();
        let hold = f64::from(self.constants.hold);
        self.expected.spikes.iter().for_each(|&i| of_input[i] -= 1.0);
        self.expected.spikes.iter().for_each(|&i| carried[i] -= hold);
        let of_label = label.map_or(vec![0.0; self.label.current.len()], |label| self.label_error(label));
        let mut below = vec![of_input];
        for l in 0..self.areas.len() - 1 {
            let predicted =
                columns(&self.pairs[l + 1].prediction, &self.areas[l + 1].spikes, self.areas[l].trace.len());
            below.push(self.areas[l].trace.iter().zip(predicted).map(|(z, p)| z - p).collect());
        }

        let mut taught = Vec::new();
        for l in 0..self.areas.len() {
            let units = self.areas[l].current.len();
            let mut drive =
                if l == 0 { product(&carried, &self.pairs[0].error, units) } else { self.arriving(l, &below[l]) };
            if let Some(own) = below.get(l + 1) {
                drive.iter_mut().zip(own).for_each(|(d, e)| *d -= hold * e);
            }
            if l == 0 {
                let told = product(&of_label, &self.pairs[labels].error, units);
                if self.constants.teaches {
                    let states = self.areas[0].trace.iter().zip(&self.areas[0].voltage);
                    let pairs = told.iter().zip(states);
                    taught =
                        pairs.map(|(t, (&z, &v))| if is_receptive(z as f32, v as f32) { *t } else { 0.0 }).collect();
                    nearest = nearest.min(self.areas[0].trace.iter().fold(1.0, |m, z| f64::min(m, (z - 0.1).abs())));
                    // A small voltage is as sure of its sign as a large one of its size.
                    let voltages = self.areas[0].voltage.iter().filter(|v| **v != 0.0);
                    nearest = voltages.fold(nearest, |m, v| m.min(v.abs() * 1e3));
                }
                let told = if self.constants.teaches { vec![0.0; units] } else { told };
                drive.iter_mut().zip(told).for_each(|(d, e)| *d += e);
            }
            nearest = nearest.min(self.areas[l].step(&drive, self.constants.current_leak, &self.constants));
        }
        self.done += 1;
        (Errors { below, label: of_label, carried, taught }, nearest)
    }

    /// What the errors below bring area l.
    fn arriving(&mut self, l: usize, errors: &[f64]) -> Vec<f64> {
        if self.done.is_multiple_of(self.constants.error_every) {
            self.arriving[l - 1] = product(errors, &self.pairs[l].error, self.areas[l].current.len());
        }
        self.arriving[l - 1].clone()
    }

    fn label_error(&mut self, label: usize) -> Vec<f64> {
        let Constants { label_worth, compares_traces, trace_kept, .. } = self.constants;
        let worth = f64::from(label_worth);
        let mut error = vec![0.0; self.label.current.len()];
        if compares_traces {
            let kept = f64::from(trace_kept);
            self.label_trace = kept * self.label_trace + worth;
            error[label] = self.label_trace;
            error.iter_mut().zip(&self.label.trace).for_each(|(e, z)| *e = (1.0 - kept) * (*e - z));
        } else {
            error[label] = worth;
            self.label.spikes.iter().for_each(|&i| error[i] -= 1.0);
        }
        error
    }

    /// What a step changes, `share` being the sample's part of a minibatch.
    pub fn learn(&mut self, errors: &Errors, plasticity: &Plasticity, share: f64) {
        let labels = self.pairs.len() - 1;
        for (p, pair) in self.pairs.iter_mut().enumerate() {
            let (error, upper) = if p == labels { (&errors.label, 0) } else { (&errors.below[p], p) };
            let (upper_left, lower_left) = (&self.plastic[upper + 1], if p == labels { p + 1 } else { p });
            let lower_left = &self.plastic[lower_left];
            let upper = &self.areas[upper];
            let (lower_units, upper_units) = (error.len(), upper.current.len());
            let (rate, error_rate) =
                (f64::from(plasticity.rates[p]) * share, f64::from(plasticity.error_rates[p]) * share);
            let is_taught = p == 0 && self.constants.teaches;
            let carried = if p == 0 { &errors.carried } else { error };
            for &s in &upper.spikes {
                for (i, (e, carried)) in error.iter().zip(carried).enumerate() {
                    pair.prediction[s * lower_units + i] += rate * e * lower_left[i];
                    if !is_taught {
                        pair.error[i * upper_units + s] += error_rate * carried * upper_left[s];
                    }
                }
            }
            if is_taught {
                for (row, e) in pair.error.chunks_exact_mut(upper_units).zip(carried) {
                    let taught = errors.taught.iter().zip(upper_left);
                    row.iter_mut().zip(taught).for_each(|(w, (taught, left))| *w += error_rate * e * taught * left);
                }
            }
        }
    }

    /// What a step moves the thresholds by.
    pub fn settle(&mut self, plasticity: &Plasticity, share: f64) {
        let (rise, target) = (f64::from(plasticity.homeostasis), f64::from(plasticity.target));
        for area in &mut self.areas {
            for (i, raised) in
                area.raised.iter_mut().enumerate().filter(|(i, _)| area.silent[*i] <= self.constants.refractory)
            {
                let spiked = if area.spikes.contains(&i) { 1.0 } else { 0.0 };
                *raised += rise * share * (spiked - target);
            }
        }
    }

    /// Scales down the weights that lead to a unit where they are longer than `most`.
    pub fn limit(&mut self, most: f64) {
        let labels = self.pairs.len() - 1;
        for p in 0..self.pairs.len() {
            let upper = self.areas[if p == labels { 0 } else { p }].current.len();
            let pair = &mut self.pairs[p];
            let lower = pair.error.len() / upper;
            // Each is a row of the unit that gives; the columns belong to the unit that takes.
            limit_columns(&mut pair.prediction, lower, most);
            limit_columns(&mut pair.error, upper, most);
        }
    }
}

/// Units of what is expected of the input, of each area, and of the labels.
pub fn populations(net: &Net) -> Vec<usize> {
    let expected = net.layers.first().map_or(0, |layer| layer.fan_in);
    std::iter::once(expected).chain(net.layers.iter().map(|layer| layer.units)).collect()
}

/// Scales columns down to a norm.
fn limit_columns(matrix: &mut [f64], columns: usize, most: f64) {
    for column in 0..columns {
        let squares: f64 = matrix[column..].iter().step_by(columns).map(|w| w * w).sum();
        if squares > most * most {
            matrix[column..].iter_mut().step_by(columns).for_each(|w| *w *= most / squares.sqrt());
        }
    }
}

/// Σ of the rows of the units that spiked.
fn columns(matrix: &[f64], spikes: &[usize], width: usize) -> Vec<f64> {
    let mut sum = vec![0.0; width];
    for &s in spikes {
        sum.iter_mut().zip(&matrix[s * width..]).for_each(|(sum, w)| *sum += w);
    }
    sum
}

/// values · matrix, of so many columns.
fn product(values: &[f64], matrix: &[f64], width: usize) -> Vec<f64> {
    let mut sum = vec![0.0; width];
    for (row, value) in matrix.chunks_exact(width).zip(values).filter(|(_, value)| **value != 0.0) {
        sum.iter_mut().zip(row).for_each(|(sum, w)| *sum += value * w);
    }
    sum
}

/// Which inputs spike in a step.
pub fn input_spikes(input: &[f32], constants: &Constants, seat: &Seat, t: u32) -> Vec<usize> {
    let groups = input.len().div_ceil(4) as u32;
    let spikes = |i: &usize| {
        let chance = rng::chance(constants.input_chance * f64::from(input[*i]));
        chance > 0 && seat.words(t, constants.steps, *i as u32 / 4, groups)[*i % 4] < chance
    };
    (0..input.len()).filter(spikes).collect()
}

impl Net {
    /// Each label's part of what the labels' units have spiked so far, without a label: steps × classes.
    pub fn shares(&self, input: &[f32], constants: &Constants, seat: &Seat) -> Vec<Vec<f64>> {
        let mut plain = Plain::before(self, *constants, input);
        let mut counts = vec![0.0; plain.label.current.len()];
        let step = |t| {
            plain.step(&input_spikes(input, constants, seat, t), None);
            plain.label.spikes.iter().for_each(|&i| counts[i] += 1.0);
            let all = counts.iter().sum::<f64>().max(1.0);
            counts.iter().map(|count| count / all).collect()
        };
        (0..constants.steps).map(step).collect()
    }
}

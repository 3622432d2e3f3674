//! Sleep replay consolidation (SRC): the network becomes a spiking one, noise shaped by the mean input drives it,
//! and a local spike-timing rule rewires it (Tadros et al. 2022; Kubo et al. 2025, Algorithm 1).
//!
//! ```text
//! v_l ← λ·v_l + g_l·(W_lᵀ·s_{l−1}(t−1) + f·W_{l+1}·s_{l+1}(t−1))      s_l(t) = v_l > θ_l,  v_l ← 0 where it spiked
//! post spiked now, pre a step ago: W += inc·f(W);   post spiked, pre silent: W −= dec·f(W);   post silent: nothing
//! ```
//!
//! Layers are taken from the output to the input, each rewired before the next is driven. Only gain/threshold
//! counts, so voltages are kept in units of weight and compared with θ_l/g_l.
//!
//! That is an MRNN. A hidden layer of an RNN is driven by its own spikes of a step ago in place of the feedback, through weights
//! that are rewired, too: it has as many inputs more as it has units. In a feed-forward network spikes pass through all layers in
//! one step, from the input to the output (the public code of Tadros et al. 2022): s_{l−1}(t) drives and rewires s_l(t). Spiking
//! areas sleep likewise, the first of them driving the labels' area, and what leads back rests. A CTRNN sleeps as an RNN does, and hears
//! the rows of the mean image one after another.
//!
//! Where a Spec asks for it, hidden thresholds follow what a layer fires (homeostasis, our own addition): every
//! [`HOMEOSTASIS_STEPS`] steps θ ← θ·(1 + η·(r − r*)/(r + r*)), r being the layer's spikes a step since the last time.
//!
//! **Sleep is integer arithmetic**, so that every engine gives the same spikes and weights. A weight is an i32
//! with `fraction_bits` F, |w| < 2^26. Voltages have 16 fractional bits. Up to [`CHUNK`] = 32 spikes are summed
//! exactly (32·2^26 = 2^31 is not reached, in any order); each sum is shifted right by F − 16 and added with
//! saturation, in the order of the chunks. The leak is (v·⌊λ·2³²⌉ + 2³¹) >> 32. A weight's change is looked up in
//! a table over its own value. Nothing overflows, whatever the constants.

mod mean;

pub use mean::{MeanInput, shape};

use serde::{Deserialize, Serialize};

use crate::net::{Layer, Net};
use crate::rng::chance;
use crate::spec::{Changes, NetworkKind, Normalisation, Sleep, Stdp};

/// Spikes that are summed before the sum is shifted.
pub const CHUNK: usize = 32;
/// Weights stay strictly below this in magnitude.
pub const WEIGHT_LIMIT: i32 = 1 << 26;
/// Fractional bits of voltages.
pub const VOLTAGE_BITS: u32 = 16;
/// Entries of the tables over a weight's value, which they cover from −1/32 to 1/32; beyond, the ends serve.
pub const TABLE: usize = 4096;
/// Sleep steps between two moves of the thresholds by homeostasis.
pub const HOMEOSTASIS_STEPS: u32 = 500;
/// A weight may grow by this factor beyond the largest at the start before it leaves the integers' range.
const HEADROOM: f32 = 4.0;
const MOST_FRACTION_BITS: u32 = 24;
const FEWEST_FRACTION_BITS: u32 = 16;

/// All that decides one sleep of one network.
#[derive(Clone, Debug)]
pub struct Plan {
    pub seed: u32,
    /// Counts the run's phases: every sleep has its own noise.
    pub phase: u32,
    /// `steps` are those of this sleep.
    pub constants: Sleep,
    /// Mean input over all data of all tasks seen so far; whole, where the network reads it row by row.
    pub mean: Vec<f32>,
    /// Height and width, if the input is an image.
    pub image: Option<(u32, u32)>,
    /// Largest activity of each layer, awake, over a sample of the current task's data.
    pub largest_activity: Vec<f32>,
    pub wiring: Wiring,
}

/// What drives the layers of a sleeping network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Wiring {
    /// The layers below and above, a step ago.
    BothWays,
    /// The layer below and the layer itself, a step ago.
    Recurrent,
    /// The layer below, in the same step.
    Cascade,
    /// The same, but for the output, which the first hidden layer drives: spiking areas.
    Areas,
}

impl Wiring {
    pub fn of(kind: NetworkKind) -> Wiring {
        match kind {
            NetworkKind::Mrnn => Wiring::BothWays,
            NetworkKind::Rnn | NetworkKind::Ctrnn => Wiring::Recurrent,
            NetworkKind::FeedForward => Wiring::Cascade,
            NetworkKind::Areas => Wiring::Areas,
        }
    }

    /// The layer whose spikes drive layer `l` of `layers` from below; `None`: the input's.
    pub fn below(self, l: usize, layers: usize) -> Option<usize> {
        if self == Wiring::Areas && l + 1 == layers { Some(0) } else { l.checked_sub(1) }
    }
}

/// The square that confines input spikes, drawn anew in each step.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Window {
    pub side: u32,
    pub height: u32,
    pub width: u32,
}

/// A sleeping network: integers only.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sleeper {
    pub seed: u32,
    pub phase: u32,
    pub steps: u32,
    /// An input spikes where a 32-bit draw is below this. Where the network reads its input row by row, there are as many times its
    /// inputs as there are rows, and each step of sleep takes the next row, after the last the first.
    pub chances: Vec<u32>,
    pub window: Option<Window>,
    pub wiring: Wiring,
    /// λ · 2³²
    pub leak: u32,
    /// Feedback relative to the drive from below, · 2¹⁶.
    pub feedback: u32,
    /// `homeostasis` and `target_rate` of the Spec.
    pub homeostasis: f64,
    pub target_rate: f64,
    /// From the first hidden layer to the output.
    pub layers: Vec<SleepLayer>,
    /// Inputs that spiked in the last step, ascending.
    pub input: Vec<u32>,
    /// Input spikes since they were last read.
    pub input_count: u64,
}

/// One layer of a sleeping network and the weights that lead to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SleepLayer {
    /// Inputs, the layer's own units behind those of the layer below where it drives itself.
    pub fan_in: usize,
    pub units: usize,
    /// Weights of one input: `units` and some zeros, so that rows are whole vectors.
    pub stride: usize,
    pub fraction_bits: u32,
    /// fan_in × stride
    pub weights: Vec<i32>,
    /// θ/g · 2¹⁶
    pub threshold: i32,
    /// inc·f(W) and dec·f(W) in a weight's units, by [`SleepLayer::entry`].
    pub potentiation: Vec<i32>,
    pub depression: Vec<i32>,
    pub voltage: Vec<i32>,
    /// Units that spiked in the last step and in the one before, ascending.
    pub spikes: Vec<u32>,
    pub before: Vec<u32>,
    /// Spikes since they were last read.
    pub count: u64,
    /// Whether a weight was stopped at ±[`WEIGHT_LIMIT`].
    pub left_range: bool,
}

impl Sleeper {
    /// Puts a network to sleep. The window is no larger than the image, and the wiring is the network's own.
    pub fn new(net: &Net, plan: &Plan) -> Sleeper {
        let constants = &plan.constants;
        let window = constants.window.zip(plan.image).map(|(side, (height, width))| Window { side, height, width });
        let layers = net.layers.iter().zip(thresholds(net, plan));
        let shape = shape(&plan.mean, constants.input, plan.seed, window);
        Sleeper {
            seed: plan.seed,
            phase: plan.phase,
            steps: constants.steps,
            chances: shape.iter().map(|&m| chance(constants.rate * f64::from(m))).collect(),
            window,
            wiring: plan.wiring,
            leak: chance(constants.leak),
            feedback: (constants.feedback * 65536.0).round() as u32,
            homeostasis: constants.homeostasis,
            target_rate: constants.target_rate,
            layers: layers
                .enumerate()
                .map(|(l, (layer, t))| SleepLayer::new(layer, t, l + 1 == net.layers.len(), plan))
                .collect(),
            input: Vec::new(),
            input_count: 0,
        }
    }

    /// Inputs of the network.
    pub fn inputs(&self) -> usize {
        let SleepLayer { fan_in, units, .. } = self.layers[0];
        if self.wiring == Wiring::Recurrent { fan_in - units } else { fan_in }
    }

    /// Writes the weights that changed back into the network that fell asleep.
    pub fn wake(&self, net: &mut Net) {
        for (sleeping, layer) in self.layers.iter().zip(&mut net.layers) {
            let scale = 1.0 / f64::from(1u32 << sleeping.fraction_bits);
            let rows = sleeping.weights.chunks_exact(sleeping.stride);
            let recurrent = layer.recurrent.chunks_exact_mut(layer.units);
            for (row, weights) in rows.zip(layer.weights.chunks_exact_mut(layer.units).chain(recurrent)) {
                for (&now, weight) in row.iter().zip(weights) {
                    if now != fixed(*weight, sleeping.fraction_bits) {
                        *weight = (f64::from(now) * scale) as f32;
                    }
                }
            }
        }
    }

    /// Moves the hidden layers' thresholds towards the target rate. `counts`, as [`Sleeper::take_spikes`] gives them,
    /// are of the last `steps` steps. A layer that is never active while awake stays silent.
    ///
    /// Sums, products and quotients alone, which every machine rounds alike.
    pub fn adapt(&mut self, counts: &[u64], steps: u32) {
        let hidden = self.layers.len() - 1;
        for (layer, &count) in self.layers[..hidden].iter_mut().zip(&counts[1..]) {
            let (rate, target) = (count as f64 / f64::from(steps.max(1)), self.target_rate);
            let factor = 1.0 + self.homeostasis * (rate - target) / (rate + target);
            if layer.threshold < NEVER {
                layer.threshold = (f64::from(layer.threshold) * factor).round().clamp(1.0, f64::from(NEVER - 1)) as i32;
            }
        }
    }

    /// Spikes of the input, the hidden layers and the output since the last call.
    pub fn take_spikes(&mut self) -> Vec<u64> {
        let mut counts = vec![std::mem::take(&mut self.input_count)];
        counts.extend(self.layers.iter_mut().map(|layer| std::mem::take(&mut layer.count)));
        counts
    }
}

impl Sleeper {
    /// Whether a sleeper that was read has layers of fan_in × units as listed, and holds only indices and sizes
    /// that the kernels can follow.
    pub fn has_shape(&self, shapes: &[(usize, usize)], wiring: Wiring) -> bool {
        let ascending = |spikes: &[u32], below: usize| {
            spikes.is_sorted_by(|a, b| a < b) && spikes.last().is_none_or(|&last| (last as usize) < below)
        };
        let fits = |(index, (layer, &(below, units))): (usize, (&SleepLayer, &(usize, usize)))| {
            let is_recurrent = wiring == Wiring::Recurrent && index + 1 < shapes.len();
            let fan_in = below + if is_recurrent { units } else { 0 };
            (layer.fan_in, layer.units) == (fan_in, units)
                && layer.stride == stride(units)
                && layer.weights.len() == fan_in * layer.stride
                && layer.weights.iter().all(|w| w.unsigned_abs() < WEIGHT_LIMIT as u32)
                && layer.voltage.len() == layer.stride
                && (FEWEST_FRACTION_BITS..=MOST_FRACTION_BITS).contains(&layer.fraction_bits)
                && [&layer.potentiation, &layer.depression]
                    .iter()
                    .all(|table| table.len() == TABLE && table.iter().all(|change| (0..=WEIGHT_LIMIT).contains(change)))
                && ascending(&layer.spikes, units)
                && ascending(&layer.before, units)
        };
        let inputs = shapes.first().map_or(0, |shape| shape.0);
        let window_fits = |w: &Window| {
            (1..=w.height.min(w.width)).contains(&w.side) && u64::from(w.height) * u64::from(w.width) == inputs as u64
        };
        self.wiring == wiring
            && self.chances.len().is_multiple_of(inputs)
            && !self.chances.is_empty()
            && self.window.as_ref().is_none_or(window_fits)
            && ascending(&self.input, inputs)
            && (0.0..1.0).contains(&self.homeostasis)
            && self.target_rate > 0.0
            && self.layers.len() == shapes.len()
            && self.layers.iter().zip(shapes).enumerate().all(fits)
    }
}

/// Length of a row of weights: whole vectors. A length that is a power of two would put a whole column of weights
/// into a few sets of the cache.
fn stride(units: usize) -> usize {
    units.next_multiple_of(16) + if units.is_multiple_of(256) { 16 } else { 0 }
}

impl SleepLayer {
    /// A layer with its threshold, as [`thresholds`] has it.
    fn new(layer: &Layer, threshold: i32, is_output: bool, plan: &Plan) -> SleepLayer {
        let all = || layer.weights.iter().chain(&layer.recurrent);
        let largest = all().fold(0.0f32, |m, w| m.max(w.abs()));
        let fraction_bits = fraction_bits(largest);
        let stride = stride(layer.units);
        let fan_in = layer.fan_in + layer.recurrent.len() / layer.units;
        let mut weights = vec![0; fan_in * stride];
        let rows = layer.weights.chunks_exact(layer.units).chain(layer.recurrent.chunks_exact(layer.units));
        for (to, from) in weights.chunks_exact_mut(stride).zip(rows) {
            to.iter_mut().zip(from).for_each(|(t, &w)| *t = fixed(w, fraction_bits));
        }
        let constants = &plan.constants;
        let inc = constants.inc * if is_output { constants.output_scale } else { 1.0 };
        SleepLayer {
            fan_in,
            units: layer.units,
            stride,
            fraction_bits,
            weights,
            threshold,
            potentiation: potentiation(constants, inc, fraction_bits),
            depression: depression(constants, inc * constants.dec_ratio, fraction_bits),
            voltage: vec![0; stride],
            spikes: Vec::new(),
            before: Vec::new(),
            count: 0,
            left_range: !all().all(|w| w.abs() < WEIGHT_LIMIT as f32 / (1u32 << fraction_bits) as f32),
        }
    }

    /// Where a weight's change is found in the tables.
    #[inline(always)]
    pub fn entry(weight: i32, fraction_bits: u32) -> usize {
        let half = 1 << (fraction_bits - 5);
        ((weight.clamp(-half, half - 1) + half) >> (fraction_bits - 16)) as usize
    }
}

/// A threshold that no voltage passes.
const NEVER: i32 = i32::MAX;

/// Fractional bits that leave room for growth.
fn fraction_bits(largest: f32) -> u32 {
    let fits = |bits: &u32| HEADROOM * largest * (1u32 << bits) as f32 <= WEIGHT_LIMIT as f32;
    (FEWEST_FRACTION_BITS..=MOST_FRACTION_BITS).rev().find(fits).unwrap_or(FEWEST_FRACTION_BITS)
}

/// A weight as an integer, within the range.
fn fixed(weight: f32, fraction_bits: u32) -> i32 {
    let scaled = (f64::from(weight) * f64::from(1u32 << fraction_bits)).round() as i32;
    scaled.clamp(1 - WEIGHT_LIMIT, WEIGHT_LIMIT - 1)
}

/// θ/g of each layer in a voltage's units. A layer that is never active while awake never spikes.
fn thresholds(net: &Net, plan: &Plan) -> Vec<i32> {
    let Plan { constants, largest_activity, .. } = plan;
    let last = net.layers.len() - 1;
    // Of `weights_and_activity`, from layer to layer.
    let mut inverse = 1.0;
    let threshold = |(l, layer): (usize, &Layer)| {
        let (gain, threshold) = if l == last {
            (constants.gain_output, constants.threshold_output)
        } else {
            (constants.gain_hidden, constants.threshold_hidden)
        };
        let threshold = constants.thresholds.get(l).copied().unwrap_or(threshold);
        let active = f64::from(largest_activity[l]);
        let ratio = match constants.normalisation {
            Normalisation::Activity => {
                let below = plan.wiring.below(l, net.layers.len());
                let below = below.map_or(1.0, |below| f64::from(largest_activity[below]));
                threshold * active / (gain * below)
            }
            Normalisation::WeightsAndActivity => {
                let largest = layer.weights.iter().chain(&layer.recurrent).fold(f32::NEG_INFINITY, |m, &w| m.max(w));
                inverse = active.max(f64::from(largest)) / inverse;
                threshold * inverse / gain
            }
        };
        let scaled = (ratio * f64::from(1u32 << VOLTAGE_BITS)).round();
        if active > 0.0 && scaled < f64::from(NEVER) { scaled.max(1.0) as i32 } else { NEVER }
    };
    net.layers.iter().enumerate().map(threshold).collect()
}

/// inc·f(W), of which not all may take place.
fn potentiation(constants: &Sleep, inc: f64, fraction_bits: u32) -> Vec<i32> {
    let table = table(constants.stdp, inc, fraction_bits);
    match constants.changes {
        Changes::All => table,
        Changes::Depression => vec![0; TABLE],
        Changes::Pruning => up_to(table, |entry| -least_weight(entry + 1, fraction_bits)),
    }
}

/// dec·f(W), of which not all may take place.
fn depression(constants: &Sleep, dec: f64, fraction_bits: u32) -> Vec<i32> {
    let table = table(constants.stdp, dec, fraction_bits);
    match constants.changes {
        Changes::All | Changes::Depression => table,
        Changes::Pruning => up_to(table, |entry| least_weight(entry, fraction_bits)),
    }
}

/// Changes that are no larger than a limit for their entry; none where it is negative.
fn up_to(mut table: Vec<i32>, limit: impl Fn(usize) -> i32) -> Vec<i32> {
    table.iter_mut().enumerate().for_each(|(entry, change)| *change = (*change).min(limit(entry)).max(0));
    table
}

/// The least weight that is found in this entry of the tables, in its units.
fn least_weight(entry: usize, fraction_bits: u32) -> i32 {
    (entry as i32 - TABLE as i32 / 2) << (fraction_bits - 16)
}

/// size·f(W) in a weight's units, at the middle of each entry.
fn table(stdp: Stdp, size: f64, fraction_bits: u32) -> Vec<i32> {
    let f = |entry: usize| match stdp {
        Stdp::Additive => 1.0,
        Stdp::Soft => {
            let weight = ((entry as f64 + 0.5) / TABLE as f64 - 0.5) / 16.0;
            2.0 / (1.0 + (weight / 0.001).clamp(-30.0, 30.0).exp())
        }
    };
    let scale = f64::from(1u32 << fraction_bits);
    (0..TABLE).map(|entry| (size * f(entry) * scale).round().min(f64::from(WEIGHT_LIMIT)) as i32).collect()
}

//! MRNN: the convergent, layered recurrent network (Ernoult et al. 2019; Kubo et al. 2025, eq. 4–8).
//!
//! ```text
//! h ← h + dt(−h + relu(x·W_in + b_h + γ·o·W_outᵀ))
//! o ← o + dt(−o + hs(h·W_out + b_o) + [clamped] β(y − o))        hs(z) = min(1, max(0, z))
//! ```
//!
//! Both right-hand sides use the states of the step before. One matrix serves both directions; with several
//! hidden layers each sees the layer below through W and the layer above through γ·Wᵀ. This file holds the
//! parameters; the kernels move the states.

use rand::RngExt;
use serde::{Deserialize, Serialize};

use crate::rng::{Purpose, Stream};

/// A layer's weights from the layer below, and its biases.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Layer {
    pub fan_in: usize,
    pub units: usize,
    /// `fan_in` × `units`, row-major.
    pub weights: Vec<f32>,
    pub bias: Vec<f32>,
}

/// Parameters of one network; layers from the first hidden one to the output.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mrnn {
    pub layers: Vec<Layer>,
}

impl Mrnn {
    /// A network with `sizes` = input, hidden layers, output units. Weights and biases are uniform in
    /// ±1/√fan_in (the initialisation of Ernoult et al. 2019's public code).
    pub fn new(sizes: &[usize], seed: u32) -> Mrnn {
        let layers = sizes.windows(2).enumerate().map(|(l, pair)| Layer::new(pair[0], pair[1], seed, l as u32));
        Mrnn { layers: layers.collect() }
    }

    /// Whether the layers are fan_in × units as listed, and hold as many numbers.
    pub fn has_shape(&self, shapes: &[(usize, usize)]) -> bool {
        let fits = |layer: &Layer, &(fan_in, units): &(usize, usize)| {
            (layer.fan_in, layer.units) == (fan_in, units)
                && layer.weights.len() == fan_in * units
                && layer.bias.len() == units
        };
        self.layers.len() == shapes.len() && self.layers.iter().zip(shapes).all(|(layer, shape)| fits(layer, shape))
    }

    /// The first layer that has a weight or a bias which is not finite.
    pub fn broken_layer(&self) -> Option<usize> {
        let is_broken = |layer: &Layer| layer.weights.iter().chain(&layer.bias).any(|w| !w.is_finite());
        self.layers.iter().position(is_broken)
    }

    /// Units of all hidden layers.
    pub fn hidden_units(&self) -> usize {
        self.layers.iter().rev().skip(1).map(|layer| layer.units).sum()
    }
}

impl Layer {
    fn new(fan_in: usize, units: usize, seed: u32, index: u32) -> Layer {
        let mut stream = Stream::new(seed, Purpose::Weights, 0, index);
        let bound = 1.0 / (fan_in as f32).sqrt();
        let mut uniform = |n: usize| (0..n).map(|_| stream.random_range(-bound..bound)).collect();
        Layer { fan_in, units, weights: uniform(fan_in * units), bias: uniform(units) }
    }
}

/// "hidden 1", "hidden 2", …, "output": the name of layer `index` of `count` in messages.
pub fn layer_name(index: usize, count: usize) -> String {
    if index + 1 == count { "output".into() } else { format!("hidden {}", index + 1) }
}

/// What a free phase does, step by step, to a batch: for the energy curve, not for training.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Trace {
    /// Mean energy over the batch after each step.
    pub energy: Vec<f64>,
    /// Largest movement of any state of the batch in each step.
    pub movement: Vec<f64>,
}

impl Mrnn {
    /// Follows the free phase of `inputs` (each as long as the input layer) for `steps` steps in f64.
    pub fn trace(&self, inputs: &[Vec<f32>], steps: u32, dt: f64, gamma: f64) -> Trace {
        let mut trace = Trace { energy: vec![0.0; steps as usize], movement: vec![0.0; steps as usize] };
        for input in inputs {
            let mut states: Vec<Vec<f64>> = self.layers.iter().map(|l| vec![0.0; l.units]).collect();
            let drive = self.input_drive(input);
            for t in 0..steps as usize {
                trace.movement[t] = trace.movement[t].max(self.free_step(&drive, &mut states, dt, gamma));
                trace.energy[t] += self.energy(&drive, &states) / inputs.len() as f64;
            }
        }
        trace
    }

    /// The outputs after each step of the free phase of one input: steps × classes, in f64.
    pub fn outputs(&self, input: &[f32], steps: u32, dt: f64, gamma: f64) -> Vec<Vec<f64>> {
        let mut states: Vec<Vec<f64>> = self.layers.iter().map(|layer| vec![0.0; layer.units]).collect();
        let drive = self.input_drive(input);
        let step = |_| {
            self.free_step(&drive, &mut states, dt, gamma);
            states.last().cloned().unwrap_or_default()
        };
        (0..steps).map(step).collect()
    }

    /// x·W_in + b_h: constant during a phase.
    pub fn input_drive(&self, input: &[f32]) -> Vec<f64> {
        let first = &self.layers[0];
        let mut drive: Vec<f64> = first.bias.iter().map(|&b| f64::from(b)).collect();
        for (row, &x) in first.weights.chunks_exact(first.units).zip(input) {
            if x != 0.0 {
                drive.iter_mut().zip(row).for_each(|(d, &w)| *d += f64::from(x) * f64::from(w));
            }
        }
        drive
    }

    /// One synchronous free step; returns the largest movement of a state.
    pub fn free_step(&self, drive: &[f64], states: &mut [Vec<f64>], dt: f64, gamma: f64) -> f64 {
        let before = states.to_vec();
        let last = self.layers.len() - 1;
        let mut moved: f64 = 0.0;
        for (l, layer) in self.layers.iter().enumerate() {
            let mut input = if l == 0 { drive.to_vec() } else { layer.from_below(&before[l - 1]) };
            if l < last {
                let above = self.layers[l + 1].from_above(&before[l + 1]);
                input.iter_mut().zip(above).for_each(|(d, a)| *d += gamma * a);
            }
            for (s, z) in states[l].iter_mut().zip(input) {
                let rate = if l == last { z.clamp(0.0, 1.0) } else { z.max(0.0) };
                moved = moved.max((dt * (rate - *s)).abs());
                *s += dt * (rate - *s);
            }
        }
        moved
    }

    /// E = ½Σs² − Σ drive·h₁ − Σ_l s_{l−1}·W_l·s_l − Σ_l b_l·s_l (Kubo et al. 2025, eq. 1–3).
    pub fn energy(&self, drive: &[f64], states: &[Vec<f64>]) -> f64 {
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>();
        let squares: f64 = states.iter().map(|s| 0.5 * dot(s, s)).sum();
        let coupling: f64 =
            (1..states.len()).map(|l| dot(&self.layers[l].from_below(&states[l - 1]), &states[l])).sum();
        squares - dot(drive, &states[0]) - coupling
    }
}

impl Layer {
    /// s·W + b
    pub fn from_below(&self, below: &[f64]) -> Vec<f64> {
        let mut out: Vec<f64> = self.bias.iter().map(|&b| f64::from(b)).collect();
        for (row, &s) in self.weights.chunks_exact(self.units).zip(below) {
            out.iter_mut().zip(row).for_each(|(o, &w)| *o += s * f64::from(w));
        }
        out
    }

    /// s·Wᵀ
    pub fn from_above(&self, above: &[f64]) -> Vec<f64> {
        let product = |row: &[f32]| row.iter().zip(above).map(|(&w, s)| f64::from(w) * s).sum();
        self.weights.chunks_exact(self.units).map(product).collect()
    }
}

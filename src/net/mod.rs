//! The networks: their parameters here, how each kind's units move in a file of its own, in f64 and for one sample;
//! the kernels move minibatches.

pub mod areas;
pub mod ctrnn;
pub mod effort;
pub mod gate;
pub mod layered;
pub mod mrnn;
pub mod watched;
pub mod weights;

use rand::RngExt;
use serde::{Deserialize, Serialize};

use crate::rng::{Purpose, Stream};
use crate::spec::{Network, NetworkKind, RuleKind, Spec};
use areas::{Constants, Seat};
use ctrnn::Reading;
use gate::Gate;
use layered::Layered;

/// Parameters of one network; layers from the first hidden one to the output.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Net {
    pub layers: Vec<Layer>,
    /// Of spiking areas that are gated: those of the tasks so far.
    #[serde(default)]
    pub gates: Vec<Gate>,
}

/// A layer's weights from the layer below and, where it has them, from itself, and its biases.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Layer {
    pub fan_in: usize,
    pub units: usize,
    /// `fan_in` × `units`, row-major.
    pub weights: Vec<f32>,
    /// `units` × `units`, row-major; empty but for the hidden layers of an RNN or a CTRNN.
    pub recurrent: Vec<f32>,
    /// Back to the layer below, `units` × `fan_in`, row-major; empty but for spiking areas.
    pub feedback: Vec<f32>,
    pub bias: Vec<f32>,
}

/// How wide a layer's initial weights and biases are spread.
struct Spread {
    weights: fn(fan_in: usize, units: usize) -> f32,
    is_biased: bool,
}

/// ±1/√fan_in, biases too (the public code of Ernoult et al. 2019).
const ERNOULT: Spread = Spread { weights: |fan_in, _| 1.0 / (fan_in as f32).sqrt(), is_biased: true };
/// ±.01, no biases (the public code of Tadros et al. 2022).
const TADROS: Spread = Spread { weights: |_, _| 0.01, is_biased: false };
/// ±√(6/(fan_in + units)), biases from 0 (Glorot & Bengio 2010, eq. 16; Zeng et al. 2019).
const GLOROT: Spread = Spread { weights: |fan_in, units| (6.0 / (fan_in + units) as f32).sqrt(), is_biased: false };

impl Net {
    /// A network with `sizes` = input, hidden layers, output units, of the kind that a Spec describes. Its recurrent weights
    /// are uniform in ±1/√units.
    pub fn of(spec: &Spec, sizes: &[usize]) -> Net {
        if spec.network.kind == NetworkKind::Areas {
            let layers = areas::layers(&spec.areas, &shapes(NetworkKind::Areas, sizes), spec.seed);
            return Net { layers, gates: Vec::new() };
        }
        if spec.network.kind == NetworkKind::Ctrnn {
            return ctrnn::untaught(sizes, spec.seed);
        }
        let spread = match spec.rule.kind {
            RuleKind::Predictive | RuleKind::Contrastive | RuleKind::Bptt | RuleKind::Eprop | RuleKind::LocalErrors => {
                &ERNOULT
            }
            RuleKind::Backprop => &TADROS,
            RuleKind::Owm => &GLOROT,
        };
        let mut net = Net::spread(sizes, spec.seed, spread);
        if spec.network.kind == NetworkKind::Rnn {
            let hidden = net.layers.len() - 1;
            for (index, layer) in net.layers[..hidden].iter_mut().enumerate() {
                let mut stream = Stream::new(spec.seed, Purpose::Recurrent, 0, index as u32);
                let bound = 1.0 / (layer.units as f32).sqrt();
                layer.recurrent = uniform(&mut stream, layer.units * layer.units, bound);
            }
        }
        net
    }

    /// An MRNN. Weights and biases are uniform in ±1/√fan_in (the initialisation of Ernoult et al. 2019's public code).
    pub fn new(sizes: &[usize], seed: u32) -> Net {
        Net::spread(sizes, seed, &ERNOULT)
    }

    fn spread(sizes: &[usize], seed: u32, spread: &Spread) -> Net {
        let layer = |(index, pair): (usize, &[usize])| Layer::new(pair[0], pair[1], seed, index as u32, spread);
        Net { layers: sizes.windows(2).enumerate().map(layer).collect(), gates: Vec::new() }
    }

    /// Whether the layers are fan_in × units as listed, and hold as many numbers; the hidden ones of an RNN or a CTRNN weights
    /// from themselves, too, and spiking areas weights back.
    pub fn has_shape(&self, shapes: &[(usize, usize)], kind: NetworkKind) -> bool {
        let fits = |(index, (layer, &(fan_in, units))): (usize, (&Layer, &(usize, usize)))| {
            let is_recurrent = matches!(kind, NetworkKind::Rnn | NetworkKind::Ctrnn) && index + 1 < shapes.len();
            (layer.fan_in, layer.units) == (fan_in, units)
                && layer.weights.len() == fan_in * units
                && layer.recurrent.len() == if is_recurrent { units * units } else { 0 }
                && layer.feedback.len() == if kind == NetworkKind::Areas { units * fan_in } else { 0 }
                && layer.bias.len() == units
        };
        let hidden: Vec<usize> = shapes.iter().rev().skip(1).rev().map(|shape| shape.1).collect();
        self.layers.len() == shapes.len()
            && self.layers.iter().zip(shapes).enumerate().all(fits)
            && self.gates.iter().all(|gate| kind == NetworkKind::Areas && gate.fits(shapes[0].0, &hidden))
    }

    /// Every weight matrix with its name: layer by layer, from the layer below and, where there is one, from itself or back.
    pub fn matrices(&self) -> impl Iterator<Item = (String, &[f32])> {
        self.layers.iter().enumerate().flat_map(|(index, layer)| {
            let name = layer_name(index, self.layers.len());
            let recurrent = (!layer.recurrent.is_empty()).then(|| (format!("{name} recurrent"), &layer.recurrent[..]));
            let feedback = (!layer.feedback.is_empty()).then(|| (format!("{name} feedback"), &layer.feedback[..]));
            std::iter::once((name, &layer.weights[..])).chain(recurrent).chain(feedback)
        })
    }

    /// The first layer that has a weight or a bias which is not finite.
    pub fn broken_layer(&self) -> Option<usize> {
        let all = |layer: &Layer| {
            let matrices = layer.weights.iter().chain(&layer.recurrent).chain(&layer.feedback);
            matrices.chain(&layer.bias).all(|w| w.is_finite())
        };
        self.layers.iter().position(|layer| !all(layer))
    }

    /// The outputs after each step of what a Spec's network does with one input: steps × classes, in f64.
    pub fn outputs(&self, input: &[f32], spec: &Spec) -> Vec<Vec<f64>> {
        let Network { free_steps, dt, gamma, .. } = spec.network;
        if spec.network.kind == NetworkKind::Areas {
            return self.shares(input, &Constants::of(&spec.areas), &Seat::of_one(spec.seed));
        }
        if spec.network.kind == NetworkKind::Ctrnn {
            return self.read(input, &Reading::of(spec));
        }
        match Layered::of(spec) {
            Some(layered) => self.pass(input, &layered),
            None => self.settle(input, free_steps, dt, gamma),
        }
    }

    /// x·W_in + b: constant while a network sees an image.
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

    /// Units of all hidden layers.
    pub fn hidden_units(&self) -> usize {
        self.layers.iter().rev().skip(1).map(|layer| layer.units).sum()
    }
}

impl Layer {
    fn new(fan_in: usize, units: usize, seed: u32, index: u32, spread: &Spread) -> Layer {
        let mut stream = Stream::new(seed, Purpose::Weights, 0, index);
        let bound = (spread.weights)(fan_in, units);
        let weights = uniform(&mut stream, fan_in * units, bound);
        let bias = if spread.is_biased { uniform(&mut stream, units, bound) } else { vec![0.0; units] };
        Layer { fan_in, units, weights, recurrent: Vec::new(), feedback: Vec::new(), bias }
    }

    /// s·W + b
    pub fn from_below(&self, below: &[f64]) -> Vec<f64> {
        let mut out: Vec<f64> = self.bias.iter().map(|&b| f64::from(b)).collect();
        add_product(below, &self.weights, &mut out);
        out
    }

    /// s·Wᵀ
    pub fn from_above(&self, above: &[f64]) -> Vec<f64> {
        let product = |row: &[f32]| row.iter().zip(above).map(|(&w, s)| f64::from(w) * s).sum();
        self.weights.chunks_exact(self.units).map(product).collect()
    }
}

/// out += s·W, W with as many columns as `out`.
pub fn add_product(s: &[f64], weights: &[f32], out: &mut [f64]) {
    for (row, &s) in weights.chunks_exact(out.len()).zip(s).filter(|(_, s)| **s != 0.0) {
        out.iter_mut().zip(row).for_each(|(o, &w)| *o += s * f64::from(w));
    }
}

/// fan_in × units of each layer of a network with `sizes` = input, hidden layers, output units. The labels' area lies beside
/// the first hidden one of spiking areas: that is what predicts it.
pub fn shapes(kind: NetworkKind, sizes: &[usize]) -> Vec<(usize, usize)> {
    let mut shapes: Vec<(usize, usize)> = sizes.windows(2).map(|pair| (pair[0], pair[1])).collect();
    if let (NetworkKind::Areas, Some(output)) = (kind, shapes.last_mut()) {
        output.0 = sizes[1];
    }
    shapes
}

fn uniform(stream: &mut Stream, count: usize, bound: f32) -> Vec<f32> {
    (0..count).map(|_| stream.random_range(-bound..bound)).collect()
}

/// "hidden 1", "hidden 2", …, "output": the name of layer `index` of `count` in messages.
pub fn layer_name(index: usize, count: usize) -> String {
    if index + 1 == count { "output".into() } else { format!("hidden {}", index + 1) }
}

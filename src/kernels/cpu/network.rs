//! One network as the CPU engine holds it.

use ndarray::{Array2, ArrayView2, s};

use super::gradient_update::{gradient_update, with_momentum};
use super::relax;
use crate::kernels::Memory;
use crate::net::gate::Gate;
use crate::net::{Layer, Net};

/// A network, its weights as the kernels like them.
pub struct Network {
    /// Units of each layer, from the first hidden one to the output.
    pub(super) units: Vec<usize>,
    /// Row-major fan_in × units; those that [`Network::lies`] speaks of transposed.
    pub(super) weights: Vec<Vec<f32>>,
    /// units × fan_in; empty but for spiking areas.
    pub(super) feedback: Vec<Vec<f32>>,
    /// units × units; empty for a layer that does not drive itself.
    pub(super) recurrent: Vec<Vec<f32>>,
    pub(super) bias: Vec<Vec<f32>>,
    /// Of spiking areas.
    pub(super) gates: Vec<Gate>,
    pub(super) memory: Memory,
}

impl Network {
    pub(super) fn new(net: &Net) -> Network {
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
    pub(super) fn lies(&self, l: usize) -> bool {
        let is_output = l + 1 == self.units.len();
        if self.feedback[l].is_empty() { is_output } else { l > 0 && !is_output }
    }

    pub(super) fn classes(&self) -> usize {
        *self.units.last().expect("an output layer")
    }

    pub(super) fn fan_in(&self, layer: usize) -> usize {
        self.weights[layer].len() / self.units[layer]
    }

    /// The weights of layer `l`, fan_in × units.
    pub(super) fn matrix(&self, l: usize) -> ArrayView2<'_, f32> {
        let (rows, columns) = (self.fan_in(l), self.units[l]);
        if self.lies(l) {
            ArrayView2::from_shape((columns, rows), &self.weights[l]).expect("units × fan_in").reversed_axes()
        } else {
            ArrayView2::from_shape((rows, columns), &self.weights[l]).expect("fan_in × units")
        }
    }

    pub(super) fn to_net(&self) -> Net {
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
    pub(super) fn descend(&mut self, l: usize, gradient: &Array2<f32>, scale: f32, momentum: f32) {
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
    pub(super) fn is_shallow(&self) -> bool {
        self.units.len() == 2 && self.classes() <= relax::OUTPUTS
    }
}

/// Row-major fan_in × units to units × fan_in.
fn transpose(layer: &Layer) -> Vec<f32> {
    let columns = (0..layer.units).flat_map(|c| layer.weights[c..].iter().step_by(layer.units));
    columns.copied().collect()
}

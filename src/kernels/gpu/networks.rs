//! Parameters of R networks on the GPU: groups of replicas, each small enough for what a kernel may see at once.

use wgpu::Buffer;

use super::context::Context;
use crate::kernels::EngineError;
use crate::net::{Layer, Net};

/// Sizes of a network's layers, and where their states and biases lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// (fan-in, units), from the first hidden layer to the output.
    pub layers: Vec<(u32, u32)>,
}

impl Sizes {
    pub fn of(net: &Net) -> Sizes {
        Sizes { layers: net.layers.iter().map(|layer| (layer.fan_in as u32, layer.units as u32)).collect() }
    }

    pub fn units(&self, layer: usize) -> u32 {
        self.layers[layer].1
    }

    pub fn fan_in(&self, layer: usize) -> u32 {
        self.layers[layer].0
    }

    /// Units of all layers: states of a sample, biases of a network.
    pub fn states(&self) -> u32 {
        self.layers.iter().map(|layer| layer.1).sum()
    }

    /// Where a layer's states begin among a sample's.
    pub fn at(&self, layer: usize) -> u32 {
        self.layers[..layer].iter().map(|layer| layer.1).sum()
    }

    pub fn classes(&self) -> u32 {
        self.layers.last().expect("an output layer").1
    }

    pub fn hidden(&self) -> u32 {
        self.states() - self.classes()
    }

    /// Where each layer ends among a sample's states; kernels take room for eight.
    pub fn ends(&self) -> [u32; 8] {
        std::array::from_fn(|l| if l < self.layers.len() { self.at(l) + self.units(l) } else { u32::MAX })
    }
}

/// R networks of one shape.
pub struct Networks {
    pub sizes: Sizes,
    pub groups: Vec<Group>,
}

/// Replicas whose parameters lie in the same buffers, one after another.
pub struct Group {
    /// The first of them.
    pub first: usize,
    pub count: usize,
    /// By layer: fan-in × units each.
    pub weights: Vec<Buffer>,
    /// All layers'.
    pub bias: Buffer,
}

impl Networks {
    /// Groups so small that their minibatches of `capacity` samples fit into bindings too.
    pub fn new(context: &mut Context, nets: &[Net], capacity: usize) -> Networks {
        context.unbind();
        let sizes = Sizes::of(&nets[0]);
        // Asleep, all layers' weights lie in one buffer: better now than in the middle of a run.
        let asleep = sizes.layers.iter().map(|&(fan_in, units)| 4 * u64::from(fan_in) * u64::from(units + 32)).sum();
        let limit = context.limits.max_storage_buffer_binding_size;
        if asleep > limit {
            context.note(EngineError::TooLarge { what: "a sleeping network's weights", bytes: asleep, limit });
        }
        let weights = sizes.layers.iter().map(|&(fan_in, units)| u64::from(fan_in) * u64::from(units)).max();
        let largest = 4 * weights.unwrap_or(0).max(capacity as u64 * u64::from(sizes.states()));
        let most = (limit / largest.max(1)).clamp(1, nets.len() as u64) as usize;
        let group = |(number, nets): (usize, &[Net])| Group {
            first: number * most,
            count: nets.len(),
            weights: (0..sizes.layers.len())
                .map(|l| context.filled("weights", &joined(nets, |net| &net.layers[l].weights)))
                .collect(),
            bias: context.filled("biases", &biases(nets)),
        };
        let groups = nets.chunks(most).enumerate().map(group).collect();
        Networks { sizes, groups }
    }

    pub fn write(&self, context: &mut Context, nets: &[Net]) {
        context.unbind();
        for group in &self.groups {
            let nets = &nets[group.first..group.first + group.count];
            for (l, buffer) in group.weights.iter().enumerate() {
                context.write(buffer, 0, &joined(nets, |net| &net.layers[l].weights));
            }
            context.write(&group.bias, 0, &biases(nets));
        }
    }

    pub async fn read(&self, context: &mut Context) -> Result<Vec<Net>, EngineError> {
        let mut nets = Vec::new();
        for group in &self.groups {
            let mut weights: Vec<Vec<f32>> = Vec::new();
            for buffer in &group.weights {
                weights.push(context.read(buffer).await?);
            }
            let bias: Vec<f32> = context.read(&group.bias).await?;
            nets.extend((0..group.count).map(|r| self.net(r, &weights, &bias)));
        }
        Ok(nets)
    }

    fn net(&self, r: usize, weights: &[Vec<f32>], bias: &[f32]) -> Net {
        let states = self.sizes.states() as usize;
        let layers = self.sizes.layers.iter().enumerate().map(|(l, &(fan_in, units))| {
            let (fan_in, units) = (fan_in as usize, units as usize);
            let from = r * states + self.sizes.at(l) as usize;
            Layer {
                fan_in,
                units,
                weights: weights[l][r * fan_in * units..][..fan_in * units].to_vec(),
                recurrent: Vec::new(),
                feedback: Vec::new(),
                bias: bias[from..from + units].to_vec(),
            }
        });
        Net { layers: layers.collect(), gates: Vec::new() }
    }
}

fn joined(nets: &[Net], part: impl Fn(&Net) -> &Vec<f32>) -> Vec<f32> {
    nets.iter().flat_map(|net| part(net).iter().copied()).collect()
}

fn biases(nets: &[Net]) -> Vec<f32> {
    nets.iter().flat_map(|net| net.layers.iter().flat_map(|layer| layer.bias.iter().copied())).collect()
}

//! Parameters of R networks on the GPU: groups of replicas, each small enough for what a kernel may see at once.

use wgpu::Buffer;

use super::areas::{Layout, Units};
use super::context::Context;
use crate::kernels::{EngineError, Memory};
use crate::net::gate::Gate;
use crate::net::{Layer, Net};

/// Sizes of a network's layers, and where their states and biases lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// (fan-in, units), from the first hidden layer to the output.
    pub layers: Vec<(u32, u32)>,
    /// Whether these are spiking areas, whose weights lead back, too.
    pub are_areas: bool,
}

impl Sizes {
    pub fn of(net: &Net) -> Sizes {
        let layers = net.layers.iter().map(|layer| (layer.fan_in as u32, layer.units as u32)).collect();
        Sizes { layers, are_areas: net.layers.iter().any(|layer| !layer.feedback.is_empty()) }
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
    /// What the rule keeps, by replica; of intervals, what was so when a task began.
    pub memory: Vec<Memory>,
    /// By replica.
    gates: Vec<Vec<Gate>>,
}

/// Replicas whose parameters lie in the same buffers, one after another.
pub struct Group {
    /// The first of them.
    pub first: usize,
    pub count: usize,
    /// By layer: fan-in × units each. Of spiking areas in one buffer, by replica and layer: those that lead onward, those that
    /// lead back (units × fan-in).
    pub weights: Vec<Buffer>,
    /// All layers'.
    pub bias: Buffer,
    /// Of spiking areas.
    pub units: Option<Units>,
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
        let largest = 4 * largest_part(&sizes, capacity as u64);
        let most = (limit / largest.max(1)).clamp(1, nets.len() as u64) as usize;
        let gates = gates_of(nets);
        let group = |(number, nets): (usize, &[Net])| Group {
            first: number * most,
            count: nets.len(),
            weights: contents(&sizes, nets).iter().map(|weights| context.filled("weights", weights)).collect(),
            bias: context.filled("biases", &biases(nets)),
            units: sizes
                .are_areas
                .then(|| Units::new(context, &Layout::of(&sizes), &gates[number * most..][..nets.len()])),
        };
        let groups = nets.chunks(most).enumerate().map(group).collect();
        Networks { sizes, groups, memory: vec![Memory::default(); nets.len()], gates }
    }

    pub fn write(&mut self, context: &mut Context, nets: &[Net]) {
        context.unbind();
        self.gates = gates_of(nets);
        for group in &mut self.groups {
            let own = group.first..group.first + group.count;
            if let Some(units) = &mut group.units {
                units.write_gates(context, &Layout::of(&self.sizes), &self.gates[own.clone()]);
            }
            let nets = &nets[own];
            for (weights, buffer) in contents(&self.sizes, nets).iter().zip(&group.weights) {
                context.write(buffer, 0, weights);
            }
            context.write(&group.bias, 0, &biases(nets));
        }
    }

    pub async fn read_memory(&self, context: &mut Context) -> Result<Vec<Memory>, EngineError> {
        let mut memory = self.memory.clone();
        for group in &self.groups {
            if let Some(units) = &group.units {
                let own = &mut memory[group.first..group.first + group.count];
                units.read(context, &Layout::of(&self.sizes), own).await?;
            }
        }
        Ok(memory)
    }

    pub fn write_memory(&mut self, context: &mut Context, memory: Vec<Memory>) {
        self.memory = memory;
        for group in &mut self.groups {
            if let Some(units) = &mut group.units {
                let own = &self.memory[group.first..group.first + group.count];
                units.write(context, &Layout::of(&self.sizes), own);
            }
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
            let own = self.gates[group.first..].iter().take(group.count);
            nets.extend(own.enumerate().map(|(r, gates)| self.net(r, &weights, &bias, gates)));
        }
        Ok(nets)
    }

    fn net(&self, r: usize, weights: &[Vec<f32>], bias: &[f32], gates: &[Gate]) -> Net {
        let states = self.sizes.states() as usize;
        // Of spiking areas, where a replica's layers are in the one buffer.
        let mut at = r * self.sizes.layers.iter().map(|&(fan_in, units)| 2 * (fan_in * units) as usize).sum::<usize>();
        let mut layers = Vec::new();
        for (l, &(fan_in, units)) in self.sizes.layers.iter().enumerate() {
            let (fan_in, units) = (fan_in as usize, units as usize);
            let count = fan_in * units;
            let from = r * states + self.sizes.at(l) as usize;
            let (onward, back) = if self.sizes.are_areas {
                (&weights[0][at..][..count], &weights[0][at + count..][..count])
            } else {
                (&weights[l][r * count..][..count], &[][..])
            };
            at += 2 * count;
            layers.push(Layer {
                fan_in,
                units,
                weights: onward.to_vec(),
                recurrent: Vec::new(),
                feedback: back.to_vec(),
                bias: bias[from..from + units].to_vec(),
            });
        }
        Net { layers, gates: gates.to_vec() }
    }
}

fn gates_of(nets: &[Net]) -> Vec<Vec<Gate>> {
    nets.iter().map(|net| net.gates.clone()).collect()
}

/// Numbers of the largest buffer that one replica needs.
fn largest_part(sizes: &Sizes, capacity: u64) -> u64 {
    if sizes.are_areas {
        let layout = Layout::of(sizes);
        return u64::from(layout.weights).max(capacity * u64::from(layout.numbers.max(layout.words)));
    }
    let weights = sizes.layers.iter().map(|&(fan_in, units)| u64::from(fan_in) * u64::from(units)).max();
    weights.unwrap_or(0).max(capacity * u64::from(sizes.states()))
}

/// What each buffer of weights holds.
fn contents(sizes: &Sizes, nets: &[Net]) -> Vec<Vec<f32>> {
    if sizes.are_areas {
        let layers = nets.iter().flat_map(|net| &net.layers);
        return vec![layers.flat_map(|layer| layer.weights.iter().chain(&layer.feedback)).copied().collect()];
    }
    let joined = |l: usize| nets.iter().flat_map(|net| net.layers[l].weights.iter().copied()).collect();
    (0..sizes.layers.len()).map(joined).collect()
}

fn biases(nets: &[Net]) -> Vec<f32> {
    nets.iter().flat_map(|net| net.layers.iter().flat_map(|layer| layer.bias.iter().copied())).collect()
}

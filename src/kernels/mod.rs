//! The vocabulary that networks are trained with, and the engines that speak it.
//!
//! An algorithm is written once against [`Device`]; a kernel once an engine. Kernels enqueue: only the `async`
//! calls read back. Every buffer has a leading replica dimension R ≥ 1: row lists, seeds and sleep's constants
//! differ per replica; shapes, rule and data are shared. A replica whose row list is empty is left as it is.

pub mod cpu;

use crate::data::{DataSet, Samples};
use crate::net::mrnn::Mrnn;
use crate::sleep::Plan;

/// How states move in [`Device::relax`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Relaxation {
    /// Integration step.
    pub dt: f32,
    /// Strength of the feedback from the layer above.
    pub gamma: f32,
    pub steps: u32,
    pub phase: Phase,
}

/// The two phases of equilibrium propagation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Phase {
    /// From zero states, without a target. A sample stops once no state moves more than `tolerance` in a step
    /// (0: never).
    Free { tolerance: f32 },
    /// From the free phase's last states, the output nudged towards the label with strength β.
    Clamped { beta: f32 },
}

/// States that enter a weight's change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum States {
    /// š, at the end of the free phase.
    Free,
    /// ŝ, at the end of the clamped phase.
    Clamped,
    /// ŝ − š
    Difference,
}

/// A product of states that changes weights; see [`Device::hebbian_update`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hebbian {
    /// 0: from the input, whose states are its values in both phases.
    pub layer: usize,
    pub pre: States,
    pub post: States,
    pub scale: f32,
}

/// One replica's answers to test samples, summed over batches.
#[derive(Clone, Debug, PartialEq, Default, serde::Serialize, serde::Deserialize)]
pub struct Tally {
    /// Classes C.
    pub classes: usize,
    /// C × C: samples by class (row) and answer (column; the largest output, the first of equals).
    pub confusion: Vec<u32>,
    /// C × all hidden units: hidden activity summed over each class's samples.
    pub hidden: Vec<f32>,
}

impl Tally {
    pub fn new(classes: usize, hidden_units: usize) -> Tally {
        Tally { classes, confusion: vec![0; classes * classes], hidden: vec![0.0; classes * hidden_units] }
    }
}

/// A number that is not finite, or a weight outside sleep's integers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    pub replica: usize,
    /// Counted from the first hidden layer.
    pub layer: usize,
}

/// Spikes since they were last read: [replica][input, hidden layers, output].
pub type SpikeCounts = Vec<Vec<u64>>;

/// An engine: the CPU, or a GPU.
#[allow(async_fn_in_trait)] // futures stay on one thread: the browser's cannot be Send
pub trait Device {
    /// A data set's samples and labels.
    type Data;
    /// Parameters of R networks of one shape.
    type Weights;
    /// States of one minibatch for each of R networks.
    type Batch;
    /// R spiking networks: weights, voltages and spikes as integers.
    type Sleepers;

    fn load(&mut self, set: &DataSet, samples: &Samples) -> Self::Data;
    fn weights(&mut self, nets: &[Mrnn]) -> Self::Weights;
    async fn read_weights(&mut self, weights: &Self::Weights) -> Vec<Mrnn>;
    /// Room for the states of up to `capacity` samples a replica.
    fn batch(&mut self, weights: &Self::Weights, capacity: usize) -> Self::Batch;

    /// Takes `rows[r]` of `data` as replica r's minibatch and computes its input drive x·W_in + b (B×H₁).
    /// Matches an f64 sum within 1e-5 of Σ|x·w|.
    fn drive(&mut self, weights: &Self::Weights, data: &Self::Data, rows: &[&[u32]], batch: &mut Self::Batch);
    /// Runs one phase of the dynamics in [`crate::net::mrnn`]. States match the step-by-step f64 dynamics within
    /// 1e-5 where the network contracts.
    fn relax(&mut self, weights: &Self::Weights, batch: &mut Self::Batch, relaxation: &Relaxation);
    /// W_l += scale/B · Σ_b preᵀ·post. Batches of size 0 change nothing.
    fn hebbian_update(
        &mut self,
        weights: &mut Self::Weights,
        data: &Self::Data,
        batch: &mut Self::Batch,
        update: Hebbian,
    );
    /// b_l += scale/B · Σ_b (ŝ − š)
    fn bias_update(&mut self, weights: &mut Self::Weights, batch: &Self::Batch, layer: usize, scale: f32);
    /// The first number in the batch's drive or states, or in the output's weights, that is not finite; found by
    /// its exponent's bits.
    async fn fault(&mut self, weights: &Self::Weights, batch: &Self::Batch) -> Option<Fault>;

    /// The batch's states of one layer: by replica, B × units.
    async fn read_states(&mut self, batch: &Self::Batch, layer: usize, states: States) -> Vec<Vec<f32>>;
    /// Adds the batch's free-phase answers and hidden activity to `tallies[r]`.
    async fn tally(&mut self, batch: &Self::Batch, tallies: &mut [Tally]);
    /// Largest free-phase activity of each layer: [replica][layer]; 0 for an empty batch.
    async fn largest_activity(&mut self, batch: &Self::Batch) -> Vec<Vec<f32>>;

    /// Turns networks into spiking ones.
    fn fall_asleep(&mut self, weights: &Self::Weights, plans: &[Plan]) -> Self::Sleepers;
    /// Runs steps `first + 1 ..= first + steps` of Kubo et al. 2025, Algorithm 1, in the integer arithmetic that
    /// [`crate::sleep`] defines: every engine gives the same spikes and weights, exactly. A replica whose own
    /// sleep is shorter stops at its end.
    fn sleep(&mut self, sleepers: &mut Self::Sleepers, first: u32, steps: u32);
    /// Spikes since the last reading, and the first weight that left the range of sleep's integers.
    async fn read_spikes(&mut self, sleepers: &mut Self::Sleepers) -> (SpikeCounts, Option<Fault>);
    /// Which units spiked in the last step: [replica][input, hidden layers, output].
    async fn read_firing(&mut self, sleepers: &Self::Sleepers) -> Vec<Vec<Vec<u32>>>;
    /// Every sleep lasts so many steps longer.
    fn lengthen(&mut self, sleepers: &mut Self::Sleepers, steps: u32);
    /// Writes weights that changed back to `weights`; the others keep their bits.
    fn wake(&mut self, sleepers: &Self::Sleepers, weights: &mut Self::Weights);
    /// The whole state of a sleep, to be saved.
    async fn read_sleepers(&mut self, sleepers: &Self::Sleepers) -> Vec<crate::sleep::Sleeper>;
    /// A saved sleep, to go on.
    fn sleepers(&mut self, saved: Vec<crate::sleep::Sleeper>) -> Self::Sleepers;
}

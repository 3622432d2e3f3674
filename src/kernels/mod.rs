//! The vocabulary that networks are trained with, and the engines that speak it.
//!
//! An algorithm is written once against [`Device`]; a kernel once an engine. Kernels enqueue: only the `async`
//! calls read back. Every buffer has a leading replica dimension R ≥ 1: row lists, seeds and sleep's constants
//! differ per replica; shapes, rule and data are shared. A replica whose row list is empty is left as it is.

pub mod cpu;
pub mod gpu;

use serde::{Deserialize, Serialize};

use crate::connect::spec::Credit;
use crate::data::{DataSet, Samples};
use crate::event::{AreaActivity, Held};
use crate::net::Net;
use crate::net::areas::{Constants, Intervals, Plasticity};
use crate::net::ctrnn::Reading;
use crate::net::layered::{Layered, OutputKind};
use crate::sleep::Sleeper;

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

/// The last steps of a free phase, which [`Device::adjoint`] goes through and back.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Unrolling {
    /// Integration step.
    pub dt: f32,
    /// Strength of the feedback from the layer above.
    pub gamma: f32,
    pub steps: u32,
    /// Whether the gradient passes the outputs' hs where it is flat, too.
    pub straight_through: bool,
}

/// What [`Device::forward`] does with a minibatch.
#[derive(Clone, Copy, Debug)]
pub struct Pass<'a> {
    pub layered: Layered,
    /// Where the network learns: what it is to be drawn from which units are left out. `None`: it answers.
    pub left_out: Option<Draws<'a>>,
}

/// Where the random draws of a minibatch stand in a run.
#[derive(Clone, Copy, Debug)]
pub struct Draws<'a> {
    /// By replica.
    pub seeds: &'a [u32],
    pub phase: u32,
    /// Counted from the phase's start.
    pub minibatch: u32,
}

/// What [`Device::show`] does with a minibatch.
#[derive(Clone, Debug)]
pub struct Showing<'a> {
    pub constants: Constants,
    pub draws: Draws<'a>,
    /// `None`: there is no label, and nothing changes.
    pub plasticity: Option<Plasticity>,
}

/// What spiking areas did since it was last asked, summed over samples.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Shown {
    pub samples: u64,
    /// By pair of areas, from the input to the labels: the squared mean error of a lower unit over a sample's steps, averaged
    /// over the units.
    pub error: Vec<f64>,
    /// Spikes of the input, of what is expected of it, of each area, and of the labels' area.
    pub spikes: Vec<u64>,
    /// A presynaptic number other than 0, once for each weight that it goes through.
    pub operations: u64,
    /// Weights that changed, once for each change.
    pub changes: u64,
}

impl Shown {
    pub fn add(&mut self, other: &Shown) {
        self.samples += other.samples;
        self.error.resize(other.error.len().max(self.error.len()), 0.0);
        self.spikes.resize(other.spikes.len().max(self.spikes.len()), 0);
        self.error.iter_mut().zip(&other.error).for_each(|(sum, e)| *sum += e);
        self.spikes.iter_mut().zip(&other.spikes).for_each(|(sum, n)| *sum += n);
        self.operations += other.operations;
        self.changes += other.changes;
    }

    /// For one sample on average; `None` where none was shown.
    pub fn activity(&self) -> Option<AreaActivity> {
        let samples = self.samples as f64;
        (self.samples > 0).then(|| AreaActivity {
            samples: self.samples,
            error: self.error.iter().map(|squares| (squares / samples).sqrt()).collect(),
            spikes: self.spikes.iter().map(|&n| n as f64 / samples).collect(),
            operations: self.operations as f64 / samples,
            changes: self.changes as f64 / samples,
        })
    }
}

/// A step down the gradient; see [`Device::gradient_update`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Descent {
    pub layer: usize,
    /// Of the gradient summed over a minibatch, relative to its size: −α.
    pub scale: f32,
    /// Part of the last change that is made again.
    pub momentum: f32,
    /// Whether the biases learn, too.
    pub is_biased: bool,
}

/// Orthogonal weights modification of all layers; see [`Device::owm_update`].
#[derive(Clone, Debug, PartialEq)]
pub struct Owm {
    /// By layer.
    pub rates: Vec<f32>,
    pub alphas: Vec<f32>,
    pub momentum: f32,
    /// The largest norm of the whole gradient: a larger one is scaled down to it.
    pub most: f32,
}

/// What a rule keeps from one minibatch to the next beside the weights; empty at first, and with most rules.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Memory {
    /// Momentum's last change of the weights, as the engine holds them, by layer.
    pub velocity: Vec<Vec<f32>>,
    /// The same of the biases.
    pub bias_velocity: Vec<Vec<f32>>,
    /// P of orthogonal weights modification, by layer: (fan_in + 1)².
    pub projectors: Vec<Vec<f32>>,
    /// Of spiking areas whose regular units are protected: of what is expected of the input, of each area, of the labels.
    pub intervals: Vec<Intervals>,
}

impl Memory {
    fn make_room(&mut self, layers: usize) {
        self.velocity.resize(layers, Vec::new());
        self.bias_velocity.resize(layers, Vec::new());
    }

    fn intervals_fit(&self, shapes: &[(usize, usize)]) -> bool {
        let units = std::iter::once(shapes[0].0).chain(shapes.iter().map(|shape| shape.1));
        self.intervals.len() == shapes.len() + 1 && self.intervals.iter().zip(units).all(|(i, units)| i.fits(units))
    }

    /// Whether it can belong to layers of fan_in × units as listed. Of a run that diverged it need not be finite.
    pub fn fits(&self, shapes: &[(usize, usize)]) -> bool {
        let holds = |lists: &[Vec<f32>], length: fn(usize, usize) -> usize| {
            let fits = |(list, &(fan_in, units)): (&Vec<f32>, &(usize, usize))| {
                [0, length(fan_in, units)].contains(&list.len())
            };
            [0, shapes.len()].contains(&lists.len()) && lists.iter().zip(shapes).all(fits)
        };
        holds(&self.velocity, |fan_in, units| fan_in * units)
            && holds(&self.bias_velocity, |_, units| units)
            && holds(&self.projectors, |fan_in, _| (fan_in + 1) * (fan_in + 1))
            && (self.intervals.is_empty() || self.intervals_fit(shapes))
    }
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
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
pub struct Tally {
    /// Classes C.
    pub classes: usize,
    /// C × C: samples by class (row) and answer (column; the largest output, the first of equals).
    pub confusion: Vec<u32>,
    /// C: samples of each class whose answer is right where only the classes of its task are allowed (task-incremental).
    pub within: Vec<u32>,
    /// C × all hidden units: hidden activity summed over each class's samples.
    pub hidden: Vec<f32>,
}

impl Tally {
    pub fn new(classes: usize, hidden_units: usize) -> Tally {
        Tally {
            classes,
            confusion: vec![0; classes * classes],
            within: vec![0; classes],
            hidden: vec![0.0; classes * hidden_units],
        }
    }

    /// Adds what `other`, of the same shape, counts.
    pub fn add(&mut self, other: &Tally) {
        self.confusion.iter_mut().zip(&other.confusion).for_each(|(sum, n)| *sum += n);
        self.within.iter_mut().zip(&other.within).for_each(|(sum, n)| *sum += n);
        self.hidden.iter_mut().zip(&other.hidden).for_each(|(sum, h)| *sum += h);
    }

    pub fn clear(&mut self) {
        self.confusion.fill(0);
        self.within.fill(0);
        self.hidden.fill(0.0);
    }
}

/// A number that is not finite, or a weight outside sleep's integers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    pub replica: usize,
    /// Counted from the first hidden layer.
    pub layer: usize,
    /// How many calls of [`Device::check`] came after the one that found it.
    pub ago: u32,
}

/// Why an engine cannot go on. The CPU always can.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EngineError {
    #[error("this machine or browser offers no GPU through WebGPU")]
    NoAdapter,
    #[error("the GPU does not serve: {0}")]
    NoDevice(String),
    #[error("the GPU was lost ({0})")]
    Lost(String),
    #[error("the GPU's memory is full")]
    OutOfMemory,
    #[error("the GPU takes {what} of at most {limit} bytes, and {bytes} are needed")]
    TooLarge { what: &'static str, bytes: u64, limit: u64 },
    #[error("the GPU's driver does not take the shader `{shader}`: {message}")]
    Shader { shader: &'static str, message: String },
    #[error("the GPU refused its work: {0}")]
    Refused(String),
    #[error("{0} is computed on the CPU alone")]
    OnCpuAlone(&'static str),
}

/// The first weight of each sleeping network that left the range of sleep's integers.
fn faults(sleepers: &[Sleeper]) -> Vec<Fault> {
    let of = |(replica, sleeper): (usize, &Sleeper)| {
        sleeper.layers.iter().position(|layer| layer.left_range).map(|layer| Fault { replica, layer, ago: 0 })
    };
    sleepers.iter().enumerate().filter_map(of).collect()
}

/// Moves thresholds as each network's homeostasis says; says whether any has it.
fn adapt(sleepers: &mut [Sleeper], counts: &SpikeCounts, steps: &[u32]) -> bool {
    let mut any = false;
    for ((sleeper, counts), &steps) in sleepers.iter_mut().zip(counts).zip(steps) {
        if sleeper.homeostasis > 0.0 && steps > 0 {
            sleeper.adapt(counts, steps);
            any = true;
        }
    }
    any
}

/// Spikes since they were last read: [replica][input, hidden layers, output].
pub type SpikeCounts = Vec<Vec<u64>>;

/// Units that spiked: [step][input, hidden layers, output], ascending.
pub type Firing = Vec<Vec<Vec<u32>>>;

/// An engine: the CPU, or a GPU. Errors wait for the next call that reads back; what was computed since the last
/// such call is lost then.
#[allow(async_fn_in_trait)] // futures stay on one thread: the browser's cannot be Send
pub trait Device {
    /// Test samples of a batch that suit the engine.
    const TEST_BATCH: usize;
    /// Whether a kernel is done when its call returns.
    const WAITS: bool;

    /// A data set's samples and labels.
    type Data;
    /// Parameters of R networks of one shape.
    type Weights;
    /// States of one minibatch for each of R networks, and what is counted over minibatches.
    type Batch;
    /// R spiking networks: weights, voltages and spikes as integers.
    type Sleepers;

    fn load(&mut self, set: &DataSet, samples: &Samples) -> Self::Data;
    /// Takes networks whose minibatches will have at most `capacity` samples.
    fn weights(&mut self, nets: &[Net], capacity: usize) -> Self::Weights;
    /// Replaces the parameters by those of networks of the same shape.
    fn write_weights(&mut self, weights: &mut Self::Weights, nets: &[Net]);
    async fn read_weights(&mut self, weights: &Self::Weights) -> Result<Vec<Net>, EngineError>;
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
    /// Goes on with the free phase for `steps` more steps, all of them, and takes the gradient of ½Σ(o − y)² back through
    /// them, the states before them held: what [`Device::gradient_update`] applies. With z the inputs of the units and
    /// f their nonlinearities (relu'(z) = 0 for z ≤ 0, hs'(z) = 0 outside 0 < z < 1), from the last step to the first:
    ///
    /// ```text
    /// g_l = dt · f'(z_l) · ∂L/∂s_l                  ∂L/∂s_l ← (1 − dt) ∂L/∂s_l + g_(l+1)·W_(l+1)ᵀ + γ·g_(l−1)·W_l
    /// ∂L/∂W_l += s_(l−1)ᵀ·g_l + γ·g_(l−1)ᵀ·s_l      ∂L/∂b_l += Σ_b g_l
    /// ```
    ///
    /// The input being constant, ∂L/∂W_in is one product with g summed over the steps. Matches the f64 gradient within
    /// 3e-4 of the largest of its matrix, where no unit is at a kink.
    fn adjoint(&mut self, weights: &Self::Weights, batch: &mut Self::Batch, unrolling: &Unrolling);
    /// Takes a layered network's minibatch, whose drive is computed, to its output as [`crate::net::layered`] says. States match
    /// the f64 dynamics within 1e-5 of their largest.
    fn forward(&mut self, weights: &Self::Weights, batch: &mut Self::Batch, pass: &Pass);
    /// Takes the gradient of the output's loss back through all steps of the last [`Device::forward`]: what
    /// [`Device::gradient_update`] and [`Device::owm_update`] apply. Matches the f64 gradient within 3e-4 of the largest of
    /// its matrix, where no unit is at a kink.
    fn backward(&mut self, weights: &Self::Weights, batch: &mut Self::Batch, output: OutputKind);
    /// Takes `rows[r]` of `data` as replica r's minibatch, which reads them row by row as [`crate::net::ctrnn`] says. The states left
    /// are f(h) and o after the last step; they match the f64 dynamics within 1e-4 of their largest.
    fn read(
        &mut self,
        weights: &Self::Weights,
        data: &Self::Data,
        rows: &[&[u32]],
        batch: &mut Self::Batch,
        reading: &Reading,
    );
    /// Takes what `credit` lets through of the gradient of the cross-entropy of the last [`Device::read`]'s answer: what
    /// [`Device::gradient_update`] applies. That of backpropagation through time matches the f64 gradient within 3e-4 of the largest of
    /// its matrix, where no unit is at a kink.
    fn credit(&mut self, weights: &Self::Weights, batch: &mut Self::Batch, reading: &Reading, credit: Credit);
    /// Takes `rows[r]` of `data` as replica r's minibatch and shows them to spiking areas, step by step as [`crate::net::areas`]
    /// says, from silence. All samples of a minibatch meet the same weights in a step; a weight's change is the mean of theirs.
    /// The states left are rates in spikes a second; of the labels' units, with up to half a spike more for their mean voltage,
    /// which decides between equals. Spikes match the f64 dynamics where no voltage comes within 1e-5 of the threshold.
    fn show(
        &mut self,
        weights: &mut Self::Weights,
        data: &Self::Data,
        rows: &[&[u32]],
        batch: &mut Self::Batch,
        showing: &Showing,
    );
    /// What spiking areas did since the last call, by replica.
    async fn read_shown(&mut self, batch: &mut Self::Batch) -> Result<Vec<Shown>, EngineError>;
    /// v_l ← momentum·v_l + scale/B · ∂L/∂W_l, W_l += v_l; biases likewise, and weights from a layer to itself, but these without
    /// momentum, which no Spec gives them.
    fn gradient_update(
        &mut self,
        weights: &mut Self::Weights,
        data: &Self::Data,
        batch: &mut Self::Batch,
        descent: Descent,
    );
    /// With G the mean gradient of a layer's weights and biases, scaled down where that of all is longer than `most`, and r the
    /// mean input of the layer, with a 1 for its bias (Zeng et al. 2019, eq. 1–2, recursively):
    ///
    /// ```text
    /// k = P r      P ← P − k kᵀ/(α + rᵀk)      v ← momentum·v − rate·P·G      W += v
    /// ```
    fn owm_update(&mut self, weights: &mut Self::Weights, data: &Self::Data, batch: &mut Self::Batch, owm: &Owm);
    /// What the first network holds while it learns, as the minibatch before was left; `None` where that cannot be counted.
    fn held(&self, weights: &Self::Weights, batch: &Self::Batch) -> Option<Held>;
    /// What the networks' rule keeps beside their weights, by replica.
    async fn read_memory(&mut self, weights: &Self::Weights) -> Result<Vec<Memory>, EngineError>;
    fn write_memory(&mut self, weights: &mut Self::Weights, memory: Vec<Memory>);
    /// Looks for a number in the batch's drive or states, or in the output's weights, that is not finite; by its
    /// exponent's bits.
    fn check(&mut self, weights: &Self::Weights, batch: &mut Self::Batch);
    /// The first fault of each replica that the checks found, whether told before or not: those of the last few
    /// minibatches may be told later, unless `all` are waited for.
    async fn faults(&mut self, batch: &mut Self::Batch, all: bool) -> Result<Vec<Fault>, EngineError>;

    /// The batch's states of one layer: by replica, B × units.
    async fn read_states(
        &mut self,
        batch: &Self::Batch,
        layer: usize,
        states: States,
    ) -> Result<Vec<Vec<f32>>, EngineError>;
    /// Counts the batch's free-phase answers and sums its hidden activity. `task_of[c]` is the task that class c belongs to.
    fn tally(&mut self, batch: &mut Self::Batch, task_of: &[u32]);
    /// Adds what was counted since the last call to `tallies[r]`.
    async fn read_tallies(&mut self, batch: &mut Self::Batch, tallies: &mut [Tally]) -> Result<(), EngineError>;
    /// Largest free-phase activity of each layer: [replica][layer]; 0 for an empty batch.
    async fn largest_activity(&mut self, batch: &Self::Batch) -> Result<Vec<Vec<f32>>, EngineError>;

    /// Takes networks that have slept `done` steps.
    fn sleepers(&mut self, sleepers: Vec<Sleeper>, done: u32) -> Self::Sleepers;
    /// Runs steps `first + 1 ..= first + steps` of Kubo et al. 2025, Algorithm 1, in the integer arithmetic that
    /// [`crate::sleep`] defines: every engine gives the same spikes and weights, exactly. A replica whose own
    /// sleep is shorter stops at its end.
    fn sleep(&mut self, sleepers: &mut Self::Sleepers, first: u32, steps: u32);
    /// The same, and which units of the first replica spiked in each of the steps.
    async fn sleep_watched(
        &mut self,
        sleepers: &mut Self::Sleepers,
        first: u32,
        steps: u32,
    ) -> Result<Firing, EngineError>;
    /// Spikes since the last reading, and the first weight of each network that left the range of sleep's integers.
    async fn read_spikes(&mut self, sleepers: &mut Self::Sleepers) -> Result<(SpikeCounts, Vec<Fault>), EngineError>;
    /// Thresholds follow what was fired: `counts` as read, over so many steps of each network; none for one that is over.
    fn adapt(&mut self, sleepers: &mut Self::Sleepers, counts: &SpikeCounts, steps: &[u32]);
    /// Every sleep lasts so many steps longer.
    fn lengthen(&mut self, sleepers: &mut Self::Sleepers, steps: u32);
    /// The whole state of a sleep, after `done` steps.
    async fn read_sleepers(&mut self, sleepers: &Self::Sleepers, done: u32) -> Result<Vec<Sleeper>, EngineError>;
}

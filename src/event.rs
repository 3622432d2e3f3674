//! What an experiment tells the page, the command line and the tests: plain data, typed once.
//!
//! The command line writes one Event a line as JSON; the page receives the same values, with TypeScript types
//! generated from these.

use serde::{Deserialize, Serialize};

use crate::spec::{EngineKind, Spec};

/// One thing that happened. `run` counts the runs of an experiment (replicas) from 0.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum Event {
    /// A run begins. `spec` holds its own seed.
    Started {
        run: u32,
        spec: Box<Spec>,
        seed: u32,
        /// Names of all phases to come: T1 S1 T2 S2 … (P for parallel training).
        phases: Vec<String>,
        /// Classes of each task, in the order they are learnt.
        tasks: Vec<Vec<u8>>,
    },
    /// What computes from now on: told at the beginning, and whenever it changes.
    Engine {
        engine: EngineUsed,
        /// What happened to the engine before, or to the one that was asked for, for people; `null` where nothing did.
        failure: Option<String>,
        /// Whether work was lost with the engine before: the run goes on from its last checkpoint, and what was told of later
        /// work is told again.
        went_back: bool,
        /// Where the run goes on: the phase, counted from 0, and the samples or steps of it that are done; 2³² − 1 once it
        /// is only measured.
        phase: u32,
        done: u32,
    },
    /// A person acted, or what a person did is repeated: phases were added.
    Acted {
        run: u32,
        /// With all actions, those that a repeated run has still to come included.
        spec: Box<Spec>,
        /// Names of all phases, those that are over included.
        phases: Vec<String>,
    },
    /// A slice of work was done, for all runs of the experiment.
    Progress {
        /// The phase that is under way, counted from 0, and its name; `start` while the network that has learnt nothing
        /// is measured.
        phase: u32,
        name: String,
        /// What the slice did.
        activity: Activity,
        /// Work done and to do in this phase, in the activity's unit (samples or sleep steps).
        done: u64,
        total: u64,
        /// The part of the whole run's work that is done, 0 to 1, weighted by what each kind costs.
        fraction: f64,
        /// Seconds of computing since the run began.
        seconds: f64,
    },
    /// Spikes of one slice of sleep.
    Spikes {
        run: u32,
        phase: u32,
        /// Sleep steps done so far in this phase.
        step: u32,
        /// Mean spikes a step in this slice: input, hidden layers, output.
        per_step: Vec<f64>,
    },
    /// A phase ended and was measured.
    Phase(Box<PhaseReport>),
    /// A number stopped being finite, or a weight left the range of sleep's integers. What was measured stays.
    Diverged {
        run: u32,
        phase: u32,
        name: String,
        /// Batch or sleep step within the phase.
        step: u64,
        /// Which layer: `hidden 1`, `output`.
        layer: String,
        message: String,
    },
    /// A run ended.
    Finished(Box<Finished>),
}

impl Event {
    /// The run that it is of; `None` where it is of all runs of the experiment.
    pub fn run(&self) -> Option<u32> {
        match self {
            Event::Engine { .. } | Event::Progress { .. } => None,
            Event::Started { run, .. }
            | Event::Acted { run, .. }
            | Event::Spikes { run, .. }
            | Event::Diverged { run, .. } => Some(*run),
            Event::Phase(report) => Some(report.run),
            Event::Finished(finished) => Some(finished.run),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum Activity {
    /// Unit: training samples.
    Train,
    /// Unit: sleep steps.
    Sleep,
    /// Unit: test samples.
    Evaluate,
}

/// Everything measured after a phase.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct PhaseReport {
    pub run: u32,
    pub phase: u32,
    /// T1, S1, T2, … or P.
    pub name: String,
    /// Accuracy on each task's test data, in the order the tasks are learnt, 0 to 1: one row of the matrix R.
    pub accuracy: Vec<f64>,
    /// Accuracy over all test samples, 0 to 1.
    pub mean: f64,
    /// As `accuracy`, the answer being one of the classes of the sample's own task: task-incremental. Empty where tasks have one
    /// class each, or all the same, or there is one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub task_incremental: Vec<f64>,
    /// Test samples by class (row) and answer (column).
    pub confusion: Vec<Vec<u32>>,
    /// Mean activity of each hidden unit over each class's test samples: [class][unit], all hidden layers
    /// one after another.
    pub hidden_mean: Vec<Vec<f32>>,
    /// For a sleep: mean spikes a step of input, hidden layers and output.
    pub spikes_per_step: Vec<f64>,
    /// For a sleep: how each weight matrix changed, from the input to the output.
    pub weight_change: Vec<WeightChange>,
    /// When the Spec asks: mean energy of a fixed batch of test samples after each free step (Kubo et al. 2025,
    /// eq. 1–3).
    pub energy: Vec<f64>,
    /// When the Spec asks: the largest movement of any state of that batch in each free step.
    pub movement: Vec<f64>,
    /// Of spiking areas: what they did in the phase's learning, if there was any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub learning: Option<AreaActivity>,
    /// The same of each twentieth of the phase's learning, in order; parts without a minibatch are left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub learning_course: Vec<AreaActivity>,
    /// Of spiking areas whose regular units are protected: Ω of each unit, by area.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub regularity: Vec<Vec<f32>>,
    /// Of spiking areas: what they did while they answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answering: Option<AreaActivity>,
    /// Seconds of computing since the run began.
    pub seconds: f64,
}

/// What spiking areas did, for one sample on average.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct AreaActivity {
    pub samples: u64,
    /// By pair of areas, from the input to the labels: the root mean square, over lower units and samples, of a unit's mean error.
    /// Of the input and the labels in spikes a step, of an area in units of its trace.
    pub error: Vec<f64>,
    /// Spikes of the input, of what is expected of it, of each area, and of the labels' area.
    pub spikes: Vec<f64>,
    /// Synaptic operations: a presynaptic number other than 0, once for each weight that it goes through.
    pub operations: f64,
    /// Changes of weights.
    pub changes: f64,
}

/// Which units spiked in the last steps of a slice of sleep.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Raster {
    pub phase: u32,
    /// The first of the steps.
    pub step: u32,
    /// [input, hidden layers, output][step] → units that spiked, ascending.
    pub layers: Vec<Vec<Vec<u32>>>,
}

/// How the entries of one weight matrix changed across a sleep, in units of weight.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct WeightChange {
    pub mean: f64,
    /// Part of the entries that moved down, 0 to 1; those that moved neither way are in neither part.
    pub down: f64,
    /// Part of the entries that moved up, 0 to 1.
    pub up: f64,
    pub min: f64,
    pub max: f64,
    /// Counts in equal bins from `min` to `max`.
    pub histogram: Vec<u32>,
}

/// A run's result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Finished {
    pub run: u32,
    pub spec: Spec,
    pub seed: u32,
    pub phases: Vec<String>,
    /// Classes of each task, in the order they were learnt.
    pub tasks: Vec<Vec<u8>>,
    /// R[i][j]: accuracy on task j after phase i, 0 to 1.
    pub matrix: Vec<Vec<f64>>,
    /// Accuracy over all test samples after the last phase, 0 to 1.
    pub accuracy: f64,
    /// Accuracy on each task before anything was learnt, 0 to 1.
    pub untaught: Vec<f64>,
    /// Average accuracy (Lopez-Paz & Ranzato 2017): the mean over all tasks of the accuracy at the end, 0 to 1.
    pub average_accuracy: f64,
    /// First − last: the mean over all tasks but the last of the accuracy just after the task was learnt minus the
    /// accuracy at the end, −1 to 1; like the three below, 0 for a single task.
    pub forgetting: f64,
    /// Max − last (Chaudhry et al. 2018): the same from the largest accuracy that was ever measured before the end.
    pub forgetting_max: f64,
    /// Backward transfer (Lopez-Paz & Ranzato 2017): −forgetting, first − last.
    pub backward_transfer: f64,
    /// Forward transfer (Lopez-Paz & Ranzato 2017): the mean over all tasks but the first of the accuracy just before the
    /// task is taught minus the accuracy on it before anything was learnt, −1 to 1.
    pub forward_transfer: f64,
    /// What the network knows when it is told which task a sample is of; `None` where that is no question, and in results older
    /// than this measure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task_incremental: Option<TaskIncremental>,
    /// What it took beside time; `None` in results older than this measure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<Cost>,
    /// Seconds of computing.
    pub seconds: f64,
    pub time: TimeShares,
    /// What computed the run in the end; `null` where nobody noted it.
    #[serde(default)]
    pub engine: Option<EngineUsed>,
}

/// What a run takes beside time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Cost {
    /// The most that was held while it learnt; `None` on a GPU.
    pub held: Option<Held>,
    /// For one sample on average, that is learnt and that is answered.
    pub learning: Effort,
    pub answering: Effort,
}

/// Bytes that are held while a network learns, one minibatch at a time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Held {
    pub weights: u64,
    /// What the rule keeps from one minibatch to the next: momentum, projectors, inter-spike intervals, gates.
    pub rule: u64,
    /// States of a minibatch, its gradients, and what waits for the way back.
    pub states: u64,
    /// What is kept of the data of earlier tasks: samples to rehearse, mean inputs to sleep by, networks to average.
    pub data: u64,
}

impl Held {
    pub fn total(&self) -> u64 {
        self.weights + self.rule + self.states + self.data
    }
}

/// What one sample costs on average.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Effort {
    /// Synaptic operations: a number other than 0, once for each weight that it goes through. Counted of spiking areas, of other
    /// networks from their shapes ([`effort`](crate::net::effort::effort)).
    pub operations: f64,
    /// Changes of weights.
    pub changes: f64,
    /// Of spiking areas: spikes of all units, the input's among them.
    pub spikes: Option<f64>,
}

/// A run's result where the answer is one of the classes of the sample's own task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct TaskIncremental {
    /// As [`Finished::matrix`], and so on.
    pub matrix: Vec<Vec<f64>>,
    pub accuracy: f64,
    pub average_accuracy: f64,
    pub forgetting: f64,
}

/// What computes a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct EngineUsed {
    /// Never `auto`.
    pub kind: EngineKind,
    /// The GPU; `null` on the CPU.
    pub adapter: Option<Adapter>,
    /// Why this one, for people.
    pub reason: String,
    /// What was measured where the faster one was looked for: the run's expected seconds on each.
    pub trials: Vec<Trial>,
}

/// A GPU, or a program that acts as one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Adapter {
    pub name: String,
    /// Through which interface it is reached.
    pub api: String,
    /// Whether it is a program on the CPU.
    pub software: bool,
}

/// A moment's measurement of an engine on a run's own shapes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Trial {
    pub kind: EngineKind,
    /// Of one minibatch: drive, both phases and updates.
    pub seconds_a_batch: f64,
    /// Of one step of sleep; 0 where the run does not sleep.
    pub seconds_a_step: f64,
    /// What the whole run would take.
    pub seconds: f64,
}

/// Where a run's computing time went, in seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct TimeShares {
    /// Products with the data: input drive and the update of weights, in training.
    pub products: f64,
    /// Free and clamped phases, in training; or the free phase and the way back through its last steps.
    pub settling: f64,
    /// Training on a GPU, whose kernels are not waited for one by one.
    pub learning: f64,
    pub sleep: f64,
    /// Drive, free phase and counting on test data, and what else is measured after a phase.
    pub evaluation: f64,
}

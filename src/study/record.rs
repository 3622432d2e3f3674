//! What one run leaves behind for the analyses: all that is made of it alone.

use serde::{Deserialize, Serialize};

use crate::analysis::Replay;
use crate::event::WeightChange;

/// A finished run. It crosses from a Worker to the page as JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    pub phases: Vec<String>,
    /// Classes of each task, in the order they were learnt.
    pub tasks: Vec<Vec<u8>>,
    /// Accuracy by phase and task, 0 to 1.
    pub matrix: Vec<Vec<f64>>,
    /// Before and after the last sleep; `None` where none was slept after something was learnt.
    pub sleep: Option<Around>,
    /// What was read from each slice of each sleep, in their order.
    pub slices: Vec<Slice>,
    /// What was dreamt of each class, over all sleeps.
    pub dreams: Vec<Dream>,
    /// Of each class, in the order they were learnt, how its synapses fared over the first two tasks.
    pub kept: Vec<Kept>,
}

/// What the last sleep did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Around {
    pub before: Seen,
    pub after: Seen,
    /// Of each weight matrix, from the input to the output.
    pub change: Vec<WeightChange>,
}

/// What was measured after a phase, with classes in the order they were learnt.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    /// Test samples by class (row) and answer (column).
    pub confusion: Vec<Vec<u32>>,
    /// Pearson's correlation between the classes' mean hidden activities.
    pub correlation: Vec<Vec<f64>>,
}

/// What a slice of sleep stood for, read through the network that fell asleep.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Slice {
    pub phase: u32,
    /// Steps of that sleep that were done by its end.
    pub step: u32,
    #[serde(flatten)]
    pub replay: Replay,
}

/// What was dreamt of a class.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Dream {
    pub class: usize,
    /// Sleep steps that stood for it.
    pub steps: u32,
    /// Their mean input pattern, in units of weight.
    pub pattern: Vec<f32>,
}

/// How a class's synapses to the output fared over T1, T2 and S2; `None` where a run has no such phases.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    pub class: usize,
    /// After T1, T2 and S2, 0 to 1.
    pub accuracy: [Option<f64>; 3],
    /// Cosine between its synapses' importance at T1 and T2, T1 and S2, T2 and S2.
    pub likeness: [Option<f64>; 3],
}

//! What a replica is, apart from its weights: its plan of rows, its sleep, and the means that sleep's noise is shaped by.

use super::fitting::image_size;
use super::state::Log;
use crate::continual::RunError;
use crate::continual::measures;
use crate::data::plan::{Plan, TaskRows, plan};
use crate::data::{DataSet, Samples};
use crate::sleep::MeanInput;
use crate::spec::{Act, NetworkKind, Sleep, Spec};

/// What a replica is, apart from its weights: fixed by Spec, seed and data.
pub(super) struct Replica {
    pub(super) seed: u32,
    pub(super) sleep: Sleep,
    pub(super) plan: Plan,
    pub(super) tests: Vec<u32>,
    /// Mean input of each task, in the order they are learnt.
    pub(super) means: Vec<MeanInput>,
    /// Training samples of each class.
    pub(super) counts: Vec<u64>,
    /// Inputs that are not 0, in a training sample on average, each as often as it is taken in.
    pub(super) inputs: f64,
    /// Bytes of a sample and its label.
    pub(super) sample_bytes: u64,
}

impl Replica {
    /// `set` is what its plan divides, `train` the training samples that the plan's rows are of.
    pub(super) fn new(spec: &Spec, set: &DataSet, train: &Samples) -> Result<Replica, RunError> {
        let plan = plan(spec, spec.seed, set)?;
        let tests = plan.tasks.iter().flat_map(|task| task.test.iter().copied()).collect();
        let mean = |rows: &[u32]| {
            let mut mean = MeanInput::new(set.shape.len());
            mean.add(train, rows);
            mean
        };
        let means = plan.tasks.iter().map(|task| mean(&task.train)).collect();
        let mut counts = vec![0; set.classes.len()];
        plan.tasks
            .iter()
            .flat_map(|task| &task.train)
            .for_each(|&row| counts[usize::from(train.labels[row as usize])] += 1);
        let times = match image_size(set) {
            Some((height, _)) if spec.network.kind == NetworkKind::Ctrnn => spec.network.free_steps / height,
            _ => 1,
        };
        let inputs = train.values.density() * set.shape.len() as f64 * f64::from(times);
        let sample_bytes = train.values.bytes(set.shape.len()) + 1;
        Ok(Replica { seed: spec.seed, sleep: spec.sleep.clone(), plan, tests, means, counts, inputs, sample_bytes })
    }

    /// Samples of an epoch in which classes are taught again.
    pub(super) fn taught(&self, act: &Act) -> u64 {
        match act {
            Act::Teach { classes, .. } => classes.iter().map(|&class| self.counts[usize::from(class)]).sum(),
            _ => 0,
        }
    }

    pub(super) fn tasks(&self) -> Vec<Vec<u8>> {
        self.plan.tasks.iter().map(|task| task.classes.clone()).collect()
    }

    /// Accuracy on each task's test samples, 0 to 1, the answer being one of all classes.
    pub(super) fn accuracy(&self, log: &Log) -> Vec<f64> {
        if log.right.is_empty() {
            return measures::accuracy_by_task(&log.tally, &self.tasks());
        }
        let of = |(&right, task): (&u32, &TaskRows)| f64::from(right) / task.test.len() as f64;
        log.right.iter().zip(&self.plan.tasks).map(of).collect()
    }
}

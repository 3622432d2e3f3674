//! What happens in which phase, and on which rows.

use rand::seq::SliceRandom;

use crate::data::plan::Plan;
use crate::rng::{Purpose, Stream};
use crate::spec::{Spec, Strategy};

/// One phase of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stint {
    /// Learning the task at this position of the order.
    Train(usize),
    /// Sleep after the task at this position.
    Sleep(usize),
    /// Learning all tasks at once.
    Parallel,
}

/// The phases of a run, the same for all seeds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    pub stints: Vec<Stint>,
}

impl Schedule {
    pub fn new(spec: &Spec) -> Schedule {
        if matches!(spec.strategy, Strategy::Parallel {}) {
            return Schedule { stints: vec![Stint::Parallel] };
        }
        let sleeps = spec.strategy.sleeps();
        let of_task = |task| [Some(Stint::Train(task)), sleeps.then_some(Stint::Sleep(task))];
        Schedule { stints: (0..spec.tasks.classes.len()).flat_map(of_task).flatten().collect() }
    }

    /// T1 S1 T2 …, or P.
    pub fn names(&self) -> Vec<String> {
        self.stints.iter().map(|stint| stint.name()).collect()
    }
}

impl Stint {
    pub fn name(self) -> String {
        match self {
            Stint::Train(task) => format!("T{}", task + 1),
            Stint::Sleep(task) => format!("S{}", task + 1),
            Stint::Parallel => "P".into(),
        }
    }
}

/// The rows that a phase trains on, before shuffling: the task's own and what is rehearsed of earlier ones.
pub fn training_rows(plan: &Plan, stint: Stint, fraction: f64, seed: u32) -> Vec<u32> {
    match stint {
        Stint::Sleep(_) => Vec::new(),
        Stint::Parallel => plan.tasks.iter().flat_map(|task| task.train.iter().copied()).collect(),
        Stint::Train(task) => {
            let mut rows = plan.tasks[task].train.clone();
            for past in 0..task {
                rows.extend(rehearsed(plan, past, fraction, seed));
            }
            rows
        }
    }
}

/// The fixed part of a task's rows that is kept for rehearsal.
fn rehearsed(plan: &Plan, task: usize, fraction: f64, seed: u32) -> Vec<u32> {
    let mut rows = plan.tasks[task].train.clone();
    let kept = (fraction * rows.len() as f64).round() as usize;
    if kept > 0 {
        rows.shuffle(&mut Stream::new(seed, Purpose::Rehearsal, 0, task as u32));
    }
    rows.truncate(kept);
    rows
}

/// Shuffles rows for one epoch of one phase.
pub fn shuffle(rows: &mut [u32], seed: u32, phase: u32, epoch: u32) {
    rows.shuffle(&mut Stream::new(seed, Purpose::Shuffle, phase, epoch));
}

/// Up to `most` rows of the current task, which sleep's gains are normalised on.
pub fn gain_rows(plan: &Plan, task: usize, most: usize, seed: u32, phase: u32) -> Vec<u32> {
    let mut rows = plan.tasks[task].train.clone();
    rows.shuffle(&mut Stream::new(seed, Purpose::Gains, phase, 0));
    rows.truncate(most);
    rows
}

//! Which rows of the training data a phase uses.

use rand::seq::SliceRandom;

use super::schedule::Stint;
use crate::data::plan::Plan;
use crate::rng::{Purpose, Stream};

/// The rows that a phase trains on, before shuffling: the task's own and what is rehearsed of earlier ones. Phases that a
/// person added have others; see [`taught_again`].
pub fn training_rows(plan: &Plan, stint: Stint, fraction: f64, seed: u32) -> Vec<u32> {
    match stint {
        Stint::Sleep(_) | Stint::Again(_) | Stint::Drawing(_) => Vec::new(),
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

/// All rows of some classes; `labels` are those of the training data.
pub fn taught_again(plan: &Plan, classes: &[u8], labels: &[u8]) -> Vec<u32> {
    let rows = plan.tasks.iter().flat_map(|task| task.train.iter().copied());
    rows.filter(|&row| classes.contains(&labels[row as usize])).collect()
}

/// How many of a task's rows are kept for rehearsal.
pub fn kept(plan: &Plan, task: usize, fraction: f64) -> usize {
    (fraction * plan.tasks[task].train.len() as f64).round() as usize
}

/// The fixed part of a task's rows that is kept for rehearsal.
fn rehearsed(plan: &Plan, task: usize, fraction: f64, seed: u32) -> Vec<u32> {
    let mut rows = plan.tasks[task].train.clone();
    let kept = kept(plan, task, fraction);
    if kept > 0 {
        rows.shuffle(&mut Stream::new(seed, Purpose::Rehearsal, 0, task as u32));
    }
    rows.truncate(kept);
    rows
}

/// Shuffles rows for one epoch of the phase with this key.
pub fn shuffle(rows: &mut [u32], seed: u32, key: u32, epoch: u32) {
    rows.shuffle(&mut Stream::new(seed, Purpose::Shuffle, key, epoch));
}

/// Up to `most` rows of the current task, which sleep's gains are normalised on.
pub fn gain_rows(plan: &Plan, task: usize, most: usize, seed: u32, key: u32) -> Vec<u32> {
    let mut rows = plan.tasks[task].train.clone();
    rows.shuffle(&mut Stream::new(seed, Purpose::Gains, key, 0));
    rows.truncate(most);
    rows
}

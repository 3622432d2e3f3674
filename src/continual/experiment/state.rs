//! Where an experiment stands, and what it has measured so far.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::continual::schedule::{Schedule, Stint};
use crate::event::{Event, Held, TimeShares};
use crate::kernels::{Shown, Tally};
use crate::net::Net;
use crate::spec::Spec;

/// Parts of a phase's learning that are told apart.
pub(super) const COURSE: usize = 20;

/// Where an experiment stands: with the weights, all that a continuation depends on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(in crate::continual) struct State {
    pub(in crate::continual) schedule: Schedule,
    pub(in crate::continual) phase: usize,
    pub(in crate::continual) stage: Stage,
    pub(super) seconds: f64,
    pub(super) time: TimeShares,
    pub(in crate::continual) logs: Vec<Log>,
    /// Weights at the last sleep's start; of networks that are averaged, their mean so far.
    pub(in crate::continual) before: Vec<Net>,
    #[serde(skip)]
    pub(in crate::continual) events: VecDeque<Event>,
}

/// What was measured of one replica.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(in crate::continual) struct Log {
    pub(super) untaught: Vec<f64>,
    pub(super) matrix: Vec<Vec<f64>>,
    pub(super) mean: f64,
    /// The same among the classes of each sample's own task; empty where that is no question.
    pub(super) within: Vec<Vec<f64>>,
    pub(super) mean_within: f64,
    pub(super) tally: Tally,
    /// Right answers by task, of tasks that share their classes; else empty.
    pub(super) right: Vec<u32>,
    pub(super) spikes: Vec<u64>,
    /// Of spiking areas, in this phase.
    pub(super) learning: Shown,
    /// The same by parts of the phase's learning.
    pub(super) course: Vec<Shown>,
    pub(super) answering: Shown,
    /// The same in all phases so far.
    pub(super) learnt: Shown,
    pub(super) answered: Shown,
    /// The most that was held in learning.
    pub(super) held: Option<Held>,
    pub(in crate::continual) diverged: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::continual) enum Stage {
    /// Before the first phase: test samples that are done.
    Untaught {
        done: usize,
    },
    /// The phase has not begun.
    Begin,
    /// Samples of this epoch that are done.
    Train {
        epoch: u32,
        done: usize,
    },
    /// Steps that are done.
    Sleep {
        done: u32,
    },
    /// Test samples that are done.
    Measure {
        done: usize,
    },
    Finished,
}

impl Log {
    pub(super) fn new(spec: &Spec, classes: usize) -> Log {
        let hidden: u32 = spec.network.hidden.iter().sum();
        Log {
            untaught: Vec::new(),
            matrix: Vec::new(),
            mean: 0.0,
            within: Vec::new(),
            mean_within: 0.0,
            tally: Tally::new(classes, hidden as usize),
            right: vec![0; spec.tasks.permutations as usize],
            spikes: vec![0; spec.weight_layers() + 1],
            learning: Shown::default(),
            course: Vec::new(),
            answering: Shown::default(),
            learnt: Shown::default(),
            answered: Shown::default(),
            held: None,
            diverged: false,
        }
    }

    /// Forgets the answers that were counted.
    pub(super) fn count_anew(&mut self) {
        self.tally.clear();
        self.right.fill(0);
        self.answering = Shown::default();
    }
}

impl State {
    /// Whether a state that was read can belong to such a run.
    pub(in crate::continual) fn fits(&self, spec: &Spec, runs: usize, classes: usize, asleep: bool) -> bool {
        /// More samples than any set has.
        const MOST: usize = 1 << 31;
        let phase = self.schedule.phases.get(self.phase);
        let sleeps = phase.is_some_and(|phase| matches!(phase.stint, Stint::Sleep(_)));
        let stage_fits = match self.stage {
            Stage::Finished => true,
            _ if phase.is_none() => false,
            Stage::Untaught { done } => self.phase == 0 && !asleep && done <= MOST,
            Stage::Begin => !asleep,
            Stage::Train { epoch, done } => {
                let has_mean = !spec.strategy.averages() || self.before.len() == runs;
                !sleeps && !asleep && epoch <= 1000 && done <= MOST && has_mean
            }
            Stage::Sleep { done } => {
                sleeps && asleep && phase.is_some_and(|phase| done < phase.steps) && self.before.len() == runs
            }
            Stage::Measure { done } => done <= MOST && !asleep && (!sleeps || self.before.len() == runs),
        };
        let empty = Log::new(spec, classes);
        let tasks = spec.tasks.len();
        let measured = !matches!(self.stage, Stage::Untaught { .. });
        let log_fits = |log: &Log| {
            let row_fits = |row: &Vec<f64>| row.len() == tasks;
            log.untaught.len() == if measured { tasks } else { 0 }
                && (log.diverged || log.matrix.len() == self.phase)
                && log.matrix.iter().all(row_fits)
                && log.within.iter().all(row_fits)
                && log.within.len() == if spec.tasks.can_be_told() { log.matrix.len() } else { 0 }
                && log.right.len() == empty.right.len()
                && log.tally.within.len() == classes
                && log.tally.classes == classes
                && log.tally.confusion.len() == empty.tally.confusion.len()
                && log.tally.hidden.len() == empty.tally.hidden.len()
                && log.spikes.len() == empty.spikes.len()
                && log.course.len() <= COURSE
        };
        self.phase <= self.schedule.phases.len()
            && self.schedule.fits(spec)
            && stage_fits
            && self.logs.len() == runs
            && self.logs.iter().all(log_fits)
    }
}

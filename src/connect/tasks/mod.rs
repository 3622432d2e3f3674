//! The tasks of the Connect lab: what a trial shows and what it asks, drawn anew for every iteration.
//!
//! | | Romo | 2AF | DMS |
//! |---|---|---|---|
//! | source | Romo et al. 1999, in the form of Schuessler et al. 2020 | NeuroGym's PerceptualDecisionMaking | NeuroGym's DelayMatchSample |
//! | unit of time, dt | τ, .5 | ms, 100 | ms, 100 |
//! | steps | 44 to 56 | 22 | 32 |
//! | inputs | the stimulus | fixation, two sides | fixation, two directions |
//! | outputs | one for each stimulus | fixate, one for each side | fixate, match, non-match |
//! | loss | ½ Σ m·‖ŷ − y‖² / Σ m | cross-entropy, mean over steps | the same |
//!
//! A trial is a pure function of its seed, the iteration and its place in the minibatch, so that networks that differ in gain, rule or
//! learning rate see the same trials.

mod dms;
mod romo;
mod two_af;

use std::ops::Range;

use rand_distr::{Distribution, StandardNormal, Uniform};
use serde::Serialize;

use super::spec::TaskKind;
use super::timing::Timing;
use crate::rng::{Purpose, Stream};

/// One trial, step by step.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct TaskTrial {
    /// T × inputs.
    pub input: Vec<f32>,
    /// What is wanted, T × outputs; of actions, 1 for the right one.
    pub target: Vec<f32>,
    /// How much each step counts: 0 or 1.
    pub mask: Vec<f32>,
    /// The steps in which the trial is decided, from and up to.
    pub decision: (usize, usize),
    /// The output that is right there.
    pub right: usize,
    /// What happens when, for pictures.
    pub epochs: Vec<TrialEpoch>,
}

/// A part of a trial.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct TrialEpoch {
    pub name: &'static str,
    /// The first step, and the first after it.
    pub steps: (usize, usize),
}

/// A minibatch: [step][trial][…], trials padded with silence that does not count to the length of the longest.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trials {
    pub steps: usize,
    pub batch: usize,
    pub inputs: usize,
    pub outputs: usize,
    /// T × B × inputs.
    pub input: Vec<f32>,
    /// T × B × outputs.
    pub target: Vec<f32>,
    /// T × B.
    pub mask: Vec<f32>,
    /// For each trial: the steps of its decision, and the output that is right.
    pub answers: Vec<(Range<usize>, usize)>,
}

impl TaskKind {
    /// A trial; the same for the same seed, purpose, iteration and place.
    pub fn trial(self, seed: u32, purpose: Purpose, iteration: u32, place: u32) -> TaskTrial {
        let mut stream = Stream::new(seed, purpose, place, iteration);
        match self {
            TaskKind::Romo => romo::trial(&mut stream),
            TaskKind::TwoAf => two_af::trial(&mut stream),
            TaskKind::Dms => dms::trial(&mut stream),
        }
    }

    /// A minibatch of `batch` trials.
    pub fn trials(self, seed: u32, purpose: Purpose, iteration: u32, batch: usize) -> Trials {
        let trials: Vec<TaskTrial> =
            (0..batch).map(|place| self.trial(seed, purpose, iteration, place as u32)).collect();
        Trials::of(&trials, &self.timing())
    }
}

impl Trials {
    /// Trials side by side.
    pub fn of(trials: &[TaskTrial], timing: &Timing) -> Trials {
        let (batch, inputs, outputs) = (trials.len(), timing.inputs, timing.outputs);
        let steps = trials.iter().map(|trial| trial.mask.len()).max().unwrap_or(0);
        let mut all = Trials {
            steps,
            batch,
            inputs,
            outputs,
            input: vec![0.0; steps * batch * inputs],
            target: vec![0.0; steps * batch * outputs],
            mask: vec![0.0; steps * batch],
            answers: trials.iter().map(|trial| (trial.decision.0..trial.decision.1, trial.right)).collect(),
        };
        for (b, trial) in trials.iter().enumerate() {
            for t in 0..trial.mask.len() {
                let row = t * batch + b;
                all.input[row * inputs..][..inputs].copy_from_slice(&trial.input[t * inputs..][..inputs]);
                all.target[row * outputs..][..outputs].copy_from_slice(&trial.target[t * outputs..][..outputs]);
                all.mask[row] = trial.mask[t];
            }
        }
        all
    }

    /// These trials, and after each of them one of each of `others`, without a new beginning.
    pub fn followed_by(mut self, others: impl Iterator<Item = Trials>) -> Trials {
        for other in others {
            for (answer, next) in self.answers.iter_mut().zip(other.answers) {
                *answer = (next.0.start + self.steps..next.0.end + self.steps, next.1);
            }
            self.steps += other.steps;
            self.input.extend(other.input);
            self.target.extend(other.target);
            self.mask.extend(other.mask);
        }
        self
    }
}

/// A trial that is being written, epoch after epoch.
struct Draft {
    trial: TaskTrial,
    timing: Timing,
}

impl Draft {
    fn new(timing: Timing) -> Draft {
        let room = |width: usize| Vec::with_capacity(timing.steps * width);
        let (input, target, mask) = (room(timing.inputs), room(timing.outputs), room(1));
        Draft { trial: TaskTrial { input, target, mask, decision: (0, 0), right: 0, epochs: Vec::new() }, timing }
    }

    /// Adds an epoch of so many steps in which everything is zero but the mask.
    fn epoch(&mut self, name: &'static str, steps: usize, mask: f32) -> Range<usize> {
        let from = self.trial.mask.len();
        let until = from + steps;
        self.trial.input.resize(until * self.timing.inputs, 0.0);
        self.trial.target.resize(until * self.timing.outputs, 0.0);
        self.trial.mask.resize(until, mask);
        self.trial.epochs.push(TrialEpoch { name, steps: (from, until) });
        from..until
    }

    /// Shows `value` at an input in a step.
    fn show(&mut self, step: usize, input: usize, value: f64) {
        self.trial.input[step * self.timing.inputs + input] = value as f32;
    }

    /// Wants `value` of an output in some steps.
    fn want(&mut self, steps: Range<usize>, output: usize, value: f32) {
        steps.for_each(|step| self.trial.target[step * self.timing.outputs + output] = value);
    }

    /// The epoch in which the trial is decided, and what is right then.
    fn decide(mut self, decision: Range<usize>, right: usize) -> TaskTrial {
        self.trial.decision = (decision.start, decision.end);
        self.trial.right = right;
        self.trial
    }
}

/// A number drawn evenly from low to high.
fn uniform(stream: &mut Stream, low: f64, high: f64) -> f64 {
    Uniform::new(low, high).expect("bounds of a task").sample(stream)
}

/// 0 or 1, one as often as the other.
fn coin(stream: &mut Stream) -> usize {
    usize::from(uniform(stream, 0.0, 1.0) < 0.5)
}

fn normal(stream: &mut Stream, sd: f64) -> f64 {
    let z: f64 = StandardNormal.sample(stream);
    sd * z
}

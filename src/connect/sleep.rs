//! A network that has learnt a task is put to sleep, as those of the Sleep lab are (sleep replay consolidation: Tadros et al. 2022).
//!
//! It becomes a spiking one that the mean trial drives, step after step as trials do, and in which W_x, W_h and w are rewired; see
//! [`crate::sleep`]. What is below zero in the mean trial brings no spikes.

use serde::{Deserialize, Serialize};

use super::ctrnn::{Course, Shape, Weights, run};
use super::spec::ConnectSpec;
use crate::kernels::cpu::Cpu;
use crate::kernels::{Device, SpikeCounts};
use crate::net::ctrnn::{net, weights_of};
use crate::rng::Purpose;
use crate::sleep::{HOMEOSTASIS_STEPS, Plan, Sleeper, Wiring};
use crate::spec::Sleep;

/// Trials whose mean drives sleep.
const TRIALS: usize = 512;

/// A sleep that is under way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Asleep {
    /// The network: a list of one, as engines take it.
    sleepers: Vec<Sleeper>,
    /// Steps that are done.
    done: u32,
    /// Spikes of the input, the hidden units and the outputs so far.
    spikes: Vec<u64>,
}

/// How many slices of work a sleep is.
pub(super) fn slices(constants: &Sleep) -> u32 {
    constants.steps.div_ceil(HOMEOSTASIS_STEPS)
}

impl Asleep {
    pub(super) fn new(weights: &Weights, spec: &ConnectSpec, constants: &Sleep, seed: u32) -> Asleep {
        let trials = spec.task.trials(seed, Purpose::Trial, 0, TRIALS);
        let mut course = Course::default();
        run(weights, spec.leak() as f32, &trials, &mut course);
        let largest = |values: &[f32]| values.iter().fold(0.0f32, |most, &value| most.max(value));
        let row = trials.batch * trials.inputs;
        let mean_at = |i: usize| {
            let (t, k) = (i / trials.inputs, i % trials.inputs);
            let values = trials.input[t * row..][..row].iter().skip(k).step_by(trials.inputs);
            (values.map(|&x| f64::from(x)).sum::<f64>() / trials.batch as f64).max(0.0) as f32
        };
        let plan = Plan {
            seed,
            phase: 0,
            constants: constants.clone(),
            mean: (0..trials.steps * trials.inputs).map(mean_at).collect(),
            image: None,
            largest_activity: vec![largest(&course.rates), largest(&course.outputs)],
            wiring: Wiring::Recurrent,
        };
        Asleep { sleepers: vec![Sleeper::new(&net(weights), &plan)], done: 0, spikes: vec![0; 3] }
    }

    /// A slice of sleep; says whether it was the last.
    pub(super) fn go_on(&mut self) -> bool {
        let steps = HOMEOSTASIS_STEPS.min(self.sleepers[0].steps - self.done);
        Cpu.sleep(&mut self.sleepers, self.done, steps);
        let counts: SpikeCounts = self.sleepers.iter_mut().map(Sleeper::take_spikes).collect();
        Cpu.adapt(&mut self.sleepers, &counts, &[steps]);
        self.spikes.iter_mut().zip(&counts[0]).for_each(|(sum, &n)| *sum += n);
        self.done += steps;
        self.done == self.sleepers[0].steps
    }

    /// The weights that it wakes with; `None` where one left the range of sleep's integers.
    pub(super) fn wake(&self, weights: &Weights) -> Option<Weights> {
        let mut slept = net(weights);
        self.sleepers[0].wake(&mut slept);
        let in_range = self.sleepers[0].layers.iter().all(|layer| !layer.left_range);
        in_range.then(|| weights_of(&slept))
    }

    pub(super) fn slices_done(&self) -> u64 {
        u64::from(self.done / HOMEOSTASIS_STEPS)
    }

    /// Spikes a step.
    pub(super) fn spikes(&self) -> Vec<f64> {
        self.spikes.iter().map(|&n| n as f64 / f64::from(self.done.max(1))).collect()
    }

    /// Whether it can be a sleep of such a network.
    pub(super) fn fits(&self, Shape { units, inputs, outputs }: Shape) -> bool {
        let of_one = |sleeper: &Sleeper| {
            self.done < sleeper.steps
                && sleeper.window.is_none()
                && sleeper.has_shape(&[(inputs, units), (units, outputs)], Wiring::Recurrent)
        };
        self.spikes.len() == 3 && self.sleepers.len() == 1 && self.sleepers.iter().all(of_one)
    }
}

//! One run's fitness, and when a run that has already failed is given up.

use serde::{Deserialize, Serialize};

use crate::event::{Event, PhaseReport};
use crate::spec::Spec;

/// Hidden spikes a step, as a part of the hidden units, past which a slice of sleep is no sleep any more: it ends in a network
/// that answers one class, and takes longest of all. Good sleeps begin with up to a twentieth and calm down.
const STORM: f64 = 0.25;
/// What a sleep must leave of the accuracy over all tasks it found.
const LEFT: f64 = 0.5;

/// Why a run was given up before its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum GivenUp {
    /// A number stopped being finite, or a weight left the range of sleep's integers.
    Diverged,
    /// No hidden unit spiked in a whole sleep: it changed nothing.
    Silent,
    /// More than a quarter of the hidden units spiked in every step of a slice.
    Storm,
    /// A sleep lost half of the accuracy, or more.
    Destroyed,
}

/// How one task order went.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct TriedOrder {
    pub seed: u32,
    /// Accuracy over all tasks in the end, 0 to 1; 0 where the run was given up.
    pub accuracy: f64,
    /// Mean spikes a step of the last sleep: input, hidden layers, output; empty where none ended.
    pub spikes_per_step: Vec<f64>,
    /// Seconds of computing: of runs side by side on one device, an equal share.
    pub seconds: f64,
    pub given_up: Option<GivenUp>,
}

/// Follows a run's events.
pub struct Judge {
    hidden: f64,
    before: f64,
    trial: TriedOrder,
}

impl Judge {
    /// Of a run of `spec`.
    pub fn new(spec: &Spec) -> Judge {
        let hidden: u32 = spec.network.hidden.iter().sum();
        let seed = spec.seed;
        let trial = TriedOrder { seed, accuracy: 0.0, spikes_per_step: Vec::new(), seconds: 0.0, given_up: None };
        Judge { hidden: hidden.into(), before: 0.0, trial }
    }

    /// Takes note of an event; true once nothing more needs to be known.
    pub fn hear(&mut self, event: &Event) -> bool {
        match event {
            Event::Progress { seconds, .. } => self.trial.seconds = *seconds,
            Event::Spikes { per_step, .. } if spikes_of_hidden(per_step) > STORM * self.hidden => {
                self.give_up(GivenUp::Storm);
            }
            Event::Phase(report) => self.hear_phase(report),
            Event::Diverged { .. } => self.give_up(GivenUp::Diverged),
            Event::Finished(finished) => {
                (self.trial.accuracy, self.trial.seconds) = (finished.accuracy, finished.seconds);
                return true;
            }
            _ => {}
        }
        self.trial.given_up.is_some()
    }

    fn hear_phase(&mut self, report: &PhaseReport) {
        self.trial.seconds = report.seconds;
        if !report.spikes_per_step.is_empty() {
            self.trial.spikes_per_step.clone_from(&report.spikes_per_step);
            if spikes_of_hidden(&report.spikes_per_step) == 0.0 {
                self.give_up(GivenUp::Silent);
            } else if report.mean < LEFT * self.before {
                self.give_up(GivenUp::Destroyed);
            }
        }
        self.before = report.mean;
    }

    fn give_up(&mut self, why: GivenUp) {
        self.trial.given_up.get_or_insert(why);
    }

    pub fn verdict(self) -> TriedOrder {
        self.trial
    }
}

/// Of input, hidden layers, output: what the hidden layers did.
fn spikes_of_hidden(per_step: &[f64]) -> f64 {
    per_step.iter().skip(1).rev().skip(1).sum()
}

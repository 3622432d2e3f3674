//! Constants of spiking areas that predict each other.

use serde::{Deserialize, Serialize};

/// Constants of a network of kind `areas`; see [`crate::net::areas`]. Those that a Spec does not name are the published
/// ones (Ororbia 2023, "Spiking neural predictive coding for continually learning from data streams").
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Areas {
    /// Integration step dt, in ms.
    pub dt: f64,
    /// How long a sample is shown, in ms.
    pub shown: f64,
    /// Time constant τ_m of voltages, in ms.
    pub tau_m: f64,
    /// Time constant τ_j of currents, in ms.
    pub tau_j: f64,
    /// Time constant τ_tr of traces, in ms: in a step they lose dt/τ_tr of themselves. As published they lose a thirtieth in every step of
    /// 0.25 ms, for which it is 7.5.
    pub tau_trace: f64,
    /// Leak κ of the areas' currents.
    pub kappa: f64,
    /// The same of the units that say what is expected, x̂ and ŷ. As published it is κ; a larger one makes them quicker.
    pub kappa_expected: f64,
    /// Leak γ of voltages.
    pub gamma: f64,
    /// Resistance R, from current to voltage.
    pub resistance: f64,
    /// A unit spikes once its voltage is above this.
    pub threshold: f64,
    /// How long a unit is silent after a spike, in ms.
    pub refractory: f64,
    /// Spikes a second of an input of 1.
    pub input_rate: f64,
    /// Spikes a second that the label's unit stands for; `null`: one in every step.
    pub label_rate: Option<f64>,
    /// How strongly areas are held to what is expected of them: E₀ carries x − h·x̂ to the first area, and −h·e_l is part of the current
    /// of area l. 1: wholly (Ororbia 2023).
    pub hold: f64,
    /// How often, in ms, what the errors of an area bring the one above it, E_l·e_l for l ≥ 1, is computed anew; in between the last
    /// value goes on. These errors are dense, so that it is most of the work where there are two areas or more. Rounded to steps; 0: in every
    /// step (Ororbia 2023).
    pub error_interval: f64,
    /// What the labels' error compares.
    pub label_error: LabelError,
    /// What the labels' error does in the first area.
    pub feedback: Feedback,
    /// Nothing is learnt in the first so many ms of a sample, while the areas come to life.
    pub learns_after: f64,
    /// Standard deviation of the initial weights W that carry predictions.
    pub prediction_spread: f64,
    /// Standard deviation of the initial weights E that carry errors back.
    pub error_spread: f64,
    /// Learning rate b of E relative to that of W, for each pair of areas from the input to the labels; empty: 1.
    pub error_rates: Vec<f64>,
    /// Part of all learning rates that is gone at the end of a phase: they fall in a straight line.
    pub decay: f64,
    /// How far a unit's own threshold rises with a spike while it learns; it falls with the time, so that it comes to rest where
    /// the unit spikes at `target_rate`. 0: all thresholds stay.
    pub homeostasis: f64,
    /// Spikes a second that homeostasis aims at.
    pub target_rate: f64,
    /// Protection c of what regular units have learnt: the weights that lead to unit i change by 1/(1 + c·Ω_i) of what they would,
    /// and after every task Ω_i grows by 1 − CV_i, where positive, CV_i being the standard deviation of the unit's inter-spike
    /// intervals in that task relative to their mean. 0: none. (The idea is that of arXiv:2604.16496; the formula is our own.)
    pub protection: f64,
    /// Whom protection tells apart.
    pub protects: Protects,
    /// Part of each area's units that a task's gate opens; 0: no gates, all units take part in all tasks. Like tasks share units, and
    /// an input goes through the gate whose task's mean input is nearest ([`gate`](crate::net::gate)).
    pub gate: f64,
    /// The weights that lead to a unit are scaled down to this Euclidean norm, after every step in which something is learnt.
    pub norm_limit: f64,
}

/// What the labels' error compares.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum LabelError {
    /// e = y − ŷ: what the label's unit is worth in a step, less a spike (Ororbia 2023).
    #[default]
    Spikes,
    /// e = dt/τ_tr·(z_y − z_ŷ): the same of traces, which are steadier (our own).
    Traces,
}

/// Whom protection tells apart among the units that spiked in a task.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum Protects {
    /// Those that spiked regularly from those that did not.
    #[default]
    Regular,
    /// Nobody: Ω grows for each of an area's by as much as it does on average for the regular. What is left of protection then is not
    /// owed to intervals (our own control).
    Alike,
}

/// What the labels' error does in the first area, where E carries it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum Feedback {
    /// It is part of the current (Ororbia 2023).
    #[default]
    Drives,
    /// It teaches the weights that bring a unit its input instead: ΔE₀ = a·b·g·(E·e)·(x − h·x̂)ᵀ, g = 1 for a unit that spiked of late or
    /// is depolarised, else 0 (our own, after event-driven random backpropagation, Neftci et al. 2017).
    Teaches,
}

impl Default for Areas {
    fn default() -> Areas {
        Areas {
            dt: 0.25,
            shown: 200.0,
            tau_m: 20.0,
            tau_j: 10.0,
            tau_trace: 30.0,
            kappa: 0.25,
            kappa_expected: 0.25,
            gamma: 1.0,
            resistance: 1.0,
            threshold: 0.4,
            refractory: 1.0,
            input_rate: 63.75,
            label_rate: None,
            hold: 1.0,
            error_interval: 0.0,
            label_error: LabelError::Spikes,
            feedback: Feedback::Drives,
            learns_after: 0.0,
            prediction_spread: 0.05,
            error_spread: 0.05,
            error_rates: Vec::new(),
            decay: 0.0,
            homeostasis: 0.0,
            target_rate: 20.0,
            protection: 0.0,
            protects: Protects::Regular,
            gate: 0.0,
            norm_limit: 20.0,
        }
    }
}

impl Areas {
    /// Steps that a sample is shown for; at least one.
    pub fn steps(&self) -> u32 {
        ((self.shown / self.dt).round() as u32).max(1)
    }
}

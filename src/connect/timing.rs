//! The clock of each task, what goes in and out, and what an error costs.

use serde::Serialize;

use super::spec::TaskKind;

/// The clock of a task, and the sizes of what it shows and asks.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Timing {
    /// A step, in `unit`.
    pub dt: f64,
    pub unit: &'static str,
    /// Steps of the longest trial.
    pub steps: usize,
    pub inputs: usize,
    pub outputs: usize,
    pub loss: Loss,
}

/// What a wrong output costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum Loss {
    /// ½ Σ m·‖ŷ − y‖² / Σ m, sums over trials and steps, m the mask.
    Squares,
    /// −Σ m·ln softmax(ŷ)_target / Σ m.
    CrossEntropy,
}

pub const ROMO: Timing = Timing { dt: 0.5, unit: "τ", steps: 56, inputs: 1, outputs: 2, loss: Loss::Squares };

pub const TWO_AF: Timing = Timing { dt: 100.0, unit: "ms", steps: 22, inputs: 3, outputs: 3, loss: Loss::CrossEntropy };

pub const DMS: Timing = Timing { dt: 100.0, unit: "ms", steps: 32, inputs: 3, outputs: 3, loss: Loss::CrossEntropy };

impl TaskKind {
    pub fn timing(self) -> Timing {
        match self {
            TaskKind::Romo => ROMO,
            TaskKind::TwoAf => TWO_AF,
            TaskKind::Dms => DMS,
        }
    }
}

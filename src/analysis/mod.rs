//! What sleep did, and how: one analysis a file, each a pure function of what was measured or of weights and spikes.
//!
//! None knows how a network learns: they take matrices of accuracy, counts of answers, mean activities, weights of a layer and
//! lists of spikes, which every model of the lab has.

mod confusion;
mod correlation;
mod heat_map;
mod importance;
mod replay;
mod weight_change;

pub use confusion::{by_learning, mean_confusion};
pub use correlation::{correlation, distance_from_identity};
pub use heat_map::heat_map;
pub use importance::{cosine, importance};
pub use replay::{Replay, dreams, mean_dream, mean_replay, replay, replay_by_learning};
pub use weight_change::weight_change;

use serde::{Deserialize, Serialize};

/// All classes of some tasks, in the order in which they were learnt first.
pub fn learnt(tasks: &[Vec<u8>]) -> Vec<usize> {
    let mut classes: Vec<usize> = Vec::new();
    for &class in tasks.iter().flatten() {
        if !classes.contains(&usize::from(class)) {
            classes.push(class.into());
        }
    }
    classes
}

/// A mean over runs and its standard deviation (n − 1; `null` for a single run).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Spread {
    pub mean: f64,
    pub sd: Option<f64>,
    pub n: usize,
}

impl Spread {
    /// Of at least one value.
    pub fn of(values: &[f64]) -> Spread {
        let n = values.len();
        let mean = values.iter().sum::<f64>() / n as f64;
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        Spread { mean, sd: (n > 1).then(|| (squares / (n - 1) as f64).sqrt()), n }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_single_value_has_no_spread() {
        assert_eq!(Spread::of(&[0.5]), Spread { mean: 0.5, sd: None, n: 1 });
        let spread = Spread::of(&[0.4, 0.6]);
        assert!((spread.mean - 0.5).abs() < 1e-12 && (spread.sd.unwrap() - 0.02f64.sqrt()).abs() < 1e-12);
    }
}

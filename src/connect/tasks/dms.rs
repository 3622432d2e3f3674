//! Delayed match to sample: is the test stimulus the one that was shown before the delay? (NeuroGym's DelayMatchSample,
//! Molano-Mazón et al. 2022; Miller et al. 1996.)
//!
//! 100 ms a step: fixation 300 ms, sample 500 ms, delay 1,000 ms, test 500 ms, decision 900 ms. Inputs: fixation, 1 until the decision;
//! and for two directions θ opposite each other .5 + .5·cos(θ − θ_s) + N(0, .1²) while a stimulus of direction θ_s is shown. Actions:
//! fixate, match, non-match; half of the trials match.

use super::{Draft, TaskTrial, coin, normal};
use crate::connect::timing::DMS;
use crate::rng::Stream;

/// Standard deviation of a stimulus.
const NOISE: f64 = 0.1;

pub fn trial(stream: &mut Stream) -> TaskTrial {
    let sample = coin(stream);
    let matches = coin(stream) == 1;
    let test = if matches { sample } else { 1 - sample };
    let mut draft = Draft::new(DMS);
    draft.epoch("fixation", 3, 1.0);
    for (name, steps, direction) in [("sample", 5, Some(sample)), ("delay", 10, None), ("test", 5, Some(test))] {
        let shown = draft.epoch(name, steps, 1.0);
        let Some(direction) = direction else { continue };
        for step in shown {
            for other in 0..2 {
                // .5 + .5·cos(θ − θ_s) is 1 or 0.
                let seen = if other == direction { 1.0 } else { 0.0 };
                draft.show(step, 1 + other, seen + normal(stream, NOISE));
            }
        }
    }
    let waiting = 0..draft.trial.mask.len();
    waiting.clone().for_each(|step| draft.show(step, 0, 1.0));
    draft.want(waiting, 0, 1.0);
    let decision = draft.epoch("decision", 9, 1.0);
    let right = if matches { 1 } else { 2 };
    draft.want(decision.clone(), right, 1.0);
    draft.decide(decision, right)
}

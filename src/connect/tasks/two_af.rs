//! Two-alternative forced choice: noisy evidence leans to one of two sides; which? (NeuroGym's PerceptualDecisionMaking 1.0,
//! Molano-Mazón et al. 2022; Britten et al. 1992.)
//!
//! 100 ms a step: fixation 100 ms, stimulus 2,000 ms, no delay, decision 100 ms. Inputs: fixation, 1 until the decision; and for each side
//! θ, during the stimulus, .5 + cos(θ − θ*)·coherence/200 + N(0, .1²), with the right side's θ* and a coherence of 0, 6.4, 12.8,
//! 25.6 or 51.2 %. Actions: fixate, and one for each side; the right one is wanted in the decision, fixating before it.

use super::{Draft, TaskTrial, coin, normal, uniform};
use crate::connect::timing::TWO_AF;
use crate::rng::Stream;

/// Percent.
pub const COHERENCES: [f64; 5] = [0.0, 6.4, 12.8, 25.6, 51.2];

/// Standard deviation of the evidence.
const NOISE: f64 = 0.1;

pub fn trial(stream: &mut Stream) -> TaskTrial {
    let side = coin(stream);
    let coherence = COHERENCES[uniform(stream, 0.0, COHERENCES.len() as f64) as usize];
    let mut draft = Draft::new(TWO_AF);
    let before = draft.epoch("fixation", 1, 1.0);
    let shown = draft.epoch("stimulus", 20, 1.0);
    for step in shown.clone() {
        for other in 0..2 {
            // The sides lie opposite each other: cos(θ − θ*) is 1 or −1.
            let towards = if other == side { 1.0 } else { -1.0 };
            let evidence = 0.5 + towards * coherence / 200.0 + normal(stream, NOISE);
            draft.show(step, 1 + other, evidence);
        }
    }
    let waiting = before.start..shown.end;
    waiting.clone().for_each(|step| draft.show(step, 0, 1.0));
    draft.want(waiting, 0, 1.0);
    let decision = draft.epoch("decision", 1, 1.0);
    draft.want(decision.clone(), 1 + side, 1.0);
    draft.decide(decision, 1 + side)
}

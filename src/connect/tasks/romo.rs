//! The Romo task: two stimuli with a delay between them; which was the larger? (Romo et al. 1999; the timing and amplitudes of
//! Schuessler et al. 2020.)
//!
//! In units of τ = 1, with dt .5: fixation 3, stimulus 1, delay U(2, 8), stimulus 1, decision delay 5, decision 10. Amplitudes are
//! U(.5, 1.5) and differ by .2 at least. In the decision the output of the larger stimulus is .5, else both are 0. Steps count up to
//! the end of the second stimulus and in the decision.

use super::{Draft, TaskTrial, uniform};
use crate::connect::timing::ROMO;
use crate::rng::Stream;

/// The least difference of two amplitudes.
const DIFFERENCE: f64 = 0.2;

/// What the output of the larger stimulus is to be.
const ANSWER: f32 = 0.5;

/// Steps that a time, in τ, takes: the nearest whole number.
fn steps(time: f64) -> usize {
    (time / ROMO.dt).round() as usize
}

pub fn trial(stream: &mut Stream) -> TaskTrial {
    let amplitudes = amplitudes(stream);
    let delay = uniform(stream, 2.0, 8.0);
    let mut draft = Draft::new(ROMO);
    draft.epoch("fixation", steps(3.0), 1.0);
    for (i, &amplitude) in amplitudes.iter().enumerate() {
        let name = ["first stimulus", "second stimulus"][i];
        let shown = draft.epoch(name, steps(1.0), 1.0);
        shown.for_each(|step| draft.show(step, 0, amplitude));
        if i == 0 {
            draft.epoch("delay", steps(delay), 1.0);
        }
    }
    draft.epoch("wait", steps(5.0), 0.0);
    let decision = draft.epoch("decision", steps(10.0), 1.0);
    let larger = usize::from(amplitudes[1] > amplitudes[0]);
    draft.want(decision.clone(), larger, ANSWER);
    draft.decide(decision, larger)
}

/// Two amplitudes that can be told apart: drawn again until they can.
fn amplitudes(stream: &mut Stream) -> [f64; 2] {
    loop {
        let pair = [uniform(stream, 0.5, 1.5), uniform(stream, 0.5, 1.5)];
        if (pair[0] - pair[1]).abs() >= DIFFERENCE {
            return pair;
        }
    }
}

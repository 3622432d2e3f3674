//! How errors reach the weights: backpropagation through time, e-prop and RFLO, which differ in what they let flow back through time.
//!
//! All are one sum over steps, ∂L/∂W_ij ≈ (1−a) Σ_t p_i(t) f(h_j(t−1)), with
//!
//! p(t) = f'(h_t) ⊙ [Fᵀ ∂L/∂ŷ_t + R(t)] + A(t) p(t+1)
//!
//! | rule | F | R(t) | A_i(t) |
//! |---|---|---|---|
//! | BPTT | w | (1−a) W_hᵀ p(t+1) | a |
//! | e-prop, RFLO with symmetric feedback | w | – | a |
//! | e-prop with the self term | w | – | a + (1−a) W_ii f'(h_i(t)) |
//! | RFLO (Murray 2019, eq. 6) | B, random and fixed | – | a |
//!
//! e-prop is written with eligibility traces that run forward, ε_ij(t) = A_i(t−1) ε_ij(t−1) + (1−a) f(h_j(t−1)), and the sum
//! Σ_t L_i(t) f'(h_i(t)) ε_ij(t) (Bellec et al. 2020, eq. 4 and 13; Liu, Zhang & Liu 2024). The traces' sums and the sum above
//! are the same terms in another order: a synapse could keep the trace, and needs no more than L_i; a computer is quicker the other
//! way round. A test holds the two against each other. For W_x, x stands in f(h)'s place; the gradient of w is exact for all.

use multiversion::multiversion;

use super::ctrnn::{Course, Judged, Shape, Weights, even};
use super::products::{Active, add_rows, add_scaled, add_to_rows};
use super::spec::Credit;
use super::tasks::Trials;
use crate::kernels::cpu::simd::fma;
use crate::rng::{Purpose, Stream};

impl Credit {
    /// Whether fixed random weights carry errors back.
    pub fn has_random_feedback(self) -> bool {
        self == Credit::Rflo
    }
}

/// Fixed random feedback B (outputs × N), drawn as w is.
pub fn random_feedback(shape: Shape, seed: u32) -> Vec<f32> {
    let mut feedback = vec![0.0; shape.outputs * shape.units];
    even(&mut feedback, shape.units, &mut Stream::new(seed, Purpose::Feedback, 0, 0));
    feedback
}

/// What a rule needs besides the course.
#[derive(Clone, Copy, Debug)]
pub struct Pathways<'a> {
    pub credit: Credit,
    /// a
    pub leak: f32,
    /// B, outputs × N; not looked at by rules whose feedback is w.
    pub feedback: &'a [f32],
}

/// Room to work in; reused.
#[derive(Clone, Debug, Default)]
pub struct Room {
    /// p of this step, and of the one after it: B × N.
    now: Vec<f32>,
    next: Vec<f32>,
    /// W_h, to × from.
    by_target: Vec<f32>,
    /// (1 − a) W_ii where the self term is kept, else 0.
    own: Vec<f32>,
    active: Active,
}

/// Sets `gradient` to what the rule takes for ∂L/∂W.
pub fn gradient(
    weights: &Weights,
    pathways: &Pathways,
    trials: &Trials,
    course: &Course,
    judged: &Judged,
    room: &mut Room,
    gradient: &mut Weights,
) {
    let units = weights.shape.units;
    gradient.values.fill(0.0);
    room.next.clear();
    room.next.resize(trials.batch * units, 0.0);
    room.now.resize(trials.batch * units, 0.0);
    if pathways.credit == Credit::Bptt {
        transpose(weights.recurrent(), units, &mut room.by_target);
    }
    room.own.clear();
    let own = if pathways.credit == Credit::EpropSelf { 1.0 - pathways.leak } else { 0.0 };
    room.own.extend((0..units).map(|i| own * weights.recurrent()[i * units + i]));
    backward(weights, pathways, trials, course, judged, room, gradient);
    let scale = 1.0 - pathways.leak;
    let (recurrent, input, _) = gradient.parts_mut();
    recurrent.iter_mut().chain(input).for_each(|slope| *slope *= scale);
}

fn transpose(from: &[f32], units: usize, to: &mut Vec<f32>) {
    to.resize(units * units, 0.0);
    for j in 0..units {
        for i in 0..units {
            to[i * units + j] = from[j * units + i];
        }
    }
}

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+fma", "x86_64+avx2+fma"))]
fn backward(
    weights: &Weights,
    pathways: &Pathways,
    trials: &Trials,
    course: &Course,
    judged: &Judged,
    room: &mut Room,
    gradient: &mut Weights,
) {
    let Shape { units, inputs, outputs } = weights.shape;
    let batch = trials.batch;
    let leak = pathways.leak;
    let feedback = if pathways.credit.has_random_feedback() { pathways.feedback } else { weights.output() };
    let (recurrent, input, output) = gradient.parts_mut();
    let Room { now, next, by_target, own, active } = room;
    for t in (0..trials.steps).rev() {
        for b in 0..batch {
            let row = t * batch + b;
            let rates = course.rates_at(t + 1, b, batch, units);
            let later = &next[b * units..][..units];
            let here = &mut now[b * units..][..units];
            here.fill(0.0);
            for (o, &error) in judged.errors[row * outputs..][..outputs].iter().enumerate() {
                add_scaled(here, error, &feedback[o * units..][..units]);
                add_scaled(&mut output[o * units..][..units], error, rates);
            }
            if pathways.credit == Credit::Bptt {
                // The gradient's weights are those of W_h times 1 − a, which is put into p here.
                active.take(later);
                active.scale(1.0 - leak);
                add_rows(here, active, by_target);
            }
            for i in 0..units {
                let is_active = f32::from(u8::from(rates[i] > 0.0));
                here[i] = fma(fma(own[i], is_active, leak), later[i], is_active * here[i]);
            }
            active.take(course.rates_at(t, b, batch, units));
            add_to_rows(recurrent, active, here);
            for (k, &x) in trials.input[row * inputs..][..inputs].iter().enumerate() {
                add_scaled(&mut input[k * units..][..units], x, here);
            }
        }
        std::mem::swap(now, next);
    }
}

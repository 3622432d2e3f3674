//! The continuous-time ReLU network of the Connect lab, and its way through a minibatch.
//!
//! h_t = a·h_{t−1} + (1−a)(W_h f(h_{t−1}) + W_x x_t),  ŷ_t = w f(h_t),  f = relu,  h_{−1} = 0
//! (Liu, Zhang & Liu 2024, "The influence of initial connectivity on biologically plausible learning"). W_h(0) ~ N(0, gain²/N);
//! W_x and w are drawn evenly from ±1/√fan_in; there are no biases.

use multiversion::multiversion;
use rand_distr::{Distribution, StandardNormal, Uniform};
use serde::{Deserialize, Serialize};

use super::products::{Active, add_rows, add_scaled, dot};
use super::spec::ConnectSpec;
use super::tasks::Trials;
use super::timing::Loss;
use crate::kernels::cpu::simd::{fma, larger};
use crate::rng::{Purpose, Stream};

/// Sizes of a network.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shape {
    pub units: usize,
    pub inputs: usize,
    pub outputs: usize,
}

impl Shape {
    pub fn of(spec: &ConnectSpec) -> Shape {
        let timing = spec.task.timing();
        Shape { units: spec.network.units as usize, inputs: timing.inputs, outputs: timing.outputs }
    }

    /// All weights of a network.
    pub fn weights(&self) -> usize {
        self.units * (self.units + self.inputs + self.outputs)
    }
}

/// The weights of a network, or what is to be added to them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Weights {
    pub shape: Shape,
    /// W_h (from × to), W_x (input × to) and w (output × from), one after another.
    pub values: Vec<f32>,
}

impl Weights {
    pub fn zeros(shape: Shape) -> Weights {
        Weights { shape, values: vec![0.0; shape.weights()] }
    }

    /// The initial weights of `seed` with this gain. Gains scale the same draws.
    pub fn initial(shape: Shape, gain: f64, seed: u32) -> Weights {
        let mut weights = Weights::zeros(shape);
        let spread = gain / (shape.units as f64).sqrt();
        let mut stream = Stream::new(seed, Purpose::Weights, 0, 0);
        for weight in weights.recurrent_mut() {
            let z: f64 = StandardNormal.sample(&mut stream);
            *weight = (spread * z) as f32;
        }
        let (_, input, output) = weights.parts_mut();
        even(input, shape.inputs, &mut Stream::new(seed, Purpose::Weights, 0, 1));
        even(output, shape.units, &mut Stream::new(seed, Purpose::Weights, 0, 2));
        weights
    }

    /// W_h: N × N, from × to.
    pub fn recurrent(&self) -> &[f32] {
        &self.values[..self.shape.units * self.shape.units]
    }

    pub fn recurrent_mut(&mut self) -> &mut [f32] {
        &mut self.values[..self.shape.units * self.shape.units]
    }

    /// W_x: inputs × N.
    pub fn input(&self) -> &[f32] {
        let Shape { units, inputs, .. } = self.shape;
        &self.values[units * units..units * (units + inputs)]
    }

    /// w: outputs × N.
    pub fn output(&self) -> &[f32] {
        let Shape { units, inputs, .. } = self.shape;
        &self.values[units * (units + inputs)..]
    }

    /// W_h, W_x and w.
    pub fn parts_mut(&mut self) -> (&mut [f32], &mut [f32], &mut [f32]) {
        let Shape { units, inputs, .. } = self.shape;
        let (recurrent, others) = self.values.split_at_mut(units * units);
        let (input, output) = others.split_at_mut(units * inputs);
        (recurrent, input, output)
    }
}

/// Numbers drawn evenly from ±1/√fan_in: what PyTorch gives a linear layer.
pub fn even(weights: &mut [f32], fan_in: usize, stream: &mut Stream) {
    let bound = 1.0 / (fan_in as f64).sqrt();
    let draws = Uniform::new_inclusive(-bound, bound).expect("a bound above zero");
    weights.iter_mut().for_each(|weight| *weight = draws.sample(stream) as f32);
}

/// What a network did in a minibatch; reused.
#[derive(Clone, Debug, Default)]
pub struct Course {
    pub steps: usize,
    /// f(h), (T + 1) × B × N: step t is at t + 1, and what comes before the first is zero.
    pub rates: Vec<f32>,
    /// ŷ, T × B × outputs.
    pub outputs: Vec<f32>,
    /// h after the last step, B × N.
    pub states: Vec<f32>,
    active: Active,
    drive: Vec<f32>,
}

impl Course {
    /// f(h_t) of trial b; t counts from −1, the silence before the first step, moved up by one.
    pub fn rates_at(&self, t: usize, b: usize, batch: usize, units: usize) -> &[f32] {
        &self.rates[(t * batch + b) * units..][..units]
    }
}

/// Shows the trials to the network, whose states begin at zero. `leak` is a.
pub fn run(weights: &Weights, leak: f32, trials: &Trials, course: &mut Course) {
    let size = trials.batch * weights.shape.units;
    course.states.clear();
    course.states.resize(size, 0.0);
    course.rates.clear();
    course.rates.resize((trials.steps + 1) * size, 0.0);
    go_on(weights, leak, trials, course);
}

/// Shows further trials to a network whose states stay as the last ones left them.
pub fn run_on(weights: &Weights, leak: f32, trials: &Trials, course: &mut Course) {
    let size = trials.batch * weights.shape.units;
    course.rates.resize((trials.steps + 1) * size, 0.0);
    for (rate, state) in course.rates.iter_mut().zip(&course.states) {
        *rate = larger(*state, 0.0);
    }
    go_on(weights, leak, trials, course);
}

fn go_on(weights: &Weights, leak: f32, trials: &Trials, course: &mut Course) {
    course.steps = trials.steps;
    course.outputs.clear();
    course.outputs.resize(trials.steps * trials.batch * trials.outputs, 0.0);
    course.drive.resize(weights.shape.units, 0.0);
    forward(weights, leak, trials, course);
}

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+fma", "x86_64+avx2+fma"))]
fn forward(weights: &Weights, leak: f32, trials: &Trials, course: &mut Course) {
    let Shape { units, inputs, outputs } = weights.shape;
    let Course { rates, outputs: answers, states, active, drive, .. } = course;
    let batch = trials.batch;
    for t in 0..trials.steps {
        for b in 0..batch {
            let row = t * batch + b;
            let (past, now) = rates.split_at_mut((row + batch) * units);
            active.take(&past[row * units..][..units]);
            drive.fill(0.0);
            add_rows(drive, active, weights.recurrent());
            for (k, &x) in trials.input[row * inputs..][..inputs].iter().enumerate() {
                add_scaled(drive, x, &weights.input()[k * units..][..units]);
            }
            let state = &mut states[b * units..][..units];
            let rate = &mut now[..units];
            for i in 0..units {
                state[i] = fma(leak, state[i], (1.0 - leak) * drive[i]);
                rate[i] = larger(state[i], 0.0);
            }
            for (o, answer) in answers[row * outputs..][..outputs].iter_mut().enumerate() {
                *answer = dot(rate, &weights.output()[o * units..][..units]);
            }
        }
    }
}

/// How a minibatch went.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Judged {
    pub loss: f64,
    /// The part of the trials whose mean output in the decision is largest where it should be, 0 to 1.
    pub accuracy: f64,
    /// ∂L/∂ŷ, T × B × outputs.
    pub errors: Vec<f32>,
}

/// What the answers cost, and how they should move.
pub fn judge(course: &Course, trials: &Trials, loss: Loss, judged: &mut Judged) {
    let outputs = trials.outputs;
    let counted: f64 = trials.mask.iter().map(|&m| f64::from(m)).sum::<f64>().max(1.0);
    judged.errors.clear();
    judged.errors.resize(course.outputs.len(), 0.0);
    let mut cost = 0.0;
    let rows = course.outputs.chunks_exact(outputs).zip(trials.target.chunks_exact(outputs));
    for (((answer, target), errors), &mask) in rows.zip(judged.errors.chunks_exact_mut(outputs)).zip(&trials.mask) {
        if mask > 0.0 {
            let scale = f64::from(mask) / counted;
            cost += scale
                * match loss {
                    Loss::Squares => squares(answer, target, scale, errors),
                    Loss::CrossEntropy => cross_entropy(answer, target, scale, errors),
                };
        }
    }
    judged.loss = cost;
    let right = (0..trials.batch).filter(|&b| is_right(course, trials, b)).count();
    judged.accuracy = right as f64 / trials.batch as f64;
}

/// ½‖ŷ − y‖², and its gradient times `scale`.
fn squares(answer: &[f32], target: &[f32], scale: f64, errors: &mut [f32]) -> f64 {
    let mut cost = 0.0;
    for ((error, &a), &y) in errors.iter_mut().zip(answer).zip(target) {
        let off = f64::from(a) - f64::from(y);
        *error = (scale * off) as f32;
        cost += 0.5 * off * off;
    }
    cost
}

/// −Σ y·ln softmax(ŷ), and its gradient times `scale`.
fn cross_entropy(answer: &[f32], target: &[f32], scale: f64, errors: &mut [f32]) -> f64 {
    let largest = answer.iter().fold(f64::NEG_INFINITY, |most, &a| most.max(f64::from(a)));
    let total: f64 = answer.iter().map(|&a| (f64::from(a) - largest).exp()).sum();
    let mut cost = 0.0;
    for ((error, &a), &y) in errors.iter_mut().zip(answer).zip(target) {
        let log = f64::from(a) - largest - total.ln();
        *error = (scale * (log.exp() - f64::from(y))) as f32;
        cost -= f64::from(y) * log;
    }
    cost
}

fn is_right(course: &Course, trials: &Trials, b: usize) -> bool {
    let (decision, right) = &trials.answers[b];
    let mut sums = vec![0.0f64; trials.outputs];
    for t in decision.clone() {
        let row = (t * trials.batch + b) * trials.outputs;
        sums.iter_mut().zip(&course.outputs[row..]).for_each(|(sum, &answer)| *sum += f64::from(answer));
    }
    sums.iter().enumerate().all(|(o, &sum)| o == *right || sum < sums[*right])
}

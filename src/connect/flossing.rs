//! Gradient flossing: before training, the recurrent weights descend L = Σ_{i≤k} λ_i², so that errors neither fade nor explode on
//! their way back through time (Engelken 2023).
//!
//! *Exact*: f' is constant between kinks, so that the weights enter through J_t = a·I + (1−a) W_h D_{t−1} alone, and the gradient goes
//! back through every decomposition Q_t R_t = J_t Q_{t−1}. With bars for ∂L/∂· and M = R R̄ᵀ − Q̄ᵀ Q,
//!
//! Ā_t = (Q̄_t + Q_t·copyltu(M)) R_t⁻ᵀ,  Q̄_{t−1} = J_tᵀ Ā_t,  ∂L/∂W_h = (1−a) Σ_t Ā_t (D_{t−1} Q_{t−1})ᵀ,
//!
//! where copyltu mirrors the lower triangle (Seeger et al. 2017, "Auto-differentiating linear algebra").
//!
//! *Local*: Q is held (Liu, Zhang & Liu 2024): Q̄ = 0, what is left is ∂λ_i/∂W_h = (1−a) mean_t q_i(t) [D Q(t−1) R_t⁻¹]_{:,i}ᵀ.
//!
//! The exponents are those that [`super::lyapunov::exponents`] measures: as many series of as many trials, one after another without
//! a new beginning, the first of which is not counted. A single trial that begins in silence has others: until the first stimulus no
//! unit is active, and all that it shows is ln a.

use super::adam::Adam;
use super::ctrnn::{Course, Weights, run};
use super::lyapunov::{Tangent, decompose, frame, log_growth};
use super::spec::{ConnectSpec, Exponents, FlossGradient};
use super::tasks::Trials;
use crate::rng::Purpose;

/// A direction that shrinks to less of its length than this in one step gives no gradient: there is no way back through it.
const LOST: f64 = 1e-9;

/// The exponents of a minibatch and what follows from them.
#[derive(Clone, Debug, PartialEq)]
pub struct Flossed {
    /// λ_1 to λ_k, averaged over trials, in 1/step.
    pub exponents: Vec<f64>,
    /// ∂(Σ λ_i²)/∂W_h, from × to.
    pub gradient: Vec<f64>,
}

/// What went on in one trial: Q_0, Q_1, … (k × N each) and R_1, R_2, … (k × k each).
struct Record {
    frames: Vec<Vec<f64>>,
    triangles: Vec<Vec<f64>>,
}

/// Exponents and gradient of `trials` that were run, without the growth of the steps before `from`; `start` (k × N) is the frame that
/// all begin with.
pub fn floss(
    tangent: &Tangent,
    course: &Course,
    trials: &Trials,
    from: usize,
    start: &[f64],
    form: FlossGradient,
) -> Flossed {
    let units = tangent.units;
    let count = start.len() / units;
    let scale = 1.0 / ((trials.steps - from) * trials.batch) as f64;
    let records: Vec<Record> = (0..trials.batch).map(|b| record(tangent, course, trials, b, start)).collect();
    let mut exponents = vec![0.0; count];
    for r in records.iter().flat_map(|record| &record.triangles[from..]) {
        exponents.iter_mut().enumerate().for_each(|(i, sum)| *sum += scale * log_growth(r[i * count + i]));
    }
    // ∂L/∂ ln R_ii of one step.
    let slopes: Vec<f64> = exponents.iter().map(|λ| 2.0 * λ * scale).collect();
    let mut gradient = vec![0.0; units * units];
    for (b, record) in records.iter().enumerate() {
        go_back(tangent, course, trials, from, b, record, &slopes, form, &mut gradient);
    }
    Flossed { exponents, gradient }
}

fn record(tangent: &Tangent, course: &Course, trials: &Trials, b: usize, start: &[f64]) -> Record {
    let units = tangent.units;
    let count = start.len() / units;
    let mut record = Record { frames: vec![start.to_vec()], triangles: Vec::new() };
    for t in 0..trials.steps {
        let mut next = vec![0.0; start.len()];
        let mut r = vec![0.0; count * count];
        tangent.push(course.rates_at(t, b, trials.batch, units), &record.frames[t], &mut next);
        decompose(&mut next, units, &mut r);
        record.frames.push(next);
        record.triangles.push(r);
    }
    record
}

#[expect(clippy::too_many_arguments, reason = "one step of one loop")]
fn go_back(
    tangent: &Tangent,
    course: &Course,
    trials: &Trials,
    from: usize,
    b: usize,
    record: &Record,
    slopes: &[f64],
    form: FlossGradient,
    gradient: &mut [f64],
) {
    let (units, count) = (tangent.units, slopes.len());
    let mut frame_bar = vec![0.0; units * count];
    let mut pulled = vec![0.0; units * count];
    // With Q held, what is not counted has no part in it.
    let first = if form == FlossGradient::Exact { 0 } else { from };
    for t in (first..trials.steps).rev() {
        let (q, r) = (&record.frames[t + 1], &record.triangles[t]);
        let counted = if t >= from { slopes } else { &[] };
        let pushed_bar = back_through_decomposition(q, r, &frame_bar, counted, count);
        let rates = course.rates_at(t, b, trials.batch, units);
        add_outer(gradient, &pushed_bar, &record.frames[t], rates, 1.0 - tangent.leak);
        if form == FlossGradient::Exact {
            tangent.pull(rates, &pushed_bar, &mut pulled);
            std::mem::swap(&mut frame_bar, &mut pulled);
        }
    }
}

/// Ā = (Q̄ + Q·copyltu(M)) R⁻ᵀ with M = R R̄ᵀ − Q̄ᵀ Q, R̄ = diag(slope_i / R_ii). Vectors are k × N; `slopes` is empty where the step does not
/// count.
fn back_through_decomposition(q: &[f64], r: &[f64], frame_bar: &[f64], slopes: &[f64], count: usize) -> Vec<f64> {
    let units = q.len() / count;
    let vector = |of: &[f64], i: usize| of[i * units..][..units].to_vec();
    let mut bar = frame_bar.to_vec();
    for m in 0..count {
        for c in 0..=m {
            // The lower triangle of R R̄ᵀ is its diagonal: both are upper triangles.
            let own = if c == m { slopes.get(c).copied().unwrap_or(0.0) } else { 0.0 };
            let turned: f64 = vector(frame_bar, m).iter().zip(&vector(q, c)).map(|(a, b)| a * b).sum();
            let entry = own - turned;
            add(&mut bar[c * units..][..units], entry, &vector(q, m));
            if c != m {
                add(&mut bar[m * units..][..units], entry, &vector(q, c));
            }
        }
    }
    // X Rᵀ = bar, from the last column to the first.
    for c in (0..count).rev() {
        for m in c + 1..count {
            let later = vector(&bar, m);
            add(&mut bar[c * units..][..units], -r[c * count + m], &later);
        }
        let diagonal = r[c * count + c];
        let inverse = if diagonal < LOST { 0.0 } else { 1.0 / diagonal };
        bar[c * units..][..units].iter_mut().for_each(|v| *v *= inverse);
    }
    bar
}

fn add(out: &mut [f64], scale: f64, addend: &[f64]) {
    out.iter_mut().zip(addend).for_each(|(out, a)| *out += scale * a);
}

/// gradient += scale · Σ_c bar_c (D q_c)ᵀ, from × to.
fn add_outer(gradient: &mut [f64], bar: &[f64], frames: &[f64], rates: &[f32], scale: f64) {
    let units = rates.len();
    for (bar, q) in bar.chunks_exact(units).zip(frames.chunks_exact(units)) {
        for j in (0..units).filter(|&j| rates[j] > 0.0) {
            add(&mut gradient[j * units..][..units], scale * q[j], bar);
        }
    }
}

/// One iteration of flossing; the number of those before it says which trials are shown. Returns the exponents it began with.
pub fn iterate(weights: &mut Weights, adam: &mut Adam, spec: &ConnectSpec, seed: u32, iteration: u32) -> Vec<f64> {
    let (trials, from) = series(spec, seed, iteration);
    let mut course = Course::default();
    run(weights, spec.leak() as f32, &trials, &mut course);
    let tangent = Tangent::of(weights, spec.leak());
    let start = frame(tangent.units, spec.flossing.exponents as usize, seed);
    let flossed = floss(&tangent, &course, &trials, from, &start, spec.flossing.gradient);
    let gradient: Vec<f32> = flossed.gradient.iter().map(|&slope| slope as f32).collect();
    adam.step(weights.recurrent_mut(), &gradient, spec.flossing.rate);
    flossed.exponents
}

/// The series that an iteration looks at, each as one long trial, and the steps of its first trial.
fn series(spec: &ConnectSpec, seed: u32, iteration: u32) -> (Trials, usize) {
    let Exponents { series, trials, .. } = spec.exponents;
    let number = |trial: u32| iteration * trials + trial;
    let drawn = |trial: u32| spec.task.trials(seed, Purpose::Flossing, number(trial), series as usize);
    let first = drawn(0);
    let from = first.steps;
    (first.followed_by((1..trials).map(drawn)), from)
}

//! Lyapunov exponents: how fast a small difference between two states grows or shrinks, a step at a time.
//!
//! J_t = ∂h_t/∂h_{t−1} = a·I + (1−a) W_h diag(f'(h_{t−1})),  Q_t R_t = J_t Q_{t−1},  λ_i = mean_t ln(R_t,ii + 1e-12)
//! (Vogt et al. 2022; Engelken 2023), with the task's input, after a warm-up, averaged over series of trials. Two cases are
//! known exactly: with all units silent λ = ln a; with W_h = c·I and all units active λ = ln |a + (1−a) c|.

use rand_distr::{Distribution, StandardNormal};

use super::ctrnn::{Course, Weights, run, run_on};
use super::spec::{ConnectSpec, Exponents};
use crate::rng::{Purpose, Stream};

/// Keeps the logarithm of a direction that vanishes finite.
const FLOOR: f64 = 1e-12;

/// ln(R_ii + 1e-12)
pub fn log_growth(diagonal: f64) -> f64 {
    (diagonal + FLOOR).ln()
}

/// How differences of states go on: J_t, for whichever units are active.
pub struct Tangent {
    pub units: usize,
    /// a
    pub leak: f64,
    /// W_h, from × to.
    pub weights: Vec<f64>,
}

impl Tangent {
    pub fn of(weights: &Weights, leak: f64) -> Tangent {
        let recurrent = weights.recurrent().iter().map(|&w| f64::from(w)).collect();
        Tangent { units: weights.shape.units, leak, weights: recurrent }
    }

    /// J q for each of the vectors (k × N), with f'(h) = 1 where `rates` are above zero.
    pub fn push(&self, rates: &[f32], vectors: &[f64], pushed: &mut [f64]) {
        let n = self.units;
        for (q, out) in vectors.chunks_exact(n).zip(pushed.chunks_exact_mut(n)) {
            out.iter_mut().zip(q).for_each(|(out, q)| *out = self.leak * q);
            for j in (0..n).filter(|&j| rates[j] > 0.0) {
                let scale = (1.0 - self.leak) * q[j];
                out.iter_mut().zip(&self.weights[j * n..][..n]).for_each(|(out, w)| *out += scale * w);
            }
        }
    }

    /// Jᵀ v for each of the vectors (k × N).
    pub fn pull(&self, rates: &[f32], vectors: &[f64], pulled: &mut [f64]) {
        let n = self.units;
        for (v, out) in vectors.chunks_exact(n).zip(pulled.chunks_exact_mut(n)) {
            for j in 0..n {
                let back: f64 = match rates[j] > 0.0 {
                    true => v.iter().zip(&self.weights[j * n..][..n]).map(|(v, w)| v * w).sum(),
                    false => 0.0,
                };
                out[j] = self.leak * v[j] + (1.0 - self.leak) * back;
            }
        }
    }
}

/// `count` orthonormal vectors of N numbers, one after another, drawn by `seed`.
pub fn frame(units: usize, count: usize, seed: u32) -> Vec<f64> {
    let mut stream = Stream::new(seed, Purpose::Tangent, 0, 0);
    let mut vectors: Vec<f64> = (0..units * count).map(|_| StandardNormal.sample(&mut stream)).collect();
    decompose(&mut vectors, units, &mut vec![0.0; count * count]);
    vectors
}

/// Replaces `vectors` (k × N) by the orthonormal ones that span the same, and writes R (k × k, row-major, upper triangle, diagonal ≥ 0):
/// column c was Σ_m q_m R_mc. What vanishes beside the others has R_cc = 0, and another direction takes its place.
pub fn decompose(vectors: &mut [f64], units: usize, r: &mut [f64]) {
    let count = vectors.len() / units;
    r.fill(0.0);
    for c in 0..count {
        let (before, rest) = vectors.split_at_mut(c * units);
        let v = &mut rest[..units];
        let whole = norm(v);
        // Twice: what one pass leaves of the others by rounding, the second takes.
        for _ in 0..2 {
            for (m, q) in before.chunks_exact(units).enumerate() {
                let part: f64 = q.iter().zip(&*v).map(|(q, v)| q * v).sum();
                r[m * count + c] += part;
                v.iter_mut().zip(q).for_each(|(v, q)| *v -= part * q);
            }
        }
        let size = norm(v);
        let is_lost = size <= 1e-14 * whole;
        r[c * count + c] = if is_lost { 0.0 } else { size };
        if is_lost { beside(before, v) } else { v.iter_mut().for_each(|v| *v /= size) }
    }
}

/// Sets `v` to a direction that is orthogonal to all `vectors`, orthonormal and fewer than N: the axis that leans on them least.
fn beside(vectors: &[f64], v: &mut [f64]) {
    let leans = |axis: usize| vectors.chunks_exact(v.len()).map(|q| q[axis] * q[axis]).sum::<f64>();
    let axis = (0..v.len()).min_by(|&a, &b| leans(a).total_cmp(&leans(b))).unwrap_or(0);
    v.fill(0.0);
    v[axis] = 1.0;
    for _ in 0..2 {
        for q in vectors.chunks_exact(v.len()) {
            let part: f64 = q.iter().zip(&*v).map(|(q, v)| q * v).sum();
            v.iter_mut().zip(q).for_each(|(v, q)| *v -= part * q);
        }
    }
    let size = norm(v);
    v.iter_mut().for_each(|v| *v /= size);
}

fn norm(v: &[f64]) -> f64 {
    v.iter().map(|v| v * v).sum::<f64>().sqrt()
}

/// The largest exponents of a network while it does the task, the largest first, in 1/step.
pub fn exponents(weights: &Weights, spec: &ConnectSpec, seed: u32) -> Vec<f64> {
    let Exponents { count, series, trials } = spec.exponents;
    let (count, series) = (count as usize, series as usize);
    let tangent = Tangent::of(weights, spec.leak());
    let units = tangent.units;
    let start = frame(units, count, seed);
    let mut frames = vec![start; series];
    let (mut pushed, mut r) = (vec![0.0; units * count], vec![0.0; count * count]);
    let mut sums = vec![0.0; count];
    let mut steps = 0;
    let mut course = Course::default();
    for trial in 0..trials {
        let shown = spec.task.trials(seed, Purpose::Probe, trial, series);
        let leak = spec.leak() as f32;
        if trial == 0 {
            run(weights, leak, &shown, &mut course)
        } else {
            run_on(weights, leak, &shown, &mut course)
        }
        for (b, vectors) in frames.iter_mut().enumerate() {
            for t in 0..shown.steps {
                tangent.push(course.rates_at(t, b, series, units), vectors, &mut pushed);
                std::mem::swap(vectors, &mut pushed);
                decompose(vectors, units, &mut r);
                if trial > 0 {
                    sums.iter_mut().enumerate().for_each(|(i, sum)| *sum += log_growth(r[i * count + i]));
                    steps += usize::from(b == 0);
                }
            }
        }
    }
    let mut spectrum: Vec<f64> = sums.iter().map(|sum| sum / (steps * series) as f64).collect();
    // The decomposition orders them but for what a finite series leaves.
    spectrum.sort_by(|a, b| b.total_cmp(a));
    spectrum
}

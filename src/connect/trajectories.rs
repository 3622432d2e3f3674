//! What a network does: its answer to a trial, and the way of its state through the plane in which it moves most.

use serde::Serialize;

use super::ctrnn::{Course, Shape, Weights, run};
use super::lyapunov::{decompose, frame};
use super::spec::ConnectSpec;
use super::tasks::{TaskTrial, Trials};
use crate::rng::Purpose;

/// Trials whose ways are drawn.
const WAYS: usize = 24;

/// Rounds of the search for principal components: far more than two leading directions need.
const ROUNDS: usize = 200;

/// A test trial, and what a network made of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Shown {
    pub trial: TaskTrial,
    /// ŷ, T × outputs; of actions their probabilities, softmax(ŷ).
    pub answer: Vec<f32>,
    /// f(h), T × N.
    pub rates: Vec<f32>,
}

/// The way of a trial.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Way {
    /// Places along the first and the second principal component of f(h), by step.
    pub places: Vec<(f32, f32)>,
    /// The output that is right.
    pub right: usize,
    /// The step in which the decision begins.
    pub decision: usize,
}

/// The ways of several trials in one plane.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Trajectories {
    pub ways: Vec<Way>,
    /// The part of all variance that lies in each direction of the plane, 0 to 1.
    pub explained: (f64, f64),
}

/// Shows test trial `number` of `seed`.
pub fn show(weights: &Weights, spec: &ConnectSpec, seed: u32, number: u32) -> Shown {
    let timing = spec.task.timing();
    let trial = spec.task.trial(seed, Purpose::Test, 0, number);
    let mut course = Course::default();
    run(weights, spec.leak() as f32, &Trials::of(std::slice::from_ref(&trial), &timing), &mut course);
    let mut answer = std::mem::take(&mut course.outputs);
    if timing.loss == super::timing::Loss::CrossEntropy {
        answer.chunks_exact_mut(timing.outputs).for_each(softmax);
    }
    let rates = course.rates[weights.shape.units..].to_vec();
    Shown { trial, answer, rates }
}

fn softmax(row: &mut [f32]) {
    let largest = row.iter().fold(f32::NEG_INFINITY, |most, &v| most.max(v));
    row.iter_mut().for_each(|v| *v = (*v - largest).exp());
    let total: f32 = row.iter().sum();
    row.iter_mut().for_each(|v| *v /= total);
}

/// The ways of the first test trials of `seed` through the plane of their two leading principal components.
pub fn trajectories(weights: &Weights, spec: &ConnectSpec, seed: u32) -> Trajectories {
    let Shape { units, .. } = weights.shape;
    let trials: Vec<TaskTrial> = (0..WAYS as u32).map(|n| spec.task.trial(seed, Purpose::Test, 0, n)).collect();
    let mut course = Course::default();
    run(weights, spec.leak() as f32, &Trials::of(&trials, &spec.task.timing()), &mut course);
    let row = |t: usize, b: usize| course.rates_at(t + 1, b, WAYS, units);
    let rows = || trials.iter().enumerate().flat_map(|(b, trial)| (0..trial.mask.len()).map(move |t| (t, b)));
    let count = rows().count() as f64;
    let mut mean = vec![0.0; units];
    rows().for_each(|(t, b)| mean.iter_mut().zip(row(t, b)).for_each(|(m, &r)| *m += f64::from(r) / count));
    let mut covariance = vec![0.0; units * units];
    for (t, b) in rows() {
        let off: Vec<f64> = row(t, b).iter().zip(&mean).map(|(&r, m)| f64::from(r) - m).collect();
        for (i, line) in covariance.chunks_exact_mut(units).enumerate() {
            line.iter_mut().zip(&off).for_each(|(c, o)| *c += off[i] * o / count);
        }
    }
    let directions = leading(&covariance, units, seed);
    let along = |t: usize, b: usize, d: usize| -> f32 {
        let off = row(t, b).iter().zip(&mean).map(|(&r, m)| f64::from(r) - m);
        off.zip(directions.get(d * units..).unwrap_or(&[])).map(|(o, d)| o * d).sum::<f64>() as f32
    };
    let ways = trials.iter().enumerate().map(|(b, trial)| Way {
        places: (0..trial.mask.len()).map(|t| (along(t, b, 0), along(t, b, 1))).collect(),
        right: trial.right,
        decision: trial.decision.0,
    });
    let all: f64 = (0..units).map(|i| covariance[i * units + i]).sum();
    let part = |d: usize| {
        if all > 0.0 { variance(&covariance, directions.get(d * units..(d + 1) * units)) / all } else { 0.0 }
    };
    Trajectories { ways: ways.collect(), explained: (part(0), part(1)) }
}

/// The two leading eigenvectors of a covariance, by orthogonal iteration; one, where there is one unit.
fn leading(covariance: &[f64], units: usize, seed: u32) -> Vec<f64> {
    let count = units.min(2);
    let mut vectors = frame(units, count, seed);
    let mut r = vec![0.0; count * count];
    for _ in 0..ROUNDS {
        vectors = vectors.chunks_exact(units).flat_map(|v| times(covariance, v)).collect();
        decompose(&mut vectors, units, &mut r);
    }
    vectors
}

fn times(matrix: &[f64], vector: &[f64]) -> Vec<f64> {
    matrix.chunks_exact(vector.len()).map(|row| row.iter().zip(vector).map(|(a, b)| a * b).sum()).collect()
}

fn variance(covariance: &[f64], direction: Option<&[f64]>) -> f64 {
    direction.map_or(0.0, |d| times(covariance, d).iter().zip(d).map(|(a, b)| a * b).sum())
}

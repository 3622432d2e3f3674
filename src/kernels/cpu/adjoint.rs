//! `adjoint` for one hidden layer and at most ten outputs: sample by sample, and back in the space of its outputs.
//!
//! The error enters at the outputs, so that ∂L/∂h = W·r with r ← (1 − dt)·r + g_o, back in time from r = 0. Of a unit
//! that is *steady*, active in all steps, nothing else is needed:
//!
//! ```text
//! Σ_t g_j = dt·W_j·Σ_t r      Σ_t g_j·o = dt·W_j·Σ_t rᵀ·o      Σ_j g_j·W_j = dt·r·G,  G = Σ_j W_jᵀ·W_j
//! ```
//!
//! A unit that is never active has g_j = 0; the few that *waver* are taken step by step. Outputs that are saturated in
//! all steps have g_o = 0, and cost nothing on the way back.

use multiversion::multiversion;

use super::Gradient;
use super::held::Bytes;
use super::relax::{Geometry, OUTPUTS, WIDE, group, list_marked, one_hot};
use super::simd::{Lanes, fma, larger};
use crate::kernels::Unrolling;

/// Room for one sample; reused. Units fill whole groups of [`WIDE`], with zeros.
#[derive(Default)]
pub struct Scratch {
    drive: Vec<f32>,
    /// A row before the first step, and one after each.
    hidden: Vec<f32>,
    /// A row a step: 1 where a unit's input is positive.
    active: Vec<u8>,
    /// 1 where it is in every step, as a number and as a mark; where it is in any.
    steady: Vec<f32>,
    always: Vec<u8>,
    ever: Vec<u8>,
    wavering: Vec<u16>,
    steps: Vec<Step>,
    waverers: Vec<Waverer>,
    /// Σ_t g_h
    through: Vec<f32>,
    /// ∂L/∂W_out over the minibatch: C rows.
    weights: Vec<f32>,
}

#[derive(Clone, Copy, Default)]
struct Step {
    /// The outputs before it.
    output: Lanes,
    /// dt · hs'(z); of what goes straight through dt.
    slope: Lanes,
    /// g_o
    through: Lanes,
}

/// Of a unit that wavers: Σ_t g_j and Σ_t g_j·o.
#[derive(Clone, Copy, Default)]
struct Waverer {
    through: f32,
    feedback: Lanes,
}

/// What the way back leaves of the steady units: Σ_t r and, by output c, Σ_t r_c·o.
#[derive(Default)]
struct Steady {
    sum: Lanes,
    feedback: [Lanes; OUTPUTS],
}

/// Some of the outputs.
#[derive(Default)]
struct Outputs {
    count: usize,
    of: [usize; OUTPUTS],
}

impl Outputs {
    /// Those whose number is not 0.
    #[inline(always)]
    fn not_zero(values: &Lanes) -> Outputs {
        let mut outputs = Outputs::default();
        for (c, &value) in values.0[..OUTPUTS].iter().enumerate() {
            outputs.of[outputs.count] = c;
            outputs.count += usize::from(value != 0.0);
        }
        outputs
    }

    #[inline(always)]
    fn all(&self) -> &[usize] {
        &self.of[..self.count]
    }
}

/// Runs the steps of a minibatch and goes back through them. `drive` is B × H, `states` are the hidden layer's (B × H)
/// and the output's (B × C), before and after.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+fma", "x86_64+avx2+fma"))]
pub fn adjoint(
    geometry: &Geometry,
    unrolling: &Unrolling,
    labels: &[u8],
    drive: &[f32],
    states: &mut [Vec<f32>],
    gradient: &mut Gradient,
    scratch: &mut Scratch,
) {
    adjoint_batch(geometry, unrolling, labels, drive, states, gradient, scratch);
}

#[inline(always)]
fn adjoint_batch(
    geometry: &Geometry,
    unrolling: &Unrolling,
    labels: &[u8],
    drive: &[f32],
    states: &mut [Vec<f32>],
    gradient: &mut Gradient,
    scratch: &mut Scratch,
) {
    let ([hidden, output], [hidden_through, output_through]) = (states, &mut gradient.through[..]) else {
        unreachable!("a shallow network has two layers")
    };
    scratch.take(geometry, unrolling);
    let (units, classes) = (geometry.units, geometry.classes);
    for (b, &label) in labels.iter().enumerate() {
        let (in_hidden, in_output) = (b * units..(b + 1) * units, b * classes..(b + 1) * classes);
        scratch.begin(&drive[in_hidden.clone()], &hidden[in_hidden.clone()]);
        let end = forward(geometry, unrolling, Lanes::padded(&output[in_output.clone()]), scratch);
        hidden[in_hidden.clone()].copy_from_slice(scratch.last_hidden(units));
        output[in_output.clone()].copy_from_slice(&end.0[..classes]);
        let through = back(geometry, unrolling, end.minus(one_hot(label)), scratch);
        hidden_through[in_hidden].copy_from_slice(&scratch.through[..units]);
        output_through[in_output].copy_from_slice(&through.0[..classes]);
    }
    let rows = gradient.weights[1].chunks_exact_mut(units).zip(scratch.weights.chunks_exact(geometry.padded));
    rows.for_each(|(row, padded)| row.copy_from_slice(&padded[..units]));
}

impl Bytes for Scratch {
    /// What a sample's way back needs: the outputs and slopes of each step, and what each step left of the hidden units.
    fn bytes(&self) -> u64 {
        let Scratch { drive, hidden, active, steady, always, ever, wavering, steps, waverers, through, weights } = self;
        let floats = [drive, hidden, steady, through, weights].map(Bytes::bytes);
        let marks = [active, always, ever].map(Bytes::bytes);
        let of_steps = size_of_val(&steps[..]) + size_of_val(&waverers[..]);
        floats.into_iter().chain(marks).sum::<u64>() + wavering.bytes() + of_steps as u64
    }
}

impl Scratch {
    #[inline(always)]
    fn take(&mut self, geometry: &Geometry, unrolling: &Unrolling) {
        let (padded, steps) = (geometry.padded, unrolling.steps as usize);
        self.drive.resize(padded, 0.0);
        self.hidden.resize((steps + 1) * padded, 0.0);
        self.active.resize(steps * padded, 0);
        for marks in [&mut self.always, &mut self.ever] {
            marks.resize(padded, 0);
        }
        for list in [&mut self.steady, &mut self.through] {
            list.resize(padded, 0.0);
        }
        self.steps.resize(steps, Step::default());
        self.weights.clear();
        self.weights.resize(geometry.classes * padded, 0.0);
    }

    #[inline(always)]
    fn begin(&mut self, drive: &[f32], hidden: &[f32]) {
        let padded = self.steady.len();
        for (list, values) in [(&mut self.drive[..], drive), (&mut self.hidden[..padded], hidden)] {
            list[..values.len()].copy_from_slice(values);
            list[values.len()..].fill(0.0);
        }
        self.always.fill(1);
        self.ever.fill(0);
    }

    #[inline(always)]
    fn last_hidden(&self, units: usize) -> &[f32] {
        &self.hidden[self.hidden.len() - self.steady.len()..][..units]
    }
}

/// Runs the steps and keeps what the way back needs; returns the outputs at the end.
#[inline(always)]
fn forward(geometry: &Geometry, unrolling: &Unrolling, start: Lanes, scratch: &mut Scratch) -> Lanes {
    let Scratch { drive, hidden, active, always, ever, steps, .. } = scratch;
    let (padded, dt) = (geometry.padded, unrolling.dt);
    let mut output = start;
    let rows = hidden.as_mut_slice();
    for (t, (step, active)) in steps.iter_mut().zip(active.chunks_exact_mut(padded)).enumerate() {
        let (before, after) = rows[t * padded..].split_at_mut(padded);
        let z = geometry.bias.plus(products(geometry, before));
        let terms = geometry.terms(unrolling.gamma, &output);
        for at in (0..padded).step_by(WIDE) {
            let input = terms.add(*group(drive, at), at);
            let (before, after) = (group(before, at), &mut after[at..at + WIDE]);
            let (active, always, ever) =
                (&mut active[at..at + WIDE], &mut always[at..at + WIDE], &mut ever[at..at + WIDE]);
            for i in 0..WIDE {
                after[i] = fma(dt, larger(input[i], 0.0) - before[i], before[i]);
                active[i] = u8::from(input[i] > 0.0);
                always[i] &= active[i];
                ever[i] |= active[i];
            }
        }
        *step = Step { output, slope: slope(z, geometry.classes, unrolling), through: Lanes::ZERO };
        output = output.towards(z.clamped(), dt);
    }
    output
}

/// Σ_j h_j·W_j
#[inline(always)]
fn products(geometry: &Geometry, hidden: &[f32]) -> Lanes {
    let mut out = Lanes::ZERO;
    for (out, column) in out.0.iter_mut().zip(geometry.columns.chunks_exact(geometry.padded)) {
        let mut sums = [0.0; WIDE];
        for at in (0..geometry.padded).step_by(WIDE) {
            let (weights, hidden) = (group(column, at), group(hidden, at));
            for i in 0..WIDE {
                sums[i] = fma(weights[i], hidden[i], sums[i]);
            }
        }
        *out = total(&sums);
    }
    out
}

#[inline(always)]
fn total(sums: &[f32; WIDE]) -> f32 {
    sums.chunks_exact(Lanes::COUNT).fold(Lanes::ZERO, |sum, lanes| sum.plus(Lanes::read(lanes))).sum()
}

/// dt · hs'(z); dt wherever the gradient goes straight through.
#[inline(always)]
fn slope(z: Lanes, classes: usize, unrolling: &Unrolling) -> Lanes {
    let mut slope = Lanes::ZERO;
    for c in 0..Lanes::COUNT {
        let passes = (unrolling.straight_through && c < classes) || (z.0[c] > 0.0 && z.0[c] < 1.0);
        slope.0[c] = if passes { unrolling.dt } else { 0.0 };
    }
    slope
}

/// Goes back from ∂L/∂o at the end: leaves Σ_t g_h in `scratch.through`, adds to ∂L/∂W_out and returns Σ_t g_o.
#[inline(always)]
fn back(geometry: &Geometry, unrolling: &Unrolling, error: Lanes, scratch: &mut Scratch) -> Lanes {
    let slopes = scratch.steps.iter().fold(Lanes::ZERO, |sum, step| sum.plus(step.slope));
    let live = Outputs::not_zero(&slopes);
    if live.count == 0 {
        scratch.through.fill(0.0);
        return Lanes::ZERO;
    }
    scratch.find_wavering();
    let gram = gram(geometry, &live, &scratch.steady);
    let Scratch { active, wavering, steps, waverers, .. } = scratch;
    let (dt, left) = (unrolling.dt, 1.0 - unrolling.dt);
    let (mut d_output, mut r, mut sum) = (error, Lanes::ZERO, Lanes::ZERO);
    let mut steady = Steady::default();
    for (step, active) in steps.iter_mut().zip(active.chunks_exact(geometry.padded)).rev() {
        step.through = step.slope.times(d_output);
        let mut to_output = Lanes::ZERO;
        for &c in live.all() {
            to_output = to_output.plus_scaled(dt * r.0[c], gram[c]);
            steady.feedback[c] = steady.feedback[c].plus_scaled(r.0[c], step.output);
        }
        steady.sum = steady.sum.plus(r);
        for (&j, waverer) in wavering.iter().zip(waverers.iter_mut()).filter(|(j, _)| active[usize::from(**j)] != 0) {
            let row = geometry.rows[usize::from(j)];
            let g = dt * row.times(r).sum();
            to_output = to_output.plus_scaled(g, row);
            waverer.through += g;
            waverer.feedback = waverer.feedback.plus_scaled(g, step.output);
        }
        d_output = Lanes::ZERO.plus_scaled(left, d_output).plus_scaled(unrolling.gamma, to_output);
        r = step.through.plus_scaled(left, r);
        sum = sum.plus(step.through);
    }
    collect(geometry, unrolling, &live, &steady, scratch);
    sum
}

impl Scratch {
    #[inline(always)]
    fn find_wavering(&mut self) {
        for ((ever, &always), steady) in self.ever.iter_mut().zip(&self.always).zip(&mut self.steady) {
            *steady = f32::from(always);
            *ever ^= always;
        }
        list_marked(&self.ever, 1, &mut self.wavering);
        self.waverers.clear();
        self.waverers.resize(self.wavering.len(), Waverer::default());
    }
}

/// G over the steady units, between the outputs that are `live`.
#[inline(always)]
fn gram(geometry: &Geometry, live: &Outputs, steady: &[f32]) -> [Lanes; OUTPUTS] {
    let mut gram = [Lanes::ZERO; OUTPUTS];
    for (n, &c) in live.all().iter().enumerate() {
        for &d in &live.all()[..=n] {
            let (one, other) = (geometry.column(c), geometry.column(d));
            let mut sums = [0.0; WIDE];
            for at in (0..geometry.padded).step_by(WIDE) {
                let (one, other, steady) = (group(one, at), group(other, at), group(steady, at));
                for i in 0..WIDE {
                    sums[i] = fma(one[i] * steady[i], other[i], sums[i]);
                }
            }
            let sum = total(&sums);
            gram[c].0[d] = sum;
            gram[d].0[c] = sum;
        }
    }
    gram
}

/// Σ_t g_h, and what the sample adds to ∂L/∂W_out = Σ_t hᵀ·g_o + γ·g_hᵀ·o.
#[inline(always)]
fn collect(geometry: &Geometry, unrolling: &Unrolling, live: &Outputs, found: &Steady, scratch: &mut Scratch) {
    let Scratch { hidden, steady, wavering, waverers, steps, through, weights, .. } = scratch;
    let (padded, dt, gamma) = (geometry.padded, unrolling.dt, unrolling.gamma);
    let shown = Outputs::not_zero(&steps.iter().fold(Lanes::ZERO, |sum, step| sum.plus(step.output)));
    for at in (0..padded).step_by(WIDE) {
        let steady = group(steady, at);
        let sums = combine(geometry, live, &found.sum, at);
        (0..WIDE).for_each(|i| through[at + i] = dt * steady[i] * sums[i]);
        for &c in live.all() {
            let out = &mut weights[c * padded + at..][..WIDE];
            let mut sums = *group(out, 0);
            for (step, hidden) in steps.iter().zip(hidden.chunks_exact(padded)) {
                let hidden = group(hidden, at);
                for i in 0..WIDE {
                    sums[i] = fma(step.through.0[c], hidden[i], sums[i]);
                }
            }
            out.copy_from_slice(&sums);
        }
        for &c in shown.all() {
            let mut factors = Lanes::ZERO;
            live.all().iter().for_each(|&d| factors.0[d] = gamma * dt * found.feedback[d].0[c]);
            let sums = combine(geometry, live, &factors, at);
            let out = &mut weights[c * padded + at..][..WIDE];
            (0..WIDE).for_each(|i| out[i] = fma(steady[i], sums[i], out[i]));
        }
    }
    for (&j, waverer) in wavering.iter().zip(waverers.iter()) {
        through[usize::from(j)] += waverer.through;
        for &c in shown.all() {
            weights[c * padded + usize::from(j)] += gamma * waverer.feedback.0[c];
        }
    }
}

/// Σ_c factor_c · W_(at + i) over the outputs that are `live`.
#[inline(always)]
fn combine(geometry: &Geometry, live: &Outputs, factors: &Lanes, at: usize) -> [f32; WIDE] {
    let mut sums = [0.0; WIDE];
    for &c in live.all() {
        let weights = group(geometry.column(c), at);
        for i in 0..WIDE {
            sums[i] = fma(factors.0[c], weights[i], sums[i]);
        }
    }
    sums
}

//! `relax` for one hidden layer and at most ten outputs: a whole phase of a sample in the space of its outputs.
//!
//! A hidden unit's input is a_j + γ·W_j·o, where a_j (the drive) is constant and only the outputs o move. Over the
//! box that o visits in a phase most units keep one sign of their input:
//!
//! - *silent* units only decay, h ← r·h with r = 1 − dt;
//! - *linear* units (input never negative) follow h ← r·h + dt(a_j + γ·W_j·o), whose sum over units,
//!   u = Σ_j W_j·h_j, is all that the outputs see of them: u ← r·u + dt(Σ W_j·a_j + γ·G·o) with G = Σ W_jᵀ·W_j,
//!   and after the phase h_j = rᵗ·h_j(0) + (1 − rᵗ)·a_j + γ·W_j·q with q ← r·q + dt·o;
//! - the few others are *open*, and stepped one by one.
//!
//! This is the dynamics of [`crate::net::mrnn`] step for step, not an approximation: the box is guessed from a run
//! in which every unit keeps its first sign, then checked in every step of the real one; a sample that leaves its
//! box is run again with every unit open.

use multiversion::multiversion;

use super::simd::fma;
use crate::kernels::{Phase, Relaxation};

/// Most outputs that this kernel takes.
pub const OUTPUTS: usize = 10;
/// Outputs, padded to whole vectors.
const WIDE: usize = 16;
/// Pairs (c, d ≤ c) of outputs, padded.
const PAIRS: usize = 64;
/// Room around the guessed box.
const MARGIN: f32 = 0.02;

type Outputs = [f32; WIDE];

/// What a phase needs of the output's weights; made once a batch.
#[derive(Default)]
pub struct Geometry {
    pub units: usize,
    pub classes: usize,
    /// W_j, by unit.
    rows: Vec<Outputs>,
    /// The lower triangle of W_jᵀ·W_j, by unit.
    pairs: Vec<[f32; PAIRS]>,
    /// C × H: one row an output.
    columns: Vec<f32>,
    bias: Outputs,
    largest: f32,
}

/// Room for one sample; reused.
#[derive(Default)]
pub struct Scratch {
    middle: Vec<f32>,
    reach: Vec<f32>,
    first: Vec<u16>,
    linear: Vec<u8>,
    open: Open,
}

/// The units that are stepped one by one, side by side. Lengths are whole vectors.
#[derive(Default)]
struct Open {
    units: Vec<u16>,
    drive: Vec<f32>,
    state: Vec<f32>,
    input: Vec<f32>,
    /// WIDE rows of `drive.len()`.
    columns: Vec<f32>,
    rows: Vec<Outputs>,
}

/// What the linear and silent units amount to.
struct Linear {
    /// u = Σ W_j·h_j
    sum: Outputs,
    /// Σ W_j·a_j
    drive: Outputs,
    /// G
    gram: [Outputs; WIDE],
}

/// The values that outputs take in a phase.
#[derive(Clone, Copy)]
struct Visited {
    low: Outputs,
    high: Outputs,
}

/// A target and how strongly it pulls.
type Nudge = Option<(usize, f32)>;

impl Geometry {
    /// From the transposed weights (C × H) and biases of the output.
    pub fn update(&mut self, transposed: &[f32], bias: &[f32]) {
        let (classes, units) = (bias.len(), transposed.len() / bias.len());
        self.units = units;
        self.classes = classes;
        self.columns.clear();
        self.columns.extend_from_slice(transposed);
        self.bias = [0.0; WIDE];
        self.bias[..classes].copy_from_slice(bias);
        self.rows.resize(units, [0.0; WIDE]);
        self.pairs.resize(units, [0.0; PAIRS]);
        self.largest = transposed.iter().fold(0.0, |m, w| m.max(w.abs()));
        for j in 0..units {
            let row = &mut self.rows[j];
            (0..classes).for_each(|c| row[c] = transposed[c * units + j]);
            let pairs = (0..classes).flat_map(|c| (0..=c).map(move |d| (c, d)));
            for (pair, (c, d)) in self.pairs[j].iter_mut().zip(pairs) {
                *pair = row[c] * row[d];
            }
        }
    }
}

/// Runs one phase of a minibatch, sample by sample, so that a sample's states stay in the cache. `drive` is B × H,
/// `states` are the hidden layer's (B × H) and the output's (B × C), before and after.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+fma", "x86_64+avx2+fma"))]
pub fn relax(
    geometry: &Geometry,
    relaxation: &Relaxation,
    labels: &[u8],
    drive: &[f32],
    states: &mut [Vec<f32>],
    scratch: &mut Scratch,
) {
    let [hidden, output] = states else { unreachable!("a shallow network has two layers") };
    let samples = drive
        .chunks_exact(geometry.units)
        .zip(hidden.chunks_exact_mut(geometry.units))
        .zip(output.chunks_exact_mut(geometry.classes));
    for (((drive, hidden), output), &label) in samples.zip(labels) {
        relax_sample(geometry, relaxation, label.into(), drive, hidden, output, scratch);
    }
}

/// Runs one phase of one sample. `drive` (H) is a; `hidden` (H) and `output` (C) hold the states before and after.
#[inline(always)]
fn relax_sample(
    geometry: &Geometry,
    relaxation: &Relaxation,
    label: usize,
    drive: &[f32],
    hidden: &mut [f32],
    output: &mut [f32],
    scratch: &mut Scratch,
) {
    let nudge = match relaxation.phase {
        Phase::Free { .. } => None,
        Phase::Clamped { beta } => Some((label, beta)),
    };
    let mut start = [0.0; WIDE];
    start[..geometry.classes].copy_from_slice(output);

    let largest = largest(drive);
    let mut linear = first_guess(geometry, relaxation.gamma, drive, hidden, &start, scratch);
    let seen = visit(geometry, relaxation, nudge, &linear, start);
    classify(geometry, relaxation.gamma, drive, &seen, scratch);
    separate(geometry, drive, hidden, &mut linear, scratch);
    if let Some(end) = step_all(geometry, relaxation, nudge, &linear, start, largest, Some(&seen), &mut scratch.open) {
        finish(geometry, relaxation, drive, hidden, output, &end, scratch);
        return;
    }
    open_all(geometry, drive, hidden, &mut linear, scratch);
    let end = step_all(geometry, relaxation, nudge, &linear, start, largest, None, &mut scratch.open)
        .expect("a run without a box cannot leave it");
    finish(geometry, relaxation, drive, hidden, output, &end, scratch);
}

/// Takes every unit as linear that is active at the start, and every other as silent.
#[inline(always)]
fn first_guess(
    geometry: &Geometry,
    gamma: f32,
    drive: &[f32],
    hidden: &[f32],
    start: &Outputs,
    scratch: &mut Scratch,
) -> Linear {
    let middle = &mut scratch.middle;
    middle.clear();
    middle.extend_from_slice(drive);
    add_feedback(geometry, gamma, start, middle);
    scratch.first.resize(geometry.units, 0);
    let mut count = 0;
    for (j, &d) in middle.iter().enumerate() {
        scratch.first[count] = j as u16;
        count += usize::from(d > 0.0);
    }
    scratch.first.truncate(count);

    let (mut pairs, mut sums) = ([0.0; PAIRS], [0.0; WIDE]);
    for &j in &scratch.first {
        let j = j as usize;
        pairs.iter_mut().zip(&geometry.pairs[j]).for_each(|(s, &p)| *s += p);
        sums.iter_mut().zip(&geometry.rows[j]).for_each(|(s, &w)| *s = fma(drive[j], w, *s));
    }
    let mut sum = [0.0; WIDE];
    for (j, &h) in hidden.iter().enumerate().filter(|(_, h)| **h != 0.0) {
        sum.iter_mut().zip(&geometry.rows[j]).for_each(|(s, &w)| *s = fma(h, w, *s));
    }
    Linear { sum, drive: sums, gram: unpack(&pairs) }
}

/// max_j |a_j|
#[inline(always)]
fn largest(drive: &[f32]) -> f32 {
    let mut lanes = [0.0f32; WIDE];
    for chunk in drive.chunks(WIDE) {
        lanes.iter_mut().zip(chunk).for_each(|(m, a)| *m = m.max(a.abs()));
    }
    lanes.iter().fold(0.0, |m, &v| m.max(v))
}

/// input_j += γ·W_j·o
#[inline(always)]
fn add_feedback(geometry: &Geometry, gamma: f32, output: &Outputs, input: &mut [f32]) {
    for (column, &o) in geometry.columns.chunks_exact(geometry.units).zip(output) {
        let scale = gamma * o;
        if scale != 0.0 {
            input.iter_mut().zip(column).for_each(|(d, &w)| *d = fma(scale, w, *d));
        }
    }
}

#[inline(always)]
fn unpack(pairs: &[f32; PAIRS]) -> [Outputs; WIDE] {
    let mut gram = [[0.0; WIDE]; WIDE];
    let mut at = 0;
    for c in 0..OUTPUTS {
        for d in 0..=c {
            gram[c][d] = pairs[at];
            gram[d][c] = pairs[at];
            at += 1;
        }
    }
    gram
}

/// The outputs' next values, from z = h·W_out + b.
#[inline(always)]
fn next_outputs(output: &Outputs, z: &Outputs, dt: f32, nudge: Nudge) -> Outputs {
    let mut next = [0.0; WIDE];
    for c in 0..WIDE {
        next[c] = output[c] + dt * (z[c].clamp(0.0, 1.0) - output[c]);
    }
    if let Some((label, beta)) = nudge {
        for c in 0..WIDE {
            next[c] -= dt * beta * output[c];
        }
        next[label] += dt * beta;
    }
    next
}

/// u and q, one step on.
#[inline(always)]
fn advance(linear: &Linear, sum: &mut Outputs, dt: f32, gamma: f32, output: &Outputs) {
    let mut push = linear.drive;
    for (row, &o) in linear.gram.iter().zip(&output[..OUTPUTS]) {
        if o != 0.0 {
            push.iter_mut().zip(row).for_each(|(p, &g)| *p = fma(gamma * o, g, *p));
        }
    }
    for c in 0..WIDE {
        sum[c] += dt * (push[c] - sum[c]);
    }
}

/// Where the outputs go when no unit changes its sign, and some room around it.
#[inline(always)]
fn visit(geometry: &Geometry, relaxation: &Relaxation, nudge: Nudge, linear: &Linear, start: Outputs) -> Visited {
    const SETTLED: f32 = 1e-3;
    let (mut output, mut sum) = (start, linear.sum);
    let (mut low, mut high) = (start, start);
    let mut peak = [f32::MIN; WIDE];
    for _ in 0..relaxation.steps {
        let mut z = sum;
        let mut moved: f32 = 0.0;
        for c in 0..WIDE {
            z[c] += geometry.bias[c];
            peak[c] = peak[c].max(z[c]);
        }
        let next = next_outputs(&output, &z, relaxation.dt, nudge);
        let before = sum;
        advance(linear, &mut sum, relaxation.dt, relaxation.gamma, &output);
        for c in 0..WIDE {
            moved = moved.max((next[c] - output[c]).abs()).max((sum[c] - before[c]).abs());
            low[c] = low[c].min(next[c]);
            high[c] = high[c].max(next[c]);
        }
        output = next;
        if moved < SETTLED && nudge.is_none() {
            break;
        }
    }
    for c in 0..WIDE {
        // An output that stays well below its threshold stays at 0: it needs no room.
        let margin = if high[c] == 0.0 && peak[c] < -MARGIN { 0.0 } else { MARGIN };
        low[c] = (low[c] - margin).max(0.0);
        high[c] = (high[c] + margin).min(1.0);
    }
    Visited { low, high }
}

/// Leaves in `middle` each unit's input at the box's centre and in `reach` how far it strays over the box.
#[inline(always)]
fn classify(geometry: &Geometry, gamma: f32, drive: &[f32], seen: &Visited, scratch: &mut Scratch) {
    let (mut centre, mut radius) = ([0.0; WIDE], [0.0; WIDE]);
    for c in 0..WIDE {
        centre[c] = 0.5 * (seen.low[c] + seen.high[c]);
        // A box can be empty only where an output starts outside [0, 1]; the check in `step_all` then fails.
        radius[c] = 0.5 * (seen.high[c] - seen.low[c]);
    }
    scratch.middle.clear();
    scratch.middle.extend_from_slice(drive);
    add_feedback(geometry, gamma, &centre, &mut scratch.middle);
    scratch.reach.clear();
    scratch.reach.resize(geometry.units, 0.0);
    for (column, &r) in geometry.columns.chunks_exact(geometry.units).zip(&radius) {
        if r != 0.0 {
            scratch.reach.iter_mut().zip(column).for_each(|(s, &w)| *s = fma(gamma * r, w.abs(), *s));
        }
    }
    let signs = scratch.middle.iter().zip(&scratch.reach);
    scratch.linear.clear();
    scratch.linear.extend(signs.map(|(&d, &reach)| u8::from(d >= reach)));
}

/// Moves units between the guess and what `classify` found: out of the linear sums, into them, or to the open ones.
#[inline(always)]
fn separate(geometry: &Geometry, drive: &[f32], hidden: &[f32], linear: &mut Linear, scratch: &mut Scratch) {
    let Scratch { middle, reach, first, linear: is_linear, open } = scratch;
    let mut change = |j: usize, sign: f32| {
        let row = &geometry.rows[j];
        for c in 0..OUTPUTS {
            linear.drive[c] += sign * drive[j] * row[c];
            for d in 0..OUTPUTS {
                linear.gram[c][d] += sign * row[c] * row[d];
            }
        }
    };
    let mut guessed = first.iter().peekable();
    open.units.clear();
    for j in 0..geometry.units {
        let was = guessed.next_if(|&&k| k as usize == j).is_some();
        let is = is_linear[j] != 0;
        if is != was {
            change(j, if is { 1.0 } else { -1.0 });
        }
        if !is && middle[j] + reach[j] > 0.0 {
            open.units.push(j as u16);
        }
    }
    open.gather(geometry, drive, hidden);
    open.take_from(&mut linear.sum);
}

/// Makes every unit open.
#[inline(always)]
fn open_all(geometry: &Geometry, drive: &[f32], hidden: &[f32], linear: &mut Linear, scratch: &mut Scratch) {
    scratch.linear.fill(0);
    scratch.open.units.clear();
    scratch.open.units.extend(0..geometry.units as u16);
    scratch.open.gather(geometry, drive, hidden);
    *linear = Linear { sum: [0.0; WIDE], drive: [0.0; WIDE], gram: [[0.0; WIDE]; WIDE] };
}

impl Open {
    #[inline(always)]
    fn gather(&mut self, geometry: &Geometry, drive: &[f32], hidden: &[f32]) {
        let padded = self.units.len().next_multiple_of(WIDE);
        for list in [&mut self.drive, &mut self.state, &mut self.input] {
            list.clear();
            list.resize(padded, 0.0);
        }
        self.columns.clear();
        self.columns.resize(padded * OUTPUTS, 0.0);
        self.rows.clear();
        for (k, &j) in self.units.iter().enumerate() {
            let row = &geometry.rows[j as usize];
            self.drive[k] = drive[j as usize];
            self.state[k] = hidden[j as usize];
            (0..OUTPUTS).for_each(|c| self.columns[c * padded + k] = row[c]);
            self.rows.push(*row);
        }
        self.rows.resize(padded, [0.0; WIDE]);
    }

    /// Takes the open units' part out of u.
    #[inline(always)]
    fn take_from(&self, sum: &mut Outputs) {
        for (row, &h) in self.rows.iter().zip(&self.state).filter(|(_, h)| **h != 0.0) {
            sum.iter_mut().zip(row).for_each(|(s, &w)| *s -= h * w);
        }
    }

    /// z += Σ W_j·h_j
    #[inline(always)]
    fn add_to(&self, z: &mut Outputs) {
        let mut sums = [[0.0; WIDE]; 4];
        for (rows, states) in self.rows.chunks_exact(4).zip(self.state.chunks_exact(4)) {
            for (sum, (row, &h)) in sums.iter_mut().zip(rows.iter().zip(states)) {
                sum.iter_mut().zip(row).for_each(|(s, &w)| *s = fma(h, w, *s));
            }
        }
        for c in 0..WIDE {
            z[c] += (sums[0][c] + sums[1][c]) + (sums[2][c] + sums[3][c]);
        }
    }

    /// One step of every open unit; returns the largest movement.
    #[inline(always)]
    fn step(&mut self, dt: f32, gamma: f32, output: &Outputs) -> f32 {
        let n = self.drive.len();
        self.input.copy_from_slice(&self.drive);
        for (column, &o) in self.columns.chunks_exact(n.max(1)).zip(output) {
            if o != 0.0 {
                self.input.iter_mut().zip(column).for_each(|(d, &w)| *d = fma(gamma * o, w, *d));
            }
        }
        let mut moved = [0.0f32; WIDE];
        for (states, inputs) in self.state.chunks_exact_mut(WIDE).zip(self.input.chunks_exact(WIDE)) {
            for c in 0..WIDE {
                let change = dt * (inputs[c].max(0.0) - states[c]);
                states[c] += change;
                moved[c] = moved[c].max(change.abs());
            }
        }
        moved.iter().fold(0.0, |m, &v| m.max(v))
    }
}

/// Where a phase ended: the outputs, q, and rᵗ.
struct End {
    output: Outputs,
    q: Outputs,
    left: f32,
}

/// Steps outputs, linear sums and open units together. `None` if the outputs leave `seen`.
#[inline(always)]
fn step_all(
    geometry: &Geometry,
    relaxation: &Relaxation,
    nudge: Nudge,
    linear: &Linear,
    start: Outputs,
    largest_drive: f32,
    seen: Option<&Visited>,
    open: &mut Open,
) -> Option<End> {
    let Relaxation { dt, gamma, steps, phase } = *relaxation;
    let tolerance = match phase {
        Phase::Free { tolerance } => tolerance,
        Phase::Clamped { .. } => 0.0,
    };
    let (mut output, mut sum) = (start, linear.sum);
    let (mut q, mut left) = ([0.0; WIDE], 1.0f32);
    for _ in 0..steps {
        if let Some(seen) = seen
            && !seen.contains(&output)
        {
            return None;
        }
        let mut z = sum;
        (0..WIDE).for_each(|c| z[c] += geometry.bias[c]);
        open.add_to(&mut z);
        let next = next_outputs(&output, &z, dt, nudge);
        let mut moved = open.step(dt, gamma, &output);
        advance(linear, &mut sum, dt, gamma, &output);
        let mut swept = 0.0;
        for c in 0..WIDE {
            let change = dt * (output[c] - q[c]);
            q[c] += change;
            swept += change.abs();
            moved = moved.max((next[c] - output[c]).abs());
        }
        // No linear unit moves more than this: Δh_j = dt·rᵗ·a_j + γ·W_j·Δq.
        moved = moved.max(dt * left * largest_drive + gamma * geometry.largest * swept);
        left *= 1.0 - dt;
        output = next;
        if moved <= tolerance {
            break;
        }
    }
    Some(End { output, q, left })
}

impl Visited {
    #[inline(always)]
    fn contains(&self, output: &Outputs) -> bool {
        let mut inside = true;
        for c in 0..WIDE {
            inside &= output[c] >= self.low[c] && output[c] <= self.high[c];
        }
        inside
    }
}

/// Writes the states at the end of the phase.
#[inline(always)]
fn finish(
    geometry: &Geometry,
    relaxation: &Relaxation,
    drive: &[f32],
    hidden: &mut [f32],
    output: &mut [f32],
    end: &End,
    scratch: &mut Scratch,
) {
    let gone = 1.0 - end.left;
    let value = &mut scratch.middle;
    value.clear();
    value.extend(drive.iter().map(|&a| gone * a));
    add_feedback(geometry, relaxation.gamma, &end.q, value);
    for ((h, &v), &linear) in hidden.iter_mut().zip(value.iter()).zip(&scratch.linear) {
        *h = end.left * *h + if linear != 0 { v } else { 0.0 };
    }
    for (&j, &state) in scratch.open.units.iter().zip(&scratch.open.state) {
        hidden[j as usize] = state;
    }
    output.copy_from_slice(&end.output[..geometry.classes]);
}

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

use super::simd::{Lanes, fma, larger};
use crate::kernels::{Phase, Relaxation};

/// Most outputs that this kernel takes.
pub const OUTPUTS: usize = 10;
/// Vectors that hold the pairs (c, d ≤ c) of outputs.
const PAIRS: usize = 4;
/// Room around the guessed box.
const MARGIN: f32 = 0.02;

/// What a phase needs of the output's weights; made once a batch.
#[derive(Default)]
pub struct Geometry {
    pub units: usize,
    pub classes: usize,
    /// W_j, by unit.
    rows: Vec<Lanes>,
    /// The lower triangle of W_jᵀ·W_j, by unit.
    pairs: Vec<[Lanes; PAIRS]>,
    /// C × H: one row an output.
    columns: Vec<f32>,
    bias: Lanes,
    largest: f32,
}

/// Room for one sample; reused.
#[derive(Default)]
pub struct Scratch {
    middle: Vec<f32>,
    reach: Vec<f32>,
    /// Units that are active at the start: by unit, and as a list.
    active: Vec<u8>,
    actives: Vec<u16>,
    linear: Vec<u8>,
    open: Open,
}

/// The units that are stepped one by one, side by side. Lengths are whole vectors.
#[derive(Default)]
struct Open {
    units: Vec<u16>,
    drive: Vec<f32>,
    state: Vec<f32>,
    /// [`OUTPUTS`] rows of `drive.len()`.
    columns: Vec<f32>,
    rows: Vec<Lanes>,
}

/// What the linear and silent units amount to.
struct Linear {
    /// u = Σ W_j·h_j
    sum: Lanes,
    /// Σ W_j·a_j
    drive: Lanes,
    /// G
    gram: [Lanes; OUTPUTS],
}

/// The values that outputs take in a phase.
#[derive(Clone, Copy)]
struct Visited {
    low: Lanes,
    high: Lanes,
}

/// A target and how strongly it pulls.
type Nudge = Option<(usize, f32)>;

/// One sample's phase: what does not change in it.
struct Course<'a> {
    geometry: &'a Geometry,
    relaxation: &'a Relaxation,
    nudge: Nudge,
    drive: &'a [f32],
    /// The outputs at the start.
    start: Lanes,
}

impl Geometry {
    /// From the transposed weights (C × H) and biases of the output.
    pub fn update(&mut self, transposed: &[f32], bias: &[f32]) {
        let (classes, units) = (bias.len(), transposed.len() / bias.len());
        self.units = units;
        self.classes = classes;
        self.columns.clear();
        self.columns.extend_from_slice(transposed);
        self.bias = Lanes::padded(bias);
        self.largest = transposed.iter().fold(0.0, |m, w| larger(m, w.abs()));
        self.rows.resize(units, Lanes::ZERO);
        self.pairs.resize(units, [Lanes::ZERO; PAIRS]);
        for (j, (row, pairs)) in self.rows.iter_mut().zip(&mut self.pairs).enumerate() {
            (0..classes).for_each(|c| row.0[c] = transposed[c * units + j]);
            for (at, (c, d)) in (0..classes).flat_map(|c| (0..=c).map(move |d| (c, d))).enumerate() {
                pairs[at / Lanes::COUNT].0[at % Lanes::COUNT] = row.0[c] * row.0[d];
            }
        }
    }

    /// input_j += γ·W_j·o
    #[inline(always)]
    fn add_feedback(&self, gamma: f32, output: &Lanes, input: &mut [f32]) {
        for (column, &o) in self.columns.chunks_exact(self.units).zip(&output.0) {
            let scale = gamma * o;
            if scale != 0.0 {
                input.iter_mut().zip(column).for_each(|(d, &w)| *d = fma(scale, w, *d));
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
    relax_batch(geometry, relaxation, labels, drive, states, scratch);
}

#[inline(always)]
fn relax_batch(
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
        let nudge = match relaxation.phase {
            Phase::Free { .. } => None,
            Phase::Clamped { beta } => Some((usize::from(label), beta)),
        };
        let start = Lanes::padded(output);
        relax_sample(&Course { geometry, relaxation, nudge, drive, start }, hidden, output, scratch);
    }
}

/// Runs one phase of one sample. `hidden` (H) and `output` (C) hold the states before and after.
#[inline(always)]
fn relax_sample(course: &Course, hidden: &mut [f32], output: &mut [f32], scratch: &mut Scratch) {
    let mut linear = first_guess(course, hidden, scratch);
    let seen = visit(course, &linear);
    classify(course, &seen, scratch);
    separate(course, hidden, &mut linear, scratch);
    let mut end = step_all(course, &linear, Some(&seen), &mut scratch.open);
    while end.is_none() {
        // A run without a box cannot leave it: this happens once at most.
        linear = open_all(course, hidden, scratch);
        end = step_all(course, &linear, None, &mut scratch.open);
    }
    if let Some(end) = end {
        finish(course, hidden, output, &end, scratch);
    }
}

/// Takes every unit as linear that is active at the start, and every other as silent.
#[inline(always)]
fn first_guess(course: &Course, hidden: &[f32], scratch: &mut Scratch) -> Linear {
    let geometry = course.geometry;
    let Scratch { middle, active, actives, .. } = scratch;
    middle.clear();
    middle.extend_from_slice(course.drive);
    geometry.add_feedback(course.relaxation.gamma, &course.start, middle);
    active.clear();
    active.extend(middle.iter().map(|&d| u8::from(d > 0.0)));
    list(active, actives);

    let (mut pairs, mut drive) = ([Lanes::ZERO; PAIRS], Lanes::ZERO);
    for &j in actives.iter() {
        let j = usize::from(j);
        for (sum, pair) in pairs.iter_mut().zip(&geometry.pairs[j]) {
            *sum = sum.plus(*pair);
        }
        drive = drive.plus_scaled(course.drive[j], geometry.rows[j]);
    }
    let mut sum = Lanes::ZERO;
    if course.nudge.is_some() {
        for (&h, row) in hidden.iter().zip(&geometry.rows) {
            sum = sum.plus_scaled(h, *row);
        }
    }
    Linear { sum, drive, gram: unpack(&pairs) }
}

/// Lists the units that are marked.
#[inline(always)]
fn list(marks: &[u8], units: &mut Vec<u16>) {
    units.resize(marks.len() + 1, 0);
    let mut count = 0;
    for (j, &mark) in marks.iter().enumerate() {
        units[count] = j as u16;
        count += usize::from(mark);
    }
    units.truncate(count);
}

#[inline(always)]
fn unpack(pairs: &[Lanes; PAIRS]) -> [Lanes; OUTPUTS] {
    let mut gram = [Lanes::ZERO; OUTPUTS];
    let mut at = 0;
    for c in 0..OUTPUTS {
        for d in 0..=c {
            let pair = pairs[at / Lanes::COUNT].0[at % Lanes::COUNT];
            gram[c].0[d] = pair;
            gram[d].0[c] = pair;
            at += 1;
        }
    }
    gram
}

impl Course<'_> {
    /// The outputs' next values, from z = h·W_out + b.
    #[inline(always)]
    fn next_outputs(&self, output: Lanes, z: Lanes) -> Lanes {
        let dt = self.relaxation.dt;
        let mut next = output.towards(z.clamped(), dt);
        if let Some((label, beta)) = self.nudge {
            next = next.plus_scaled(-dt * beta, output);
            next.0[label] += dt * beta;
        }
        next
    }

    /// u, one step on.
    #[inline(always)]
    fn next_sum(&self, linear: &Linear, sum: Lanes, output: &Lanes) -> Lanes {
        let mut push = linear.drive;
        for (row, &o) in linear.gram.iter().zip(&output.0) {
            if o != 0.0 {
                push = push.plus_scaled(self.relaxation.gamma * o, *row);
            }
        }
        sum.towards(push, self.relaxation.dt)
    }

    fn tolerance(&self) -> f32 {
        match self.relaxation.phase {
            Phase::Free { tolerance } => tolerance,
            Phase::Clamped { .. } => 0.0,
        }
    }
}

/// Where the outputs go when no unit changes its sign, and some room around it.
#[inline(always)]
fn visit(course: &Course, linear: &Linear) -> Visited {
    const SETTLED: f32 = 1e-3;
    let (mut output, mut sum) = (course.start, linear.sum);
    let (mut low, mut high, mut peak) = (output, output, Lanes::all(f32::MIN));
    for _ in 0..course.relaxation.steps {
        let z = sum.plus(course.geometry.bias);
        let next = course.next_outputs(output, z);
        let next_sum = course.next_sum(linear, sum, &output);
        let moved = next.minus(output).abs().larger(next_sum.minus(sum).abs());
        (output, sum) = (next, next_sum);
        (low, high, peak) = (low.smaller(output), high.larger(output), peak.larger(z));
        if course.nudge.is_none() && !moved.any_above(SETTLED) {
            break;
        }
    }
    let mut margin = Lanes::all(MARGIN);
    for c in 0..Lanes::COUNT {
        // An output that stays well below its threshold stays at 0: it needs no room.
        if high.0[c] == 0.0 && peak.0[c] < -MARGIN {
            margin.0[c] = 0.0;
        }
    }
    Visited { low: low.minus(margin).clamped(), high: high.plus(margin).clamped() }
}

/// Leaves in `middle` each unit's input at the box's centre and in `reach` how far it strays over the box.
#[inline(always)]
fn classify(course: &Course, seen: &Visited, scratch: &mut Scratch) {
    let (geometry, gamma) = (course.geometry, course.relaxation.gamma);
    let centre = seen.low.plus(seen.high.minus(seen.low).halved());
    let radius = seen.high.minus(seen.low).halved();
    let Scratch { middle, reach, linear, .. } = scratch;
    middle.clear();
    middle.extend_from_slice(course.drive);
    geometry.add_feedback(gamma, &centre, middle);
    reach.clear();
    reach.resize(geometry.units, 0.0);
    for (column, &r) in geometry.columns.chunks_exact(geometry.units).zip(&radius.0) {
        if r != 0.0 {
            reach.iter_mut().zip(column).for_each(|(s, &w)| *s = fma(gamma * r, w.abs(), *s));
        }
    }
    linear.clear();
    linear.extend(middle.iter().zip(reach.iter()).map(|(&d, &reach)| u8::from(d >= reach)));
}

/// Moves units between the guess and what `classify` found: out of the linear sums, into them, or to the open ones.
#[inline(always)]
fn separate(course: &Course, hidden: &[f32], sums: &mut Linear, scratch: &mut Scratch) {
    let Scratch { middle, reach, active, actives, linear, open } = scratch;
    // From here on `active` marks the units that were guessed wrong or are open, `actives` lists them.
    let signs = middle.iter().zip(reach.iter()).zip(linear.iter());
    for (mark, ((&d, &reach), &linear)) in active.iter_mut().zip(signs) {
        *mark = (*mark ^ linear) | u8::from(linear == 0 && d + reach > 0.0) << 1;
    }
    open.units.clear();
    actives.clear();
    for (start, marks) in active.chunks(8).enumerate().filter(|(_, marks)| marks.iter().any(|&mark| mark != 0)) {
        for (j, mark) in marks.iter().enumerate().map(|(i, &mark)| (8 * start + i, mark)) {
            if mark & 1 != 0 {
                sums.change(course, j, if linear[j] != 0 { 1.0 } else { -1.0 });
            }
            if mark & 2 != 0 {
                open.units.push(j as u16);
            }
        }
    }
    open.gather(course, hidden);
    sums.sum = open.rest_of(sums.sum);
}

impl Linear {
    /// Takes a unit into the sums (sign 1) or out of them (sign −1).
    #[inline(always)]
    fn change(&mut self, course: &Course, j: usize, sign: f32) {
        let row = course.geometry.rows[j];
        self.drive = self.drive.plus_scaled(sign * course.drive[j], row);
        for (gram, &w) in self.gram.iter_mut().zip(&row.0) {
            *gram = gram.plus_scaled(sign * w, row);
        }
    }
}

/// Makes every unit open.
#[inline(always)]
fn open_all(course: &Course, hidden: &[f32], scratch: &mut Scratch) -> Linear {
    scratch.linear.fill(0);
    scratch.open.units.clear();
    scratch.open.units.extend(0..course.geometry.units as u16);
    scratch.open.gather(course, hidden);
    Linear { sum: Lanes::ZERO, drive: Lanes::ZERO, gram: [Lanes::ZERO; OUTPUTS] }
}

impl Open {
    #[inline(always)]
    fn gather(&mut self, course: &Course, hidden: &[f32]) {
        let padded = self.units.len().next_multiple_of(Lanes::COUNT);
        for list in [&mut self.drive, &mut self.state] {
            list.clear();
            list.resize(padded, 0.0);
        }
        self.columns.clear();
        self.columns.resize(padded * OUTPUTS, 0.0);
        self.rows.clear();
        for (k, &j) in self.units.iter().enumerate() {
            let row = course.geometry.rows[usize::from(j)];
            self.drive[k] = course.drive[usize::from(j)];
            self.state[k] = hidden[usize::from(j)];
            (0..OUTPUTS).for_each(|c| self.columns[c * padded + k] = row.0[c]);
            self.rows.push(row);
        }
        self.rows.resize(padded, Lanes::ZERO);
    }

    /// What is left of u without the open units.
    #[inline(always)]
    fn rest_of(&self, sum: Lanes) -> Lanes {
        self.rows.iter().zip(&self.state).fold(sum, |sum, (row, &h)| sum.plus_scaled(-h, *row))
    }

    /// Σ W_j·h_j
    #[inline(always)]
    fn sum(&self) -> Lanes {
        let mut sums = [Lanes::ZERO; 4];
        for (rows, states) in self.rows.chunks_exact(4).zip(self.state.chunks_exact(4)) {
            for (sum, (row, &h)) in sums.iter_mut().zip(rows.iter().zip(states)) {
                *sum = sum.plus_scaled(h, *row);
            }
        }
        sums[0].plus(sums[1]).plus(sums[2].plus(sums[3]))
    }

    /// One step of every open unit; returns the largest movement.
    #[inline(always)]
    fn step(&mut self, dt: f32, gamma: f32, output: &Lanes) -> Lanes {
        let n = self.drive.len();
        let mut moved = Lanes::ZERO;
        for at in (0..n).step_by(Lanes::COUNT) {
            let here = at..at + Lanes::COUNT;
            let mut input = Lanes::read(&self.drive[here.clone()]);
            for (c, &o) in output.0[..OUTPUTS].iter().enumerate() {
                if o != 0.0 {
                    let column = &self.columns[c * n + at..][..Lanes::COUNT];
                    input = input.plus_scaled(gamma * o, Lanes::read(column));
                }
            }
            let state = Lanes::read(&self.state[here.clone()]);
            let next = state.towards(input.larger(Lanes::ZERO), dt);
            moved = moved.larger(next.minus(state).abs());
            self.state[here].copy_from_slice(&next.0);
        }
        moved
    }
}

/// Where a phase ended: the outputs, q, and rᵗ.
struct End {
    output: Lanes,
    q: Lanes,
    left: f32,
}

/// Steps outputs, linear sums and open units together. `None` if the outputs leave `seen`.
#[inline(always)]
fn step_all(course: &Course, linear: &Linear, seen: Option<&Visited>, open: &mut Open) -> Option<End> {
    let Relaxation { dt, gamma, steps, .. } = *course.relaxation;
    let tolerance = course.tolerance();
    let largest_drive = largest(course.drive);
    let (mut output, mut sum) = (course.start, linear.sum);
    let (mut q, mut left) = (Lanes::ZERO, 1.0f32);
    for _ in 0..steps {
        if seen.is_some_and(|seen| !seen.contains(output)) {
            return None;
        }
        let z = sum.plus(course.geometry.bias).plus(open.sum());
        let next = course.next_outputs(output, z);
        let stepped = open.step(dt, gamma, &output);
        sum = course.next_sum(linear, sum, &output);
        let next_q = q.towards(output, dt);
        let moved = stepped.larger(next.minus(output).abs());
        // No linear unit moves more than dt·rᵗ·|a_j| + γ·|W_j|·|Δq|.
        let settled = !moved.any_above(tolerance)
            && dt * left * largest_drive + gamma * course.geometry.largest * next_q.minus(q).abs().sum() <= tolerance;
        (output, q, left) = (next, next_q, left * (1.0 - dt));
        if settled {
            break;
        }
    }
    Some(End { output, q, left })
}

/// max_j |a_j|
#[inline(always)]
fn largest(drive: &[f32]) -> f32 {
    let vectors = drive.chunks_exact(Lanes::COUNT);
    let rest = Lanes::padded(vectors.remainder()).abs();
    vectors.fold(rest, |most, vector| most.larger(Lanes::read(vector).abs())).largest()
}

impl Visited {
    #[inline(always)]
    fn contains(&self, output: Lanes) -> bool {
        let outside = self.low.minus(output).larger(output.minus(self.high));
        !outside.any_above(0.0)
    }
}

/// Writes the states at the end of the phase.
#[inline(always)]
fn finish(course: &Course, hidden: &mut [f32], output: &mut [f32], end: &End, scratch: &mut Scratch) {
    let gone = 1.0 - end.left;
    let Scratch { middle, linear, open, .. } = scratch;
    middle.clear();
    middle.extend(course.drive.iter().map(|&a| gone * a));
    course.geometry.add_feedback(course.relaxation.gamma, &end.q, middle);
    for ((h, &v), &linear) in hidden.iter_mut().zip(middle.iter()).zip(linear.iter()) {
        *h = end.left * *h + if linear != 0 { v } else { 0.0 };
    }
    for (&j, &state) in open.units.iter().zip(&open.state) {
        hidden[usize::from(j)] = state;
    }
    output.copy_from_slice(&end.output.0[..course.geometry.classes]);
}

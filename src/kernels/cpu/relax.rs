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
/// Units that are taken side by side: four vectors of the widest machines, eight of the narrowest.
pub const WIDE: usize = if cfg!(target_arch = "wasm32") { 32 } else { 64 };
/// Room around the guessed box.
const MARGIN: f32 = 0.02;

/// What a phase needs of the output's weights; made once a batch.
#[derive(Default)]
pub struct Geometry {
    pub units: usize,
    pub classes: usize,
    /// W_j, by unit.
    pub rows: Vec<Lanes>,
    /// The lower triangle of W_jᵀ·W_j, by unit.
    pairs: Vec<[Lanes; PAIRS]>,
    /// C rows, one an output: units, and zeros up to whole groups of [`WIDE`].
    pub columns: Vec<f32>,
    pub padded: usize,
    pub bias: Lanes,
    largest: f32,
}

/// Room for one sample; reused. Lists of units are as long as a row of [`Geometry::columns`]: what is added to fill
/// the last group has no weights and never moves.
#[derive(Default)]
pub struct Scratch {
    drive: Vec<f32>,
    state: Vec<f32>,
    /// 1 for the units that are taken as linear, else 0: at first by their sign at the start, then by the box.
    guess: Vec<u8>,
    linear: Vec<u8>,
    /// What there is to do about a unit: [`CHANGED`], [`OPEN`].
    marks: Vec<u8>,
    listed: Vec<u16>,
    open: Open,
}

/// A unit enters the linear sums, or leaves them.
const CHANGED: u8 = 1;
const OPEN: u8 = 2;

/// What a sample's free phase leaves for its clamped phase, which starts where it ended.
#[derive(Clone, Default)]
pub struct Kept {
    linear: Vec<u8>,
    sums: Linear,
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
#[derive(Clone, Copy, Default)]
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
type Nudge = Option<(Lanes, f32)>;

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
        self.padded = units.next_multiple_of(WIDE);
        self.columns.clear();
        for column in transposed.chunks_exact(units) {
            self.columns.extend_from_slice(column);
            self.columns.resize(self.columns.len().next_multiple_of(self.padded), 0.0);
        }
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

    /// The weights to one output, by unit.
    #[inline(always)]
    pub fn column(&self, output: usize) -> &[f32] {
        &self.columns[output * self.padded..][..self.padded]
    }

    /// γ·o of the outputs that are not 0, each with its column of weights.
    #[inline(always)]
    pub fn terms(&self, gamma: f32, output: &Lanes) -> Terms<'_> {
        let mut terms = Terms { count: 0, of: [(0.0, &[]); OUTPUTS] };
        for (column, &o) in self.columns.chunks_exact(self.padded).zip(&output.0) {
            if o != 0.0 {
                terms.of[terms.count] = (gamma * o, column);
                terms.count += 1;
            }
        }
        terms
    }
}

/// Some columns of weights with their factors.
pub struct Terms<'a> {
    count: usize,
    of: [(f32, &'a [f32]); OUTPUTS],
}

impl Terms<'_> {
    /// sums_i + Σ factor·W_(at + i)
    #[inline(always)]
    pub fn add(&self, mut sums: [f32; WIDE], at: usize) -> [f32; WIDE] {
        for (factor, column) in &self.of[..self.count] {
            let weights = group(column, at);
            for i in 0..WIDE {
                sums[i] = fma(*factor, weights[i], sums[i]);
            }
        }
        sums
    }

    /// Σ factor·|W_(at + i)|
    #[inline(always)]
    fn sizes(&self, at: usize) -> [f32; WIDE] {
        let mut sums = [0.0; WIDE];
        for (factor, column) in &self.of[..self.count] {
            let weights = group(column, at);
            for i in 0..WIDE {
                sums[i] = fma(*factor, weights[i].abs(), sums[i]);
            }
        }
        sums
    }
}

#[inline(always)]
pub fn group(values: &[f32], at: usize) -> &[f32; WIDE] {
    values[at..at + WIDE].try_into().expect("a whole group")
}

/// Runs one phase of a minibatch, sample by sample, so that a sample's states stay in the cache. `drive` is B × H,
/// `states` are the hidden layer's (B × H) and the output's (B × C), before and after. A free phase leaves `kept` by
/// sample; a clamped phase starts from it.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+fma", "x86_64+avx2+fma"))]
pub fn relax(
    geometry: &Geometry,
    relaxation: &Relaxation,
    labels: &[u8],
    drive: &[f32],
    states: &mut [Vec<f32>],
    kept: &mut Vec<Kept>,
    scratch: &mut Scratch,
) {
    relax_batch(geometry, relaxation, labels, drive, states, kept, scratch);
}

#[inline(always)]
fn relax_batch(
    geometry: &Geometry,
    relaxation: &Relaxation,
    labels: &[u8],
    drive: &[f32],
    states: &mut [Vec<f32>],
    kept: &mut Vec<Kept>,
    scratch: &mut Scratch,
) {
    let [hidden, output] = states else { unreachable!("a shallow network has two layers") };
    let samples = drive
        .chunks_exact(geometry.units)
        .zip(hidden.chunks_exact_mut(geometry.units))
        .zip(output.chunks_exact_mut(geometry.classes));
    if labels.len() > kept.len() {
        kept.resize(labels.len(), Kept::default());
    }
    for ((((drive, hidden), output), &label), kept) in samples.zip(labels).zip(kept) {
        let nudge = match relaxation.phase {
            Phase::Free { .. } => None,
            Phase::Clamped { beta } => Some((one_hot(label), beta)),
        };
        let start = Lanes::padded(output);
        relax_sample(&Course { geometry, relaxation, nudge, drive, start }, hidden, output, kept, scratch);
    }
}

#[inline(always)]
pub fn one_hot(label: u8) -> Lanes {
    let mut target = Lanes::ZERO;
    target.0[usize::from(label)] = 1.0;
    target
}

/// Runs one phase of one sample. `hidden` (H) and `output` (C) hold the states before and after.
#[inline(always)]
fn relax_sample(course: &Course, hidden: &mut [f32], output: &mut [f32], kept: &mut Kept, scratch: &mut Scratch) {
    scratch.take(course, hidden);
    find_active(course, scratch);
    let mut linear = match course.nudge {
        None => sum_active(course, scratch),
        Some(_) => recall(course, kept, scratch),
    };
    let seen = visit(course, &linear);
    classify(course, &seen, scratch);
    separate(course, &mut linear, scratch);
    let mut end = step_all(course, &linear, Some(&seen), &mut scratch.open);
    while end.is_none() {
        // A run without a box cannot leave it: this happens once at most.
        linear = open_all(course, scratch);
        end = step_all(course, &linear, None, &mut scratch.open);
    }
    if let Some(end) = end {
        if course.nudge.is_none() {
            kept.linear.clone_from(&scratch.linear);
            kept.sums = Linear { sum: end.sum.plus(scratch.open.sum()), ..linear };
        }
        finish(course, hidden, output, &end, scratch);
    }
}

impl Scratch {
    #[inline(always)]
    fn take(&mut self, course: &Course, hidden: &[f32]) {
        let padded = course.geometry.padded;
        for (list, values) in [(&mut self.drive, course.drive), (&mut self.state, hidden)] {
            list.clear();
            list.extend_from_slice(values);
            list.resize(padded, 0.0);
        }
        for list in [&mut self.guess, &mut self.linear, &mut self.marks] {
            list.resize(padded, 0);
        }
    }

    /// Lists the units that are guessed to be linear.
    #[inline(always)]
    fn list_active(&mut self) {
        self.listed.resize(self.guess.len() + 1, 0);
        let mut count = 0;
        for (j, &mark) in self.guess.iter().enumerate() {
            self.listed[count] = j as u16;
            count += usize::from(mark);
        }
        self.listed.truncate(count);
    }
}

/// Guesses that every unit is linear that is active at the start, and every other silent.
#[inline(always)]
fn find_active(course: &Course, scratch: &mut Scratch) {
    let terms = course.geometry.terms(course.relaxation.gamma, &course.start);
    let Scratch { drive, guess, .. } = scratch;
    for at in (0..course.geometry.padded).step_by(WIDE) {
        let input = terms.add(*group(drive, at), at);
        let guess = &mut guess[at..at + WIDE];
        for i in 0..WIDE {
            guess[i] = u8::from(input[i] > 0.0);
        }
    }
}

/// The sums of a phase that starts from zero states.
#[inline(always)]
fn sum_active(course: &Course, scratch: &mut Scratch) -> Linear {
    scratch.list_active();
    let (mut pairs, mut drive) = ([Lanes::ZERO; PAIRS], Lanes::ZERO);
    for &j in &scratch.listed {
        let j = usize::from(j);
        for (sum, pair) in pairs.iter_mut().zip(&course.geometry.pairs[j]) {
            *sum = sum.plus(*pair);
        }
        drive = drive.plus_scaled(course.drive[j], course.geometry.rows[j]);
    }
    Linear { sum: Lanes::ZERO, drive, gram: unpack(&pairs) }
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

/// The sums of a phase that starts where the free phase ended.
#[inline(always)]
fn recall(course: &Course, kept: &Kept, scratch: &mut Scratch) -> Linear {
    let Scratch { guess, marks, listed, .. } = scratch;
    for ((mark, &guess), &linear) in marks.iter_mut().zip(guess.iter()).zip(&kept.linear) {
        *mark = guess ^ linear;
    }
    let mut sums = kept.sums;
    list_marked(marks, CHANGED, listed);
    sums.change_all(course, listed, guess);
    sums
}

impl Course<'_> {
    /// The outputs' next values, from z = h·W_out + b.
    #[inline(always)]
    fn next_outputs(&self, output: Lanes, z: Lanes) -> Lanes {
        let dt = self.relaxation.dt;
        let mut next = output.towards(z.clamped(), dt);
        if let Some((target, beta)) = self.nudge {
            next = next.plus_scaled(dt * beta, target.minus(output));
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

/// Finds the units that keep the sign of their input over the box: from the input at its centre and how far it
/// strays.
#[inline(always)]
fn classify(course: &Course, seen: &Visited, scratch: &mut Scratch) {
    let (geometry, gamma) = (course.geometry, course.relaxation.gamma);
    let radius = seen.high.minus(seen.low).halved();
    let centres = geometry.terms(gamma, &seen.low.plus(radius));
    let radii = geometry.terms(gamma, &radius);
    let Scratch { drive, guess, linear, marks, .. } = scratch;
    for at in (0..geometry.padded).step_by(WIDE) {
        let input = centres.add(*group(drive, at), at);
        let reach = radii.sizes(at);
        let here = at..at + WIDE;
        let (guess, linear, marks) = (&guess[here.clone()], &mut linear[here.clone()], &mut marks[here]);
        for i in 0..WIDE {
            linear[i] = u8::from(input[i] > reach[i]);
            let moves = u8::from(input[i] + reach[i] > 0.0);
            marks[i] = ((guess[i] ^ linear[i]) * CHANGED) | ((linear[i] ^ moves) * OPEN);
        }
    }
}

/// Moves units between the guess and what `classify` found: out of the linear sums, into them, or to the open ones.
#[inline(always)]
fn separate(course: &Course, sums: &mut Linear, scratch: &mut Scratch) {
    let Scratch { drive, state, linear, marks, listed, open, .. } = scratch;
    list_marked(marks, CHANGED, listed);
    sums.change_all(course, listed, linear);
    list_marked(marks, OPEN, &mut open.units);
    open.gather(course.geometry, drive, state);
    sums.sum = open.rest_of(sums.sum);
}

/// Lists the units with this mark; few have any.
#[inline(always)]
pub fn list_marked(marks: &[u8], mark: u8, units: &mut Vec<u16>) {
    units.clear();
    let every = u64::from_ne_bytes([mark; 8]);
    let (eights, _) = marks.as_chunks::<8>();
    for (e, eight) in eights.iter().enumerate() {
        let mut marked = u64::from_le_bytes(*eight) & every;
        while marked != 0 {
            units.push((8 * e) as u16 + marked.trailing_zeros() as u16 / 8);
            marked &= marked - 1;
        }
    }
}

impl Linear {
    /// Takes units into the sums, or out of them if they are not `linear`.
    #[inline(always)]
    fn change_all(&mut self, course: &Course, units: &[u16], linear: &[u8]) {
        for &j in units {
            self.change(course, usize::from(j), if linear[usize::from(j)] != 0 { 1.0 } else { -1.0 });
        }
    }

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
fn open_all(course: &Course, scratch: &mut Scratch) -> Linear {
    let Scratch { drive, state, linear, open, .. } = scratch;
    linear.fill(0);
    open.units.clear();
    open.units.extend(0..course.geometry.units as u16);
    open.gather(course.geometry, drive, state);
    Linear::default()
}

impl Open {
    #[inline(always)]
    fn gather(&mut self, geometry: &Geometry, drive: &[f32], state: &[f32]) {
        let padded = self.units.len().next_multiple_of(Lanes::COUNT);
        for list in [&mut self.drive, &mut self.state] {
            list.clear();
            list.resize(padded, 0.0);
        }
        self.columns.clear();
        self.columns.resize(padded * OUTPUTS, 0.0);
        self.rows.clear();
        for (k, &j) in self.units.iter().enumerate() {
            let row = geometry.rows[usize::from(j)];
            self.drive[k] = drive[usize::from(j)];
            self.state[k] = state[usize::from(j)];
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

/// Where a phase ended; `left` is rᵗ.
struct End {
    output: Lanes,
    /// u
    sum: Lanes,
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
    Some(End { output, sum, q, left })
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
    let geometry = course.geometry;
    let terms = geometry.terms(course.relaxation.gamma, &end.q);
    let Scratch { drive, state, linear, open, .. } = scratch;
    for at in (0..geometry.padded).step_by(WIDE) {
        let mut settled = *group(drive, at);
        settled.iter_mut().for_each(|a| *a *= gone);
        let settled = terms.add(settled, at);
        let (state, linear) = (&mut state[at..at + WIDE], &linear[at..at + WIDE]);
        for i in 0..WIDE {
            state[i] = end.left * state[i] + if linear[i] != 0 { settled[i] } else { 0.0 };
        }
    }
    for (&j, &value) in open.units.iter().zip(&open.state) {
        state[usize::from(j)] = value;
    }
    hidden.copy_from_slice(&state[..geometry.units]);
    output.copy_from_slice(&end.output.0[..course.geometry.classes]);
}

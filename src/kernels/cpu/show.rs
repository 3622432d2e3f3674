//! `show`: a minibatch before spiking areas; see [`crate::net::areas`].
//!
//! What is sparse is followed by its events: a spike of an area adds a row of W to what is expected below, a pixel's error a
//! row of E to the drive above. Only the error of one area as another one predicts it is dense.

use multiversion::multiversion;

use super::held::fields;
use super::show_limit::Lengths;
use super::{Images, Network, images::Layout};
use crate::kernels::{Draws, Showing, Shown};
use crate::net::areas::{Constants, Intervals, Plasticity, SHUT, Seat, is_receptive};
use crate::net::gate::Gate;
use crate::rng::{self, Purpose};

/// Samples that are shown side by side where they need not wait for each other: as many as a cache holds.
const SIDE_BY_SIDE: usize = 8;

/// The states of a population of units, B × units.
#[derive(Default)]
struct Population {
    units: usize,
    current: Vec<f32>,
    voltage: Vec<f32>,
    /// Steps that a unit is still silent.
    silent: Vec<u32>,
    trace: Vec<f32>,
    drive: Vec<f32>,
    /// Units that spiked in the last step, ascending, by sample.
    spikes: Vec<Vec<u32>>,
    /// Spikes so far, B × units.
    counts: Vec<u32>,
    /// The step of a unit's last spike, counted from 1; 0: there was none.
    last: Vec<u32>,
}

/// One sample's input.
#[derive(Default)]
struct Input {
    label: usize,
    /// z_y of the label's unit.
    label_trace: f32,
    /// The inputs that may spike, and the draws that they spike below.
    chances: Vec<(u32, u32)>,
    /// x − x̂ where it is not 0, ascending.
    error: Vec<(u32, f32)>,
    /// x − h·x̂, which E_0 carries.
    carried: Vec<(u32, f32)>,
    /// Inputs that spiked.
    came: Vec<u32>,
}

/// Room to work in; reused.
#[derive(Default)]
pub struct Stage {
    inputs: Vec<Input>,
    expected: Population,
    areas: Vec<Population>,
    label: Population,
    /// e_l of the areas but the top one, B × units.
    errors: Vec<Vec<f32>>,
    /// E_l·e_l of the areas from the second upwards, as it was computed last, B × units.
    arriving: Vec<Vec<f32>>,
    /// y − ŷ, B × classes.
    label_error: Vec<f32>,
    /// What the labels' error teaches the first area, B × units.
    taught: Vec<f32>,
    /// The errors' sums over the steps, by pair of areas, B × lower units.
    sums: Vec<Vec<f32>>,
    /// The labels' units' voltages, summed over the steps.
    voltage_sums: Vec<f32>,
    /// 1/(1 + c·Ω) of each unit: of what is expected of the input, of each area, of the labels.
    plastic: Vec<Vec<f32>>,
    /// Of each area's units, the part of the samples that they take part in.
    taking_part: Vec<Vec<f32>>,
    /// The thresholds of those that have none of their own: zeros.
    level: Vec<f32>,
    /// Bounds of the lengths of the weights that lead to a unit.
    lengths: Lengths,
    shown: Shown,
}

fields!(Population: current, voltage, silent, trace, drive, spikes, counts, last);
fields!(Input: chances, error, carried, came);
fields!(Stage: inputs, expected, areas, label, errors, arriving, label_error, taught, sums, voltage_sums, plastic, taking_part, level, lengths);

/// Shows a minibatch's rows and leaves rates in `states`, B × units by layer. `replica` says whose draws.
pub fn show(
    network: &mut Network,
    data: &Images,
    rows: &[u32],
    showing: &Showing,
    replica: usize,
    states: &mut [Vec<f32>],
    stage: &mut Stage,
) {
    states.iter_mut().for_each(Vec::clear);
    if rows.is_empty() {
        return;
    }
    if showing.plasticity.is_some() {
        stage.show(network, data, rows, showing, replica);
        stage.leave_rates(&showing.constants, states);
    } else {
        for few in rows.chunks(SIDE_BY_SIDE) {
            stage.show(network, data, few, showing, replica);
            stage.leave_rates(&showing.constants, states);
        }
    }
}

impl Stage {
    pub fn take_shown(&mut self) -> Shown {
        std::mem::take(&mut self.shown)
    }

    fn show(&mut self, network: &mut Network, data: &Images, rows: &[u32], showing: &Showing, replica: usize) {
        self.enter(network, data, rows, &showing.constants);
        if let Some(plasticity) = &showing.plasticity {
            self.protect(network, plasticity.protection);
            self.lengths.measure(network);
        }
        let seats: Vec<Seat> =
            (0..rows.len()).map(|b| seat(&showing.draws, replica, rows[b], b, showing.plasticity.is_some())).collect();
        for t in 0..showing.constants.steps {
            self.expect(network, &showing.constants);
            self.compare(network, &seats, t, showing);
            let is_anew = t.is_multiple_of(showing.constants.error_every);
            self.drive(network, &showing.constants, is_anew);
            let plasticity = showing.plasticity.as_ref();
            let learning = plasticity.filter(|_| t >= showing.constants.learns_from);
            if let Some(plasticity) = learning.filter(|_| showing.constants.teaches) {
                self.teach(network, plasticity);
            }
            for (area, raised) in self.areas.iter_mut().zip(&network.bias) {
                step(area, raised, showing.constants.current_leak, &showing.constants);
            }
            if let Some(plasticity) = learning {
                self.learn(network, plasticity, showing.constants.teaches);
                self.lengths.limit(network, plasticity.norm_limit);
            }
            if let Some(plasticity) = plasticity.filter(|plasticity| plasticity.homeostasis > 0.0) {
                self.settle(network, plasticity);
            }
            if plasticity.is_some_and(|plasticity| plasticity.counts_intervals) {
                self.note_intervals(network, t);
            }
            self.count(network, is_anew);
        }
        self.sum_up(showing.constants.steps);
    }

    /// Silence, before `rows` are shown.
    fn enter(&mut self, network: &Network, data: &Images, rows: &[u32], constants: &Constants) {
        let (batch, areas) = (rows.len(), network.units.len() - 1);
        self.inputs.resize_with(batch, Input::default);
        for (input, &row) in self.inputs.iter_mut().zip(rows) {
            input.label = usize::from(data.labels[row as usize]);
            input.label_trace = 0.0;
            input.chances.clear();
            chances(data, row as usize, constants.input_chance, &mut input.chances);
        }
        self.areas.resize_with(areas, Population::default);
        self.expected.enter(batch, data.width);
        self.areas.iter_mut().zip(&network.units).for_each(|(area, &units)| area.enter(batch, units));
        self.label.enter(batch, network.classes());
        fill(&mut self.label_error, batch * network.classes());
        fill(&mut self.level, data.width.max(network.classes()));
        fill(&mut self.taught, batch * network.units[0]);
        fill(&mut self.voltage_sums, batch * network.classes());
        self.shown.spikes.resize(areas + 3, 0);
        self.errors.resize(areas - 1, Vec::new());
        self.arriving.resize(areas - 1, Vec::new());
        self.sums.resize(areas + 1, Vec::new());
        fill(&mut self.sums[0], batch * data.width);
        for l in 1..areas {
            fill(&mut self.errors[l - 1], batch * network.units[l - 1]);
            fill(&mut self.arriving[l - 1], batch * network.units[l]);
            fill(&mut self.sums[l], batch * network.units[l - 1]);
        }
        fill(&mut self.sums[areas], batch * network.classes());
        self.close(network, data, rows);
    }

    /// Closes the units that the samples' gates leave out: they are silent all the while, after a spike that never was.
    fn close(&mut self, network: &Network, data: &Images, rows: &[u32]) {
        self.taking_part.resize(self.areas.len(), Vec::new());
        self.taking_part.iter_mut().zip(&self.areas).for_each(|(part, area)| fill_with(part, area.units, 1.0));
        if network.gates.is_empty() {
            return;
        }
        let share = 1.0 / rows.len() as f32;
        let mut input = vec![0.0; data.width];
        for (b, &row) in rows.iter().enumerate() {
            data.row_into(row as usize, &mut input);
            let gate = Gate::of(&network.gates, &input).expect("there are gates");
            for (l, (area, part)) in self.areas.iter_mut().zip(&mut self.taking_part).enumerate() {
                for unit in gate.closed(l, area.units) {
                    area.silent[b * area.units + unit] = SHUT;
                    part[unit] -= share;
                }
            }
        }
    }

    /// What protection leaves each unit.
    fn protect(&mut self, network: &mut Network, protection: f32) {
        let units = std::iter::once(self.expected.units).chain(network.units.iter().copied());
        if protection > 0.0 && network.memory.intervals.is_empty() {
            network.memory.intervals = units.clone().map(Intervals::new).collect();
        }
        self.plastic.resize(network.units.len() + 1, Vec::new());
        self.plastic.iter_mut().zip(units).for_each(|(left, units)| fill_with(left, units, 1.0));
        for (left, intervals) in self.plastic.iter_mut().zip(&network.memory.intervals) {
            left.iter_mut().zip(intervals.plastic(protection)).for_each(|(left, now)| *left = now as f32);
        }
    }

    /// Counts inter-spike intervals, each within a sample.
    fn note_intervals(&mut self, network: &mut Network, t: u32) {
        let populations = std::iter::once(&mut self.expected).chain(&mut self.areas).chain([&mut self.label]);
        for (population, intervals) in populations.zip(&mut network.memory.intervals) {
            let Population { units, spikes, last, .. } = population;
            for (b, spikes) in spikes.iter().enumerate() {
                for &unit in spikes {
                    let last = &mut last[b * *units + unit as usize];
                    if *last > 0 {
                        intervals.note(unit as usize, t + 1 - *last);
                    }
                    *last = t + 1;
                }
            }
        }
    }

    /// What the first area expects of the input and of the labels: x̂ and ŷ.
    fn expect(&mut self, network: &Network, constants: &Constants) {
        let (input, label) = (&network.feedback[0], network.weights.last().expect("the labels' area"));
        for (b, spikes) in self.areas[0].spikes.iter().enumerate() {
            sum_rows(input, spikes, self.expected.drive_of(b));
            sum_rows(label, spikes, self.label.drive_of(b));
        }
        step(&mut self.expected, &self.level, constants.expected_leak, constants);
        step(&mut self.label, &self.level, constants.expected_leak, constants);
        self.voltage_sums.iter_mut().zip(&self.label.voltage).for_each(|(sum, v)| *sum += v);
    }

    /// Errors: what came less what was expected.
    fn compare(&mut self, network: &Network, seats: &[Seat], t: u32, showing: &Showing) {
        let steps = showing.constants.steps;
        let groups = self.expected.units.div_ceil(4) as u32;
        let classes = self.label.units;
        for (b, seat) in seats.iter().enumerate() {
            let input = &mut self.inputs[b];
            draw_input(input, seat, t, steps, groups);
            less(&input.came, &self.expected.spikes[b], 1.0, &mut input.error);
            less(&input.came, &self.expected.spikes[b], showing.constants.hold, &mut input.carried);
            self.shown.spikes[0] += input.came.len() as u64;
            for &(i, e) in &input.error {
                self.sums[0][b * self.expected.units + i as usize] += e;
            }
            if showing.plasticity.is_some() {
                let error = &mut self.label_error[b * classes..][..classes];
                let trace = &self.label.trace[b * classes..][..classes];
                compare_label(input, &self.label.spikes[b], trace, &showing.constants, error);
                let sums = &mut self.sums[network.units.len() - 1][b * classes..][..classes];
                sums.iter_mut().zip(error).for_each(|(sum, e)| *sum += *e);
            }
        }
        for l in 0..self.errors.len() {
            let units = network.units[l];
            for b in 0..seats.len() {
                let error = &mut self.errors[l][b * units..][..units];
                error.copy_from_slice(&self.areas[l].trace[b * units..][..units]);
                take_rows(&network.feedback[l + 1], &self.areas[l + 1].spikes[b], error);
                let sums = &mut self.sums[l + 1][b * units..][..units];
                sums.iter_mut().zip(error).for_each(|(sum, e)| *sum += *e);
            }
        }
    }

    /// What drives the areas: the errors below, less their own. What the labels' error brings the first area waits in
    /// `taught` where it is no drive; what errors bring the areas above it is computed where it `is_anew`.
    fn drive(&mut self, network: &Network, constants: &Constants, is_anew: bool) {
        let Constants { teaches, hold, .. } = *constants;
        let (first, others) = self.areas.split_first_mut().expect("an area");
        let back = network.feedback.last().expect("the labels' area");
        let classes = network.classes();
        for (b, input) in self.inputs.iter().enumerate() {
            let error = &self.label_error[b * classes..][..classes];
            let told = error.iter().enumerate().filter(|(_, e)| **e != 0.0).map(|(i, &e)| (i as u32, e));
            let units = first.units;
            let drive = first.drive_of(b);
            drive.fill(0.0);
            add_rows(&network.weights[0], &input.carried, drive);
            let to = if teaches { &mut self.taught[b * units..][..units] } else { drive };
            if teaches {
                to.fill(0.0);
            }
            told.for_each(|one| add_rows(back, &[one], to));
        }
        for (l, area) in others.iter_mut().enumerate() {
            if is_anew {
                project(&network.weights[l + 1], &self.errors[l], area.units, &mut self.arriving[l]);
            }
            area.drive.copy_from_slice(&self.arriving[l]);
        }
        for (area, error) in self.areas.iter_mut().zip(&self.errors) {
            area.drive.iter_mut().zip(error).for_each(|(drive, e)| *drive -= hold * e);
        }
    }

    /// ΔE_0 = a·b·g·(E_Y·e_Y)·(x − h·x̂)ᵀ: the mean over the minibatch.
    fn teach(&mut self, network: &mut Network, plasticity: &Plasticity) {
        let first = &self.areas[0];
        let rate = plasticity.error_rates[0] / self.inputs.len() as f32;
        for (b, input) in self.inputs.iter().enumerate().filter(|(_, input)| !input.carried.is_empty()) {
            let range = b * first.units..(b + 1) * first.units;
            let taught = &mut self.taught[range.clone()];
            let states = first.trace[range.clone()].iter().zip(&first.voltage[range]);
            for ((taught, left), (&z, &v)) in taught.iter_mut().zip(&self.plastic[1]).zip(states) {
                *taught *= if is_receptive(z, v) { rate * left } else { 0.0 };
            }
            for &(i, e) in &input.carried {
                add_scaled(e, taught, &mut network.weights[0][i as usize * first.units..][..first.units]);
            }
            add_lengths(length_of(&input.carried), taught, &mut self.lengths.weights[0]);
            self.shown.changes += (input.carried.len() * taught.iter().filter(|t| **t != 0.0).count()) as u64;
        }
    }

    /// ΔW = a·e·sᵀ, ΔE = a·b·s·eᵀ: the mean over the minibatch.
    fn learn(&mut self, network: &mut Network, plasticity: &Plasticity, teaches: bool) {
        for b in 0..self.inputs.len() {
            self.learn_of_input(b, network, plasticity, teaches);
            self.learn_of_labels(b, network, plasticity);
            (1..self.areas.len()).for_each(|l| self.learn_between(b, l, network, plasticity));
        }
    }

    fn learn_of_input(&mut self, b: usize, network: &mut Network, plasticity: &Plasticity, teaches: bool) {
        let share = 1.0 / self.inputs.len() as f32;
        let (rate, error_rate) = (plasticity.rates[0] * share, plasticity.error_rates[0] * share);
        let Network { weights, feedback, units, .. } = network;
        let (input, spikes) = (&self.inputs[b], &self.areas[0].spikes[b]);
        for &s in spikes {
            let row = &mut feedback[0][s as usize * self.expected.units..][..self.expected.units];
            for &(i, e) in &input.error {
                row[i as usize] += rate * e * self.plastic[0][i as usize];
            }
        }
        let together = (spikes.len() as f32).sqrt();
        for &(i, e) in &input.error {
            self.lengths.feedback[0][i as usize] += (rate * e * self.plastic[0][i as usize]).abs() * together;
        }
        self.shown.changes += (input.error.len() * spikes.len()) as u64;
        if teaches {
            return;
        }
        let together = length_of(&input.carried);
        for &s in spikes {
            for &(i, e) in &input.carried {
                weights[0][i as usize * units[0] + s as usize] += error_rate * e * self.plastic[1][s as usize];
            }
            self.lengths.weights[0][s as usize] += (error_rate * self.plastic[1][s as usize]).abs() * together;
        }
        self.shown.changes += (input.carried.len() * spikes.len()) as u64;
    }

    fn learn_of_labels(&mut self, b: usize, network: &mut Network, plasticity: &Plasticity) {
        let last = network.units.len() - 1;
        let share = 1.0 / self.inputs.len() as f32;
        let (rate, error_rate) = (plasticity.rates[last] * share, plasticity.error_rates[last] * share);
        let Network { weights, feedback, units, .. } = network;
        let classes = units[last];
        let error = &self.label_error[b * classes..][..classes];
        let spikes = &self.areas[0].spikes[b];
        let together = (spikes.len() as f32).sqrt();
        let mut wrong = 0;
        for (i, e) in error.iter().enumerate().filter(|(_, e)| **e != 0.0) {
            for &s in spikes {
                weights[last][s as usize * classes + i] += rate * e * self.plastic[last + 1][i];
                feedback[last][i * units[0] + s as usize] += error_rate * e * self.plastic[1][s as usize];
            }
            self.lengths.weights[last][i] += (rate * e * self.plastic[last + 1][i]).abs() * together;
            wrong += 1;
        }
        let together = squares_of(error).sqrt();
        for &s in spikes {
            self.lengths.feedback[last][s as usize] += (error_rate * self.plastic[1][s as usize]).abs() * together;
        }
        self.shown.changes += 2 * (wrong * spikes.len()) as u64;
    }

    /// Of areas l and l + 1, counted from 1.
    fn learn_between(&mut self, b: usize, l: usize, network: &mut Network, plasticity: &Plasticity) {
        let spikes = &self.areas[l].spikes[b];
        if spikes.is_empty() {
            return;
        }
        let share = 1.0 / self.inputs.len() as f32;
        let (rate, error_rate) = (plasticity.rates[l] * share, plasticity.error_rates[l] * share);
        let Network { weights, feedback, units, .. } = network;
        let lower = units[l - 1];
        let error = &self.errors[l - 1][b * lower..][..lower];
        let together = squares_of(error).sqrt();
        for &s in spikes {
            let row = s as usize * lower..(s as usize + 1) * lower;
            add_products(rate, error, &self.plastic[l], &mut feedback[l][row.clone()]);
            add_scaled(error_rate * self.plastic[l + 1][s as usize], error, &mut weights[l][row]);
            self.lengths.weights[l][s as usize] += (error_rate * self.plastic[l + 1][s as usize]).abs() * together;
        }
        add_lengths_of(rate * (spikes.len() as f32).sqrt(), error, &self.plastic[l], &mut self.lengths.feedback[l]);
        self.shown.changes += 2 * (lower * spikes.len()) as u64;
    }

    /// Moves the areas' thresholds towards those of units that spike at the rate aimed at.
    fn settle(&self, network: &mut Network, plasticity: &Plasticity) {
        let share = plasticity.homeostasis / self.inputs.len() as f32;
        for ((area, raised), part) in self.areas.iter().zip(&mut network.bias).zip(&self.taking_part) {
            let fall = plasticity.homeostasis * plasticity.target;
            area.spikes.iter().flatten().for_each(|&unit| raised[unit as usize] += share);
            raised.iter_mut().zip(part).for_each(|(raised, part)| *raised = (*raised - fall * part).max(0.0));
        }
    }

    /// Counts the step's spikes and what they cost; errors between areas cost something where they arrive anew.
    fn count(&mut self, network: &Network, is_anew: bool) {
        let last = network.units.len() - 1;
        let populations = std::iter::once(&self.expected).chain(&self.areas).chain([&self.label]);
        for (population, sum) in populations.zip(&mut self.shown.spikes[1..]) {
            *sum += population.spikes.iter().map(|spikes| spikes.len() as u64).sum::<u64>();
        }
        let units = &network.units;
        for (b, input) in self.inputs.iter().enumerate() {
            let classes = units[last];
            let told = self.label_error[b * classes..][..classes].iter().filter(|e| **e != 0.0).count();
            let mut operations = (input.carried.len() + told) * units[0];
            operations += self.areas[0].spikes[b].len() * (self.expected.units + classes);
            for l in 1..last {
                let error = &self.errors[l - 1][b * units[l - 1]..][..units[l - 1]];
                operations += if is_anew { error.iter().filter(|e| **e != 0.0).count() * units[l] } else { 0 };
                operations += self.areas[l].spikes[b].len() * units[l - 1];
            }
            self.shown.operations += operations as u64;
        }
    }

    fn sum_up(&mut self, steps: u32) {
        let batch = self.inputs.len();
        self.shown.samples += batch as u64;
        self.shown.error.resize(self.sums.len(), 0.0);
        for (total, sums) in self.shown.error.iter_mut().zip(&self.sums) {
            let squares: f64 = sums.iter().map(|&sum| (f64::from(sum) / f64::from(steps)).powi(2)).sum();
            *total += squares / (sums.len() / batch) as f64;
        }
    }

    /// Appends what a minibatch leaves: rates, and for equals among the labels' units their voltage.
    fn leave_rates(&self, constants: &Constants, states: &mut [Vec<f32>]) {
        let a_second = constants.rate / constants.steps as f32;
        for (state, area) in states.iter_mut().zip(&self.areas) {
            // A voltage that is not a number never spikes: it must not hide.
            let hidden = |v: f32| if v.is_finite() { 1.0 } else { f32::NAN };
            let rates = area.counts.iter().zip(&area.voltage).map(|(&n, &v)| n as f32 * a_second * hidden(v));
            state.extend(rates);
        }
        let output = states.last_mut().expect("the labels' area");
        let mean = self.voltage_sums.iter().map(|sum| sum / constants.steps as f32 / constants.threshold);
        let pairs = self.label.counts.iter().zip(mean);
        // From −∞…1 to 0…½, in order.
        output.extend(pairs.map(|(&n, v)| (n as f32 + 0.5 / (2.0 - v.min(1.0))) * a_second));
    }
}

/// y − ŷ, of spikes or of traces.
fn compare_label(input: &mut Input, spikes: &[u32], trace: &[f32], c: &Constants, error: &mut [f32]) {
    error.fill(0.0);
    if c.compares_traces {
        input.label_trace = c.trace_kept * input.label_trace + c.label_worth;
        error[input.label] = input.label_trace;
        error.iter_mut().zip(trace).for_each(|(e, z)| *e = (1.0 - c.trace_kept) * (*e - z));
    } else {
        error[input.label] = c.label_worth;
        spikes.iter().for_each(|&unit| error[unit as usize] -= 1.0);
    }
}

fn seat(draws: &Draws, replica: usize, row: u32, place: usize, learns: bool) -> Seat {
    let seed = draws.seeds[replica];
    if learns {
        Seat { seed, purpose: Purpose::Spikes, phase: draws.phase, step: draws.minibatch, place: place as u32 }
    } else {
        Seat { seed, purpose: Purpose::Shown, phase: 0, step: row, place: 0 }
    }
}

/// The inputs of a row that may spike.
fn chances(data: &Images, row: usize, chance: f64, out: &mut Vec<(u32, u32)>) {
    let mut push = |i: usize, value: f32| {
        let below = rng::chance(chance * f64::from(value));
        if below > 0 {
            out.push((i as u32, below));
        }
    };
    match &data.values {
        Layout::Sparse { starts, columns, bytes, scale } => {
            let range = starts[row] as usize..starts[row + 1] as usize;
            columns[range.clone()].iter().zip(&bytes[range]).for_each(|(&c, &b)| push(c.into(), f32::from(b) * scale));
        }
        Layout::Dense(values) => {
            values[row * data.width..][..data.width].iter().enumerate().for_each(|(i, &value)| push(i, value));
        }
    }
}

/// Draws which inputs spike.
fn draw_input(input: &mut Input, seat: &Seat, t: u32, steps: u32, groups: u32) {
    let (mut group, mut words) = (u32::MAX, [0; 4]);
    input.came.clear();
    for &(i, below) in &input.chances {
        if i / 4 != group {
            group = i / 4;
            words = seat.words(t, steps, group, groups);
        }
        if words[i as usize % 4] < below {
            input.came.push(i);
        }
    }
}

/// What came less so much of what was expected, where that is not 0; both ascending.
fn less(came: &[u32], expected: &[u32], part: f32, out: &mut Vec<(u32, f32)>) {
    out.clear();
    let mut waiting = expected.iter().copied().peekable();
    let mut push = |i, e| {
        if e != 0.0 {
            out.push((i, e))
        }
    };
    for &i in came {
        while let Some(unmet) = waiting.next_if(|&e| e < i) {
            push(unmet, -part);
        }
        push(i, if waiting.next_if_eq(&i).is_some() { 1.0 - part } else { 1.0 });
    }
    waiting.for_each(|unmet| push(unmet, -part));
}

impl Population {
    fn enter(&mut self, batch: usize, units: usize) {
        self.units = units;
        for state in [&mut self.current, &mut self.voltage, &mut self.trace, &mut self.drive] {
            fill(state, batch * units);
        }
        self.silent.clear();
        self.silent.resize(batch * units, 0);
        self.counts.clear();
        self.counts.resize(batch * units, 0);
        self.last.clear();
        self.last.resize(batch * units, 0);
        self.spikes.resize(batch, Vec::new());
        self.spikes.iter_mut().for_each(Vec::clear);
    }

    fn drive_of(&mut self, b: usize) -> &mut [f32] {
        &mut self.drive[b * self.units..][..self.units]
    }
}

/// A step of all units under their drive, currents leaking by `leak`; `raised` says by how much their thresholds are above θ.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+fma", "x86_64+avx2+fma"))]
fn step(population: &mut Population, raised: &[f32], leak: f32, c: &Constants) {
    let raised = &raised[..population.units];
    let Population { units, current, voltage, silent, trace, drive, spikes, counts, .. } = population;
    for (b, spikes) in spikes.iter_mut().enumerate() {
        let range = b * *units..(b + 1) * *units;
        let (current, voltage) = (&mut current[range.clone()], &mut voltage[range.clone()]);
        let (silent, trace) = (&mut silent[range.clone()], &mut trace[range.clone()]);
        let mut any = false;
        for i in 0..*units {
            let j = current[i] + (c.current_gain * drive[range.start + i] - leak * current[i]);
            let v = voltage[i] + (c.voltage_gain * j - c.voltage_leak * voltage[i]);
            current[i] = j;
            trace[i] *= c.trace_kept;
            voltage[i] = if silent[i] > 0 { voltage[i] } else { v };
            any |= voltage[i] > c.threshold + raised[i];
            silent[i] = silent[i].saturating_sub(1);
        }
        spikes.clear();
        if any {
            for i in 0..*units {
                if voltage[i] > c.threshold + raised[i] {
                    voltage[i] = 0.0;
                    silent[i] = c.refractory;
                    trace[i] += 1.0;
                    counts[range.start + i] += 1;
                    spikes.push(i as u32);
                }
            }
        }
    }
}

/// out = Σ of the rows of the units that spiked.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+fma", "x86_64+avx2+fma"))]
fn sum_rows(matrix: &[f32], spikes: &[u32], out: &mut [f32]) {
    out.fill(0.0);
    for &s in spikes {
        let row = &matrix[s as usize * out.len()..][..out.len()];
        out.iter_mut().zip(row).for_each(|(out, w)| *out += w);
    }
}

/// out −= Σ of the rows of the units that spiked.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+fma", "x86_64+avx2+fma"))]
fn take_rows(matrix: &[f32], spikes: &[u32], out: &mut [f32]) {
    for &s in spikes {
        let row = &matrix[s as usize * out.len()..][..out.len()];
        out.iter_mut().zip(row).for_each(|(out, w)| *out -= w);
    }
}

/// out += Σ e·row
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+fma", "x86_64+avx2+fma"))]
fn add_rows(matrix: &[f32], errors: &[(u32, f32)], out: &mut [f32]) {
    for &(i, e) in errors {
        let row = &matrix[i as usize * out.len()..][..out.len()];
        out.iter_mut().zip(row).for_each(|(out, w)| *out += e * w);
    }
}

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+fma", "x86_64+avx2+fma"))]
fn add_scaled(scale: f32, values: &[f32], out: &mut [f32]) {
    out.iter_mut().zip(values).for_each(|(out, value)| *out += scale * value);
}

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+fma", "x86_64+avx2+fma"))]
fn add_products(scale: f32, values: &[f32], factors: &[f32], out: &mut [f32]) {
    out.iter_mut().zip(values.iter().zip(factors)).for_each(|(out, (value, factor))| *out += scale * value * factor);
}

/// out += |scale·value·factor|
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+fma", "x86_64+avx2+fma"))]
fn add_lengths_of(scale: f32, values: &[f32], factors: &[f32], out: &mut [f32]) {
    let pairs = values.iter().zip(factors);
    out.iter_mut().zip(pairs).for_each(|(out, (value, factor))| *out += (scale * value * factor).abs());
}

/// out += |scale·value|
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+fma", "x86_64+avx2+fma"))]
fn add_lengths(scale: f32, values: &[f32], out: &mut [f32]) {
    out.iter_mut().zip(values).for_each(|(out, value)| *out += (scale * value).abs());
}

/// Of a vector that is mostly 0.
fn length_of(values: &[(u32, f32)]) -> f32 {
    values.iter().map(|(_, value)| value * value).sum::<f32>().sqrt()
}

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+fma", "x86_64+avx2+fma"))]
fn squares_of(values: &[f32]) -> f32 {
    dots([values], values)[0]
}

/// Lanes of a sum.
const LANES: usize = 16;
/// Samples, or rows of weights, that are multiplied at once: as many sums as keep a processor busy.
const AT_ONCE: usize = 4;
/// Rows of weights that stay in a fast cache while all samples of a minibatch meet them.
const TILE: usize = 32;

/// out (B × units) = errors (B × lower) · Eᵀ, E being units × lower.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+fma", "x86_64+avx2+fma"))]
fn project(matrix: &[f32], errors: &[f32], units: usize, out: &mut [f32]) {
    let lower = matrix.len() / units;
    let batch = errors.len() / lower;
    let (error, row) = (|b: usize| &errors[b * lower..][..lower], |r: usize| &matrix[r * lower..][..lower]);
    let together = batch / AT_ONCE * AT_ONCE;
    for from in (0..units).step_by(TILE) {
        for b in (0..together).step_by(AT_ONCE) {
            for r in from..(from + TILE).min(units) {
                let sums = dots([error(b), error(b + 1), error(b + 2), error(b + 3)], row(r));
                (0..AT_ONCE).for_each(|k| out[(b + k) * units + r] = sums[k]);
            }
        }
    }
    for b in together..batch {
        let whole = units / AT_ONCE * AT_ONCE;
        for r in (0..whole).step_by(AT_ONCE) {
            let sums = dots([row(r), row(r + 1), row(r + 2), row(r + 3)], error(b));
            out[b * units + r..][..AT_ONCE].copy_from_slice(&sums);
        }
        (whole..units).for_each(|r| out[b * units + r] = dots([row(r)], error(b))[0]);
    }
}

/// The products of some vectors with one, each summed in lanes.
#[inline(always)]
fn dots<const N: usize>(vectors: [&[f32]; N], one: &[f32]) -> [f32; N] {
    let mut sums = [[0.0f32; LANES]; N];
    let whole = one.len() / LANES * LANES;
    for from in (0..whole).step_by(LANES) {
        let w: &[f32; LANES] = one[from..from + LANES].try_into().expect("whole lanes");
        for (sum, vector) in sums.iter_mut().zip(vectors) {
            let v: &[f32; LANES] = vector[from..from + LANES].try_into().expect("whole lanes");
            (0..LANES).for_each(|k| sum[k] += w[k] * v[k]);
        }
    }
    std::array::from_fn(|n| {
        let rest: f32 = vectors[n][whole..].iter().zip(&one[whole..]).map(|(v, w)| v * w).sum();
        sums[n].iter().sum::<f32>() + rest
    })
}

fn fill(values: &mut Vec<f32>, count: usize) {
    fill_with(values, count, 0.0);
}

fn fill_with(values: &mut Vec<f32>, count: usize, value: f32) {
    values.clear();
    values.resize(count, value);
}

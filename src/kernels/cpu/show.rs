//! `show`: a minibatch before spiking areas; see [`crate::net::areas`].
//!
//! What is sparse is followed by its events: a spike of an area adds a row of W to what is expected below, a pixel's error a
//! row of E to the drive above. Only the error of one area as another one predicts it is dense.

mod input;
mod learning;
mod limit;
mod population;
mod rows;

use input::{Input, chances, compare_label, draw_input, less, seat};
use limit::Lengths;
use population::{Population, step};
use rows::{add_rows, project, sum_rows, take_rows};

use super::held::fields;
use super::{Images, Network};
use crate::kernels::{Showing, Shown};
use crate::net::areas::{Constants, Intervals, SHUT, Seat};
use crate::net::gate::Gate;

/// Samples that are shown side by side where they need not wait for each other: as many as a cache holds.
const SIDE_BY_SIDE: usize = 8;

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

fn fill(values: &mut Vec<f32>, count: usize) {
    fill_with(values, count, 0.0);
}

fn fill_with(values: &mut Vec<f32>, count: usize, value: f32) {
    values.clear();
    values.resize(count, value);
}

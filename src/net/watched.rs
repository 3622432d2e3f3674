//! What spiking areas do while one sample is shown to them: every spike, what each area has the one below it expect, and what
//! that misses. Nothing is learnt, and no label is told.
//!
//! With the equations of [`super::areas`] (Ororbia 2023), in f64. Over the steps of the showing, of a unit i below an area:
//!
//! ```text
//! came_i = mean of x_i (input) or z_l,i (area)      expected_i = mean of x̂_i or (W_l·s_(l+1))_i
//! error(t) = √(mean over i of (mean of e_i over the window that ends with step t)²)
//! ```
//!
//! so that a window as long as the showing gives what [`crate::event::AreaActivity`] tells of a sample. The labels' error is
//! that of ŷ against what the label's unit should spike; the areas do not hear of it.

use serde::Serialize;

use super::Net;
use super::areas::{Constants, Plain, Seat, input_spikes};
use crate::spec;

/// Milliseconds that errors are averaged over: some spikes of an active unit.
const WINDOW: f64 = 25.0;

/// Units of the first area whose weights are told.
const FIRST: usize = 12;

/// One showing of one sample.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Watched {
    /// Milliseconds of a step.
    pub dt: f64,
    /// Milliseconds that errors are averaged over, back from each step.
    pub window: f64,
    /// Of the input, of what is expected of it, of each area, of the labels' area.
    pub populations: Vec<Spiking>,
    /// Each area with what it predicts, from the input upwards; the first area and the labels last.
    pub pairs: Vec<Compared>,
    /// The units of the first area that spiked most, those first.
    pub first: Vec<FirstUnit>,
}

/// The spikes of one population.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Spiking {
    pub units: usize,
    /// [step] → units that spiked, ascending.
    pub spikes: Vec<Vec<u32>>,
}

/// What was expected of the units below an area, and what came. Of the input and the labels in spikes/s, of an area in units
/// of its trace.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Compared {
    /// Mean over the steps, by unit.
    pub expected: Vec<f64>,
    /// The same of what came; of the labels, what the label's unit should spike; empty where there is no label.
    pub came: Vec<f64>,
    /// Root mean square over the units of their mean error in the window that ends with each step; empty where nothing came.
    pub error: Vec<f64>,
}

/// A unit of the first area and its weights.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct FirstUnit {
    pub unit: usize,
    /// In the showing.
    pub spikes: u32,
    /// Its row of W_0: what it has the inputs expect.
    pub expects: Vec<f32>,
    /// Its column of E_0: what the inputs' errors are worth to it.
    pub hears: Vec<f32>,
    /// Its row of W_Y: what it has the labels expect, by class.
    pub says: Vec<f32>,
    /// Its column of E_Y: what the labels' errors are worth to it, by class.
    pub told: Vec<f32>,
}

/// Errors of one pair of areas while they are followed.
struct Follower {
    /// From spikes a step to spikes/s, or 1.
    scale: f64,
    window: usize,
    /// Mean errors' numerators: the errors of the steps in the window, summed by unit.
    recent: Vec<f64>,
    /// The errors of each step.
    steps: Vec<Vec<f64>>,
    expected: Vec<f64>,
    came: Vec<f64>,
    error: Vec<f64>,
}

impl Follower {
    fn new(units: usize, scale: f64, window: usize) -> Follower {
        let zeros = vec![0.0; units];
        Follower {
            scale,
            window,
            recent: zeros.clone(),
            steps: Vec::new(),
            expected: zeros.clone(),
            came: zeros,
            error: Vec::new(),
        }
    }

    /// One step: what came, and by how much that was more than expected.
    fn note(&mut self, came: &[f64], error: Vec<f64>) {
        let add = |sum: &mut Vec<f64>, values: &[f64], sign: f64| {
            sum.iter_mut().zip(values).for_each(|(sum, value)| *sum += sign * value);
        };
        add(&mut self.came, came, 1.0);
        add(&mut self.expected, came, 1.0);
        add(&mut self.expected, &error, -1.0);
        add(&mut self.recent, &error, 1.0);
        self.steps.push(error);
        if let Some(left) = self.steps.len().checked_sub(self.window + 1) {
            add(&mut self.recent, &self.steps[left], -1.0);
        }
        let steps = self.window.min(self.steps.len()) as f64;
        let squares: f64 = self.recent.iter().map(|sum| (sum / steps).powi(2)).sum();
        self.error.push(self.scale * (squares / self.recent.len() as f64).sqrt());
    }

    fn compared(mut self) -> Compared {
        let worth = self.scale / self.steps.len() as f64;
        self.expected.iter_mut().chain(&mut self.came).for_each(|sum| *sum *= worth);
        Compared { expected: self.expected, came: self.came, error: self.error }
    }
}

/// Everything that is followed through a showing.
struct Watch {
    populations: Vec<Spiking>,
    pairs: Vec<Follower>,
}

impl Watch {
    fn new(plain: &Plain, areas: &spec::Areas) -> Watch {
        let window = (WINDOW / areas.dt).round().max(1.0) as usize;
        let a_second = 1000.0 / areas.dt;
        let inputs = plain.expected.current.len();
        let units: Vec<usize> = plain.areas.iter().map(|area| area.current.len()).collect();
        let labels = plain.label.current.len();
        let spiking = |units| Spiking { units, spikes: Vec::new() };
        let between = units[..units.len() - 1].iter().map(|&units| Follower::new(units, 1.0, window));
        Watch {
            populations: [inputs, inputs].into_iter().chain(units.clone()).chain([labels]).map(spiking).collect(),
            pairs: [Follower::new(inputs, a_second, window)]
                .into_iter()
                .chain(between)
                .chain([Follower::new(labels, a_second, window)])
                .collect(),
        }
    }

    /// Takes the areas through a step and notes what they do.
    fn step(&mut self, plain: &mut Plain, input: &[usize], label: Option<usize>) {
        let mut came = vec![of_spikes(input, plain.expected.current.len())];
        // The errors compare what came with the traces before the step.
        came.extend(plain.areas[..plain.areas.len() - 1].iter().map(|area| area.trace.clone()));
        let (errors, _) = plain.step(input, None);
        let (labels, areas) = self.pairs.split_last_mut().expect("the labels");
        for ((pair, came), error) in areas.iter_mut().zip(&came).zip(errors.below) {
            pair.note(came, error);
        }
        let said = of_spikes(&plain.label.spikes, plain.label.current.len());
        let mut should = vec![0.0; said.len()];
        if let Some(label) = label {
            should[label] = f64::from(plain.constants.label_worth);
        }
        let missed = should.iter().zip(&said).map(|(should, said)| should - said).collect();
        labels.note(&should, missed);
        let spiked = [input, &plain.expected.spikes[..]];
        let spiked = spiked.into_iter().chain(plain.areas.iter().map(|area| &area.spikes[..]));
        for (population, spiked) in self.populations.iter_mut().zip(spiked.chain([&plain.label.spikes[..]])) {
            population.spikes.push(spiked.iter().map(|&unit| unit as u32).collect());
        }
    }
}

fn of_spikes(spikes: &[usize], units: usize) -> Vec<f64> {
    let mut counts = vec![0.0; units];
    spikes.iter().for_each(|&unit| counts[unit] += 1.0);
    counts
}

impl Net {
    /// Shows spiking areas one sample, with the draws of [`Net::outputs`]. `label`: what their answer is compared with.
    pub fn watch(&self, input: &[f32], label: Option<usize>, spec: &spec::Spec) -> Watched {
        let constants = Constants::of(&spec.areas);
        let seat = Seat::of_one(spec.seed);
        let mut plain = Plain::before(self, constants, input);
        let mut watch = Watch::new(&plain, &spec.areas);
        for t in 0..constants.steps {
            watch.step(&mut plain, &input_spikes(input, &constants, &seat, t), label);
        }
        let first = self.most_active(&watch.populations[2]);
        let mut pairs: Vec<Compared> = watch.pairs.into_iter().map(Follower::compared).collect();
        if let (None, Some(labels)) = (label, pairs.last_mut()) {
            (labels.came, labels.error) = (Vec::new(), Vec::new());
        }
        Watched { dt: spec.areas.dt, window: WINDOW, populations: watch.populations, pairs, first }
    }

    fn most_active(&self, area: &Spiking) -> Vec<FirstUnit> {
        let mut counts = vec![0u32; area.units];
        area.spikes.iter().flatten().for_each(|&unit| counts[unit as usize] += 1);
        let mut units: Vec<usize> = (0..area.units).collect();
        units.sort_by_key(|&unit| std::cmp::Reverse(counts[unit]));
        let layer = &self.layers[0];
        let labels = self.layers.last().expect("the labels' area");
        let of = |&unit: &usize| FirstUnit {
            unit,
            spikes: counts[unit],
            expects: layer.feedback[unit * layer.fan_in..][..layer.fan_in].to_vec(),
            hears: layer.weights.iter().skip(unit).step_by(layer.units).copied().collect(),
            says: labels.weights[unit * labels.units..][..labels.units].to_vec(),
            told: labels.feedback.iter().skip(unit).step_by(labels.fan_in).copied().collect(),
        };
        units.iter().take(FIRST).map(of).collect()
    }
}

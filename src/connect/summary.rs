//! What a study comes to: for every gain, rule and treatment the learning rate that did best, with mean and spread over seeds.
//!
//! How well a network learns is one number, its mean loss from iteration 200 on, where the plots of Liu, Zhang & Liu (2024) begin: the
//! learning rate is chosen by it, and [`super::claims`] compares it.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::spec::{ConnectSpec, ConnectTraining, Credit};
use crate::analysis::Spread;

/// The iteration from which on learning is judged.
pub const FROM: u32 = 200;

/// A network has diverged whose loss, in the mean of a window, is so many times that of its first.
const EXPLODED: f64 = 100.0;

/// The least difference of two seeds that are neighbours in accuracy for the others to be said to have solved the task.
const GAP: f64 = 0.25;

/// One network of a study.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Arm {
    pub gain: f64,
    pub rule: Credit,
    /// Learning rate.
    pub rate: f64,
    /// Whether it was flossed before training.
    pub flossed: bool,
    pub seed: u32,
}

/// How well a network does.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Score {
    pub loss: f64,
    /// The part of trials that are answered rightly, 0 to 1.
    pub accuracy: f64,
}

/// What became of one network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct NetworkRecord {
    pub arm: Arm,
    /// The mean of each window of iterations; shorter while it learns.
    pub curve: Vec<Score>,
    /// On trials that it was not trained on; `null` until it is trained.
    pub test: Option<Score>,
    /// Largest Lyapunov exponents before anything was done to it, in 1/step.
    pub untrained: Vec<f64>,
    /// After flossing; empty where it was not flossed.
    pub flossed: Vec<f64>,
    /// After training; empty until then.
    pub trained: Vec<f64>,
    /// What sleep made of it; `null` until it wakes, and where it never sleeps.
    #[serde(default)]
    pub slept: Option<Slept>,
    /// The iteration in which a number stopped being finite, or after which the loss had exploded; the curve up to there stays.
    pub diverged: Option<u32>,
}

/// A network that has slept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Slept {
    /// On the same trials as after training.
    pub test: Score,
    /// Largest Lyapunov exponents, in 1/step.
    pub exponents: Vec<f64>,
    /// Spikes of the input, the hidden units and the outputs in a step of sleep.
    pub spikes: Vec<f64>,
}

impl NetworkRecord {
    /// The exponents that training began with.
    pub fn initial(&self) -> &[f64] {
        if self.arm.flossed { &self.flossed } else { &self.untrained }
    }

    /// Whether a number stopped being finite, or the mean loss of a window was a hundred times that of the first.
    pub fn has_diverged(&self) -> bool {
        let exploded = |first: &Score| self.curve.iter().any(|at| at.loss > EXPLODED * first.loss);
        self.diverged.is_some() || self.curve.first().is_some_and(exploded)
    }

    /// How well it learns: the mean loss of its windows from iteration 200 on. `None` before the first window.
    pub fn learning(&self, training: &ConnectTraining) -> Option<f64> {
        mean_loss(&self.curve[judged(training, self.curve.len())])
    }

    /// The mean loss of the last tenth of its windows.
    pub fn end(&self) -> Option<f64> {
        mean_loss(&self.curve[last_tenth(self.curve.len())])
    }
}

/// Of `reached` windows those by which learning is judged: from iteration 200 on, and before it comes the latest alone.
fn judged(training: &ConnectTraining, reached: usize) -> Range<usize> {
    let first = FROM.div_ceil(training.window) as usize;
    first.min(reached.saturating_sub(1))..reached
}

fn last_tenth(reached: usize) -> Range<usize> {
    reached - reached.div_ceil(10)..reached
}

fn mean_loss(windows: &[Score]) -> Option<f64> {
    (!windows.is_empty()).then(|| windows.iter().map(|score| score.loss).sum::<f64>() / windows.len() as f64)
}

/// What all seeds of a gain, a rule and a treatment come to, with the learning rate that did best.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct StudyLine {
    pub gain: f64,
    pub rule: Credit,
    pub flossed: bool,
    /// The learning rate with the fewest networks that diverged, and of those the lowest `learning`.
    pub rate: f64,
    /// The mean loss from iteration 200 on; before it, of the latest window. As far as all seeds have come.
    pub learning: Option<Spread>,
    /// The mean loss of the last tenth of the windows.
    pub end: Option<Spread>,
    /// Loss and accuracy of each window that all seeds have reached.
    pub loss: Vec<Spread>,
    pub accuracy: Vec<Spread>,
    /// On trials that were not trained on, once all are trained.
    pub test_loss: Option<Spread>,
    pub test_accuracy: Option<Spread>,
    /// Where some seeds solve the task and others do not, so that no network does as their mean says.
    pub split: Option<InTwo>,
    /// The largest exponent when training begins and when it is over, in 1/step.
    pub before: Option<Spread>,
    pub after: Option<Spread>,
    /// The same after sleep, where networks sleep.
    #[serde(default)]
    pub slept: Option<SleptLine>,
    /// Seeds that diverged with this learning rate, see [`NetworkRecord::has_diverged`]: they are in none of these means.
    pub diverged: u32,
}

/// Seeds of a line that solved the task while others did not.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct InTwo {
    pub solved: u32,
    /// Seeds, the solved ones included.
    pub of: u32,
    /// Mean test accuracy of those that solved it, and of the others, 0 to 1.
    pub accuracy: f64,
    pub others: f64,
}

impl InTwo {
    /// Of test accuracies that fall in two: where two that are neighbours are a quarter of all trials apart.
    pub fn of(accuracies: &[f64]) -> Option<InTwo> {
        let mut sorted = accuracies.to_vec();
        sorted.sort_by(f64::total_cmp);
        let gaps = (1..sorted.len()).map(|i| (i, sorted[i] - sorted[i - 1]));
        let (place, _) = gaps.filter(|(_, gap)| *gap >= GAP).max_by(|a, b| a.1.total_cmp(&b.1))?;
        let (others, solved) = sorted.split_at(place);
        let mean = |of: &[f64]| Spread::of(of).mean;
        let (of, count) = (sorted.len() as u32, solved.len() as u32);
        Some(InTwo { solved: count, of, accuracy: mean(solved), others: mean(others) })
    }
}

/// What sleep made of the networks of a line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct SleptLine {
    pub test_loss: Spread,
    pub test_accuracy: Spread,
    /// The largest exponent, in 1/step.
    pub exponent: Spread,
}

/// The lines of a study, in the order of its rules, treatments and gains; what has not begun is left out.
pub fn summary(spec: &ConnectSpec, records: &[NetworkRecord]) -> Vec<StudyLine> {
    let mut lines = Vec::new();
    for &rule in &spec.rules {
        for &flossed in spec.flossing.when.arms() {
            for &gain in &spec.gains {
                let of_rate = |rate: f64| {
                    let is_its = |record: &&NetworkRecord| {
                        let arm = &record.arm;
                        (arm.rule, arm.flossed, arm.gain, arm.rate) == (rule, flossed, gain, rate)
                    };
                    records.iter().filter(is_its).collect::<Vec<_>>()
                };
                let rated = spec.training.rates.iter().map(|&rate| (rate, of_rate(rate)));
                let best = rated.filter_map(|(rate, group)| Some((standing(&group, spec)?, rate, group)));
                let best = best.min_by(|(a, ..), (b, ..)| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
                lines.extend(best.map(|(_, rate, group)| line(&group, rate, spec)));
            }
        }
    }
    lines
}

/// How many diverged, and how well the others learn: the less the better. `None` before the first window.
fn standing(group: &[&NetworkRecord], spec: &ConnectSpec) -> Option<(usize, f64)> {
    let whole: Vec<&NetworkRecord> = group.iter().copied().filter(|record| !record.has_diverged()).collect();
    let diverged = group.len() - whole.len();
    if whole.is_empty() {
        return (diverged > 0).then_some((diverged, f64::INFINITY));
    }
    Some((diverged, over(&whole, |reached| judged(&spec.training, reached))?.mean))
}

/// The mean loss of each network over the windows that are meant, of those that all have reached; `None` before the first.
fn over(whole: &[&NetworkRecord], windows: impl Fn(usize) -> Range<usize>) -> Option<Spread> {
    let reached = whole.iter().map(|record| record.curve.len()).min().filter(|&reached| reached > 0)?;
    let losses: Option<Vec<f64>> = whole.iter().map(|record| mean_loss(&record.curve[windows(reached)])).collect();
    losses.map(|losses| Spread::of(&losses))
}

fn line(group: &[&NetworkRecord], rate: f64, spec: &ConnectSpec) -> StudyLine {
    let arm = group[0].arm;
    let whole: Vec<&NetworkRecord> = group.iter().copied().filter(|record| !record.has_diverged()).collect();
    let reached = whole.iter().map(|record| record.curve.len()).min().unwrap_or(0);
    let course = |of: fn(&Score) -> f64| {
        let window = |w: usize| Spread::of(&whole.iter().map(|record| of(&record.curve[w])).collect::<Vec<_>>());
        (0..reached).map(window).collect::<Vec<_>>()
    };
    // A mean over some of the seeds would be another than the one that is to come.
    let all = |of: &dyn Fn(&NetworkRecord) -> Option<f64>| {
        let values: Option<Vec<f64>> = whole.iter().map(|record| of(record)).collect();
        values.filter(|values| !values.is_empty())
    };
    let spread = |of: &dyn Fn(&NetworkRecord) -> Option<f64>| all(of).map(|values| Spread::of(&values));
    let accuracies = all(&|record| record.test.map(|score| score.accuracy));
    StudyLine {
        gain: arm.gain,
        rule: arm.rule,
        flossed: arm.flossed,
        rate,
        learning: over(&whole, |reached| judged(&spec.training, reached)),
        end: over(&whole, last_tenth),
        loss: course(|score| score.loss),
        accuracy: course(|score| score.accuracy),
        test_loss: spread(&|record| record.test.map(|score| score.loss)),
        split: accuracies.as_deref().and_then(InTwo::of),
        test_accuracy: accuracies.map(|values| Spread::of(&values)),
        before: spread(&|record| record.initial().first().copied()),
        after: spread(&|record| record.trained.first().copied()),
        slept: slept(&whole),
        diverged: (group.len() - whole.len()) as u32,
    }
}

/// Once all have woken.
fn slept(whole: &[&NetworkRecord]) -> Option<SleptLine> {
    let over = |of: fn(&Slept) -> Option<f64>| {
        let values: Option<Vec<f64>> = whole.iter().map(|record| record.slept.as_ref().and_then(of)).collect();
        values.filter(|values| !values.is_empty()).map(|values| Spread::of(&values))
    };
    Some(SleptLine {
        test_loss: over(|slept| Some(slept.test.loss))?,
        test_accuracy: over(|slept| Some(slept.test.accuracy))?,
        exponent: over(|slept| slept.exponents.first().copied())?,
    })
}

//! What a study comes to: for every gain, rule and treatment the learning rate that did best, with mean and spread over seeds.

use serde::{Deserialize, Serialize};

use super::spec::{ConnectSpec, Credit};
use crate::analysis::Spread;

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
    /// The iteration in which a number stopped being finite; the curve up to there stays.
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
}

/// What all seeds of a gain, a rule and a treatment come to, with the learning rate that did best.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct StudyLine {
    pub gain: f64,
    pub rule: Credit,
    pub flossed: bool,
    /// The learning rate with the lowest loss over the last tenth of the curve, mean over seeds.
    pub rate: f64,
    /// Loss and accuracy of each window that all seeds have reached.
    pub loss: Vec<Spread>,
    pub accuracy: Vec<Spread>,
    /// On trials that were not trained on, once all are trained.
    pub test_loss: Option<Spread>,
    pub test_accuracy: Option<Spread>,
    /// The largest exponent when training begins and when it is over, in 1/step.
    pub before: Option<Spread>,
    pub after: Option<Spread>,
    /// The same after sleep, where networks sleep.
    #[serde(default)]
    pub slept: Option<SleptLine>,
    /// Seeds that diverged with this learning rate: they are in none of these means.
    pub diverged: u32,
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
                let best = rated.filter_map(|(rate, group)| Some((late_loss(&group)?, rate, group)));
                let best = best.min_by(|a, b| a.0.total_cmp(&b.0));
                lines.extend(best.map(|(_, rate, group)| line(&group, rate)));
            }
        }
    }
    lines
}

/// The mean loss over the last tenth of the windows that all seeds have reached; infinite where one diverged; `None` before the first
/// window.
fn late_loss(group: &[&NetworkRecord]) -> Option<f64> {
    if group.iter().any(|record| record.diverged.is_some()) {
        return Some(f64::INFINITY);
    }
    let reached = group.iter().map(|record| record.curve.len()).min().filter(|&reached| reached > 0)?;
    let late = reached - reached.div_ceil(10)..reached;
    let losses = group.iter().flat_map(|record| &record.curve[late.clone()]).map(|score| score.loss);
    let count = group.len() * late.len();
    Some(losses.sum::<f64>() / count as f64)
}

fn line(group: &[&NetworkRecord], rate: f64) -> StudyLine {
    let arm = group[0].arm;
    let whole: Vec<&NetworkRecord> = group.iter().copied().filter(|record| record.diverged.is_none()).collect();
    let reached = whole.iter().map(|record| record.curve.len()).min().unwrap_or(0);
    let course = |of: fn(&Score) -> f64| {
        let window = |w: usize| Spread::of(&whole.iter().map(|record| of(&record.curve[w])).collect::<Vec<_>>());
        (0..reached).map(window).collect::<Vec<_>>()
    };
    // A mean over some of the seeds would be another than the one that is to come.
    let all = |of: &dyn Fn(&NetworkRecord) -> Option<f64>| {
        let values: Option<Vec<f64>> = whole.iter().map(|record| of(record)).collect();
        values.filter(|values| !values.is_empty()).map(|values| Spread::of(&values))
    };
    StudyLine {
        gain: arm.gain,
        rule: arm.rule,
        flossed: arm.flossed,
        rate,
        loss: course(|score| score.loss),
        accuracy: course(|score| score.accuracy),
        test_loss: all(&|record| record.test.map(|score| score.loss)),
        test_accuracy: all(&|record| record.test.map(|score| score.accuracy)),
        before: all(&|record| record.initial().first().copied()),
        after: all(&|record| record.trained.first().copied()),
        slept: slept(&whole),
        diverged: (group.len() - whole.len()) as u32,
    }
}

/// Once all have woken.
fn slept(whole: &[&NetworkRecord]) -> Option<SleptLine> {
    let slept: Vec<&Slept> = whole.iter().map(|record| record.slept.as_ref()).collect::<Option<_>>()?;
    let over = |of: fn(&Slept) -> f64| Spread::of(&slept.iter().map(|slept| of(slept)).collect::<Vec<_>>());
    (!slept.is_empty()).then(|| SleptLine {
        test_loss: over(|slept| slept.test.loss),
        test_accuracy: over(|slept| slept.test.accuracy),
        exponent: over(|slept| slept.exponents[0]),
    })
}

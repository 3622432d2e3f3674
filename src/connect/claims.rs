//! What the paper says in words about gains, exponents and flossing, asked of studies that are done.
//!
//! Two gains, or a network with and without flossing, are compared seed by seed: a claim *holds* where the 95 % interval of the paired
//! differences (Student's t) lies on its side of 0, *fails* where it lies on the other, and is *undecided* where it holds 0. How well a
//! network learns is its mean loss over all iterations, as learning curves show it.

use serde::Serialize;

use super::report::StudyResult;
use super::spec::Credit;
use super::summary::NetworkRecord;
use crate::reproduce::Difference;

/// Whether a claim is borne out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    Holds,
    Fails,
    Undecided,
}

/// A claim about a study, and the numbers that answer it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StudyClaim {
    pub study: String,
    /// What is claimed, in words.
    pub text: String,
    pub answer: Answer,
    /// What was compared: positive differences speak for the claim.
    pub difference: Difference,
    pub unit: &'static str,
}

/// The networks of a line, one a seed, in the order of the seeds.
struct Group<'a>(Vec<&'a NetworkRecord>);

impl Group<'_> {
    fn losses(&self) -> Vec<f64> {
        let mean = |record: &&NetworkRecord| {
            record.curve.iter().map(|score| score.loss).sum::<f64>() / record.curve.len() as f64
        };
        self.0.iter().map(mean).collect()
    }

    fn before(&self) -> Vec<f64> {
        self.0.iter().map(|record| record.initial().first().copied().unwrap_or(f64::NAN)).collect()
    }

    fn after(&self) -> Vec<f64> {
        self.0.iter().map(|record| record.trained.first().copied().unwrap_or(f64::NAN)).collect()
    }

    fn moved(&self) -> Vec<f64> {
        minus(&self.after(), &self.before()).into_iter().map(f64::abs).collect()
    }
}

fn minus(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a - b).collect()
}

/// The claims that a study says something about.
pub fn claims(study: &str, result: &StudyResult) -> Vec<StudyClaim> {
    let mut claims = Vec::new();
    let arms = result.spec.flossing.when.arms();
    for &rule in &result.spec.rules {
        if arms.contains(&false) {
            claims.extend(of_gains(study, result, rule));
        }
        if arms.len() == 2 {
            claims.extend(of_flossing(study, result, rule));
        }
    }
    claims
}

/// The smallest gain, and the one nearest to 1.
fn gains(result: &StudyResult) -> (f64, f64) {
    let gains = &result.spec.gains;
    let smallest = gains.iter().copied().fold(f64::INFINITY, f64::min);
    let middle = gains.iter().copied().min_by(|a, b| (a - 1.0).abs().total_cmp(&(b - 1.0).abs()));
    (smallest, middle.unwrap_or(smallest))
}

fn group(result: &StudyResult, rule: Credit, gain: f64, flossed: bool) -> Option<Group<'_>> {
    let line = result.lines.iter().find(|line| (line.rule, line.gain, line.flossed) == (rule, gain, flossed))?;
    let is_its = |record: &&NetworkRecord| {
        let arm = &record.arm;
        (arm.rule, arm.gain, arm.flossed, arm.rate) == (rule, gain, flossed, line.rate)
    };
    let mut group: Vec<_> = result.networks.iter().filter(is_its).collect();
    group.sort_by_key(|record| record.arm.seed);
    let is_whole = group.len() == result.spec.seeds as usize && group.iter().all(|record| record.test.is_some());
    is_whole.then_some(Group(group))
}

fn of_gains(study: &str, result: &StudyResult, rule: Credit) -> Vec<StudyClaim> {
    let (small, middle) = gains(result);
    let groups = group(result, rule, small, false).zip(group(result, rule, middle, false));
    let Some((poor, good)) = groups.filter(|_| small < middle) else { return Vec::new() };
    let name = rule.title();
    let worse = format!("{name}: a gain of {small} learns worse than one of {middle}");
    let moves = format!("{name}: training moves the largest exponent more for a gain of {small} than for {middle}");
    let near = format!("{name}: from a gain of {small} it ends within a fifth of its distance to zero");
    let left = poor.before().iter().zip(poor.after()).map(|(before, after)| before.abs() / 5.0 - after.abs()).collect();
    [
        claim(study, worse, minus(&poor.losses(), &good.losses()), "loss"),
        claim(study, moves, minus(&poor.moved(), &good.moved()), "1/step"),
        claim(study, near, left, "1/step"),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn of_flossing(study: &str, result: &StudyResult, rule: Credit) -> Vec<StudyClaim> {
    let (small, middle) = gains(result);
    let gained = |gain: f64| {
        let (without, with) = group(result, rule, gain, false).zip(group(result, rule, gain, true))?;
        Some(minus(&without.losses(), &with.losses()))
    };
    let Some((poor, good)) = gained(small).zip(gained(middle)) else { return Vec::new() };
    let name = rule.title();
    let helps = format!("{name}: flossing helps at a gain of {small}");
    let most = format!("{name}: flossing helps more at a gain of {small} than at {middle}");
    let both = [claim(study, helps, poor.clone(), "loss"), claim(study, most, minus(&poor, &good), "loss")];
    both.into_iter().flatten().collect()
}

fn claim(study: &str, text: String, differences: Vec<f64>, unit: &'static str) -> Option<StudyClaim> {
    let difference = Difference::of(&differences)?;
    let answer = match difference.interval {
        [low, _] if low > 0.0 => Answer::Holds,
        [_, high] if high < 0.0 => Answer::Fails,
        _ => Answer::Undecided,
    };
    Some(StudyClaim { study: study.into(), text, answer, difference, unit })
}

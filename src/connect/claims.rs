//! What the paper says in words about gains, exponents and flossing, asked of studies that are done.
//!
//! Two gains, or a network with and without flossing, are compared seed by seed; of all gains together it is asked, seed by seed, how
//! their order is that of what came of them (Spearman's rank correlation). A claim *holds* where the 95 % interval of these numbers
//! (Student's t) lies on its side of 0, *fails* where it lies on the other, and is *undecided* where it holds 0. How well a network
//! learns is its mean loss from iteration 200 on ([`NetworkRecord::learning`]), by which its learning rate was chosen too; the loss at
//! the end stands beside it. Networks that diverged are left out, with their partners, and said.
//!
//! A learning rate of its own may hide what a gain does to learning, so that the order of the gains is asked at each rate, too
//! ([`trends`]).

use std::collections::BTreeMap;

use serde::Serialize;

use super::spec::{ConnectSpec, Credit};
use super::summary::{InTwo, NetworkRecord, StudyLine};
use crate::reproduce::Difference;

/// Whether a claim is borne out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum StudyAnswer {
    Holds,
    Fails,
    Undecided,
}

/// A claim about a study, and the numbers that answer it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct StudyClaim {
    pub study: String,
    /// What is claimed, in words.
    pub text: String,
    pub answer: StudyAnswer,
    /// What was compared: positive numbers speak for the claim.
    pub difference: Difference,
    /// The same of the loss at the end, where the claim is about losses.
    pub end: Option<Difference>,
    pub unit: &'static str,
    /// What a mean hides: seeds that solved the task while others did not, and those that diverged.
    pub note: String,
}

/// How the order of the gains is that of how badly they learn, where all have the same learning rate.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RateTrend {
    pub rule: Credit,
    /// Learning rate.
    pub rate: f64,
    pub answer: StudyAnswer,
    /// Spearman's rank correlation of gain and mean loss, its sign turned, over the seeds none of whose networks diverged.
    pub correlation: Difference,
}

impl StudyAnswer {
    /// What a difference says of a claim that positive numbers speak for.
    fn of(difference: &Difference) -> StudyAnswer {
        match difference.interval {
            [low, _] if low > 0.0 => StudyAnswer::Holds,
            [_, high] if high < 0.0 => StudyAnswer::Fails,
            _ => StudyAnswer::Undecided,
        }
    }
}

/// What is asked of a network.
type Measure<'a> = &'a dyn Fn(&NetworkRecord) -> f64;

/// The networks of a line that did not diverge, by their seeds.
struct Group<'a> {
    gain: f64,
    networks: BTreeMap<u32, &'a NetworkRecord>,
    line: &'a StudyLine,
}

impl Group<'_> {
    /// A measure for each seed.
    fn all(&self, of: Measure) -> BTreeMap<u32, f64> {
        self.networks.iter().map(|(&seed, record)| (seed, of(record))).collect()
    }

    fn notes(&self) -> Option<String> {
        let split = self.line.split.map(|InTwo { solved, of, .. }| format!("{solved} of {of} solved it"));
        let diverged = Some(self.line.diverged).filter(|&n| n > 0).map(|n| format!("{n} diverged"));
        let notes: Vec<String> = split.into_iter().chain(diverged).collect();
        let which = if self.line.flossed { ", flossed" } else { "" };
        (!notes.is_empty()).then(|| format!("gain {}{which}: {}", self.gain, notes.join(", ")))
    }
}

/// What became of a study, and the words its claims are made with.
struct Asked<'a> {
    study: &'a str,
    spec: &'a ConnectSpec,
    lines: &'a [StudyLine],
    networks: &'a [NetworkRecord],
}

fn before(record: &NetworkRecord) -> f64 {
    record.initial().first().copied().unwrap_or(f64::NAN)
}

fn after(record: &NetworkRecord) -> f64 {
    record.trained.first().copied().unwrap_or(f64::NAN)
}

/// How far training moved the largest exponent.
fn moved(record: &NetworkRecord) -> f64 {
    (after(record) - before(record)).abs()
}

/// How much nearer to zero than a fifth of its distance it ended.
fn neared(record: &NetworkRecord) -> f64 {
    before(record).abs() / 5.0 - after(record).abs()
}

fn end(record: &NetworkRecord) -> f64 {
    record.end().unwrap_or(f64::NAN)
}

/// a − b for the seeds that have both.
fn minus(a: &BTreeMap<u32, f64>, b: &BTreeMap<u32, f64>) -> BTreeMap<u32, f64> {
    a.iter().filter_map(|(seed, a)| Some((*seed, a - b.get(seed)?))).collect()
}

/// The claims that a study says something about.
pub fn claims(study: &str, spec: &ConnectSpec, lines: &[StudyLine], networks: &[NetworkRecord]) -> Vec<StudyClaim> {
    let asked = Asked { study, spec, lines, networks };
    let arms = spec.flossing.when.arms();
    let mut claims = Vec::new();
    for &rule in &spec.rules {
        if arms.contains(&false) {
            claims.extend(asked.of_two_gains(rule));
            claims.extend(asked.of_all_gains(rule));
        }
        if arms.len() == 2 {
            claims.extend(asked.of_flossing(rule));
        }
    }
    claims
}

impl<'a> Asked<'a> {
    /// The smallest gain, and the one nearest to 1.
    fn gains(&self) -> (f64, f64) {
        let gains = &self.spec.gains;
        let smallest = gains.iter().copied().fold(f64::INFINITY, f64::min);
        let middle = gains.iter().copied().min_by(|a, b| (a - 1.0).abs().total_cmp(&(b - 1.0).abs()));
        (smallest, middle.unwrap_or(smallest))
    }

    /// `None` until all of its networks are trained.
    fn group(&self, rule: Credit, gain: f64, flossed: bool) -> Option<Group<'a>> {
        let line = self.lines.iter().find(|line| (line.rule, line.gain, line.flossed) == (rule, gain, flossed))?;
        let is_its = |record: &&NetworkRecord| {
            let arm = &record.arm;
            (arm.rule, arm.gain, arm.flossed, arm.rate) == (rule, gain, flossed, line.rate)
        };
        let (diverged, whole): (Vec<_>, Vec<_>) =
            self.networks.iter().filter(is_its).partition(|record| record.has_diverged());
        let is_done = diverged.len() + whole.len() == self.spec.seeds as usize;
        let is_done = is_done && whole.iter().all(|record| record.test.is_some());
        let networks = whole.into_iter().map(|record| (record.arm.seed, record)).collect();
        is_done.then_some(Group { gain, networks, line })
    }

    fn learning(&self) -> impl Fn(&NetworkRecord) -> f64 {
        |record| record.learning(&self.spec.training).unwrap_or(f64::NAN)
    }

    fn of_two_gains(&self, rule: Credit) -> Vec<StudyClaim> {
        let (small, middle) = self.gains();
        let groups = self.group(rule, small, false).zip(self.group(rule, middle, false));
        let Some((poor, good)) = groups.filter(|_| small < middle) else { return Vec::new() };
        let name = rule.title();
        let difference = |of: Measure| minus(&poor.all(of), &good.all(of));
        let learning = self.learning();
        let worse = format!("{name}: a gain of {small} learns worse than one of {middle}");
        let moves = format!("{name}: training moves the largest exponent more for a gain of {small} than for {middle}");
        let near = format!("{name}: from a gain of {small} it ends within a fifth of its distance to zero");
        let both = [&poor, &good];
        [
            self.claim(worse, difference(&learning), Some(difference(&end)), "loss", &both),
            self.claim(moves, difference(&moved), None, "1/step", &both),
            self.claim(near, poor.all(&neared), None, "1/step", &both[..1]),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// How the order of the gains is that of what came of them, seed by seed.
    fn of_all_gains(&self, rule: Credit) -> Vec<StudyClaim> {
        let gains = &self.spec.gains;
        let groups: Option<Vec<Group>> = gains.iter().map(|&gain| self.group(rule, gain, false)).collect();
        let Some(groups) = groups.filter(|groups| groups.len() > 2) else { return Vec::new() };
        let trend = |of: Measure| -> BTreeMap<u32, f64> {
            let all: Vec<BTreeMap<u32, f64>> = groups.iter().map(|group| group.all(of)).collect();
            let of_seed = |seed: &u32| all.iter().map(|group| group.get(seed).copied()).collect::<Option<Vec<f64>>>();
            let seeds = all[0].keys().filter_map(|seed| Some((*seed, of_seed(seed)?)));
            seeds.map(|(seed, values)| (seed, -rank_correlation(gains, &values))).collect()
        };
        let (name, count) = (rule.title(), gains.len());
        let learning = self.learning();
        let worse = format!("{name}: the smaller of {count} gains, the worse it learns");
        let moves = format!("{name}: the smaller of {count} gains, the more training moves the largest exponent");
        let all: Vec<&Group> = groups.iter().collect();
        let unit = "rank correlation";
        [
            self.claim(worse, trend(&learning), Some(trend(&end)), unit, &all),
            self.claim(moves, trend(&moved), None, unit, &all),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    fn of_flossing(&self, rule: Credit) -> Vec<StudyClaim> {
        let (small, middle) = self.gains();
        let pair = |gain: f64| self.group(rule, gain, false).zip(self.group(rule, gain, true));
        let Some(((poor, mended), (good, better))) = pair(small).zip(pair(middle)) else { return Vec::new() };
        let learning = self.learning();
        let helped = |of: Measure| minus(&poor.all(of), &mended.all(of));
        let more = |of: Measure| minus(&helped(of), &minus(&good.all(of), &better.all(of)));
        let name = rule.title();
        let helps = format!("{name}: flossing helps at a gain of {small}");
        let most = format!("{name}: flossing helps more at a gain of {small} than at {middle}");
        let all = [&poor, &mended, &good, &better];
        [
            self.claim(helps, helped(&learning), Some(helped(&end)), "loss", &all[..2]),
            self.claim(most, more(&learning), Some(more(&end)), "loss", &all).filter(|_| small < middle),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    fn claim(
        &self,
        text: String,
        numbers: BTreeMap<u32, f64>,
        end: Option<BTreeMap<u32, f64>>,
        unit: &'static str,
        groups: &[&Group],
    ) -> Option<StudyClaim> {
        let of = |numbers: BTreeMap<u32, f64>| Difference::of(&numbers.into_values().collect::<Vec<_>>());
        let difference = of(numbers)?;
        let answer = StudyAnswer::of(&difference);
        let note = groups.iter().filter_map(|group| group.notes()).collect::<Vec<_>>().join("; ");
        Some(StudyClaim { study: self.study.into(), text, answer, difference, end: end.and_then(of), unit, note })
    }
}

/// For each rule and learning rate how far smaller gains learn worse, of networks that are not flossed. A rate at which fewer than two
/// seeds have a whole network of every gain is left out, and so is a study of fewer than three gains.
pub fn trends(spec: &ConnectSpec, networks: &[NetworkRecord]) -> Vec<RateTrend> {
    let gains = &spec.gains;
    if gains.len() < 3 {
        return Vec::new();
    }
    let of_network = |rule: Credit, rate: f64, gain: f64, seed: u32| {
        let is_it = |record: &&NetworkRecord| {
            let arm = &record.arm;
            (arm.rule, arm.rate, arm.gain, arm.seed, arm.flossed) == (rule, rate, gain, seed, false)
        };
        let record = networks.iter().find(is_it).filter(|record| !record.has_diverged() && record.test.is_some())?;
        record.learning(&spec.training)
    };
    let of_rate = |rule: Credit, rate: f64| {
        let of_seed = |seed: u32| {
            let losses: Option<Vec<f64>> = gains.iter().map(|&gain| of_network(rule, rate, gain, seed)).collect();
            Some(-rank_correlation(gains, &losses?))
        };
        let correlations: Vec<f64> = (spec.seed..spec.seed + spec.seeds).filter_map(of_seed).collect();
        let correlation = Difference::of(&correlations)?;
        Some(RateTrend { rule, rate, answer: StudyAnswer::of(&correlation), correlation })
    };
    let rates = &spec.training.rates;
    spec.rules.iter().flat_map(|&rule| rates.iter().filter_map(move |&rate| of_rate(rule, rate))).collect()
}

/// Spearman's: the correlation of the ranks, ties having the mean of theirs; 0 where one side is all alike.
pub fn rank_correlation(a: &[f64], b: &[f64]) -> f64 {
    let ranks = |values: &[f64]| -> Vec<f64> {
        let rank = |value: &f64| {
            let below = values.iter().filter(|other| *other < value).count();
            let alike = values.iter().filter(|other| *other == value).count();
            below as f64 + (alike as f64 - 1.0) / 2.0
        };
        let mean = (values.len() as f64 - 1.0) / 2.0;
        values.iter().map(|value| rank(value) - mean).collect()
    };
    let (a, b) = (ranks(a), ranks(b));
    let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let size = (product(&a, &a) * product(&b, &b)).sqrt();
    if size > 0.0 { product(&a, &b) / size } else { 0.0 }
}

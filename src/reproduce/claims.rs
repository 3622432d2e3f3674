//! The paper's claims in words, each beside what the runs say.

use serde::{Deserialize, Serialize};

use super::paired::Difference;
use super::plan::{Claim, Question, Resource};
use super::report::CellReport;
use super::write::{signed, spread};

/// A claim, and whether it holds here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct ClaimReport {
    /// What the paper says.
    pub text: String,
    pub answer: ClaimAnswer,
    /// By how much it holds or does not, in words.
    pub by: String,
    /// The paired difference that decides it, in points, where it is one.
    pub difference: Option<Difference>,
    /// Whether a cell that decides it is of other data than the paper's.
    pub surrogate: bool,
    /// Whether the constants of all cells that decide it were searched for.
    pub tuned: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum ClaimAnswer {
    Holds,
    DoesNot,
    /// The runs are not there, or too few to tell.
    Undecided,
    /// Accuracies do not decide it.
    Elsewhere,
}

impl ClaimAnswer {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            ClaimAnswer::Holds => "holds",
            ClaimAnswer::DoesNot => "does not hold",
            ClaimAnswer::Undecided => "undecided",
            ClaimAnswer::Elsewhere => "not decided here",
        }
    }

    fn of(holds: bool) -> ClaimAnswer {
        if holds { ClaimAnswer::Holds } else { ClaimAnswer::DoesNot }
    }
}

/// What a question comes to.
struct Found {
    answer: ClaimAnswer,
    by: String,
    difference: Option<Difference>,
}

/// All cells of a plan, and how many orders of each are wanted: what is not finished decides nothing.
#[derive(Clone, Copy)]
pub(super) struct Cells<'a> {
    pub all: &'a [CellReport],
    pub wanted: usize,
}

/// Decides a claim from all cells of the plan.
pub(super) fn judge(claim: &Claim, cells: Cells<'_>) -> ClaimReport {
    let Found { answer, by, difference } = match &claim.question {
        Question::Level { a, b } => compared(cells, a, b, |difference| {
            let [low, high] = difference.interval;
            ClaimAnswer::of(low <= 0.0 && high >= 0.0)
        }),
        Question::Ahead { a, b } => compared(cells, a, b, |difference| match difference.interval {
            [low, _] if low > 0.0 => ClaimAnswer::Holds,
            [_, high] if high < 0.0 => ClaimAnswer::DoesNot,
            _ => ClaimAnswer::Undecided,
        }),
        Question::Adds { to, with, low, high } => adds(cells, to, with, *low, *high),
        Question::Needed { rehearsal, src, percent } => needed(cells, rehearsal, src, *percent),
        Question::NoMore { rehearsal, src, percent } => no_more(cells, rehearsal, src, *percent),
        Question::Forgets { a, most, known } => forgets(cells, a, *most, *known),
        Question::Saves { a, b, what, percent } => saves(cells, a, b, *what, *percent),
        Question::Near { a, b, most } => compared(cells, a, b, |difference| match difference.interval {
            [low, _] if low >= -most => ClaimAnswer::Holds,
            [_, high] if high < -most => ClaimAnswer::DoesNot,
            _ => ClaimAnswer::Undecided,
        }),
        Question::Elsewhere { how } => Found { answer: ClaimAnswer::Elsewhere, by: how.clone(), difference: None },
    };
    let about = claim.question.cells();
    let is_about = |cell: &&CellReport| about.iter().any(|id| cell.id == *id || point(cell, id).is_some());
    ClaimReport {
        text: claim.text.clone(),
        answer,
        by,
        difference,
        surrogate: cells.all.iter().filter(is_about).any(|cell| cell.surrogate),
        tuned: cells.all.iter().filter(is_about).all(|cell| cell.tuned),
    }
}

/// The percentage at which `cell` is a point of the curve with this id.
fn point(cell: &CellReport, curve: &str) -> Option<f64> {
    cell.fraction.filter(|_| cell.id.strip_prefix(curve).is_some_and(|rest| rest.starts_with('/')))
}

fn undecided(by: String) -> Found {
    Found { answer: ClaimAnswer::Undecided, by, difference: None }
}

impl Cells<'_> {
    /// `a` − `b`, seed by seed.
    fn difference(self, a: &CellReport, b: &CellReport) -> Result<Difference, Found> {
        let of_seed = |seed| b.runs.iter().find(|run| run.seed == seed);
        let differences: Vec<f64> =
            a.runs.iter().filter_map(|run| Some(run.accuracy - of_seed(run.seed)?.accuracy)).collect();
        let n = differences.len();
        let of = Difference::of(&differences).filter(|_| n >= self.wanted);
        of.ok_or_else(|| undecided(format!("{n} of {} orders of {} and {} finished", self.wanted, a.id, b.id)))
    }

    fn of_ids(self, a: &str, b: &str) -> Result<Difference, Found> {
        let cell = |id: &str| self.all.iter().find(|cell| cell.id == id);
        match (cell(a), cell(b)) {
            (Some(a), Some(b)) => self.difference(a, b),
            _ => Err(undecided(format!("there is no {a} or no {b}"))),
        }
    }

    /// The mean of a cell, all of whose orders finished.
    fn mean(self, cell: &CellReport) -> Result<f64, Found> {
        let n = cell.runs.len();
        let whole = cell.ours.filter(|_| n >= self.wanted);
        whole
            .map(|ours| ours.mean)
            .ok_or_else(|| undecided(format!("{n} of {} orders of {} finished", self.wanted, cell.id)))
    }
}

fn in_words(of: &Difference) -> String {
    let [low, high] = of.interval;
    format!("{} points (95 % interval {} to {}, {} orders)", signed(of.mean, 1), signed(low, 1), signed(high, 1), of.n)
}

fn compared(cells: Cells<'_>, a: &str, b: &str, answer: impl Fn(&Difference) -> ClaimAnswer) -> Found {
    match cells.of_ids(a, b) {
        Ok(of) => Found { answer: answer(&of), by: in_words(&of), difference: Some(of) },
        Err(found) => found,
    }
}

/// Half a point: what a claim in whole points leaves open.
const ROUNDED: f64 = 0.5;

/// "About" is within the standard deviation of our differences, and what rounding leaves open.
fn adds(cells: Cells<'_>, to: &str, with: &str, low: f64, high: f64) -> Found {
    let of = match cells.of_ids(with, to) {
        Ok(of) => of,
        Err(found) => return found,
    };
    let past = if of.mean < low { of.mean - low } else { (of.mean - high).max(0.0) };
    let beyond = match past {
        0.0 => String::new(),
        past => format!("; {:.1} {} than is claimed", past.abs(), if past < 0.0 { "fewer" } else { "more" }),
    };
    let by = format!("{} points over {} orders{beyond}", spread(of.mean, Some(of.sd)), of.n);
    Found { answer: ClaimAnswer::of(past.abs() <= of.sd + ROUNDED), by, difference: Some(of) }
}

/// The mean over all orders decides.
fn forgets(cells: Cells<'_>, a: &str, most: f64, known: f64) -> Found {
    let Some(cell) = cells.all.iter().find(|cell| cell.id == a) else {
        return undecided(format!("there is no {a}"));
    };
    match cell.forgetting.zip(cell.ours).filter(|(forgetting, _)| forgetting.n >= cells.wanted) {
        Some((forgetting, ours)) => Found {
            answer: ClaimAnswer::of(forgetting.mean <= most && ours.mean >= known),
            by: format!(
                "{} points are forgotten, {} % are right in the end, {} orders",
                spread(forgetting.mean, forgetting.sd),
                spread(ours.mean, ours.sd),
                forgetting.n
            ),
            difference: None,
        },
        None => undecided(format!("{} of {} orders of {a} finished", cell.runs.len(), cells.wanted)),
    }
}

/// The means over all orders decide.
fn saves(cells: Cells<'_>, a: &str, b: &str, what: Resource, percent: f64) -> Found {
    let cost = |id: &str| cells.all.iter().find(|cell| cell.id == id).and_then(|cell| cell.cost);
    let said = |id: &str| cost(id).map_or(0, |cost| cost.n);
    if let Some(id) = [a, b].into_iter().find(|id| (1..cells.wanted).contains(&said(id))) {
        return undecided(format!("{} of {} orders of {id} say what they took", said(id), cells.wanted));
    }
    let of = |id: &str| match what {
        Resource::Memory => cost(id)?.held,
        Resource::Operations => Some(cost(id)?.learning),
    };
    let (Some(ours), Some(theirs)) = (of(a), of(b)) else {
        return undecided(format!("no run of {a} or of {b} says what it took"));
    };
    let part = 100.0 * ours / theirs;
    let by = format!("{} beside {}: {part:.0} %", amount(what, ours), amount(what, theirs));
    Found { answer: ClaimAnswer::of(part <= 100.0 - percent), by, difference: None }
}

fn amount(what: Resource, amount: f64) -> String {
    match what {
        Resource::Memory => format!("{:.2} MB", amount / 1e6),
        Resource::Operations => format!("{:.2} million operations", amount / 1e6),
    }
}

/// Both curves by percentage: rehearsal alone, and with SRC.
fn curves<'a>(cells: Cells<'a>, rehearsal: &str, src: &str) -> Vec<(f64, &'a CellReport, &'a CellReport)> {
    let mut points: Vec<_> = cells
        .all
        .iter()
        .filter_map(|alone| {
            let percent = point(alone, rehearsal)?;
            Some((percent, alone, cells.all.iter().find(|cell| point(cell, src) == Some(percent))?))
        })
        .collect();
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    points
}

/// The first percentage at which rehearsal alone is as good as SRC alone, in the mean.
fn needed(cells: Cells<'_>, rehearsal: &str, src: &str, percent: f64) -> Found {
    let points = curves(cells, rehearsal, src);
    let Some((_, _, asleep)) = points.first().filter(|(first, ..)| *first == 0.0) else {
        return undecided("there is no SRC without rehearsal".into());
    };
    let goal = match cells.mean(asleep) {
        Ok(goal) => goal,
        Err(found) => return found,
    };
    for (at, alone, _) in &points {
        let ours = match cells.mean(alone) {
            Ok(ours) => ours,
            Err(found) => return found,
        };
        if ours >= goal {
            let by = format!("{at} % gives {ours:.1} %, SRC alone {goal:.1} %");
            return Found { answer: ClaimAnswer::of(*at == percent), by, difference: None };
        }
    }
    let most = points.last().map_or(0.0, |(at, ..)| *at);
    Found { answer: ClaimAnswer::DoesNot, by: format!("{most} % is not enough to reach {goal:.1} %"), difference: None }
}

/// SRC is better nowhere past `percent`.
fn no_more(cells: Cells<'_>, rehearsal: &str, src: &str, percent: f64) -> Found {
    let mut worst: Option<(f64, Difference)> = None;
    for (at, alone, asleep) in curves(cells, rehearsal, src).into_iter().filter(|(at, ..)| *at > percent) {
        let of = match cells.difference(asleep, alone) {
            Ok(of) => of,
            Err(found) => return found,
        };
        if worst.as_ref().is_none_or(|(_, worst)| of.interval[0] > worst.interval[0]) {
            worst = Some((at, of));
        }
    }
    let Some((at, of)) = worst else { return undecided(format!("there is no point above {percent} %")) };
    let by = format!("at {at} % SRC adds {}", in_words(&of));
    Found { answer: ClaimAnswer::of(of.interval[0] <= 0.0), by, difference: Some(of) }
}

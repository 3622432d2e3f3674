//! The paper's claims in words, each beside what the runs say.

use serde::{Deserialize, Serialize};

use super::paired::Difference;
use super::plan::{Claim, Question};
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

/// Decides a claim from all cells of the plan.
pub(super) fn judge(claim: &Claim, cells: &[CellReport]) -> ClaimReport {
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
        Question::Elsewhere { how } => Found { answer: ClaimAnswer::Elsewhere, by: how.clone(), difference: None },
    };
    let about = claim.question.cells();
    let is_about = |cell: &&CellReport| about.iter().any(|id| cell.id == *id || point(cell, id).is_some());
    ClaimReport {
        text: claim.text.clone(),
        answer,
        by,
        difference,
        surrogate: cells.iter().filter(is_about).any(|cell| cell.surrogate),
        tuned: cells.iter().filter(is_about).all(|cell| cell.tuned),
    }
}

/// The percentage at which `cell` is a point of the curve with this id.
fn point(cell: &CellReport, curve: &str) -> Option<f64> {
    cell.fraction.filter(|_| cell.id.strip_prefix(curve).is_some_and(|rest| rest.starts_with('/')))
}

fn undecided(by: String) -> Found {
    Found { answer: ClaimAnswer::Undecided, by, difference: None }
}

/// `a` − `b` over the seeds that finished in both.
fn difference(a: &CellReport, b: &CellReport) -> Option<Difference> {
    let of_seed = |seed| b.runs.iter().find(|run| run.seed == seed);
    let differences: Vec<f64> =
        a.runs.iter().filter_map(|run| Some(run.accuracy - of_seed(run.seed)?.accuracy)).collect();
    Difference::of(&differences)
}

fn of_ids(cells: &[CellReport], a: &str, b: &str) -> Result<Difference, Found> {
    let cell = |id: &str| cells.iter().find(|cell| cell.id == id);
    let of = cell(a).zip(cell(b)).and_then(|(a, b)| difference(a, b));
    of.ok_or_else(|| undecided(format!("fewer than two orders of {a} and {b} finished")))
}

fn in_words(of: &Difference) -> String {
    let [low, high] = of.interval;
    format!("{} points (95 % interval {} to {}, {} orders)", signed(of.mean, 1), signed(low, 1), signed(high, 1), of.n)
}

fn compared(cells: &[CellReport], a: &str, b: &str, answer: impl Fn(&Difference) -> ClaimAnswer) -> Found {
    match of_ids(cells, a, b) {
        Ok(of) => Found { answer: answer(&of), by: in_words(&of), difference: Some(of) },
        Err(found) => found,
    }
}

/// Half a point: what a claim in whole points leaves open.
const ROUNDED: f64 = 0.5;

/// "About" is within the standard deviation of our differences, and what rounding leaves open.
fn adds(cells: &[CellReport], to: &str, with: &str, low: f64, high: f64) -> Found {
    let of = match of_ids(cells, with, to) {
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

/// Both curves by percentage: rehearsal alone, and with SRC.
fn curves<'a>(cells: &'a [CellReport], rehearsal: &str, src: &str) -> Vec<(f64, &'a CellReport, &'a CellReport)> {
    let mut points: Vec<_> = cells
        .iter()
        .filter_map(|alone| {
            let percent = point(alone, rehearsal)?;
            Some((percent, alone, cells.iter().find(|cell| point(cell, src) == Some(percent))?))
        })
        .collect();
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    points
}

/// The first percentage at which rehearsal alone is as good as SRC alone, in the mean.
fn needed(cells: &[CellReport], rehearsal: &str, src: &str, percent: f64) -> Found {
    let points = curves(cells, rehearsal, src);
    let Some(goal) = points.first().filter(|(first, ..)| *first == 0.0).and_then(|(.., src)| src.ours) else {
        return undecided("SRC without rehearsal has not run".into());
    };
    for (at, alone, _) in &points {
        let Some(ours) = alone.ours else { return undecided(format!("rehearsal of {at} % has not run")) };
        if ours.mean >= goal.mean {
            let by = format!("{at} % gives {:.1} %, SRC alone {:.1} %", ours.mean, goal.mean);
            return Found { answer: ClaimAnswer::of(*at == percent), by, difference: None };
        }
    }
    let most = points.last().map_or(0.0, |(at, ..)| *at);
    Found {
        answer: ClaimAnswer::DoesNot,
        by: format!("{most} % is not enough to reach {:.1} %", goal.mean),
        difference: None,
    }
}

/// SRC is better nowhere past `percent`.
fn no_more(cells: &[CellReport], rehearsal: &str, src: &str, percent: f64) -> Found {
    let mut worst: Option<(f64, Difference)> = None;
    for (at, alone, asleep) in curves(cells, rehearsal, src).into_iter().filter(|(at, ..)| *at > percent) {
        let Some(of) = difference(asleep, alone) else { return undecided(format!("{at} % has not run in two orders")) };
        if worst.as_ref().is_none_or(|(_, worst)| of.interval[0] > worst.interval[0]) {
            worst = Some((at, of));
        }
    }
    let Some((at, of)) = worst else { return undecided(format!("there is no point above {percent} %")) };
    let by = format!("at {at} % SRC adds {}", in_words(&of));
    Found { answer: ClaimAnswer::of(of.interval[0] <= 0.0), by, difference: Some(of) }
}

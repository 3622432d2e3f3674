//! Whether a number of ours is the paper's.

use serde::{Deserialize, Serialize};

use super::plan::PaperNumber;
use crate::analysis::Spread;

/// What a cell comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum Verdict {
    /// |ours − paper| ≤ the paper's s.d. + ours.
    Verified,
    /// Past that, and better, of a strategy that sleeps: what sleep is to do, and more.
    Above,
    /// Past that, and better, of a strategy that does not sleep: a baseline that is another than the paper's.
    Differs,
    /// Past that, and worse.
    Below,
    /// Of another data set than the paper's: never verified.
    Surrogate,
    /// The paper prints no number.
    Measured,
    /// Runs diverged: their cell verifies nothing.
    Diverged,
    /// Not all runs are done.
    Incomplete,
    NotRun,
    /// Nothing here can be run for it yet.
    NoPreset,
}

/// What is known of a cell when it is judged.
pub(super) struct Evidence {
    pub has_preset: bool,
    pub surrogate: bool,
    pub sleeps: bool,
    /// Runs that are wanted, and that diverged.
    pub wanted: usize,
    pub diverged: usize,
    /// Of the runs that finished, in points.
    pub ours: Option<Spread>,
    pub paper: Option<PaperNumber>,
}

impl Verdict {
    pub const ALL: [Verdict; 10] = [
        Verdict::Verified,
        Verdict::Above,
        Verdict::Differs,
        Verdict::Below,
        Verdict::Surrogate,
        Verdict::Measured,
        Verdict::Diverged,
        Verdict::Incomplete,
        Verdict::NotRun,
        Verdict::NoPreset,
    ];

    pub(super) fn of(evidence: &Evidence) -> Verdict {
        let done = evidence.ours.map_or(0, |ours| ours.n) + evidence.diverged;
        match (evidence.ours, evidence.paper) {
            _ if !evidence.has_preset => Verdict::NoPreset,
            _ if done == 0 => Verdict::NotRun,
            _ if done < evidence.wanted => Verdict::Incomplete,
            _ if evidence.diverged > 0 => Verdict::Diverged,
            _ if evidence.surrogate => Verdict::Surrogate,
            (_, None) | (None, _) => Verdict::Measured,
            (Some(ours), Some(paper)) => {
                let allowed = paper.sd.unwrap_or(0.0) + ours.sd.unwrap_or(0.0);
                match ours.mean - paper.mean {
                    difference if difference.abs() <= allowed => Verdict::Verified,
                    difference if difference < 0.0 => Verdict::Below,
                    _ if evidence.sleeps => Verdict::Above,
                    _ => Verdict::Differs,
                }
            }
        }
    }

    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Verdict::Verified => "verified",
            Verdict::Above => "above",
            Verdict::Differs => "differs (higher)",
            Verdict::Below => "below",
            Verdict::Surrogate => "surrogate",
            Verdict::Measured => "measured",
            Verdict::Diverged => "diverged",
            Verdict::Incomplete => "incomplete",
            Verdict::NotRun => "not run",
            Verdict::NoPreset => "no preset yet",
        }
    }
}

/// Orders of tasks behind each of the paper's numbers.
const PAPERS_ORDERS: f64 = 6.0;

/// (ours − paper) / √(s_ours²/n + s_paper²/6), s the standard deviations; without the paper's, only ours. `None` where ours is
/// not known, or nothing spreads.
pub(super) fn standard_errors(ours: &Spread, paper: &PaperNumber) -> Option<f64> {
    let square = ours.sd?.powi(2) / ours.n as f64 + paper.sd.unwrap_or(0.0).powi(2) / PAPERS_ORDERS;
    (square > 0.0).then(|| (ours.mean - paper.mean) / square.sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn evidence(mean: f64) -> Evidence {
        Evidence {
            has_preset: true,
            surrogate: false,
            sleeps: true,
            wanted: 6,
            diverged: 0,
            ours: Some(Spread { mean, sd: Some(2.0), n: 6 }),
            paper: Some(PaperNumber { mean: 64.0, sd: Some(4.0) }),
        }
    }

    #[test]
    fn a_number_is_verified_within_both_spreads() {
        for (mean, verdict) in
            [(58.0, Verdict::Verified), (70.0, Verdict::Verified), (57.9, Verdict::Below), (70.1, Verdict::Above)]
        {
            assert_eq!(Verdict::of(&evidence(mean)), verdict, "{mean}");
        }
        assert_eq!(Verdict::of(&Evidence { sleeps: false, ..evidence(70.1) }), Verdict::Differs);
        let bare = Some(PaperNumber { mean: 64.0, sd: None });
        assert_eq!(Verdict::of(&Evidence { paper: bare, ..evidence(66.1) }), Verdict::Above);
    }

    #[test]
    fn what_is_not_the_papers_is_never_verified() {
        assert_eq!(Verdict::of(&Evidence { surrogate: true, ..evidence(64.0) }), Verdict::Surrogate);
        assert_eq!(Verdict::of(&Evidence { wanted: 7, ..evidence(64.0) }), Verdict::Incomplete);
        assert_eq!(Verdict::of(&Evidence { diverged: 1, ..evidence(64.0) }), Verdict::Diverged);
        assert_eq!(Verdict::of(&Evidence { paper: None, ..evidence(64.0) }), Verdict::Measured);
        assert_eq!(Verdict::of(&Evidence { ours: None, ..evidence(64.0) }), Verdict::NotRun);
        assert_eq!(Verdict::of(&Evidence { has_preset: false, ..evidence(64.0) }), Verdict::NoPreset);
    }

    #[test]
    fn differences_are_in_standard_errors_of_both() {
        let ours = Spread { mean: 60.0, sd: Some(3.0), n: 9 };
        let both = standard_errors(&ours, &PaperNumber { mean: 62.0, sd: Some(6f64.sqrt() * 3f64.sqrt()) }).unwrap();
        assert!((both + 1.0).abs() < 1e-12, "{both}");
        assert_eq!(standard_errors(&ours, &PaperNumber { mean: 62.0, sd: None }), Some(-2.0));
        assert_eq!(standard_errors(&Spread { sd: None, n: 1, ..ours }, &PaperNumber { mean: 62.0, sd: None }), None);
    }
}

//! A paper's tables beside our own: which cells there are, the runs that fill them, and what they come to.
//!
//! A [`Plan`] is data (`presets/reproduce.json`, or a person's own file): for each cell a preset, what differs from it, and
//! the paper's number. [`queue`] deals a plan's runs out, to one machine or to shards of a cluster; whoever drives it keeps each
//! finished run as a line of JSON, which [`Runs`] reads. A run is known by its Spec, so that changed constants are run again
//! and a line from anywhere else counts too. [`Reproduction`] is what the runs come to: the file that `engram reproduce` writes and
//! that a page may draw.

mod claims;
mod paired;
mod plan;
mod queue;
mod report;
mod stored;
mod verdict;
mod write;

pub use claims::{ClaimAnswer, ClaimReport};
pub use paired::Difference;
pub use plan::{Cell, Claim, DataSetRow, Named, PaperNumber, Plan, PlannedExperiment, Question, Resource};
pub use queue::{Errand, Filter, Shard, queue};
pub use report::{CellCost, CellReport, DivergedRun, FinishedRun, REPORT_FORMAT, Reproduction};
pub use stored::{Made, Outcome, Runs, Stored, Told, diverged_line, finished_line, is_run, read};
pub use verdict::Verdict;

use crate::spec::SpecError;

/// Why a plan, a run that was kept, or a report was refused.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ReproduceError {
    /// What the plan says makes no sense.
    #[error("the plan: {0}")]
    Plan(String),
    /// A cell's Spec does not validate.
    #[error("the cell {cell}: {source}")]
    Cell { cell: String, source: SpecError },
    /// A line of finished runs cannot be read.
    #[error("line {line} {why}")]
    Line { line: usize, why: String },
    /// What is asked for is not in the plan.
    #[error("{0}")]
    Unknown(String),
    /// No report, or one of another version.
    #[error("the report: {0}")]
    Report(String),
}

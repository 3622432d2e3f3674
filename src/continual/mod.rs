//! Continual learning: what is done phase after phase, and what is measured.

mod acting;
mod album;
mod average;
pub mod engine;
mod experiment;
mod measures;
mod rows;
mod run;
mod save;
mod schedule;

pub use album::{Album, Field};
pub use experiment::Experiment;
pub(crate) use experiment::work_of_sample;
pub use measures::{Transfer, accuracy_by_task, average_accuracy, hidden_mean, overall_accuracy};
pub use run::Run;
pub use save::{Checkpoint, MAGIC, saved_specs};
pub use schedule::{Phase, Place, Schedule, Stint};

use crate::data::DataError;
use crate::kernels::EngineError;
use crate::spec::SpecError;

/// Why a run cannot begin or go on.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    #[error(transparent)]
    Spec(#[from] SpecError),
    #[error(transparent)]
    Data(#[from] DataError),
    #[error("the run is about `{wanted}`, but the data given are `{given}`")]
    WrongData { wanted: String, given: String },
    #[error("there is no run to begin")]
    NoRuns,
    #[error("{0}")]
    Unlike(&'static str),
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error("the run diverged: nothing can be done with it any more")]
    Diverged,
    #[error("the saved run cannot be read: {0}")]
    Saved(String),
}

//! Tuning: a search for the constants that make a Spec work, over any of its numbers.
//!
//! A [`Tuner`] hands out [`Errand`]s, which depend on nothing but themselves, and is told of each evaluation, a [`Tried`]; whoever
//! drives it (the command line's threads, the page's Workers, a GPU's replicas) does them in any order. What it hands out
//! is decided by the tuning's seed and what it was told, so that a list of evaluations is all there is to save: told again,
//! the search goes on where it stopped.
//!
//! Fitness is the mean accuracy over all tasks on the held-back tenth of the training data, over the task orders that the
//! tuning names (Kubo et al. 2025, 2.0.11, with one order): it sees old tasks' held-back data, as theirs did.

mod judge;
mod log;
mod method;
mod space;
mod tuner;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::spec::{Spec, SpecError, Split};

pub use judge::{GivenUp, Judge, TriedOrder};
pub use log::{Log, Search};
pub use method::{Brood, Evolution, Genetic, Method, Scored};
pub use space::{Bounds, Parameters, Scale, Space, with};
pub use tuner::{Errand, Tried, Tuner};

/// What is searched, how, and how thoroughly: the file that `engram tune --space` takes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Tuning {
    /// Bounds of each field, by its dotted path: `sleep.rate`.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "Record<string, Bounds>"))]
    pub fields: BTreeMap<String, Bounds>,
    pub method: Method,
    /// Points of a generation.
    pub population: u32,
    /// Whether the first generation holds the Spec's own constants.
    #[serde(default)]
    pub from_spec: bool,
    /// From cheap to dear; the last one's fitness is the search's.
    pub rungs: Vec<Rung>,
    /// Seed of everything random in the search itself.
    #[serde(default)]
    pub seed: u32,
}

/// What a generation's points go through, before the best of them go on to the next rung.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Rung {
    /// Fields of the Spec that differ here, by their dotted paths: a smaller part of the data, say.
    #[serde(default)]
    #[cfg_attr(target_arch = "wasm32", tsify(type = "Record<string, unknown>"))]
    pub set: BTreeMap<String, Value>,
    /// Seeds of the task orders that are averaged over.
    pub seeds: Vec<u32>,
    /// The part of those that reached this rung that goes on to the next; at least one point does.
    #[serde(default = "half")]
    pub pass: f64,
}

fn half() -> f64 {
    0.5
}

/// Why a search cannot begin or go on.
#[derive(Debug, thiserror::Error)]
pub enum TuneError {
    #[error(transparent)]
    Spec(#[from] SpecError),
    #[error("the search: {0}")]
    Tuning(String),
    #[error("what was saved of the search cannot be gone on with: {0}")]
    Log(String),
}

impl Tuning {
    /// Reads what a file holds.
    pub fn from_json(text: &str) -> Result<Tuning, TuneError> {
        Tuning::from_value(serde_json::from_str(text).map_err(|e| TuneError::Tuning(e.to_string()))?)
    }

    /// Reads a JSON value.
    pub fn from_value(value: Value) -> Result<Tuning, TuneError> {
        serde_path_to_error::deserialize(value).map_err(|e| {
            let (at, why) = (e.path().to_string(), e.inner().to_string());
            TuneError::Tuning(if at == "." { why } else { format!("{at}: {why}") })
        })
    }

    /// What must hold whatever is tuned.
    fn validate(&self) -> Result<(), TuneError> {
        let refuse = |why: &str| Err(TuneError::Tuning(why.into()));
        if !(2..=10_000).contains(&self.population) {
            return refuse("`population` is from 2 to 10000");
        }
        if !(1..=8).contains(&self.rungs.len()) {
            return refuse("there are 1 to 8 `rungs`");
        }
        for rung in &self.rungs {
            let mut seeds = rung.seeds.clone();
            seeds.sort_unstable();
            seeds.dedup();
            if seeds.is_empty() || seeds.len() > 1000 || seeds.len() < rung.seeds.len() {
                return refuse("a rung has 1 to 1000 `seeds`, each once");
            }
            if !(rung.pass > 0.0 && rung.pass <= 1.0) {
                return refuse("`pass` is a part: more than 0, at most 1");
            }
        }
        self.method.validate()
    }

    /// What a rung runs: the Spec with its differences, measured on held-back data.
    fn spec_of(&self, spec: &Spec, rung: &Rung) -> Result<Spec, TuneError> {
        let mut spec = with(spec, &rung.set)?;
        spec.evaluation.split = Split::HeldBack;
        Ok(spec)
    }
}

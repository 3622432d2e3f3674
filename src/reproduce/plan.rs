//! What is reproduced, as data: experiments, their cells with the paper's numbers, and the paper's claims in words.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::ReproduceError;
use crate::data::catalogue;
use crate::spec::{EngineKind, Spec, SpecError, preset, set};

/// The version of the format that this build reads.
const FORMAT: u32 = 1;
/// The most cells of a plan, and the longest of its texts in bytes.
const MOST_CELLS: usize = 10_000;
const LONGEST: usize = 400;

/// All that is reproduced of a paper: `presets/reproduce.json`, or a file in the same format.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Version of the format; 1.
    pub format: u32,
    /// Whose numbers they are.
    pub paper: String,
    /// Seed of the first task order; the others follow it. All cells share them, so that their differences are paired.
    pub first_seed: u32,
    /// Rows, in the order they are shown.
    pub datasets: Vec<DataSetRow>,
    /// Columns.
    pub models: Vec<Named>,
    pub strategies: Vec<Named>,
    pub experiments: Vec<PlannedExperiment>,
    #[serde(default)]
    pub claims: Vec<Claim>,
}

/// A name in ids and on the command line, and one for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Named {
    pub name: String,
    pub title: String,
}

/// A data set here, and the one of the paper that it stands beside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct DataSetRow {
    /// Its name in a Spec.
    pub name: String,
    pub title: String,
    /// The paper's name of its own.
    pub paper: String,
    /// Whether ours is another than the paper's: its numbers then stand beside them, and verify nothing.
    pub surrogate: bool,
}

/// A table or a figure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedExperiment {
    /// What its files are called.
    pub name: String,
    pub title: String,
    pub cells: Vec<Cell>,
}

/// One number of a table, or one point of a figure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cell {
    pub dataset: String,
    pub model: String,
    pub strategy: String,
    /// The part of past data that is rehearsed, in percent, where a figure goes over several; `null` elsewhere.
    #[serde(default)]
    pub fraction: Option<f64>,
    /// The preset that is run; `null`: there is none yet, and the cell is shown without a number of ours.
    pub preset: Option<String>,
    /// Fields of the Spec that differ from the preset, by their dotted paths, as `--set` takes them.
    #[serde(default)]
    pub set: BTreeMap<String, Value>,
    /// Whether its numbers are task-incremental: the network is told which task a sample is of. Otherwise the answer is one of all
    /// classes.
    #[serde(default)]
    pub told: bool,
    /// Whether its constants were searched for this model and data set; true where nothing needs to be.
    pub tuned: bool,
    /// `null`: the paper prints no number.
    #[serde(default)]
    pub paper: Option<PaperNumber>,
}

/// A number of the paper, in points (percent of the test samples).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct PaperNumber {
    pub mean: f64,
    /// Over six orders of tasks; `null`: none is printed, or none that can be meant.
    pub sd: Option<f64>,
}

/// A claim that the paper makes in words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    pub text: String,
    /// The experiments in whose reports it is told.
    pub told_in: Vec<String>,
    pub question: Question,
}

/// What decides a claim. Cells are named by their ids: `mnist/mrnn-ep/src`; curves by the id of their points without the fraction.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Question {
    /// `a` and `b` cannot be told apart.
    Level { a: String, b: String },
    /// `a` is better than `b`.
    Ahead { a: String, b: String },
    /// `with` is better than `to` by `low` to `high` points, about.
    Adds { to: String, with: String, low: f64, high: f64 },
    /// The curve `rehearsal` reaches the first point of the curve `src`, which rehearses nothing, at `percent`.
    Needed { rehearsal: String, src: String, percent: f64 },
    /// Past `percent`, the curve `src` is no better than the curve `rehearsal`.
    NoMore { rehearsal: String, src: String, percent: f64 },
    /// `a` forgets no more than so many points, and knows at least so many percent in the end: who learns nothing forgets nothing.
    Forgets { a: String, most: f64, known: f64 },
    /// `a` takes at least so many percent less of `what` than `b`.
    Saves { a: String, b: String, what: Resource, percent: f64 },
    /// `a` is at most so many points behind `b`.
    Near { a: String, b: String, most: f64 },
    /// Accuracies do not decide it; `how` says what does.
    Elsewhere { how: String },
}

/// What a run takes beside time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Resource {
    /// Bytes held while it learns.
    Memory,
    /// Synaptic operations and changes of weights, for a sample that is learnt.
    Operations,
}

impl Plan {
    /// Those that are compiled in: tables 2 and 3 and figure 5 of Kubo, Delanois & Bazhenov 2025, and spiking areas beside other
    /// networks over long rows of tasks.
    ///
    /// # Errors
    /// None: a test reads them.
    pub fn built_in() -> Result<[Plan; 2], ReproduceError> {
        let kubo = Plan::from_json(include_str!("../../presets/reproduce.json"))?;
        Ok([kubo, Plan::from_json(include_str!("../../presets/reproduce-predict.json"))?])
    }

    /// That of Kubo, Delanois & Bazhenov 2025.
    ///
    /// # Errors
    /// None: a test reads it.
    pub fn of_kubo() -> Result<Plan, ReproduceError> {
        Ok(Plan::built_in()?.into_iter().next().expect("two plans"))
    }

    /// Reads and validates a plan.
    ///
    /// # Errors
    /// What in it is wrong, and where.
    pub fn from_json(text: &str) -> Result<Plan, ReproduceError> {
        let value: Value = serde_json::from_str(text).map_err(|e| wrong(format!("it is not JSON ({e})")))?;
        if let Some(found) = value.get("format").filter(|found| found.as_u64() != Some(FORMAT.into())) {
            return Err(wrong(format!(
                "it is of version {found} of the format, and this build reads version {FORMAT}"
            )));
        }
        let plan: Plan =
            serde_path_to_error::deserialize(value).map_err(|e| wrong(format!("{}: {}", e.path(), e.inner())))?;
        plan.validate()?;
        Ok(plan)
    }

    /// The data set's row that a cell is in.
    ///
    /// # Panics
    /// Never for a cell of this plan, which was validated.
    pub fn row(&self, cell: &Cell) -> &DataSetRow {
        self.datasets.iter().find(|row| row.name == cell.dataset).expect("a plan is validated")
    }

    pub fn cells(&self) -> impl Iterator<Item = &Cell> {
        self.experiments.iter().flat_map(|experiment| &experiment.cells)
    }

    /// The seeds of so many task orders.
    pub fn seeds(&self, orders: u32) -> Vec<u32> {
        (0..orders).map(|order| self.first_seed.wrapping_add(order)).collect()
    }

    fn validate(&self) -> Result<(), ReproduceError> {
        self.validate_names()?;
        let cells = self.cells().count();
        if cells == 0 || cells > MOST_CELLS {
            return Err(wrong(format!("it has {cells} cells; 1 to {MOST_CELLS} are allowed")));
        }
        let mut ids = BTreeSet::new();
        for cell in self.cells() {
            self.validate_cell(cell)?;
            if !ids.insert(cell.id()) {
                return Err(wrong(format!("the cell {} is there twice", cell.id())));
            }
        }
        self.claims.iter().try_for_each(|claim| self.validate_claim(claim, &ids))
    }

    fn validate_names(&self) -> Result<(), ReproduceError> {
        let rows = self.datasets.iter().map(|row| (&row.name, &row.title));
        names("datasets", rows)?;
        names("models", self.models.iter().map(|model| (&model.name, &model.title)))?;
        names("strategies", self.strategies.iter().map(|strategy| (&strategy.name, &strategy.title)))?;
        names("experiments", self.experiments.iter().map(|experiment| (&experiment.name, &experiment.title)))?;
        for row in &self.datasets {
            catalogue::info(&row.name).map_err(|e| wrong(format!("datasets: {e}")))?;
            text("datasets: the paper's name", &row.paper)?;
        }
        text("paper", &self.paper)
    }

    fn validate_cell(&self, cell: &Cell) -> Result<(), ReproduceError> {
        let id = cell.id();
        let is_there = |what: &str, name: &str, known: Vec<&String>| match known.iter().any(|other| *other == name) {
            true => Ok(()),
            false => Err(wrong(format!("the cell {id}: there is no {what} `{}` in the plan", cut(name)))),
        };
        is_there("data set", &cell.dataset, self.datasets.iter().map(|row| &row.name).collect())?;
        is_there("model", &cell.model, self.models.iter().map(|model| &model.name).collect())?;
        is_there("strategy", &cell.strategy, self.strategies.iter().map(|strategy| &strategy.name).collect())?;
        let numbers = cell.paper.iter().flat_map(|paper| [Some(paper.mean), paper.sd]).chain([cell.fraction]);
        if let Some(number) = numbers.flatten().find(|number| !(0.0..=100.0).contains(number)) {
            return Err(wrong(format!("the cell {id}: {number} is not from 0 to 100")));
        }
        if cell.preset.is_none() && !cell.set.is_empty() {
            return Err(wrong(format!("the cell {id} sets fields of no preset")));
        }
        let Some(spec) = cell.spec()? else { return Ok(()) };
        if cell.told && !spec.tasks.can_be_told() {
            return Err(wrong(format!("the cell {id} would be told what its tasks leave open no question of")));
        }
        if spec.data.name != cell.dataset {
            return Err(wrong(format!("the cell {id} would run on {}", spec.data.name)));
        }
        if spec.engine == EngineKind::Gpu {
            return Err(wrong(format!("the cell {id} asks for a GPU: a reproduction is computed on the CPU's cores")));
        }
        Ok(())
    }

    fn validate_claim(&self, claim: &Claim, ids: &BTreeSet<String>) -> Result<(), ReproduceError> {
        text("claims", &claim.text)?;
        for name in &claim.told_in {
            if !self.experiments.iter().any(|experiment| experiment.name == *name) {
                return Err(wrong(format!("the claim `{}` is told in `{}`, which it lacks", claim.text, cut(name))));
            }
        }
        let missing = claim.question.cells().into_iter().find(|id| {
            let is_point = |other: &String| other.strip_prefix(*id).is_some_and(|rest| rest.starts_with('/'));
            !ids.contains(*id) && !ids.iter().any(is_point)
        });
        match missing {
            Some(id) => Err(wrong(format!("the claim `{}` is about the cell {}, which it lacks", claim.text, cut(id)))),
            None => Ok(()),
        }
    }
}

impl Question {
    /// Ids of the cells that it asks about, and of curves.
    pub fn cells(&self) -> Vec<&str> {
        match self {
            Question::Level { a, b }
            | Question::Ahead { a, b }
            | Question::Saves { a, b, .. }
            | Question::Near { a, b, .. } => vec![a, b],
            Question::Forgets { a, .. } => vec![a],
            Question::Adds { to, with, .. } => vec![to, with],
            Question::Needed { rehearsal, src, .. } | Question::NoMore { rehearsal, src, .. } => vec![rehearsal, src],
            Question::Elsewhere { .. } => Vec::new(),
        }
    }
}

impl Cell {
    /// What it is called: data set, model and strategy, and the fraction where there is one.
    pub fn id(&self) -> String {
        let fraction = self.fraction.map(|fraction| format!("/{fraction}")).unwrap_or_default();
        format!("{}/{}/{}{fraction}", cut(&self.dataset), cut(&self.model), cut(&self.strategy))
    }

    /// The Spec that is run, with the preset's own seed; `None` without a preset.
    ///
    /// # Errors
    /// Where there is no such preset, or what is set does not validate.
    pub fn spec(&self) -> Result<Option<Spec>, ReproduceError> {
        let Some(name) = &self.preset else { return Ok(None) };
        let fields: Vec<(&str, String)> = self.set.iter().map(|(path, value)| (&**path, value.to_string())).collect();
        let fields: Vec<(&str, &str)> = fields.iter().map(|(path, value)| (*path, &**value)).collect();
        let of = |source: SpecError| ReproduceError::Cell { cell: self.id(), source };
        Ok(Some(set(&preset(name).map_err(of)?.spec, &fields).map_err(of)?))
    }
}

fn wrong(why: String) -> ReproduceError {
    ReproduceError::Plan(why)
}

/// The beginning of a text that is shown, whatever it is.
fn cut(text: &str) -> String {
    text.chars().take(60).collect()
}

/// Each name once, short, and one that a file may have.
fn names<'a>(what: &str, all: impl Iterator<Item = (&'a String, &'a String)>) -> Result<(), ReproduceError> {
    let mut seen = BTreeSet::new();
    for (name, title) in all {
        let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if name.is_empty() || name.len() > 60 || !name.bytes().all(is_plain) {
            let allowed = "a name has 1 to 60 small letters, digits and dashes";
            return Err(wrong(format!("{what}: `{}` is no name; {allowed}", cut(name))));
        }
        if !seen.insert(name) {
            return Err(wrong(format!("{what}: `{name}` is there twice")));
        }
        text(what, title)?;
    }
    if seen.is_empty() { Err(wrong(format!("{what}: there is none"))) } else { Ok(()) }
}

/// One line that can be shown.
fn text(what: &str, text: &str) -> Result<(), ReproduceError> {
    if text.is_empty() || text.len() > LONGEST || text.chars().any(char::is_control) {
        return Err(wrong(format!("{what}: a title has 1 to {LONGEST} bytes on one line, unlike `{}`", cut(text))));
    }
    Ok(())
}

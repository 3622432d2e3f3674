//! What the runs of an experiment come to: the JSON file that `engram reproduce` writes, and that a page may draw.

use serde::{Deserialize, Serialize};

use super::ReproduceError;
use super::claims::{Cells, ClaimReport, judge};
use super::plan::{Cell, DataSetRow, Named, PaperNumber, Plan, PlannedExperiment};
use super::stored::{Made, Outcome, Runs, Stored, key};
use super::verdict::{Evidence, Verdict, standard_errors};
use crate::analysis::Spread;
use crate::event::Cost;
use crate::spec::{EngineKind, Spec};

/// The version of the format that this build writes and reads.
pub const REPORT_FORMAT: u32 = 1;

/// A table or a figure beside the paper's. Accuracies are in points: percent of the test samples.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Reproduction {
    /// [`REPORT_FORMAT`].
    pub format: u32,
    /// `table2`, for instance.
    pub name: String,
    pub title: String,
    /// Whose numbers ours stand beside.
    pub paper: String,
    /// Version of Engram that wrote this, with its commit.
    pub engram: String,
    /// The command that wrote this.
    pub command: String,
    /// What made the runs, each version and command once; runs that do not say are not in it.
    pub made: Vec<String>,
    /// Seeds that every cell wants.
    pub seeds: Vec<u32>,
    /// Of all its runs together, but for those of a GPU: each of these has the seconds of all that were run beside it.
    pub core_hours: f64,
    /// Runs behind its cells: one that two cells share, being of the same Spec, counts once.
    #[serde(default)]
    pub runs: usize,
    /// Rows and columns, in the order they are shown; of those that have a cell.
    pub datasets: Vec<DataSetRow>,
    pub models: Vec<Named>,
    pub strategies: Vec<Named>,
    pub cells: Vec<CellReport>,
    pub claims: Vec<ClaimReport>,
}

/// One number of a table, or one point of a figure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct CellReport {
    /// `mnist/mrnn-ep/src`; in a figure the percentage follows.
    pub id: String,
    pub dataset: String,
    pub model: String,
    pub strategy: String,
    /// The part of past data that is rehearsed, in percent, in a figure that goes over several.
    pub fraction: Option<f64>,
    /// The command that runs it alone; `null` without a preset.
    pub command: Option<String>,
    /// Whether its data are others than the paper's.
    pub surrogate: bool,
    /// Whether its constants were searched for, where they need to be.
    pub tuned: bool,
    /// Mean over the runs that finished, in points; `null` where none did.
    pub ours: Option<Spread>,
    /// Whether that, and what is forgotten, is task-incremental: the network is told which task a sample is of.
    #[serde(default)]
    pub told: bool,
    /// Forgetting, first − last, in points; `null` where no run says.
    #[serde(default)]
    pub forgetting: Option<Spread>,
    /// What its runs took beside time, on average; `null` where no run says.
    #[serde(default)]
    pub cost: Option<CellCost>,
    pub paper: Option<PaperNumber>,
    /// Ours − the paper's, in points.
    pub difference: Option<f64>,
    /// The same in standard errors of both, √(s_ours²/n + s_paper²/6); `null` where that is not known.
    pub standard_errors: Option<f64>,
    pub verdict: Verdict,
    pub runs: Vec<FinishedRun>,
    pub diverged: Vec<DivergedRun>,
}

/// What the runs of a cell took beside time, on average.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct CellCost {
    /// Runs that say.
    #[serde(default)]
    pub n: usize,
    /// Bytes held while it learns; `null` on a GPU.
    pub held: Option<f64>,
    /// Of those, bytes of weights.
    pub weights: Option<f64>,
    /// Synaptic operations and changes of weights, for a sample that is learnt.
    pub learning: f64,
    /// Synaptic operations for a sample that is answered.
    pub answering: f64,
    /// Spikes of a sample that is answered; `null` of networks that do not spike.
    pub spikes: Option<f64>,
}

/// A run that finished.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct FinishedRun {
    pub seed: u32,
    /// In points.
    pub accuracy: f64,
    /// Of computing; on a GPU, of it and those beside it.
    pub seconds: f64,
    /// `null` where nobody noted it.
    pub engine: Option<EngineKind>,
    /// Version of Engram that ran it, with its commit; `null` where nobody noted it.
    #[serde(default)]
    pub engram: Option<String>,
}

/// A run that diverged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct DivergedRun {
    pub seed: u32,
    /// Where and why, for people.
    pub message: String,
    pub seconds: f64,
}

impl Reproduction {
    /// Of an experiment of `plan`, from all runs that are there, over so many orders; `made` writes it.
    ///
    /// # Errors
    /// Never for a plan that was validated.
    pub fn new(
        plan: &Plan,
        experiment: &PlannedExperiment,
        runs: &Runs,
        orders: u32,
        made: &Made,
    ) -> Result<Reproduction, ReproduceError> {
        let seeds = plan.seeds(orders);
        let mut all = Vec::new();
        let mut makers = std::collections::BTreeSet::new();
        let (mut seconds, mut counted) = (0.0, std::collections::BTreeSet::new());
        for cell in plan.cells() {
            let found = found(cell, runs, &seeds)?;
            if experiment.cells.contains(cell) {
                for run in found.iter().filter(|run| counted.insert(key(&run.spec))) {
                    seconds += if run.engine == Some(EngineKind::Gpu) { 0.0 } else { run.seconds };
                    makers.extend(&run.made);
                }
            }
            all.push(of_cell(plan, cell, &found, &seeds)?);
        }
        let claims = plan.claims.iter().filter(|claim| claim.told_in.contains(&experiment.name));
        let claims = claims.map(|claim| judge(claim, Cells { all: &all, wanted: seeds.len() })).collect();
        all.retain(|cell| experiment.cells.iter().any(|planned| planned.id() == cell.id));
        let has = |name: fn(&CellReport) -> &String, wanted: &String| all.iter().any(|cell| name(cell) == wanted);
        let named = |list: &[Named], name| list.iter().filter(|named| has(name, &named.name)).cloned().collect();
        Ok(Reproduction {
            format: REPORT_FORMAT,
            name: experiment.name.clone(),
            title: experiment.title.clone(),
            paper: plan.paper.clone(),
            engram: made.engram.clone(),
            command: made.command.clone(),
            made: makers.into_iter().map(|made| format!("engram {}: {}", made.engram, made.command)).collect(),
            seeds,
            core_hours: seconds / 3600.0,
            runs: counted.len(),
            datasets: plan.datasets.iter().filter(|row| has(|cell| &cell.dataset, &row.name)).cloned().collect(),
            models: named(&plan.models, |cell| &cell.model),
            strategies: named(&plan.strategies, |cell| &cell.strategy),
            claims,
            cells: all,
        })
    }

    /// Reads a report that was written before.
    ///
    /// # Errors
    /// Where it is none, or of another version of the format.
    pub fn from_json(text: &str) -> Result<Reproduction, ReproduceError> {
        let wrong = |why: String| ReproduceError::Report(why);
        let value: serde_json::Value =
            serde_json::from_str(text).map_err(|e| wrong(format!("it is not JSON ({e})")))?;
        if value.get("format").and_then(serde_json::Value::as_u64) != Some(REPORT_FORMAT.into()) {
            return Err(wrong(format!("it is not of version {REPORT_FORMAT} of the format, which this build reads")));
        }
        serde_path_to_error::deserialize(value).map_err(|e| wrong(format!("{}: {}", e.path(), e.inner())))
    }

    /// The whole report.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("plain data") + "\n"
    }

    /// Cells with this verdict.
    pub fn count(&self, verdict: Verdict) -> usize {
        self.cells.iter().filter(|cell| cell.verdict == verdict).count()
    }
}

/// The runs of a cell that are there, in the seeds' order.
fn found<'a>(cell: &Cell, runs: &'a Runs, seeds: &[u32]) -> Result<Vec<&'a Stored>, ReproduceError> {
    let Some(spec) = cell.spec()? else { return Ok(Vec::new()) };
    Ok(seeds.iter().filter_map(|&seed| runs.of(&Spec { seed, ..spec.clone() })).collect())
}

fn of_cell(plan: &Plan, cell: &Cell, found: &[&Stored], seeds: &[u32]) -> Result<CellReport, ReproduceError> {
    let (mut runs, mut diverged) = (Vec::new(), Vec::new());
    let (mut forgotten, mut costs) = (Vec::new(), Vec::new());
    for run in found {
        let (seed, seconds) = (run.spec.seed, run.seconds);
        match &run.outcome {
            Outcome::Finished { accuracy, forgetting, told, cost } => {
                let engram = run.made.as_ref().map(|made| made.engram.clone());
                let (accuracy, lost) = match told.filter(|_| cell.told) {
                    Some(told) => (told.accuracy, Some(told.forgetting)),
                    None if cell.told => continue,
                    None => (*accuracy, *forgetting),
                };
                runs.push(FinishedRun { seed, accuracy: 100.0 * accuracy, seconds, engine: run.engine, engram });
                forgotten.extend(lost.map(|lost| 100.0 * lost));
                costs.extend(cost.as_deref());
            }
            Outcome::Diverged { message } => diverged.push(DivergedRun { seed, message: message.clone(), seconds }),
        }
    }
    let accuracies: Vec<f64> = runs.iter().map(|run| run.accuracy).collect();
    let ours = (!accuracies.is_empty()).then(|| Spread::of(&accuracies));
    let both = ours.zip(cell.paper);
    let surrogate = plan.row(cell).surrogate;
    let spec = cell.spec()?;
    let evidence = Evidence {
        has_preset: spec.is_some(),
        surrogate,
        sleeps: spec.is_some_and(|spec| spec.strategy.sleeps()),
        wanted: seeds.len(),
        diverged: diverged.len(),
        ours,
        paper: cell.paper,
    };
    Ok(CellReport {
        id: cell.id(),
        dataset: cell.dataset.clone(),
        model: cell.model.clone(),
        strategy: cell.strategy.clone(),
        fraction: cell.fraction,
        command: cell.preset.as_ref().map(|preset| command(preset, cell, seeds)),
        surrogate,
        tuned: cell.tuned,
        ours,
        told: cell.told,
        forgetting: (!forgotten.is_empty()).then(|| Spread::of(&forgotten)),
        cost: CellCost::of(&costs),
        paper: cell.paper,
        difference: both.map(|(ours, paper)| ours.mean - paper.mean),
        standard_errors: both.and_then(|(ours, paper)| standard_errors(&ours, &paper)),
        verdict: Verdict::of(&evidence),
        runs,
        diverged,
    })
}

impl CellCost {
    fn of(costs: &[&Cost]) -> Option<CellCost> {
        let mean = |number: fn(&Cost) -> Option<f64>| -> Option<f64> {
            let numbers: Option<Vec<f64>> = costs.iter().map(|cost| number(cost)).collect();
            numbers.filter(|numbers| !numbers.is_empty()).map(|numbers| Spread::of(&numbers).mean)
        };
        Some(CellCost {
            n: costs.len(),
            held: mean(|cost| cost.held.map(|held| held.total() as f64)),
            weights: mean(|cost| cost.held.map(|held| held.weights as f64)),
            learning: mean(|cost| Some(cost.learning.operations + cost.learning.changes))?,
            answering: mean(|cost| Some(cost.answering.operations))?,
            spikes: mean(|cost| cost.answering.spikes),
        })
    }
}

/// What runs a cell alone.
fn command(preset: &str, cell: &Cell, seeds: &[u32]) -> String {
    let set: String = cell.set.iter().map(|(path, value)| format!(" --set '{path}={}'", plain(value))).collect();
    let seeds = match (seeds.first(), seeds.last()) {
        (Some(first), Some(last)) => format!("{first}..{}", u64::from(*last) + 1),
        _ => String::new(),
    };
    format!("engram run {preset}{set} --seeds {seeds}")
}

fn plain(value: &serde_json::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

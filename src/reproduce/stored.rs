//! Runs that were kept: a line of JSON each, in files that may hold more besides.
//!
//! A kept run is the `finished` line that `engram run` writes, so that its files count too, with who `made` it beside; one
//! that diverged is its `diverged` line with its Spec. All other lines are passed over.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::ReproduceError;
use crate::event::{Cost, Event, Finished};
use crate::spec::{EngineKind, Spec};

/// What made a run.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Made {
    /// Version of Engram, with its commit.
    pub engram: String,
    pub command: String,
}

/// A run that was kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Stored {
    /// With its own seed.
    pub spec: Spec,
    pub outcome: Outcome,
    /// Seconds of computing.
    pub seconds: f64,
    /// `None` where nobody noted it.
    pub engine: Option<EngineKind>,
    pub made: Option<Made>,
    /// The line itself, with its end.
    pub line: String,
}

impl Stored {
    /// Whether it says what it took beside time: runs of older versions do not, nor what they know when told the task.
    fn says_cost(&self) -> bool {
        matches!(self.outcome, Outcome::Finished { cost: Some(_), .. })
    }
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    Finished {
        /// Over all test samples in the end, 0 to 1.
        accuracy: f64,
        /// First − last; `None` in lines that do not say.
        forgetting: Option<f64>,
        /// When the network is told which task a sample is of; `None` where that is no question, or nobody asked it.
        told: Option<Told>,
        cost: Option<Box<Cost>>,
    },
    Diverged {
        /// Where and why, for people.
        message: String,
    },
}

/// What a network knows when it is told the task.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
pub struct Told {
    pub accuracy: f64,
    pub forgetting: f64,
}

/// What identifies a run: its Spec with its seed, whichever engine computes it.
pub(super) fn key(spec: &Spec) -> String {
    serde_json::to_string(&Spec { engine: EngineKind::Auto, ..spec.clone() }).expect("a Spec is plain data")
}

/// Runs by what identifies them.
#[derive(Clone, Debug, Default)]
pub struct Runs(BTreeMap<String, Stored>);

impl Runs {
    /// Takes up runs; of two of the same Spec the first counts, unless only the other says what it took.
    pub fn take(&mut self, runs: Vec<Stored>) {
        for run in runs {
            let known = self.0.entry(key(&run.spec)).or_insert_with(|| run.clone());
            if !known.says_cost() && run.says_cost() {
                *known = run;
            }
        }
    }

    pub fn of(&self, spec: &Spec) -> Option<&Stored> {
        self.0.get(&key(spec))
    }
}

/// The line of a run that finished.
pub fn finished_line(finished: &Finished, made: &Made) -> String {
    #[derive(Serialize)]
    struct Line<'a> {
        event: &'a str,
        #[serde(flatten)]
        finished: &'a Finished,
        made: &'a Made,
    }
    written(&Line { event: "finished", finished, made })
}

/// The line of a run that ended with this event, after so many seconds; `None`: the event is no divergence.
pub fn diverged_line(event: &Event, spec: &Spec, seconds: f64, made: &Made) -> Option<String> {
    #[derive(Serialize)]
    struct Line<'a> {
        #[serde(flatten)]
        event: &'a Event,
        spec: &'a Spec,
        seconds: f64,
        made: &'a Made,
    }
    matches!(event, Event::Diverged { .. }).then(|| written(&Line { event, spec, seconds, made }))
}

fn written(line: &impl Serialize) -> String {
    serde_json::to_string(line).expect("plain data") + "\n"
}

/// The runs that a file holds. A last line without its end that is no JSON was being written when the machine stopped: it is
/// left out, and its run is done again.
///
/// # Errors
/// Where a line is no JSON, or a run that cannot be read, with its number.
pub fn read(text: &str) -> Result<Vec<Stored>, ReproduceError> {
    let mut runs = Vec::new();
    for (number, line) in text.split_inclusive('\n').enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        match run(line) {
            Ok(run) => runs.extend(run),
            Err(_) if !line.ends_with('\n') => break,
            Err(why) => return Err(ReproduceError::Line { line: number + 1, why }),
        }
    }
    Ok(runs)
}

/// Whether this is the whole line of a run.
pub fn is_run(line: &str) -> bool {
    matches!(run(line), Ok(Some(_)))
}

fn run(line: &str) -> Result<Option<Stored>, String> {
    #[derive(Deserialize)]
    struct Fields {
        event: Option<String>,
        spec: Option<Value>,
        accuracy: Option<f64>,
        forgetting: Option<f64>,
        task_incremental: Option<Told>,
        cost: Option<Box<Cost>>,
        name: Option<String>,
        step: Option<u64>,
        layer: Option<String>,
        message: Option<String>,
        seconds: Option<f64>,
        engine: Option<Value>,
        made: Option<Made>,
    }
    let value: Value = serde_json::from_str(line).map_err(|e| format!("is not JSON ({e})"))?;
    let kind = value.get("event").and_then(Value::as_str).unwrap_or_default();
    // `engram run` tells of a divergence without its Spec: nobody can say whose it was.
    if kind != "finished" && !(kind == "diverged" && value.get("spec").is_some()) {
        return Ok(None);
    }
    let fields: Fields = serde_json::from_value(value).map_err(|e| format!("is no run ({e})"))?;
    let spec = Spec::from_value(fields.spec.unwrap_or_default()).map_err(|e| format!("has no Spec of ours: {e}"))?;
    let outcome = match fields.event.as_deref() {
        Some("finished") => {
            let accuracy = fields.accuracy.filter(|accuracy| (0.0..=1.0).contains(accuracy));
            Outcome::Finished {
                accuracy: accuracy.ok_or("has no accuracy from 0 to 1")?,
                forgetting: fields.forgetting,
                told: fields.task_incremental,
                cost: fields.cost,
            }
        }
        _ => Outcome::Diverged {
            message: format!(
                "{}, step {}, {}: {}",
                fields.name.unwrap_or_default(),
                fields.step.unwrap_or_default(),
                fields.layer.unwrap_or_default(),
                fields.message.unwrap_or_default()
            ),
        },
    };
    let seconds = fields.seconds.filter(|seconds| *seconds >= 0.0).ok_or("does not say how many seconds it took")?;
    let engine = fields.engine.as_ref().and_then(|engine| serde_json::from_value(engine["kind"].clone()).ok());
    let line = line.trim_end().to_owned() + "\n";
    Ok(Some(Stored { spec, outcome, seconds, engine, made: fields.made, line }))
}

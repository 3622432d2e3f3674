//! What is written of a study: its result as JSON, and as a table for people.

use std::fmt::Write;

use serde::{Deserialize, Serialize};

use super::spec::{ConnectSpec, Credit};
use super::summary::{NetworkRecord, StudyLine, summary};
use crate::analysis::Spread;
use crate::reproduce::Made;

/// The version of a result's JSON.
pub const RESULT_FORMAT: u32 = 1;

/// A study that is done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StudyResult {
    pub format: u32,
    pub spec: ConnectSpec,
    /// Mean and spread over seeds.
    pub lines: Vec<StudyLine>,
    pub networks: Vec<NetworkRecord>,
    /// Seconds of computing, over all networks.
    pub seconds: f64,
    pub made: Made,
}

impl StudyResult {
    pub fn new(spec: ConnectSpec, networks: Vec<NetworkRecord>, seconds: f64, made: Made) -> StudyResult {
        let lines = summary(&spec, &networks);
        StudyResult { format: RESULT_FORMAT, spec, lines, networks, seconds, made }
    }
}

impl Credit {
    /// What the rule is called.
    pub fn title(self) -> &'static str {
        match self {
            Credit::Bptt => "BPTT",
            Credit::Eprop => "e-prop",
            Credit::EpropSelf => "e-prop with self term",
            Credit::Rflo => "RFLO, random feedback",
        }
    }
}

/// The lines of a study as a Markdown table.
pub fn table(lines: &[StudyLine], spec: &ConnectSpec) -> String {
    let unit = spec.task.timing();
    let mut text = String::from(
        "| rule | flossed | gain | learning rate | mean loss while learning | test loss | right answers, % | largest exponent before, 1/step | after, 1/step | n |\n|---|---|---|---|---|---|---|---|---|---|\n",
    );
    for line in lines {
        let mean: f64 = line.loss.iter().map(|at| at.mean).sum::<f64>() / line.loss.len().max(1) as f64;
        writeln!(
            text,
            "| {} | {} | {} | {} | {mean:.4} | {} | {} | {} | {} | {} |",
            line.rule.title(),
            if line.flossed { "yes" } else { "no" },
            line.gain,
            line.rate,
            with_spread(&line.test_loss, 1.0, 4),
            with_spread(&line.test_accuracy, 100.0, 1),
            with_spread(&line.before, 1.0, 3),
            with_spread(&line.after, 1.0, 3),
            line.test_loss.map_or(0, |spread| spread.n),
        )
        .expect("writing to a String does not fail");
    }
    let (tau, leak) = (spec.network.tau, spec.leak());
    write!(
        text,
        "\nτ = {tau} {}, dt = {} {}: a leak a of {leak:.2}. Mean ± s.d. over seeds.\n",
        unit.unit, unit.dt, unit.unit
    )
    .expect("writing to a String does not fail");
    text
}

/// `0.0123 ± 0.0004`; a dash where nothing is known.
pub fn with_spread(spread: &Option<Spread>, scale: f64, digits: usize) -> String {
    let Some(Spread { mean, sd, .. }) = spread else { return "–".into() };
    let sd = sd.map(|sd| format!(" ± {:.digits$}", scale * sd)).unwrap_or_default();
    format!("{:.digits$}{sd}", scale * mean)
}

//! A search's log: whose it is, then an evaluation a line, as JSON. It is all there is to save, on the command line and in the
//! page alike.

use serde::Serialize;
use serde_json::Value;

use super::{Tried, TuneError, Tuner, Tuning};
use crate::spec::Spec;

/// What is searched: the first line of a log.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Search {
    pub spec: Spec,
    pub tuning: Tuning,
}

/// A line of a log, to be written.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Line<'a> {
    Search(&'a Search),
    Evaluation(&'a Tried),
}

/// What a log holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Log {
    pub search: Search,
    pub evaluations: Vec<Tried>,
}

impl Log {
    /// Reads a log. A last line that was being written when the machine stopped is left out: it is done again.
    ///
    /// # Errors
    /// Where a line is none of a log's, with its number.
    pub fn read(text: &str) -> Result<Log, TuneError> {
        let mut lines = text.split_inclusive('\n').enumerate();
        let Some((_, first)) = lines.next() else { return Err(TuneError::Log("it is empty".into())) };
        let search = search(first)?;
        let mut evaluations = Vec::new();
        for (number, line) in lines.map(|(place, line)| (place + 1, line)) {
            match evaluation(line) {
                Ok(evaluation) => evaluations.push(evaluation),
                Err(_) if !line.ends_with('\n') => break,
                Err(why) => return Err(TuneError::Log(format!("line {number} {why}"))),
            }
        }
        Ok(Log { search, evaluations })
    }

    /// The search where it stood, to go on with.
    ///
    /// # Errors
    /// Where the tuning does not fit the Spec, or the evaluations are of another search.
    pub fn resume(self) -> Result<Tuner, TuneError> {
        let mut tuner = Tuner::new(&self.search.spec, self.search.tuning)?;
        tuner.resume(self.evaluations)?;
        Ok(tuner)
    }
}

impl Search {
    /// A log's first line.
    pub fn line(&self) -> String {
        written(&Line::Search(self))
    }

    /// The whole log, after these evaluations.
    pub fn log(&self, told: &[Tried]) -> String {
        self.line() + &told.iter().map(Tried::line).collect::<String>()
    }
}

impl Tried {
    /// Its line in a log.
    pub fn line(&self) -> String {
        written(&Line::Evaluation(self))
    }
}

fn written(line: &Line) -> String {
    serde_json::to_string(line).expect("plain data") + "\n"
}

/// The first line.
fn search(line: &str) -> Result<Search, TuneError> {
    let log = |why: &str| TuneError::Log(format!("line 1 {why}"));
    let mut value = json(line).map_err(|why| log(&why))?;
    let Some(search) = value.get_mut("search") else { return Err(log("does not say what is searched")) };
    let mut take = |field: &str| search.get_mut(field).map(Value::take).unwrap_or_default();
    let (spec, tuning) = (take("spec"), take("tuning"));
    Ok(Search { spec: Spec::from_value(spec)?, tuning: Tuning::from_value(tuning)? })
}

/// Any other line, or what it does.
fn evaluation(line: &str) -> Result<Tried, String> {
    let mut value = json(line)?;
    if value.get("search").is_some() {
        return Err("begins a second search".into());
    }
    let evaluation = value.get_mut("evaluation").ok_or("holds no evaluation")?.take();
    serde_json::from_value(evaluation).map_err(|e| format!("holds no evaluation: {e}"))
}

fn json(line: &str) -> Result<Value, String> {
    serde_json::from_str(line).map_err(|e| format!("cannot be read from its column {} on", e.column()))
}

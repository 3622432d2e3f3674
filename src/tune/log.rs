//! A search's log: whose it is, then an evaluation a line, as JSON. It is all there is to save, on the command line and in the
//! page alike.

use serde::{Deserialize, Serialize};

use super::{Tried, TuneError, Tuner, Tuning};
use crate::spec::Spec;

/// What is searched: the first line of a log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Search {
    pub spec: Spec,
    pub tuning: Tuning,
}

/// A line of a log.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    Search(Box<Search>),
    Evaluation(Tried),
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
        let Line::Search(search) = parse(first, 1)? else {
            return Err(TuneError::Log("line 1 does not say what is searched".into()));
        };
        let mut evaluations = Vec::new();
        for (number, line) in lines.map(|(place, line)| (place + 1, line)) {
            match parse(line, number) {
                Ok(Line::Evaluation(evaluation)) => evaluations.push(evaluation),
                Ok(Line::Search(_)) => return Err(TuneError::Log(format!("line {number} begins a second search"))),
                Err(_) if !line.ends_with('\n') => break,
                Err(error) => return Err(error),
            }
        }
        Ok(Log { search: *search, evaluations })
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
        written(&Line::Search(Box::new(self.clone())))
    }

    /// The whole log, after these evaluations.
    pub fn log(&self, told: &[Tried]) -> String {
        self.line() + &told.iter().map(Tried::line).collect::<String>()
    }
}

impl Tried {
    /// Its line in a log.
    pub fn line(&self) -> String {
        written(&Line::Evaluation(self.clone()))
    }
}

fn written(line: &Line) -> String {
    serde_json::to_string(line).expect("plain data") + "\n"
}

fn parse(line: &str, number: usize) -> Result<Line, TuneError> {
    serde_json::from_str(line).map_err(|e| {
        let why = e.to_string();
        let why = why.split(" at line ").next().unwrap_or_default();
        TuneError::Log(format!("line {number}, column {}: {why}", e.column()))
    })
}

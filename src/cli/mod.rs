//! The command line: `engram run`, `engram tune`, `engram analyse`, `engram reproduce`, `engram connect`, `engram presets`, `engram data` and
//! `engram bench`.
//!
//! Results go to standard output or a file, everything said to a person goes to standard error. Exit codes: 0 done,
//! 1 a run diverged or something failed, 2 the command line or a Spec is wrong, 130 interrupted.

mod analyse;
mod args;
mod bench;
mod connect;
mod data;
mod folder;
mod output;
mod presets;
mod report;
mod reproduce;
mod reproduce_connect;
mod run;
mod shard;
mod source;
mod studies;
mod study_figures;
mod tune;

use std::io::{self, Write};
use std::process::ExitCode;
use std::thread;

use clap::Parser;

use crate::continual::RunError;
use crate::data::DataError;
use crate::spec::SpecError;
use crate::tune::TuneError;
use args::{Args, Command};

/// Why a command ended early.
#[derive(Debug, thiserror::Error)]
enum Failure {
    /// What was asked for makes no sense.
    #[error("{0}")]
    Usage(String),
    /// It makes sense, but did not work.
    #[error("{0}")]
    Failed(String),
    /// A person stopped it; all that needs saying was said.
    #[error("interrupted")]
    Interrupted,
}

impl Failure {
    fn code(&self) -> u8 {
        match self {
            Failure::Usage(_) => 2,
            Failure::Failed(_) => 1,
            Failure::Interrupted => 130,
        }
    }
}

impl From<SpecError> for Failure {
    fn from(error: SpecError) -> Failure {
        Failure::Usage(error.to_string())
    }
}

impl From<DataError> for Failure {
    fn from(error: DataError) -> Failure {
        match error {
            DataError::UnknownSet { .. }
            | DataError::Spec(_)
            | DataError::WrongSet { .. }
            | DataError::UnknownClass { .. }
            | DataError::EmptyClass { .. }
            | DataError::SubsetTooLarge { .. } => Failure::Usage(error.to_string()),
            _ => Failure::Failed(error.to_string()),
        }
    }
}

impl From<RunError> for Failure {
    fn from(error: RunError) -> Failure {
        match error {
            RunError::Spec(error) => error.into(),
            RunError::Data(error) => error.into(),
            error => Failure::Failed(error.to_string()),
        }
    }
}

impl From<TuneError> for Failure {
    fn from(error: TuneError) -> Failure {
        match error {
            TuneError::Spec(error) => error.into(),
            TuneError::Tuning(_) => Failure::Usage(error.to_string()),
            TuneError::Log(_) => Failure::Failed(error.to_string()),
        }
    }
}

/// Reads the command line and does what it says.
pub fn main() -> ExitCode {
    let done = match Args::parse().command {
        Command::Run(args) => run::run(args),
        Command::Tune(args) => tune::tune(&args),
        Command::Analyse(args) => analyse::analyse(&args),
        Command::Reproduce(args) => reproduce::reproduce(&args),
        Command::Connect(args) => connect::connect(&args),
        Command::Presets(args) => presets::presets(&args),
        Command::Data(args) => data::data(&args.command),
        Command::Bench(args) => bench::run(&args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if !matches!(failure, Failure::Interrupted) {
                eprintln!("error: {failure}");
            }
            ExitCode::from(failure.code())
        }
    }
}

/// How many runs the CPU does side by side, unless somebody says.
fn cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// Writes to standard output. A reader who has seen enough (`engram presets | head`) is no failure.
fn print(text: &str) -> Result<(), Failure> {
    match io::stdout().lock().write_all(text.as_bytes()) {
        Err(e) if e.kind() != io::ErrorKind::BrokenPipe => Err(Failure::Failed(format!("standard output: {e}"))),
        _ => Ok(()),
    }
}

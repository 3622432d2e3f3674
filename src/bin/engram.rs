//! The command line `engram`: see [`engram::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    engram::cli::main()
}

//! Tells the command line which commit it was built from, so that what it writes says what made it. The page tells its version alone,
//! and is the same whichever commit has its sources.

use std::env;
use std::path::Path;
use std::process::Command;

/// What decides what a run computes.
const SOURCES: [&str; 5] = ["src", "shaders", "presets", "Cargo.toml", "Cargo.lock"];

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if env::var_os("CARGO_FEATURE_CLI").is_none() {
        return;
    }
    // Every commit and checkout adds a line to this log.
    let log = git(&["rev-parse", "--git-path", "logs/HEAD"]).filter(|log| Path::new(log).exists());
    for path in SOURCES.into_iter().chain(log.as_deref()) {
        println!("cargo::rerun-if-changed={path}");
    }
    let version = env!("CARGO_PKG_VERSION");
    println!(
        "cargo::rustc-env=ENGRAM_VERSION={version}{}",
        commit().map(|hash| format!(" ({hash})")).unwrap_or_default()
    );
}

/// `9ca35d9`; with a `+` where the sources differ from it; `None` outside a repository, or without Git.
fn commit() -> Option<String> {
    // Not that of a repository around ours.
    git(&["rev-parse", "--show-prefix"]).filter(String::is_empty)?;
    let hash = git(&["rev-parse", "--short=7", "HEAD"])?;
    let changes = git(&[&["status", "--porcelain", "--"], &SOURCES[..]].concat())?;
    Some(hash + if changes.is_empty() { "" } else { "+" })
}

fn git(args: &[&str]) -> Option<String> {
    let output = Command::new("git").args(args).output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8(output.stdout).ok()?.trim().to_owned())
}

//! `engram connect`: a study of the Connect lab, its networks side by side on the machine's cores.

use std::fs;
use std::io::{self, IsTerminal};
use std::path::Path;
use std::sync::Mutex;

use serde_json::Value;

use super::args::ConnectArgs;
use super::report::Screen;
use super::reproduce::made;
use super::run::stop_on_interrupt;
use super::studies::{Errand, Share, shares, work};
use super::{Failure, cores, print};
use crate::connect::report::{StudyResult, table};
use crate::connect::spec::ConnectSpec;
use crate::data::cache;
use crate::spec::{self, Described, SpecError, from_hash, named};

/// The largest file that a Spec is read from, in bytes.
const LIMIT: u64 = 1 << 28;

pub fn connect(args: &ConnectArgs) -> Result<(), Failure> {
    let spec = study(&args.source)?;
    let fields: Vec<(&str, &str)> = args.set.iter().map(|(path, value)| (path.as_str(), value.as_str())).collect();
    let spec = spec::set(&spec, &fields)?;
    let stop = stop_on_interrupt()?;
    let count = shares(&spec);
    let errands: Vec<Errand> =
        (0..count).map(|share| Errand { name: &args.source, spec: &spec, share, shares: count }).collect();
    let made = made();
    let done: Mutex<Vec<Share>> = Mutex::default();
    let screen = Screen::new(errands.len(), args.quiet);
    work(&errands, args.threads.map_or(cores(), usize::from), &made, &screen, &stop, |share| {
        done.lock().expect("a list does not panic").push(share);
        Ok(())
    })?;
    let mut done = done.into_inner().expect("all threads are done");
    if done.len() < errands.len() {
        eprintln!("stopped: {} of {} parts of the study were done; nothing is kept", done.len(), errands.len());
        return Err(Failure::Interrupted);
    }
    done.sort_by_key(|share| share.share);
    let seconds = done.iter().map(|share| share.seconds).sum();
    let networks = done.into_iter().flat_map(|share| share.networks).collect();
    let result = StudyResult::new(spec, networks, seconds, made);
    screen.say(&table(&result.lines, &result.spec));
    let json = serde_json::to_string(&result).expect("plain data") + "\n";
    match &args.out {
        Some(file) => Ok(cache::write(file, json.as_bytes())?),
        None if io::stdout().is_terminal() => Ok(()),
        None => print(&json),
    }
}

/// The study that a person named.
fn study(source: &str) -> Result<ConnectSpec, Failure> {
    let hash = source.rsplit_once('#').map_or(source, |(_, hash)| hash);
    if hash.starts_with("v=") {
        return Ok(from_hash(hash)?);
    }
    let known = match named::<ConnectSpec>(source) {
        Ok(spec) => return Ok(spec.clone()),
        Err(SpecError::NoSuchPreset { known, .. }) => known,
        Err(error) => return Err(error.into()),
    };
    let path = Path::new(source);
    if !path.is_file() {
        let why = format!("there is neither a study nor a file `{source}`; the studies are {known}");
        return Err(Failure::Usage(why));
    }
    read(path).map_err(|why| Failure::Usage(format!("{source}: {why}")))
}

/// The Spec that a file is, or that the result in it is of.
fn read(path: &Path) -> Result<ConnectSpec, String> {
    let bytes = fs::metadata(path).map_err(|e| e.to_string())?.len();
    if bytes > LIMIT {
        return Err(format!("has {bytes} bytes, more than a study's result can have"));
    }
    let text = fs::read_to_string(path).map_err(|e| e.to_string())?;
    let value: Value = serde_json::from_str(&text).map_err(|e| format!("is not JSON ({e})"))?;
    let spec = value.get("spec").cloned().unwrap_or(value);
    ConnectSpec::from_value(spec).map_err(|e| e.to_string())
}

//! `engram connect`: a study of the Connect lab, its networks side by side on the machine's cores.

use std::fs;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use serde_json::Value;

use super::args::ConnectArgs;
use super::report::Screen;
use super::reproduce::{arguments, command_line, made};
use super::run::stop_on_interrupt;
use super::studies::{Errand, Known, append, errands, work};
use super::{Failure, cores, folder, print};
use crate::connect::report::table;
use crate::connect::spec::ConnectSpec;
use crate::data::cache;
use crate::spec::{self, Described, SpecError, from_hash, named};

/// The largest file that a Spec is read from, in bytes.
const LIMIT: u64 = 1 << 28;

pub fn connect(args: &ConnectArgs) -> Result<(), Failure> {
    let spec = study(&args.source)?;
    let fields: Vec<(&str, &str)> = args.set.iter().map(|(path, value)| (path.as_str(), value.as_str())).collect();
    let spec = spec::set(&spec, &fields)?;
    let parts = args.out.as_deref().map(parts_of);
    let known = match &parts {
        Some(parts) if parts.is_file() => Known::read(std::slice::from_ref(parts))?,
        _ => Known::default(),
    };
    if !known.is_empty() && !args.resume {
        let parts = parts.unwrap_or_default();
        let why = format!("{} holds parts of a study already: --resume goes on, --out names another", parts.display());
        return Err(Failure::Usage(why));
    }
    let stop = stop_on_interrupt()?;
    let all = errands([(&*args.source, &spec)].into_iter());
    let left: Vec<Errand> = all.iter().filter_map(|errand| known.rest(errand)).collect();
    let file = parts.as_deref().map(folder::open).transpose()?.map(Mutex::new);
    let made = made();
    let known = Mutex::new(known);
    let screen = Screen::new(left.len(), args.quiet);
    work(&left, args.threads.map_or(cores(), usize::from), &made, &screen, &stop, |share| {
        file.as_ref().map_or(Ok(()), |file| append(file, &share))?;
        known.lock().expect("a table does not panic").add(share);
        Ok(())
    })?;
    let known = known.into_inner().expect("all threads are done");
    let (result, is_whole) = known.result(&spec);
    screen.say(&table(&result.lines, &result.spec));
    let json = serde_json::to_string(&result).expect("plain data") + "\n";
    match &args.out {
        Some(_) if !is_whole => {}
        Some(file) => cache::write(file, json.as_bytes())?,
        None if io::stdout().is_terminal() => {}
        None => print(&json)?,
    }
    if is_whole {
        // The result has all that its parts have.
        return parts.filter(|parts| parts.is_file()).map_or(Ok(()), |parts| {
            fs::remove_file(&parts).map_err(|e| Failure::Failed(format!("{}: {e}", parts.display())))
        });
    }
    let (there, all) = (result.networks.len(), spec.replicas());
    let again = match (&args.out, args.resume) {
        (None, _) => "; with --out they are kept, to go on with".into(),
        (Some(_), true) => format!("; go on with: {}", command_line(arguments())),
        (Some(_), false) => format!("; go on with: {} --resume", command_line(arguments())),
    };
    eprintln!("stopped: {there} of {all} networks are trained{again}");
    Err(Failure::Interrupted)
}

/// Where what is done of a study is kept until all of it is.
fn parts_of(out: &Path) -> PathBuf {
    let mut name = out.file_name().unwrap_or_default().to_owned();
    name.push(".parts.jsonl");
    out.with_file_name(name)
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

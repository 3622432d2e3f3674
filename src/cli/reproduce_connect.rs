//! `engram reproduce connect`: the studies behind the figures of Liu, Zhang & Liu (2024), as figures, tables and what agrees.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::Mutex;

use super::args::ReproduceArgs;
use super::report::Screen;
use super::reproduce::{arguments, command_line, made};
use super::run::stop_on_interrupt;
use super::studies::{Errand, Share, shares, work};
use super::{Failure, cores, folder, shard};
use crate::connect::report::StudyResult;
use crate::connect::spec::{ConnectPreset, presets};

/// What it is called on the command line.
pub const NAME: &str = "connect";

pub fn reproduce(args: &ReproduceArgs) -> Result<(), Failure> {
    if !(args.dataset.is_empty() && args.model.is_empty() && args.strategy.is_empty()) {
        let why = "the studies of the Connect lab have no data sets, models and strategies to choose from";
        return Err(Failure::Usage(why.into()));
    }
    let studies: Vec<&ConnectPreset> = presets().iter().filter(|preset| !preset.figures.is_empty()).collect();
    let done = kept(&args.dir)?;
    if !done.is_empty() && !args.resume {
        let why = format!(
            "{} holds parts of studies already: --resume goes on, --dir names another folder",
            args.dir.display()
        );
        return Err(Failure::Usage(why));
    }
    let asked = shard::Asked { shard: args.shard, of: args.shards };
    let shard = shard::shard(&asked, |name| env::var(name).ok()).map_err(Failure::Usage)?;
    let mut errands: Vec<Errand> = studies.iter().flat_map(|study| errands(study)).collect();
    let mut file = format!("{NAME}-runs.jsonl");
    if let Some(shard) = shard {
        errands = shard.share(errands);
        file = format!("{NAME}-runs-{}-of-{}.jsonl", shard.index, shard.of);
    }
    errands.retain(|errand| share_of(&done, errand).is_none());
    let stop = stop_on_interrupt()?;
    if !errands.is_empty() {
        let file = Mutex::new(folder::open(&args.dir.join(file))?);
        let screen = Screen::new(errands.len(), args.quiet);
        let threads = args.threads.map_or(cores(), usize::from);
        work(&errands, threads, &made(), &screen, &stop, |share| {
            let line = serde_json::to_string(&share).expect("plain data") + "\n";
            let mut file = file.lock().expect("a writer does not panic");
            let written = file.write_all(line.as_bytes()).and_then(|()| file.flush());
            written.map_err(|e| Failure::Failed(format!("the runs cannot be written any more ({e})")))
        })?;
    }
    let done = kept(&args.dir)?;
    let left = errands.iter().filter(|errand| share_of(&done, errand).is_none()).count();
    if shard.is_none() {
        write(&studies, &done, args)?;
    }
    if left > 0 {
        let again = if args.resume { "" } else { " --resume" };
        eprintln!("stopped; {left} parts are left; go on with: {}{again}", command_line(arguments()));
        return Err(Failure::Interrupted);
    }
    Ok(())
}

fn errands(study: &ConnectPreset) -> impl Iterator<Item = Errand<'_>> {
    let count = shares(&study.spec);
    (0..count).map(move |share| Errand { name: &study.name, spec: &study.spec, share, shares: count })
}

/// The parts of studies that the folder's files `*.jsonl` hold; other lines are passed over, as is a last one that was cut off.
fn kept(dir: &Path) -> Result<Vec<Share>, Failure> {
    let mut kept = Vec::new();
    for file in folder::files(dir)? {
        let of_file = |why: String| Failure::Failed(format!("{}: {why}", file.display()));
        let text = fs::read_to_string(&file).map_err(|e| of_file(e.to_string()))?;
        for (number, line) in text.lines().enumerate().filter(|(_, line)| line.contains("\"event\":\"study\"")) {
            match serde_json::from_str(line) {
                Ok(share) => kept.push(share),
                Err(_) if !text.ends_with('\n') && number + 1 == text.lines().count() => {}
                Err(e) => return Err(of_file(format!("line {} is no part of a study ({e})", number + 1))),
            }
        }
    }
    Ok(kept)
}

fn share_of<'a>(done: &'a [Share], errand: &Errand) -> Option<&'a Share> {
    done.iter().find(|done| (done.share, done.shares) == (errand.share, errand.shares) && done.spec == *errand.spec)
}

/// Writes what there is of all studies.
fn write(studies: &[&ConnectPreset], done: &[Share], args: &ReproduceArgs) -> Result<(), Failure> {
    let mut results: BTreeMap<&str, StudyResult> = BTreeMap::new();
    for study in studies {
        let shares: Option<Vec<&Share>> = errands(study).map(|errand| share_of(done, &errand)).collect();
        let Some(shares) = shares else { continue };
        let networks = shares.iter().flat_map(|share| share.networks.clone()).collect();
        let seconds = shares.iter().map(|share| share.seconds).sum();
        let made = shares[0].made.clone();
        results.insert(&study.name, StudyResult::new(study.spec.clone(), networks, seconds, made));
    }
    let _ = (&results, args);
    Ok(())
}

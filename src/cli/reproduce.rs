//! `engram reproduce`: the runs of a paper's tables, side by side on the machine's cores or spread over a cluster, and our numbers
//! beside the paper's.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};
use std::{env, iter, thread};

use pollster::block_on;

use super::args::{MergeArgs, ReproduceArgs, ReproduceCommand};
use super::report::{self, Screen};
use super::run::stop_on_interrupt;
use super::{Failure, cores, folder, print, reproduce_connect, shard};
use crate::continual::engine::on_cpu;
use crate::continual::{Run, RunError};
use crate::data::{DataSet, cache, catalogue};
use crate::event::Event;
use crate::reproduce::{
    Errand, Filter, Made, Plan, PlannedExperiment, ReproduceError, Reproduction, Runs, diverged_line, finished_line,
    queue,
};

impl From<ReproduceError> for Failure {
    fn from(error: ReproduceError) -> Failure {
        match error {
            ReproduceError::Line { .. } | ReproduceError::Report(_) => Failure::Failed(error.to_string()),
            _ => Failure::Usage(error.to_string()),
        }
    }
}

pub fn reproduce(args: &ReproduceArgs) -> Result<(), Failure> {
    if let Some(ReproduceCommand::Merge(merge_args)) = &args.command {
        return merge(merge_args);
    }
    let what = args.what.as_deref().unwrap_or_default();
    if what == reproduce_connect::NAME {
        return reproduce_connect::reproduce(args);
    }
    let (plan, names, title) = planned(what)?;
    let experiments: Vec<&PlannedExperiment> =
        plan.experiments.iter().filter(|experiment| names.contains(&experiment.name)).collect();
    let filter =
        Filter { datasets: args.dataset.clone(), models: args.model.clone(), strategies: args.strategy.clone() };
    let mut errands = queue(&plan, &experiments, &filter, args.orders)?;
    let asked = shard::Asked { shard: args.shard, of: args.shards };
    let shard = shard::shard(&asked, |name| env::var(name).ok()).map_err(Failure::Usage)?;
    let mut file = format!("{title}-runs.jsonl");
    if let Some(shard) = shard {
        errands = shard.share(errands);
        file = format!("{title}-runs-{}-of-{}.jsonl", shard.index, shard.of);
    }
    let all = errands.len();
    if all == 0 && shard.is_none() {
        return Err(Failure::Failed(format!(
            "{what}: none of these cells has a preset yet, so that nothing can be run"
        )));
    }
    let todo = still_to_do(errands, args, &title)?;
    let sets = load(&todo, &args.dataset)?;
    let absent = todo.iter().filter(|errand| !sets.contains_key(&errand.spec.data.name)).count();
    let todo: Vec<Errand> = todo.into_iter().filter(|errand| sets.contains_key(&errand.spec.data.name)).collect();
    let made = made();
    let stop = stop_on_interrupt()?;
    if !todo.is_empty() {
        let file = Mutex::new(folder::open(&args.dir.join(file))?);
        let screen = Screen::new(todo.len(), args.quiet);
        let (next, failure) = (AtomicUsize::new(0), OnceLock::new());
        let crew = Crew { errands: &todo, sets: &sets, stop: &stop, made: &made, file, screen, next, failure };
        crew.work(args.threads.map_or(cores(), usize::from))?;
    }
    let runs = folder::runs(&args.dir)?;
    let left = todo.iter().filter(|errand| runs.of(&errand.spec).is_none()).count();
    if !args.quiet {
        print(&format!("{} of {all} runs are in {}\n", all - left - absent, args.dir.display()))?;
    }
    if shard.is_none() {
        write(&plan, &experiments, &runs, args.orders, &made, &args.dir, args.quiet)?;
    } else if !args.quiet {
        let of_plan = if is_built_in(&plan, what) { String::new() } else { format!(" --plan {}", word(what)) };
        let orders = if args.orders == 6 { String::new() } else { format!(" --orders {}", args.orders) };
        let merge = format!("engram reproduce merge {}{of_plan}{orders}", word(&args.dir.display().to_string()));
        print(&format!("once all shards are done: {merge}\n"))?;
    }
    if left > 0 {
        let again = if args.resume { "" } else { " --resume" };
        eprintln!("stopped; {left} runs are left; go on with: {}{again}", command_line(arguments()));
        return Err(Failure::Interrupted);
    }
    Ok(())
}

/// The plan that `what` names, which of its experiments, and what the file of runs is called.
fn planned(what: &str) -> Result<(Plan, Vec<String>, String), Failure> {
    let mut built_in = Vec::from(Plan::built_in()?);
    if let Some(place) = built_in.iter().position(|plan| is_built_in(plan, what)) {
        return Ok((built_in.swap_remove(place), vec![what.to_owned()], what.to_owned()));
    }
    let path = Path::new(what);
    if !path.is_file() {
        let names = built_in.iter().flat_map(|plan| &plan.experiments).map(|experiment| &*experiment.name);
        let known = names.collect::<Vec<_>>().join(", ");
        let why =
            format!("there is neither a table nor a file `{what}`; there are {known}, connect, or a plan of your own");
        return Err(Failure::Usage(why));
    }
    let plan = own(path)?;
    let names = plan.experiments.iter().map(|experiment| experiment.name.clone()).collect();
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    Ok((plan, names, stem.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect()))
}

fn is_built_in(plan: &Plan, what: &str) -> bool {
    plan.experiments.iter().any(|experiment| experiment.name == what)
}

/// A person's own plan.
fn own(path: &Path) -> Result<Plan, Failure> {
    let of_file = |why: String| Failure::Usage(format!("{}: {why}", path.display()));
    let bytes = fs::metadata(path).map_err(|e| of_file(e.to_string()))?.len();
    if bytes > 16 << 20 {
        return Err(of_file(format!("has {bytes} bytes, more than a plan can have")));
    }
    let text = fs::read_to_string(path).map_err(|e| of_file(e.to_string()))?;
    Plan::from_json(&text).map_err(|e| of_file(e.to_string()))
}

/// What makes the runs and the tables: this build, by what was asked of it. Where and how fast is nobody's matter.
pub(super) fn made() -> Made {
    Made { engram: env!("ENGRAM_VERSION").into(), command: command_line(without_place(arguments())) }
}

/// Of this process; what is no text is told as near as it goes.
pub(super) fn arguments() -> impl Iterator<Item = String> {
    env::args_os().skip(1).map(|argument| argument.to_string_lossy().into_owned())
}

pub(super) fn command_line(arguments: impl Iterator<Item = String>) -> String {
    arguments.fold("engram".into(), |line, argument| format!("{line} {}", word(&argument)))
}

/// Without the options that decide nothing of what is computed.
fn without_place(mut arguments: impl Iterator<Item = String>) -> impl Iterator<Item = String> {
    iter::from_fn(move || {
        loop {
            let argument = arguments.next()?;
            match &*argument {
                "--dir" | "--threads" => drop(arguments.next()),
                "--resume" | "--quiet" | "-q" => {}
                other if other.starts_with("--dir=") || other.starts_with("--threads=") => {}
                _ => return Some(argument),
            }
        }
    })
}

/// As a shell takes it.
fn word(argument: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./=,:+@%".contains(c);
    let is_plain = !argument.is_empty() && argument.chars().all(is_plain);
    if is_plain { argument.into() } else { format!("'{}'", argument.replace('\'', "'\\''")) }
}

/// Those that are not in the folder. What was begun is gone on with only where a person says so; runs that another table left
/// there count as they are.
fn still_to_do(errands: Vec<Errand>, args: &ReproduceArgs, title: &str) -> Result<Vec<Errand>, Failure> {
    let begun = folder::runs_of(&args.dir, &format!("{title}-runs"))?;
    let done = errands.iter().filter(|errand| begun.of(&errand.spec).is_some()).count();
    if done > 0 && !args.resume {
        let why = format!(
            "{} holds {done} of these {} runs already: --resume goes on with the others, --dir names another folder",
            args.dir.display(),
            errands.len()
        );
        return Err(Failure::Usage(why));
    }
    let runs = folder::runs(&args.dir)?;
    Ok(errands.into_iter().filter(|errand| runs.of(&errand.spec).is_none()).collect())
}

/// The data sets that are needed, each loaded once. One that is not here is left out, unless it was asked for by name, or it is all
/// there is to do.
fn load(errands: &[Errand], asked: &[String]) -> Result<BTreeMap<String, DataSet>, Failure> {
    let mut sets = BTreeMap::new();
    let mut missing: BTreeMap<&str, Failure> = BTreeMap::new();
    for name in errands.iter().map(|errand| &errand.spec.data.name) {
        if sets.contains_key(name) || missing.contains_key(&**name) {
            continue;
        }
        if cache::is_complete(catalogue::info(name)?) || asked.contains(name) {
            sets.insert(name.clone(), cache::load(name)?);
        } else if let Err(why) = cache::load(name) {
            missing.insert(name, why.into());
        }
    }
    if sets.is_empty()
        && let Some((_, why)) = missing.pop_first()
    {
        return Err(why);
    }
    for (name, why) in missing {
        eprintln!("the cells of {name} are left out: {why}");
    }
    Ok(sets)
}

/// What all runs share.
struct Crew<'a> {
    errands: &'a [Errand],
    sets: &'a BTreeMap<String, DataSet>,
    stop: &'a AtomicBool,
    made: &'a Made,
    file: Mutex<File>,
    screen: Screen,
    next: AtomicUsize,
    failure: OnceLock<Failure>,
}

impl Crew<'_> {
    /// Does all runs, so many at a time, until somebody stops it or one cannot be done.
    fn work(self, threads: usize) -> Result<(), Failure> {
        thread::scope(|scope| {
            for _ in 0..threads.min(self.errands.len()) {
                scope.spawn(|| {
                    while let Some((place, errand)) = self.take() {
                        if let Err(failure) = self.run(place, errand) {
                            self.failure.get_or_init(|| failure);
                        }
                    }
                });
            }
        });
        self.screen.end(&[]);
        self.failure.into_inner().map_or(Ok(()), Err)
    }

    fn is_over(&self) -> bool {
        self.stop.load(Ordering::Relaxed) || self.failure.get().is_some()
    }

    fn take(&self) -> Option<(usize, &Errand)> {
        let place = self.next.fetch_add(1, Ordering::Relaxed);
        (!self.is_over()).then_some(place).zip(self.errands.get(place))
    }

    /// Does a run, and keeps what it gave; nothing of one that is stopped.
    fn run(&self, place: usize, errand: &Errand) -> Result<(), Failure> {
        let Errand { cell, spec } = errand;
        let set = &self.sets[&spec.data.name];
        let specs = std::slice::from_ref(spec);
        let (choice, used) = on_cpu("runs side by side fill its cores".into(), Vec::new());
        let mut run = block_on(Run::on(choice, used, specs, set))?;
        let mut seconds = 0.0;
        while let Some(event) = block_on(run.next()).map_err(RunError::from)? {
            if self.is_over() {
                return Ok(());
            }
            self.screen.progress(&event, place, specs);
            match &event {
                Event::Progress { seconds: so_far, .. } => seconds = *so_far,
                Event::Finished(finished) => {
                    folder::append(&self.file, &finished_line(finished, self.made))?;
                    self.screen.say(&format!("{cell}: {}", report::summary(finished)));
                }
                Event::Diverged { name, message, .. } => {
                    if let Some(line) = diverged_line(&event, spec, seconds, self.made) {
                        folder::append(&self.file, &line)?;
                    }
                    self.screen.alert(&format!("{cell}: seed {} diverged in {name}: {message}", spec.seed));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// Joins folders of runs, and writes their tables.
fn merge(args: &MergeArgs) -> Result<(), Failure> {
    let plans = match &args.plan {
        Some(path) => vec![own(path)?],
        None => Plan::built_in()?.into(),
    };
    if let Some(gone) = args.folders.iter().find(|folder| !folder.is_dir()) {
        return Err(Failure::Usage(format!("there is no folder {}", gone.display())));
    }
    let (dir, others) = match (&args.dir, &args.folders[..]) {
        (Some(dir), folders) => (dir.clone(), folders),
        (None, [one]) => (one.clone(), &[][..]),
        (None, folders) => (PathBuf::from("reproduced"), folders),
    };
    let mut errands = Vec::new();
    for plan in &plans {
        let everything: Vec<&PlannedExperiment> = plan.experiments.iter().collect();
        errands.extend(queue(plan, &everything, &Filter::default(), args.orders)?);
    }
    let mut runs = folder::runs(&dir)?;
    let mut lines = String::new();
    for folder in others.iter().filter(|folder| **folder != dir) {
        let theirs = folder::runs(folder)?;
        let new = errands.iter().filter(|errand| runs.of(&errand.spec).is_none());
        let new: Vec<_> = new.filter_map(|errand| theirs.of(&errand.spec).cloned()).collect();
        lines.extend(new.iter().map(|run| &*run.line));
        runs.take(new);
    }
    if !lines.is_empty() {
        let mut file = folder::open(&dir.join("merged-runs.jsonl"))?;
        file.write_all(lines.as_bytes()).map_err(|e| Failure::Failed(format!("{}: {e}", dir.display())))?;
    }
    let mut none = true;
    for plan in &plans {
        for experiment in &plan.experiments {
            let errands = queue(plan, &[experiment], &Filter::default(), args.orders)?;
            if errands.iter().any(|errand| runs.of(&errand.spec).is_some()) {
                write(plan, &[experiment], &runs, args.orders, &made(), &dir, args.quiet)?;
                none = false;
            }
        }
    }
    if args.plan.is_none() {
        none &= !reproduce_connect::merge(&dir, others, args.quiet)?;
    }
    if none {
        return Err(Failure::Failed("there is no run of the plan's in these folders".into()));
    }
    Ok(())
}

/// Writes each experiment's table as Markdown, CSV and JSON.
fn write(
    plan: &Plan,
    experiments: &[&PlannedExperiment],
    runs: &Runs,
    orders: u32,
    made: &Made,
    dir: &Path,
    quiet: bool,
) -> Result<(), Failure> {
    for experiment in experiments {
        let report = Reproduction::new(plan, experiment, runs, orders, made)?;
        for (kind, text) in [("md", report.to_markdown()), ("csv", report.to_csv()), ("json", report.to_json())] {
            cache::write(&dir.join(format!("{}.{kind}", report.name)), text.as_bytes())?;
        }
        if !quiet {
            let file = dir.join(format!("{}.md", report.name));
            print(&format!("{}: {}; in {}, .csv and .json\n", report.name, report.summary(), file.display()))?;
        }
    }
    Ok(())
}

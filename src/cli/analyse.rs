//! `engram analyse`: runs a Spec for several seeds and writes what an analysis makes of them.

use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use pollster::block_on;
use serde_json::{Value, json};

use super::args::{AnalyseArgs, Analysis};
use super::{Failure, cores, print, source};
use crate::continual::{Experiment, RunError};
use crate::data::{DataSet, cache};
use crate::event::Event;
use crate::kernels::cpu::Cpu;
use crate::spec::{Order, Spec};
use crate::study::{Record, Witness, confusions, correlations, heat_maps, importances, weights};

pub fn analyse(args: &AnalyseArgs) -> Result<(), Failure> {
    let (mut spec, _) = source::spec_with(&args.source, &args.set, None)?;
    if args.kind == Analysis::Importance {
        two_tasks(&mut spec)?;
    }
    let needs_sleep = !matches!(args.kind, Analysis::HeatMap);
    if needs_sleep && !spec.strategy.sleeps() {
        let why = format!("{}: this analysis is of a sleep, and its strategy has none", args.source);
        return Err(Failure::Usage(why));
    }
    let set = cache::load(&spec.data.name)?;
    let seeds = args.seeds.as_ref().map_or(vec![spec.seed], |seeds| seeds.0.clone());
    let records = records(args.kind, &spec, &seeds, &set, args.threads.map_or(cores(), usize::from))?;
    let (what, result) = of(args.kind, &records, &set);
    let whole = json!({ "engram": env!("ENGRAM_VERSION"), "what": what, "spec": spec, "seeds": seeds, "classes": set.classes, "result": result });
    write(args.out.as_deref(), &whole)
}

/// The first two tasks, as they are listed.
fn two_tasks(spec: &mut Spec) -> Result<(), Failure> {
    if spec.tasks.len() < 2 {
        return Err(Failure::Usage("the importance of synapses is compared over two tasks, and there is one".into()));
    }
    spec.tasks.classes.truncate(2);
    spec.tasks.permutations = spec.tasks.permutations.min(2);
    spec.tasks.order = Order::Listed;
    Ok(())
}

fn write(out: Option<&Path>, value: &Value) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value).expect("plain data") + "\n";
    match out {
        Some(file) => Ok(cache::write(file, text.as_bytes())?),
        None => print(&text),
    }
}

/// Runs all seeds, so many at a time; their records in the seeds' order.
fn records(kind: Analysis, spec: &Spec, seeds: &[u32], set: &DataSet, threads: usize) -> Result<Vec<Record>, Failure> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..threads.min(seeds.len()) {
            scope.spawn(|| {
                while let Some(&seed) = seeds.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let record = block_on(record(kind, &Spec { seed, ..spec.clone() }, set));
                    done.lock().expect("pushing does not panic").push((seed, record));
                }
            });
        }
    });
    let mut done = done.into_inner().expect("pushing does not panic");
    done.sort_by_key(|(seed, _)| seeds.iter().position(|other| other == seed));
    done.into_iter().map(|(_, record)| record).collect()
}

async fn record(kind: Analysis, spec: &Spec, set: &DataSet) -> Result<Record, Failure> {
    let mut run = Experiment::new(Cpu, spec.clone(), &[spec.seed], set)?;
    let mut witness = Witness::default();
    if matches!(kind, Analysis::Replay | Analysis::Dreams) {
        run.watch_closely();
    }
    while let Some(event) = run.next().await.map_err(RunError::from)? {
        witness.hear(&event, run.raster(), run.measured().first());
        if let Event::Diverged { name, message, .. } = event {
            return Err(Failure::Failed(format!("seed {} diverged in {name}: {message}", spec.seed)));
        }
    }
    witness.into_record().ok_or_else(|| Failure::Failed(format!("seed {} did not finish", spec.seed)))
}

/// In words what it is, and the result.
fn of(kind: Analysis, records: &[Record], set: &DataSet) -> (&'static str, Value) {
    match kind {
        Analysis::HeatMap => (
            "accuracy, 0 to 1, by phase (row) and task (column) in the order each run learnt them",
            json!(heat_maps(records)),
        ),
        Analysis::Confusion => (
            "the part of a class's test samples (row) that got each answer (column) before and after the last sleep, classes \
              in the order each run learnt them",
            json!(confusions(records)),
        ),
        Analysis::Correlation => (
            "Pearson's correlation of mean hidden activity between classes, in the order each run learnt them, before and \
              after the last sleep; its distance from the identity is the root mean square off the diagonal",
            json!(correlations(records)),
        ),
        Analysis::Weights => (
            "change of each weight matrix, from the input to the output, across the last sleep: its mean over weights, and \
              each run's histogram in equal bins from min to max",
            json!(weights(records)),
        ),
        Analysis::Importance => (
            "of each class of two tasks: its accuracy, and the cosine between its synapses' importance (mean hidden activity \
              times the weights to the output) after two phases",
            json!(importances(records, &set.classes)),
        ),
        Analysis::Replay => (
            "for each slice of each sleep, a run: sleep steps whose hidden spikes stand for each class",
            records.iter().map(|record| json!(record.slices)).collect(),
        ),
        Analysis::Dreams => (
            "for each run and class: sleep steps that stood for it, and their mean input pattern, in units of weight",
            records.iter().map(|record| json!(record.dreams)).collect(),
        ),
    }
}

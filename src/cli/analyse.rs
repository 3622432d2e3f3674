//! `engram analyse`: runs a Spec for several seeds and writes what an analysis makes of them.

use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use pollster::block_on;
use serde::Serialize;
use serde_json::{Value, json};

use super::args::{AnalyseArgs, Analysis};
use super::{Failure, cores, print, source};
use crate::analysis::{
    Replay, Spread, by_learning, correlation, cosine, distance_from_identity, dreams, heat_map, importance,
    mean_confusion, replay,
};
use crate::continual::{Experiment, RunError};
use crate::data::{DataSet, cache};
use crate::event::{Event, Finished, PhaseReport};
use crate::kernels::cpu::Cpu;
use crate::net::mrnn::Mrnn;
use crate::spec::{Order, Spec};

/// What a run leaves behind for an analysis.
struct Record {
    finished: Finished,
    phases: Vec<PhaseReport>,
    /// The network after each phase, where an analysis asks for it.
    networks: Vec<Mrnn>,
    /// What was read from each slice of each sleep, in their order.
    slices: Vec<Slice>,
}

/// What a slice of sleep stood for, read through the network that fell asleep.
#[derive(Serialize)]
struct Slice {
    phase: u32,
    /// Steps of that sleep that were done by its end.
    step: u32,
    #[serde(flatten)]
    replay: Replay,
    #[serde(skip)]
    dreams: Vec<Vec<f32>>,
}

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
    let whole = json!({ "what": what, "spec": spec, "seeds": seeds, "classes": set.classes, "result": result });
    write(args.out.as_deref(), &whole)
}

/// The first two tasks, as they are listed.
fn two_tasks(spec: &mut Spec) -> Result<(), Failure> {
    if spec.tasks.classes.len() < 2 {
        return Err(Failure::Usage("the importance of synapses is compared over two tasks, and there is one".into()));
    }
    spec.tasks.classes.truncate(2);
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
    let (mut phases, mut networks, mut slices) = (Vec::new(), Vec::new(), Vec::new());
    let reads = matches!(kind, Analysis::Replay | Analysis::Dreams);
    if reads {
        run.watch_closely();
    }
    while let Some(event) = run.next().await.map_err(RunError::from)? {
        match event {
            Event::Spikes { phase, step, .. } if reads => slices.extend(slice(kind, &run, phase, step)),
            Event::Phase(report) => {
                if kind == Analysis::Importance {
                    networks.extend(run.networks().await.map_err(RunError::from)?);
                }
                phases.push(*report);
            }
            Event::Diverged { name, message, .. } => {
                return Err(Failure::Failed(format!("seed {} diverged in {name}: {message}", spec.seed)));
            }
            Event::Finished(finished) => return Ok(Record { finished: *finished, phases, networks, slices }),
            _ => {}
        }
    }
    Err(Failure::Failed(format!("seed {} did not finish", spec.seed)))
}

fn slice(kind: Analysis, run: &Experiment<Cpu>, phase: u32, step: u32) -> Option<Slice> {
    let (raster, net) = (run.raster()?, run.measured().first()?);
    let (below, hidden) = (&raster.layers[1], &raster.layers[raster.layers.len() - 2]);
    let (input, output) = (net.layers.first()?, net.layers.last()?);
    let dreams = if kind == Analysis::Dreams { dreams(hidden, below, input, output) } else { Vec::new() };
    Some(Slice { phase, step, replay: replay(hidden, output), dreams })
}

/// In words what it is, and the result.
fn of(kind: Analysis, records: &[Record], set: &DataSet) -> (&'static str, Value) {
    match kind {
        Analysis::HeatMap => {
            let matrices: Vec<&[Vec<f64>]> = records.iter().map(|record| &record.finished.matrix[..]).collect();
            let names = records.first().map(|record| &record.finished.phases);
            let result = json!({ "phases": names, "accuracy": heat_map(&matrices) });
            ("accuracy, 0 to 1, by phase (row) and task (column) in the order each run learnt them", result)
        }
        Analysis::Confusion => {
            let of = |report: &PhaseReport, record: &Record| by_learning(&report.confusion, &record.finished.tasks);
            let [before, after] = around(records, of).map(|runs| mean_confusion(&runs));
            let result = json!({ "before": before, "after": after });
            (
                "the part of a class's test samples (row) that got each answer (column) before and after the last sleep, classes \
              in the order each run learnt them",
                result,
            )
        }
        Analysis::Correlation => correlations(records),
        Analysis::Weights => weights(records),
        Analysis::Importance => importances(records, set),
        Analysis::Replay => {
            let runs: Vec<&Vec<Slice>> = records.iter().map(|record| &record.slices).collect();
            ("for each slice of each sleep, a run: sleep steps whose hidden spikes stand for each class", json!(runs))
        }
        Analysis::Dreams => {
            let runs: Vec<Value> = records.iter().map(|record| dreamt(&record.slices)).collect();
            (
                "for each run and class: sleep steps that stood for it, and their mean input pattern, in units of weight",
                json!(runs),
            )
        }
    }
}

/// What `of` makes of the reports before and after the last sleep of each run.
fn around<T>(records: &[Record], of: impl Fn(&PhaseReport, &Record) -> T) -> [Vec<T>; 2] {
    let (mut before, mut after) = (Vec::new(), Vec::new());
    for record in records {
        let last = record.phases.iter().rposition(|report| !report.weight_change.is_empty());
        let Some(last @ 1..) = last else { continue };
        before.push(of(&record.phases[last - 1], record));
        after.push(of(&record.phases[last], record));
    }
    [before, after]
}

fn correlations(records: &[Record]) -> (&'static str, Value) {
    let learnt = |report: &PhaseReport, record: &Record| {
        let classes = record.finished.tasks.iter().flatten();
        correlation(&classes.map(|&class| report.hidden_mean[usize::from(class)].clone()).collect::<Vec<_>>())
    };
    let [before, after] = around(records, learnt).map(|runs| {
        let distances: Vec<f64> = runs.iter().map(|matrix| distance_from_identity(matrix)).collect();
        let matrices: Vec<&[Vec<f64>]> = runs.iter().map(Vec::as_slice).collect();
        json!({ "correlation": heat_map(&matrices), "distance_from_identity": Spread::of(&distances) })
    });
    let what = "Pearson's correlation of mean hidden activity between classes, in the order each run learnt them, before and \
                after the last sleep; its distance from the identity is the root mean square off the diagonal";
    (what, json!({ "before": before, "after": after }))
}

fn weights(records: &[Record]) -> (&'static str, Value) {
    let [_, changes] = around(records, |report, _| report.weight_change.clone());
    let layers = changes.first().map_or(0, Vec::len);
    let of_layer = |layer: usize| {
        let means: Vec<f64> = changes.iter().map(|run| run[layer].mean).collect();
        let runs: Vec<_> = changes.iter().map(|run| &run[layer]).collect();
        json!({ "mean": Spread::of(&means), "runs": runs })
    };
    let what = "change of each weight matrix, from the input to the output, across the last sleep: its mean over weights, and \
                each run's histogram in equal bins from min to max";
    (what, (0..layers).map(of_layer).collect())
}

fn importances(records: &[Record], set: &DataSet) -> (&'static str, Value) {
    // u[c] after one phase of one run.
    let u = |record: &Record, phase: usize, class: usize| {
        let output = &record.networks[phase].layers[record.networks[phase].layers.len() - 1];
        let activity = &record.phases[phase].hidden_mean[class];
        importance(&activity[activity.len() - output.fan_in..], &output.weights)
    };
    let last = |record: &Record, name: &str| record.phases.iter().rposition(|report| report.name == name);
    let spread = |values: Vec<f64>| if values.is_empty() { Value::Null } else { json!(Spread::of(&values)) };
    let likeness = |a: &str, b: &str, class: usize| {
        let runs = records.iter().filter_map(|record| {
            let (a, b) = (last(record, a)?, last(record, b)?);
            Some(cosine(&u(record, a, class), &u(record, b, class)))
        });
        spread(runs.collect())
    };
    let accuracy = |name: &str, class: usize| {
        let runs = records.iter().filter_map(|record| {
            let row = &record.phases[last(record, name)?].confusion[class];
            Some(f64::from(row[class]) / f64::from(row.iter().sum::<u32>().max(1)))
        });
        spread(runs.collect())
    };
    let tasks = records.first().map_or(Vec::new(), |record| record.finished.tasks.clone());
    let classes = tasks.iter().flatten().map(|&class| usize::from(class)).map(|class| {
        json!({
            "class": set.classes[class],
            "accuracy": { "T1": accuracy("T1", class), "T2": accuracy("T2", class), "S2": accuracy("S2", class) },
            "T1-T2": likeness("T1", "T2", class),
            "T1-S2": likeness("T1", "S2", class),
            "T2-S2": likeness("T2", "S2", class),
        })
    });
    let what = "of each class of two tasks: its accuracy, and the cosine between its synapses' importance (mean hidden activity \
                times the weights to the output) after two phases";
    (what, classes.collect())
}

/// Sums the slices of all sleeps: of a class, the steps that stood for it and what they stood for.
fn dreamt(slices: &[Slice]) -> Value {
    let classes = slices.first().map_or(0, |slice| slice.dreams.len());
    let of_class = |class: usize| {
        let steps: u32 = slices.iter().map(|slice| slice.replay.steps[class]).sum();
        let mut pattern = vec![0.0; slices[0].dreams[class].len()];
        for slice in slices {
            let part = slice.replay.steps[class] as f32 / steps.max(1) as f32;
            pattern.iter_mut().zip(&slice.dreams[class]).for_each(|(sum, weight)| *sum += part * weight);
        }
        json!({ "class": class, "steps": steps, "pattern": pattern })
    };
    (0..classes).map(of_class).collect()
}

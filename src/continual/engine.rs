//! Which engine computes a run: what the Spec says, or the one that is faster on the run's own shapes.

use crate::clock;
use crate::data::{DataSet, Samples};
use crate::event::{EngineUsed, Trial};
use crate::kernels::cpu::Cpu;
use crate::kernels::gpu::Gpu;
use crate::kernels::{Device, Draws, EngineError};
use crate::learn::{Moment, learn, phases, take};
use crate::net::Net;
use crate::sleep::{Plan, Sleeper, Wiring};
use crate::spec::{EngineKind, NetworkKind, Spec, Strategy};

use super::experiment::{check_shape, image_size, layer_sizes};

/// How long an engine is measured at least, in seconds of each kind of work.
const MOMENT: f64 = 0.05;
/// Sleep steps that are timed at once.
const STEPS: u32 = 100;
/// Samples of spiking areas, over all networks side by side, below which a GPU idles: it goes step by step, and what a step
/// takes is then the time of its dispatches.
const FEWEST_SHOWN: usize = 8;
/// What measuring a test sample costs, in training samples.
const TEST_COST: f64 = 0.4;

/// An engine that was chosen.
pub enum Choice {
    Cpu,
    Gpu(Box<Gpu>),
}

/// Chooses what computes `specs` side by side, where the CPU computes `lanes` of them at a time. A GPU that is asked for
/// and does not serve is said in `reason`, and the CPU computes.
pub async fn choose(specs: &[Spec], set: &DataSet, lanes: usize) -> (Choice, EngineUsed) {
    let kind = specs.first().map_or(EngineKind::Cpu, |spec| spec.engine);
    if specs.iter().any(|spec| spec.validate().is_err() || check_shape(spec, set).is_err()) {
        return on_cpu("it is not run".into(), Vec::new());
    }
    if kind == EngineKind::Cpu {
        return on_cpu("the Spec says so".into(), Vec::new());
    }
    if let Some(what) = specs.iter().find_map(Spec::on_cpu_alone) {
        return on_cpu(format!("{what} is computed there alone"), Vec::new());
    }
    if kind == EngineKind::Auto && specs[0].network.kind == NetworkKind::Areas && shown_at_once(specs) < FEWEST_SHOWN {
        return on_cpu("spiking areas learn from too few samples at a time to fill a GPU".into(), Vec::new());
    }
    let mut gpu = match Gpu::open().await {
        Ok(gpu) => gpu,
        Err(error) => return on_cpu(error.to_string(), Vec::new()),
    };
    if kind == EngineKind::Gpu {
        let used = on_gpu(&gpu, "the Spec says so".into(), Vec::new());
        return (Choice::Gpu(Box::new(gpu)), used);
    }
    if gpu.adapter().software {
        let reason = format!("there is no GPU but {}, a program that acts as one and is slow", gpu.adapter().name);
        return on_cpu(reason, Vec::new());
    }
    match compare(&mut gpu, specs, set, lanes).await {
        Ok(trials @ [cpu, on_the_gpu]) if on_the_gpu.seconds < cpu.seconds => {
            let used = on_gpu(&gpu, faster(cpu, on_the_gpu), trials.to_vec());
            (Choice::Gpu(Box::new(gpu)), used)
        }
        Ok(trials @ [cpu, on_the_gpu]) => on_cpu(faster(on_the_gpu, cpu), trials.to_vec()),
        Err(error) => on_cpu(error.to_string(), Vec::new()),
    }
}

/// Training samples of all networks' minibatches.
fn shown_at_once(specs: &[Spec]) -> usize {
    specs.iter().map(|spec| spec.training.batch as usize).sum()
}

fn faster(slower: Trial, faster: Trial) -> String {
    format!("measured {:.1} times faster", slower.seconds / faster.seconds)
}

/// The CPU, and what is told of a run on it.
pub fn on_cpu(reason: String, trials: Vec<Trial>) -> (Choice, EngineUsed) {
    (Choice::Cpu, EngineUsed { kind: EngineKind::Cpu, adapter: None, reason, trials })
}

/// What is told of a run on this GPU.
pub fn on_gpu(gpu: &Gpu, reason: String, trials: Vec<Trial>) -> EngineUsed {
    EngineUsed { kind: EngineKind::Gpu, adapter: Some(gpu.adapter().clone()), reason, trials }
}

/// Both engines, the CPU first.
async fn compare(gpu: &mut Gpu, specs: &[Spec], set: &DataSet, lanes: usize) -> Result<[Trial; 2], EngineError> {
    let cpu = trial(&mut Cpu, EngineKind::Cpu, &specs[..1], set).await?;
    let rounds = specs.len().div_ceil(lanes.max(1)) as f64;
    let gpu = trial(gpu, EngineKind::Gpu, specs, set).await?;
    Ok([Trial { seconds: cpu.seconds * rounds, ..cpu }, gpu])
}

/// Times a minibatch and a few steps of sleep of `specs` side by side, on networks of their own.
pub async fn trial<D: Device>(
    device: &mut D,
    kind: EngineKind,
    specs: &[Spec],
    set: &DataSet,
) -> Result<Trial, EngineError> {
    let spec = &specs[0];
    let size = (spec.training.batch as usize).min(set.train.len());
    let all: Vec<u32> = (0..size as u32).collect();
    let values = set.train.values.pick(&all, set.shape.len());
    let few = Samples { values, labels: set.train.labels[..size].to_vec() };
    let sizes = layer_sizes(spec, set);
    let nets: Vec<Net> = specs.iter().map(|spec| Net::of(spec, &sizes)).collect();
    let data = device.load(set, &few);
    let mut weights = device.weights(&nets, size);
    let mut batch = device.batch(&weights, size);
    let rows: Vec<&[u32]> = nets.iter().map(|_| &all[..]).collect();
    let seeds: Vec<u32> = specs.iter().map(|spec| spec.seed).collect();
    let moment = Moment { place: Draws { seeds: &seeds, phase: 0, minibatch: 0 }, progress: 0.0, is_task: true };
    // The first is not timed: it compiles.
    let (mut start, mut batches) = (clock::now(), 0);
    while batches == 0 || clock::now() - start < MOMENT {
        take(device, &weights, &data, &rows, &mut batch, spec);
        phases(device, &mut weights, &data, &rows, &mut batch, spec, &moment);
        learn(device, &mut weights, &data, &mut batch, spec, &moment);
        device.check(&weights, &mut batch);
        device.faults(&mut batch, false).await?;
        if batches == 0 {
            start = clock::now();
        }
        batches += 1;
    }
    device.faults(&mut batch, true).await?;
    let seconds_a_batch = (clock::now() - start) / f64::from(batches - 1).max(1.0);
    let seconds_a_step = if sleeps(spec) {
        let largest = device.largest_activity(&batch).await?;
        sleep_trial(device, specs, set, &nets, &largest).await?
    } else {
        0.0
    };
    let seconds = expected(spec, set, seconds_a_batch, seconds_a_step);
    Ok(Trial { kind, seconds_a_batch, seconds_a_step, seconds })
}

async fn sleep_trial<D: Device>(
    device: &mut D,
    specs: &[Spec],
    set: &DataSet,
    nets: &[Net],
    largest: &[Vec<f32>],
) -> Result<f64, EngineError> {
    let sleeper = |((spec, net), largest): ((&Spec, &Net), &Vec<f32>)| {
        let constants = crate::spec::Sleep { steps: u32::MAX, ..spec.sleep.clone() };
        let (mean, image) = (vec![0.15; set.shape.len()], image_size(set));
        let largest_activity = largest.clone();
        let wiring = Wiring::of(spec.network.kind);
        Sleeper::new(net, &Plan { seed: spec.seed, phase: 0, constants, mean, image, largest_activity, wiring })
    };
    let sleepers = specs.iter().zip(nets).zip(largest).map(sleeper).collect();
    let mut sleepers = device.sleepers(sleepers, 0);
    device.sleep(&mut sleepers, 0, STEPS);
    device.read_spikes(&mut sleepers).await?;
    let (start, mut done) = (clock::now(), STEPS);
    while done == STEPS || clock::now() - start < MOMENT {
        device.sleep(&mut sleepers, done, STEPS);
        device.read_spikes(&mut sleepers).await?;
        done += STEPS;
    }
    Ok((clock::now() - start) / f64::from(done - STEPS))
}

fn sleeps(spec: &Spec) -> bool {
    spec.strategy.sleeps() || spec.actions.iter().any(|action| action.act.sleeps())
}

/// What a whole run takes, in seconds.
fn expected(spec: &Spec, set: &DataSet, seconds_a_batch: f64, seconds_a_step: f64) -> f64 {
    let tasks = spec.tasks.len() as f64;
    let sleeps = if spec.strategy.sleeps() { spec.tasks.len() } else { 0 };
    let slept: f64 = (0..sleeps).map(|task| f64::from(spec.sleep.steps_after(task))).sum();
    let phases = if matches!(spec.strategy, Strategy::Parallel {}) { 1.0 } else { tasks + sleeps as f64 };
    let learnt = set.train.len() as f64 * f64::from(spec.training.epochs);
    let tested = TEST_COST * set.test.len() as f64 * (1.0 + phases);
    (learnt + tested) / f64::from(spec.training.batch) * seconds_a_batch + slept * seconds_a_step
}

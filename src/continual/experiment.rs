//! The experiment: a resumable state machine over the phases of one or more runs.
//!
//! One call of [`Experiment::next`] does one slice of work (a minibatch, 500 sleep steps or 1,000 test samples)
//! or hands out an event that is waiting. Between calls it can be left alone, saved and restored: all that a
//! continuation depends on is in [`State`], the weights and, during a sleep, the sleeping networks.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::schedule::{Schedule, Stint, gain_rows, shuffle, training_rows};
use super::{RunError, measures};
use crate::clock;
use crate::data::plan::{Plan, TestOn, plan};
use crate::data::{DataSet, Shape};
use crate::event::{Activity, Event, Finished, PhaseReport, TimeShares};
use crate::kernels::{Device, Fault, Phase, Relaxation, Tally};
use crate::learn::learn;
use crate::net::mrnn::{Mrnn, Trace, layer_name};
use crate::sleep::{self, MeanInput};
use crate::spec::{Spec, SpecError};

/// Sleep steps of one slice.
const SLEEP_SLICE: u32 = 500;
/// Test samples of one slice, and of one batch: small enough to stay in a processor's cache.
const TEST_SLICE: usize = 1000;
const TEST_BATCH: usize = 250;
/// Samples that sleep's gains are normalised on.
const GAIN_SAMPLES: usize = 1000;
/// Samples of the energy curve.
const ENERGY_SAMPLES: usize = 32;
/// What a training sample and a sleep step cost, in test samples: only the progress bar depends on it.
const TRAIN_COST: f64 = 2.5;
const SLEEP_COST: f64 = 0.6;

/// One or more runs that differ in nothing but their seeds, side by side on one device.
pub struct Experiment<D: Device> {
    device: D,
    spec: Spec,
    schedule: Schedule,
    replicas: Vec<Replica>,
    train: D::Data,
    /// `None` when accuracies are measured on held-back training data.
    test: Option<D::Data>,
    image: Option<(u32, u32)>,
    class_count: usize,
    /// Inputs of the energy curve.
    probe: Vec<Vec<f32>>,
    pub(super) weights: D::Weights,
    pub(super) sleepers: Option<D::Sleepers>,
    batch: D::Batch,
    /// This epoch's rows, shuffled, by replica.
    rows: Vec<Vec<u32>>,
    pub(super) state: State,
}

/// What a replica is, apart from its weights: fixed by Spec, seed and data.
struct Replica {
    seed: u32,
    plan: Plan,
    tests: Vec<u32>,
    /// Mean input of each task, in the order they are learnt.
    means: Vec<MeanInput>,
}

/// Where an experiment stands: with the weights, all that a continuation depends on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct State {
    phase: usize,
    stage: Stage,
    seconds: f64,
    time: TimeShares,
    pub(super) logs: Vec<Log>,
    /// Weights at the last sleep's start.
    pub(super) before: Vec<Mrnn>,
    #[serde(skip)]
    pub(super) events: VecDeque<Event>,
}

/// What was measured of one replica.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Log {
    matrix: Vec<Vec<f64>>,
    mean: f64,
    tally: Tally,
    spikes: Vec<u64>,
    diverged: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Stage {
    /// The phase has not begun.
    Begin,
    /// Samples of this epoch that are done.
    Train {
        epoch: u32,
        done: usize,
    },
    /// Steps that are done.
    Sleep {
        done: u32,
    },
    /// Test samples that are done.
    Measure {
        done: usize,
    },
    Finished,
}

impl<D: Device> Experiment<D> {
    /// Prepares runs of `spec`, one for each seed.
    pub fn new(mut device: D, spec: Spec, seeds: &[u32], set: &DataSet) -> Result<Self, RunError> {
        let sizes = layer_sizes(&spec, set);
        let nets: Vec<Mrnn> = seeds.iter().map(|&seed| Mrnn::new(&sizes, seed)).collect();
        let weights = device.weights(&nets);
        let mut experiment = Self::assemble(device, spec, seeds, set, weights)?;
        for run in 0..seeds.len() {
            experiment.announce(run);
        }
        Ok(experiment)
    }

    /// Everything but the state of a run: what `new` and `restore` share.
    pub(super) fn assemble(
        mut device: D,
        spec: Spec,
        seeds: &[u32],
        set: &DataSet,
        weights: D::Weights,
    ) -> Result<Self, RunError> {
        spec.validate()?;
        if spec.data.name != set.name {
            return Err(RunError::WrongData { wanted: spec.data.name, given: set.name.clone() });
        }
        check_window(&spec, set)?;
        let replicas =
            seeds.iter().map(|&seed| Replica::new(&spec, seed, set)).collect::<Result<Vec<_>, RunError>>()?;
        let on_train = replicas.iter().any(|replica| replica.plan.test_on == TestOn::Train);
        let train = device.load(set, &set.train);
        let test = (!on_train).then(|| device.load(set, &set.test));
        let batch = device.batch(&weights, (spec.training.batch as usize).max(TEST_BATCH));
        let class_count = set.classes.len();
        let probe = if spec.evaluation.energy { probe(set, &replicas[0], on_train) } else { Vec::new() };
        let state = State {
            phase: 0,
            stage: Stage::Begin,
            seconds: 0.0,
            time: TimeShares::default(),
            logs: replicas.iter().map(|_| Log::new(&spec, class_count)).collect(),
            before: Vec::new(),
            events: VecDeque::new(),
        };
        Ok(Experiment {
            schedule: Schedule::new(&spec),
            image: image_size(set),
            rows: vec![Vec::new(); replicas.len()],
            sleepers: None,
            device,
            spec,
            replicas,
            train,
            test,
            class_count,
            probe,
            weights,
            batch,
            state,
        })
    }

    /// The next event: one that waits, or what a slice of work brings. `None` once all runs have ended.
    pub async fn next(&mut self) -> Option<Event> {
        while self.state.events.is_empty() && self.state.stage != Stage::Finished {
            let start = clock::now();
            self.slice().await;
            self.state.seconds += clock::now() - start;
            if self.state.logs.iter().all(|log| log.diverged) {
                self.state.stage = Stage::Finished;
            }
        }
        self.state.events.pop_front()
    }

    pub fn spec(&self) -> &Spec {
        &self.spec
    }

    pub fn seeds(&self) -> Vec<u32> {
        self.replicas.iter().map(|replica| replica.seed).collect()
    }

    /// The networks as they are now.
    pub async fn networks(&mut self) -> Vec<Mrnn> {
        self.device.read_weights(&self.weights).await
    }

    pub(super) async fn read_sleepers(&mut self) -> Option<Vec<sleep::Sleeper>> {
        match &self.sleepers {
            Some(sleepers) => Some(self.device.read_sleepers(sleepers).await),
            None => None,
        }
    }

    /// Goes on from a saved state.
    pub(super) fn resume(&mut self, state: State, sleepers: Option<Vec<sleep::Sleeper>>) {
        self.sleepers = sleepers.map(|sleepers| self.device.sleepers(sleepers));
        self.state = state;
        if let Stage::Train { epoch, .. } = self.state.stage {
            self.shuffle_rows(epoch);
        }
    }

    async fn slice(&mut self) {
        match self.state.stage {
            Stage::Begin => self.begin().await,
            Stage::Train { epoch, done } => self.train(epoch, done).await,
            Stage::Sleep { done } => self.sleep(done).await,
            Stage::Measure { done } => self.measure(done).await,
            Stage::Finished => {}
        }
    }

    fn stint(&self) -> Stint {
        self.schedule.stints[self.state.phase]
    }

    async fn begin(&mut self) {
        match self.stint() {
            Stint::Sleep(task) => self.fall_asleep(task).await,
            Stint::Train(_) | Stint::Parallel => {
                self.shuffle_rows(0);
                self.state.stage = Stage::Train { epoch: 0, done: 0 };
            }
        }
    }

    // Learning.

    fn shuffle_rows(&mut self, epoch: u32) {
        let (stint, phase) = (self.stint(), self.state.phase as u32);
        let fraction = self.spec.strategy.rehearsed_fraction();
        for (rows, replica) in self.rows.iter_mut().zip(&self.replicas) {
            *rows = training_rows(&replica.plan, stint, fraction, replica.seed);
            shuffle(rows, replica.seed, phase, epoch);
        }
    }

    /// One minibatch.
    async fn train(&mut self, epoch: u32, done: usize) {
        let size = self.spec.training.batch as usize;
        let logs = &self.state.logs;
        let slices: Vec<&[u32]> = self
            .rows
            .iter()
            .zip(logs)
            .map(
                |(rows, log)| {
                    if log.diverged { &[] } else { &rows[done.min(rows.len())..(done + size).min(rows.len())] }
                },
            )
            .collect();
        let beta = self.spec.network.beta as f32;
        let (device, weights, batch) = (&mut self.device, &mut self.weights, &mut self.batch);
        let t0 = clock::now();
        device.drive(weights, &self.train, &slices, batch);
        let t1 = clock::now();
        device.relax(weights, batch, &free_phase(&self.spec));
        device.relax(weights, batch, &clamped_phase(&self.spec));
        let t2 = clock::now();
        learn(device, weights, &self.train, batch, &self.spec.rule, beta);
        let fault = device.fault(weights, batch).await;
        self.state.time.products += t1 - t0 + clock::now() - t2;
        self.state.time.settling += t2 - t1;
        self.after_batch(epoch, done + size);
        if let Some(fault) = fault {
            let message = "a number in it is no longer finite: the learning rates or the feedback γ are too large";
            self.diverge(fault, (done / size) as u64, message);
        }
    }

    fn after_batch(&mut self, epoch: u32, done: usize) {
        let longest = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let total = longest as u64 * u64::from(self.spec.training.epochs);
        self.progress(Activity::Train, epoch as u64 * longest as u64 + done.min(longest) as u64, total);
        self.state.stage = if done < longest {
            Stage::Train { epoch, done }
        } else if epoch + 1 < self.spec.training.epochs {
            self.shuffle_rows(epoch + 1);
            Stage::Train { epoch: epoch + 1, done: 0 }
        } else {
            Stage::Measure { done: 0 }
        };
    }

    // Sleep.

    async fn fall_asleep(&mut self, task: usize) {
        let start = clock::now();
        let phase = self.state.phase as u32;
        let largest = self.largest_activities(task).await;
        let plans: Vec<sleep::Plan> = self
            .replicas
            .iter()
            .zip(largest)
            .map(|(replica, largest_activity)| sleep::Plan {
                seed: replica.seed,
                phase,
                constants: self.spec.sleep.clone(),
                mean: MeanInput::over(&replica.means[..=task]),
                image: self.image,
                largest_activity,
            })
            .collect();
        self.state.before = self.device.read_weights(&self.weights).await;
        self.sleepers = Some(self.device.fall_asleep(&self.weights, &plans));
        for log in &mut self.state.logs {
            log.spikes.fill(0);
        }
        self.state.time.sleep += clock::now() - start;
        self.state.stage = Stage::Sleep { done: 0 };
    }

    /// The largest free-phase activity of each layer over a sample of the current task: [replica][layer].
    async fn largest_activities(&mut self, task: usize) -> Vec<Vec<f32>> {
        let phase = self.state.phase as u32;
        let rows: Vec<Vec<u32>> = self
            .replicas
            .iter()
            .map(|replica| gain_rows(&replica.plan, task, GAIN_SAMPLES, replica.seed, phase))
            .collect();
        let mut largest = vec![vec![0.0f32; self.spec.weight_layers()]; rows.len()];
        for start in (0..GAIN_SAMPLES).step_by(TEST_BATCH) {
            let slices: Vec<&[u32]> = rows.iter().map(|rows| part(rows, start, TEST_BATCH)).collect();
            self.device.drive(&self.weights, &self.train, &slices, &mut self.batch);
            self.device.relax(&self.weights, &mut self.batch, &free_phase(&self.spec));
            let here = self.device.largest_activity(&self.batch).await;
            for (largest, here) in largest.iter_mut().flatten().zip(here.iter().flatten()) {
                *largest = largest.max(*here);
            }
        }
        largest
    }

    /// Up to 500 sleep steps.
    async fn sleep(&mut self, done: u32) {
        let start = clock::now();
        let steps = SLEEP_SLICE.min(self.spec.sleep.steps - done);
        let sleepers = self.sleepers.as_mut().expect("begin() put the networks to sleep");
        self.device.sleep(sleepers, done, steps);
        let (counts, fault) = self.device.read_spikes(sleepers).await;
        for (run, counts) in counts.iter().enumerate() {
            let log = &mut self.state.logs[run];
            log.spikes.iter_mut().zip(counts).for_each(|(sum, n)| *sum += n);
            let per_step = counts.iter().map(|&n| n as f64 / f64::from(steps)).collect();
            let (run, phase) = (run as u32, self.state.phase as u32);
            self.state.events.push_back(Event::Spikes { run, phase, step: done + steps, per_step });
        }
        let done = done + steps;
        self.progress(Activity::Sleep, done.into(), self.spec.sleep.steps.into());
        if let Some(fault) = fault {
            self.diverge(fault, done.into(), "sleep drove a weight past four times the largest it found");
        }
        self.state.stage = Stage::Sleep { done };
        if done == self.spec.sleep.steps {
            let sleepers = self.sleepers.take().expect("the networks sleep");
            self.device.wake(&sleepers, &mut self.weights);
            self.state.stage = Stage::Measure { done: 0 };
        }
        self.state.time.sleep += clock::now() - start;
    }

    // Measuring.

    /// Up to 1,000 test samples; after the last, the phase's report.
    async fn measure(&mut self, done: usize) {
        let start = clock::now();
        let total = self.replicas.iter().map(|replica| replica.tests.len()).max().unwrap_or(0);
        let end = (done + TEST_SLICE).min(total);
        let mut tallies: Vec<Tally> = self.state.logs.iter_mut().map(|log| std::mem::take(&mut log.tally)).collect();
        for from in (done..end).step_by(TEST_BATCH) {
            let slices: Vec<&[u32]> =
                self.replicas.iter().map(|replica| part(&replica.tests, from, TEST_BATCH.min(end - from))).collect();
            let data = self.test.as_ref().unwrap_or(&self.train);
            self.device.drive(&self.weights, data, &slices, &mut self.batch);
            self.device.relax(&self.weights, &mut self.batch, &free_phase(&self.spec));
            self.device.tally(&self.batch, &mut tallies).await;
        }
        self.state.logs.iter_mut().zip(tallies).for_each(|(log, tally)| log.tally = tally);
        self.state.stage = Stage::Measure { done: end };
        self.progress(Activity::Evaluate, end as u64, total as u64);
        if end == total {
            self.report().await;
            self.state.time.evaluation += clock::now() - start;
            self.next_phase();
        } else {
            self.state.time.evaluation += clock::now() - start;
        }
    }

    async fn report(&mut self) {
        let nets = self.device.read_weights(&self.weights).await;
        for (run, net) in nets.iter().enumerate() {
            if self.state.logs[run].diverged {
                continue;
            }
            let report = self.report_of(run, net);
            let log = &mut self.state.logs[run];
            log.matrix.push(report.accuracy.clone());
            log.mean = report.mean;
            log.tally = Tally::new(self.class_count, net.hidden_units());
            self.state.events.push_back(Event::Phase(Box::new(report)));
        }
    }

    fn report_of(&self, run: usize, net: &Mrnn) -> PhaseReport {
        let (log, replica, network) = (&self.state.logs[run], &self.replicas[run], &self.spec.network);
        let asleep = matches!(self.stint(), Stint::Sleep(_));
        let trace = || net.trace(&self.probe, network.free_steps, network.dt, network.gamma);
        let Trace { energy, movement } = if self.spec.evaluation.energy { trace() } else { Trace::default() };
        let steps = f64::from(self.spec.sleep.steps);
        PhaseReport {
            run: run as u32,
            phase: self.state.phase as u32,
            name: self.stint().name(),
            accuracy: measures::accuracy_by_task(&log.tally, &replica.tasks()),
            mean: measures::overall_accuracy(&log.tally),
            confusion: log.tally.confusion.chunks_exact(self.class_count).map(<[u32]>::to_vec).collect(),
            hidden_mean: measures::hidden_mean(&log.tally),
            spikes_per_step: if asleep { log.spikes.iter().map(|&n| n as f64 / steps).collect() } else { Vec::new() },
            weight_change: if asleep { measures::weight_change(&self.state.before[run], net) } else { Vec::new() },
            energy,
            movement,
            seconds: self.state.seconds,
        }
    }

    fn next_phase(&mut self) {
        self.state.phase += 1;
        self.state.stage = Stage::Begin;
        if self.state.phase == self.schedule.stints.len() {
            self.state.stage = Stage::Finished;
            for run in (0..self.replicas.len()).filter(|&run| !self.state.logs[run].diverged).collect::<Vec<_>>() {
                let finished = self.finished(run);
                self.state.events.push_back(Event::Finished(Box::new(finished)));
            }
        }
    }

    fn finished(&self, run: usize) -> Finished {
        let (log, replica) = (&self.state.logs[run], &self.replicas[run]);
        let learnt = |(i, stint): (usize, &Stint)| matches!(stint, Stint::Train(_)).then_some(i);
        let learnt: Vec<usize> = self.schedule.stints.iter().enumerate().filter_map(learnt).collect();
        Finished {
            run: run as u32,
            spec: self.spec_of(run),
            seed: replica.seed,
            phases: self.schedule.names(),
            tasks: replica.tasks(),
            matrix: log.matrix.clone(),
            accuracy: log.mean,
            forgetting: measures::forgetting(&log.matrix, &learnt),
            seconds: self.state.seconds,
            time: self.state.time,
        }
    }

    // Events.

    fn announce(&mut self, run: usize) {
        let started = Event::Started {
            run: run as u32,
            spec: Box::new(self.spec_of(run)),
            seed: self.replicas[run].seed,
            phases: self.schedule.names(),
            tasks: self.replicas[run].tasks(),
        };
        self.state.events.push_back(started);
    }

    fn spec_of(&self, run: usize) -> Spec {
        Spec { seed: self.replicas[run].seed, ..self.spec.clone() }
    }

    fn progress(&mut self, activity: Activity, done: u64, total: u64) {
        let before: f64 = (0..self.state.phase).map(|phase| self.cost(phase, None)).sum();
        let all: f64 = (0..self.schedule.stints.len()).map(|phase| self.cost(phase, None)).sum();
        let here = self.cost(self.state.phase, Some((activity, done as f64 / total.max(1) as f64)));
        self.state.events.push_back(Event::Progress {
            phase: self.state.phase as u32,
            name: self.stint().name(),
            activity,
            done,
            total,
            fraction: ((before + here) / all).min(1.0),
            seconds: self.state.seconds,
        });
    }

    /// What a phase costs, whole or up to a part of one of its activities, in test samples of the first replica.
    fn cost(&self, phase: usize, reached: Option<(Activity, f64)>) -> f64 {
        let replica = &self.replicas[0];
        let rows = |task: usize| replica.plan.tasks[task].train.len() as f64;
        let tasks = replica.plan.tasks.len();
        let epochs = f64::from(self.spec.training.epochs);
        let fraction = self.spec.strategy.rehearsed_fraction();
        let work = match self.schedule.stints[phase] {
            Stint::Train(task) => epochs * TRAIN_COST * (rows(task) + fraction * (0..task).map(rows).sum::<f64>()),
            Stint::Parallel => epochs * TRAIN_COST * (0..tasks).map(rows).sum::<f64>(),
            Stint::Sleep(_) => SLEEP_COST * f64::from(self.spec.sleep.steps),
        };
        let tests = replica.tests.len() as f64;
        match reached {
            None => work + tests,
            Some((Activity::Evaluate, part)) => work + part * tests,
            Some((_, part)) => part * work,
        }
    }

    fn diverge(&mut self, fault: Fault, step: u64, message: &str) {
        if std::mem::replace(&mut self.state.logs[fault.replica].diverged, true) {
            return;
        }
        self.state.events.push_back(Event::Diverged {
            run: fault.replica as u32,
            phase: self.state.phase as u32,
            name: self.stint().name(),
            step,
            layer: layer_name(fault.layer, self.spec.weight_layers()),
            message: message.into(),
        });
    }
}

impl Replica {
    fn new(spec: &Spec, seed: u32, set: &DataSet) -> Result<Replica, RunError> {
        let plan = plan(spec, seed, set)?;
        let tests = plan.tasks.iter().flat_map(|task| task.test.iter().copied()).collect();
        let mean = |rows: &[u32]| {
            let mut mean = MeanInput::new(set.shape.len());
            mean.add(&set.train, rows);
            mean
        };
        let means =
            if spec.strategy.sleeps() { plan.tasks.iter().map(|t| mean(&t.train)).collect() } else { Vec::new() };
        Ok(Replica { seed, plan, tests, means })
    }

    fn tasks(&self) -> Vec<Vec<u8>> {
        self.plan.tasks.iter().map(|task| task.classes.clone()).collect()
    }
}

impl Log {
    fn new(spec: &Spec, classes: usize) -> Log {
        let hidden: u32 = spec.network.hidden.iter().sum();
        Log {
            matrix: Vec::new(),
            mean: 0.0,
            tally: Tally::new(classes, hidden as usize),
            spikes: vec![0; spec.weight_layers() + 1],
            diverged: false,
        }
    }
}

/// Units of the input, the hidden layers and the output.
pub(super) fn layer_sizes(spec: &Spec, set: &DataSet) -> Vec<usize> {
    let hidden = spec.network.hidden.iter().map(|&units| units as usize);
    std::iter::once(set.shape.len()).chain(hidden).chain([set.classes.len()]).collect()
}

/// Height and width, for data that are images.
fn image_size(set: &DataSet) -> Option<(u32, u32)> {
    match set.shape {
        Shape::Image { height, width } => Some((height, width)),
        Shape::Vector { .. } => None,
    }
}

/// A sleep's window lies within the images; data that are not images have none.
fn check_window(spec: &Spec, set: &DataSet) -> Result<(), SpecError> {
    let Some(side) = spec.sleep.window.filter(|_| spec.strategy.sleeps()) else { return Ok(()) };
    let allowed = match image_size(set) {
        Some((height, width)) if side <= height.min(width) => return Ok(()),
        Some((height, width)) => format!("the images of `{}` are {height}×{width} pixels", set.name),
        None => format!("`{}` holds no images: write null", set.name),
    };
    Err(SpecError::OutOfRange { field: "sleep.window".into(), value: side.to_string(), allowed })
}

/// Test samples spread evenly over all tasks.
fn probe(set: &DataSet, replica: &Replica, on_train: bool) -> Vec<Vec<f32>> {
    let samples = if on_train { &set.train } else { &set.test };
    let step = (replica.tests.len() / ENERGY_SAMPLES).max(1);
    let rows = replica.tests.iter().step_by(step).take(ENERGY_SAMPLES);
    rows.map(|&row| {
        let mut input = vec![0.0; set.shape.len()];
        samples.values.row_into(row as usize, input.len(), &mut input);
        input
    })
    .collect()
}

fn part(rows: &[u32], from: usize, count: usize) -> &[u32] {
    &rows[from.min(rows.len())..(from + count).min(rows.len())]
}

fn free_phase(spec: &Spec) -> Relaxation {
    let net = &spec.network;
    let phase = Phase::Free { tolerance: net.tolerance as f32 };
    Relaxation { dt: net.dt as f32, gamma: net.gamma as f32, steps: net.free_steps, phase }
}

fn clamped_phase(spec: &Spec) -> Relaxation {
    let net = &spec.network;
    let phase = Phase::Clamped { beta: net.beta as f32 };
    Relaxation { dt: net.dt as f32, gamma: net.gamma as f32, steps: net.clamped_steps, phase }
}

impl State {
    /// Whether a state that was read can belong to such a run.
    pub(super) fn fits(&self, spec: &Spec, runs: usize, classes: usize, asleep: bool) -> bool {
        let schedule = Schedule::new(spec);
        let Some(stint) = schedule.stints.get(self.phase) else { return self.stage == Stage::Finished };
        let sleeps = matches!(stint, Stint::Sleep(_));
        let stage_fits = match self.stage {
            Stage::Begin => !asleep,
            Stage::Train { .. } => !sleeps && !asleep,
            Stage::Sleep { done } => sleeps && asleep && done < spec.sleep.steps && self.before.len() == runs,
            Stage::Measure { .. } => !asleep && (!sleeps || self.before.len() == runs),
            Stage::Finished => true,
        };
        let empty = Log::new(spec, classes);
        let log_fits = |log: &Log| {
            log.tally.classes == classes
                && log.tally.confusion.len() == empty.tally.confusion.len()
                && log.tally.hidden.len() == empty.tally.hidden.len()
                && log.spikes.len() == empty.spikes.len()
        };
        stage_fits && self.logs.len() == runs && self.logs.iter().all(log_fits)
    }
}

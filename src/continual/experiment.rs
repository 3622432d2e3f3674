//! The experiment: a resumable state machine over the phases of one or more runs.
//!
//! One call of [`Experiment::next`] does one slice of work (a minibatch, 500 sleep steps or up to 1,000 test samples)
//! or hands out an event that is waiting. Between calls it can be left alone, saved and restored: all that a
//! continuation depends on is in [`State`], the weights and, during a sleep, the sleeping networks.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::RunError;
use super::acting::check_actions;
use super::measures::{self, Transfer};
use super::rows::{gain_rows, kept, shuffle, taught_again, training_rows};
use super::schedule::{Phase as Scheduled, Schedule, Stint};
use crate::analysis::weight_change;
use crate::clock;
use crate::data::plan::{Plan, TaskRows, TestOn, plan};
use crate::data::{DataSet, Samples, Shape, Values, drawing, permuted};
use crate::event::{
    Activity, AreaActivity, Cost, Effort, Event, Finished, Held, PhaseReport, Raster, TaskIncremental, TimeShares,
};
use crate::kernels::{Device, Draws, EngineError, Fault, Firing, Memory, Shown, Tally};
use crate::learn::{Moment, answer, learn, phases, take};
use crate::net::areas::{Constants, Intervals};
use crate::net::effort::effort;
use crate::net::gate::Gate;
use crate::net::mrnn::Trace;
use crate::net::{Net, layer_name};
use crate::sleep::{self, MeanInput, Wiring};
use crate::spec::{Act, NetworkKind, Sleep, Spec, SpecError};

/// Sleep steps of one slice: after each, thresholds follow.
const SLEEP_SLICE: u32 = sleep::HOMEOSTASIS_STEPS;
/// Test samples of one slice, …
const TEST_SLICE: usize = 1000;
/// … of spiking areas, which look at a sample for a while, …
const SHOWN_SLICE: usize = 32;
/// … and of these on an engine that takes many at once.
const LARGE_SHOWN_SLICE: usize = 256;
/// What [`SHOWN_SLICE`] may take, in products, about a second in a browser: a run pauses between slices. …
const SHOWN_SLICE_WORK: u64 = 1 << 30;
/// … So much of it is a step of a unit, with the spikes that it sends and hears.
const WORK_OF_UNIT: u64 = 64;
/// Samples that sleep's gains are normalised on.
const GAIN_SAMPLES: usize = 1000;
/// Last steps of a slice of sleep whose spikes are kept one by one, when somebody watches.
const WATCHED: u32 = 60;
/// Samples of the energy curve.
const ENERGY_SAMPLES: usize = 32;
const NOT_FINITE: &str = "a number in it is no longer finite: the learning rates or the feedback γ are too large";
/// What a training sample and a sleep step cost, in test samples: only the progress bar depends on it.
const TRAIN_COST: f64 = 2.5;
const SLEEP_COST: f64 = 0.6;

/// One or more runs that differ in nothing but their seeds and their constants of sleep, side by side on one device.
pub struct Experiment<D: Device> {
    pub(super) device: D,
    /// What all runs share; `sleep.steps` and `sleep.growth` are the largest of theirs.
    pub(super) spec: Spec,
    replicas: Vec<Replica>,
    train: D::Data,
    train_labels: Vec<u8>,
    /// The task that each class belongs to, as they are listed.
    task_of: Vec<u32>,
    /// `None` when accuracies are measured on held-back training data.
    test: Option<D::Data>,
    /// What a drawing teaches, while it does.
    lesson: Option<D::Data>,
    /// Name, shape and classes of the data, without its samples.
    pub(super) about: DataSet,
    /// Spikes of the last steps of sleep; `None` when nobody watches.
    watched: Option<Raster>,
    /// Steps of a slice that are watched.
    closely: u32,
    /// Inputs of the energy curve.
    probe: Vec<Vec<f32>>,
    pub(super) weights: D::Weights,
    pub(super) sleepers: Option<D::Sleepers>,
    /// The networks as they were when they began, or were last measured.
    measured: Vec<Net>,
    batch: D::Batch,
    /// This epoch's rows, shuffled, by replica.
    rows: Vec<Vec<u32>>,
    pub(super) state: State,
}

/// What a replica is, apart from its weights: fixed by Spec, seed and data.
struct Replica {
    seed: u32,
    sleep: Sleep,
    plan: Plan,
    tests: Vec<u32>,
    /// Mean input of each task, in the order they are learnt.
    means: Vec<MeanInput>,
    /// Training samples of each class.
    counts: Vec<u64>,
    /// Inputs that are not 0, in a training sample on average, each as often as it is taken in.
    inputs: f64,
    /// Bytes of a sample and its label.
    sample_bytes: u64,
}

/// Where an experiment stands: with the weights, all that a continuation depends on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct State {
    pub(super) schedule: Schedule,
    pub(super) phase: usize,
    pub(super) stage: Stage,
    seconds: f64,
    time: TimeShares,
    pub(super) logs: Vec<Log>,
    /// Weights at the last sleep's start; of networks that are averaged, their mean so far.
    pub(super) before: Vec<Net>,
    #[serde(skip)]
    pub(super) events: VecDeque<Event>,
}

/// What was measured of one replica.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Log {
    untaught: Vec<f64>,
    matrix: Vec<Vec<f64>>,
    mean: f64,
    /// The same among the classes of each sample's own task; empty where that is no question.
    within: Vec<Vec<f64>>,
    mean_within: f64,
    tally: Tally,
    /// Right answers by task, of tasks that share their classes; else empty.
    right: Vec<u32>,
    spikes: Vec<u64>,
    /// Of spiking areas, in this phase.
    learning: Shown,
    answering: Shown,
    /// The same in all phases so far.
    learnt: Shown,
    answered: Shown,
    /// The most that was held in learning.
    held: Option<Held>,
    pub(super) diverged: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Stage {
    /// Before the first phase: test samples that are done.
    Untaught {
        done: usize,
    },
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
    pub fn new(device: D, spec: Spec, seeds: &[u32], set: &DataSet) -> Result<Self, RunError> {
        let specs: Vec<Spec> = seeds.iter().map(|&seed| Spec { seed, ..spec.clone() }).collect();
        Self::population(device, &specs, set)
    }

    /// Prepares runs side by side: a search's population, say.
    ///
    /// # Errors
    /// Where the Specs differ in more than `seed` and `sleep`, or their sleeps differ in length and somebody acts.
    pub fn population(device: D, specs: &[Spec], set: &DataSet) -> Result<Self, RunError> {
        let sizes = layer_sizes(specs.first().ok_or(RunError::NoRuns)?, set);
        let nets: Vec<Net> = specs.iter().map(|spec| Net::of(spec, &sizes)).collect();
        let mut experiment = Self::assemble(device, specs, set, nets)?;
        for run in 0..specs.len() {
            experiment.announce(run);
        }
        Ok(experiment)
    }

    /// Everything but the state of a run: what `new` and `restore` share.
    pub(super) fn assemble(mut device: D, specs: &[Spec], set: &DataSet, nets: Vec<Net>) -> Result<Self, RunError> {
        let spec = shared(specs)?;
        if spec.data.name != set.name {
            return Err(RunError::WrongData { wanted: spec.data.name, given: set.name.clone() });
        }
        check_shape(&spec, set)?;
        check_actions(&spec, set)?;
        let base = permuted::base(&spec, set)?;
        let len = set.shape.len();
        let copies = |samples| permuted::copies(spec.tasks.permutations, samples, len);
        let (train_samples, test_samples) = (copies(&base.train), copies(&base.test));
        let replica = |spec| Replica::new(spec, &base, &train_samples);
        let replicas = specs.iter().map(replica).collect::<Result<Vec<_>, RunError>>()?;
        let on_train = replicas.iter().any(|replica| replica.plan.test_on == TestOn::Train);
        let train = device.load(set, &train_samples);
        let test = (!on_train).then(|| device.load(set, &test_samples));
        let weights = device.weights(&nets, capacity::<D>(&spec));
        let batch = device.batch(&weights, capacity::<D>(&spec));
        let tested = if on_train { &train_samples } else { &test_samples };
        let probe = if spec.evaluation.energy { probe(tested, len, &replicas[0]) } else { Vec::new() };
        let state = State {
            schedule: Schedule::new(&spec),
            phase: 0,
            stage: Stage::Untaught { done: 0 },
            seconds: 0.0,
            time: TimeShares::default(),
            logs: replicas.iter().map(|_| Log::new(&spec, set.classes.len())).collect(),
            before: Vec::new(),
            events: VecDeque::new(),
        };
        Ok(Experiment {
            task_of: task_of(&spec, set.classes.len()),
            rows: vec![Vec::new(); replicas.len()],
            sleepers: None,
            measured: nets,
            device,
            spec,
            replicas,
            train,
            train_labels: train_samples.labels.clone(),
            test,
            lesson: None,
            about: about(set),
            watched: None,
            closely: WATCHED,
            probe,
            weights,
            batch,
            state,
        })
    }

    /// The next event: one that waits, or what a slice of work brings. `None` once all runs have ended.
    ///
    /// # Errors
    /// When the engine fails: the run can only go on from a checkpoint, on another device.
    pub async fn next(&mut self) -> Result<Option<Event>, EngineError> {
        while self.state.events.is_empty() && self.state.stage != Stage::Finished {
            if self.repeat_action() {
                continue;
            }
            let start = clock::now();
            self.slice().await?;
            self.state.seconds += clock::now() - start;
            if self.has_diverged() {
                self.state.stage = Stage::Finished;
            }
        }
        Ok(self.state.events.pop_front())
    }

    /// Whether events wait to be told.
    pub(super) fn has_news(&self) -> bool {
        !self.state.events.is_empty()
    }

    /// Whether all work is done, and all of it was told.
    pub(super) fn is_over(&self) -> bool {
        self.state.events.is_empty() && (self.state.stage == Stage::Finished || self.has_diverged())
    }

    /// Phases that are over and measured, and whether the weights are still as they were then.
    pub(super) fn phases_done(&self) -> (usize, bool) {
        let phases = self.state.logs.first().map_or(0, |log| log.matrix.len());
        let stands = matches!(self.state.stage, Stage::Untaught { .. } | Stage::Begin | Stage::Finished);
        (phases, stands && !self.has_diverged())
    }

    /// Whether no run can go on.
    pub(super) fn has_diverged(&self) -> bool {
        self.state.logs.iter().all(|log| log.diverged)
    }

    /// Keeps the spikes of sleep for [`Experiment::raster`] from now on.
    pub fn watch(&mut self) {
        self.watched.get_or_insert(Raster { phase: 0, step: 0, layers: Vec::new() });
    }

    /// As [`Experiment::watch`], and every step of a sleep: a slice's spikes are there when its [`Event::Spikes`] is told.
    pub fn watch_closely(&mut self) {
        self.closely = SLEEP_SLICE;
        self.watch();
    }

    /// Which units of the first run spiked in the last steps that were slept, when it is watched.
    pub fn raster(&self) -> Option<&Raster> {
        self.watched.as_ref().filter(|raster| !raster.layers.is_empty())
    }

    pub fn spec(&self) -> &Spec {
        &self.spec
    }

    pub fn seeds(&self) -> Vec<u32> {
        self.replicas.iter().map(|replica| replica.seed).collect()
    }

    /// The networks as they are now.
    pub async fn networks(&mut self) -> Result<Vec<Net>, EngineError> {
        self.device.read_weights(&self.weights).await
    }

    /// The networks as they were when the run began or went on, or at the last measurement after that.
    pub fn measured(&self) -> &[Net] {
        &self.measured
    }

    pub fn device(&self) -> &D {
        &self.device
    }

    pub fn device_mut(&mut self) -> &mut D {
        &mut self.device
    }

    pub(super) async fn read_sleepers(&mut self) -> Result<Option<Vec<sleep::Sleeper>>, EngineError> {
        let done = self.slept();
        match &self.sleepers {
            Some(sleepers) => Ok(Some(self.device.read_sleepers(sleepers, done).await?)),
            None => Ok(None),
        }
    }

    /// Steps of this sleep that are done.
    fn slept(&self) -> u32 {
        if let Stage::Sleep { done } = self.state.stage { done } else { 0 }
    }

    /// What the networks' rule keeps beside their weights.
    pub(super) async fn read_memory(&mut self) -> Result<Vec<Memory>, EngineError> {
        self.device.read_memory(&self.weights).await
    }

    pub(super) fn write_memory(&mut self, memory: Vec<Memory>) {
        self.device.write_memory(&mut self.weights, memory);
    }

    /// Goes on from a saved state.
    pub(super) fn resume(&mut self, state: State, sleepers: Option<Vec<sleep::Sleeper>>, raster: Option<Raster>) {
        self.state = state;
        self.watched = raster;
        let done = self.slept();
        self.sleepers = sleepers.map(|sleepers| self.device.sleepers(sleepers, done));
        if let Stage::Train { epoch, .. } = self.state.stage {
            self.take_lesson();
            self.shuffle_rows(epoch);
        }
    }

    async fn slice(&mut self) -> Result<(), EngineError> {
        match self.state.stage {
            Stage::Untaught { done } => self.measure_untaught(done).await,
            Stage::Begin => self.begin().await,
            Stage::Train { epoch, done } => self.train(epoch, done).await,
            Stage::Sleep { done } => self.sleep(done).await,
            Stage::Measure { done } => self.measure(done).await,
            Stage::Finished => Ok(()),
        }
    }

    pub(super) fn scheduled(&self) -> &Scheduled {
        &self.state.schedule.phases[self.state.phase]
    }

    async fn begin(&mut self) -> Result<(), EngineError> {
        if let Stint::Sleep(task) = self.scheduled().stint {
            return self.fall_asleep(task).await;
        }
        if self.spec.strategy.averages() {
            self.begin_anew().await?;
        }
        self.take_lesson();
        let from = self.scheduled().from;
        if from == 0 && self.spec.areas.gate > 0.0 && self.spec.network.kind == NetworkKind::Areas {
            self.open_gates().await?;
        }
        self.shuffle_rows(0);
        let longest = self.longest().max(1);
        let epoch = (from / longest) as u32;
        if epoch > 0 {
            self.shuffle_rows(epoch);
        }
        self.state.stage = Stage::Train { epoch, done: (from % longest) as usize };
        Ok(())
    }

    // Learning.

    /// Opens the gates of the tasks that are learnt now for the first time.
    async fn open_gates(&mut self) -> Result<(), EngineError> {
        let tasks = match self.scheduled().stint {
            Stint::Train(task) => task..task + 1,
            Stint::Parallel => 0..self.spec.tasks.len(),
            _ => return Ok(()),
        };
        let mut nets = self.device.read_weights(&self.weights).await?;
        let units: Vec<usize> = self.spec.network.hidden.iter().map(|&units| units as usize).collect();
        for (net, replica) in nets.iter_mut().zip(&self.replicas) {
            for task in tasks.clone() {
                let mean = MeanInput::over(&replica.means[task..=task]);
                net.gates.push(Gate::next(&net.gates, mean, &units, self.spec.areas.gate, replica.seed));
            }
        }
        self.device.write_weights(&mut self.weights, &nets);
        Ok(())
    }

    /// Puts a drawing before the network, where the phase teaches one.
    fn take_lesson(&mut self) {
        self.lesson = match (self.scheduled().stint, image_size(&self.about)) {
            (Stint::Drawing(action), Some((height, width))) => match &self.spec.actions[action].act {
                Act::Draw { image, class, .. } => drawing::pixels(image, height, width)
                    .map(|pixels| drawing::moved(&pixels, height, width, *class))
                    .map(|samples| self.device.load(&self.about, &samples)),
                _ => None,
            },
            _ => None,
        };
    }

    fn shuffle_rows(&mut self, epoch: u32) {
        let Scheduled { stint, key, .. } = *self.scheduled();
        let fraction = self.spec.strategy.rehearsed_fraction();
        for (rows, replica) in self.rows.iter_mut().zip(&self.replicas) {
            *rows = match (stint, self.spec.actions.get(stint.action()).map(|action| &action.act)) {
                (Stint::Again(_), Some(Act::Teach { classes, .. })) => {
                    taught_again(&replica.plan, classes, &self.train_labels)
                }
                (Stint::Drawing(_), _) => (0..drawing::MOVED).collect(),
                _ => training_rows(&replica.plan, stint, fraction, replica.seed),
            };
            shuffle(rows, replica.seed, key, epoch);
        }
    }

    /// Samples of an epoch, in the replica that has most.
    pub(super) fn longest(&self) -> u64 {
        self.rows.iter().map(Vec::len).max().unwrap_or(0) as u64
    }

    /// How often a phase goes through its rows.
    pub(super) fn epochs(&self, stint: Stint) -> u32 {
        match self.spec.actions.get(stint.action()).map(|action| &action.act) {
            Some(Act::Teach { epochs, .. } | Act::Draw { epochs, .. }) => *epochs,
            _ => self.spec.training.epochs,
        }
    }

    /// One minibatch.
    async fn train(&mut self, epoch: u32, done: usize) -> Result<(), EngineError> {
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
        let seeds: Vec<u32> = self.replicas.iter().map(|replica| replica.seed).collect();
        let longest = self.longest();
        let minibatch = u64::from(epoch) * longest.div_ceil(size as u64) + (done / size) as u64;
        let Scheduled { key, stint, .. } = *self.scheduled();
        let all = (longest * u64::from(self.epochs(stint))).max(1);
        let moment = Moment {
            place: Draws { seeds: &seeds, phase: key, minibatch: minibatch as u32 },
            progress: (u64::from(epoch) * longest + done as u64) as f64 / all as f64,
        };
        let data = self.lesson.as_ref().unwrap_or(&self.train);
        let (device, weights, batch) = (&mut self.device, &mut self.weights, &mut self.batch);
        let t0 = clock::now();
        take(device, weights, data, &slices, batch, &self.spec);
        let t1 = clock::now();
        phases(device, weights, data, &slices, batch, &self.spec, &moment);
        let t2 = clock::now();
        learn(device, weights, data, batch, &self.spec, &moment);
        device.check(weights, batch);
        self.after_batch(epoch, done + size);
        let is_over = !matches!(self.state.stage, Stage::Train { .. });
        let faults = self.device.faults(&mut self.batch, is_over).await?;
        self.note_shown(|log| &mut log.learning).await?;
        let t3 = clock::now();
        if D::WAITS {
            self.state.time.products += t1 - t0 + t3 - t2;
            self.state.time.settling += t2 - t1;
        } else {
            self.state.time.learning += t3 - t0;
        }
        for fault in faults {
            self.diverge(fault, minibatch.saturating_sub(fault.ago.into()), NOT_FINITE);
        }
        if is_over {
            self.note_held();
        }
        if is_over && self.spec.areas.protection > 0.0 {
            self.end_task().await?;
        }
        match stint {
            Stint::Train(task) if is_over && self.spec.strategy.averages() => self.average(task).await,
            _ => Ok(()),
        }
    }

    /// Notes what is held in learning: side by side, all networks hold as much.
    fn note_held(&mut self) {
        let Some(mut held) = self.device.held(&self.weights, &self.batch) else { return };
        let tasks = match self.scheduled().stint {
            Stint::Train(task) => task,
            _ => 0,
        };
        for (log, replica) in self.state.logs.iter_mut().zip(&self.replicas) {
            let fraction = self.spec.strategy.rehearsed_fraction();
            let rehearsed: usize = (0..tasks).map(|task| kept(&replica.plan, task, fraction)).sum();
            let kept = rehearsed as u64 * replica.sample_bytes;
            let means = if self.spec.strategy.sleeps() { size_of::<f64>() * self.about.shape.len() } else { 0 } as u64;
            let mean_net = if self.spec.strategy.averages() { held.weights } else { 0 };
            held.data = kept + means + mean_net;
            if log.held.is_none_or(|most| most.total() < held.total()) {
                log.held = Some(held);
            }
        }
    }

    /// Notes which units were regular: what they learnt is protected from now on.
    async fn end_task(&mut self) -> Result<(), EngineError> {
        let mut memory = self.read_memory().await?;
        memory.iter_mut().flat_map(|memory| &mut memory.intervals).for_each(Intervals::end_task);
        self.write_memory(memory);
        Ok(())
    }

    fn after_batch(&mut self, epoch: u32, done: usize) {
        let longest = self.longest() as usize;
        let Scheduled { stint, from, .. } = *self.scheduled();
        let epochs = self.epochs(stint);
        let learnt = u64::from(epoch) * longest as u64 + done.min(longest) as u64;
        self.progress(
            Activity::Train,
            learnt - from.min(learnt),
            (longest as u64 * u64::from(epochs)).saturating_sub(from),
        );
        self.state.stage = if done < longest {
            Stage::Train { epoch, done }
        } else if epoch + 1 < epochs {
            self.shuffle_rows(epoch + 1);
            Stage::Train { epoch: epoch + 1, done: 0 }
        } else {
            Stage::Measure { done: 0 }
        };
    }

    // Sleep.

    async fn fall_asleep(&mut self, task: usize) -> Result<(), EngineError> {
        let start = clock::now();
        let key = self.scheduled().key;
        let largest = self.largest_activities(task).await?;
        let plans: Vec<sleep::Plan> = self
            .replicas
            .iter()
            .zip(largest)
            .map(|(replica, largest_activity)| sleep::Plan {
                seed: replica.seed,
                phase: key,
                constants: Sleep { steps: self.steps_of(replica), ..replica.sleep.clone() },
                mean: MeanInput::over(&replica.means[..=task]),
                image: image_size(&self.about),
                largest_activity,
                wiring: Wiring::of(self.spec.network.kind),
            })
            .collect();
        self.state.before = self.device.read_weights(&self.weights).await?;
        let nets = self.state.before.iter().zip(&plans);
        let sleepers = nets.map(|(net, plan)| sleep::Sleeper::new(net, plan)).collect();
        self.sleepers = Some(self.device.sleepers(sleepers, 0));
        for log in &mut self.state.logs {
            log.spikes.fill(0);
        }
        self.state.time.sleep += clock::now() - start;
        self.state.stage = Stage::Sleep { done: 0 };
        Ok(())
    }

    /// Steps of this sleep of one run: those that were planned may differ, those that a person added do not.
    fn steps_of(&self, replica: &Replica) -> u32 {
        let Scheduled { steps, stint, .. } = *self.scheduled();
        let shorter = match stint {
            Stint::Sleep(task) if self.scheduled().is_planned() => {
                self.spec.sleep.steps_after(task) - replica.sleep.steps_after(task)
            }
            _ => 0,
        };
        steps.saturating_sub(shorter)
    }

    /// The largest free-phase activity of each layer over a sample of the current task: [replica][layer].
    async fn largest_activities(&mut self, task: usize) -> Result<Vec<Vec<f32>>, EngineError> {
        let (key, seeds) = (self.scheduled().key, self.seeds());
        let rows: Vec<Vec<u32>> = self
            .replicas
            .iter()
            .map(|replica| gain_rows(&replica.plan, task, GAIN_SAMPLES, replica.seed, key))
            .collect();
        let mut largest = vec![vec![0.0f32; self.spec.weight_layers()]; rows.len()];
        let at_once = answered_at_once::<D>(&self.spec);
        for start in (0..GAIN_SAMPLES).step_by(at_once) {
            let slices: Vec<&[u32]> = rows.iter().map(|rows| part(rows, start, at_once)).collect();
            let (weights, batch) = (&mut self.weights, &mut self.batch);
            answer(&mut self.device, weights, &self.train, &slices, batch, &self.spec, &seeds);
            let here = self.device.largest_activity(&self.batch).await?;
            for (largest, here) in largest.iter_mut().flatten().zip(here.iter().flatten()) {
                *largest = largest.max(*here);
            }
        }
        // No answer was asked for.
        self.device.read_shown(&mut self.batch).await?;
        Ok(largest)
    }

    /// Up to 500 sleep steps.
    async fn sleep(&mut self, done: u32) -> Result<(), EngineError> {
        let start = clock::now();
        let total = self.scheduled().steps;
        let steps = SLEEP_SLICE.min(total - done);
        let ends = self.replicas.iter().map(|replica| self.steps_of(replica));
        let slept: Vec<u32> = ends.map(|end| (done + steps).min(end) - done.min(end)).collect();
        let sleepers = self.sleepers.as_mut().expect("begin() put the networks to sleep");
        let watched = if self.watched.is_some() { self.closely.min(steps) } else { 0 };
        self.device.sleep(sleepers, done, steps - watched);
        if let Some(raster) = &mut self.watched {
            let first = done + steps - watched;
            let firing = self.device.sleep_watched(sleepers, first, watched).await?;
            *raster = Raster { phase: self.state.phase as u32, step: first + 1, layers: by_layer(firing) };
        }
        let (counts, faults) = self.device.read_spikes(sleepers).await?;
        self.device.adapt(sleepers, &counts, &slept);
        for (run, (counts, &slept)) in counts.iter().zip(&slept).enumerate().filter(|(_, (_, slept))| **slept > 0) {
            self.tell_spikes(run, done + slept, slept, counts);
        }
        let done = done + steps;
        self.progress(Activity::Sleep, done.into(), total.into());
        for fault in faults {
            self.diverge(fault, done.into(), "sleep drove a weight past four times the largest it found");
        }
        self.state.stage = Stage::Sleep { done };
        if done == total {
            self.wake().await?;
        }
        self.state.time.sleep += clock::now() - start;
        Ok(())
    }

    fn tell_spikes(&mut self, run: usize, step: u32, steps: u32, counts: &[u64]) {
        let log = &mut self.state.logs[run];
        log.spikes.iter_mut().zip(counts).for_each(|(sum, n)| *sum += n);
        let per_step = counts.iter().map(|&n| n as f64 / f64::from(steps)).collect();
        let (run, phase) = (run as u32, self.state.phase as u32);
        self.state.events.push_back(Event::Spikes { run, phase, step, per_step });
    }

    /// Writes the weights that sleep changed back into the networks that fell asleep; the others keep their bits.
    async fn wake(&mut self) -> Result<(), EngineError> {
        let sleepers = self.read_sleepers().await?.expect("the networks sleep");
        let mut nets = self.state.before.clone();
        sleepers.iter().zip(&mut nets).for_each(|(sleeper, net)| sleeper.wake(net));
        self.device.write_weights(&mut self.weights, &nets);
        self.sleepers = None;
        self.state.stage = Stage::Measure { done: 0 };
        Ok(())
    }

    // Measuring.

    /// A slice of test samples after `done`, of one task where tasks share their classes; returns how many are done then, and how many there are.
    async fn measure_slice(&mut self, done: usize) -> Result<(usize, usize), EngineError> {
        let total = self.replicas.iter().map(|replica| replica.tests.len()).max().unwrap_or(0);
        // Of tasks that share their classes, what one slice counts is of one task.
        let ends = (self.spec.tasks.permutations > 0)
            .then(|| (self.task_measured(done) + 1) * self.replicas[0].plan.tasks[0].test.len());
        let end = (done + test_slice::<D>(&self.spec)).min(ends.unwrap_or(total)).min(total);
        let (seeds, at_once) = (self.seeds(), answered_at_once::<D>(&self.spec));
        for from in (done..end).step_by(at_once) {
            let count = at_once.min(end - from);
            let slices: Vec<&[u32]> = self.replicas.iter().map(|replica| part(&replica.tests, from, count)).collect();
            let data = self.test.as_ref().unwrap_or(&self.train);
            let (weights, batch) = (&mut self.weights, &mut self.batch);
            answer(&mut self.device, weights, data, &slices, batch, &self.spec, &seeds);
            self.device.tally(&mut self.batch, &self.task_of);
        }
        let logs = &mut self.state.logs;
        let before: Vec<u32> = logs.iter().map(|log| measures::right(&log.tally)).collect();
        let mut tallies: Vec<Tally> = logs.iter_mut().map(|log| std::mem::take(&mut log.tally)).collect();
        self.device.read_tallies(&mut self.batch, &mut tallies).await?;
        logs.iter_mut().zip(tallies).for_each(|(log, tally)| log.tally = tally);
        let task = self.task_measured(done);
        for (log, before) in self.state.logs.iter_mut().zip(before) {
            if let Some(right) = log.right.get_mut(task) {
                *right += measures::right(&log.tally) - before;
            }
        }
        self.note_shown(|log| &mut log.answering).await?;
        Ok((end, total))
    }

    /// The task that the test sample at this place is of, in permuted copies, which all have as many.
    fn task_measured(&self, place: usize) -> usize {
        place / self.replicas[0].plan.tasks[0].test.len()
    }

    /// Adds what spiking areas did since the last time.
    async fn note_shown(&mut self, to: impl Fn(&mut Log) -> &mut Shown) -> Result<(), EngineError> {
        if self.spec.network.kind == NetworkKind::Areas {
            let shown = self.device.read_shown(&mut self.batch).await?;
            self.state.logs.iter_mut().zip(&shown).for_each(|(log, shown)| to(log).add(shown));
        }
        Ok(())
    }

    /// A slice of measuring what the network knows before it learns: what forward transfer is measured from.
    async fn measure_untaught(&mut self, done: usize) -> Result<(), EngineError> {
        let start = clock::now();
        let (end, total) = self.measure_slice(done).await?;
        self.state.stage = Stage::Untaught { done: end };
        self.progress(Activity::Evaluate, end as u64, total as u64);
        if end == total {
            for (log, replica) in self.state.logs.iter_mut().zip(&self.replicas) {
                log.untaught = replica.accuracy(log);
                log.count_anew();
            }
            self.state.stage = Stage::Begin;
        }
        self.state.time.evaluation += clock::now() - start;
        Ok(())
    }

    /// A slice of measuring a phase; after the last, its report.
    async fn measure(&mut self, done: usize) -> Result<(), EngineError> {
        let start = clock::now();
        if done == 0 {
            // Of a stint that a person interrupted, the last checks are still on their way.
            for fault in self.device.faults(&mut self.batch, true).await? {
                let learnt = self.scheduled().until.unwrap_or(0) / u64::from(self.spec.training.batch);
                self.diverge(fault, learnt.saturating_sub(fault.ago.into()), NOT_FINITE);
            }
        }
        let (end, total) = self.measure_slice(done).await?;
        self.state.stage = Stage::Measure { done: end };
        self.progress(Activity::Evaluate, end as u64, total as u64);
        if end == total {
            self.report().await?;
            self.state.time.evaluation += clock::now() - start;
            self.next_phase();
        } else {
            self.state.time.evaluation += clock::now() - start;
        }
        Ok(())
    }

    async fn report(&mut self) -> Result<(), EngineError> {
        let nets = self.device.read_weights(&self.weights).await?;
        for (run, net) in nets.iter().enumerate() {
            // A broken weight may hide: what it brings can compare as if it were nothing.
            if let Some(layer) = net.broken_layer() {
                self.diverge(Fault { replica: run, layer, ago: 0 }, 0, NOT_FINITE);
            }
            if self.state.logs[run].diverged {
                continue;
            }
            let report = self.report_of(run, net);
            let log = &mut self.state.logs[run];
            log.matrix.push(report.accuracy.clone());
            log.mean = report.mean;
            if !report.task_incremental.is_empty() {
                log.within.push(report.task_incremental.clone());
                log.mean_within = measures::mean_within(&log.tally);
            }
            log.learnt.add(&std::mem::take(&mut log.learning));
            log.answered.add(&log.answering);
            log.count_anew();
            self.state.events.push_back(Event::Phase(Box::new(report)));
        }
        self.measured = nets;
        Ok(())
    }

    fn report_of(&self, run: usize, net: &Net) -> PhaseReport {
        let (log, replica, network) = (&self.state.logs[run], &self.replicas[run], &self.spec.network);
        let phase = self.scheduled();
        let asleep = matches!(phase.stint, Stint::Sleep(_));
        let trace = || net.trace(&self.probe, network.free_steps, network.dt, network.gamma);
        let settles = self.spec.evaluation.energy && network.kind == NetworkKind::Mrnn;
        let Trace { energy, movement } = if settles { trace() } else { Trace::default() };
        let steps = f64::from(self.steps_of(replica));
        PhaseReport {
            run: run as u32,
            phase: self.state.phase as u32,
            name: phase.name.clone(),
            accuracy: replica.accuracy(log),
            mean: measures::overall_accuracy(&log.tally),
            task_incremental: if self.spec.tasks.can_be_told() {
                measures::accuracy_within_task(&log.tally, &replica.tasks())
            } else {
                Vec::new()
            },
            confusion: log.tally.confusion.chunks_exact(self.about.classes.len()).map(<[u32]>::to_vec).collect(),
            hidden_mean: measures::hidden_mean(&log.tally),
            spikes_per_step: if asleep { log.spikes.iter().map(|&n| n as f64 / steps).collect() } else { Vec::new() },
            weight_change: if asleep { weight_change(&self.state.before[run], net) } else { Vec::new() },
            energy,
            movement,
            learning: log.learning.activity(),
            answering: log.answering.activity(),
            seconds: self.state.seconds,
        }
    }

    fn next_phase(&mut self) {
        self.state.phase += 1;
        self.state.stage = Stage::Begin;
        if self.state.phase == self.state.schedule.phases.len() {
            self.state.stage = Stage::Finished;
            if self.repeat_action() {
                return;
            }
            for run in (0..self.replicas.len()).filter(|&run| !self.state.logs[run].diverged).collect::<Vec<_>>() {
                let finished = self.finished(run);
                self.state.events.push_back(Event::Finished(Box::new(finished)));
            }
        }
    }

    fn finished(&self, run: usize) -> Finished {
        let (log, replica) = (&self.state.logs[run], &self.replicas[run]);
        let taught = self.state.schedule.taught();
        let transfer = Transfer::of(&log.matrix, &taught, &log.untaught);
        let task_incremental = (!log.within.is_empty()).then(|| TaskIncremental {
            matrix: log.within.clone(),
            accuracy: log.mean_within,
            average_accuracy: measures::average_accuracy(&log.within),
            forgetting: Transfer::of(&log.within, &taught, &log.untaught).forgetting,
        });
        Finished {
            run: run as u32,
            spec: self.spec_of(run),
            seed: replica.seed,
            phases: self.state.schedule.names(),
            tasks: replica.tasks(),
            matrix: log.matrix.clone(),
            accuracy: log.mean,
            untaught: log.untaught.clone(),
            average_accuracy: measures::average_accuracy(&log.matrix),
            forgetting: transfer.forgetting,
            forgetting_max: transfer.forgetting_max,
            backward_transfer: transfer.backward,
            forward_transfer: transfer.forward,
            task_incremental,
            cost: Some(self.cost_of(run)),
            seconds: self.state.seconds,
            time: self.state.time,
            engine: None,
        }
    }

    /// What a run took beside time. What a sleep does is not in it.
    fn cost_of(&self, run: usize) -> Cost {
        let (log, replica) = (&self.state.logs[run], &self.replicas[run]);
        let (mut learning, mut answering) = effort(&self.spec, &layer_sizes(&self.spec, &self.about), replica.inputs);
        for (effort, shown) in [(&mut learning, &log.learnt), (&mut answering, &log.answered)] {
            if let Some(AreaActivity { spikes, operations, changes, .. }) = shown.activity() {
                *effort = Effort { operations, changes, spikes: Some(spikes.iter().sum()) };
            }
        }
        Cost { held: log.held, learning, answering }
    }

    // Events.

    fn announce(&mut self, run: usize) {
        let started = Event::Started {
            run: run as u32,
            spec: Box::new(self.spec_of(run)),
            seed: self.replicas[run].seed,
            phases: self.state.schedule.names(),
            tasks: self.replicas[run].tasks(),
        };
        self.state.events.push_back(started);
    }

    pub(super) fn spec_of(&self, run: usize) -> Spec {
        let Replica { seed, sleep, .. } = &self.replicas[run];
        Spec { seed: *seed, sleep: sleep.clone(), ..self.spec.clone() }
    }

    fn progress(&mut self, activity: Activity, done: u64, total: u64) {
        let tests = self.replicas[0].tests.len() as f64;
        let reached = done as f64 / total.max(1) as f64;
        let all: f64 = tests + (0..self.state.schedule.phases.len()).map(|phase| self.cost(phase, None)).sum::<f64>();
        let (name, spent) = if let Stage::Untaught { .. } = self.state.stage {
            ("start".into(), reached * tests)
        } else {
            let before: f64 = (0..self.state.phase).map(|phase| self.cost(phase, None)).sum();
            let here = self.cost(self.state.phase, Some((activity, reached)));
            (self.scheduled().name.clone(), tests + before + here)
        };
        let (phase, seconds) = (self.state.phase as u32, self.state.seconds);
        let fraction = (spent / all).min(1.0);
        self.state.events.push_back(Event::Progress { phase, name, activity, done, total, fraction, seconds });
    }

    /// What a phase costs, whole or up to a part of one of its activities, in test samples of the first replica.
    fn cost(&self, phase: usize, reached: Option<(Activity, f64)>) -> f64 {
        let replica = &self.replicas[0];
        let rows = |task: usize| replica.plan.tasks[task].train.len() as f64;
        let tasks = replica.plan.tasks.len();
        let fraction = self.spec.strategy.rehearsed_fraction();
        let Scheduled { stint, steps, from, until, .. } = self.state.schedule.phases[phase];
        let epoch = match stint {
            Stint::Train(task) => rows(task) + fraction * (0..task).map(rows).sum::<f64>(),
            Stint::Parallel => (0..tasks).map(rows).sum::<f64>(),
            Stint::Again(action) => replica.taught(&self.spec.actions[action].act) as f64,
            Stint::Drawing(_) => f64::from(drawing::MOVED),
            Stint::Sleep(_) => 0.0,
        };
        let learnt = until.map_or(epoch * f64::from(self.epochs(stint)), |until| until as f64) - from as f64;
        let work = TRAIN_COST * learnt.max(0.0) + SLEEP_COST * f64::from(steps);
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
            name: self.scheduled().name.clone(),
            step,
            layer: layer_name(fault.layer, self.spec.weight_layers()),
            message: message.into(),
        });
    }
}

impl Replica {
    /// `set` is what its plan divides, `train` the training samples that the plan's rows are of.
    fn new(spec: &Spec, set: &DataSet, train: &Samples) -> Result<Replica, RunError> {
        let plan = plan(spec, spec.seed, set)?;
        let tests = plan.tasks.iter().flat_map(|task| task.test.iter().copied()).collect();
        let mean = |rows: &[u32]| {
            let mut mean = MeanInput::new(set.shape.len());
            mean.add(train, rows);
            mean
        };
        let means = plan.tasks.iter().map(|task| mean(&task.train)).collect();
        let mut counts = vec![0; set.classes.len()];
        plan.tasks
            .iter()
            .flat_map(|task| &task.train)
            .for_each(|&row| counts[usize::from(train.labels[row as usize])] += 1);
        let times = match image_size(set) {
            Some((height, _)) if spec.network.kind == NetworkKind::Ctrnn => spec.network.free_steps / height,
            _ => 1,
        };
        let inputs = train.values.density() * set.shape.len() as f64 * f64::from(times);
        let sample_bytes = train.values.bytes(set.shape.len()) + 1;
        Ok(Replica { seed: spec.seed, sleep: spec.sleep.clone(), plan, tests, means, counts, inputs, sample_bytes })
    }

    /// Samples of an epoch in which classes are taught again.
    fn taught(&self, act: &Act) -> u64 {
        match act {
            Act::Teach { classes, .. } => classes.iter().map(|&class| self.counts[usize::from(class)]).sum(),
            _ => 0,
        }
    }

    fn tasks(&self) -> Vec<Vec<u8>> {
        self.plan.tasks.iter().map(|task| task.classes.clone()).collect()
    }

    /// Accuracy on each task's test samples, 0 to 1, the answer being one of all classes.
    fn accuracy(&self, log: &Log) -> Vec<f64> {
        if log.right.is_empty() {
            return measures::accuracy_by_task(&log.tally, &self.tasks());
        }
        let of = |(&right, task): (&u32, &TaskRows)| f64::from(right) / task.test.len() as f64;
        log.right.iter().zip(&self.plan.tasks).map(of).collect()
    }
}

impl Log {
    fn new(spec: &Spec, classes: usize) -> Log {
        let hidden: u32 = spec.network.hidden.iter().sum();
        Log {
            untaught: Vec::new(),
            matrix: Vec::new(),
            mean: 0.0,
            within: Vec::new(),
            mean_within: 0.0,
            tally: Tally::new(classes, hidden as usize),
            right: vec![0; spec.tasks.permutations as usize],
            spikes: vec![0; spec.weight_layers() + 1],
            learning: Shown::default(),
            answering: Shown::default(),
            learnt: Shown::default(),
            answered: Shown::default(),
            held: None,
            diverged: false,
        }
    }

    /// Forgets the answers that were counted.
    fn count_anew(&mut self) {
        self.tally.clear();
        self.right.fill(0);
        self.answering = Shown::default();
    }
}

/// The task of each class, as they are listed; of one that belongs to none, a number that no task has.
fn task_of(spec: &Spec, classes: usize) -> Vec<u32> {
    let of = |class| spec.tasks.classes.iter().position(|task| task.contains(&class));
    (0..classes).map(|class| of(class as u8).map_or(u32::MAX, |task| task as u32)).collect()
}

/// Units of the input, the hidden layers and the output. Who reads images row by row has as many inputs as a row.
pub(super) fn layer_sizes(spec: &Spec, set: &DataSet) -> Vec<usize> {
    let hidden = spec.network.hidden.iter().map(|&units| units as usize);
    let inputs = match image_size(set) {
        Some((_, width)) if spec.network.kind == NetworkKind::Ctrnn => width as usize,
        _ => set.shape.len(),
    };
    std::iter::once(inputs).chain(hidden).chain([set.classes.len()]).collect()
}

/// Height and width, for data that are images.
pub(super) fn image_size(set: &DataSet) -> Option<(u32, u32)> {
    match set.shape {
        Shape::Image { height, width } => Some((height, width)),
        Shape::Vector { .. } => None,
    }
}

/// The data are what the network takes: who reads row by row reads images, each row for as many steps.
pub(super) fn check_shape(spec: &Spec, set: &DataSet) -> Result<(), SpecError> {
    if spec.network.kind == NetworkKind::Ctrnn {
        let steps = spec.network.free_steps;
        let (field, value, allowed) = match image_size(set) {
            Some((height, _)) if steps.is_multiple_of(height) => return Ok(()),
            Some((height, _)) => {
                let allowed = format!("the images of `{}` have {height} rows: write a multiple of that", set.name);
                ("network.free_steps", steps.to_string(), allowed)
            }
            None => (
                "network.kind",
                "ctrnn".into(),
                format!("`{}` holds no images that could be read row by row", set.name),
            ),
        };
        return Err(SpecError::OutOfRange { field: field.into(), value, allowed });
    }
    check_window(spec, set)
}

/// A sleep's window lies within the images; data that are not images have none.
fn check_window(spec: &Spec, set: &DataSet) -> Result<(), SpecError> {
    let sleeps = spec.strategy.sleeps() || spec.actions.iter().any(|action| action.act.sleeps());
    let Some(side) = spec.sleep.window.filter(|_| sleeps) else { return Ok(()) };
    let allowed = match image_size(set) {
        Some((height, width)) if side <= height.min(width) => return Ok(()),
        Some((height, width)) => format!("the images of `{}` are {height}×{width} pixels", set.name),
        None => format!("`{}` holds no images: write null", set.name),
    };
    Err(SpecError::OutOfRange { field: "sleep.window".into(), value: side.to_string(), allowed })
}

/// Name, shape and classes of a set.
fn about(set: &DataSet) -> DataSet {
    let none = Samples { values: Values::Floats(Vec::new()), labels: Vec::new() };
    DataSet { train: none.clone(), test: none, name: set.name.clone(), shape: set.shape, classes: set.classes.clone() }
}

/// [step][layer] to [layer][step]
fn by_layer(firing: Firing) -> Vec<Vec<Vec<u32>>> {
    let mut layers: Vec<Vec<Vec<u32>>> = vec![Vec::new(); firing.first().map_or(0, Vec::len)];
    for step in firing {
        layers.iter_mut().zip(step).for_each(|(layer, spikes)| layer.push(spikes));
    }
    layers
}

/// Samples of the largest minibatch.
fn capacity<D: Device>(spec: &Spec) -> usize {
    (spec.training.batch as usize).max(answered_at_once::<D>(spec))
}

/// Test samples of one slice.
fn test_slice<D: Device>(spec: &Spec) -> usize {
    match spec.network.kind {
        NetworkKind::Areas => {
            let most = if D::WAITS { SHOWN_SLICE } else { LARGE_SHOWN_SLICE };
            let work = SHOWN_SLICE_WORK * (most / SHOWN_SLICE) as u64;
            most.min((work / work_of_sample(spec)) as usize).max(1)
        }
        _ => TEST_SLICE,
    }
}

/// About what it takes to show spiking areas a sample, in products: errors between areas are dense, all else is followed by its spikes.
fn work_of_sample(spec: &Spec) -> u64 {
    let Constants { steps, error_every, .. } = Constants::of(&spec.areas);
    let units = spec.network.hidden.iter().map(|&units| u64::from(units));
    let dense: u64 = units.clone().zip(units.clone().skip(1)).map(|(lower, upper)| lower * upper).sum();
    u64::from(steps) * (dense / u64::from(error_every) + WORK_OF_UNIT * units.sum::<u64>())
}

/// Test samples of one batch.
fn answered_at_once<D: Device>(spec: &Spec) -> usize {
    D::TEST_BATCH.min(test_slice::<D>(spec))
}

/// What runs side by side share.
fn shared(specs: &[Spec]) -> Result<Spec, RunError> {
    let first = specs.first().ok_or(RunError::NoRuns)?;
    let like_first = |spec: &Spec| Spec { seed: first.seed, sleep: first.sleep.clone(), ..spec.clone() };
    if specs.iter().any(|spec| like_first(spec) != *first) {
        return Err(RunError::Unlike("runs side by side differ in `seed` and `sleep` alone"));
    }
    let length = |spec: &Spec| (spec.sleep.steps, spec.sleep.growth);
    if !first.actions.is_empty() && specs.iter().any(|spec| length(spec) != length(first)) {
        return Err(RunError::Unlike("runs side by side that are acted upon sleep for the same time"));
    }
    specs.iter().try_for_each(Spec::validate)?;
    let steps = specs.iter().map(|spec| spec.sleep.steps).max().unwrap_or(0);
    let growth = specs.iter().map(|spec| spec.sleep.growth).max().unwrap_or(0);
    Ok(Spec { sleep: Sleep { steps, growth, ..first.sleep.clone() }, ..first.clone() })
}

/// Test samples spread evenly over all tasks.
fn probe(samples: &Samples, len: usize, replica: &Replica) -> Vec<Vec<f32>> {
    let step = (replica.tests.len() / ENERGY_SAMPLES).max(1);
    let rows = replica.tests.iter().step_by(step).take(ENERGY_SAMPLES);
    rows.map(|&row| {
        let mut input = vec![0.0; len];
        samples.values.row_into(row as usize, len, &mut input);
        input
    })
    .collect()
}

fn part(rows: &[u32], from: usize, count: usize) -> &[u32] {
    &rows[from.min(rows.len())..(from + count).min(rows.len())]
}

impl State {
    /// Whether a state that was read can belong to such a run.
    pub(super) fn fits(&self, spec: &Spec, runs: usize, classes: usize, asleep: bool) -> bool {
        /// More samples than any set has.
        const MOST: usize = 1 << 31;
        let phase = self.schedule.phases.get(self.phase);
        let sleeps = phase.is_some_and(|phase| matches!(phase.stint, Stint::Sleep(_)));
        let stage_fits = match self.stage {
            Stage::Finished => true,
            _ if phase.is_none() => false,
            Stage::Untaught { done } => self.phase == 0 && !asleep && done <= MOST,
            Stage::Begin => !asleep,
            Stage::Train { epoch, done } => {
                let has_mean = !spec.strategy.averages() || self.before.len() == runs;
                !sleeps && !asleep && epoch <= 1000 && done <= MOST && has_mean
            }
            Stage::Sleep { done } => {
                sleeps && asleep && phase.is_some_and(|phase| done < phase.steps) && self.before.len() == runs
            }
            Stage::Measure { done } => done <= MOST && !asleep && (!sleeps || self.before.len() == runs),
        };
        let empty = Log::new(spec, classes);
        let tasks = spec.tasks.len();
        let measured = !matches!(self.stage, Stage::Untaught { .. });
        let log_fits = |log: &Log| {
            let row_fits = |row: &Vec<f64>| row.len() == tasks;
            log.untaught.len() == if measured { tasks } else { 0 }
                && (log.diverged || log.matrix.len() == self.phase)
                && log.matrix.iter().all(row_fits)
                && log.within.iter().all(row_fits)
                && log.within.len() == if spec.tasks.can_be_told() { log.matrix.len() } else { 0 }
                && log.right.len() == empty.right.len()
                && log.tally.within.len() == classes
                && log.tally.classes == classes
                && log.tally.confusion.len() == empty.tally.confusion.len()
                && log.tally.hidden.len() == empty.tally.hidden.len()
                && log.spikes.len() == empty.spikes.len()
        };
        self.phase <= self.schedule.phases.len()
            && self.schedule.fits(spec)
            && stage_fits
            && self.logs.len() == runs
            && self.logs.iter().all(log_fits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::cpu::Cpu;
    use crate::spec::preset;

    #[test]
    fn slices_of_slow_areas_are_small() {
        let slice = |name: &str| test_slice::<Cpu>(&preset(name).expect("a preset").spec);
        let named = ["mnist-src", "predict-mnist-parallel", "predict-mnist-500-500", "predict-mnist-published"];
        assert_eq!(named.map(slice), [1000, 32, 32, 4]);
        let mut slowest = preset("predict-mnist-published").expect("a preset").spec.clone();
        (slowest.network.hidden, slowest.areas.shown) = (vec![4000, 4000], 2000.0);
        assert_eq!(test_slice::<Cpu>(&slowest), 1);
    }
}

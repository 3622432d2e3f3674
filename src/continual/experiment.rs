//! The experiment: a resumable state machine over the phases of one or more runs.
//!
//! One call of [`Experiment::next`] does one slice of work (a minibatch, 500 sleep steps or up to 1,000 test samples)
//! or hands out an event that is waiting. Between calls it can be left alone, saved and restored: all that a
//! continuation depends on is in [`State`], the weights and, during a sleep, the sleeping networks.
//!
//! Here is the flow: prepare, take slices, go from phase to phase. What a slice does is in `learning`, `sleeping` and
//! `measuring`; how large it is in `slices`; what is told of it in `telling`.

mod fitting;
mod learning;
mod measuring;
mod replica;
mod sleeping;
mod slices;
mod state;
mod telling;

pub(super) use fitting::{check_shape, image_size, layer_sizes};
pub(crate) use slices::work_of_sample;
pub(super) use state::{Stage, State};

use std::collections::VecDeque;

use self::fitting::shared;
use self::replica::Replica;
use self::sleeping::SLEEP_SLICE;
use self::slices::capacity;
use self::state::Log;
use super::RunError;
use super::acting::check_actions;
use super::schedule::{Phase as Scheduled, Schedule, Stint};
use crate::clock;
use crate::data::plan::TestOn;
use crate::data::{DataSet, Samples, Values, permuted};
use crate::event::{Event, Raster, TimeShares};
use crate::kernels::{Device, EngineError, Memory};
use crate::net::Net;
use crate::sleep;
use crate::spec::{NetworkKind, Spec};

/// Last steps of a slice of sleep whose spikes are kept one by one, when somebody watches.
const WATCHED: u32 = 60;
/// Samples of the energy curve.
const ENERGY_SAMPLES: usize = 32;
const NOT_FINITE: &str = "a number in it is no longer finite: the learning rates or the feedback γ are too large";

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

    pub(super) fn scheduled(&self) -> &Scheduled {
        &self.state.schedule.phases[self.state.phase]
    }

    pub(super) fn spec_of(&self, run: usize) -> Spec {
        let Replica { seed, sleep, .. } = &self.replicas[run];
        Spec { seed: *seed, sleep: sleep.clone(), ..self.spec.clone() }
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
}

/// The task of each class, as they are listed; of one that belongs to none, a number that no task has.
fn task_of(spec: &Spec, classes: usize) -> Vec<u32> {
    let of = |class| spec.tasks.classes.iter().position(|task| task.contains(&class));
    (0..classes).map(|class| of(class as u8).map_or(u32::MAX, |task| task as u32)).collect()
}

/// Name, shape and classes of a set.
fn about(set: &DataSet) -> DataSet {
    let none = Samples { values: Values::Floats(Vec::new()), labels: Vec::new() };
    DataSet { train: none.clone(), test: none, name: set.name.clone(), shape: set.shape, classes: set.classes.clone() }
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

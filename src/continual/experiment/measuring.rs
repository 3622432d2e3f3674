//! Measuring: what the networks answer on the test samples, before they learn and after every phase.

use super::slices::{answered_at_once, part, test_slice};
use super::state::{Log, Stage};
use super::{Experiment, NOT_FINITE};
use crate::analysis::weight_change;
use crate::clock;
use crate::continual::measures;
use crate::continual::schedule::Stint;
use crate::event::{Activity, Event, PhaseReport};
use crate::kernels::{Device, EngineError, Fault, Memory, Shown, Tally};
use crate::learn::answer;
use crate::net::Net;
use crate::net::mrnn::Trace;
use crate::spec::NetworkKind;

impl<D: Device> Experiment<D> {
    /// A slice of measuring what the network knows before it learns: what forward transfer is measured from.
    pub(super) async fn measure_untaught(&mut self, done: usize) -> Result<(), EngineError> {
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
    pub(super) async fn measure(&mut self, done: usize) -> Result<(), EngineError> {
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
        self.note_shown(|log, shown| log.answering.add(shown)).await?;
        Ok((end, total))
    }

    /// The task that the test sample at this place is of, in permuted copies, which all have as many.
    fn task_measured(&self, place: usize) -> usize {
        place / self.replicas[0].plan.tasks[0].test.len()
    }

    /// Notes what spiking areas did since the last time.
    pub(super) async fn note_shown(&mut self, note: impl Fn(&mut Log, &Shown)) -> Result<(), EngineError> {
        if self.spec.network.kind == NetworkKind::Areas {
            let shown = self.device.read_shown(&mut self.batch).await?;
            self.state.logs.iter_mut().zip(&shown).for_each(|(log, shown)| note(log, shown));
        }
        Ok(())
    }

    pub(super) async fn report(&mut self) -> Result<(), EngineError> {
        let nets = self.device.read_weights(&self.weights).await?;
        let protects = self.spec.areas.protection > 0.0;
        let memory = if protects { self.read_memory().await? } else { Vec::new() };
        for (run, net) in nets.iter().enumerate() {
            // A broken weight may hide: what it brings can compare as if it were nothing.
            if let Some(layer) = net.broken_layer() {
                self.diverge(Fault { replica: run, layer, ago: 0 }, 0, NOT_FINITE);
            }
            if self.state.logs[run].diverged {
                continue;
            }
            let regularity = memory.get(run).map_or(Vec::new(), regularity);
            let report = PhaseReport { regularity, ..self.report_of(run, net) };
            let log = &mut self.state.logs[run];
            log.matrix.push(report.accuracy.clone());
            log.mean = report.mean;
            if !report.task_incremental.is_empty() {
                log.within.push(report.task_incremental.clone());
                log.mean_within = measures::mean_within(&log.tally);
            }
            log.learnt.add(&std::mem::take(&mut log.learning));
            log.course.clear();
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
            learning_course: log.course.iter().filter_map(Shown::activity).collect(),
            regularity: Vec::new(),
            answering: log.answering.activity(),
            seconds: self.state.seconds,
        }
    }
}

/// Ω of the areas' units: the first population is what is expected of the input, the last of the labels.
fn regularity(memory: &Memory) -> Vec<Vec<f32>> {
    let areas = 1..memory.intervals.len().saturating_sub(1);
    memory.intervals.get(areas).unwrap_or_default().iter().map(|intervals| intervals.regularity.clone()).collect()
}

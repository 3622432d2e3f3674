//! Learning: minibatches of the rows that a phase goes through.

use super::fitting::image_size;
use super::state::{COURSE, Stage};
use super::{Experiment, NOT_FINITE};
use crate::clock;
use crate::continual::rows::{kept, shuffle, taught_again, training_rows};
use crate::continual::schedule::{Phase as Scheduled, Stint};
use crate::data::drawing;
use crate::event::Activity;
use crate::kernels::{Device, Draws, EngineError, Shown};
use crate::learn::{Moment, learn, phases, take};
use crate::net::gate::Gate;
use crate::sleep::MeanInput;
use crate::spec::Act;

impl<D: Device> Experiment<D> {
    pub(super) fn shuffle_rows(&mut self, epoch: u32) {
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
    pub(in crate::continual) fn longest(&self) -> u64 {
        self.rows.iter().map(Vec::len).max().unwrap_or(0) as u64
    }

    /// How often a phase goes through its rows.
    pub(in crate::continual) fn epochs(&self, stint: Stint) -> u32 {
        match self.spec.actions.get(stint.action()).map(|action| &action.act) {
            Some(Act::Teach { epochs, .. } | Act::Draw { epochs, .. }) => *epochs,
            _ => self.spec.training.epochs,
        }
    }

    /// One minibatch.
    pub(super) async fn train(&mut self, epoch: u32, done: usize) -> Result<(), EngineError> {
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
        let progress = (u64::from(epoch) * longest + done as u64) as f64 / all as f64;
        let is_task = matches!(stint, Stint::Train(_) | Stint::Parallel);
        let moment =
            Moment { place: Draws { seeds: &seeds, phase: key, minibatch: minibatch as u32 }, progress, is_task };
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
        let part = (progress * COURSE as f64) as usize;
        self.note_shown(|log, shown| {
            log.learning.add(shown);
            log.course.resize(log.course.len().max(part + 1), Shown::default());
            log.course[part].add(shown);
        })
        .await?;
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
        if is_over && is_task && self.spec.areas.protection > 0.0 {
            self.end_task().await?;
        }
        match stint {
            Stint::Train(task) if is_over && self.spec.strategy.averages() => self.average(task).await,
            _ => Ok(()),
        }
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

    /// Puts a drawing before the network, where the phase teaches one.
    pub(super) fn take_lesson(&mut self) {
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

    /// Opens the gates of the tasks that are learnt now for the first time.
    pub(super) async fn open_gates(&mut self) -> Result<(), EngineError> {
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

    /// Notes which units were regular in a task: what they learnt is protected from now on.
    async fn end_task(&mut self) -> Result<(), EngineError> {
        let mut memory = self.read_memory().await?;
        let protects = self.spec.areas.protects;
        memory.iter_mut().flat_map(|memory| &mut memory.intervals).for_each(|intervals| intervals.end_task(protects));
        self.write_memory(memory);
        Ok(())
    }
}

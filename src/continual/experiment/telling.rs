//! What an experiment tells: how far it is, where it diverged, and at its end what it came to and took.

use super::Experiment;
use super::fitting::layer_sizes;
use super::state::Stage;
use crate::continual::measures::{self, Transfer};
use crate::continual::schedule::{Phase as Scheduled, Stint};
use crate::data::drawing;
use crate::event::{Activity, AreaActivity, Cost, Effort, Event, Finished, TaskIncremental};
use crate::kernels::{Device, Fault};
use crate::net::effort::effort;
use crate::net::layer_name;

/// What a training sample and a sleep step cost, in test samples: only the progress bar depends on it.
const TRAIN_COST: f64 = 2.5;
const SLEEP_COST: f64 = 0.6;

impl<D: Device> Experiment<D> {
    pub(super) fn announce(&mut self, run: usize) {
        let started = Event::Started {
            run: run as u32,
            spec: Box::new(self.spec_of(run)),
            seed: self.replicas[run].seed,
            phases: self.state.schedule.names(),
            tasks: self.replicas[run].tasks(),
        };
        self.state.events.push_back(started);
    }

    pub(super) fn progress(&mut self, activity: Activity, done: u64, total: u64) {
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
    pub(super) fn cost(&self, phase: usize, reached: Option<(Activity, f64)>) -> f64 {
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

    pub(super) fn diverge(&mut self, fault: Fault, step: u64, message: &str) {
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

    pub(super) fn finished(&self, run: usize) -> Finished {
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
}

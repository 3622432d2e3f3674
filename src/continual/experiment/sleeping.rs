//! Sleep: falling asleep with gains normalised by what is active, slices of steps, and waking.

use super::slices::{answered_at_once, part};
use super::state::Stage;
use super::{Experiment, Replica, fitting::image_size};
use crate::clock;
use crate::continual::rows::gain_rows;
use crate::continual::schedule::{Phase as Scheduled, Stint};
use crate::event::{Activity, Event, Raster};
use crate::kernels::{Device, EngineError, Firing};
use crate::learn::answer;
use crate::sleep::{self, MeanInput, Wiring};
use crate::spec::Sleep;

/// Sleep steps of one slice: after each, thresholds follow.
pub(super) const SLEEP_SLICE: u32 = sleep::HOMEOSTASIS_STEPS;
/// Samples that sleep's gains are normalised on.
const GAIN_SAMPLES: usize = 1000;

impl<D: Device> Experiment<D> {
    pub(super) async fn fall_asleep(&mut self, task: usize) -> Result<(), EngineError> {
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
    pub(super) fn steps_of(&self, replica: &Replica) -> u32 {
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
    pub(super) async fn sleep(&mut self, done: u32) -> Result<(), EngineError> {
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
}

/// [step][layer] to [layer][step]
fn by_layer(firing: Firing) -> Vec<Vec<Vec<u32>>> {
    let mut layers: Vec<Vec<Vec<u32>>> = vec![Vec::new(); firing.first().map_or(0, Vec::len)];
    for step in firing {
        layers.iter_mut().zip(step).for_each(|(layer, spikes)| layer.push(spikes));
    }
    layers
}

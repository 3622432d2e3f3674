//! What a person does during a run: it takes its place among the phases at once, and is noted in the Spec with the
//! place where it was done, so that the run can be repeated.

use super::experiment::{Stage, check_shape, image_size};
use super::schedule::Place;
use super::{Experiment, RunError};
use crate::data::{DataSet, drawing};
use crate::event::Event;
use crate::kernels::Device;
use crate::spec::{Act, Action, Spec, SpecError};

impl<D: Device> Experiment<D> {
    /// Does `act` now. Learning is interrupted for it and goes on afterwards; a sleep or a measurement is ended first.
    /// A run that has ended goes on. `Longer` where nothing sleeps is a sleep.
    ///
    /// # Errors
    /// When the act does not fit the data or the tasks, or the run diverged; then nothing is changed.
    pub fn act(&mut self, act: Act) -> Result<(), RunError> {
        if self.has_diverged() {
            return Err(RunError::Diverged);
        }
        // What is due here, in a repeated run, is done before it.
        while self.repeat_action() {}
        let act = match (act, self.state.stage) {
            (Act::Longer { steps }, stage) if !matches!(stage, Stage::Sleep { .. }) => Act::Sleep { steps },
            (act, _) => act,
        };
        let at = self.state.phase as u32;
        let acted = self.state.schedule.acted;
        let mut spec = self.spec.clone();
        spec.actions.insert(acted, Action { phase: at, done: self.work(), act });
        spec.validate()?;
        check_shape(&spec, &self.about)?;
        check_actions(&spec, &self.about)?;
        self.spec = spec;
        // A phase that is interrupted, or comes later, has its actions to come later too; those of a sleep under way do not.
        let asleep = matches!(self.state.stage, Stage::Sleep { .. });
        let added = self.perform() as u32;
        let to_come = self.spec.actions[acted + 1..].iter_mut();
        to_come
            .filter(|next| next.phase > at || !asleep)
            .for_each(|next| next.phase = next.phase.saturating_add(added));
        Ok(())
    }

    /// Does the next action of the Spec, if its place is reached; says whether it was. What lies beyond the end is done at
    /// the end, and noted there.
    pub(super) fn repeat_action(&mut self) -> bool {
        let here = (self.state.phase as u32, self.work());
        let over = self.state.stage == Stage::Finished && !self.has_diverged();
        let Some(next) = self.spec.actions.get_mut(self.state.schedule.acted) else { return false };
        if over && (next.phase, next.done) > here {
            (next.phase, next.done) = here;
        }
        let due = (next.phase, next.done) <= here && !self.has_diverged();
        if due {
            self.perform();
        }
        due
    }

    /// Gives the next action its place; returns how many phases there are more.
    fn perform(&mut self) -> usize {
        let at = self.state.phase;
        let act = &self.spec.actions[self.state.schedule.acted].act;
        let added = match (self.state.stage, act) {
            (Stage::Sleep { .. }, &Act::Longer { steps }) => {
                self.lengthen_sleep(steps);
                0
            }
            (Stage::Train { .. }, _) if self.learnt() > self.scheduled().from => {
                let place = Place::Within { phase: at, done: self.learnt() };
                self.state.stage = Stage::Measure { done: 0 };
                self.state.schedule.act(&self.spec, place)
            }
            (Stage::Untaught { .. }, _) => self.state.schedule.act(&self.spec, Place::Before { phase: at }),
            (Stage::Begin | Stage::Train { .. } | Stage::Finished, _) => {
                self.state.stage = Stage::Begin;
                self.state.schedule.act(&self.spec, Place::Before { phase: at })
            }
            (Stage::Sleep { .. } | Stage::Measure { .. }, _) => {
                let phase = self.state.schedule.after_added(at + 1);
                self.state.schedule.act(&self.spec, Place::Before { phase })
            }
        };
        for run in 0..self.seeds().len() {
            let (spec, phases) = (Box::new(self.spec_of(run)), self.state.schedule.names());
            self.state.events.push_back(Event::Acted { run: run as u32, spec, phases });
        }
        added
    }

    fn lengthen_sleep(&mut self, steps: u32) {
        let sleepers = self.sleepers.as_mut().expect("the networks sleep");
        self.device.lengthen(sleepers, steps);
        let phase = &mut self.state.schedule.phases[self.state.phase];
        phase.steps = phase.steps.saturating_add(steps);
        self.state.schedule.acted += 1;
    }

    /// Samples or sleep steps of this phase that are done, those of the stint's earlier parts included; the most there can
    /// be once the phase is measured.
    fn work(&self) -> u32 {
        let Some(phase) = self.state.schedule.phases.get(self.state.phase) else { return 0 };
        match self.state.stage {
            Stage::Untaught { .. } | Stage::Begin | Stage::Finished => clamped(phase.from),
            Stage::Train { .. } => clamped(self.learnt()),
            Stage::Sleep { done } => done,
            Stage::Measure { .. } => u32::MAX,
        }
    }

    /// Where the run stands: the phase, counted from 0, and how much of its work is done, as [`Action::done`] counts.
    pub fn place(&self) -> (u32, u32) {
        (self.state.phase as u32, self.work())
    }

    /// Samples that this stint has learnt, in all its parts.
    fn learnt(&self) -> u64 {
        match self.state.stage {
            Stage::Train { epoch, done } => u64::from(epoch) * self.longest() + done as u64,
            _ => 0,
        }
    }
}

fn clamped(samples: u64) -> u32 {
    samples.min(u64::from(u32::MAX) - 1) as u32
}

/// Classes that are taught again are classes of the tasks, and drawings are images of the data's size.
pub(super) fn check_actions(spec: &Spec, set: &DataSet) -> Result<(), SpecError> {
    let learnt = |class: &u8| spec.tasks.classes.iter().flatten().any(|known| known == class);
    for (i, action) in spec.actions.iter().enumerate() {
        let (field, value, allowed) = match &action.act {
            Act::Teach { classes, .. } => match classes.iter().find(|class| !learnt(class)) {
                Some(class) => ("classes", class.to_string(), "it is no class of the run's tasks".to_owned()),
                None => continue,
            },
            Act::Draw { class, .. } if !learnt(class) => {
                ("class", class.to_string(), "it is no class of the run's tasks".to_owned())
            }
            Act::Draw { image, .. } => match image_size(set) {
                Some((height, width)) if drawing::pixels(image, height, width).is_some() => continue,
                Some((height, width)) => {
                    let allowed = format!("the images of `{}` have {height}×{width} pixels", set.name);
                    ("image", format!("{} digits", image.len()), allowed)
                }
                None => ("image", "a drawing".into(), format!("`{}` holds no images", set.name)),
            },
            Act::Sleep { .. } | Act::Longer { .. } => continue,
        };
        return Err(SpecError::OutOfRange { field: format!("actions[{i}].act.{field}"), value, allowed });
    }
    Ok(())
}

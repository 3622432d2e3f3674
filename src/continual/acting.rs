//! What a person does during a run: it takes its place among the phases at once, and is noted in the Spec with the
//! place where it was done, so that the run can be repeated.

use super::experiment::{Stage, check_window, image_size};
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
        let act = match (act, self.state.stage) {
            (Act::Longer { steps }, stage) if !matches!(stage, Stage::Sleep { .. }) => Act::Sleep { steps },
            (act, _) => act,
        };
        let here = match (&act, self.state.stage) {
            (Act::Longer { .. }, _) => (self.state.phase as u32, self.work() as u32),
            (_, Stage::Sleep { .. } | Stage::Measure { .. }) => (self.state.phase as u32 + 1, 0),
            _ => (self.state.phase as u32, self.work().min(u32::MAX.into()) as u32),
        };
        let action = Action { phase: here.0, done: here.1, act };
        let acted = self.state.schedule.acted;
        let mut spec = self.spec.clone();
        spec.actions.insert(acted, action);
        // A repeated run may have actions to come: those of this phase come after this one.
        spec.actions[acted + 1..].iter_mut().filter(|next| (next.phase, next.done) < here).for_each(|next| {
            (next.phase, next.done) = here;
        });
        spec.validate()?;
        check_window(&spec, &self.about)?;
        check_actions(&spec, &self.about)?;
        self.spec = spec;
        let added = self.perform();
        self.spec.actions[acted + 1..].iter_mut().for_each(|next| next.phase += added as u32);
        Ok(())
    }

    /// Does the next action of the Spec, if its place is reached; says whether it was.
    pub(super) fn repeat_action(&mut self) -> bool {
        let here = (self.state.phase as u32, self.work());
        let due =
            |action: &Action| (action.phase, u64::from(action.done)) <= here || self.state.stage == Stage::Finished;
        let due = !self.has_diverged() && self.spec.actions.get(self.state.schedule.acted).is_some_and(due);
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
            (Stage::Sleep { .. }, Act::Longer { steps }) => {
                let steps = *steps;
                self.lengthen_sleep(steps);
                0
            }
            (Stage::Train { .. }, _) if self.work() > self.scheduled().from => {
                let place = Place::Within { phase: at, done: self.work() };
                self.state.stage = Stage::Measure { done: 0 };
                self.state.schedule.act(&self.spec, place)
            }
            (Stage::Untaught { .. }, _) => self.state.schedule.act(&self.spec, Place::Before { phase: at }),
            (Stage::Begin | Stage::Train { .. } | Stage::Finished, _) => {
                self.state.stage = Stage::Begin;
                self.state.schedule.act(&self.spec, Place::Before { phase: at })
            }
            (Stage::Sleep { .. } | Stage::Measure { .. }, _) => {
                self.state.schedule.act(&self.spec, Place::Before { phase: at + 1 })
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

    /// Samples or sleep steps of this phase that are done, those of the stint's earlier parts included.
    fn work(&self) -> u64 {
        let Some(phase) = self.state.schedule.phases.get(self.state.phase) else { return 0 };
        match self.state.stage {
            Stage::Untaught { .. } | Stage::Begin | Stage::Finished => phase.from,
            Stage::Train { epoch, done } => u64::from(epoch) * self.longest() + done as u64,
            Stage::Sleep { done } => done.into(),
            Stage::Measure { .. } => u64::MAX,
        }
    }
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

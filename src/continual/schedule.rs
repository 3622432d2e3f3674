//! Which phases a run has, and how a person's actions add to them.

use serde::{Deserialize, Serialize};

use crate::spec::{Act, Spec, Strategy};

/// What is done in a phase.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stint {
    /// Learning the task at this position of the order.
    Train(usize),
    /// Sleep, when the task at this position was the last to be learnt from.
    Sleep(usize),
    /// Learning all tasks at once.
    Parallel,
    /// Learning some classes again, as this action of the Spec says.
    Again(usize),
    /// Learning a drawing, as this action of the Spec says.
    Drawing(usize),
}

impl Stint {
    /// The action that a stint is of; past every action for a stint that is none's.
    pub fn action(self) -> usize {
        match self {
            Stint::Again(action) | Stint::Drawing(action) => action,
            _ => usize::MAX,
        }
    }
}

/// One phase of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phase {
    pub stint: Stint,
    /// T1, S1, T2, … or P; N1, A1, D1, … for sleep, classes and drawings that a person added.
    pub name: String,
    /// Keys the phase's random draws: added phases leave those of the others as they were.
    pub key: u32,
    /// Steps of a sleep; else 0.
    pub steps: u32,
    /// Samples that an interrupted stint had learnt before this phase, which goes on after them.
    pub from: u64,
    /// Samples after which this phase is interrupted.
    pub until: Option<u64>,
}

impl Phase {
    /// Whether the Spec's strategy has it, and nobody added it.
    pub fn is_planned(&self) -> bool {
        self.key < ADDED
    }
}

/// The phases of a run, the same for all seeds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    pub phases: Vec<Phase>,
    /// Actions of the Spec that have taken their place among the phases.
    pub acted: usize,
}

/// Where an action takes its place; `phase` counts the phases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Before a phase, which has not begun, or at the run's end.
    Before { phase: usize },
    /// In the middle of learning: so many samples are learnt.
    Within { phase: usize, done: u64 },
}

/// Added phases draw from keys that no scheduled phase has.
const ADDED: u32 = 1 << 16;

impl Schedule {
    /// The phases of a run that is left alone.
    pub fn new(spec: &Spec) -> Schedule {
        let sleeps = spec.strategy.sleeps();
        let of_task = |task| [Some(Stint::Train(task)), sleeps.then_some(Stint::Sleep(task))];
        let stints: Vec<Stint> = if matches!(spec.strategy, Strategy::Parallel {}) {
            vec![Stint::Parallel]
        } else {
            (0..spec.tasks.len()).flat_map(of_task).flatten().collect()
        };
        let phase = |(key, stint): (usize, Stint)| {
            let (name, steps) = match stint {
                Stint::Train(task) => (format!("T{}", task + 1), 0),
                Stint::Sleep(task) => (format!("S{}", task + 1), spec.sleep.steps_after(task)),
                _ => ("P".into(), 0),
            };
            Phase { stint, name, key: key as u32, steps, from: 0, until: None }
        };
        Schedule { phases: stints.into_iter().enumerate().map(phase).collect(), acted: 0 }
    }

    pub fn names(&self) -> Vec<String> {
        self.phases.iter().map(|phase| phase.name.clone()).collect()
    }

    /// Gives the next action of `spec` its place: adds a phase, and parts the one that it interrupts. Returns how many
    /// phases there are more.
    pub fn act(&mut self, spec: &Spec, place: Place) -> usize {
        let action = self.acted;
        self.acted += 1;
        let task = self.last_task(spec, place);
        let (stint, letter, steps) = match &spec.actions[action].act {
            Act::Sleep { steps } | Act::Longer { steps } => (Stint::Sleep(task), 'N', *steps),
            Act::Teach { .. } => (Stint::Again(action), 'A', 0),
            Act::Draw { .. } => (Stint::Drawing(action), 'D', 0),
        };
        let added = |phase: &&Phase| phase.key >= ADDED;
        let whole = |phase: &&Phase| phase.key >= ADDED && phase.from == 0;
        let number = 1 + self.phases.iter().filter(whole).filter(|phase| phase.name.starts_with(letter)).count();
        let key = ADDED + self.phases.iter().filter(added).count() as u32;
        let phase = Phase { stint, name: format!("{letter}{number}"), key, steps, from: 0, until: None };
        match place {
            Place::Before { phase: at } => {
                self.phases.insert(at, phase);
                1
            }
            Place::Within { phase: at, done } => {
                let rest = Phase { from: done, ..self.phases[at].clone() };
                let part = self.phases.iter().filter(|phase| phase.key == rest.key).count() - 1;
                let interrupted = &mut self.phases[at];
                interrupted.name.push(char::from(b'a' + (part % 26) as u8));
                interrupted.until = Some(done);
                self.phases.splice(at + 1..at + 1, [phase, rest]);
                2
            }
        }
    }

    /// The place after the phases from `at` on that wait there because a person added them.
    pub fn after_added(&self, at: usize) -> usize {
        let waits = |phase: &&Phase| phase.key >= ADDED && phase.from == 0;
        at + self.phases[at..].iter().take_while(waits).count()
    }

    /// The last task that is learnt from before `place`; the first, where there is none.
    fn last_task(&self, spec: &Spec, place: Place) -> usize {
        let end = match place {
            Place::Before { phase } => phase,
            Place::Within { phase, .. } => phase + 1,
        };
        let trained = |phase: &Phase| match phase.stint {
            Stint::Train(task) => Some(task),
            Stint::Parallel => Some(spec.tasks.len() - 1),
            _ => None,
        };
        self.phases[..end].iter().rev().find_map(trained).unwrap_or(0)
    }

    /// The first and the last phase that taught each task, in the order they are learnt.
    pub fn taught(&self) -> Vec<(usize, usize)> {
        let mut taught: Vec<(usize, usize)> = Vec::new();
        for (at, phase) in self.phases.iter().enumerate() {
            match phase.stint {
                Stint::Train(task) if task < taught.len() => taught[task].1 = at,
                Stint::Train(_) => taught.push((at, at)),
                _ => {}
            }
        }
        taught
    }

    /// Whether a schedule that was read can be one of `spec`.
    pub fn fits(&self, spec: &Spec) -> bool {
        let tasks = spec.tasks.len();
        let fits = |phase: &Phase| match phase.stint {
            Stint::Train(task) => task < tasks,
            Stint::Sleep(task) => task < tasks && phase.steps > 0,
            Stint::Parallel => true,
            Stint::Again(action) => matches!(spec.actions.get(action).map(|a| &a.act), Some(Act::Teach { .. })),
            Stint::Drawing(action) => matches!(spec.actions.get(action).map(|a| &a.act), Some(Act::Draw { .. })),
        };
        !self.phases.is_empty()
            && self.phases.len() <= 2 * tasks + 2 * self.acted
            && self.acted <= spec.actions.len()
            && self.phases.iter().all(|phase| fits(phase) && phase.from <= u32::MAX.into())
    }
}

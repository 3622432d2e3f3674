//! Watches one run closely and makes its record.

use super::{Around, Dream, Kept, Record, Seen, Slice};
use crate::analysis::{by_learning, correlation, cosine, dreams, importance, learnt, replay};
use crate::event::{Event, Finished, PhaseReport, Raster};
use crate::net::{Layer, Net};

/// Hears everything that a run tells, in order.
#[derive(Default)]
pub struct Witness {
    reports: Vec<PhaseReport>,
    /// The output layer after each phase.
    outputs: Vec<Layer>,
    slices: Vec<Slice>,
    /// Of each slice, [class][input].
    dreams: Vec<Vec<Vec<f32>>>,
    record: Option<Record>,
}

impl Witness {
    /// Takes in an event as it is told. `raster`: the spikes of the slice of sleep that is told of, each step of it, where
    /// sleep is to be read; `net`: the network as it was last measured.
    pub fn hear(&mut self, event: &Event, raster: Option<&Raster>, net: Option<&Net>) {
        match event {
            Event::Engine { went_back: true, phase, done, .. } => self.go_back(*phase, *done),
            Event::Spikes { phase, step, .. } => {
                if let (Some(raster), Some(net)) = (raster, net) {
                    self.read(*phase, *step, raster, net);
                }
            }
            Event::Phase(report) => {
                self.outputs.extend(net.and_then(|net| net.layers.last()).cloned());
                self.reports.push(*report.clone());
            }
            Event::Finished(finished) => self.record = Some(self.record_of(finished)),
            _ => {}
        }
    }

    /// What the run left, once it is finished.
    pub fn record(&self) -> Option<&Record> {
        self.record.as_ref()
    }

    pub fn into_record(self) -> Option<Record> {
        self.record
    }

    /// Forgets work that was lost with an engine: it is told again.
    fn go_back(&mut self, phase: u32, done: u32) {
        self.reports.retain(|report| report.phase < phase);
        self.outputs.truncate(self.reports.len());
        self.slices.retain(|slice| slice.phase < phase || (slice.phase == phase && slice.step <= done));
        self.dreams.truncate(self.slices.len());
    }

    fn read(&mut self, phase: u32, step: u32, raster: &Raster, net: &Net) {
        let (Some(input), Some(output)) = (net.layers.first(), net.layers.last()) else { return };
        let (below, hidden) = (&raster.layers[1], &raster.layers[raster.layers.len() - 2]);
        self.slices.push(Slice { phase, step, replay: replay(hidden, output) });
        self.dreams.push(dreams(hidden, below, input, output));
    }

    fn record_of(&self, finished: &Finished) -> Record {
        let Finished { phases, tasks, matrix, .. } = finished;
        Record {
            phases: phases.clone(),
            tasks: tasks.clone(),
            matrix: matrix.clone(),
            sleep: self.last_sleep(tasks),
            slices: self.slices.clone(),
            dreams: self.dreamt(),
            kept: learnt(tasks).into_iter().map(|class| self.kept(class)).collect(),
        }
    }

    fn last_sleep(&self, tasks: &[Vec<u8>]) -> Option<Around> {
        let last = self.reports.iter().rposition(|report| !report.weight_change.is_empty())?;
        let before = seen(&self.reports[last.checked_sub(1)?], tasks);
        let after = &self.reports[last];
        Some(Around { before, after: seen(after, tasks), change: after.weight_change.clone() })
    }

    /// Sums the slices of all sleeps: of a class, the steps that stood for it and what they stood for.
    fn dreamt(&self) -> Vec<Dream> {
        let classes = self.dreams.first().map_or(0, Vec::len);
        let of_class = |class: usize| {
            let steps: u32 = self.slices.iter().map(|slice| slice.replay.steps[class]).sum();
            let mut pattern = vec![0.0; self.dreams[0][class].len()];
            for (slice, dreams) in self.slices.iter().zip(&self.dreams) {
                let part = slice.replay.steps[class] as f32 / steps.max(1) as f32;
                pattern.iter_mut().zip(&dreams[class]).for_each(|(sum, weight)| *sum += part * weight);
            }
            Dream { class, steps, pattern }
        };
        (0..classes).map(of_class).collect()
    }

    fn kept(&self, class: usize) -> Kept {
        let [t1, t2, s2] = ["T1", "T2", "S2"].map(|name| self.reports.iter().rposition(|report| report.name == name));
        let likeness = |a: Option<usize>, b: Option<usize>| Some(cosine(&self.u(a?, class), &self.u(b?, class)));
        let accuracy = |phase: Option<usize>| {
            let row = &self.reports[phase?].confusion[class];
            Some(f64::from(row[class]) / f64::from(row.iter().sum::<u32>().max(1)))
        };
        Kept {
            class,
            accuracy: [t1, t2, s2].map(accuracy),
            likeness: [likeness(t1, t2), likeness(t1, s2), likeness(t2, s2)],
        }
    }

    /// The importance of the synapses from the last hidden layer after a phase, for a class.
    fn u(&self, phase: usize, class: usize) -> Vec<f32> {
        let (output, activity) = (&self.outputs[phase], &self.reports[phase].hidden_mean[class]);
        importance(&activity[activity.len() - output.fan_in..], &output.weights)
    }
}

fn seen(report: &PhaseReport, tasks: &[Vec<u8>]) -> Seen {
    let activity = learnt(tasks).into_iter().map(|class| report.hidden_mean[class].clone());
    Seen { confusion: by_learning(&report.confusion, tasks), correlation: correlation(&activity.collect::<Vec<_>>()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{EngineUsed, WeightChange};
    use crate::spec::{EngineKind, presets};

    /// A network of two inputs, two hidden units and two classes.
    fn net(weight: f32) -> Net {
        let layer = |weights: [f32; 4]| Layer {
            fan_in: 2,
            units: 2,
            weights: weights.to_vec(),
            recurrent: Vec::new(),
            feedback: Vec::new(),
            bias: vec![0.0; 2],
        };
        Net { layers: vec![layer([1.0, 2.0, 3.0, 4.0]), layer([1.0, 0.0, 0.0, weight])], gates: Vec::new() }
    }

    fn phase(phase: u32, name: &str, right: u32) -> Event {
        let change = WeightChange { mean: 0.5, down: 0.0, up: 1.0, min: 0.0, max: 1.0, histogram: vec![1, 1] };
        Event::Phase(Box::new(PhaseReport {
            run: 0,
            phase,
            name: name.into(),
            accuracy: vec![0.5],
            mean: 0.5,
            task_incremental: Vec::new(),
            confusion: vec![vec![right, 4 - right], vec![2, 2]],
            hidden_mean: vec![vec![1.0, 0.0], vec![0.0, 1.0]],
            spikes_per_step: Vec::new(),
            weight_change: if name.starts_with('S') { vec![change] } else { Vec::new() },
            energy: Vec::new(),
            movement: Vec::new(),
            learning: None,
            learning_course: Vec::new(),
            regularity: Vec::new(),
            answering: None,
            seconds: 0.0,
        }))
    }

    fn spikes(phase: u32, step: u32) -> Event {
        Event::Spikes { run: 0, phase, step, per_step: Vec::new() }
    }

    fn raster(unit: u32) -> Raster {
        let hidden = vec![vec![unit], vec![]];
        Raster { phase: 1, step: 1, layers: vec![vec![vec![], vec![]], hidden, vec![vec![], vec![]]] }
    }

    fn went_back(phase: u32, done: u32) -> Event {
        let engine = EngineUsed { kind: EngineKind::Cpu, adapter: None, reason: String::new(), trials: Vec::new() };
        Event::Engine { engine, failure: None, went_back: true, phase, done }
    }

    fn finished(phases: &[&str]) -> Event {
        Event::Finished(Box::new(Finished {
            run: 0,
            spec: presets()[0].spec.clone(),
            seed: 0,
            phases: phases.iter().map(|&name| name.into()).collect(),
            tasks: vec![vec![1], vec![0]],
            matrix: vec![vec![0.5, 0.5]; phases.len()],
            accuracy: 0.5,
            untaught: Vec::new(),
            average_accuracy: 0.5,
            forgetting: 0.0,
            forgetting_max: 0.0,
            backward_transfer: 0.0,
            forward_transfer: 0.0,
            task_incremental: None,
            cost: None,
            seconds: 0.0,
            time: Default::default(),
            engine: None,
        }))
    }

    /// T1, and a sleep of two slices; `lost`: the second slice is told, lost with its engine, and told again otherwise.
    fn heard(lost: bool) -> Record {
        let (waking, slept) = (net(1.0), net(2.0));
        let mut witness = Witness::default();
        witness.hear(&phase(0, "T1", 4), None, Some(&waking));
        witness.hear(&spikes(1, 2), Some(&raster(0)), Some(&waking));
        if lost {
            witness.hear(&spikes(1, 4), Some(&raster(0)), Some(&waking));
            witness.hear(&phase(1, "S1", 0), None, Some(&waking));
            witness.hear(&went_back(1, 2), None, None);
        }
        witness.hear(&spikes(1, 4), Some(&raster(1)), Some(&waking));
        witness.hear(&phase(1, "S1", 3), None, Some(&slept));
        assert!(witness.record().is_none(), "it has not finished");
        witness.hear(&finished(&["T1", "S1"]), None, Some(&slept));
        witness.into_record().unwrap()
    }

    #[test]
    fn a_record_is_of_the_last_sleep_and_of_what_was_dreamt() {
        let record = heard(false);
        let sleep = record.sleep.unwrap();
        assert_eq!(sleep.before.confusion, [[2, 2], [0, 4]], "in the order of learning: class 1 first");
        assert_eq!(sleep.after.confusion, [[2, 2], [1, 3]]);
        assert_eq!(sleep.change.len(), 1);
        let read: Vec<_> =
            record.slices.iter().map(|slice| (slice.step, slice.replay.steps.clone(), slice.replay.silent)).collect();
        assert_eq!(read, [(2, vec![1, 0], 1), (4, vec![0, 1], 1)]);
        assert_eq!(record.dreams[0], Dream { class: 0, steps: 1, pattern: vec![1.0, 3.0] });
        assert_eq!(record.dreams[1], Dream { class: 1, steps: 1, pattern: vec![2.0, 4.0] });
        assert_eq!(record.kept[1].accuracy, [Some(1.0), None, None], "class 0 after T1; there is no T2");
    }

    #[test]
    fn work_that_is_told_again_counts_once() {
        assert_eq!(heard(true), heard(false));
    }

    #[test]
    fn before_the_first_phase_nothing_was_measured() {
        let mut witness = Witness::default();
        witness.hear(&phase(0, "S1", 1), None, Some(&net(1.0)));
        witness.hear(&finished(&["S1"]), None, None);
        assert_eq!(witness.into_record().unwrap().sleep, None);
    }
}

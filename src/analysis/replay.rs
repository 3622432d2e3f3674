//! What is replayed in sleep, and what is dreamt: hidden spikes read through the weights of the waking network.

use serde::{Deserialize, Serialize};

use super::{Spread, learnt};
use crate::net::Layer;

/// Classes that the hidden spikes of a stretch of sleep stand for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Replay {
    /// Steps in which a unit of the last hidden layer spiked, by the class they stand for.
    pub steps: Vec<u32>,
    /// Steps in which none did.
    pub silent: u32,
}

/// Decodes each step of a stretch of sleep: the spikes of the last hidden layer (`hidden`, [step] → units) drive the
/// output through `output`'s weights and biases, and the class is the output that is driven most.
pub fn replay(hidden: &[Vec<u32>], output: &Layer) -> Replay {
    let mut replay = Replay { steps: vec![0; output.units], silent: 0 };
    for spikes in hidden {
        match decode(spikes, output) {
            Some(class) => replay.steps[class] += 1,
            None => replay.silent += 1,
        }
    }
    replay
}

/// The class that one step's spikes stand for; `None` without a spike.
fn decode(spikes: &[u32], output: &Layer) -> Option<usize> {
    if spikes.is_empty() {
        return None;
    }
    let rows = || spikes.iter().map(|&unit| &output.weights[unit as usize * output.units..][..output.units]);
    let drive = |class: usize| rows().map(|row| f64::from(row[class])).sum::<f64>() + f64::from(output.bias[class]);
    (0..output.units).max_by(|&a, &b| drive(a).total_cmp(&drive(b)))
}

/// The input that the bursts of each class stand for: the mean, over the steps that [`replay`] decodes as the class, of the
/// input weights of the units of the first hidden layer (`below`) that spiked. [class][input], all 0 for a class that was
/// not replayed. `hidden` and `below` are the same lists in a network with one hidden layer.
pub fn dreams(hidden: &[Vec<u32>], below: &[Vec<u32>], input: &Layer, output: &Layer) -> Vec<Vec<f32>> {
    let mut sums = vec![vec![0.0; input.fan_in]; output.units];
    let mut counts = vec![0.0; output.units];
    for (spikes, below) in hidden.iter().zip(below) {
        let Some(class) = decode(spikes, output) else { continue };
        counts[class] += 1.0;
        for &unit in below {
            let column = input.weights[unit as usize..].iter().step_by(input.units);
            sums[class].iter_mut().zip(column).for_each(|(sum, &weight)| *sum += weight);
        }
    }
    for (sums, count) in sums.iter_mut().zip(counts) {
        sums.iter_mut().for_each(|sum| *sum /= f32::max(count, 1.0));
    }
    sums
}

/// The same with classes in the order in which `tasks` were learnt, as a mean over task orders must have them. Classes of no
/// task come last, as one.
pub fn replay_by_learning(replay: &Replay, tasks: &[Vec<u8>]) -> Replay {
    let classes = learnt(tasks);
    let others = replay.steps.iter().enumerate().filter(|(class, _)| !classes.contains(class)).map(|(_, steps)| steps);
    let mut steps: Vec<u32> = classes.iter().map(|&class| replay.steps[class]).collect();
    if classes.len() < replay.steps.len() {
        steps.push(others.sum());
    }
    Replay { steps, silent: replay.silent }
}

/// The same stretch of sleep in several runs: of the steps in which the last hidden layer spiked, the part that stands for
/// each class, over the runs that had such a step (nothing where none had); and the part of all steps that is silent.
pub fn mean_replay(runs: &[Replay]) -> (Vec<Spread>, Spread) {
    let spoken = |run: &Replay| f64::from(run.steps.iter().sum::<u32>());
    let loud: Vec<&Replay> = runs.iter().filter(|run| spoken(run) > 0.0).collect();
    let part = |class: usize| loud.iter().map(|run| f64::from(run.steps[class]) / spoken(run)).collect::<Vec<_>>();
    let classes = loud.first().map_or(0, |run| run.steps.len());
    let silent = |run: &Replay| f64::from(run.silent) / (f64::from(run.silent) + spoken(run)).max(1.0);
    (
        (0..classes).map(|class| Spread::of(&part(class))).collect(),
        Spread::of(&runs.iter().map(silent).collect::<Vec<_>>()),
    )
}

/// What several runs dreamt of a class: the mean pattern of those that did, in which each counts alike; `runs` are steps that
/// stood for the class, and their mean pattern. All 0 where none did.
pub fn mean_dream(runs: &[(u32, &[f32])]) -> Vec<f32> {
    let dreamt: Vec<&[f32]> = runs.iter().filter(|(steps, _)| *steps > 0).map(|&(_, pattern)| pattern).collect();
    let mut mean = vec![0.0; runs.first().map_or(0, |(_, pattern)| pattern.len())];
    for pattern in &dreamt {
        mean.iter_mut().zip(*pattern).for_each(|(sum, weight)| *sum += weight / dreamt.len() as f32);
    }
    mean
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layer(fan_in: usize, units: usize, weights: &[f32]) -> Layer {
        Layer {
            fan_in,
            units,
            weights: weights.to_vec(),
            recurrent: Vec::new(),
            feedback: Vec::new(),
            bias: vec![0.0; units],
        }
    }

    #[test]
    fn spikes_stand_for_the_class_they_drive_most() {
        let mut output = layer(3, 2, &[1.0, 0.0, 0.0, 1.0, 0.4, 0.6]);
        let sleep = [vec![0], vec![1], vec![], vec![0, 2], vec![2]];
        assert_eq!(replay(&sleep, &output), Replay { steps: vec![2, 2], silent: 1 });
        output.bias = vec![0.0, 5.0];
        assert_eq!(replay(&sleep, &output), Replay { steps: vec![0, 4], silent: 1 });
    }

    #[test]
    fn a_dream_is_what_its_units_listen_to() {
        let input = layer(2, 3, &[1.0, 2.0, 3.0, 10.0, 20.0, 30.0]);
        let output = layer(3, 2, &[1.0, 0.0, 1.0, 0.0, 0.0, 1.0]);
        let sleep = [vec![0], vec![0, 1], vec![]];
        assert_eq!(dreams(&sleep, &sleep, &input, &output), [[2.0, 20.0], [0.0, 0.0]]);
    }

    #[test]
    fn replays_are_averaged_by_place_in_the_order_of_learning() {
        let run = |steps: &[u32], silent| Replay { steps: steps.to_vec(), silent };
        let learnt = replay_by_learning(&run(&[1, 2, 3, 4], 5), &[vec![3], vec![0]]);
        assert_eq!(learnt, run(&[4, 1, 5], 5));
        let (classes, silent) = mean_replay(&[run(&[3, 1], 4), run(&[0, 2], 0), run(&[0, 0], 7)]);
        assert!((classes[0].mean - 0.375).abs() < 1e-12 && classes[1].n == 2, "silent runs have no parts");
        assert!((silent.mean - 0.5).abs() < 1e-12 && silent.n == 3);
        assert!(mean_replay(&[run(&[0, 0], 7)]).0.is_empty());
    }

    #[test]
    fn only_runs_that_dreamt_count() {
        assert_eq!(mean_dream(&[(2, &[1.0, 2.0]), (0, &[0.0, 0.0]), (9, &[3.0, -2.0])]), [2.0, 0.0]);
        assert_eq!(mean_dream(&[(0, &[0.0])]), [0.0]);
    }
}

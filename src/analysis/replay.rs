//! What is replayed in sleep, and what is dreamt: hidden spikes read through the weights of the waking network.

use serde::{Deserialize, Serialize};

use crate::net::mrnn::Layer;

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

#[cfg(test)]
mod tests {
    use super::*;

    fn layer(fan_in: usize, units: usize, weights: &[f32]) -> Layer {
        Layer { fan_in, units, weights: weights.to_vec(), bias: vec![0.0; units] }
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
}

//! A gate by the similarity of tasks: each task opens a part of the units of every area, and the more its inputs are like those
//! of an earlier task, the more units the two share. Which gate an input goes through, it says itself: that of the task whose
//! mean input is nearest. No task label is needed, neither for learning nor for an answer. (After the context-dependent gating
//! of Masse, Grant & Freedman 2018, whose gates are random and told; the similarity and the choice by the input are our own.)

use rand::seq::SliceRandom;
use serde::{Deserialize, Serialize};

use crate::analysis::correlation;
use crate::rng::{Purpose, Stream};

/// What a task opens.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Gate {
    /// The mean input of its training data.
    pub mean: Vec<f32>,
    /// Units that take part, by hidden layer, ascending.
    pub open: Vec<Vec<u32>>,
}

impl Gate {
    /// The gate of the next task, `earlier` being those before it: `part` of the `units` of each hidden layer. The most similar
    /// gate, by the correlation r of the mean inputs, gives it r of its units; the others are drawn from those that gate leaves
    /// closed.
    pub fn next(earlier: &[Gate], mean: Vec<f32>, units: &[usize], part: f64, seed: u32) -> Gate {
        let mut stream = Stream::new(seed, Purpose::Gate, 0, earlier.len() as u32);
        let similar = |gate: &Gate| correlation(&[gate.mean.clone(), mean.clone()])[0][1];
        let most = earlier.iter().map(|gate| (similar(gate), gate)).max_by(|a, b| a.0.total_cmp(&b.0));
        let open_of = |(layer, &units): (usize, &usize)| {
            let wanted = ((part * units as f64).round() as usize).clamp(1, units);
            let (mut theirs, mut others): (Vec<u32>, Vec<u32>) = match most {
                Some((_, gate)) => (0..units as u32).partition(|unit| gate.open[layer].binary_search(unit).is_ok()),
                None => (Vec::new(), (0..units as u32).collect()),
            };
            theirs.shuffle(&mut stream);
            others.shuffle(&mut stream);
            let shared = most.map_or(0, |(r, _)| (r.max(0.0) * wanted as f64).round() as usize).min(theirs.len());
            // Where few are left closed, more are shared.
            let new = (wanted - shared).min(others.len());
            let mut open: Vec<u32> = theirs[..wanted - new].iter().chain(&others[..new]).copied().collect();
            open.sort_unstable();
            open
        };
        let open = units.iter().enumerate().map(open_of).collect();
        Gate { mean, open }
    }

    /// The gate that an input goes through; `None` where there is none.
    pub fn of<'a>(gates: &'a [Gate], input: &[f32]) -> Option<&'a Gate> {
        let distance =
            |gate: &Gate| -> f64 { gate.mean.iter().zip(input).map(|(m, x)| f64::from(x - m).powi(2)).sum() };
        gates.iter().min_by(|a, b| distance(a).total_cmp(&distance(b)))
    }

    /// Units of a hidden layer that it leaves out, ascending; the layer has so many.
    pub fn closed(&self, layer: usize, units: usize) -> impl Iterator<Item = usize> + '_ {
        (0..units).filter(move |&unit| self.open[layer].binary_search(&(unit as u32)).is_err())
    }

    /// Bytes that it holds.
    pub fn bytes(&self) -> usize {
        size_of_val(&self.mean[..]) + self.open.iter().map(|open| size_of_val(&open[..])).sum::<usize>()
    }

    /// Whether it can be of a network with so many inputs, and such hidden layers.
    pub fn fits(&self, inputs: usize, units: &[usize]) -> bool {
        let layer_fits = |(open, &units): (&Vec<u32>, &usize)| {
            open.is_sorted_by(|a, b| a < b) && open.last().is_some_and(|&unit| (unit as usize) < units)
        };
        self.mean.len() == inputs && self.open.len() == units.len() && self.open.iter().zip(units).all(layer_fits)
    }
}

#[cfg(test)]
mod tests {
    use rand::RngExt;

    use super::*;

    #[test]
    fn like_tasks_share_units_and_unlike_ones_do_not() {
        let first = Gate::next(&[], vec![1.0, 0.0, 0.5, 0.0], &[100, 40], 0.3, 7);
        assert_eq!([first.open[0].len(), first.open[1].len()], [30, 12]);
        let shared = |gate: &Gate| gate.open[0].iter().filter(|unit| first.open[0].contains(unit)).count();
        let earlier = std::slice::from_ref(&first);
        let same = Gate::next(earlier, vec![2.0, 0.0, 1.0, 0.0], &[100, 40], 0.3, 7);
        assert_eq!((shared(&same), same.open[0].len()), (30, 30), "the same but for its strength");
        let opposite = Gate::next(earlier, vec![0.0, 1.0, 0.5, 1.0], &[100, 40], 0.3, 7);
        assert_eq!((shared(&opposite), opposite.open[0].len()), (0, 30));
        let half = Gate::next(earlier, vec![1.0, 0.0, 0.0, 0.8], &[100, 40], 0.3, 7);
        let r = correlation(&[half.mean.clone(), first.mean.clone()])[0][1];
        assert!(r > 0.1 && r < 0.9 && shared(&half) == (30.0 * r).round() as usize, "{r}");
    }

    #[test]
    fn an_input_goes_through_the_nearest_gate() {
        let gates = [[1.0, 0.0], [0.0, 1.0]].map(|mean| Gate::next(&[], mean.to_vec(), &[4], 0.5, 1));
        assert_eq!(Gate::of(&gates, &[0.9, 0.3]).unwrap().mean, [1.0, 0.0]);
        assert_eq!(Gate::of(&gates, &[0.4, 0.5]).unwrap().mean, [0.0, 1.0]);
        assert!(Gate::of(&[], &[0.4, 0.5]).is_none());
    }

    #[test]
    fn any_gate_fits_its_network() {
        for seed in 0..200u32 {
            let mut stream = Stream::new(seed, Purpose::Subset, 0, 0);
            let units = [stream.random_range(1..30), stream.random_range(1..30)];
            let part = f64::from(seed % 21) / 20.0;
            let mut gates: Vec<Gate> = Vec::new();
            for _ in 0..stream.random_range(1..6) {
                let mean = (0..5).map(|_| stream.random_range(0.0..1.0)).collect();
                gates.push(Gate::next(&gates, mean, &units, part, 3));
            }
            assert!(gates.iter().all(|gate| gate.fits(5, &units)));
            for (open, units) in gates.iter().flat_map(|gate| gate.open.iter().zip(units)) {
                assert_eq!(open.len(), ((part * units as f64).round() as usize).clamp(1, units));
            }
        }
    }
}

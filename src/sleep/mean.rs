//! The mean input over all data of all tasks seen so far: what shapes sleep's noise (Tadros et al. 2022).

use rand::seq::SliceRandom;

use super::Window;
use crate::data::Samples;
use crate::rng::{Purpose, Stream};
use crate::spec::SleepInput;

/// Sums of inputs, and how many.
#[derive(Clone, Debug, PartialEq)]
pub struct MeanInput {
    sums: Vec<f64>,
    count: u64,
}

impl MeanInput {
    pub fn new(len: usize) -> MeanInput {
        MeanInput { sums: vec![0.0; len], count: 0 }
    }

    /// Adds rows of `samples`.
    pub fn add(&mut self, samples: &Samples, rows: &[u32]) {
        let mut values = vec![0.0; self.sums.len()];
        for &row in rows {
            samples.values.row_into(row as usize, values.len(), &mut values);
            self.sums.iter_mut().zip(&values).for_each(|(sum, &v)| *sum += f64::from(v));
        }
        self.count += rows.len() as u64;
    }

    /// The mean over several parts together.
    pub fn over(parts: &[MeanInput]) -> Vec<f32> {
        let count: u64 = parts.iter().map(|part| part.count).sum();
        let len = parts.first().map_or(0, |part| part.sums.len());
        let sum = |i: usize| parts.iter().map(|part| part.sums[i]).sum::<f64>();
        (0..len).map(|i| (sum(i) / count.max(1) as f64) as f32).collect()
    }
}

/// What shapes the noise, made of the mean input, and as strong as it. All sleeps of a run with this `seed` scatter its values
/// alike.
pub fn shape(mean: &[f32], input: SleepInput, seed: u32, window: Option<Window>) -> Vec<f32> {
    let mut shape = mean.to_vec();
    match input {
        SleepInput::Mean => return shape,
        SleepInput::Shuffled => shape.shuffle(&mut Stream::new(seed, Purpose::Scatter, 0, 0)),
        SleepInput::Uniform => shape.fill(1.0),
    }
    let strength = seen(&shape, window);
    let level = if strength > 0.0 { (seen(mean, window) / strength) as f32 } else { 0.0 };
    shape.iter_mut().for_each(|m| *m *= level);
    shape
}

/// Sum of values, each as often as it is within the window: the middle of an image more often than its rim.
fn seen(values: &[f32], window: Option<Window>) -> f64 {
    let within = |i: usize| {
        let Some(Window { side, height, width }) = window else { return 1.0 };
        let over = |at: u32, length: u32| {
            let last = length - side;
            f64::from(at.min(last) + 1 - (at + 1).saturating_sub(side)) / f64::from(last + 1)
        };
        over(i as u32 / width, height) * over(i as u32 % width, width)
    };
    values.iter().enumerate().map(|(i, &m)| f64::from(m) * within(i)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOW: Option<Window> = Some(Window { side: 11, height: 28, width: 28 });

    /// Bright in the middle, as images are.
    fn blob() -> Vec<f32> {
        let at = |i: usize| 1.0 - (i as f32 - 13.5).abs() / 13.5;
        (0..784).map(|i| at(i / 28) * at(i % 28)).collect()
    }

    #[test]
    fn scattered_values_are_those_of_the_mean_in_the_same_proportions() {
        let mean = blob();
        assert_eq!(shape(&mean, SleepInput::Mean, 1, WINDOW), mean);
        let scattered = shape(&mean, SleepInput::Shuffled, 1, None);
        assert_ne!(scattered, mean);
        assert_eq!(scattered, shape(&mean, SleepInput::Shuffled, 1, None), "the same in every sleep");
        assert_ne!(scattered, shape(&mean, SleepInput::Shuffled, 2, None));
        let sorted = |mut values: Vec<f32>| {
            values.sort_by(f32::total_cmp);
            values
        };
        let pairs = sorted(scattered).into_iter().zip(sorted(mean));
        pairs.for_each(|(a, b)| assert!((a - b).abs() < 1e-6));
        let level = shape(&blob(), SleepInput::Uniform, 1, WINDOW);
        assert!(level[0] > 0.0 && level.iter().all(|m| m == &level[0]));
        assert_eq!(shape(&[0.0; 784], SleepInput::Uniform, 1, WINDOW), [0.0; 784]);
    }

    /// Over all places of the window, counted one by one.
    #[test]
    fn there_are_as_many_input_spikes_whatever_their_shape() {
        let expected = |values: &[f32]| -> f64 {
            let inside = |top: usize, left: usize| -> f64 {
                let rows = (top..top + 11).flat_map(|y| (left..left + 11).map(move |x| 28 * y + x));
                rows.map(|i| f64::from(values[i])).sum()
            };
            (0..18).flat_map(|top| (0..18).map(move |left| (top, left))).map(|(y, x)| inside(y, x)).sum::<f64>() / 324.0
        };
        let mean = expected(&blob());
        assert!((seen(&blob(), WINDOW) - mean).abs() < 1e-6 * mean);
        for input in [SleepInput::Shuffled, SleepInput::Uniform] {
            let found = expected(&shape(&blob(), input, 1, WINDOW));
            assert!((found - mean).abs() < 1e-5 * mean, "{input:?}: {found} for {mean}");
        }
    }
}

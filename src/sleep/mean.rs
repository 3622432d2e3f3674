//! The mean input over all data of all tasks seen so far: what shapes sleep's noise (Tadros et al. 2022).

use rand::seq::SliceRandom;

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

/// What shapes the noise, made of the mean input. All sleeps of a run with this `seed` scatter its values alike.
pub fn shape(mut mean: Vec<f32>, input: SleepInput, seed: u32) -> Vec<f32> {
    match input {
        SleepInput::Mean => {}
        SleepInput::Shuffled => mean.shuffle(&mut Stream::new(seed, Purpose::Scatter, 0, 0)),
        SleepInput::Uniform => {
            let sum: f64 = mean.iter().map(|&m| f64::from(m)).sum();
            let level = (sum / mean.len().max(1) as f64) as f32;
            mean.fill(level);
        }
    }
    mean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scattered_and_levelled_noise_is_as_much_as_the_mean_input_s() {
        let mean: Vec<f32> = (0..784).map(|i| (i % 28) as f32 / 28.0).collect();
        assert_eq!(shape(mean.clone(), SleepInput::Mean, 1), mean);

        let scattered = shape(mean.clone(), SleepInput::Shuffled, 1);
        assert_ne!(scattered, mean);
        assert_eq!(scattered, shape(mean.clone(), SleepInput::Shuffled, 1), "the same in every sleep");
        assert_ne!(scattered, shape(mean.clone(), SleepInput::Shuffled, 2));
        let sorted = |mut values: Vec<f32>| {
            values.sort_by(f32::total_cmp);
            values
        };
        assert_eq!(sorted(scattered), sorted(mean.clone()));

        let level = shape(mean, SleepInput::Uniform, 1);
        assert!(level.iter().all(|&m| (m - 13.5 / 28.0).abs() < 1e-6));
    }
}

//! The mean input over all data of all tasks seen so far: what shapes sleep's noise (Tadros et al. 2022).

use crate::data::Samples;

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

//! Adam (Kingma & Ba 2015, Algorithm 1), with the constants that PyTorch has: β₁ .9, β₂ .999, ε 1e-8.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

const MEAN: f64 = 0.9;
const SQUARE: f64 = 0.999;
const EPSILON: f32 = 1e-8;

/// Running means of a gradient and of its square.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Adam {
    steps: u32,
    mean: Vec<f32>,
    square: Vec<f32>,
}

impl Adam {
    pub fn new(len: usize) -> Adam {
        Adam { steps: 0, mean: vec![0.0; len], square: vec![0.0; len] }
    }

    /// Whether it is for so many weights and has taken so many steps: what is read from a file is not relied upon.
    pub fn fits(&self, len: usize, steps: RangeInclusive<u32>) -> bool {
        self.mean.len() == len && self.square.len() == len && steps.contains(&self.steps)
    }

    /// W ← W − rate · m̂ / (√v̂ + ε)
    pub fn step(&mut self, weights: &mut [f32], gradient: &[f32], rate: f64) {
        self.steps += 1;
        let steps = f64::from(self.steps);
        let correction = (1.0 - SQUARE.powf(steps)).sqrt() as f32;
        let size = (rate / (1.0 - MEAN.powf(steps))) as f32;
        let (keep_mean, keep_square) = (MEAN as f32, SQUARE as f32);
        let (add_mean, add_square) = ((1.0 - MEAN) as f32, (1.0 - SQUARE) as f32);
        let moments = self.mean.iter_mut().zip(&mut self.square);
        for ((weight, &slope), (mean, square)) in weights.iter_mut().zip(gradient).zip(moments) {
            *mean = keep_mean * *mean + add_mean * slope;
            *square = keep_square * *square + add_square * slope * slope;
            *weight -= size * *mean / (square.sqrt() / correction + EPSILON);
        }
    }
}

//! MRNN: the convergent, layered recurrent network (Ernoult et al. 2019; Kubo et al. 2025, eq. 4–8).
//!
//! ```text
//! h ← h + dt(−h + relu(x·W_in + b_h + γ·o·W_outᵀ))
//! o ← o + dt(−o + hs(h·W_out + b_o) + [clamped] β(y − o))        hs(z) = min(1, max(0, z))
//! ```
//!
//! Both right-hand sides use the states of the step before. One matrix serves both directions; with several
//! hidden layers each sees the layer below through W and the layer above through γ·Wᵀ.

use super::Net;

/// What a free phase does, step by step, to a batch: for the energy curve, not for training.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Trace {
    /// Mean energy over the batch after each step.
    pub energy: Vec<f64>,
    /// Largest movement of any state of the batch in each step.
    pub movement: Vec<f64>,
}

impl Net {
    /// Follows the free phase of `inputs` (each as long as the input layer) for `steps` steps in f64.
    pub fn trace(&self, inputs: &[Vec<f32>], steps: u32, dt: f64, gamma: f64) -> Trace {
        let mut trace = Trace { energy: vec![0.0; steps as usize], movement: vec![0.0; steps as usize] };
        for input in inputs {
            let mut states: Vec<Vec<f64>> = self.layers.iter().map(|l| vec![0.0; l.units]).collect();
            let drive = self.input_drive(input);
            for t in 0..steps as usize {
                trace.movement[t] = trace.movement[t].max(self.free_step(&drive, &mut states, dt, gamma));
                trace.energy[t] += self.energy(&drive, &states) / inputs.len() as f64;
            }
        }
        trace
    }

    /// The outputs after each step of the free phase of one input: steps × classes, in f64.
    pub fn settle(&self, input: &[f32], steps: u32, dt: f64, gamma: f64) -> Vec<Vec<f64>> {
        let mut states: Vec<Vec<f64>> = self.layers.iter().map(|layer| vec![0.0; layer.units]).collect();
        let drive = self.input_drive(input);
        let step = |_| {
            self.free_step(&drive, &mut states, dt, gamma);
            states.last().cloned().unwrap_or_default()
        };
        (0..steps).map(step).collect()
    }

    /// One synchronous free step; returns the largest movement of a state.
    pub fn free_step(&self, drive: &[f64], states: &mut [Vec<f64>], dt: f64, gamma: f64) -> f64 {
        let before = states.to_vec();
        let last = self.layers.len() - 1;
        let mut moved: f64 = 0.0;
        for (l, layer) in self.layers.iter().enumerate() {
            let mut input = if l == 0 { drive.to_vec() } else { layer.from_below(&before[l - 1]) };
            if l < last {
                let above = self.layers[l + 1].from_above(&before[l + 1]);
                input.iter_mut().zip(above).for_each(|(d, a)| *d += gamma * a);
            }
            for (s, z) in states[l].iter_mut().zip(input) {
                let rate = if l == last { z.clamp(0.0, 1.0) } else { z.max(0.0) };
                moved = moved.max((dt * (rate - *s)).abs());
                *s += dt * (rate - *s);
            }
        }
        moved
    }

    /// E = ½Σs² − Σ drive·h₁ − Σ_l s_{l−1}·W_l·s_l − Σ_l b_l·s_l (Kubo et al. 2025, eq. 1–3).
    pub fn energy(&self, drive: &[f64], states: &[Vec<f64>]) -> f64 {
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>();
        let squares: f64 = states.iter().map(|s| 0.5 * dot(s, s)).sum();
        let coupling: f64 =
            (1..states.len()).map(|l| dot(&self.layers[l].from_below(&states[l - 1]), &states[l])).sum();
        squares - dot(drive, &states[0]) - coupling
    }
}

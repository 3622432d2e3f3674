//! What a step changes: weights by the errors that arrive at them, thresholds by how much units spike.

use super::Stage;
use super::rows::{add_lengths, add_lengths_of, add_products, add_scaled, length_of, squares_of};
use crate::kernels::cpu::Network;
use crate::net::areas::{Plasticity, is_receptive};

impl Stage {
    /// ΔE_0 = a·b·g·(E_Y·e_Y)·(x − h·x̂)ᵀ: the mean over the minibatch.
    pub fn teach(&mut self, network: &mut Network, plasticity: &Plasticity) {
        let first = &self.areas[0];
        let rate = plasticity.error_rates[0] / self.inputs.len() as f32;
        for (b, input) in self.inputs.iter().enumerate().filter(|(_, input)| !input.carried.is_empty()) {
            let range = b * first.units..(b + 1) * first.units;
            let taught = &mut self.taught[range.clone()];
            let states = first.trace[range.clone()].iter().zip(&first.voltage[range]);
            for ((taught, left), (&z, &v)) in taught.iter_mut().zip(&self.plastic[1]).zip(states) {
                *taught *= if is_receptive(z, v) { rate * left } else { 0.0 };
            }
            for &(i, e) in &input.carried {
                add_scaled(e, taught, &mut network.weights[0][i as usize * first.units..][..first.units]);
            }
            add_lengths(length_of(&input.carried), taught, &mut self.lengths.weights[0]);
            self.shown.changes += (input.carried.len() * taught.iter().filter(|t| **t != 0.0).count()) as u64;
        }
    }

    /// ΔW = a·e·sᵀ, ΔE = a·b·s·eᵀ: the mean over the minibatch.
    pub fn learn(&mut self, network: &mut Network, plasticity: &Plasticity, teaches: bool) {
        for b in 0..self.inputs.len() {
            self.learn_of_input(b, network, plasticity, teaches);
            self.learn_of_labels(b, network, plasticity);
            (1..self.areas.len()).for_each(|l| self.learn_between(b, l, network, plasticity));
        }
    }

    fn learn_of_input(&mut self, b: usize, network: &mut Network, plasticity: &Plasticity, teaches: bool) {
        let share = 1.0 / self.inputs.len() as f32;
        let (rate, error_rate) = (plasticity.rates[0] * share, plasticity.error_rates[0] * share);
        let Network { weights, feedback, units, .. } = network;
        let (input, spikes) = (&self.inputs[b], &self.areas[0].spikes[b]);
        for &s in spikes {
            let row = &mut feedback[0][s as usize * self.expected.units..][..self.expected.units];
            for &(i, e) in &input.error {
                row[i as usize] += rate * e * self.plastic[0][i as usize];
            }
        }
        let together = (spikes.len() as f32).sqrt();
        for &(i, e) in &input.error {
            self.lengths.feedback[0][i as usize] += (rate * e * self.plastic[0][i as usize]).abs() * together;
        }
        self.shown.changes += (input.error.len() * spikes.len()) as u64;
        if teaches {
            return;
        }
        let together = length_of(&input.carried);
        for &s in spikes {
            for &(i, e) in &input.carried {
                weights[0][i as usize * units[0] + s as usize] += error_rate * e * self.plastic[1][s as usize];
            }
            self.lengths.weights[0][s as usize] += (error_rate * self.plastic[1][s as usize]).abs() * together;
        }
        self.shown.changes += (input.carried.len() * spikes.len()) as u64;
    }

    fn learn_of_labels(&mut self, b: usize, network: &mut Network, plasticity: &Plasticity) {
        let last = network.units.len() - 1;
        let share = 1.0 / self.inputs.len() as f32;
        let (rate, error_rate) = (plasticity.rates[last] * share, plasticity.error_rates[last] * share);
        let Network { weights, feedback, units, .. } = network;
        let classes = units[last];
        let error = &self.label_error[b * classes..][..classes];
        let spikes = &self.areas[0].spikes[b];
        let together = (spikes.len() as f32).sqrt();
        let mut wrong = 0;
        for (i, e) in error.iter().enumerate().filter(|(_, e)| **e != 0.0) {
            for &s in spikes {
                weights[last][s as usize * classes + i] += rate * e * self.plastic[last + 1][i];
                feedback[last][i * units[0] + s as usize] += error_rate * e * self.plastic[1][s as usize];
            }
            self.lengths.weights[last][i] += (rate * e * self.plastic[last + 1][i]).abs() * together;
            wrong += 1;
        }
        let together = squares_of(error).sqrt();
        for &s in spikes {
            self.lengths.feedback[last][s as usize] += (error_rate * self.plastic[1][s as usize]).abs() * together;
        }
        self.shown.changes += 2 * (wrong * spikes.len()) as u64;
    }

    /// Of areas l and l + 1, counted from 1.
    fn learn_between(&mut self, b: usize, l: usize, network: &mut Network, plasticity: &Plasticity) {
        let spikes = &self.areas[l].spikes[b];
        if spikes.is_empty() {
            return;
        }
        let share = 1.0 / self.inputs.len() as f32;
        let (rate, error_rate) = (plasticity.rates[l] * share, plasticity.error_rates[l] * share);
        let Network { weights, feedback, units, .. } = network;
        let lower = units[l - 1];
        let error = &self.errors[l - 1][b * lower..][..lower];
        let together = squares_of(error).sqrt();
        for &s in spikes {
            let row = s as usize * lower..(s as usize + 1) * lower;
            add_products(rate, error, &self.plastic[l], &mut feedback[l][row.clone()]);
            add_scaled(error_rate * self.plastic[l + 1][s as usize], error, &mut weights[l][row]);
            self.lengths.weights[l][s as usize] += (error_rate * self.plastic[l + 1][s as usize]).abs() * together;
        }
        add_lengths_of(rate * (spikes.len() as f32).sqrt(), error, &self.plastic[l], &mut self.lengths.feedback[l]);
        self.shown.changes += 2 * (lower * spikes.len()) as u64;
    }

    /// Moves the areas' thresholds towards those of units that spike at the rate aimed at.
    pub fn settle(&self, network: &mut Network, plasticity: &Plasticity) {
        let share = plasticity.homeostasis / self.inputs.len() as f32;
        for ((area, raised), part) in self.areas.iter().zip(&mut network.bias).zip(&self.taking_part) {
            let fall = plasticity.homeostasis * plasticity.target;
            area.spikes.iter().flatten().for_each(|&unit| raised[unit as usize] += share);
            raised.iter_mut().zip(part).for_each(|(raised, part)| *raised = (*raised - fall * part).max(0.0));
        }
    }
}

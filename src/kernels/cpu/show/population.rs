//! A population of leaky integrate-and-fire units, and a step of it.

use multiversion::multiversion;

use super::fill;
use crate::kernels::cpu::held::fields;
use crate::net::areas::Constants;

/// The states of a population of units, B × units.
#[derive(Default)]
pub struct Population {
    pub units: usize,
    pub current: Vec<f32>,
    pub voltage: Vec<f32>,
    /// Steps that a unit is still silent.
    pub silent: Vec<u32>,
    pub trace: Vec<f32>,
    pub drive: Vec<f32>,
    /// Units that spiked in the last step, ascending, by sample.
    pub spikes: Vec<Vec<u32>>,
    /// Spikes so far, B × units.
    pub counts: Vec<u32>,
    /// The step of a unit's last spike, counted from 1; 0: there was none.
    pub last: Vec<u32>,
}

fields!(Population: current, voltage, silent, trace, drive, spikes, counts, last);

impl Population {
    pub fn enter(&mut self, batch: usize, units: usize) {
        self.units = units;
        for state in [&mut self.current, &mut self.voltage, &mut self.trace, &mut self.drive] {
            fill(state, batch * units);
        }
        self.silent.clear();
        self.silent.resize(batch * units, 0);
        self.counts.clear();
        self.counts.resize(batch * units, 0);
        self.last.clear();
        self.last.resize(batch * units, 0);
        self.spikes.resize(batch, Vec::new());
        self.spikes.iter_mut().for_each(Vec::clear);
    }

    pub fn drive_of(&mut self, b: usize) -> &mut [f32] {
        &mut self.drive[b * self.units..][..self.units]
    }
}

/// A step of all units under their drive, currents leaking by `leak`; `raised` says by how much their thresholds are above θ.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+fma", "x86_64+avx2+fma"))]
pub fn step(population: &mut Population, raised: &[f32], leak: f32, c: &Constants) {
    let raised = &raised[..population.units];
    let Population { units, current, voltage, silent, trace, drive, spikes, counts, .. } = population;
    for (b, spikes) in spikes.iter_mut().enumerate() {
        let range = b * *units..(b + 1) * *units;
        let (current, voltage) = (&mut current[range.clone()], &mut voltage[range.clone()]);
        let (silent, trace) = (&mut silent[range.clone()], &mut trace[range.clone()]);
        let mut any = false;
        for i in 0..*units {
            let j = current[i] + (c.current_gain * drive[range.start + i] - leak * current[i]);
            let v = voltage[i] + (c.voltage_gain * j - c.voltage_leak * voltage[i]);
            current[i] = j;
            trace[i] *= c.trace_kept;
            voltage[i] = if silent[i] > 0 { voltage[i] } else { v };
            any |= voltage[i] > c.threshold + raised[i];
            silent[i] = silent[i].saturating_sub(1);
        }
        spikes.clear();
        if any {
            for i in 0..*units {
                if voltage[i] > c.threshold + raised[i] {
                    voltage[i] = 0.0;
                    silent[i] = c.refractory;
                    trace[i] += 1.0;
                    counts[range.start + i] += 1;
                    spikes.push(i as u32);
                }
            }
        }
    }
}

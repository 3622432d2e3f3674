//! What a sample brings in a step: which inputs spike, and what of them and of the label was not expected.

use crate::kernels::Draws;
use crate::kernels::cpu::held::fields;
use crate::kernels::cpu::images::{Images, Layout};
use crate::net::areas::{Constants, Seat};
use crate::rng::{self, Purpose};

/// One sample's input.
#[derive(Default)]
pub struct Input {
    pub label: usize,
    /// z_y of the label's unit.
    pub label_trace: f32,
    /// The inputs that may spike, and the draws that they spike below.
    pub chances: Vec<(u32, u32)>,
    /// x − x̂ where it is not 0, ascending.
    pub error: Vec<(u32, f32)>,
    /// x − h·x̂, which E_0 carries.
    pub carried: Vec<(u32, f32)>,
    /// Inputs that spiked.
    pub came: Vec<u32>,
}

fields!(Input: chances, error, carried, came);

/// y − ŷ, of spikes or of traces.
pub fn compare_label(input: &mut Input, spikes: &[u32], trace: &[f32], c: &Constants, error: &mut [f32]) {
    error.fill(0.0);
    if c.compares_traces {
        input.label_trace = c.trace_kept * input.label_trace + c.label_worth;
        error[input.label] = input.label_trace;
        error.iter_mut().zip(trace).for_each(|(e, z)| *e = (1.0 - c.trace_kept) * (*e - z));
    } else {
        error[input.label] = c.label_worth;
        spikes.iter().for_each(|&unit| error[unit as usize] -= 1.0);
    }
}

pub fn seat(draws: &Draws, replica: usize, row: u32, place: usize, learns: bool) -> Seat {
    let seed = draws.seeds[replica];
    if learns {
        Seat { seed, purpose: Purpose::Spikes, phase: draws.phase, step: draws.minibatch, place: place as u32 }
    } else {
        Seat { seed, purpose: Purpose::Shown, phase: 0, step: row, place: 0 }
    }
}

/// The inputs of a row that may spike.
pub fn chances(data: &Images, row: usize, chance: f64, out: &mut Vec<(u32, u32)>) {
    let mut push = |i: usize, value: f32| {
        let below = rng::chance(chance * f64::from(value));
        if below > 0 {
            out.push((i as u32, below));
        }
    };
    match &data.values {
        Layout::Sparse { starts, columns, bytes, scale } => {
            let range = starts[row] as usize..starts[row + 1] as usize;
            columns[range.clone()].iter().zip(&bytes[range]).for_each(|(&c, &b)| push(c.into(), f32::from(b) * scale));
        }
        Layout::Dense(values) => {
            values[row * data.width..][..data.width].iter().enumerate().for_each(|(i, &value)| push(i, value));
        }
    }
}

/// Draws which inputs spike.
pub fn draw_input(input: &mut Input, seat: &Seat, t: u32, steps: u32, groups: u32) {
    let (mut group, mut words) = (u32::MAX, [0; 4]);
    input.came.clear();
    for &(i, below) in &input.chances {
        if i / 4 != group {
            group = i / 4;
            words = seat.words(t, steps, group, groups);
        }
        if words[i as usize % 4] < below {
            input.came.push(i);
        }
    }
}

/// What came less so much of what was expected, where that is not 0; both ascending.
pub fn less(came: &[u32], expected: &[u32], part: f32, out: &mut Vec<(u32, f32)>) {
    out.clear();
    let mut waiting = expected.iter().copied().peekable();
    let mut push = |i, e| {
        if e != 0.0 {
            out.push((i, e))
        }
    };
    for &i in came {
        while let Some(unmet) = waiting.next_if(|&e| e < i) {
            push(unmet, -part);
        }
        push(i, if waiting.next_if_eq(&i).is_some() { 1.0 - part } else { 1.0 });
    }
    waiting.for_each(|unmet| push(unmet, -part));
}

//! `sleep`: steps of sleep replay consolidation. It costs what its spikes cost: a spike adds one row of weights
//! to the voltages, and rewires one column.

use multiversion::multiversion;

use crate::rng::{Purpose, draw};
use crate::sleep::{CHUNK, SleepLayer, Sleeper, VOLTAGE_BITS, WEIGHT_LIMIT, Wiring};

/// Runs steps `first + 1 ..= first + steps`, or to the end of this network's sleep.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+fma", "x86_64+avx2+fma"))]
pub fn sleep(sleeper: &mut Sleeper, first: u32, steps: u32) {
    sleep_steps(sleeper, first, steps);
}

#[inline(always)]
fn sleep_steps(sleeper: &mut Sleeper, first: u32, steps: u32) {
    let mut room =
        Room { feedback: vec![0; sleeper.layers.iter().map(|l| l.stride).max().unwrap_or(0)], pre: Vec::new() };
    for step in first + 1..=(first + steps).min(sleeper.steps) {
        match sleeper.wiring {
            Wiring::BothWays | Wiring::Recurrent => {
                (0..sleeper.layers.len()).rev().for_each(|l| sleep_layer(sleeper, l, &mut room));
                draw_input(sleeper, step);
            }
            Wiring::Cascade | Wiring::Areas => {
                draw_input(sleeper, step);
                (0..sleeper.layers.len()).for_each(|l| sleep_layer(sleeper, l, &mut room));
            }
        }
    }
}

/// Room to work in.
struct Room {
    feedback: Vec<i32>,
    pre: Vec<u32>,
}

/// Drives and rewires one layer.
#[inline(always)]
fn sleep_layer(sleeper: &mut Sleeper, l: usize, room: &mut Room) {
    let below = sleeper.wiring.below(l, sleeper.layers.len());
    let (lower, upper) = sleeper.layers.split_at_mut(l);
    let (layer, above) = upper.split_first_mut().expect("layer l");
    let mut pre = below.map_or(&sleeper.input, |below| &lower[below].spikes);
    let above = above.first().filter(|above| sleeper.wiring == Wiring::BothWays && !above.before.is_empty());
    if let Some(above) = above {
        collect_feedback(above, layer.units, sleeper.feedback, &mut room.feedback);
    }
    if sleeper.wiring == Wiring::Recurrent {
        let first = if l == 0 { layer.fan_in - layer.units } else { lower[l - 1].units };
        let own = layer.spikes.iter().filter(|_| first < layer.fan_in).map(|&unit| first as u32 + unit);
        room.pre.clone_from(pre);
        room.pre.extend(own);
        pre = &room.pre;
    }
    layer.integrate(pre, sleeper.leak, above.map(|_| &room.feedback[..]));
    layer.rewire(pre);
}

/// f·Σ W·s of the layer above, in a voltage's units. Sums over a chunk of spikes, as from below.
#[inline(always)]
fn collect_feedback(above: &SleepLayer, units: usize, strength: u32, out: &mut [i32]) {
    out.fill(0);
    let shift = above.fraction_bits - VOLTAGE_BITS;
    for chunk in above.before.chunks(CHUNK) {
        for (row, out) in above.weights.chunks_exact(above.stride).zip(&mut out[..units]) {
            let sum: i32 = chunk.iter().map(|&post| row[post as usize]).sum();
            let scaled = (i64::from(sum >> shift) * i64::from(strength)) >> 16;
            *out = out.saturating_add(scaled.clamp(i32::MIN.into(), i32::MAX.into()) as i32);
        }
    }
}

impl SleepLayer {
    /// Leaks, adds what spikes bring, and finds the spikes of this step.
    #[inline(always)]
    fn integrate(&mut self, pre: &[u32], leak: u32, feedback: Option<&[i32]>) {
        std::mem::swap(&mut self.spikes, &mut self.before);
        self.spikes.clear();
        let mut column = 0;
        while column + 64 <= self.stride {
            self.integrate_slab::<64>(column, pre, leak, feedback);
            column += 64;
        }
        while column < self.stride {
            self.integrate_slab::<16>(column, pre, leak, feedback);
            column += 16;
        }
        self.count += self.spikes.len() as u64;
    }

    #[inline(always)]
    fn integrate_slab<const W: usize>(&mut self, column: usize, pre: &[u32], leak: u32, feedback: Option<&[i32]>) {
        let voltage: &mut [i32; W] = (&mut self.voltage[column..column + W]).try_into().expect("W units");
        let mut v = *voltage;
        for v in &mut v {
            *v = ((i64::from(*v) * i64::from(leak) + (1 << 31)) >> 32) as i32;
        }
        let shift = self.fraction_bits - VOLTAGE_BITS;
        for chunk in pre.chunks(CHUNK) {
            let mut sums = [0i32; W];
            for &p in chunk {
                let start = p as usize * self.stride + column;
                let row: &[i32; W] = self.weights[start..start + W].try_into().expect("W units");
                sums.iter_mut().zip(row).for_each(|(s, &w)| *s += w);
            }
            v.iter_mut().zip(&sums).for_each(|(v, &s)| *v = v.saturating_add(s >> shift));
        }
        if let Some(feedback) = feedback {
            v.iter_mut().zip(&feedback[column..]).for_each(|(v, &f)| *v = v.saturating_add(f));
        }
        let any = v.iter().fold(false, |any, &v| any | (v > self.threshold));
        *voltage = v;
        if any {
            for (i, voltage) in voltage.iter_mut().enumerate().filter(|(_, v)| **v > self.threshold) {
                *voltage = 0;
                self.spikes.push((column + i) as u32);
            }
        }
    }

    /// The spike-timing rule for every unit that spiked in this step.
    #[inline(always)]
    fn rewire(&mut self, pre: &[u32]) {
        for s in 0..self.spikes.len() {
            let post = self.spikes[s] as usize;
            let mut next = 0;
            for &p in pre {
                self.depress(next..p as usize, post);
                self.change(p as usize, post, true);
                next = p as usize + 1;
            }
            self.depress(next..self.fan_in, post);
        }
    }

    #[inline(always)]
    fn depress(&mut self, pre: std::ops::Range<usize>, post: usize) {
        pre.for_each(|p| self.change(p, post, false));
    }

    #[inline(always)]
    fn change(&mut self, pre: usize, post: usize, together: bool) {
        let weight = &mut self.weights[pre * self.stride + post];
        let entry = SleepLayer::entry(*weight, self.fraction_bits);
        let changed = if together { *weight + self.potentiation[entry] } else { *weight - self.depression[entry] };
        self.left_range |= changed.abs() >= WEIGHT_LIMIT;
        *weight = changed.clamp(1 - WEIGHT_LIMIT, WEIGHT_LIMIT - 1);
    }
}

/// Input spikes of this step: each input inside the window, on its own.
#[inline(always)]
fn draw_input(sleeper: &mut Sleeper, step: u32) {
    let inputs = sleeper.inputs();
    let Sleeper { seed, phase, chances, window, input, input_count, .. } = sleeper;
    let rows = chances.len() / inputs;
    let chances = &chances[(step as usize - 1) % rows * inputs..][..inputs];
    input.clear();
    let mut row = |from: u32, to: u32| {
        let mut words = [0; 4];
        for i in from..to {
            if i == from || i % 4 == 0 {
                words = draw(*seed, Purpose::Input, *phase, step, i / 4);
            }
            if words[i as usize % 4] < chances[i as usize] {
                input.push(i);
            }
        }
    };
    match window {
        None => row(0, chances.len() as u32),
        Some(window) => {
            let [down, right, ..] = draw(*seed, Purpose::Window, *phase, step, 0);
            let place = |word: u32, room: u32| ((u64::from(word) * u64::from(room + 1)) >> 32) as u32;
            let top = place(down, window.height - window.side);
            let left = place(right, window.width - window.side);
            (top..top + window.side).for_each(|y| row(y * window.width + left, y * window.width + left + window.side));
        }
    }
    *input_count += input.len() as u64;
}

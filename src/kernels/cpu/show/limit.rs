//! After a step in which spiking areas learn, the weights that lead to a unit are scaled down where they are longer
//! than the limit. Twin: `shaders/show_limit.wgsl`.
//!
//! To measure every length in every step would cost more than to learn. A length grows by no more than the length of what is
//! added: such bounds are kept, and what a bound says may be too long is measured. So the weights are those that measuring all would leave.

use multiversion::multiversion;

use crate::kernels::cpu::Network;
use crate::kernels::cpu::held::fields;

/// Rounding leaves a bound of thousands of steps within this of the sum it stands for.
const SAFE: f32 = 0.999;
/// Where more than one column in so many may be past the limit, to go through all of them is quicker.
const FEW: usize = 8;

/// By layer, what the weights that lead to each unit are at most as long as.
#[derive(Default)]
pub struct Lengths {
    /// Of what leads onward: of E by the unit above, of W_Y by label.
    pub weights: Vec<Vec<f32>>,
    /// Of what leads back: of W by the unit below, of E_Y by the unit of the first area.
    pub feedback: Vec<Vec<f32>>,
    /// Units that may be past the limit, and what their weights are multiplied by.
    room: Room,
}

#[derive(Default)]
struct Room {
    units: Vec<u32>,
    squares: Vec<f32>,
}

fields!(Room: units, squares);
fields!(Lengths: weights, feedback, room);

impl Lengths {
    /// Measures all.
    pub fn measure(&mut self, network: &Network) {
        let layers = network.units.len();
        self.weights.resize(layers, Vec::new());
        self.feedback.resize(layers, Vec::new());
        for l in 0..layers {
            let (units, lower) = (network.units[l], network.weights[l].len() / network.units[l]);
            let lengths = &mut self.weights[l];
            if is_by_unit(network, l) {
                lengths.clear();
                lengths.extend(network.weights[l].chunks_exact(lower).map(|row| squares_of(row).sqrt()));
            } else {
                sum_squares(&network.weights[l], units, lengths);
                lengths.iter_mut().for_each(|length| *length = length.sqrt());
            }
            let lengths = &mut self.feedback[l];
            sum_squares(&network.feedback[l], lower, lengths);
            lengths.iter_mut().for_each(|length| *length = length.sqrt());
        }
    }

    /// Scales down what is longer than `most`.
    pub fn limit(&mut self, network: &mut Network, most: f32) {
        for l in 0..network.units.len() {
            let lower = network.weights[l].len() / network.units[l];
            if is_by_unit(network, l) {
                let rows = network.weights[l].chunks_exact_mut(lower).zip(&mut self.weights[l]);
                rows.filter(|(_, length)| may_pass(**length, most)).for_each(|(row, length)| {
                    *length = limit_row(row, most);
                });
            } else {
                limit_columns(&mut network.weights[l], &mut self.weights[l], most, &mut self.room);
            }
            limit_columns(&mut network.feedback[l], &mut self.feedback[l], most, &mut self.room);
        }
    }
}

/// E of the areas in between lies by the unit that takes; all else by the unit that gives.
fn is_by_unit(network: &Network, l: usize) -> bool {
    l > 0 && l + 1 < network.units.len()
}

fn may_pass(length: f32, most: f32) -> bool {
    length > SAFE * most
}

fn squares_of(row: &[f32]) -> f32 {
    row.iter().map(|w| w * w).sum()
}

/// Returns the length that is left.
fn limit_row(row: &mut [f32], most: f32) -> f32 {
    let length = squares_of(row).sqrt();
    if length > most {
        row.iter_mut().for_each(|w| *w *= most / length);
        return most;
    }
    length
}

fn limit_columns(matrix: &mut [f32], lengths: &mut [f32], most: f32, room: &mut Room) {
    if !lengths.iter().any(|&length| may_pass(length, most)) {
        return;
    }
    let columns = lengths.len();
    room.units.clear();
    room.units.extend((0..columns as u32).filter(|&column| may_pass(lengths[column as usize], most)));
    if room.units.len() * FEW > columns {
        sum_squares(matrix, columns, &mut room.squares);
        lengths.iter_mut().zip(&room.squares).for_each(|(length, squares)| *length = squares.sqrt());
        if room.squares.iter().any(|&squares| squares > most * most) {
            room.squares.iter_mut().for_each(|squares| *squares = (most / squares.sqrt()).min(1.0));
            scale_columns(matrix, &room.squares);
            lengths.iter_mut().for_each(|length| *length = length.min(most));
        }
        return;
    }
    for &column in &room.units {
        let column = column as usize;
        let squares: f32 = matrix[column..].iter().step_by(columns).map(|w| w * w).sum();
        lengths[column] = squares.sqrt();
        if squares > most * most {
            let factor = most / squares.sqrt();
            matrix[column..].iter_mut().step_by(columns).for_each(|w| *w *= factor);
            lengths[column] = most;
        }
    }
}

/// out = Σ of the squares of each column.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+fma", "x86_64+avx2+fma"))]
fn sum_squares(matrix: &[f32], columns: usize, out: &mut Vec<f32>) {
    out.clear();
    out.resize(columns, 0.0);
    for row in matrix.chunks_exact(columns) {
        out.iter_mut().zip(row).for_each(|(sum, w)| *sum += w * w);
    }
}

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+fma", "x86_64+avx2+fma"))]
fn scale_columns(matrix: &mut [f32], factors: &[f32]) {
    for row in matrix.chunks_exact_mut(factors.len()) {
        row.iter_mut().zip(factors).for_each(|(w, factor)| *w *= factor);
    }
}

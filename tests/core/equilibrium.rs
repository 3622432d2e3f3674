//! Equilibrium propagation against backpropagation through time, and the energy it descends.

use engram::kernels::cpu::Cpu;
use engram::kernels::{Device, Hebbian, Phase, Relaxation, States};
use engram::net::Net;
use pollster::block_on;
use proptest::prelude::*;

use crate::relaxation::{Phases, input, phases};
use crate::toy;

const DT: f64 = 0.2;
const SETTLE: u32 = 600;

/// The gradient of ½Σ(o − y)² with respect to W_in and W_out through the last `steps` free steps (gamma 1, one
/// hidden layer), by the chain rule.
fn bptt(net: &Net, input: &[f32], label: usize, steps: u32) -> [Vec<f64>; 2] {
    let [first, last] = &net.layers[..] else { panic!("one hidden layer") };
    let (n, m, c) = (first.fan_in, first.units, last.units);
    let drive = net.input_drive(input);
    let mut history = vec![vec![vec![0.0; m], vec![0.0; c]]];
    for _ in 0..SETTLE {
        let mut next = history.last().unwrap().clone();
        net.free_step(&drive, &mut next, DT, 1.0);
        history.push(next);
    }
    let end = history.last().unwrap();
    let mut dh = vec![0.0; m];
    let mut d_o: Vec<f64> = (0..c).map(|k| end[1][k] - f64::from(u8::from(k == label))).collect();
    let mut gradient = [vec![0.0; n * m], vec![0.0; m * c]];
    for t in 0..steps as usize {
        let before = &history[history.len() - 2 - t];
        let z = last.from_below(&before[0]);
        let above = last.from_above(&before[1]);
        // Through the nonlinearities, of the input to each unit.
        let gh: Vec<f64> = (0..m).map(|j| if drive[j] + above[j] > 0.0 { DT * dh[j] } else { 0.0 }).collect();
        let go: Vec<f64> = (0..c).map(|k| if z[k] > 0.0 && z[k] < 1.0 { DT * d_o[k] } else { 0.0 }).collect();
        for j in 0..m {
            (0..n).for_each(|i| gradient[0][i * m + j] += f64::from(input[i]) * gh[j]);
            (0..c).for_each(|k| gradient[1][j * c + k] += before[0][j] * go[k] + gh[j] * before[1][k]);
        }
        let to_h = last.from_above(&go);
        let mut to_o = vec![0.0; c];
        for (row, &g) in last.weights.chunks_exact(c).zip(&gh) {
            to_o.iter_mut().zip(row).for_each(|(o, &w)| *o += g * f64::from(w));
        }
        (0..m).for_each(|j| dh[j] = (1.0 - DT) * dh[j] + to_h[j]);
        (0..c).for_each(|k| d_o[k] = (1.0 - DT) * d_o[k] + to_o[k]);
    }
    gradient
}

/// The contrastive update of one sample: (ŝ_preᵀ ŝ_post − š_preᵀ š_post)/β.
pub fn contrastive(states: &Phases, input: &[f32], beta: f64) -> [Vec<f64>; 2] {
    let outer = |pre: &[f64], post: &[f64]| -> Vec<f64> {
        pre.iter().flat_map(|&a| post.iter().map(move |&b| a * b / beta)).collect()
    };
    let x: Vec<f64> = input.iter().map(|&x| f64::from(x)).collect();
    let minus = |a: Vec<f64>, b: Vec<f64>| a.iter().zip(b).map(|(a, b)| a - b).collect();
    let Phases { free, clamped } = states;
    [
        minus(outer(&x, &clamped[0]), outer(&x, &free[0])),
        minus(outer(&clamped[0], &clamped[1]), outer(&free[0], &free[1])),
    ]
}

/// Whether every unit stays 1e-3 away from its kinks at the free equilibrium.
pub fn away_from_kinks(net: &Net, input: &[f32], free: &[Vec<f64>]) -> bool {
    let drive = net.input_drive(input);
    let above = net.layers[1].from_above(&free[1]);
    let z = net.layers[1].from_below(&free[0]);
    drive.iter().zip(above).all(|(a, b)| (a + b).abs() > 1e-3)
        && z.iter().all(|z| z.abs() > 1e-3 && (z - 1.0).abs() > 1e-3)
}

/// A network whose outputs rest between 0 and 1, so that no output with an error is saturated.
pub fn unsaturated(seed: u32) -> Net {
    let mut net = toy::network(&[64, 40, 6], seed, 1.0);
    net.layers[1].weights.iter_mut().for_each(|w| *w *= 0.5);
    net.layers[1].bias.fill(0.5);
    net
}

#[test]
fn contrastive_ep_is_bptt_step_for_step() {
    const BETA: f64 = 1e-6;
    let set = toy::digits(2, 1);
    let mut compared = 0;
    for seed in 0..6 {
        let net = unsaturated(seed);
        for row in 0..5 {
            let x = input(&set, row);
            let free = phases(&net, &x, 0, DT, 1.0, 0.0, [SETTLE, 0]).free;
            assert!(free[1].iter().all(|&o| o > 0.0 && o < 1.0), "an output is saturated: {:?}", free[1]);
            if !away_from_kinks(&net, &x, &free) {
                continue;
            }
            for steps in [1, 2, 3, 10, 15] {
                let label = row as usize;
                let ep = contrastive(&phases(&net, &x, label, DT, 1.0, BETA, [SETTLE, steps]), &x, BETA);
                let gradient = bptt(&net, &x, label, steps);
                for (ep, gradient) in ep.iter().zip(&gradient) {
                    let scale = gradient.iter().fold(1e-12f64, |m, g| m.max(g.abs()));
                    for (e, g) in ep.iter().zip(gradient) {
                        assert!((e + g).abs() < 2e-6 * scale, "{e} against {} after {steps} steps", -g);
                    }
                }
            }
            compared += 1;
        }
    }
    assert!(compared > 10, "only {compared} samples were away from the kinks");
}

/// The kernels in f32, with the smallest β that f32 can tell apart, agree with the same gradient.
#[test]
fn the_engine_descends_the_bptt_gradient() {
    const BETA: f64 = 0.01;
    let set = toy::digits(2, 1);
    let net = unsaturated(3);
    let row = 4;
    let x = input(&set, row);
    let free = phases(&net, &x, 0, DT, 1.0, 0.0, [SETTLE, 0]).free;
    assert!(away_from_kinks(&net, &x, &free));

    let mut cpu = Cpu;
    let data = cpu.load(&set, &set.train);
    let mut weights = cpu.weights(std::slice::from_ref(&net), 64);
    let mut batch = cpu.batch(&weights, 1);
    cpu.drive(&weights, &data, &[&[row]], &mut batch);
    for (steps, phase) in [(SETTLE, Phase::Free { tolerance: 0.0 }), (10, Phase::Clamped { beta: BETA as f32 })] {
        cpu.relax(&weights, &mut batch, &Relaxation { dt: DT as f32, gamma: 1.0, steps, phase });
    }
    let scale = 1.0 / BETA as f32;
    for (pre, post, sign) in [(States::Clamped, States::Clamped, 1.0), (States::Free, States::Free, -1.0)] {
        for layer in 0..2 {
            let update = Hebbian { layer, pre, post, scale: sign * scale };
            cpu.hebbian_update(&mut weights, &data, &mut batch, update);
        }
    }
    let after = &block_on(cpu.read_weights(&weights)).unwrap()[0];
    let gradient = bptt(&net, &x, usize::from(set.train.labels[row as usize]), 10);
    for (layer, gradient) in gradient.iter().enumerate() {
        let largest = gradient.iter().fold(0.0f64, |m, g| m.max(g.abs()));
        for ((after, before), g) in after.layers[layer].weights.iter().zip(&net.layers[layer].weights).zip(gradient) {
            let change = f64::from(*after) - f64::from(*before);
            assert!((change + g).abs() < 0.02 * largest, "layer {layer}: {change} against {}", -g);
        }
    }
}

/// Where an output is saturated and wrong, backpropagation is blind: its gradient is exactly 0. EP still learns.
#[test]
fn a_saturated_error_is_seen_by_ep_alone() {
    let set = toy::digits(2, 1);
    let mut net = toy::network(&[64, 40, 1], 1, 1.0);
    net.layers[1].bias[0] = 4.0;
    let x = input(&set, 0);
    // The only output rests at 1 and no label names it: its target is 0.
    let nobody = 99;
    let states = phases(&net, &x, nobody, DT, 1.0, 0.1, [SETTLE, 10]);
    assert!((states.free[1][0] - 1.0).abs() < 1e-9);
    for gradient in bptt(&net, &x, nobody, 10) {
        assert!(gradient.iter().all(|&g| g == 0.0));
    }
    let [_, to_output] = contrastive(&states, &x, 0.1);
    assert!(to_output.iter().any(|&change| change < -0.01), "EP lowers the weights of a wrong output");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// For γ = 1 the free phase descends the energy.
    #[test]
    fn energy_falls(hidden in prop::collection::vec(12usize..60, 1..3), seed in any::<u32>(), row in 0u32..20) {
        let set = toy::digits(2, 1);
        let mut sizes = vec![64];
        sizes.extend(hidden);
        sizes.push(10);
        let net = toy::contracting(&sizes, seed, 0.45);
        let trace = net.trace(&[input(&set, row)], 60, DT, 1.0);
        for pair in trace.energy.windows(2) {
            prop_assert!(pair[1] <= pair[0] + 1e-12, "{} then {}", pair[0], pair[1]);
        }
        prop_assert!(trace.energy[59] < -1e-9);
        let largest = trace.movement.iter().copied().fold(0.0, f64::max);
        prop_assert!(trace.movement[59] < 0.5 * largest);
    }
}

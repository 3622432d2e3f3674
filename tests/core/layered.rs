//! RNN and feed-forward networks: the way there and back against plain f64, OWM against its equations, and whole runs.

use engram::continual::engine::{Choice, choose};
use engram::continual::{Experiment, Run};
use engram::data::DataSet;
use engram::event::Event;
use engram::kernels::cpu::Cpu;
use engram::kernels::{Descent, Device, Draws, Memory, Owm, Pass, States};
use engram::net::Net;
use engram::net::layered::{Layered, OutputKind};
use engram::sleep::Wiring;
use engram::spec::{self, NetworkKind, Spec};
use pollster::block_on;
use proptest::prelude::*;

use crate::bptt::{bptt, finish, run};
use crate::relaxation::input;
use crate::toy;

/// As learning rates that make a weight's change large beside what f32 rounds off of it.
const LARGE: f32 = 4096.0;

fn preset(fields: &[(&str, &str)]) -> Spec {
    spec::set(&toy::spec("sequential"), fields).unwrap()
}

fn rnn(fields: &[(&str, &str)]) -> Spec {
    let spec = preset(&[
        ("network.kind", "rnn"),
        ("network.free_steps", "4"),
        ("rule.kind", "bptt"),
        ("rule.rates", "[0.1, 0.05]"),
    ]);
    spec::set(&spec, fields).unwrap()
}

fn feed_forward(rule: &str, fields: &[(&str, &str)]) -> Spec {
    let spec = preset(&[
        ("network.kind", "feed_forward"),
        ("network.hidden", "[48, 32]"),
        ("rule.kind", rule),
        ("rule.rates", "[0.1, 0.1, 0.1]"),
        ("rule.momentum", "0.5"),
        ("training.epochs", "8"),
    ]);
    spec::set(&spec, fields).unwrap()
}

/// The network of a Spec with these sizes, with weights of about the usual size and biases, whatever its rule begins with.
fn net(spec: &Spec, sizes: &[usize]) -> Net {
    let mut net = Net::of(spec, sizes);
    for (layer, usual) in net.layers.iter_mut().zip(Net::new(sizes, spec.seed).layers) {
        (layer.weights, layer.bias) = (usual.weights, usual.bias);
    }
    net
}

/// A batch of `rows` that has been passed on, and learnt from where `left_out` says so.
struct Passed {
    cpu: Cpu,
    data: <Cpu as Device>::Data,
    weights: <Cpu as Device>::Weights,
    batch: <Cpu as Device>::Batch,
}

fn passed(net: &Net, set: &DataSet, rows: &[u32], layered: Layered, left_out: Option<Draws>) -> Passed {
    let mut cpu = Cpu;
    let data = cpu.load(set, &set.train);
    let weights = cpu.weights(std::slice::from_ref(net), rows.len());
    let mut batch = cpu.batch(&weights, rows.len());
    cpu.drive(&weights, &data, &[rows], &mut batch);
    cpu.forward(&weights, &mut batch, &Pass { layered, left_out });
    Passed { cpu, data, weights, batch }
}

impl Passed {
    fn states(&mut self, layer: usize) -> Vec<f32> {
        block_on(self.cpu.read_states(&self.batch, layer, States::Free)).unwrap().remove(0)
    }

    fn net(&mut self) -> Net {
        block_on(self.cpu.read_weights(&self.weights)).unwrap().remove(0)
    }

    fn back(&mut self, output: OutputKind) {
        self.cpu.backward(&self.weights, &mut self.batch, output);
    }

    fn descend(&mut self, layer: usize, scale: f32, momentum: f32, is_biased: bool) {
        let descent = Descent { layer, scale, momentum, is_biased };
        self.cpu.gradient_update(&mut self.weights, &self.data, &mut self.batch, descent);
    }
}

/// What a sample's loss is, in f64.
fn loss(net: &Net, input: &[f32], label: usize, layered: &Layered) -> f64 {
    let outputs = net.pass(input, layered).pop().unwrap();
    match layered.output {
        OutputKind::Softmax => -outputs[label].ln(),
        _ => {
            let error = |(c, o): (usize, &f64)| (o - f64::from(u8::from(c == label))).powi(2);
            0.5 * outputs.iter().enumerate().map(error).sum::<f64>()
        }
    }
}

/// All parameters of a layer in a row: weights, weights from itself, biases.
fn parameters(net: &mut Net, layer: usize) -> Vec<&mut f32> {
    let layer = &mut net.layers[layer];
    layer.weights.iter_mut().chain(&mut layer.recurrent).chain(&mut layer.bias).collect()
}

const HARD_SIGMOID: OutputKind = OutputKind::HardSigmoid { straight_through: false };

fn kinds() -> impl Strategy<Value = (&'static str, Layered)> {
    let rnn = (2u32..6).prop_map(|steps| ("rnn", Layered { steps, output: HARD_SIGMOID, dropout: 0.0 }));
    let of = |output| Just(("feed_forward", Layered { steps: 1, output, dropout: 0.0 }));
    prop_oneof![rnn, of(OutputKind::Relu), of(OutputKind::Softmax)]
}

fn of_kind(kind: &str, hidden: usize, seed: u32) -> Spec {
    let rates = format!("{:?}", vec![0.1; hidden + 1]);
    let layers = format!("{:?}", vec![5; hidden]);
    let rule = if kind == "rnn" { "bptt" } else { "backprop" };
    let fields = [("network.kind", kind), ("network.hidden", &layers), ("rule.rates", &rates), ("rule.kind", rule)];
    Spec { seed, ..preset(&fields) }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn outputs_are_those_of_the_plain_network(
        (kind, layered) in kinds(),
        hidden in prop::collection::vec(1usize..40, 1..4),
        classes in 1usize..12,
        dropout in prop_oneof![Just(0.0), 0.1..0.9f64],
        batch in 1usize..9,
        seed in any::<u32>(),
        dense in any::<bool>(),
    ) {
        let set = if dense { toy::features(20, 30, classes) } else { toy::digits(2, 1) };
        let sizes: Vec<usize> = [set.shape.len()].into_iter().chain(hidden.clone()).chain([set.classes.len()]).collect();
        let net = net(&of_kind(kind, hidden.len(), seed), &sizes);
        let layered = Layered { dropout, ..layered };
        let rows: Vec<u32> = (0..batch as u32).collect();
        let outputs = passed(&net, &set, &rows, layered, None).states(hidden.len());
        for (row, found) in rows.iter().zip(outputs.chunks_exact(set.classes.len())) {
            let expected = net.pass(&input(&set, *row), &layered).pop().unwrap();
            let largest = expected.iter().fold(1.0f64, |m, e| m.max(e.abs()));
            for (found, expected) in found.iter().zip(expected) {
                prop_assert!((f64::from(*found) - expected).abs() < 1e-5 * largest, "{found} instead of {expected}");
            }
        }
    }

    /// Differences to either side agree with the gradient, or with each other not: then there is a kink between.
    /// Two widths, lest a kink on one side hide another on the other.
    #[test]
    fn the_gradient_is_that_of_the_loss(
        (kind, layered) in kinds(),
        hidden in prop::collection::vec(1usize..14, 1..4),
        classes in 2usize..7,
        seed in 0u32..10_000,
    ) {
        const STEPS: [f64; 2] = [1.0 / 2048.0, 1.0 / 8192.0];
        let set = toy::features(3, 12, classes);
        let sizes: Vec<usize> = [12].into_iter().chain(hidden.clone()).chain([classes]).collect();
        let mut net = net(&of_kind(kind, hidden.len(), seed), &sizes);
        // Outputs that are not cut: there the published error of a ReLU output is the gradient.
        let bias = if layered.output == OutputKind::Relu { 8.0 } else { 0.5 };
        net.layers.last_mut().unwrap().bias.fill(bias);
        let rows = [0, 1, 2];
        let mut passed = passed(&net, &set, &rows, layered, None);
        passed.back(layered.output);
        (0..net.layers.len()).for_each(|layer| passed.descend(layer, LARGE * 3.0, 0.0, true));
        let mut after = passed.net();
        let inputs: Vec<Vec<f32>> = rows.iter().map(|&row| input(&set, row)).collect();
        let total = |net: &Net| -> f64 {
            let of = |(row, x): (&u32, &Vec<f32>)| loss(net, x, usize::from(set.train.labels[*row as usize]), &layered);
            rows.iter().zip(&inputs).map(of).sum()
        };
        let mut compared = 0;
        for layer in 0..net.layers.len() {
            let count = parameters(&mut net.clone(), layer).len();
            for index in (0..count).step_by((count / 12).max(1)) {
                let at = |by: f64| {
                    let mut net = net.clone();
                    let parameter = &mut *parameters(&mut net, layer)[index];
                    *parameter += by as f32;
                    (f64::from(*parameter), total(&net))
                };
                let (here, slope) = (at(0.0), |(x0, y0): (f64, f64), (x1, y1): (f64, f64)| (y1 - y0) / (x1 - x0));
                let slopes = STEPS.map(|step| [slope(at(-step), here), slope(here, at(step))]);
                let found = f64::from(*parameters(&mut after, layer)[index] - *parameters(&mut net, layer)[index])
                    / f64::from(LARGE);
                let room = 2e-3 * (1.0 + found.abs());
                let all = slopes.as_flattened().iter().copied();
                if all.clone().fold(f64::MIN, f64::max) - all.fold(f64::MAX, f64::min) < room {
                    let central = (slopes[1][0] + slopes[1][1]) / 2.0;
                    prop_assert!((found - central).abs() < room, "layer {layer}, {index}: {found} instead of {slopes:?}");
                    compared += 1;
                }
            }
        }
        prop_assert!(compared > 0);
    }
}

/// An output that rests at 0 or 1 and is wrong has no gradient; straight through it is what a network that is not cut there has.
#[test]
fn an_output_at_rest_learns_straight_through() {
    let set = toy::features(6, 20, 3);
    let rows: Vec<u32> = (0..6).collect();
    let layered =
        |straight_through| Layered { steps: 3, output: OutputKind::HardSigmoid { straight_through }, dropout: 0.0 };
    let mut net = net(&of_kind("rnn", 1, 3), &[20, 9, 3]);
    net.layers[1].bias = vec![-9.0, 9.0, 0.5];
    let change = |straight_through| {
        let layered = layered(straight_through);
        let mut passed = passed(&net, &set, &rows, layered, None);
        let (hidden, outputs) = (passed.states(0), passed.states(1));
        passed.back(layered.output);
        (0..2).for_each(|layer| passed.descend(layer, 6.0, 0.0, true));
        let mut after = passed.net();
        let mut before = net.clone();
        let moved: Vec<Vec<f32>> = (0..2)
            .map(|layer| {
                let pairs = parameters(&mut after, layer).into_iter().zip(parameters(&mut before, layer));
                pairs.map(|(after, before)| *after - *before).collect()
            })
            .collect();
        (hidden, outputs, moved)
    };
    let (hidden, outputs, through) = change(true);
    let (_, _, cut) = change(false);
    let error = |b: usize, c: usize| outputs[b * 3 + c] - f32::from(u8::from(usize::from(set.train.labels[b]) == c));
    for c in 0..3 {
        let bias: f32 = (0..6).map(|b| error(b, c)).sum();
        assert!((through[1][27 + c] - bias).abs() < 1e-4, "output {c}: {} instead of {bias}", through[1][27 + c]);
        for unit in 0..9 {
            let weight: f32 = (0..6).map(|b| error(b, c) * hidden[b * 9 + unit]).sum();
            assert!((through[1][unit * 3 + c] - weight).abs() < 1e-4 * (1.0 + weight.abs()));
            assert_eq!(cut[1][unit * 3 + c] == 0.0, c < 2 || weight == 0.0);
        }
    }
    assert!((0..2).all(|c| (0..6).any(|b| error(b, c) != 0.0)), "both are wrong somewhere");
    assert_ne!(through[0], cut[0], "it goes on below");
}

/// v ← μ·v − α·g, W ← W + v, biases too, or not at all.
#[test]
fn momentum_makes_part_of_the_last_change_again() {
    let set = toy::features(4, 12, 3);
    let layered = Layered { steps: 1, output: OutputKind::Softmax, dropout: 0.0 };
    let net = net(&of_kind("feed_forward", 1, 3), &[12, 6, 3]);
    let mut passed = passed(&net, &set, &[0, 1, 2, 3], layered, None);
    passed.back(layered.output);
    let mut at = vec![net];
    for _ in 0..3 {
        (0..2).for_each(|layer| passed.descend(layer, -0.5, 0.5, layer == 0));
        at.push(passed.net());
    }
    // The gradient stays what it was: changes are 1, 1.5 and 1.75 times the first.
    for layer in 0..2 {
        let change = |from: usize| -> Vec<f32> {
            let (mut a, mut b) = (at[from].clone(), at[from + 1].clone());
            let pairs = parameters(&mut b, layer).into_iter().zip(parameters(&mut a, layer));
            pairs.map(|(b, a)| *b - *a).collect()
        };
        let first = change(0);
        assert!(first.iter().any(|d| d.abs() > 1e-3));
        for (later, times) in [(1, 1.5), (2, 1.75)] {
            change(later)
                .iter()
                .zip(&first)
                .for_each(|(d, f)| assert!((d - times * f).abs() < 1e-5, "{d} against {f}"));
        }
    }
    assert_eq!(at[3].layers[1].bias, at[0].layers[1].bias, "without biases they stay");
}

#[test]
fn dropout_leaves_its_part_out_of_learning_and_scales_answers() {
    let set = toy::features(50, 12, 3);
    let layered = Layered { steps: 1, output: OutputKind::Relu, dropout: 0.25 };
    let mut net = net(&of_kind("feed_forward", 2, 3), &[12, 200, 100, 3]);
    net.layers.iter_mut().flat_map(|layer| &mut layer.weights).for_each(|w| *w = w.abs()); // all units are active
    net.layers.iter_mut().for_each(|layer| layer.bias.fill(1.0));
    let rows: Vec<u32> = (0..50).collect();
    let silent = |minibatch: u32, layer: usize| {
        let left_out = Some(Draws { seeds: &[7], phase: 1, minibatch });
        let states = passed(&net, &set, &rows, layered, left_out).states(layer);
        states.iter().map(|&h| h == 0.0).collect::<Vec<bool>>()
    };
    for layer in [0, 1] {
        let now = silent(0, layer);
        let part = now.iter().filter(|s| **s).count() as f64 / now.len() as f64;
        assert!((part - 0.25).abs() < 0.02, "{part}");
        assert_eq!(now, silent(0, layer), "a minibatch's draw is its own");
        assert_ne!(now, silent(1, layer));
    }
    let whole = Layered { dropout: 0.0, ..layered };
    let [scaled, all] = [layered, whole].map(|layered| passed(&net, &set, &rows, layered, None).states(0));
    scaled.iter().zip(&all).for_each(|(s, a)| assert!((s - 0.75 * a).abs() < 1e-4));
}

/// k = P r, P ← P − k kᵀ/(α + rᵀk), W ← W − rate·P·G, over several minibatches, in f64.
#[test]
fn owm_is_its_equations() {
    let set = toy::digits(4, 1);
    let sizes = [64, 9, 7, 10];
    let layered = Layered { steps: 1, output: OutputKind::Softmax, dropout: 0.0 };
    let start = net(&of_kind("feed_forward", 2, 3), &sizes);
    let mut learning = passed(&start, &set, &[0], layered, None);
    let mut projectors: Vec<Vec<f64>> = sizes[..3].iter().map(|&n| eye(n + 1)).collect();
    let (rate, most) = (0.5, 0.4);
    for rows in [[0, 1, 2], [3, 4, 5], [6, 7, 8], [0, 9, 11]] {
        let before = learning.net();
        let Passed { cpu, data, weights, batch } = &mut learning;
        cpu.drive(weights, data, &[&rows], batch);
        cpu.forward(weights, batch, &Pass { layered, left_out: None });
        let hidden = [0, 1].map(|l| block_on(cpu.read_states(batch, l, States::Free)).unwrap().remove(0));
        cpu.backward(weights, batch, layered.output);
        let alphas = vec![0.9, 0.3, 0.6];
        let owm = Owm { rates: vec![rate as f32; 3], alphas: alphas.clone(), momentum: 0.0, most: most as f32 };
        cpu.owm_update(weights, data, batch, &owm);
        let after = learning.net();
        // The gradients, by a step of their own.
        let mut plain = passed(&before, &set, &rows, layered, None);
        plain.back(layered.output);
        (0..3).for_each(|layer| plain.descend(layer, LARGE, 0.0, true));
        let stepped = plain.net();
        let gradients: Vec<Vec<f64>> = (0..3).map(|l| difference(&stepped, &before, l, f64::from(LARGE))).collect();
        let norm = gradients.iter().flatten().map(|g| g * g).sum::<f64>().sqrt();
        let scale = (most / norm).min(1.0);
        for l in 0..3 {
            let r = mean(&set, &rows, l, &hidden);
            shrink(&mut projectors[l], &r, f64::from(alphas[l]));
            let change = difference(&after, &before, l, 1.0);
            let expected = product(&projectors[l], &gradients[l], r.len());
            for (found, expected) in change.iter().zip(expected) {
                let expected = -rate * scale * expected;
                assert!((found - expected).abs() < 2e-4, "layer {l}: {found} instead of {expected}");
            }
        }
    }
    let memory: Vec<Memory> = block_on(learning.cpu.read_memory(&learning.weights)).unwrap();
    for (found, expected) in memory[0].projectors.iter().flatten().zip(projectors.iter().flatten()) {
        assert!((f64::from(*found) - expected).abs() < 1e-4);
    }
}

fn eye(n: usize) -> Vec<f64> {
    (0..n * n).map(|i| f64::from(u8::from(i / n == i % n))).collect()
}

/// (b − a)/by of a layer's weights and, in the last row, biases.
fn difference(b: &Net, a: &Net, l: usize, by: f64) -> Vec<f64> {
    let (mut a, mut b) = (a.clone(), b.clone());
    let pairs = parameters(&mut b, l).into_iter().zip(parameters(&mut a, l));
    pairs.map(|(b, a)| (f64::from(*b) - f64::from(*a)) / by).collect()
}

/// The mean of what a layer sees, and 1.
fn mean(set: &DataSet, rows: &[u32], l: usize, hidden: &[Vec<f32>]) -> Vec<f64> {
    let seen: Vec<Vec<f32>> = if l == 0 {
        rows.iter().map(|&row| input(set, row)).collect()
    } else {
        hidden[l - 1].chunks_exact(hidden[l - 1].len() / rows.len()).map(<[f32]>::to_vec).collect()
    };
    let column = |i: usize| seen.iter().map(|row| f64::from(row[i])).sum::<f64>() / rows.len() as f64;
    (0..seen[0].len()).map(column).chain([1.0]).collect()
}

fn shrink(p: &mut [f64], r: &[f64], alpha: f64) {
    let n = r.len();
    let k: Vec<f64> = (0..n).map(|i| (0..n).map(|j| p[i * n + j] * r[j]).sum()).collect();
    let scale = alpha + r.iter().zip(&k).map(|(r, k)| r * k).sum::<f64>();
    (0..n * n).for_each(|i| p[i] -= k[i / n] * k[i % n] / scale);
}

/// P·G, P n × n.
fn product(p: &[f64], g: &[f64], n: usize) -> Vec<f64> {
    let m = g.len() / n;
    (0..n * m).map(|i| (0..n).map(|j| p[i / m * n + j] * g[j * m + i % m]).sum()).collect()
}

#[test]
fn each_kind_learns_all_tasks_at_once() {
    let set = toy::digits(40, 10);
    let parallel = ("strategy.kind", "parallel");
    // What begins within ±.01 needs long to leave it.
    let backprop = [parallel, ("training.epochs", "60"), ("rule.dropout", "0.1")];
    let owm = [parallel, ("training.epochs", "20")];
    let specs =
        [rnn(&[parallel, ("training.epochs", "20")]), feed_forward("backprop", &backprop), feed_forward("owm", &owm)];
    for spec in specs {
        let accuracy = run(&spec, &[1], &set).0[0].accuracy;
        assert!(accuracy > 0.8, "{:?} {:?}: {accuracy}", spec.network.kind, spec.rule.kind);
    }
}

/// What OWM is for: of tasks learnt one after another more is left than with the same network and plain backpropagation.
#[test]
fn owm_forgets_less_than_backpropagation() {
    let set = toy::digits(40, 10);
    let mean = |spec: &Spec| run(spec, &[1, 2, 3], &set).0.iter().map(|run| run.accuracy).sum::<f64>() / 3.0;
    let epochs = ("training.epochs", "20");
    let [plain, owm] = [("backprop", [epochs]), ("owm", [epochs])].map(|(rule, f)| mean(&feed_forward(rule, &f)));
    assert!(owm > plain + 0.2, "{owm} against {plain}");
}

/// Of every model but MRNN-EP.
fn sleepers() -> [Spec; 4] {
    let sleeping = [("strategy.kind", "src_rehearsal")];
    [
        bptt("src-rehearsal", &[]),
        rnn(&sleeping),
        feed_forward("backprop", &[("strategy.kind", "src"), ("rule.dropout", "0.2")]),
        feed_forward("owm", &sleeping),
    ]
}

#[test]
fn runs_side_by_side_are_the_runs_they_would_be_alone() {
    let set = toy::digits(12, 4);
    for spec in sleepers() {
        let (finished, nets) = run(&spec, &[1, 2], &set);
        for (replica, seed) in [1, 2].into_iter().enumerate() {
            let (alone, net) = run(&spec, &[seed], &set);
            assert_eq!(net[0], nets[replica]);
            assert_eq!(alone[0].matrix, finished[replica].matrix);
        }
    }
}

/// Momentum, OWM's projectors and the draws of dropout are part of a saved run, asleep too.
#[test]
fn a_saved_run_goes_on_as_if_nothing_had_happened() {
    let set = toy::digits(12, 4);
    for spec in sleepers() {
        let mut unbroken = Experiment::new(Cpu, spec.clone(), &[4], &set).unwrap();
        let total = std::iter::from_fn(|| block_on(unbroken.next()).unwrap()).count();
        let nets = block_on(unbroken.networks()).unwrap();
        for at in [total / 20, total / 3, total / 2, 2 * total / 3, total - 1] {
            let mut experiment = Experiment::new(Cpu, spec.clone(), &[4], &set).unwrap();
            (0..at).for_each(|_| drop(block_on(experiment.next()).unwrap().unwrap()));
            let bytes = block_on(experiment.save()).unwrap();
            let (_, end) = finish(&mut Experiment::restore(Cpu, &bytes, &set).unwrap());
            assert_eq!(end, nets, "{:?} saved after {at} of {total} events", spec.rule.kind);
        }
    }
}

/// What was measured before a divergence can be looked at again: the momentum is as little a number as the weights then.
#[test]
fn the_memory_of_a_run_that_diverged_fits() {
    let memory = |length| Memory { velocity: vec![vec![f32::NAN; length], Vec::new()], ..Memory::default() };
    let shapes = [(3, 4), (4, 2)];
    assert_eq!([12, 11].map(|length| memory(length).fits(&shapes)), [true, false]);
}

#[test]
fn what_does_not_go_together_is_refused_in_words() {
    let refused = |spec: &Spec, field: (&str, &str)| spec::set(spec, &[field]).unwrap_err().to_string();
    let (rnn, forward) = (rnn(&[]), feed_forward("backprop", &[]));
    for (message, words) in [
        (refused(&rnn, ("rule.kind", "predictive")), "rnn learns by bptt"),
        (refused(&forward, ("rule.kind", "bptt")), "feed_forward learns by backprop or owm"),
        (refused(&preset(&[]), ("rule.kind", "owm")), "mrnn learns by predictive, contrastive or bptt"),
        (refused(&rnn, ("rule.momentum", "0.5")), "`rule.momentum` is 0.5"),
        (refused(&rnn, ("network.free_steps", "101")), "`network.free_steps` is 101"),
        (refused(&forward, ("rule.straight_through", "true")), "only backpropagation through time"),
        (refused(&forward, ("engine", "gpu")), "CPU alone"),
        (refused(&forward, ("sleep.thresholds", "[1, 2]")), "one for each of the 3 layers"),
    ] {
        assert!(message.contains(words), "{message}");
    }
}

#[test]
fn the_cpu_computes_them() {
    let set = toy::digits(12, 4);
    for spec in sleepers() {
        let auto = spec::set(&spec, &[("engine", "auto")]).unwrap();
        let (choice, used) = block_on(choose(std::slice::from_ref(&auto), &set, 1));
        assert!(matches!(choice, Choice::Cpu) && used.reason.contains("computed there alone"), "{}", used.reason);
        let mut run = block_on(Run::new(&[auto], &set)).unwrap();
        let mut last = None;
        while let Some(event) = block_on(run.next()).unwrap() {
            last = Some(event);
        }
        assert!(matches!(last, Some(Event::Finished(_))));
    }
}

fn of_preset(name: &str) -> Spec {
    spec::preset(name).unwrap().spec.clone()
}

/// The spreads of the public codes: each layer fills its bounds, and reaches no further.
#[test]
fn initial_weights_fill_the_bounds_of_their_source() {
    let of =
        |fields: &[(&str, &str)]| Net::of(&spec::set(&of_preset("mnist-ff-src"), fields).unwrap(), &[200, 60, 50, 10]);
    let largest = |values: &[f32]| values.iter().fold(0.0f32, |most, value| most.max(value.abs()));
    let fills = |values: &[f32], bound: f32| {
        let largest = largest(values);
        assert!(largest <= bound && largest > 0.98 * bound, "{largest} within {bound}");
    };
    let hidden = "[60,50]";
    let tadros = of(&[("network.hidden", hidden)]);
    let glorot = of(&[
        ("network.hidden", hidden),
        ("rule.kind", "owm"),
        ("sleep.normalisation", "activity"),
        ("sleep.thresholds", "[]"),
    ]);
    for (l, (fan_in, units)) in [(200, 60), (60, 50), (50, 10)].into_iter().enumerate() {
        fills(&tadros.layers[l].weights, 0.01);
        fills(&glorot.layers[l].weights, (6.0 / (fan_in + units) as f32).sqrt());
        assert_eq!(
            largest(&tadros.layers[l].bias) + largest(&glorot.layers[l].bias),
            0.0,
            "neither has biases to begin with"
        );
    }
    let rnn = Net::of(&of_preset("mnist-rnn-src"), &[200, 60, 10]);
    fills(&rnn.layers[0].weights, 1.0 / 200f32.sqrt());
    fills(&rnn.layers[0].recurrent, 1.0 / 60f32.sqrt());
    fills(&rnn.layers[1].weights, 1.0 / 60f32.sqrt());
}

/// Tadros et al. 2022, the constants of their public code: rate per pixel, potentiation, depression, thresholds, gain, and steps that
/// grow with the tasks.
#[test]
fn the_published_constants_of_feed_forward_sleep_are_in_the_presets() {
    for (name, max_rate, inc, dec, beta, alpha) in [
        ("mnist-ff-src", 239.515, 0.032064, 0.003344, [14.548, 44.56, 38.046], 55.882),
        ("fmnist-ff-src", 181.047, 0.041001, 0.003344, [40.447, 27.597, 33.109], 31.593),
    ] {
        let sleep = of_preset(name).sleep;
        let near = |found: f64, published: f64| {
            assert!((found / published - 1.0).abs() < 5e-4, "{name}: {found}, not {published}")
        };
        near(sleep.rate, 2.0 * 0.001 * max_rate);
        near(sleep.inc, inc);
        near(sleep.inc * sleep.dec_ratio, dec);
        near(sleep.leak, 0.999);
        near(sleep.gain_hidden, alpha);
        near(sleep.gain_output, alpha);
        assert_eq!(sleep.thresholds, beta);
        assert_eq!([0, 1, 4].map(|task| sleep.steps_after(task)), [15_000, 20_000, 35_000]);
        assert_eq!(Wiring::of(NetworkKind::FeedForward), Wiring::Cascade, "spikes go up within a step");
    }
}

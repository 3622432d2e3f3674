//! The Connect lab's network with the Sleep lab's tasks: reading row by row against plain f64, its gradients, its sleep, and whole runs.

use engram::connect::ctrnn::{Shape, Weights};
use engram::connect::spec::Credit;
use engram::continual::engine::{Choice, choose};
use engram::continual::{Experiment, Run};
use engram::data::DataSet;
use engram::event::Event;
use engram::kernels::cpu::Cpu;
use engram::kernels::{Descent, Device, States};
use engram::net::Net;
use engram::net::ctrnn::{Reading, net, weights_of};
use engram::sleep::{Plan, Sleeper, Wiring};
use engram::spec::{self, Sleep, Spec};
use pollster::block_on;
use proptest::prelude::*;

use crate::bptt::{finish, run};
use crate::relaxation::input;
use crate::toy;

/// As learning rates that make a weight's change large beside what f32 rounds off of it.
const LARGE: f32 = 4096.0;

fn reader(strategy: &str, fields: &[(&str, &str)]) -> Spec {
    let kind = [
        ("network.kind", "ctrnn"),
        ("network.free_steps", "16"),
        ("network.dt", "0.5"),
        ("rule.kind", "eprop"),
        ("rule.rates", "[0.1, 0.1]"),
        ("sleep.window", "null"),
        ("sleep.rate", "1"),
    ];
    spec::set(&spec::set(&toy::spec(strategy), &kind).unwrap(), fields).unwrap()
}

/// With some recurrent weights, for images of 8 × 8 pixels.
fn drawn(units: usize, gain: f64, seed: u32) -> Net {
    net(&Weights::initial(Shape { units, inputs: 8, outputs: 10 }, gain, seed))
}

/// A minibatch that has been read.
struct Read {
    data: <Cpu as Device>::Data,
    weights: <Cpu as Device>::Weights,
    batch: <Cpu as Device>::Batch,
    reading: Reading,
}

impl Read {
    fn new(net: &Net, set: &DataSet, rows: &[u32], reading: Reading) -> Read {
        let data = Cpu.load(set, &set.train);
        let weights = Cpu.weights(std::slice::from_ref(net), rows.len());
        let mut batch = Cpu.batch(&weights, rows.len());
        Cpu.read(&weights, &data, &[rows], &mut batch, &reading);
        Read { data, weights, batch, reading }
    }

    fn answers(&self) -> Vec<f32> {
        block_on(Cpu.read_states(&self.batch, 1, States::Free)).unwrap().remove(0)
    }

    /// The slope of each weight that a rule finds, summed over the minibatch: W_hh, W_in and W_out.
    fn slopes(&mut self, credit: Credit, samples: usize) -> Vec<f64> {
        let before = weights_of(&block_on(Cpu.read_weights(&self.weights)).unwrap()[0]);
        Cpu.credit(&self.weights, &mut self.batch, &self.reading, credit);
        for layer in 0..2 {
            let descent = Descent { layer, scale: LARGE * samples as f32, momentum: 0.0, is_biased: false };
            Cpu.gradient_update(&mut self.weights, &self.data, &mut self.batch, descent);
        }
        let after = weights_of(&block_on(Cpu.read_weights(&self.weights)).unwrap()[0]);
        let moved = after.values.iter().zip(&before.values);
        moved.map(|(after, before)| f64::from(after - before) / f64::from(LARGE)).collect()
    }
}

/// Cross-entropy of the last answers, summed over samples, in f64.
fn loss(net: &Net, set: &DataSet, rows: &[u32], reading: &Reading) -> f64 {
    let of = |&row: &u32| {
        -net.read(&input(set, row), reading).pop().unwrap()[usize::from(set.train.labels[row as usize])].ln()
    };
    rows.iter().map(of).sum()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn answers_are_those_of_the_plain_network(
        units in 1usize..70, times in 1u32..4, batch in 1usize..9, dt in 0.1f32..1.0, gain in 0.0..1.4f64, seed in any::<u32>(),
    ) {
        let set = toy::digits(2, 1);
        let net = drawn(units, gain, seed);
        let reading = Reading { dt, steps: 8 * times };
        let rows: Vec<u32> = (0..batch as u32).collect();
        let answers = Read::new(&net, &set, &rows, reading).answers();
        for (row, found) in rows.iter().zip(answers.chunks_exact(10)) {
            let expected = net.read(&input(&set, *row), &reading).pop().unwrap();
            for (found, expected) in found.iter().zip(expected) {
                prop_assert!((f64::from(*found) - expected).abs() < 1e-4, "{found} instead of {expected}");
            }
        }
    }

    /// Differences to either side agree with the gradient, or with each other not: then there is a kink between.
    #[test]
    fn bptt_is_the_gradient_of_the_loss(units in 1usize..10, dt in 0.2f32..1.0, gain in 0.0..1.2f64, seed in 0u32..10_000) {
        const STEPS: [f64; 2] = [1.0 / 2048.0, 1.0 / 8192.0];
        let set = toy::digits(2, 1);
        let net_before = drawn(units, gain, seed);
        let reading = Reading { dt, steps: 16 };
        let rows = [0, 1, 2];
        // One that blows up is so sure that f32 cannot tell its losses apart.
        prop_assume!(loss(&net_before, &set, &rows, &reading) < 30.0);
        let found = Read::new(&net_before, &set, &rows, reading).slopes(Credit::Bptt, rows.len());
        let begin = weights_of(&net_before);
        let mut compared = 0;
        for index in (0..begin.values.len()).step_by((begin.values.len() / 20).max(1)) {
            let at = |by: f64| {
                let mut moved = begin.clone();
                moved.values[index] += by as f32;
                (f64::from(moved.values[index]), loss(&net(&moved), &set, &rows, &reading))
            };
            let (here, slope) = (at(0.0), |(x0, y0): (f64, f64), (x1, y1): (f64, f64)| (y1 - y0) / (x1 - x0));
            let slopes = STEPS.map(|step| [slope(at(-step), here), slope(here, at(step))]);
            let room = 2e-3 * (1.0 + found[index].abs());
            let all = slopes.as_flattened().iter().copied();
            if all.clone().fold(f64::MIN, f64::max) - all.fold(f64::MAX, f64::min) < room {
                let central = (slopes[1][0] + slopes[1][1]) / 2.0;
                prop_assert!((found[index] - central).abs() < room, "{index}: {} instead of {slopes:?}", found[index]);
                compared += 1;
            }
        }
        prop_assert!(compared > 0);
    }

    /// Where no unit reaches another, nothing is left out; where they do, something is.
    #[test]
    fn eprop_leaves_out_what_goes_through_recurrent_weights(units in 4usize..20, seed in any::<u32>()) {
        let set = toy::digits(2, 1);
        let rows = [0, 1, 2, 3];
        let reading = Reading { dt: 0.5, steps: 8 };
        let slopes = |gain, credit| Read::new(&drawn(units, gain, seed), &set, &rows, reading).slopes(credit, rows.len());
        let apart = |gain| {
            let pairs = slopes(gain, Credit::Bptt).into_iter().zip(slopes(gain, Credit::Eprop));
            pairs.map(|(a, b)| (a - b).abs() / (1.0 + a.abs())).fold(0.0, f64::max)
        };
        prop_assert!(apart(0.0) < 1e-4);
        let is_silent = slopes(1.2, Credit::Bptt)[..units * units].iter().all(|slope| *slope == 0.0);
        prop_assert!(is_silent || apart(1.2) > 1e-4);
    }
}

#[test]
fn rows_are_read_from_the_top_each_as_often() {
    let image: Vec<f32> = (0..12).map(|i| i as f32).collect();
    let reading = Reading { dt: 0.5, steps: 6 };
    let rows: Vec<f32> = reading.rows(&image, 4).map(|row| row[0]).collect();
    assert_eq!(rows, [0.0, 0.0, 4.0, 4.0, 8.0, 8.0]);
}

#[test]
fn networks_are_the_same_in_both_labs() {
    let weights = Weights::initial(Shape { units: 7, inputs: 3, outputs: 2 }, 0.9, 4);
    assert_eq!(weights_of(&net(&weights)), weights);
    let net = net(&weights);
    assert_eq!(net.layers[1].weights[3 * 2 + 1], weights.output()[7 + 3], "from unit 3 to output 1");
    assert_eq!(net.layers[0].recurrent, weights.recurrent());
}

#[test]
fn both_rules_learn_all_tasks_at_once_and_forget_without_remedy() {
    let set = toy::digits(40, 10);
    for rule in ["bptt", "eprop"] {
        let fields = [("rule.kind", rule), ("rule.rates", "[0.03, 0.03]"), ("training.epochs", "25")];
        let accuracy = |strategy| run(&reader(strategy, &fields), &[1], &set).0[0].accuracy;
        let (together, one_by_one) = (accuracy("parallel"), accuracy("sequential"));
        assert!(together > 0.8 && one_by_one < 0.4, "{rule}: {together}, {one_by_one}");
    }
}

/// Each step of sleep hears one row of the mean image, and after the last the first again.
#[test]
fn a_sleeper_hears_the_rows_of_the_mean_image_in_turn() {
    let net = drawn(12, 1.0, 3);
    let mut mean = vec![0.0; 64];
    (0..8).for_each(|row| mean[row * 8 + row] = 1.0);
    let constants = Sleep { steps: 20, rate: 2.0, window: None, ..reader("src", &[]).sleep };
    let plan = |mean| Plan {
        seed: 1,
        phase: 0,
        constants: constants.clone(),
        mean,
        image: Some((8, 8)),
        largest_activity: vec![1.0, 1.0],
        wiring: Wiring::Recurrent,
    };
    let mut sleepers = vec![Sleeper::new(&net, &plan(mean))];
    assert!(sleepers[0].has_shape(&[(8, 12), (12, 10)], Wiring::Recurrent));
    let heard = block_on(Cpu.sleep_watched(&mut sleepers, 0, 20)).unwrap();
    let expected: Vec<Vec<u32>> = (0..20).map(|step| vec![step % 8]).collect();
    assert_eq!(heard.into_iter().map(|layers| layers[0].clone()).collect::<Vec<_>>(), expected);
    let odd = Sleeper::new(&net, &plan(vec![0.5; 63]));
    assert!(!odd.has_shape(&[(8, 12), (12, 10)], Wiring::Recurrent), "rows that are not whole");
}

#[test]
fn sleep_rewires_every_matrix_and_saved_runs_go_on() {
    let set = toy::digits(12, 4);
    let spec = reader("src-rehearsal", &[("sleep.homeostasis", "0.3")]);
    let (together, nets) = run(&spec, &[4, 5], &set);
    let (alone, net) = run(&spec, &[4], &set);
    assert_eq!((&alone[0].matrix, &net[0]), (&together[0].matrix, &nets[0]), "side by side as alone");

    let mut unbroken = Experiment::new(Cpu, spec.clone(), &[4], &set).unwrap();
    let mut slept = 0;
    let mut total = 0;
    while let Some(event) = block_on(unbroken.next()).unwrap() {
        total += 1;
        if let Event::Phase(phase) = event
            && !phase.weight_change.is_empty()
        {
            slept += 1;
            assert_eq!(phase.spikes_per_step.len(), 3);
            assert!(phase.spikes_per_step[..2].iter().all(|&spikes| spikes > 0.0), "{:?}", phase.spikes_per_step);
        }
    }
    assert_eq!(slept, 5);
    for at in [total / 20, total / 3, 2 * total / 3] {
        let mut experiment = Experiment::new(Cpu, spec.clone(), &[4], &set).unwrap();
        (0..at).for_each(|_| drop(block_on(experiment.next()).unwrap().unwrap()));
        let bytes = block_on(experiment.save()).unwrap();
        let (_, end) = finish(&mut Experiment::restore(Cpu, &bytes, &set).unwrap());
        assert_eq!(end, net, "saved after {at} of {total} events");
    }
}

#[test]
fn the_cpu_computes_it() {
    let set = toy::digits(12, 4);
    let auto = reader("src", &[("engine", "auto")]);
    let (choice, used) = block_on(choose(std::slice::from_ref(&auto), &set, 1));
    assert!(matches!(choice, Choice::Cpu) && used.reason.contains("row by row"), "{}", used.reason);
}

#[test]
fn what_does_not_fit_is_refused_in_words() {
    let refused = |field: (&str, &str)| spec::set(&reader("src", &[]), &[field]).unwrap_err().to_string();
    for (message, words) in [
        (refused(("rule.kind", "predictive")), "ctrnn learns by bptt or eprop"),
        (refused(("network.hidden", "[8, 8]")), "one hidden layer"),
        (refused(("sleep.window", "5")), "without a window"),
        (refused(("rule.momentum", "0.5")), "`rule.momentum` is 0.5"),
        (refused(("rule.straight_through", "true")), "`rule.straight_through`"),
        (refused(("engine", "gpu")), "CPU alone"),
        (refused(("network.free_steps", "1001")), "`network.free_steps` is 1001"),
    ] {
        assert!(message.contains(words), "{message}");
    }
    let begin =
        |spec: &Spec, set: &DataSet| block_on(Run::new(std::slice::from_ref(spec), set)).err().unwrap().to_string();
    let message = begin(&reader("src", &[("network.free_steps", "12")]), &toy::digits(12, 4));
    assert!(message.contains("have 8 rows"), "{message}");
    let vectors = DataSet { name: "mnist".into(), ..toy::features(40, 20, 10) };
    let message = begin(&reader("src", &[]), &vectors);
    assert!(message.contains("holds no images"), "{message}");
}

//! Backpropagation through time: its gradient against finite differences and equilibrium propagation, and whole runs.

use engram::continual::engine::{Choice, choose};
use engram::continual::{Experiment, Run};
use engram::data::DataSet;
use engram::event::{Event, Finished};
use engram::kernels::cpu::Cpu;
use engram::kernels::gpu::Wishes;
use engram::kernels::{Descent, Device, Hebbian, Phase, Relaxation, States, Unrolling};
use engram::net::Net;
use engram::spec::{self, EngineKind, Spec};
use pollster::block_on;
use proptest::prelude::*;

use crate::engines::open;
use crate::equilibrium::{away_from_kinks, contrastive, unsaturated};
use crate::relaxation::{input, phases};
use crate::toy;

/// A layer in f64: weights fan_in × units, biases.
type Layer = (Vec<f64>, Vec<f64>);

/// What the last steps of a free phase start from.
struct Held {
    states: Vec<Vec<f64>>,
    input: Vec<f64>,
    label: usize,
}

/// Inputs of all units, layer by layer, as the equations are printed.
fn inputs(layers: &[Layer], held: &Held, states: &[Vec<f64>], gamma: f64) -> Vec<Vec<f64>> {
    let mut z: Vec<Vec<f64>> = layers.iter().map(|(_, bias)| bias.clone()).collect();
    for (l, (weights, bias)) in layers.iter().enumerate() {
        let units = bias.len();
        let below = if l == 0 { &held.input } else { &states[l - 1] };
        for (i, row) in weights.chunks_exact(units).enumerate() {
            for (u, w) in row.iter().enumerate() {
                z[l][u] += below[i] * w;
                if l > 0 {
                    z[l - 1][i] += gamma * w * states[l][u];
                }
            }
        }
    }
    z
}

/// What becomes of the outputs' inputs: of each step, and unit.
enum Cut {
    /// hs, and how much it took off or put on is noted.
    Noted(Vec<f64>),
    /// As much is put on as before, whatever the input: the gradient goes straight through.
    Repeated(std::vec::IntoIter<f64>),
}

impl Cut {
    fn of(&mut self, z: f64) -> f64 {
        match self {
            Cut::Noted(offsets) => {
                offsets.push(z.clamp(0.0, 1.0) - z);
                z.clamp(0.0, 1.0)
            }
            Cut::Repeated(offsets) => z + offsets.next().expect("as many as before"),
        }
    }
}

/// ½Σ(o − y)² after the last steps, and how near a unit came to a kink.
fn loss(layers: &[Layer], held: &Held, setting: &Setting, cut: &mut Cut) -> (f64, f64) {
    let mut states = held.states.clone();
    let mut nearest = f64::INFINITY;
    let last = layers.len() - 1;
    for _ in 0..setting.steps[1] {
        for (l, z) in inputs(layers, held, &states, setting.gamma).into_iter().enumerate() {
            for (s, z) in states[l].iter_mut().zip(z) {
                nearest = nearest.min(z.abs()).min(if l == last { (z - 1.0).abs() } else { f64::INFINITY });
                *s += setting.dt * (if l == last { cut.of(z) } else { z.max(0.0) } - *s);
            }
        }
    }
    let error = |(c, o): (usize, &f64)| (o - f64::from(u8::from(c == held.label))).powi(2);
    (0.5 * states[last].iter().enumerate().map(error).sum::<f64>(), nearest)
}

/// The same loss; where the gradient goes straight through, with what was cut off before anything moved.
fn cuts(layers: &[Layer], held: &Held, setting: &Setting) -> impl Fn() -> Cut + use<> {
    let mut cut = Cut::Noted(Vec::new());
    loss(layers, held, setting, &mut cut);
    let Cut::Noted(offsets) = cut else { unreachable!("nothing was repeated") };
    let straight_through = setting.straight_through;
    move || if straight_through { Cut::Repeated(offsets.clone().into_iter()) } else { Cut::Noted(Vec::new()) }
}

struct Setting {
    dt: f64,
    gamma: f64,
    /// Before those that are gone back through, and these.
    steps: [u32; 2],
    straight_through: bool,
}

/// The kernel's gradient summed over `rows`, layer by layer, and where its steps began.
fn gradient(net: &Net, set: &DataSet, rows: &[u32], setting: &Setting) -> (Vec<Layer>, Vec<Held>) {
    /// So that what f32 rounds off of a weight is nothing beside its change.
    const LARGE: f32 = 4096.0;
    let mut cpu = Cpu;
    let data = cpu.load(set, &set.train);
    let mut weights = cpu.weights(std::slice::from_ref(net), rows.len());
    let mut batch = cpu.batch(&weights, rows.len());
    let (dt, gamma) = (setting.dt as f32, setting.gamma as f32);
    cpu.drive(&weights, &data, &[rows], &mut batch);
    let phase = Phase::Free { tolerance: 0.0 };
    cpu.relax(&weights, &mut batch, &Relaxation { dt, gamma, steps: setting.steps[0], phase });
    let mut read = |layer: usize| block_on(cpu.read_states(&batch, layer, States::Free)).unwrap().remove(0);
    let states: Vec<Vec<f32>> = (0..net.layers.len()).map(&mut read).collect();
    let held = rows.iter().enumerate().map(|(b, &row)| Held {
        states: states.iter().map(|all| wide(&all[b * all.len() / rows.len()..][..all.len() / rows.len()])).collect(),
        input: wide(&input(set, row)),
        label: usize::from(set.train.labels[row as usize]),
    });
    let held = held.collect();
    cpu.adjoint(
        &weights,
        &mut batch,
        &Unrolling { dt, gamma, steps: setting.steps[1], straight_through: setting.straight_through },
    );
    for layer in 0..net.layers.len() {
        let descent = Descent { layer, scale: LARGE * rows.len() as f32, momentum: 0.0, is_biased: true };
        cpu.gradient_update(&mut weights, &data, &mut batch, descent);
    }
    let after = &block_on(cpu.read_weights(&weights)).unwrap()[0];
    let change = |after: &[f32], before: &[f32]| -> Vec<f64> {
        after.iter().zip(before).map(|(a, b)| (f64::from(*a) - f64::from(*b)) / f64::from(LARGE)).collect()
    };
    let layers = after.layers.iter().zip(&net.layers);
    (layers.map(|(a, b)| (change(&a.weights, &b.weights), change(&a.bias, &b.bias))).collect(), held)
}

fn wide(values: &[f32]) -> Vec<f64> {
    values.iter().map(|&v| f64::from(v)).collect()
}

/// Central differences of the loss in some parameters of each layer, against the kernel's gradient: the largest
/// difference, relative to the largest of the layer's matrix or biases. `None` near a kink, and where activity explodes, for which
/// f32 has too few digits.
fn distance(net: &Net, set: &DataSet, rows: &[u32], setting: &Setting) -> Option<f64> {
    const SMALL: f64 = 1e-5;
    const MOST: usize = 60;
    let (found, held) = gradient(net, set, rows, setting);
    // As the kernel has them.
    let setting = &Setting { dt: f64::from(setting.dt as f32), gamma: f64::from(setting.gamma as f32), ..*setting };
    let mut layers: Vec<Layer> = net.layers.iter().map(|l| (wide(&l.weights), wide(&l.bias))).collect();
    let near = |held: &Held| loss(&layers, held, setting, &mut Cut::Noted(Vec::new())).1 < 1e-4;
    let explodes = |held: &Held| held.states.iter().flatten().any(|&s| s > 100.0);
    if held.iter().any(|held| near(held) || explodes(held)) {
        return None;
    }
    let cuts: Vec<_> = held.iter().map(|held| cuts(&layers, held, setting)).collect();
    let mut worst: f64 = 0.0;
    for l in 0..layers.len() {
        for is_bias in [false, true] {
            let found = if is_bias { &found[l].1 } else { &found[l].0 };
            // An output that is right to a few millionths has f32's rounding for an error.
            let (mut largest, mut apart): (f64, f64) = (1e-3, 0.0);
            for at in (0..found.len()).step_by(found.len().div_ceil(MOST)) {
                let mut moved = |by: f64| {
                    let (weights, bias) = &mut layers[l];
                    let parameter = if is_bias { &mut bias[at] } else { &mut weights[at] };
                    let before = std::mem::replace(parameter, *parameter + by);
                    let sum: f64 =
                        held.iter().zip(&cuts).map(|(held, cut)| loss(&layers, held, setting, &mut cut()).0).sum();
                    let (weights, bias) = &mut layers[l];
                    *(if is_bias { &mut bias[at] } else { &mut weights[at] }) = before;
                    sum
                };
                let expected = (moved(SMALL) - moved(-SMALL)) / (2.0 * SMALL);
                largest = largest.max(expected.abs());
                apart = apart.max((found[at] - expected).abs());
            }
            worst = worst.max(apart / largest);
        }
    }
    Some(worst)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Any number of layers, few or many outputs, sparse or dense data, settled or not.
    #[test]
    fn the_gradient_is_that_of_the_loss(
        hidden in prop::collection::vec(1usize..90, 1..4),
        classes in 1usize..14,
        dense in any::<bool>(),
        seed in any::<u32>(),
        gamma in 0.0..1.5f64,
        dt in 0.05..1.0f64,
        before in 0u32..40,
        steps in 1u32..12,
        rows in prop::collection::vec(0u32..20, 1..4),
        straight_through in any::<bool>(),
    ) {
        let set = if dense { toy::features(20, 23, classes) } else { toy::digits(2, 1) };
        let sizes: Vec<usize> = [set.shape.len()].into_iter().chain(hidden).chain([set.classes.len()]).collect();
        // Without a cut on the way back, a loop of great gain makes the gradient explode, and f32's rounding with it.
        let (gain, dt) = if straight_through { (0.7, dt / 2.0) } else { (1.3, dt) };
        let net = toy::network(&sizes, seed, gain);
        let apart = distance(&net, &set, &rows, &Setting { dt, gamma, steps: [before, steps], straight_through });
        prop_assume!(apart.is_some());
        prop_assert!(apart.is_some_and(|apart| apart < 3e-4), "{apart:?}");
    }
}

/// Samples that are taken part by part, because their states do not fit, give the same gradient.
#[test]
fn a_great_batch_is_the_sum_of_its_parts() {
    let set = toy::digits(60, 1);
    let net = toy::network(&[64, 6, 5, 10], 2, 1.0);
    let setting = Setting { dt: 0.2, gamma: 1.0, steps: [20, 500], straight_through: false };
    let rows: Vec<u32> = (0..600).collect();
    let (whole, _) = gradient(&net, &set, &rows, &setting);
    let halves = [&rows[..300], &rows[300..]].map(|rows| gradient(&net, &set, rows, &setting).0);
    for (l, (weights, _)) in whole.iter().enumerate() {
        let largest = weights.iter().fold(0.0f64, |m, w| m.max(w.abs()));
        assert!(largest > 0.1);
        for (i, w) in weights.iter().enumerate() {
            assert!((w - halves[0][l].0[i] - halves[1][l].0[i]).abs() < 1e-4 * largest);
        }
    }
}

/// Settled, with γ = 1 and away from kinks, a small nudge changes weights as the gradient does, after as many steps
/// (Ernoult et al. 2019, Theorem 1).
#[test]
fn contrastive_ep_with_a_small_nudge_is_the_same() {
    const BETA: f64 = 1e-6;
    const SETTLE: u32 = 600;
    let set = toy::digits(2, 1);
    let mut compared = 0;
    for (seed, row) in (0..6).flat_map(|seed| [0, 3, 4].map(|row| (seed, row))) {
        let net = unsaturated(seed);
        let x = input(&set, row);
        if !away_from_kinks(&net, &x, &phases(&net, &x, 0, 0.2, 1.0, 0.0, [SETTLE, 0]).free) {
            continue;
        }
        for steps in [1, 2, 3, 10, 15] {
            let label = usize::from(set.train.labels[row as usize]);
            let ep = contrastive(&phases(&net, &x, label, 0.2, 1.0, BETA, [SETTLE, steps]), &x, BETA);
            let setting = Setting { dt: 0.2, gamma: 1.0, steps: [SETTLE - steps, steps], straight_through: false };
            let (found, _) = gradient(&net, &set, &[row], &setting);
            for (ep, (weights, _)) in ep.iter().zip(&found) {
                let largest = ep.iter().fold(1e-6f64, |m, e| m.max(e.abs()));
                for (e, g) in ep.iter().zip(weights) {
                    assert!((e + g).abs() < 1e-4 * largest, "{e} against {} after {steps} steps", -g);
                }
            }
        }
        compared += 1;
    }
    assert!(compared > 8, "only {compared} samples were away from the kinks");
}

/// Where an output is saturated and wrong the gradient is exactly 0, and no weight moves; EP moves them.
#[test]
fn a_saturated_error_is_not_seen() {
    let set = toy::features(8, 20, 1);
    for sizes in [vec![20, 30, 1], vec![20, 30, 9, 1]] {
        let mut net = toy::network(&sizes, 1, 1.0);
        // The only output rests at 0, and should be 1.
        net.layers.last_mut().unwrap().bias[0] = -4.0;
        let rows: Vec<u32> = (0..8).collect();
        let setting = Setting { dt: 0.2, gamma: 1.0, steps: [60, 10], straight_through: false };
        let (found, held) = gradient(&net, &set, &rows, &setting);
        assert!(held.iter().all(|held| held.states.last().unwrap()[0] == 0.0));
        assert!(found.iter().all(|(weights, bias)| weights.iter().chain(bias).all(|&g| g == 0.0)));
        let (through, _) = gradient(&net, &set, &rows, &Setting { straight_through: true, ..setting });
        assert!(through.last().unwrap().1[0] < -1.0, "straight through, it rises");

        let mut cpu = Cpu;
        let data = cpu.load(&set, &set.train);
        let mut weights = cpu.weights(std::slice::from_ref(&net), 8);
        let mut batch = cpu.batch(&weights, 8);
        cpu.drive(&weights, &data, &[&rows], &mut batch);
        for (steps, phase) in [(60, Phase::Free { tolerance: 0.0 }), (10, Phase::Clamped { beta: 0.1 })] {
            cpu.relax(&weights, &mut batch, &Relaxation { dt: 0.2, gamma: 1.0, steps, phase });
        }
        let layer = sizes.len() - 2;
        let update = Hebbian { layer, pre: States::Clamped, post: States::Clamped, scale: 10.0 };
        cpu.hebbian_update(&mut weights, &data, &mut batch, update);
        let after = &block_on(cpu.read_weights(&weights)).unwrap()[0];
        let moved = after.layers[layer].weights.iter().zip(&net.layers[layer].weights).any(|(a, b)| a - b > 0.01);
        assert!(moved, "EP raises the weights of an output that is too low");
    }
}

pub fn bptt(strategy: &str, fields: &[(&str, &str)]) -> Spec {
    let spec = spec::set(&toy::spec(strategy), &[("rule.kind", "bptt"), ("rule.rates", "[0.1, 0.01]")]).unwrap();
    spec::set(&spec, fields).unwrap()
}

pub fn finish<D: Device>(experiment: &mut Experiment<D>) -> (Vec<Finished>, Vec<Net>) {
    let finished = |event| if let Event::Finished(finished) = event { Some(*finished) } else { None };
    let events = std::iter::from_fn(|| block_on(experiment.next()).unwrap()).filter_map(finished).collect();
    (events, block_on(experiment.networks()).unwrap())
}

pub fn run(spec: &Spec, seeds: &[u32], set: &DataSet) -> (Vec<Finished>, Vec<Net>) {
    finish(&mut Experiment::new(Cpu, spec.clone(), seeds, set).unwrap())
}

#[test]
fn a_run_learns() {
    let set = toy::digits(40, 10);
    let shallow = bptt("parallel", &[("training.epochs", "10")]);
    let deep = [("network.hidden", "[40, 24]"), ("rule.rates", "[0.1, 0.1, 0.05]"), ("training.epochs", "12")];
    for spec in [shallow.clone(), spec::set(&shallow, &deep).unwrap()] {
        // With this seed no output is silent at the start for all images of its class: such a one stays silent.
        let accuracy = run(&spec, &[1], &set).0[0].accuracy;
        assert!(accuracy > 0.8, "{:?}: {accuracy}", spec.network.hidden);
    }
}

#[test]
fn what_is_no_longer_finite_stops_the_run_and_is_named() {
    let set = toy::digits(20, 5);
    // With this much feedback hidden layers excite each other without bound.
    let fields = [
        ("network.hidden", "[40, 24]"),
        ("rule.rates", "[0.1, 0.1, 0.1]"),
        ("network.gamma", "10"),
        ("network.free_steps", "800"),
    ];
    let mut experiment = Experiment::new(Cpu, bptt("sequential", &fields), &[1], &set).unwrap();
    let last = std::iter::from_fn(|| block_on(experiment.next()).unwrap()).last();
    let Some(Event::Diverged { message, .. }) = last else { panic!("{last:?}") };
    assert!(message.contains("finite"), "{message}");
}

#[test]
fn it_goes_back_through_no_more_steps_than_there_are() {
    let refused = spec::set(&bptt("src", &[]), &[("network.free_steps", "9")]).unwrap_err().to_string();
    for words in ["`network.free_steps` is 9", "last 10", "`network.clamped_steps`"] {
        assert!(refused.contains(words), "{refused}");
    }
    let set = toy::digits(12, 4);
    let all = bptt("sequential", &[("network.free_steps", "10")]);
    assert_eq!(run(&all, &[1], &set).0.len(), 1);
}

#[test]
fn the_cpu_computes_it_and_a_gpu_is_refused_in_words() {
    let set = toy::digits(12, 4);
    let auto = bptt("sequential", &[("engine", "auto")]);
    let (choice, used) = block_on(choose(std::slice::from_ref(&auto), &set, 1));
    assert!(matches!(choice, Choice::Cpu) && used.reason.contains("backpropagation"), "{}", used.reason);
    let refused = spec::set(&auto, &[("engine", "gpu")]).unwrap_err().to_string();
    assert!(refused.contains("`engine` is gpu") && refused.contains("CPU alone"), "{refused}");

    // In the middle of a run it is refused as well, and the run goes on.
    let mut run = block_on(Run::new(std::slice::from_ref(&auto), &set)).unwrap();
    (0..5).for_each(|_| drop(block_on(run.next()).unwrap()));
    let refused = block_on(run.change_engine(EngineKind::Gpu, &set)).unwrap_err().to_string();
    assert!(refused.contains("CPU alone"), "{refused}");
    let events: Vec<Event> = std::iter::from_fn(|| block_on(run.next()).unwrap()).collect();
    assert!(matches!(events.last(), Some(Event::Finished(_))));

    // A GPU that is given such a run all the same says so.
    let mut experiment = Experiment::new(open(Wishes::default()), auto, &[1], &set).unwrap();
    let error = loop {
        match block_on(experiment.next()) {
            Ok(event) => assert!(event.is_some(), "the run came to its end"),
            Err(error) => break error,
        }
    };
    assert!(error.to_string().contains("CPU alone"), "{error}");
}

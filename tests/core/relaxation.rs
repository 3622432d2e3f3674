//! `drive`, `relax` and `hebbian_update` of both engines against the equations in f64, step by step.

use engram::data::DataSet;
use engram::kernels::gpu::Wishes;
use engram::kernels::{Device, Hebbian, Phase, Relaxation, States, Tally};
use engram::net::Net;
use pollster::block_on;
use proptest::prelude::*;

use crate::engines::{on_both, on_cpu, on_gpu, open, with_gpu};
use crate::toy;

/// The states of both phases in f64: [layer][unit].
pub struct Phases {
    pub free: Vec<Vec<f64>>,
    pub clamped: Vec<Vec<f64>>,
}

/// Both phases as the equations are printed.
pub fn phases(net: &Net, input: &[f32], label: usize, dt: f64, gamma: f64, beta: f64, steps: [u32; 2]) -> Phases {
    let drive = net.input_drive(input);
    let mut states: Vec<Vec<f64>> = net.layers.iter().map(|l| vec![0.0; l.units]).collect();
    for _ in 0..steps[0] {
        net.free_step(&drive, &mut states, dt, gamma);
    }
    let free = states.clone();
    for _ in 0..steps[1] {
        let before = states.last().unwrap().clone();
        net.free_step(&drive, &mut states, dt, gamma);
        for (c, o) in states.last_mut().unwrap().iter_mut().enumerate() {
            *o += dt * beta * (f64::from(u8::from(c == label)) - before[c]);
        }
    }
    Phases { free, clamped: states }
}

pub fn input(set: &DataSet, row: u32) -> Vec<f32> {
    let mut input = vec![0.0; set.shape.len()];
    set.train.values.row_into(row as usize, input.len(), &mut input);
    input
}

/// What an engine makes of both phases.
struct Engine<'a, D: Device> {
    device: &'a mut D,
    weights: D::Weights,
    data: D::Data,
    batch: D::Batch,
}

impl<D: Device> Engine<'_, D> {
    fn states(&mut self, layer: usize, kind: States) -> Vec<f32> {
        block_on(self.device.read_states(&self.batch, layer, kind)).unwrap().remove(0)
    }
}

struct Setting {
    dt: f64,
    gamma: f64,
    beta: f64,
    steps: [u32; 2],
    tolerance: f32,
}

fn relax<'a, D: Device>(device: &'a mut D, net: &Net, set: &DataSet, rows: &[u32], setting: &Setting) -> Engine<'a, D> {
    let data = device.load(set, &set.train);
    let weights = device.weights(std::slice::from_ref(net), rows.len());
    let mut batch = device.batch(&weights, rows.len());
    let (dt, gamma) = (setting.dt as f32, setting.gamma as f32);
    device.drive(&weights, &data, &[rows], &mut batch);
    let free = Phase::Free { tolerance: setting.tolerance };
    device.relax(&weights, &mut batch, &Relaxation { dt, gamma, steps: setting.steps[0], phase: free });
    let clamped = Phase::Clamped { beta: setting.beta as f32 };
    device.relax(&weights, &mut batch, &Relaxation { dt, gamma, steps: setting.steps[1], phase: clamped });
    Engine { device, weights, data, batch }
}

/// Largest difference between the engine's states and the reference's, relative to 1 + |state|.
fn distance<D: Device>(device: &mut D, net: &Net, set: &DataSet, rows: &[u32], setting: &Setting) -> f64 {
    let mut engine = relax(device, net, set, rows, setting);
    let mut worst: f64 = 0.0;
    for (b, &row) in rows.iter().enumerate() {
        let label = usize::from(set.train.labels[row as usize]);
        let Setting { dt, gamma, beta, steps, .. } = *setting;
        let expected = phases(net, &input(set, row), label, dt, gamma, beta, steps);
        for (layer, units) in net.layers.iter().map(|l| l.units).enumerate() {
            for (kind, expected) in [(States::Free, &expected.free), (States::Clamped, &expected.clamped)] {
                let states = engine.states(layer, kind);
                for (s, e) in states[b * units..][..units].iter().zip(&expected[layer]) {
                    assert!(s.is_finite());
                    worst = worst.max((f64::from(*s) - e).abs() / (1.0 + e.abs()));
                }
            }
        }
    }
    worst
}

/// What holds on either engine; a software GPU has time for fewer cases.
macro_rules! properties {
    ($engine:ident, $on:ident, $cases:expr) => {
        mod $engine {
            use super::*;

            proptest! {
                #![proptest_config(ProptestConfig::with_cases($cases))]

                /// Shapes of all sizes, one hidden layer or more, few or many outputs, contracting networks.
                #[test]
                fn states_are_those_of_the_equations(
                    hidden in prop::collection::vec(1usize..90, 1..4),
                    classes in 1usize..14,
                    dense in any::<bool>(),
                    seed in any::<u32>(),
                    gamma in 0.0..1.0f64,
                    dt in 0.05..0.5f64,
                    beta in 0.1..1.5f64,
                    free in 1u32..120,
                    clamped in 1u32..20,
                    batch in 1u32..6,
                ) {
                    let set = if dense { toy::features(12, 33, classes) } else { toy::digits(2, 1) };
                    let classes = set.classes.len();
                    let mut sizes = vec![set.shape.len()];
                    sizes.extend(hidden);
                    sizes.push(classes);
                    let net = toy::contracting(&sizes, seed, 0.45);
                    let rows: Vec<u32> = (0..batch).collect();
                    let setting = Setting { dt, gamma, beta, steps: [free, clamped], tolerance: 0.0 };
                    for (engine, worst) in $on!(|device| distance(device, &net, &set, &rows, &setting)) {
                        prop_assert!(worst < 1e-5, "{engine}: {worst}");
                    }
                }

                /// Strong weights: many units change their sign on the way, and outputs run far over a guessed course.
                #[test]
                fn states_stay_right_where_units_switch(seed in any::<u32>(), scale in 1.0..6.0f32, hidden in 1usize..200) {
                    let set = toy::digits(2, 1);
                    let net = toy::network(&[64, hidden, 10], seed, scale);
                    let rows: Vec<u32> = (0..4).collect();
                    let setting = Setting { dt: 0.2, gamma: 1.0, beta: 1.0, steps: [12, 10], tolerance: 0.0 };
                    for (engine, worst) in $on!(|device| distance(device, &net, &set, &rows, &setting)) {
                        prop_assert!(worst < 2e-4, "{engine}: {worst}");
                    }
                }

                /// Stopping once no state moves more than the tolerance leaves the same states.
                #[test]
                fn an_early_stop_changes_nothing(seed in any::<u32>(), hidden in 30usize..150) {
                    let set = toy::digits(2, 1);
                    let net = toy::contracting(&[64, hidden, 10], seed, 0.7);
                    let rows: Vec<u32> = (0..5).collect();
                    let tolerance = engram::spec::preset("mnist-src").unwrap().spec.network.tolerance as f32;
                    let setting = Setting { dt: 0.2, gamma: 1.0, beta: 1.0, steps: [200, 10], tolerance };
                    for (engine, worst) in $on!(|device| distance(device, &net, &set, &rows, &setting)) {
                        prop_assert!(worst < 1e-5, "{engine}: {worst}");
                    }
                }

                /// W += scale/B Σ preᵀ·post for every layer and every pair of states.
                #[test]
                fn updates_are_those_of_the_equations(
                    hidden in prop::collection::vec(1usize..50, 1..3),
                    dense in any::<bool>(),
                    seed in any::<u32>(),
                    batch in 1u32..7,
                ) {
                    let set = if dense { toy::features(12, 33, 7) } else { toy::digits(2, 1) };
                    let mut sizes = vec![set.shape.len()];
                    sizes.extend(hidden);
                    sizes.push(set.classes.len());
                    let net = toy::network(&sizes, seed, 1.0);
                    let rows: Vec<u32> = (0..batch).collect();
                    for (engine, worst) in $on!(|device| update_distance(device, &net, &set, &rows)) {
                        prop_assert!(worst < 1e-5, "{engine}: {worst}");
                    }
                }
            }
        }
    };
}

properties!(cpu, on_cpu, 96);
properties!(gpu, on_gpu, 20);

/// Largest difference between updated weights and the equations', relative to 1 + |weight|.
fn update_distance<D: Device>(device: &mut D, net: &Net, set: &DataSet, rows: &[u32]) -> f64 {
    let setting = Setting { dt: 0.2, gamma: 1.0, beta: 1.0, steps: [60, 8], tolerance: 0.0 };
    let mut worst: f64 = 0.0;
    for layer in 0..net.layers.len() {
        for (pre, post) in
            [(States::Clamped, States::Difference), (States::Clamped, States::Clamped), (States::Free, States::Free)]
        {
            let mut engine = relax(device, net, set, rows, &setting);
            let update = Hebbian { layer, pre, post, scale: 3.0 };
            let expected = expected_update(net, set, rows, &mut engine, update);
            let Engine { device, weights, data, batch } = &mut engine;
            device.hebbian_update(weights, data, batch, update);
            let changed = &block_on(device.read_weights(weights)).unwrap()[0].layers[layer].weights;
            for (w, e) in changed.iter().zip(&expected) {
                worst = worst.max((f64::from(*w) - e).abs() / (1.0 + e.abs()));
            }
        }
    }
    worst
}

/// Layers so wide that a GPU's invocations cannot keep their weights, sums without subgroups, as in a browser, and
/// tiles that are not full.
#[test]
fn states_are_right_on_every_path_of_the_gpu() {
    let set = toy::digits(2, 1);
    let rows: Vec<u32> = (0..3).collect();
    let setting = Setting { dt: 0.2, gamma: 1.0, beta: 1.0, steps: [30, 6], tolerance: 0.0 };
    let mut plain = open(Wishes { subgroups: false, ..Wishes::default() });
    assert!(!plain.has_subgroups());
    for hidden in [1, 64, 65, 700, 2100] {
        let net = toy::contracting(&[64, hidden, 10], 3, 0.45);
        assert!(distance(&mut plain, &net, &set, &rows, &setting) < 1e-5, "{hidden}, without subgroups");
        let worst = with_gpu(|gpu| distance(gpu, &net, &set, &rows, &setting));
        assert!(worst < 1e-5, "{hidden}: {worst}");
    }
}

fn expected_update<D: Device>(
    net: &Net,
    set: &DataSet,
    rows: &[u32],
    engine: &mut Engine<D>,
    update: Hebbian,
) -> Vec<f64> {
    let Hebbian { layer, pre, post, scale } = update;
    let (n, m) = (net.layers[layer].fan_in, net.layers[layer].units);
    let mut weights: Vec<f64> = net.layers[layer].weights.iter().map(|&w| f64::from(w)).collect();
    for (b, &row) in rows.iter().enumerate() {
        let pre = match layer {
            0 => input(set, row),
            _ => engine.states(layer - 1, pre)[b * n..][..n].to_vec(),
        };
        let post = &engine.states(layer, post)[b * m..][..m];
        for i in 0..n {
            for j in 0..m {
                weights[i * m + j] += f64::from(scale) / rows.len() as f64 * f64::from(pre[i]) * f64::from(post[j]);
            }
        }
    }
    weights
}

#[test]
fn a_replica_without_rows_is_left_as_it_is() {
    let set = toy::digits(2, 1);
    let nets = [toy::network(&[64, 20, 10], 1, 1.0), toy::network(&[64, 20, 10], 2, 1.0)];
    for (engine, after) in on_both!(|device| learn_second(device, &set, &nets)) {
        assert_eq!(after[0], nets[0], "{engine}");
        assert_ne!(after[1], nets[1], "{engine}");
    }
}

/// The networks after a minibatch of which the first has no part.
fn learn_second<D: Device>(device: &mut D, set: &DataSet, nets: &[Net]) -> Vec<Net> {
    let data = device.load(set, &set.train);
    let mut weights = device.weights(nets, 4);
    let mut batch = device.batch(&weights, 4);
    device.drive(&weights, &data, &[&[], &[0, 1]], &mut batch);
    for phase in [Phase::Free { tolerance: 0.0 }, Phase::Clamped { beta: 1.0 }] {
        device.relax(&weights, &mut batch, &Relaxation { dt: 0.2, gamma: 1.0, steps: 20, phase });
    }
    for layer in 0..2 {
        let update = Hebbian { layer, pre: States::Clamped, post: States::Difference, scale: 1.0 };
        device.hebbian_update(&mut weights, &data, &mut batch, update);
        device.bias_update(&mut weights, &batch, layer, 1.0);
    }
    block_on(device.read_weights(&weights)).unwrap()
}

/// Replicas are computed as if each were alone, however many share a buffer.
#[test]
fn replicas_do_not_touch_each_other() {
    let set = toy::digits(2, 1);
    let nets: Vec<Net> = (0..5).map(|seed| toy::network(&[64, 20, 10], seed, 1.0)).collect();
    let alone: Vec<Net> =
        nets.iter().map(|net| with_gpu(|gpu| learn_second(gpu, &set, &[net.clone(), net.clone()])).remove(1)).collect();
    // Room for three replicas in a buffer: two groups.
    let mut narrow = open(Wishes { binding: 17_000, ..Wishes::default() });
    let data = narrow.load(&set, &set.train);
    let mut weights = narrow.weights(&nets, 4);
    let mut batch = narrow.batch(&weights, 4);
    narrow.drive(&weights, &data, &[&[0u32, 1][..]; 5], &mut batch);
    for phase in [Phase::Free { tolerance: 0.0 }, Phase::Clamped { beta: 1.0 }] {
        narrow.relax(&weights, &mut batch, &Relaxation { dt: 0.2, gamma: 1.0, steps: 20, phase });
    }
    for layer in 0..2 {
        let update = Hebbian { layer, pre: States::Clamped, post: States::Difference, scale: 1.0 };
        narrow.hebbian_update(&mut weights, &data, &mut batch, update);
        narrow.bias_update(&mut weights, &batch, layer, 1.0);
    }
    assert!(block_on(narrow.read_weights(&weights)).unwrap() == alone);
}

/// Classes of a task.
const PAIR: usize = 2;

#[test]
fn answers_are_counted_by_class() {
    let set = toy::digits(2, 1);
    let net = toy::network(&[64, 30, 10], 4, 1.0);
    let rows: Vec<u32> = (0..20).collect();
    let mut expected = Tally::new(10, 30);
    for &row in &rows {
        let class = usize::from(set.train.labels[row as usize]);
        let states = phases(&net, &input(&set, row), class, 0.2, 1.0, 1.0, [50, 0]).free;
        let best = states[1].iter().copied().fold(f64::MIN, f64::max);
        let answer = states[1].iter().position(|&o| o == best).unwrap();
        expected.confusion[class * 10 + answer] += 1;
        let own = (0..10).filter(|&c| c / PAIR == class / PAIR);
        let rival = own.filter(|&c| c != class).find(|&c| states[1][c] >= states[1][class]);
        expected.within[class] += u32::from(rival.is_none());
        for (sum, h) in expected.hidden[class * 30..].iter_mut().zip(&states[0]) {
            *sum += *h as f32;
        }
    }
    for (engine, tally) in on_both!(|device| count(device, &net, &set, &rows)) {
        assert_eq!(tally.confusion, expected.confusion, "{engine}");
        assert_eq!(tally.within, expected.within, "{engine}");
        for (got, want) in tally.hidden.iter().zip(&expected.hidden) {
            assert!((got - want).abs() < 1e-4, "{engine}");
        }
    }
}

/// Counts the batch twice, reads, and counts it once more: what was read is not told again.
fn count<D: Device>(device: &mut D, net: &Net, set: &DataSet, rows: &[u32]) -> Tally {
    let setting = Setting { dt: 0.2, gamma: 1.0, beta: 1.0, steps: [50, 1], tolerance: 0.0 };
    let Engine { device, mut batch, .. } = relax(device, net, set, rows, &setting);
    let mut tallies = [Tally::new(10, 30)];
    let task_of: Vec<u32> = (0..10).map(|class| (class / PAIR) as u32).collect();
    device.tally(&mut batch, &task_of);
    device.tally(&mut batch, &task_of);
    block_on(device.read_tallies(&mut batch, &mut tallies)).unwrap();
    tallies = [Tally::new(10, 30)];
    device.tally(&mut batch, &task_of);
    block_on(device.read_tallies(&mut batch, &mut tallies)).unwrap();
    let [tally] = tallies;
    tally
}

#[test]
fn the_largest_activity_of_each_layer_is_found() {
    let set = toy::digits(2, 1);
    let net = toy::network(&[64, 70, 40, 10], 4, 1.0);
    let rows: Vec<u32> = (0..20).collect();
    let setting = Setting { dt: 0.2, gamma: 1.0, beta: 1.0, steps: [50, 1], tolerance: 0.0 };
    let largest = on_both!(|device| {
        let mut engine = relax(device, &net, &set, &rows, &setting);
        let states: Vec<Vec<f32>> = (0..3).map(|layer| engine.states(layer, States::Free)).collect();
        (block_on(engine.device.largest_activity(&engine.batch)).unwrap().remove(0), states)
    });
    for (engine, (largest, states)) in largest {
        for (most, states) in largest.iter().zip(states) {
            assert_eq!(*most, states.into_iter().fold(0.0, f32::max), "{engine}");
        }
    }
}

#[test]
fn a_number_that_is_not_finite_is_found_with_its_layer() {
    let set = toy::digits(2, 1);
    let rows: Vec<u32> = (0..4).collect();
    let setting = Setting { dt: 0.2, gamma: 1.0, beta: 1.0, steps: [5, 5], tolerance: 0.0 };
    let faults = |net: &Net| {
        on_both!(|device| {
            let Engine { device, weights, mut batch, .. } = relax(device, net, &set, &rows, &setting);
            device.check(&weights, &mut batch);
            device.check(&weights, &mut batch);
            let faults = block_on(device.faults(&mut batch, true)).unwrap();
            assert!(faults.iter().all(|fault| fault.ago == 1), "the first of two checks finds it");
            faults.first().map(|fault| fault.layer)
        })
        .map(|(_, layer)| layer)
    };
    let sound = toy::network(&[64, 20, 10], 4, 1.0);
    assert_eq!(faults(&sound), [None; 2]);
    let mut broken = sound.clone();
    broken.layers[0].bias[7] = f32::NAN;
    assert_eq!(faults(&broken), [Some(0); 2]);
    let mut broken = sound.clone();
    broken.layers[0].bias[3] = f32::INFINITY;
    assert_eq!(faults(&broken), [Some(0); 2]);
    let mut broken = sound;
    broken.layers[1].weights[0] = f32::NAN;
    assert!(faults(&broken).iter().all(Option::is_some));
}

/// Each replica's own fault is told, whatever befalls the others.
#[test]
fn every_replica_at_fault_is_found() {
    let set = toy::digits(2, 1);
    let sound = toy::network(&[64, 20, 10], 4, 1.0);
    let (mut first, mut third) = (sound.clone(), sound.clone());
    first.layers[1].weights[3] = f32::NAN;
    third.layers[0].bias[7] = f32::NAN;
    let nets = [first, sound, third];
    for (engine, faults) in on_both!(|device| {
        let data = device.load(&set, &set.train);
        let weights = device.weights(&nets, 4);
        let mut batch = device.batch(&weights, 4);
        device.drive(&weights, &data, &[&[0u32, 1][..]; 3], &mut batch);
        device.check(&weights, &mut batch);
        block_on(device.faults(&mut batch, true)).unwrap()
    }) {
        let found: Vec<(usize, usize)> = faults.iter().map(|fault| (fault.replica, fault.layer)).collect();
        assert_eq!(found, [(0, 1), (2, 0)], "{engine}");
    }
}

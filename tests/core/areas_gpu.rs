//! Spiking areas on the GPU: the CPU's spikes, weights and counts, and whole runs.

use engram::continual::engine::{Choice, choose};
use engram::continual::{Experiment, Run};
use engram::data::DataSet;
use engram::event::{Event, Finished};
use engram::kernels::cpu::Cpu;
use engram::kernels::gpu::Wishes;
use engram::kernels::{Device, Draws, Showing};
use engram::net::Net;
use engram::net::areas::Constants;
use engram::net::gate::Gate;
use engram::spec::{Areas, EngineKind, Feedback, LabelError, Spec};
use pollster::block_on;
use proptest::prelude::*;

use crate::areas::little;
use crate::bptt::finish;
use crate::engines::{on_both, open, with_gpu};
use crate::showing::{input, lively, net_of, of_areas, plainly, show};
use crate::toy;

proptest! {
    #![proptest_config(ProptestConfig { max_global_rejects: 8192, ..ProptestConfig::with_cases(48) })]

    /// Where no voltage comes so near the threshold that rounding decides. The second of three replicas has nothing to see.
    #[test]
    fn the_gpu_shows_as_the_cpu_does(
        hidden in prop::collection::vec(1u32..40, 1..4),
        classes in 1usize..6,
        (dense, gates) in (any::<bool>(), 0usize..4),
        seed in any::<u32>(),
        (first, second) in (1u32..6, 1u32..3),
        shown in 2.0..40.0f64,
        norm_limit in prop_oneof![Just(0.8), Just(2.5), Just(20.0)],
        error_rate in 0.0..2.0f64,
        learns in prop::bool::weighted(0.75),
        label_rate in prop::option::of(0.0..500.0f64),
        (traces, teaches) in any::<(bool, bool)>(),
        (learns_after, homeostasis) in prop_oneof![Just((0.0, 0.0)), (0.0..0.7f64, 0.0..0.05f64)],
        (hold, protection) in prop_oneof![Just((1.0, 0.0)), (0.0..1.0f64, 0.0..9.0f64)],
        error_interval in prop_oneof![Just(0.0), 0.0..9.0f64],
    ) {
        let set = if dense { toy::features(9, 23, classes) } else { toy::digits(2, 1) };
        let shown = shown.round();
        let areas = Areas {
            shown,
            norm_limit,
            error_rates: vec![error_rate; hidden.len() + 1],
            label_rate,
            label_error: if traces { LabelError::Traces } else { LabelError::Spikes },
            feedback: if teaches { Feedback::Teaches } else { Feedback::Drives },
            learns_after: learns_after * shown,
            homeostasis,
            hold,
            protection,
            error_interval: error_interval.min(shown),
            ..lively()
        };
        let specs: Vec<Spec> = (0..3).map(|r| of_areas(&hidden, areas.clone(), seed.wrapping_add(r))).collect();
        let mut nets: Vec<Net> = specs.iter().map(|spec| net_of(spec, &set)).collect();
        // A replica may have fewer gates than another.
        nets[0].gates = gates_of(&specs[0], &set, gates);
        nets[2].gates = gates_of(&specs[2], &set, gates.saturating_sub(1));
        let rows: [Vec<u32>; 3] = [(0..first).collect(), Vec::new(), (3..3 + second).collect()];
        for r in [0, 2] {
            prop_assume!(plainly(&nets[r], &set, &rows[r], &specs[r], learns).is_some());
        }
        let rows = rows.each_ref().map(Vec::as_slice);
        let cpu = block_on(show(&mut Cpu, &nets, &set, &rows, &specs[0], learns));
        let gpu = with_gpu(|gpu| block_on(show(gpu, &nets, &set, &rows, &specs[0], learns)));
        gpu.assert_is(&cpu, &specs[0]);
        prop_assert!(gpu.nets[1] == nets[1] && gpu.shown[1].samples == 0, "the second is left alone");
    }
}

/// As many gates, each for a task of one sample.
fn gates_of(spec: &Spec, set: &DataSet, count: usize) -> Vec<Gate> {
    let units: Vec<usize> = spec.network.hidden.iter().map(|&units| units as usize).collect();
    (0..count as u32).fold(Vec::new(), |mut gates, row| {
        gates.push(Gate::next(&gates, input(set, row), &units, 0.6, spec.seed));
        gates
    })
}

/// Areas wider than a workgroup, and more steps than a dispatch takes.
#[test]
fn the_gpu_shows_large_areas_as_the_cpu_does() {
    let set = toy::digits(2, 1);
    let mut compared = [0, 0];
    for seed in 0..24 {
        let learns = seed % 2 == 0;
        let (shown, input_rate) = if learns { (12.0, 400.0) } else { (70.0, 100.0) };
        let areas = Areas { shown, input_rate, error_spread: 0.2, homeostasis: 0.01, protection: 2.0, ..lively() };
        let spec = of_areas(if learns { &[300, 270] } else { &[257] }, areas, seed);
        let mut net = [net_of(&spec, &set)];
        net[0].gates = gates_of(&spec, &set, if seed % 3 == 0 { 2 } else { 0 });
        if plainly(&net[0], &set, &[4], &spec, learns).is_some() {
            let cpu = block_on(show(&mut Cpu, &net, &set, &[&[4]], &spec, learns));
            let gpu = with_gpu(|gpu| block_on(show(gpu, &net, &set, &[&[4]], &spec, learns)));
            assert!(cpu.shown[0].spikes[2] > 0);
            gpu.assert_is(&cpu, &spec);
            compared[usize::from(learns)] += 1;
        }
    }
    // The others are decided by rounding.
    assert!(compared.iter().all(|&cases| cases > 1), "{compared:?}");
}

/// Buffers so small that each of three replicas needs its own.
#[test]
fn replicas_in_groups_are_shown_as_side_by_side() {
    let set = toy::digits(2, 1);
    let spec = of_areas(&[30], Areas { shown: 30.0, homeostasis: 0.01, protection: 2.0, ..lively() }, 5);
    let nets: Vec<Net> = (5..8).map(|seed| net_of(&Spec { seed, ..spec.clone() }, &set)).collect();
    let rows: [&[u32]; 3] = [&[0, 7], &[3], &[4, 5, 6]];
    let together = with_gpu(|gpu| block_on(show(gpu, &nets, &set, &rows, &spec, true)));
    // A replica has 17,760 bytes of weights.
    let mut small = open(Wishes { binding: 30_000, ..Wishes::default() });
    let apart = block_on(show(&mut small, &nets, &set, &rows, &spec, true));
    assert!(together.states == apart.states && together.nets == apart.nets);
    assert!(together.shown == apart.shown && together.memory == apart.memory);
    assert!(together.nets.iter().zip(&nets).all(|(after, before)| after.layers[0].weights != before.layers[0].weights));
}

/// A voltage that is not a number never spikes, and a broken weight may bring nothing.
#[test]
fn what_is_not_finite_is_found() {
    let set = toy::digits(2, 1);
    let spec = of_areas(&[30, 20], lively(), 5);
    let draws = Draws { seeds: &[5], phase: 0, minibatch: 0 };
    let showing = Showing { constants: Constants::of(&spec.areas), draws, plasticity: None };
    for broken in 0..3 {
        let mut net = net_of(&spec, &set);
        let weights = &mut net.layers[broken].weights;
        weights.iter_mut().step_by(7).for_each(|weight| *weight = f32::NAN);
        for (engine, faults) in on_both!(|device| {
            let data = device.load(&set, &set.train);
            let mut weights = device.weights(std::slice::from_ref(&net), 3);
            let mut batch = device.batch(&weights, 3);
            device.show(&mut weights, &data, &[&[0, 1, 2]], &mut batch, &showing);
            device.check(&weights, &mut batch);
            block_on(device.faults(&mut batch, true)).unwrap()
        }) {
            assert_eq!(faults.iter().map(|fault| fault.layer).collect::<Vec<_>>(), [broken], "{engine}");
        }
    }
}

fn on_gpu(strategy: &str) -> Spec {
    let mut spec = Spec { engine: EngineKind::Gpu, ..little(strategy) };
    (spec.areas.protection, spec.areas.homeostasis) = (50.0, 1e-4);
    (spec.sleep.steps, spec.training.batch) = (200, 4);
    spec
}

/// Rounding decides some spikes, so that two engines' runs keep their statistics alone.
#[test]
fn runs_of_areas_learn_on_the_gpu_as_on_the_cpu() {
    let set = toy::digits(12, 4);
    let accuracy = |runs: Vec<Finished>| {
        let matrices: Vec<_> = runs.into_iter().map(|run| run.matrix).collect();
        matrices.iter().map(|matrix| matrix[0][0]).sum::<f64>() / matrices.len() as f64
    };
    let spec = on_gpu("sequential");
    let seeds = [0, 1, 2];
    let (cpu, of_cpu) = finish(&mut Experiment::new(Cpu, spec.clone(), &seeds, &set).unwrap());
    let (gpu, of_gpu) = finish(&mut Experiment::new(open(Wishes::default()), spec, &seeds, &set).unwrap());
    assert!(of_cpu != of_gpu, "two engines that agree in every bit are one");
    assert_eq!(gpu.len(), 3);
    let (cpu, gpu) = (accuracy(cpu), accuracy(gpu));
    assert!(gpu > 0.7 && (cpu - gpu).abs() < 0.15, "{cpu} on the CPU, {gpu} on the GPU");
}

/// Intervals and gates are saved with a run, too.
#[test]
fn a_run_of_areas_on_the_gpu_is_repeated_and_resumed_bit_for_bit() {
    let set = toy::digits(6, 2);
    for (strategy, gate) in [("sequential", 0.5), ("src", 0.0)] {
        let mut spec = on_gpu(strategy);
        spec.areas.gate = gate;
        let run = |stop: usize| {
            let mut run = block_on(Run::new(std::slice::from_ref(&spec), &set)).unwrap();
            assert_eq!(run.engine().kind, EngineKind::Gpu, "{}", run.engine().reason);
            for _ in 0..stop {
                block_on(run.next()).unwrap().expect("more to come");
            }
            if stop > 0 {
                run = block_on(Run::restore(&block_on(run.save()).unwrap(), &set)).unwrap();
            }
            let mut learning = Vec::new();
            while let Some(event) = block_on(run.next()).unwrap() {
                if let Event::Phase(report) = event {
                    learning.push(report.learning.clone());
                }
            }
            (block_on(run.networks()).unwrap(), learning)
        };
        let (expected, learning) = run(0);
        assert_eq!(expected[0].gates.len(), if gate > 0.0 { spec.tasks.len() } else { 0 });
        assert!(learning[0].as_ref().is_some_and(|learning| learning.changes > 0.0), "{strategy}");
        for stop in [4, 11] {
            assert!(run(stop).0 == expected, "{strategy}, stopped after {stop} events");
        }
    }
}

/// One sample at a time leaves a GPU idle.
#[test]
fn areas_that_learn_sample_by_sample_stay_on_the_cpu() {
    let set = toy::digits(6, 2);
    let mut spec = Spec { engine: EngineKind::Auto, ..little("sequential") };
    spec.training.batch = 1;
    let (choice, used) = block_on(choose(std::slice::from_ref(&spec), &set, 1));
    assert!(matches!(choice, Choice::Cpu) && used.reason.contains("too few samples at a time"), "{}", used.reason);
    spec.engine = EngineKind::Gpu;
    let (choice, used) = block_on(choose(&[spec], &set, 1));
    assert!(matches!(choice, Choice::Gpu(_)), "{}", used.reason);
}

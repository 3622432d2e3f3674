//! Spiking areas: their equations against closed forms, the kernel against plain f64, locality, and whole runs.

use engram::continual::{Experiment, saved_specs};
use engram::data::DataSet;
use engram::event::Event;
use engram::kernels::cpu::Cpu;
use engram::kernels::{Shown, Tally};
use engram::net::areas::{Constants, Errors, Intervals, Plain, Plasticity, Population, Seat, input_spikes};
use engram::net::gate::Gate;
use engram::net::{Net, layer_name};
use engram::rng::Purpose;
use engram::spec::{Act, Areas, Feedback, LabelError, Protects, Spec};
use pollster::block_on;
use proptest::prelude::*;

use crate::bptt::finish;
use crate::showing::{input, lively, net_of, of_areas, plainly, show};
use crate::toy;

/// A unit that a constant drive D moves, j(0) = v(0) = 0: j = D/κ·(1 − e^(−κt/τ_j)), and v what follows it.
fn closed_form(areas: &Areas, drive: f64, t: f64) -> (f64, f64) {
    let (p, q) = (areas.kappa / areas.tau_j, areas.gamma / areas.tau_m);
    let rest = drive / areas.kappa;
    let current = rest * (1.0 - (-p * t).exp());
    let gain = areas.resistance / areas.tau_m * rest;
    let voltage = gain * ((1.0 - (-q * t).exp()) / q - ((-p * t).exp() - (-q * t).exp()) / (q - p));
    (current, voltage)
}

#[test]
fn currents_and_voltages_follow_their_differential_equations() {
    let areas = Areas { threshold: 1e3, gamma: 0.8, resistance: 1.3, ..Areas::default() };
    let distance = |dt: f64| {
        let mut unit = Population::new(1);
        let constants = Constants::of(&Areas { dt, ..areas.clone() });
        let mut worst: f64 = 0.0;
        for step in 1..=(100.0 / dt) as u32 {
            unit.step(&[0.3], constants.current_leak, &constants);
            let (current, voltage) = closed_form(&areas, 0.3, f64::from(step) * dt);
            worst = worst.max((unit.current[0] - current).abs()).max((unit.voltage[0] - voltage).abs());
        }
        worst
    };
    let (coarse, fine) = (distance(0.25), distance(0.025));
    assert!(coarse < 0.01, "{coarse}");
    // Euler's method: a tenth of the step, a tenth of the error.
    assert!((0.08..0.12).contains(&(fine / coarse)), "{fine} and {coarse}");
}

#[test]
fn a_spike_resets_silences_and_leaves_a_trace_that_decays() {
    let areas = Areas { dt: 0.05, threshold: 0.2, refractory: 1.0, ..Areas::default() };
    let constants = Constants::of(&areas);
    let mut unit = Population::new(1);
    let mut spikes = Vec::new();
    for step in 0..4000u32 {
        let drive = if spikes.is_empty() { 1.0 } else { 0.0 };
        unit.step(&[drive], constants.current_leak, &constants);
        if let Some(&last) = spikes.last().filter(|last| step - **last <= 20) {
            assert_eq!(unit.voltage[0], 0.0, "silent {} steps after a spike", step - last);
        }
        if !unit.spikes.is_empty() {
            spikes.push(step);
            assert_eq!(unit.voltage[0], 0.0);
        }
    }
    assert!(spikes.len() > 2 && spikes.windows(2).all(|pair| pair[1] - pair[0] > 20), "{spikes:?}");
    let expected: f64 = spikes.iter().map(|&s| (-f64::from(3999 - s) * areas.dt / areas.tau_trace).exp()).sum();
    assert!((unit.trace[0] / expected - 1.0).abs() < 0.02, "{} instead of {expected}", unit.trace[0]);
}

#[test]
fn inputs_spike_at_their_rate() {
    let constants = Constants::of(&Areas { dt: 0.5, input_rate: 200.0, ..Areas::default() });
    let values = [0.0, 0.1, 0.5, 1.0, 30.0];
    let mut counts = [0u32; 5];
    let steps = 40_000;
    for t in 0..steps {
        let seat = Seat { seed: 3, purpose: Purpose::Shown, phase: 0, step: 7, place: 0 };
        input_spikes(&values, &constants, &seat, t).into_iter().for_each(|i| counts[i] += 1);
    }
    for (count, value) in counts.iter().zip(values) {
        let chance = (0.1 * f64::from(value)).min(1.0);
        let spread = (f64::from(steps) * chance * (1.0 - chance)).sqrt();
        assert!((f64::from(*count) - f64::from(steps) * chance).abs() <= 4.0 * spread, "{count} for {value}");
    }
}

/// A minibatch on the CPU: states by layer, the network after it, and what was counted.
fn shown(net: &Net, set: &DataSet, rows: &[u32], spec: &Spec, learns: bool) -> (Vec<Vec<f32>>, Net, Shown) {
    let mut outcome = block_on(show(&mut Cpu, std::slice::from_ref(net), set, &[rows], spec, learns));
    let states = outcome.states.into_iter().map(|mut replicas| replicas.remove(0)).collect();
    (states, outcome.nets.remove(0), outcome.shown.remove(0))
}

/// The largest distance of the network's weights from those of the pairs.
fn farthest(net: &Net, plain: &Plain) -> f64 {
    let last = net.layers.len() - 1;
    let of = |(l, (layer, pair)): (usize, (&engram::net::Layer, &engram::net::areas::Pair))| {
        let (prediction, error) =
            if l == last { (&layer.weights, &layer.feedback) } else { (&layer.feedback, &layer.weights) };
        let far = |found: &[f32], wanted: &[f64]| {
            assert_eq!(found.len(), wanted.len());
            found.iter().zip(wanted).fold(0.0f64, |m, (f, w)| m.max((f64::from(*f) - w).abs()))
        };
        let raised = plain.areas.get(l).map_or(0.0, |area| far(&layer.bias, &area.raised));
        far(prediction, &pair.prediction).max(far(error, &pair.error)).max(raised)
    };
    net.layers.iter().zip(&plain.pairs).enumerate().map(of).fold(0.0, f64::max)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn spikes_and_weights_are_those_of_the_equations(
        hidden in prop::collection::vec(1u32..40, 1..4),
        classes in 1usize..6,
        (dense, gates) in (any::<bool>(), 0u32..4),
        seed in any::<u32>(),
        batch in 1u32..7,
        norm_limit in prop_oneof![Just(0.8), Just(2.5), Just(20.0)],
        error_rate in 0.0..2.0f64,
        learns in any::<bool>(),
        label_rate in prop::option::of(0.0..500.0f64),
        (traces, teaches) in any::<(bool, bool)>(),
        (learns_after, homeostasis) in prop_oneof![Just((0.0, 0.0)), (0.0..60.0f64, 0.0..0.05f64)],
        (hold, protection) in prop_oneof![Just((1.0, 0.0)), (0.0..1.0f64, 0.0..9.0f64)],
        error_interval in prop_oneof![Just(0.0), 0.0..9.0f64],
    ) {
        let set = if dense { toy::features(9, 23, classes) } else { toy::digits(2, 1) };
        let areas = Areas {
            norm_limit,
            error_rates: vec![error_rate; hidden.len() + 1],
            label_rate,
            label_error: if traces { LabelError::Traces } else { LabelError::Spikes },
            feedback: if teaches { Feedback::Teaches } else { Feedback::Drives },
            learns_after,
            homeostasis,
            hold,
            protection,
            error_interval,
            ..lively()
        };
        let spec = of_areas(&hidden, areas, seed);
        let mut net = net_of(&spec, &set);
        let units: Vec<usize> = hidden.iter().map(|&units| units as usize).collect();
        for task in 0..gates {
            net.gates.push(Gate::next(&net.gates, input(&set, task), &units, 0.6, seed));
        }
        let rows: Vec<u32> = (0..batch).collect();
        let (states, after, counted) = shown(&net, &set, &rows, &spec, learns);
        // Rounding may decide now and then; another seed tells as much.
        prop_assume!(plainly(&net, &set, &rows, &spec, learns).is_some());
        let (counts, plain) = plainly(&net, &set, &rows, &spec, learns).unwrap();
        let a_second = 1000.0 / spec.areas.shown;
        for (l, (states, counts)) in states.iter().zip(&counts).enumerate() {
            let room = if l == hidden.len() { 0.5 * a_second } else { 0.0 };
            for (state, count) in states.iter().zip(counts) {
                let over = f64::from(*state) - count * a_second;
                prop_assert!(over > -1e-3 && over < room + 1e-3, "layer {l}: {state} for {count} spikes");
            }
        }
        let far = farthest(&after, &plain);
        prop_assert!(far < 1e-4, "{far}");
        let spikes: f64 = counts[0].iter().sum();
        prop_assert_eq!(counted.spikes[2], spikes as u64);
        prop_assert_eq!(counted.samples, u64::from(batch));
        prop_assert!(learns || counted.changes == 0);
    }
}

#[test]
fn a_gate_closes_what_its_task_leaves_out() {
    let set = toy::digits(2, 1);
    let spec = of_areas(&[40, 20], lively(), 1);
    let mut net = net_of(&spec, &set);
    for row in [0, 1] {
        net.gates.push(Gate::next(&net.gates, input(&set, row), &[40, 20], 0.5, 1));
    }
    let (states, after, _) = shown(&net, &set, &[0], &spec, true);
    for (l, open) in net.gates[0].open.iter().enumerate() {
        let is_open = |unit: usize| open.contains(&(unit as u32));
        assert!((0..states[l].len()).all(|unit| is_open(unit) || states[l][unit] == 0.0));
        assert!((0..states[l].len()).any(|unit| is_open(unit) && states[l][unit] > 0.0));
        let (before, after, units) = (&net.layers[l].weights, &after.layers[l].weights, states[l].len());
        let moved = |unit: usize| (unit..before.len()).step_by(units).any(|i| before[i] != after[i]);
        assert!((0..units).all(|unit| is_open(unit) || !moved(unit)) && (0..units).any(moved), "layer {l}");
    }
}

#[test]
fn gated_tasks_are_kept_apart_without_being_told() {
    let set = toy::digits(30, 10);
    let run = |gate: f64| {
        let areas = Areas { gate, feedback: Feedback::Teaches, label_error: LabelError::Traces, ..lively() };
        let mut spec = of_areas(&[80], areas, 3);
        spec.tasks.classes = vec![(0..10).collect()];
        spec.tasks.permutations = 3;
        spec.training.epochs = 3;
        let mut experiment = Experiment::new(Cpu, spec, &[3], &set).unwrap();
        let (mut finished, mut nets) = finish(&mut experiment);
        (finished.remove(0), nets.remove(0))
    };
    let ((plain, _), (gated, net)) = (run(0.0), run(0.25));
    assert_eq!(net.gates.len(), 3);
    assert!(gated.forgetting < plain.forgetting - 0.1, "{} and {}", gated.forgetting, plain.forgetting);
}

#[test]
fn lively_areas_spike_and_learn() {
    let set = toy::digits(2, 1);
    let spec = of_areas(&[30, 20], lively(), 1);
    let net = net_of(&spec, &set);
    let (_, after, counted) = shown(&net, &set, &[0, 1, 2, 3], &spec, true);
    assert!(counted.spikes.iter().all(|&n| n > 20), "{:?}", counted.spikes);
    for ((name, before), (_, after)) in net.matrices().zip(after.matrices()) {
        assert_ne!(before, after, "{name}");
    }
}

/// In the first step all is silent, and an area without errors below it stays so.
#[test]
fn errors_between_areas_arrive_as_seldom_as_they_are_told_to() {
    let set = toy::digits(2, 1);
    let counted = |error_interval: f64| {
        let spec = of_areas(&[30, 20], Areas { error_interval, ..lively() }, 1);
        shown(&net_of(&spec, &set), &set, &[0, 1, 2, 3], &spec, false).2
    };
    let [always, within_a_step, seldom, once] = [0.0, 0.4, 10.0, 80.0].map(counted);
    assert!(always == within_a_step, "less than a step is every step");
    assert!(always.spikes[3] > 0 && seldom.spikes[3] > 0);
    assert_eq!(once.spikes[3], 0, "the second area has nothing to hear of but the first step's errors");
    assert!(once.spikes[2] > 0 && once.operations < seldom.operations && seldom.operations < always.operations);
}

/// Both ways in which the labels' error is used, with what is learnt of the input not being what drives.
fn both_ways() -> [Spec; 2] {
    let of = |feedback| {
        let areas = Areas { feedback, hold: 0.6, error_rates: vec![0.5, 1.5, 0.7], norm_limit: 1e3, ..lively() };
        of_areas(&[12, 9], areas, 4)
    };
    [of(Feedback::Drives), of(Feedback::Teaches)]
}

/// The updates of the two weights between two units, everything that is not at these two ends being changed.
#[test]
fn an_update_knows_nothing_but_its_two_ends() {
    let set = toy::digits(2, 1);
    for spec in both_ways() {
        let plasticity = Plasticity::of(&spec, 0.0);
        let constants = Constants::of(&spec.areas);
        let mut plain = Plain::new(&net_of(&spec, &set), constants);
        let seat = Seat { seed: 1, purpose: Purpose::Spikes, phase: 0, step: 0, place: 0 };
        let mut learnt = [[0; 2]; 3];
        for t in 0..constants.steps {
            let (errors, _) = plain.step(&input_spikes(&input(&set, 3), &constants, &seat, t), Some(3));
            for (p, lower) in errors.below.iter().chain([&errors.label]).enumerate() {
                let upper = if p == 2 { 0 } else { p };
                let Some(&s) = plain.areas[upper].spikes.first() else { continue };
                let i = lower.iter().position(|e| *e != 0.0).unwrap_or(0);
                let ends = Ends { p, upper, s, i, lower: lower.len() };
                let (other, strange) = ends.elsewhere(&plain, &errors);
                let here = ends.change(&plain, &errors, &plasticity);
                let there = ends.change(&other, &strange, &plasticity);
                for (which, (here, there)) in here.into_iter().zip(there).enumerate() {
                    assert!((here - there).abs() < 1e-12, "pair {p}, matrix {which}: {here} and {there}");
                    learnt[p][which] += usize::from(here != 0.0);
                }
            }
            plain.learn(&errors, &plasticity, 1.0);
        }
        assert!(learnt.as_flattened().iter().all(|&times| times > 5), "{learnt:?}");
    }
}

/// A lower unit of a pair of areas and an upper one.
struct Ends {
    p: usize,
    upper: usize,
    s: usize,
    i: usize,
    lower: usize,
}

impl Ends {
    /// Where the weights between them are: in W and in E.
    fn at(&self, network: &Plain) -> [usize; 2] {
        let units = network.areas[self.upper].current.len();
        [self.s * self.lower + self.i, self.i * units + self.s]
    }

    /// Other weights, other errors, other units' spikes.
    fn elsewhere(&self, plain: &Plain, errors: &Errors) -> (Plain, Errors) {
        let [of_prediction, of_error] = self.at(plain);
        let mut other = plain.clone();
        for (q, pair) in other.pairs.iter_mut().enumerate() {
            let kept = (q == self.p).then(|| (pair.prediction[of_prediction], pair.error[of_error]));
            pair.prediction.iter_mut().chain(&mut pair.error).for_each(|w| *w = 7.0 - *w);
            if let Some(kept) = kept {
                (pair.prediction[of_prediction], pair.error[of_error]) = kept;
            }
        }
        for (q, area) in other.areas.iter_mut().enumerate() {
            let is_there = |&unit: &usize| if q == self.upper && unit == self.s { true } else { unit % 2 == 0 };
            area.spikes = (0..area.current.len()).filter(is_there).collect();
        }
        let mut strange = errors.clone();
        let change = |error: &mut [f64], kept: Option<usize>| {
            error.iter_mut().enumerate().filter(|(k, _)| Some(*k) != kept).for_each(|(_, e)| *e = 1.0 - *e);
        };
        for (q, error) in strange.below.iter_mut().chain([&mut strange.label]).enumerate() {
            change(error, (q == self.p).then_some(self.i));
        }
        change(&mut strange.carried, (self.p == 0).then_some(self.i));
        change(&mut strange.taught, (self.p == 0).then_some(self.s));
        (other, strange)
    }

    /// ΔW and ΔE between them.
    fn change(&self, network: &Plain, errors: &Errors, plasticity: &Plasticity) -> [f64; 2] {
        let mut after = network.clone();
        after.learn(errors, plasticity, 1.0);
        let [of_prediction, of_error] = self.at(network);
        let (before, after) = (&network.pairs[self.p], &after.pairs[self.p]);
        [
            after.prediction[of_prediction] - before.prediction[of_prediction],
            after.error[of_error] - before.error[of_error],
        ]
    }
}

/// What the kernel changes is, weight by weight, a sum over the steps of what was at its two ends: of no other weight, and of no
/// other unit.
#[test]
fn the_kernels_updates_are_sums_of_what_was_at_their_ends() {
    let set = toy::digits(2, 1);
    let mut compared = 0;
    for (way, seed) in (0..2).flat_map(|way| (0..12).map(move |seed| (way, seed))) {
        let spec = Spec { seed, ..both_ways()[way].clone() };
        let net = net_of(&spec, &set);
        if plainly(&net, &set, &[3], &spec, true).is_none() {
            continue;
        }
        let (_, after, _) = shown(&net, &set, &[3], &spec, true);
        let (constants, plasticity) = (Constants::of(&spec.areas), Plasticity::of(&spec, 0.0));
        let mut plain = Plain::new(&net, constants);
        let seat = Seat { seed, purpose: Purpose::Spikes, phase: 2, step: 5, place: 0 };
        // Of each pair, what W and E gain: lower unit's signal by upper unit's, step by step.
        let wide = |values: &[f32]| values.iter().map(|&w| f64::from(w)).collect::<Vec<_>>();
        let mut gained: Vec<[Vec<f64>; 2]> =
            plain.pairs.iter().map(|pair| [vec![0.0; pair.prediction.len()], vec![0.0; pair.error.len()]]).collect();
        for t in 0..constants.steps {
            let (errors, _) = plain.step(&input_spikes(&input(&set, 3), &constants, &seat, t), Some(3));
            for (p, gained) in gained.iter_mut().enumerate() {
                let upper = &plain.areas[if p == 2 { 0 } else { p }];
                let (lower, units) = (errors.below.get(p).unwrap_or(&errors.label), upper.current.len());
                for s in 0..units {
                    let spike = if upper.spikes.contains(&s) { 1.0 } else { 0.0 };
                    for (i, e) in lower.iter().enumerate() {
                        gained[0][s * lower.len() + i] += f64::from(plasticity.rates[p]) * e * spike;
                        let (heard, told) = match p {
                            0 if constants.teaches => (errors.carried[i], errors.taught[s]),
                            0 => (errors.carried[i], spike),
                            _ => (*e, spike),
                        };
                        gained[1][i * units + s] += f64::from(plasticity.error_rates[p]) * heard * told;
                    }
                }
            }
            plain.learn(&errors, &plasticity, 1.0);
        }
        for (l, (before, after)) in net.layers.iter().zip(&after.layers).enumerate() {
            let onward = usize::from(l < 2);
            for (which, before, after) in
                [(onward, &before.weights, &after.weights), (1 - onward, &before.feedback, &after.feedback)]
            {
                assert!(gained[l][which].iter().any(|gain| gain.abs() > 1e-3), "pair {l}, matrix {which}");
                for ((old, new), gain) in wide(before).iter().zip(wide(after)).zip(&gained[l][which]) {
                    assert!((new - old - gain).abs() < 1e-4, "pair {l}, matrix {which}: {} and {gain}", new - old);
                }
            }
        }
        compared += 1;
    }
    assert!(compared > 4, "{compared}: the others are decided by rounding");
}

/// In every step, and by the weights themselves: not by how much was added in all.
#[test]
fn no_weights_that_lead_to_a_unit_are_ever_longer_than_the_limit() {
    let set = toy::digits(2, 1);
    let with = |norm_limit: f64, rows: &[u32]| {
        let spec = of_areas(&[30, 20], Areas { norm_limit, ..lively() }, 1);
        shown(&net_of(&spec, &set), &set, rows, &spec, true).1
    };
    for rows in [&[3][..], &[0, 1, 2, 3]] {
        let longest = |net: &Net| {
            let of_row = |row: &[f32]| row.iter().map(|w| w * w).sum::<f32>().sqrt();
            let of = |matrix: &[f32], columns: usize| {
                let column = |k: usize| of_row(&matrix[k..].iter().step_by(columns).copied().collect::<Vec<_>>());
                (0..columns).map(column).fold(0.0, f32::max)
            };
            // E and W of the pairs, and W_Y and E_Y: a column of each leads to one unit.
            let of_layer =
                |layer: &engram::net::Layer| of(&layer.weights, layer.units).max(of(&layer.feedback, layer.fan_in));
            net.layers.iter().map(of_layer).fold(0.0, f32::max)
        };
        let free = with(1e6, rows);
        let reached = f64::from(longest(&free));
        assert!(with(1.001 * reached, rows) == free, "a limit that is not reached changes nothing");
        let short = with(0.7, rows);
        assert!(longest(&short) < 0.7 * 1.00001, "{}", longest(&short));
        assert!(short != free);
    }
}

/// Protection so strong that who was regular in a task learns nothing after it: what a person teaches before the first task is none.
#[test]
fn only_tasks_make_units_regular() {
    let set = toy::digits(6, 2);
    let drawing = "0f".repeat(32);
    let acts = [Act::Teach { classes: vec![0, 1], epochs: 2 }, Act::Draw { image: drawing, class: 3, epochs: 2 }];
    for act in acts {
        let nets = |protection: f64| {
            let mut spec = little("sequential");
            spec.areas.protection = protection;
            let mut experiment = Experiment::new(Cpu, spec, &[0], &set).unwrap();
            experiment.act(act.clone()).unwrap();
            let mut nets = Vec::new();
            while let Some(event) = block_on(experiment.next()).unwrap() {
                if matches!(event, Event::Phase(_)) {
                    nets.push(experiment.measured()[0].clone());
                }
            }
            nets
        };
        let (plain, protected) = (nets(0.0), nets(1e6));
        assert!(
            plain[0] == protected[0] && plain[1] == protected[1],
            "nothing is protected before the first task ends"
        );
        assert!(plain[2] != protected[2], "the first task is");
    }
}

#[test]
fn what_is_learnt_is_expected_better() {
    let set = toy::digits(4, 1);
    let mut spec = of_areas(&[40, 30], lively(), 2);
    spec.rule.rates = vec![0.02; 3];
    spec.areas.error_rates = vec![0.0; 3];
    let mut net = net_of(&spec, &set);
    let rows: Vec<u32> = (0..20).collect();
    let error = |net: &Net| shown(net, &set, &rows, &spec, false).2.error;
    let before = error(&net);
    for _ in 0..40 {
        net = shown(&net, &set, &rows, &spec, true).1;
    }
    let after = error(&net);
    for (pair, (before, after)) in before.iter().zip(&after).enumerate().take(2) {
        assert!(*after < 0.75 * before, "pair {pair}: {before} became {after}");
    }
}

#[test]
fn no_label_enters_an_answer() {
    let set = toy::digits(3, 2);
    let mut mixed = set.clone();
    mixed.train.labels.rotate_left(3);
    let spec = of_areas(&[30, 20], lively(), 5);
    let net = net_of(&spec, &set);
    let rows: Vec<u32> = (0..20).collect();
    let (plain, strange) = (shown(&net, &set, &rows, &spec, false), shown(&net, &mixed, &rows, &spec, false));
    assert_eq!(plain.0, strange.0);
    assert_eq!(plain.2.spikes, strange.2.spikes);
    assert_eq!((plain.1, plain.2.changes), (net, 0));
}

#[test]
fn answers_do_not_depend_on_who_is_shown_beside() {
    let set = toy::digits(3, 1);
    let spec = of_areas(&[30], lively(), 6);
    let net = net_of(&spec, &set);
    let rows: Vec<u32> = (0..19).collect();
    let together = shown(&net, &set, &rows, &spec, false).0;
    for (b, row) in rows.iter().enumerate() {
        let alone = shown(&net, &set, &[*row], &spec, false).0;
        for (alone, together) in alone.iter().zip(&together) {
            assert_eq!(alone[..], together[b * alone.len()..][..alone.len()]);
        }
    }
}

/// A whole run in little: areas that learn the toy digits, taught by the labels' error.
pub fn little(strategy: &str) -> Spec {
    let areas = Areas {
        label_rate: Some(400.0),
        label_error: LabelError::Traces,
        feedback: Feedback::Teaches,
        error_rates: vec![1000.0, 1.0],
        prediction_spread: 0.01,
        ..lively()
    };
    let mut spec = of_areas(&[40], areas, 0);
    spec.strategy = toy::spec(strategy).strategy;
    spec.rule.rates = vec![1e-5, 0.02];
    spec.training.batch = 2;
    spec
}

#[test]
fn a_run_learns_and_is_repeated_bit_for_bit_after_a_save() {
    let set = toy::digits(12, 4);
    for strategy in ["sequential", "src-rehearsal"] {
        let spec = little(strategy);
        let (finished, nets) = finish(&mut Experiment::new(Cpu, spec.clone(), &[0, 1], &set).unwrap());
        let mut whole = Experiment::new(Cpu, spec, &[0, 1], &set).unwrap();
        for _ in 0..23 {
            block_on(whole.next()).unwrap();
        }
        let bytes = block_on(whole.save()).unwrap();
        assert_eq!(saved_specs(&bytes).unwrap().len(), 2);
        let (resumed, again) = finish(&mut Experiment::restore(Cpu, &bytes, &set).unwrap());
        assert_eq!(nets, again, "{strategy}");
        assert_eq!(finished[0].matrix, resumed[0].matrix, "{strategy}");
        if strategy == "sequential" {
            let first = finished[0].matrix[0][0];
            assert!(first > 0.7, "the first task ends at {first}");
        }
    }
}

#[test]
fn regular_units_are_known_by_their_intervals() {
    let mut intervals = Intervals::new(3);
    for steps in [10; 20] {
        intervals.note(0, steps);
    }
    for steps in [2, 18, 2, 18, 2, 18] {
        intervals.note(1, steps);
    }
    (0..4).for_each(|_| intervals.note(2, 10));
    assert_eq!((intervals.variation(0), intervals.variation(1)), (0.0, 0.8));
    assert_eq!(intervals.variation(2), 1.0, "four intervals tell nothing");
    let mut alike = intervals.clone();
    intervals.end_task(Protects::Regular);
    assert_eq!(intervals.regularity, [1.0, 0.2, 0.0]);
    assert_eq!(intervals.count, [0, 0, 0], "a task's intervals are its own");
    intervals.end_task(Protects::Regular);
    assert_eq!(intervals.regularity, [1.0, 0.2, 0.0], "who was silent is no more regular than before");
    assert_eq!(intervals.plastic(4.0).next(), Some(0.2));
    alike.end_task(Protects::Alike);
    assert_eq!(alike.regularity, [0.6, 0.6, 0.0], "as much in all, and nobody apart");
}

#[test]
fn a_phase_tells_what_the_areas_did_for_one_sample() {
    let set = toy::digits(6, 2);
    let mut experiment = Experiment::new(Cpu, little("src"), &[0], &set).unwrap();
    let mut phases = Vec::new();
    while let Some(event) = block_on(experiment.next()).unwrap() {
        if let Event::Phase(report) = event {
            phases.push(*report);
        }
    }
    for phase in &phases {
        let answering = phase.answering.as_ref().unwrap();
        assert_eq!((answering.samples, answering.changes), (20, 0.0), "{}", phase.name);
        assert_eq!((answering.error.len(), answering.spikes.len()), (2, 4));
        // Every spike of the input goes through 40 weights, and every one of the area through 64 and 10.
        let least = 40.0 * answering.spikes[0] + 74.0 * answering.spikes[2];
        assert!(answering.operations >= 0.99 * least, "{} and {least}", answering.operations);
        assert_eq!(phase.learning.is_some(), phase.name.starts_with('T'));
    }
    for phase in &phases {
        let told: u64 = phase.learning_course.iter().map(|part| part.samples).sum();
        assert_eq!(told, phase.learning.as_ref().map_or(0, |learning| learning.samples), "{}", phase.name);
        assert!(phase.learning.is_none() || phase.learning_course.len() > 4);
        assert!(phase.regularity.is_empty(), "nobody is protected");
    }
    let learning = phases[0].learning.as_ref().unwrap();
    assert_eq!(learning.samples, 24, "two classes of six, twice");
    assert!(learning.changes > 0.0 && learning.error[1] > 0.0);
}

/// Regular spiking, Ω = 1 for all, leaves 1/(1 + c) of a change.
#[test]
fn a_run_protects_what_regular_units_have_learnt() {
    let set = toy::digits(6, 2);
    let with = |protection| {
        let mut spec = little("sequential");
        spec.areas.protection = protection;
        let mut experiment = Experiment::new(Cpu, spec, &[0], &set).unwrap();
        let mut nets = Vec::new();
        let mut known: Vec<Vec<f32>> = Vec::new();
        while let Some(event) = block_on(experiment.next()).unwrap() {
            if let Event::Phase(report) = event {
                nets.push(experiment.measured()[0].clone());
                known.extend(report.regularity);
            }
        }
        // Told after every task, and never less than before.
        assert_eq!(known.len(), if protection > 0.0 { 5 } else { 0 });
        assert!(known.iter().all(|units| units.len() == 40 && units.iter().any(|omega| *omega > 0.0)));
        assert!(known.windows(2).all(|pair| pair[0].iter().zip(&pair[1]).all(|(before, after)| before <= after)));
        nets
    };
    let moved = |nets: &[Net], task: usize| -> f64 {
        let layer = |net: &Net| net.layers[1].weights.clone();
        layer(&nets[task]).iter().zip(layer(&nets[task - 1])).map(|(a, b)| f64::from((a - b).abs())).sum()
    };
    let (plain, protected) = (with(0.0), with(1e5));
    assert_eq!(plain[0].layers[1].weights, protected[0].layers[1].weights, "the first task has nothing to protect");
    assert!(moved(&protected, 1) < 0.9 * moved(&plain, 1), "{} and {}", moved(&protected, 1), moved(&plain, 1));
}

#[test]
fn layers_are_named_and_counted() {
    let set = toy::digits(1, 1);
    let spec = of_areas(&[7, 5], lively(), 0);
    let net = net_of(&spec, &set);
    let names: Vec<String> = net.matrices().map(|(name, _)| name).collect();
    assert_eq!(names, ["hidden 1", "hidden 1 feedback", "hidden 2", "hidden 2 feedback", "output", "output feedback"]);
    assert_eq!(layer_name(2, 3), "output");
    assert_eq!((net.layers[2].fan_in, net.layers[2].units), (7, 10), "the labels lie beside the first area");
    assert_eq!(Tally::new(10, net.hidden_units()).hidden.len(), 120);
}

/// Root mean square.
fn size(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let count = values.len() as f64;
    (values.map(|value| value * value).sum::<f64>() / count).sqrt()
}

#[test]
fn a_showing_that_is_watched_is_the_one_that_answers() {
    let set = toy::digits(3, 2);
    let spec = of_areas(&[40, 25], lively(), 3);
    let net = net_of(&spec, &set);
    let sample = input(&set, 1);
    let watched = net.watch(&sample, Some(4), &spec);
    let steps = spec.areas.steps() as usize;
    assert_eq!(watched.populations.iter().map(|p| p.units).collect::<Vec<_>>(), [64, 64, 40, 25, 10]);
    assert!(watched.populations.iter().all(|population| population.spikes.len() == steps));
    let spikes = watched.populations.iter().map(|population| population.spikes.iter().flatten().count());
    assert!(spikes.clone().all(|count| count > 0), "{:?}", spikes.collect::<Vec<_>>());

    let counts = |population: usize| -> Vec<f64> {
        let mut counts = vec![0.0; watched.populations[population].units];
        watched.populations[population].spikes.iter().flatten().for_each(|&unit| counts[unit as usize] += 1.0);
        counts
    };
    let labels = counts(4);
    let all: f64 = labels.iter().sum();
    let shares = labels.iter().map(|count| count / all).collect::<Vec<_>>();
    assert_eq!(net.outputs(&sample, &spec).last().unwrap(), &shares);

    let a_second = 1000.0 / spec.areas.shown;
    let near = |found: &[f64], expected: &[f64]| {
        assert_eq!(found.len(), expected.len());
        found.iter().zip(expected).for_each(|(f, e)| assert!((f - e).abs() < 1e-9, "{f} and {e}"));
    };
    let rates = |population: usize| counts(population).iter().map(|count| count * a_second).collect::<Vec<_>>();
    near(&watched.pairs[0].came, &rates(0));
    near(&watched.pairs[0].expected, &rates(1));
    near(&watched.pairs[2].expected, &rates(4));
    // One spike in every step is what the label's unit should do as published: 1,000 spikes/s.
    near(&watched.pairs[2].came, &(0..10).map(|class| if class == 4 { 1000.0 } else { 0.0 }).collect::<Vec<_>>());
    assert_eq!(net.watch(&sample, None, &spec).pairs[2].error, [0.0; 0], "without a label nothing is wrong");
}

#[test]
fn what_an_area_expects_of_another_is_its_spikes_through_its_weights() {
    let set = toy::digits(3, 2);
    let spec = of_areas(&[40, 25], lively(), 3);
    let net = net_of(&spec, &set);
    let watched = net.watch(&input(&set, 1), None, &spec);
    let steps = spec.areas.steps() as usize;
    let rows = &net.layers[1].feedback;
    let mut expected = vec![0.0; 40];
    // The spikes of a step are expected to show in the next.
    for &unit in watched.populations[3].spikes[..steps - 1].iter().flatten() {
        expected.iter_mut().zip(&rows[unit as usize * 40..]).for_each(|(sum, w)| *sum += f64::from(*w));
    }
    let mut trace = vec![0.0; 40];
    let mut came = vec![0.0; 40];
    for spikes in &watched.populations[2].spikes {
        came.iter_mut().zip(&trace).for_each(|(sum, z)| *sum += z);
        trace.iter_mut().for_each(|z| *z *= 1.0 - spec.areas.dt / spec.areas.tau_trace);
        spikes.iter().for_each(|&unit| trace[unit as usize] += 1.0);
    }
    for unit in 0..40 {
        let found = (watched.pairs[1].expected[unit], watched.pairs[1].came[unit]);
        let sums = (expected[unit] / steps as f64, came[unit] / steps as f64);
        assert!((found.0 - sums.0).abs() < 1e-6 && (found.1 - sums.1).abs() < 1e-4, "{found:?} and {sums:?}");
    }
    let first = &watched.first[0];
    assert_eq!(first.expects, net.layers[0].feedback[first.unit * 64..][..64]);
    assert_eq!(first.hears[3], net.layers[0].weights[3 * 40 + first.unit]);
    assert_eq!(first.says, net.layers[2].weights[first.unit * 10..][..10]);
    assert_eq!((first.told.len(), first.told[3]), (10, net.layers[2].feedback[3 * 40 + first.unit]));
    assert!(watched.first.windows(2).all(|pair| pair[0].spikes >= pair[1].spikes));
}

#[test]
fn the_error_of_a_window_as_long_as_the_showing_is_that_of_the_report() {
    let set = toy::digits(3, 2);
    let spec = of_areas(&[40, 25], Areas { shown: 25.0, ..lively() }, 3);
    let net = net_of(&spec, &set);
    let watched = net.watch(&input(&set, 0), Some(2), &spec);
    assert_eq!(watched.window, spec.areas.shown);
    for pair in &watched.pairs {
        assert_eq!(pair.error.len(), 25);
        let missed = pair.came.iter().zip(&pair.expected).map(|(came, expected)| came - expected);
        assert!((pair.error[24] - size(missed)).abs() < 1e-9);
    }
    // The kernel shows the first row with the same draws.
    let (_, _, told) = shown(&net, &set, &[0], &spec, false);
    assert!(
        plainly(&net, &set, &[0], &spec, false).is_some(),
        "no voltage is so near the threshold that rounding decides"
    );
    let report = told.activity().expect("a sample was shown");
    for (pair, scale) in [(0, 1000.0 / spec.areas.dt), (1, 1.0)] {
        let found = watched.pairs[pair].error[24] / scale;
        assert!((found - report.error[pair]).abs() < 1e-4 * found, "{found} and {}", report.error[pair]);
    }
}

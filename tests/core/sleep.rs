//! Sleep on both engines against a plain reference of Algorithm 1 in the same integers, written without any of the kernel's means.

use engram::kernels::cpu::Cpu;
use engram::kernels::gpu::Wishes;
use engram::kernels::{Device, Firing, SpikeCounts};
use engram::net::Net;
use engram::rng::{Purpose, draw, philox};
use engram::sleep::{Plan, SleepLayer, Sleeper, TABLE, WEIGHT_LIMIT, Wiring};
use engram::spec::{self, Changes, Normalisation, Sleep, SleepInput, Stdp};
use pollster::block_on;
use proptest::prelude::*;

use crate::engines::{on_both, open, with_gpu};
use crate::{golden, toy};

fn constants(steps: u32) -> Sleep {
    let sleep = spec::preset("quick-mnist-src").unwrap().spec.sleep.clone();
    Sleep { steps, window: None, gain_hidden: 6.0, gain_output: 4.0, inc: 1e-3, ..sleep }
}

fn plan(net: &Net, constants: Sleep, image: Option<(u32, u32)>) -> Plan {
    let inputs = net.layers[0].fan_in;
    Plan {
        seed: 11,
        phase: 3,
        constants,
        mean: (0..inputs).map(|i| (i % 5) as f32 / 5.0).collect(),
        image,
        wiring: Wiring::BothWays,
        largest_activity: net.layers.iter().map(|_| 0.9).collect(),
    }
}

/// A voltage's change by a set of spikes: sums of 32, each shifted, added with saturation.
fn arriving(start: i32, spikes: &[u32], weight: impl Fn(usize) -> i32, shift: u32, strength: Option<u32>) -> i32 {
    let mut v = start;
    for chunk in spikes.chunks(32) {
        let sum: i64 = chunk.iter().map(|&p| i64::from(weight(p as usize))).sum();
        assert!(i32::try_from(sum).is_ok(), "a sum of 32 weights fits");
        let mut add = sum >> shift;
        if let Some(strength) = strength {
            add = (add * i64::from(strength)) >> 16;
        }
        v = v.saturating_add(add.clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32);
    }
    v
}

/// One step of Algorithm 1, from the output to the input; of a cascade, from the input to the output.
fn reference_step(s: &mut Sleeper, step: u32) {
    let is_cascade = s.wiring == Wiring::Cascade;
    if is_cascade {
        reference_input(s, step);
    }
    let downwards = (0..s.layers.len()).rev();
    let order: Vec<usize> = if is_cascade { downwards.rev().collect() } else { downwards.collect() };
    for l in order {
        let mut pre = if l == 0 { s.input.clone() } else { s.layers[l - 1].spikes.clone() };
        if s.wiring == Wiring::Recurrent && l + 1 < s.layers.len() {
            let below = s.layers[l].fan_in - s.layers[l].units;
            pre.extend(s.layers[l].spikes.iter().map(|&unit| below as u32 + unit));
        }
        let above = s.layers.get(l + 1).filter(|_| s.wiring == Wiring::BothWays).cloned();
        let (leak, strength) = (s.leak, s.feedback);
        let layer = &mut s.layers[l];
        layer.before = layer.spikes.clone();
        layer.spikes.clear();
        for j in 0..layer.units {
            let leaked = ((i64::from(layer.voltage[j]) * i64::from(leak) + (1 << 31)) >> 32) as i32;
            let mut v = arriving(leaked, &pre, |p| layer.weights[p * layer.stride + j], layer.fraction_bits - 16, None);
            if let Some(above) = &above {
                let back = |p: usize| above.weights[j * above.stride + p];
                let feedback = arriving(0, &above.before, back, above.fraction_bits - 16, Some(strength));
                v = v.saturating_add(feedback);
            }
            layer.voltage[j] = if v > layer.threshold { 0 } else { v };
            if v > layer.threshold {
                layer.spikes.push(j as u32);
            }
        }
        layer.count += layer.spikes.len() as u64;
        for &post in &layer.spikes.clone() {
            for p in 0..layer.fan_in {
                let weight = &mut layer.weights[p * layer.stride + post as usize];
                let entry = SleepLayer::entry(*weight, layer.fraction_bits);
                let change =
                    if pre.contains(&(p as u32)) { layer.potentiation[entry] } else { -layer.depression[entry] };
                layer.left_range |= (*weight + change).abs() >= WEIGHT_LIMIT;
                *weight = (*weight + change).clamp(1 - WEIGHT_LIMIT, WEIGHT_LIMIT - 1);
            }
        }
    }
    if !is_cascade {
        reference_input(s, step);
    }
}

fn reference_input(s: &mut Sleeper, step: u32) {
    let inside = |i: u32| match s.window {
        None => true,
        Some(window) => {
            let corner = draw(s.seed, Purpose::Window, s.phase, step, 0);
            let at = |word: u32, size: u32| ((u64::from(word) * u64::from(size - window.side + 1)) >> 32) as u32;
            let (top, left) = (at(corner[0], window.height), at(corner[1], window.width));
            let (y, x) = (i / window.width, i % window.width);
            (top..top + window.side).contains(&y) && (left..left + window.side).contains(&x)
        }
    };
    let spikes = |i: u32| draw(s.seed, Purpose::Input, s.phase, step, i / 4)[i as usize % 4] < s.chances[i as usize];
    s.input = (0..s.chances.len() as u32).filter(|&i| inside(i) && spikes(i)).collect();
    s.input_count += s.input.len() as u64;
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// Spikes, voltages and weights are equal, step after step, for all shapes, modes and constants.
    #[test]
    fn sleep_is_algorithm_1(
        hidden in prop::collection::vec(1usize..150, 1..3),
        outputs in 1usize..20,
        seed in any::<u32>(),
        stdp in prop_oneof![Just(Stdp::Soft), Just(Stdp::Additive)],
        changes in prop_oneof![Just(Changes::All), Just(Changes::Depression), Just(Changes::Pruning)],
        input in prop_oneof![Just(SleepInput::Mean), Just(SleepInput::Shuffled), Just(SleepInput::Uniform)],
        window in prop::option::of(1u32..9),
        rate in 0.05..1.5f64,
        gain in 0.5..40.0f64,
        inc in 1e-5..0.05f64,
        dec_ratio in 0.0..2.0f64,
        leak in 0.5..1.0f64,
        feedback in 0.0..3.0f64,
        scale in 0.2..60.0f32,
        wiring in prop_oneof![Just(Wiring::BothWays), Just(Wiring::Recurrent), Just(Wiring::Cascade)],
    ) {
        let mut sizes = vec![64];
        sizes.extend(hidden);
        sizes.push(outputs);
        let net = wired(&sizes, seed, scale, wiring);
        let gain_hidden = gain;
        let constants =
            Sleep { stdp, changes, input, window, rate, gain_hidden, gain_output: gain, inc, dec_ratio, leak, feedback, ..constants(150) };
        let mut fast = Sleeper::new(&net, &Plan { wiring, ..plan(&net, constants, Some((8, 8))) });
        let mut plain = fast.clone();
        for step in 1..=150 {
            let mut sleepers = vec![fast];
            Cpu.sleep(&mut sleepers, step - 1, 1);
            fast = sleepers.remove(0);
            reference_step(&mut plain, step);
            prop_assert_eq!(&fast, &plain, "step {}", step);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// The GPU's spikes, voltages and weights are the CPU's, for all shapes, modes and constants.
    #[test]
    fn the_gpu_sleeps_as_the_cpu_does(
        hidden in prop::collection::vec(1usize..150, 1..4),
        outputs in 1usize..20,
        seed in any::<u32>(),
        stdp in prop_oneof![Just(Stdp::Soft), Just(Stdp::Additive)],
        changes in prop_oneof![Just(Changes::All), Just(Changes::Depression), Just(Changes::Pruning)],
        input in prop_oneof![Just(SleepInput::Mean), Just(SleepInput::Shuffled), Just(SleepInput::Uniform)],
        window in prop::option::of(1u32..9),
        rate in 0.05..1.5f64,
        gain in 0.5..40.0f64,
        inc in 1e-5..0.05f64,
        dec_ratio in 0.0..2.0f64,
        leak in 0.5..1.0f64,
        feedback in 0.0..3.0f64,
        scale in 0.2..60.0f32,
        homeostasis in 0.0..0.9f64,
        parts in prop::collection::vec(1u32..90, 1..5),
        wiring in prop_oneof![Just(Wiring::BothWays), Just(Wiring::Cascade), Just(Wiring::Areas)],
    ) {
        let mut sizes = vec![64];
        sizes.extend(hidden);
        sizes.push(outputs);
        let mut net = toy::network(&sizes, seed, scale);
        if wiring == Wiring::Areas {
            // The first hidden layer leads to the output.
            *net.layers.last_mut().unwrap() = toy::network(&[sizes[1], outputs], !seed, scale).layers.remove(0);
        }
        let gain_hidden = gain;
        let constants =
            Sleep { stdp, changes, input, window, rate, gain_hidden, gain_output: gain, inc, dec_ratio, leak, feedback, homeostasis, ..constants(150) };
        let sleeper = Sleeper::new(&net, &Plan { wiring, ..plan(&net, constants, Some((8, 8))) });
        let [(_, cpu), (_, gpu)] = on_both!(|device| in_parts(device, &sleeper, &parts));
        prop_assert!(cpu == gpu);
    }
}

/// A network whose hidden layers drive themselves where the wiring says so.
fn wired(sizes: &[usize], seed: u32, scale: f32, wiring: Wiring) -> Net {
    let mut net = toy::network(sizes, seed, scale);
    if wiring == Wiring::Recurrent {
        let last = net.layers.len() - 1;
        for (l, layer) in net.layers[..last].iter_mut().enumerate() {
            let square = toy::network(&[layer.units, layer.units], seed ^ (l as u32 + 1), scale);
            layer.recurrent = square.layers[0].weights.clone();
        }
    }
    net
}

/// Waking gives every weight back to where it came from, those of a layer to itself too.
#[test]
fn an_rnn_wakes_with_both_its_hidden_matrices() {
    let net = wired(&[64, 50, 10], 2, 1.0, Wiring::Recurrent);
    let still = Sleep { inc: 0.0, ..constants(300) };
    let sleeper = Sleeper::new(&net, &Plan { wiring: Wiring::Recurrent, ..plan(&net, still, None) });
    let mut woken = net.clone();
    slept(&mut Cpu, std::slice::from_ref(&sleeper), 300)[0].wake(&mut woken);
    assert_eq!(woken, net);

    let moved = Sleep { inc: 1e-3, dec_ratio: 0.5, ..constants(300) };
    let sleeper = Sleeper::new(&net, &Plan { wiring: Wiring::Recurrent, ..plan(&net, moved, None) });
    slept(&mut Cpu, &[sleeper], 300)[0].wake(&mut woken);
    for (before, after) in [(&net, &woken)].into_iter().flat_map(|(a, b)| a.matrices().zip(b.matrices())) {
        assert!(before.1 != after.1, "{} is rewired", before.0);
    }
    assert_eq!(net.matrices().map(|(name, _)| name).collect::<Vec<_>>(), ["hidden 1", "hidden 1 recurrent", "output"]);
}

/// inv_l = f_l / inv_(l−1), f_l the larger of the largest weight and the largest activity (Tadros et al. 2022).
#[test]
fn thresholds_of_the_published_normalisation() {
    let mut net = toy::network(&[64, 50, 40, 10], 2, 1.0);
    net.layers[1].weights[7] = 2.5;
    let constants = Sleep {
        normalisation: Normalisation::WeightsAndActivity,
        thresholds: vec![3.0, 5.0, 7.0],
        gain_hidden: 10.0,
        gain_output: 20.0,
        ..constants(1)
    };
    let mut plan = Plan { wiring: Wiring::Cascade, ..plan(&net, constants, None) };
    plan.largest_activity = vec![4.0, 0.5, 0.8];
    let sleeper = Sleeper::new(&net, &plan);
    let (first, second) = (4.0, 2.5 / 4.0);
    let expected = [3.0 * first / 10.0, 5.0 * second / 10.0, 7.0 * (0.8 / second) / 20.0];
    for (layer, expected) in sleeper.layers.iter().zip(expected) {
        let found = f64::from(layer.threshold) / 65536.0;
        assert!((found - expected).abs() < 1e-4, "{found} instead of {expected}");
    }
}

/// A sleep in parts: the sleeper after each of them, its thresholds moved, and the spikes that were counted. After some it is
/// begun anew from what was read.
fn in_parts<D: Device>(device: &mut D, sleeper: &Sleeper, parts: &[u32]) -> Vec<(Sleeper, SpikeCounts)> {
    let mut sleepers = device.sleepers(vec![sleeper.clone()], 0);
    let mut done = 0;
    let part = |&steps: &u32| {
        device.sleep(&mut sleepers, done, steps);
        done += steps;
        let counts = block_on(device.read_spikes(&mut sleepers)).unwrap().0;
        device.adapt(&mut sleepers, &counts, &[steps]);
        let now = block_on(device.read_sleepers(&sleepers, done)).unwrap();
        if steps % 2 == 0 {
            sleepers = device.sleepers(now.clone(), done);
        }
        (now[0].clone(), counts)
    };
    parts.iter().map(part).collect()
}

#[test]
fn thousands_of_steps_are_equal_and_do_not_depend_on_slices() {
    let net = toy::network(&[64, 300, 10], 2, 1.0);
    let plan = plan(&net, Sleep { window: Some(5), ..constants(4000) }, Some((8, 8)));
    let mut plain = Sleeper::new(&net, &plan);
    (1..=4000).for_each(|step| reference_step(&mut plain, step));
    assert!(plain.layers[0].count > 500, "{} hidden spikes", plain.layers[0].count);
    assert!(plain.layers[1].count > 50, "{} output spikes", plain.layers[1].count);
    for slice in [4000, 500, 7] {
        let slept = |first: usize| first..(first + slice).min(4000);
        for (engine, sleeper) in on_both!(|device| {
            let mut sleepers = device.sleepers(vec![Sleeper::new(&net, &plan)], 0);
            for first in (0..4000).step_by(slice) {
                device.sleep(&mut sleepers, first as u32, slept(first).len() as u32);
            }
            block_on(device.read_sleepers(&sleepers, 4000)).unwrap().remove(0)
        }) {
            assert!(sleeper == plain, "{engine}, slices of {slice}");
        }
    }
}

/// More units than the invocations of a workgroup drive at a time, and more spikes than sleep should have.
#[test]
fn wide_layers_sleep_alike() {
    let net = toy::network(&[64, 1100, 300, 10], 2, 1.0);
    let sleeper = Sleeper::new(&net, &plan(&net, constants(100), Some((8, 8))));
    let [(_, cpu), (_, gpu)] = on_both!(|device| slept(device, std::slice::from_ref(&sleeper), 100));
    assert!(cpu[0].layers.iter().all(|layer| layer.count > 0), "every layer spikes");
    assert!(cpu == gpu);
}

/// What is watched is what happens, and watching changes nothing.
#[test]
fn watched_steps_are_those_of_the_reference() {
    let net = toy::network(&[64, 100, 10], 2, 1.0);
    let plan = plan(&net, constants(300), Some((8, 8)));
    let mut plain = Sleeper::new(&net, &plan);
    (1..=100).for_each(|step| reference_step(&mut plain, step));
    let step = |step| {
        reference_step(&mut plain, step);
        std::iter::once(plain.input.clone()).chain(plain.layers.iter().map(|layer| layer.spikes.clone())).collect()
    };
    let expected: Firing = (101..=160).map(step).collect();
    for (engine, (firing, sleeper)) in on_both!(|device| {
        // Another one sleeps beside it, and is not watched.
        let mut sleepers = device.sleepers(vec![Sleeper::new(&net, &plan); 2], 0);
        device.sleep(&mut sleepers, 0, 100);
        let firing = block_on(device.sleep_watched(&mut sleepers, 100, 60)).unwrap();
        (firing, block_on(device.read_sleepers(&sleepers, 160)).unwrap())
    }) {
        assert!(firing == expected, "{engine}");
        assert!(sleeper[0] == plain && sleeper[1] == plain, "{engine}");
    }
}

/// Philox's known answers, as src/rng.rs has them, and 64-bit arithmetic in 16-bit halves at its ends.
#[test]
fn draws_and_products_on_the_gpu_are_exact() {
    let pi = [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344];
    let ends = [0, 1, 2, 0x7fff_ffff, 0x8000_0000, 0x8000_0001, 0xffff_ffff, 0xffff, 0x1_0000, 0x1234_5678];
    let mut counters = vec![[0; 4], [!0; 4], pi];
    let mut keys = vec![[0; 2], [!0; 2], [0xa409_3822, 0x299f_31d0]];
    for v in ends {
        for f in ends {
            for w in ends {
                counters.push([v, f, w, 7]);
                keys.push([w, v]);
            }
        }
    }
    let (words, fixed) = with_gpu(|gpu| block_on(gpu.draws(&counters, &keys))).unwrap();
    assert_eq!(words[0], [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]);
    assert_eq!(words[1], [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]);
    assert_eq!(words[2], [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]);
    for ((counter, key), (words, fixed)) in counters.iter().zip(&keys).zip(words.iter().zip(&fixed)) {
        assert_eq!(*words, philox(*counter, *key));
        let (v, factor, w) = (counter[0] as i32, i64::from(counter[1]), counter[2] as i32);
        let leaked = (i128::from(v) * i128::from(factor) + (1 << 31)) >> 32;
        let scaled = ((i128::from(v) * i128::from(factor)) >> 16).clamp(i32::MIN.into(), i32::MAX.into());
        assert_eq!(fixed[..3], [leaked as i32, scaled as i32, v.saturating_add(w)], "{v} {factor} {w}");
    }
}

/// The same spikes and weights on every engine and target: this hash is checked in the browser, too.
#[test]
fn a_stored_hash_holds_everywhere() {
    for (engine, hash) in on_both!(|device| block_on(golden::sleep(device))) {
        assert_eq!(hash, golden::SLEEP, "{engine}");
    }
}

#[test]
fn no_input_no_change() {
    let net = toy::network(&[64, 50, 10], 2, 1.0);
    let mut plan = plan(&net, constants(500), None);
    plan.mean.fill(0.0);
    let mut woken = net.clone();
    slept(&mut Cpu, &[Sleeper::new(&net, &plan)], 500)[0].wake(&mut woken);
    assert_eq!(woken, net, "weights that did not change keep their bits");
}

/// Sleepers after so many steps.
fn slept<D: Device>(device: &mut D, sleepers: &[Sleeper], steps: u32) -> Vec<Sleeper> {
    let mut sleepers = device.sleepers(sleepers.to_vec(), 0);
    device.sleep(&mut sleepers, 0, steps);
    block_on(device.read_sleepers(&sleepers, steps)).unwrap()
}

/// θ ← θ·(1 + η·(r − r*)/(r + r*)) for every hidden layer that can fire, and for no other.
#[test]
fn thresholds_follow_what_was_fired() {
    let net = toy::network(&[64, 50, 40, 30, 10], 2, 1.0);
    let mut plan = plan(&net, Sleep { homeostasis: 0.4, target_rate: 0.5, ..constants(500) }, None);
    plan.largest_activity[2] = 0.0;
    let before = Sleeper::new(&net, &plan);
    let mut after = before.clone();
    // In 200 steps: three times the target, nothing; a layer that never fires, the output.
    after.adapt(&[9, 300, 0, 50, 70], 200);
    let factor = |layer: usize| f64::from(after.layers[layer].threshold) / f64::from(before.layers[layer].threshold);
    assert!((factor(0) - 1.2).abs() < 1e-3, "{}", factor(0));
    assert!((factor(1) - 0.6).abs() < 1e-3, "{}", factor(1));
    assert_eq!((factor(2), factor(3)), (1.0, 1.0));
    let mut steady = before.clone();
    steady.adapt(&[9, 100, 100, 0, 70], 200);
    assert_eq!(steady, before, "on target, nothing moves");
}

#[test]
fn a_layer_that_is_silent_awake_is_silent_asleep() {
    let net = toy::network(&[64, 50, 10], 2, 1.0);
    let mut plan = plan(&net, constants(500), None);
    plan.largest_activity[0] = 0.0;
    for (engine, sleepers) in on_both!(|device| slept(device, &[Sleeper::new(&net, &plan)], 500)) {
        assert!(sleepers[0].input_count > 0, "{engine}");
        assert_eq!(sleepers[0].layers[0].count, 0, "{engine}");
    }
}

/// Constants and lengths differ, and so may the buffers that networks share.
#[test]
fn each_sleeper_stops_at_its_own_end() {
    let net = toy::network(&[64, 50, 10], 2, 1.0);
    let plans =
        [300, 200, 57, 300].map(|steps| plan(&net, Sleep { inc: 1e-6 * f64::from(steps), ..constants(steps) }, None));
    let sleepers: Vec<Sleeper> = plans.iter().map(|plan| Sleeper::new(&net, plan)).collect();
    let alone = |sleeper: &Sleeper| slept(&mut Cpu, std::slice::from_ref(sleeper), sleeper.steps).remove(0);
    let expected: Vec<Sleeper> = sleepers.iter().map(alone).collect();
    for (engine, together) in on_both!(|device| slept(device, &sleepers, 300)) {
        assert!(together == expected, "{engine}");
    }
    // Room for two networks in a buffer.
    let words: usize = sleepers[0].layers.iter().map(|layer| layer.weights.len()).sum();
    let mut narrow = open(Wishes { binding: 8 * words.max(2 * TABLE * 4) as u64, ..Wishes::default() });
    assert!(slept(&mut narrow, &sleepers, 300) == expected);
}

#[test]
fn a_weight_that_leaves_the_range_is_reported() {
    let net = toy::network(&[64, 50, 10], 2, 1.0);
    let constants = Sleep { stdp: Stdp::Additive, inc: 0.1, dec_ratio: 0.0, gain_hidden: 100.0, ..constants(3000) };
    let sleeper = Sleeper::new(&net, &plan(&net, constants, None));
    let calm = Sleeper::new(&net, &plan(&net, Sleep { rate: 0.0, ..self::constants(3000) }, None));
    for (engine, faults) in on_both!(|device| {
        let mut sleepers = device.sleepers(vec![sleeper.clone(), calm.clone(), sleeper.clone()], 0);
        device.sleep(&mut sleepers, 0, 3000);
        block_on(device.read_spikes(&mut sleepers)).unwrap().1
    }) {
        let found: Vec<(usize, usize)> = faults.iter().map(|fault| (fault.replica, fault.layer)).collect();
        assert_eq!(found, [(0, 0), (2, 0)], "{engine}");
    }
}

/// f(W) of the soft mode: 1 at 0, frozen where positive, double where negative.
#[test]
fn soft_changes_follow_the_formula() {
    let net = toy::network(&[64, 50, 10], 2, 1.0);
    let sleeper = Sleeper::new(&net, &plan(&net, Sleep { stdp: Stdp::Soft, inc: 1e-3, ..constants(1) }, None));
    let layer = &sleeper.layers[0];
    let unit = f64::from(1u32 << layer.fraction_bits);
    for weight in [-1.0, -0.02, -0.003, -0.0005, 0.0, 0.0005, 0.003, 0.02, 1.0] {
        let expected: f64 = 1e-3 * 2.0 * (1.0 - 1.0 / (1.0 + (-weight / 0.001f64).exp()));
        let entry = SleepLayer::entry((weight * unit) as i32, layer.fraction_bits);
        let change = f64::from(layer.potentiation[entry]) / unit;
        assert!((change - expected).abs() < 1e-5, "f({weight}): {change} for {expected}");
        let depression = f64::from(layer.depression[entry]) / unit;
        assert!((depression - 0.25103 * expected).abs() < 1e-5);
    }
}

/// Without potentiation no weight rises; by pruning alone each comes nearer to zero and none crosses it.
#[test]
fn ablated_changes_go_one_way() {
    let net = toy::network(&[64, 50, 10], 2, 1.0);
    for stdp in [Stdp::Soft, Stdp::Additive] {
        let after = |changes| {
            let constants = Sleep { stdp, changes, inc: 0.01, gain_hidden: 20.0, ..constants(2000) };
            let mut sleepers = vec![Sleeper::new(&net, &plan(&net, constants, None))];
            Cpu.sleep(&mut sleepers, 0, 2000);
            let mut slept = net.clone();
            sleepers[0].wake(&mut slept);
            let weights = |net: &Net| net.layers.iter().flat_map(|layer| layer.weights.clone()).collect::<Vec<f32>>();
            weights(&net).into_iter().zip(weights(&slept)).filter(|(was, is)| was != is).collect::<Vec<(f32, f32)>>()
        };
        let changed = after(Changes::Depression);
        assert!(changed.len() > 100 && changed.iter().all(|(was, is)| is < was), "{stdp:?}");
        let changed = after(Changes::Pruning);
        let pruned = |&(was, is): &(f32, f32)| is.abs() < was.abs() && is * was >= 0.0;
        assert!(changed.len() > 100 && changed.iter().all(pruned), "{stdp:?}");
        assert!(changed.iter().any(|&(was, _)| was > 0.0) && changed.iter().any(|&(was, _)| was < 0.0), "{stdp:?}");
    }
}

//! Sleep against a plain reference of Algorithm 1 in the same integers, written without any of the kernel's means.

use engram::kernels::Device;
use engram::kernels::cpu::Cpu;
use engram::net::mrnn::Mrnn;
use engram::rng::{Purpose, draw};
use engram::sleep::{Plan, SleepLayer, Sleeper, WEIGHT_LIMIT};
use engram::spec::{self, Sleep, Stdp};
use pollster::block_on;
use proptest::prelude::*;

use crate::{golden, toy};

fn constants(steps: u32) -> Sleep {
    let sleep = spec::preset("quick-mnist-src").unwrap().spec.sleep.clone();
    Sleep { steps, window: None, gain_hidden: 6.0, gain_output: 4.0, inc: 1e-3, ..sleep }
}

fn plan(net: &Mrnn, constants: Sleep, image: Option<(u32, u32)>) -> Plan {
    let inputs = net.layers[0].fan_in;
    Plan {
        seed: 11,
        phase: 3,
        constants,
        mean: (0..inputs).map(|i| (i % 5) as f32 / 5.0).collect(),
        image,
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

/// One step of Algorithm 1, from the output to the input.
fn reference_step(s: &mut Sleeper, step: u32) {
    for l in (0..s.layers.len()).rev() {
        let pre = if l == 0 { s.input.clone() } else { s.layers[l - 1].spikes.clone() };
        let above = s.layers.get(l + 1).cloned();
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
    reference_input(s, step);
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
        window in prop::option::of(1u32..9),
        rate in 0.05..1.5f64,
        gain in 0.5..40.0f64,
        inc in 1e-5..0.05f64,
        dec_ratio in 0.0..2.0f64,
        leak in 0.5..1.0f64,
        feedback in 0.0..3.0f64,
        scale in 0.2..60.0f32,
    ) {
        let mut sizes = vec![64];
        sizes.extend(hidden);
        sizes.push(outputs);
        let net = toy::network(&sizes, seed, scale);
        let gain_hidden = gain;
        let constants =
            Sleep { stdp, window, rate, gain_hidden, gain_output: gain, inc, dec_ratio, leak, feedback, ..constants(150) };
        let mut fast = Sleeper::new(&net, &plan(&net, constants, Some((8, 8))));
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

#[test]
fn thousands_of_steps_are_equal_and_do_not_depend_on_slices() {
    let net = toy::network(&[64, 300, 10], 2, 1.0);
    let plan = plan(&net, Sleep { window: Some(5), ..constants(4000) }, Some((8, 8)));
    let mut plain = Sleeper::new(&net, &plan);
    (1..=4000).for_each(|step| reference_step(&mut plain, step));
    assert!(plain.layers[0].count > 500, "{} hidden spikes", plain.layers[0].count);
    assert!(plain.layers[1].count > 50, "{} output spikes", plain.layers[1].count);
    for slice in [4000, 500, 7] {
        let mut sleepers = vec![Sleeper::new(&net, &plan)];
        for first in (0..4000).step_by(slice) {
            Cpu.sleep(&mut sleepers, first, slice as u32);
        }
        assert!(sleepers[0] == plain, "slices of {slice}");
    }
}

/// The same spikes and weights on every engine and target: this hash is checked in the browser, too.
#[test]
fn a_stored_hash_holds_everywhere() {
    assert_eq!(golden::sleep(), golden::SLEEP);
}

#[test]
fn no_input_no_change() {
    let net = toy::network(&[64, 50, 10], 2, 1.0);
    let mut plan = plan(&net, constants(500), None);
    plan.mean.fill(0.0);
    let mut weights = Cpu.weights(std::slice::from_ref(&net));
    let mut sleepers = Cpu.fall_asleep(&weights, &[plan]);
    Cpu.sleep(&mut sleepers, 0, 500);
    Cpu.wake(&sleepers, &mut weights);
    assert_eq!(block_on(Cpu.read_weights(&weights))[0], net, "weights that did not change keep their bits");
}

#[test]
fn a_layer_that_is_silent_awake_is_silent_asleep() {
    let net = toy::network(&[64, 50, 10], 2, 1.0);
    let mut plan = plan(&net, constants(500), None);
    plan.largest_activity[0] = 0.0;
    let mut sleepers = vec![Sleeper::new(&net, &plan)];
    Cpu.sleep(&mut sleepers, 0, 500);
    assert!(sleepers[0].input_count > 0);
    assert_eq!(sleepers[0].layers[0].count, 0);
}

#[test]
fn each_sleeper_stops_at_its_own_end() {
    let net = toy::network(&[64, 50, 10], 2, 1.0);
    let plans = [plan(&net, constants(300), None), plan(&net, constants(200), None)];
    let mut together: Vec<Sleeper> = plans.iter().map(|plan| Sleeper::new(&net, plan)).collect();
    Cpu.sleep(&mut together, 0, 300);
    for (plan, steps, slept) in [(&plans[0], 300, &together[0]), (&plans[1], 200, &together[1])] {
        let mut alone = vec![Sleeper::new(&net, plan)];
        Cpu.sleep(&mut alone, 0, steps);
        assert!(&alone[0] == slept);
    }
}

#[test]
fn a_weight_that_leaves_the_range_is_reported() {
    let net = toy::network(&[64, 50, 10], 2, 1.0);
    let constants = Sleep { stdp: Stdp::Additive, inc: 0.1, dec_ratio: 0.0, gain_hidden: 100.0, ..constants(3000) };
    let mut sleepers = vec![Sleeper::new(&net, &plan(&net, constants, None))];
    Cpu.sleep(&mut sleepers, 0, 3000);
    let (_, fault) = block_on(Cpu.read_spikes(&mut sleepers));
    assert_eq!(fault.map(|fault| fault.layer), Some(0));
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

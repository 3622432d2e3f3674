//! The GPU engine in a page and in a Worker alike. A browser without WebGPU fails these tests.

use engram::continual::Run;
use engram::data::DataSet;
use engram::event::Event;
use engram::kernels::cpu::Cpu;
use engram::kernels::gpu::Gpu;
use engram::kernels::{Device, Hebbian, Phase, Relaxation, States};
use engram::net::Net;
use engram::rng::philox;
use engram::spec::{Areas, EngineKind, Feedback, LabelError, Spec};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::{golden, showing, toy};

async fn gpu() -> Gpu {
    Gpu::open().await.expect("these tests need a browser with WebGPU")
}

#[wasm_bindgen_test]
async fn the_gpu_sleeps_as_every_engine_does() {
    assert_eq!(golden::sleep(&mut gpu().await).await, golden::SLEEP);
}

#[wasm_bindgen_test]
async fn draws_are_philox() {
    let counters: Vec<[u32; 4]> = (0..200u32).map(|i| [i, !i, i.wrapping_mul(0x9e37_79b9), i << 20]).collect();
    let keys: Vec<[u32; 2]> = (0..200u32).map(|i| [i.wrapping_mul(77), !i]).collect();
    let (words, _) = gpu().await.draws(&counters, &keys).await.unwrap();
    for ((counter, key), words) in counters.iter().zip(&keys).zip(words) {
        assert_eq!(words, philox(*counter, *key));
    }
}

/// All states and the weights after a minibatch: [layer's free states, clamped states, weights, biases …].
async fn minibatch<D: Device>(device: &mut D, set: &DataSet, net: &Net) -> Vec<Vec<f32>> {
    let rows: Vec<u32> = (0..7).collect();
    let data = device.load(set, &set.train);
    let mut weights = device.weights(std::slice::from_ref(net), rows.len());
    let mut batch = device.batch(&weights, rows.len());
    device.drive(&weights, &data, &[&rows], &mut batch);
    for (steps, phase) in [(40, Phase::Free { tolerance: 1e-7 }), (7, Phase::Clamped { beta: 1.0 })] {
        device.relax(&weights, &mut batch, &Relaxation { dt: 0.2, gamma: 0.5, steps, phase });
    }
    let mut numbers = Vec::new();
    for layer in 0..net.layers.len() {
        for states in [States::Free, States::Clamped] {
            numbers.extend(device.read_states(&batch, layer, states).await.unwrap());
        }
        let update = Hebbian { layer, pre: States::Clamped, post: States::Difference, scale: 1.0 };
        device.hebbian_update(&mut weights, &data, &mut batch, update);
        device.bias_update(&mut weights, &batch, layer, 1.0);
    }
    device.check(&weights, &mut batch);
    assert_eq!(device.faults(&mut batch, true).await.unwrap(), []);
    let net = device.read_weights(&weights).await.unwrap().remove(0);
    numbers.extend(net.layers.into_iter().flat_map(|layer| [layer.weights, layer.bias]));
    numbers
}

/// One hidden layer and several, some of them wider than a workgroup; sums of up to 300 terms of about 0.1 in f32 differ
/// by less than 1e-5.
#[wasm_bindgen_test]
async fn a_minibatch_is_the_cpus_within_rounding() {
    let mut gpu = gpu().await;
    let set = toy::digits(2, 1);
    for hidden in [&[5][..], &[48], &[300], &[70, 33]] {
        let sizes: Vec<usize> = [&[64], hidden, &[10]].concat();
        let net = Net::new(&sizes, 3);
        let (cpu, gpu) = (minibatch(&mut Cpu, &set, &net).await, minibatch(&mut gpu, &set, &net).await);
        assert_eq!(cpu.len(), gpu.len());
        for (number, (cpu, gpu)) in cpu.iter().zip(&gpu).enumerate() {
            assert_eq!(cpu.len(), gpu.len());
            let apart = cpu.iter().zip(gpu).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(apart < 1e-5, "{hidden:?}, {number}: {apart}");
        }
    }
}

/// A number that is not finite is found by its bits: SwiftShader takes NaN for a number.
#[wasm_bindgen_test]
async fn what_is_not_finite_is_found() {
    let mut gpu = gpu().await;
    let set = toy::digits(2, 1);
    let mut net = Net::new(&[64, 20, 10], 3);
    net.layers[0].bias[7] = f32::NAN;
    let data = gpu.load(&set, &set.train);
    let weights = gpu.weights(&[net], 4);
    let mut batch = gpu.batch(&weights, 4);
    gpu.drive(&weights, &data, &[&[0, 1, 2]], &mut batch);
    gpu.check(&weights, &mut batch);
    let faults = gpu.faults(&mut batch, true).await.unwrap();
    assert_eq!(faults.iter().map(|fault| fault.layer).collect::<Vec<_>>(), [0]);
}

/// Where no voltage comes so near the threshold that rounding decides: answering and learning, in minibatches too, with
/// everything that can be learnt with.
#[wasm_bindgen_test]
async fn spiking_areas_are_shown_as_on_the_cpu() {
    let mut gpu = gpu().await;
    let set = toy::digits(2, 1);
    let (mut compared, mut spikes) = ([0; 4], 0);
    for seed in 0..48 {
        let [learns, teaches] = [seed % 2 == 1, seed % 4 == 3];
        let areas = Areas {
            shown: 30.0,
            label_error: if teaches { LabelError::Traces } else { LabelError::Spikes },
            feedback: if teaches { Feedback::Teaches } else { Feedback::Drives },
            learns_after: 4.0,
            hold: 0.6,
            homeostasis: 0.02,
            protection: 3.0,
            norm_limit: 2.0,
            ..showing::lively()
        };
        let spec = showing::of_areas(if seed % 3 == 0 { &[19, 34] } else { &[37] }, areas, seed);
        let net = [showing::net_of(&spec, &set)];
        let rows: &[u32] = if seed % 8 < 4 { &[3] } else { &[0, 5, 7] };
        if showing::plainly(&net[0], &set, rows, &spec, learns).is_some() {
            let cpu = showing::show(&mut Cpu, &net, &set, &[rows], &spec, learns).await;
            let gpu = showing::show(&mut gpu, &net, &set, &[rows], &spec, learns).await;
            gpu.assert_is(&cpu, &spec);
            spikes += cpu.shown[0].spikes[2];
            compared[usize::from(learns) + 2 * usize::from(teaches)] += 1;
        }
    }
    assert!(compared[0] > 1 && compared[1] > 1 && compared[3] > 1 && spikes > 50, "{compared:?}, {spikes} spikes");
}

#[wasm_bindgen_test]
async fn a_run_whose_gpu_is_lost_goes_on_from_a_checkpoint() {
    let set = toy::digits(20, 5);
    let mut spec = Spec { engine: EngineKind::Gpu, ..toy::spec("src") };
    spec.training.epochs = 1;
    spec.sleep.steps = 100;
    let mut run = Run::new(&[spec], &set).await.unwrap();
    assert_eq!(run.engine().kind, EngineKind::Gpu, "{}", run.engine().reason);
    let mut told = 0;
    let mut failures = Vec::new();
    let (mut finished, mut is_lost) = (false, false);
    loop {
        if told == 40 && !is_lost {
            is_lost = true;
            run.lose_gpu();
        }
        match run.next().await {
            Ok(Some(Event::Engine { failure: Some(failure), .. })) => failures.push(failure),
            Ok(Some(event)) => {
                told += 1;
                finished |= matches!(event, Event::Finished(_));
            }
            Ok(None) => break,
            Err(error) => run.recover(error, &set).await.unwrap(),
        }
    }
    assert!(finished);
    assert!(failures.len() == 1 && failures[0].contains("the GPU was lost"), "{failures:?}");
}

//! Times the CPU kernels on the shapes of the MNIST presets: `make bench`.
//!
//! Throughput is in multiply-adds for products (dense: what a dense product would do; drive and update skip what is
//! zero), in samples for phases and in steps for sleep. `dense product` is the ceiling that products are read against.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use engram::bench::images;
use engram::data::DataSet;
use engram::kernels::cpu::Cpu;
use engram::kernels::{Device, Hebbian, Owm, Pass, Phase, Relaxation, States, Unrolling};
use engram::net::Net;
use engram::net::layered::Layered;
use engram::sleep::{Plan, Sleeper, Wiring};
use engram::spec::{self, RuleKind};
use ndarray::Array2;

const BATCH: usize = 256;
const INPUTS: usize = 784;
const CLASSES: usize = 10;

fn kernels(criterion: &mut Criterion) {
    let set = images(BATCH);
    let rows: Vec<u32> = (0..BATCH as u32).collect();
    for hidden in [512, 1024, 2048] {
        let net = Net::new(&[INPUTS, hidden, CLASSES], 1);
        let mut cpu = Cpu;
        let data = cpu.load(&set, &set.train);
        let mut weights = cpu.weights(std::slice::from_ref(&net), BATCH);
        let mut batch = cpu.batch(&weights, BATCH);
        let free = Relaxation { dt: 0.2, gamma: 1.0, steps: 100, phase: Phase::Free { tolerance: 5e-7 } };
        let clamped = Relaxation { steps: 10, phase: Phase::Clamped { beta: 1.0 }, ..free };
        let id = |name: &str| BenchmarkId::new(name, hidden);

        let mut products = criterion.benchmark_group("products");
        products.throughput(Throughput::Elements((BATCH * INPUTS * hidden) as u64));
        let x = Array2::from_elem((BATCH, INPUTS), 0.5f32);
        let w = Array2::from_elem((INPUTS, hidden), 0.5f32);
        products.bench_function(id("dense product"), |b| b.iter(|| x.dot(&w)));
        products.bench_function(id("drive"), |b| b.iter(|| cpu.drive(&weights, &data, &[&rows], &mut batch)));
        cpu.relax(&weights, &mut batch, &free);
        cpu.relax(&weights, &mut batch, &clamped);
        let update = Hebbian { layer: 0, pre: States::Clamped, post: States::Difference, scale: 1e-9 };
        products.bench_function(id("update"), |b| {
            b.iter(|| cpu.hebbian_update(&mut weights, &data, &mut batch, update));
        });
        products.finish();

        let mut phases = criterion.benchmark_group("phases");
        phases.throughput(Throughput::Elements(BATCH as u64));
        phases.bench_function(id("free, 100 steps"), |b| b.iter(|| cpu.relax(&weights, &mut batch, &free)));
        phases.bench_function(id("clamped, 10 steps"), |b| b.iter(|| cpu.relax(&weights, &mut batch, &clamped)));
        let last = Unrolling { dt: 0.2, gamma: 1.0, steps: 10, straight_through: false };
        phases.bench_function(id("adjoint, 10 steps"), |b| b.iter(|| cpu.adjoint(&weights, &mut batch, &last)));
        phases.finish();

        let mut sleep = criterion.benchmark_group("sleep");
        sleep.throughput(Throughput::Elements(500));
        let sleeper = Sleeper::new(&net, &plan(&set));
        sleep.bench_function(id("500 steps"), |b| {
            b.iter_batched_ref(|| vec![sleeper.clone()], |s| cpu.sleep(s, 0, 500), criterion::BatchSize::LargeInput);
        });
        sleep.finish();
    }
}

/// The paper's other networks: an RNN seen through five steps, and a minibatch of orthogonal weights modification.
fn layered(criterion: &mut Criterion) {
    let set = images(BATCH);
    let rows: Vec<u32> = (0..BATCH as u32).collect();
    let mut group = criterion.benchmark_group("layered");
    for (preset, batch) in [("mnist-rnn-src", BATCH), ("mnist-ff-owm", 40)] {
        let spec = &spec::preset(preset).expect("a preset").spec;
        let hidden = spec.network.hidden.iter().map(|&units| units as usize);
        let sizes: Vec<usize> = [INPUTS].into_iter().chain(hidden).chain([CLASSES]).collect();
        let (net, layered) = (Net::of(spec, &sizes), Layered::of(spec).expect("no MRNN"));
        let (mut cpu, rows) = (Cpu, &rows[..batch]);
        let data = cpu.load(&set, &set.train);
        let mut weights = cpu.weights(std::slice::from_ref(&net), batch);
        let mut states = cpu.batch(&weights, batch);
        let pass = Pass { layered, left_out: None };
        let id = |name: &str| BenchmarkId::new(name, preset);
        group.throughput(Throughput::Elements(batch as u64));
        cpu.drive(&weights, &data, &[rows], &mut states);
        group.bench_function(id("forward"), |b| b.iter(|| cpu.forward(&weights, &mut states, &pass)));
        group.bench_function(id("backward"), |b| b.iter(|| cpu.backward(&weights, &mut states, layered.output)));
        if spec.rule.kind == RuleKind::Owm {
            let layers = net.layers.len();
            let owm = Owm { rates: vec![1e-9; layers], alphas: vec![0.1; layers], momentum: 0.9, most: 10.0 };
            group.bench_function(id("update"), |b| b.iter(|| cpu.owm_update(&mut weights, &data, &mut states, &owm)));
        }
    }
    group.finish();
}

fn plan(set: &DataSet) -> Plan {
    Plan {
        seed: 1,
        phase: 1,
        constants: spec::preset("mnist-src").expect("a preset").spec.sleep.clone(),
        mean: vec![0.15; set.shape.len()],
        image: Some((28, 28)),
        wiring: Wiring::BothWays,
        largest_activity: vec![2.0, 1.0],
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20).measurement_time(std::time::Duration::from_secs(2));
    targets = kernels, layered
}
criterion_main!(benches);

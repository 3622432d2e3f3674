//! Times each kernel of an engine, and what the device can do at most: `make bench` and the bench page.
//!
//! A kernel's work is counted as a dense engine would do it; the CPU skips what is zero, so that its share of a
//! ceiling can exceed 1.

use std::hint::black_box;

use rand::RngExt;
use serde::{Deserialize, Serialize};

use crate::clock;
use crate::data::{DataSet, Samples, Shape, Values};
use crate::event::EngineUsed;
use crate::kernels::cpu::Cpu;
use crate::kernels::gpu::Gpu;
use crate::kernels::{Device, Draws, EngineError, Hebbian, Phase, Relaxation, Showing, States};
use crate::net::Net;
use crate::net::areas::{Constants, Plasticity};
use crate::rng::{Purpose, Stream};
use crate::sleep::{Plan, Sleeper, Wiring};
use crate::spec::{EngineKind, preset};

const SIDE: u32 = 28;
const CLASSES: usize = 10;
const FREE_STEPS: u32 = 100;
const CLAMPED_STEPS: u32 = 10;
/// Sleep steps that are timed at once.
const SLEEP_STEPS: u32 = 200;
/// Milliseconds, and steps, that a sample is shown to spiking areas.
const SHOWN: f64 = 20.0;
/// How often a kernel is timed, for how many seconds each time at least (a browser's clock may tick in tenths of a
/// millisecond), and how many calls at most.
const TIMES: usize = 5;
const MOMENT: f64 = 0.04;
const MOST_CALLS: u32 = 1 << 22;

/// The shapes that kernels are timed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Shapes {
    /// Hidden units H; inputs are images of 28×28 pixels, outputs ten classes.
    pub hidden: u32,
    /// Samples B of a minibatch.
    pub batch: u32,
    /// Networks R side by side.
    pub replicas: u32,
}

/// What an engine did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Report {
    pub engine: EngineUsed,
    pub shapes: Shapes,
    pub ceilings: Ceilings,
    pub kernels: Vec<Timed>,
}

/// The most that was measured of a device.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Ceilings {
    /// Bytes read and written in a second by a plain copy.
    pub copy: f64,
    /// Floating-point operations in a second: of the fastest dense product on the CPU, of multiplications and additions in
    /// registers on a GPU.
    pub product: f64,
}

/// One kernel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Timed {
    /// Its name, and what it did.
    pub kernel: String,
    /// Seconds of one call: the median of five, the least and the most.
    pub seconds: f64,
    pub least: f64,
    pub most: f64,
    /// Floating-point operations of one call.
    pub operations: f64,
    /// Spikes of one call; of what spikes only.
    pub spikes: f64,
    /// Bytes that a call reads and writes at least.
    pub bytes: f64,
    /// The larger of the shares of the two ceilings that it reaches.
    pub share: f64,
}

/// What a kernel's call does.
#[derive(Clone, Copy, Default)]
struct Work {
    operations: f64,
    spikes: f64,
    bytes: f64,
}

/// An engine that can be timed.
#[allow(async_fn_in_trait)] // as `Device`
pub trait Bench: Device {
    /// Waits until all work is done.
    async fn settle(&mut self) -> Result<(), EngineError>;
    async fn ceilings(&mut self) -> Result<Ceilings, EngineError>;
    fn used(&self) -> EngineUsed;
}

impl Bench for Cpu {
    async fn settle(&mut self) -> Result<(), EngineError> {
        Ok(())
    }

    async fn ceilings(&mut self) -> Result<Ceilings, EngineError> {
        let from = vec![1.0f32; 16 << 20];
        let mut to = vec![0.0f32; from.len()];
        // What nobody looks at may not be computed.
        let copied = fastest(|| black_box(&mut to).copy_from_slice(black_box(&from)));
        let a = ndarray::Array2::from_elem((512, 512), 0.5f32);
        let multiplied = fastest(|| drop(black_box(black_box(&a).dot(&a))));
        Ok(Ceilings { copy: 8.0 * from.len() as f64 / copied, product: 2.0 * 512f64.powi(3) / multiplied })
    }

    fn used(&self) -> EngineUsed {
        EngineUsed { kind: EngineKind::Cpu, adapter: None, reason: String::new(), trials: Vec::new() }
    }
}

impl Bench for Gpu {
    async fn settle(&mut self) -> Result<(), EngineError> {
        self.finish().await
    }

    async fn ceilings(&mut self) -> Result<Ceilings, EngineError> {
        let mut ceilings = Ceilings { copy: 0.0, product: 0.0 };
        // Ever more work, until it takes a moment: a small GPU is not kept busy for long.
        let mut rounds = 1;
        while rounds <= 4096 {
            let start = clock::now();
            let (operations, bytes) = self.strain(rounds, true).await?;
            let multiplied = clock::now() - start;
            let start = clock::now();
            self.strain(rounds.div_ceil(16), false).await?;
            let copied = clock::now() - start;
            ceilings.product = ceilings.product.max(operations / multiplied);
            ceilings.copy = ceilings.copy.max(bytes * f64::from(rounds.div_ceil(16)) / copied);
            rounds *= if multiplied + copied < 2.0 * MOMENT { 4 } else { 8192 };
        }
        Ok(ceilings)
    }

    fn used(&self) -> EngineUsed {
        let adapter = Some(self.adapter().clone());
        EngineUsed { kind: EngineKind::Gpu, adapter, reason: String::new(), trials: Vec::new() }
    }
}

/// Seconds of the fastest of a few calls.
fn fastest(mut work: impl FnMut()) -> f64 {
    let once = |_| {
        let start = clock::now();
        work();
        clock::now() - start
    };
    (0..TIMES + 2).map(once).fold(f64::MAX, f64::min).max(1e-9)
}

/// Times every kernel of an engine.
///
/// # Errors
/// When the engine fails.
pub async fn bench<D: Bench>(device: &mut D, shapes: Shapes) -> Result<Report, EngineError> {
    let ceilings = device.ceilings().await?;
    let mut bench = Bencher::new(device, shapes, ceilings);
    bench.learning().await?;
    bench.sleeping().await?;
    bench.showing().await?;
    let kernels = bench.kernels;
    Ok(Report { engine: device.used(), shapes, ceilings, kernels })
}

struct Bencher<'a, D: Bench> {
    device: &'a mut D,
    shapes: Shapes,
    ceilings: Ceilings,
    set: DataSet,
    nets: Vec<Net>,
    kernels: Vec<Timed>,
}

impl<'a, D: Bench> Bencher<'a, D> {
    fn new(device: &'a mut D, shapes: Shapes, ceilings: Ceilings) -> Self {
        let set = images(shapes.batch as usize);
        let net = |seed| Net::new(&[set.shape.len(), shapes.hidden as usize, CLASSES], seed);
        let nets = (0..shapes.replicas).map(net).collect();
        Bencher { device, shapes, ceilings, set, nets, kernels: Vec::new() }
    }

    /// The kernels of a minibatch.
    async fn learning(&mut self) -> Result<(), EngineError> {
        let data = self.device.load(&self.set, &self.set.train);
        let size = self.shapes.batch as usize;
        let mut weights = self.device.weights(&self.nets, size);
        let mut batch = self.device.batch(&weights, size);
        let all: Vec<u32> = (0..self.shapes.batch).collect();
        let rows: Vec<&[u32]> = self.nets.iter().map(|_| &all[..]).collect();
        let [b, d, h, c, r] = [size, self.set.shape.len(), self.shapes.hidden as usize, CLASSES, self.nets.len()];
        let work = |operations: usize, bytes: usize| Work {
            operations: (r * operations) as f64,
            bytes: (r * bytes) as f64,
            spikes: 0.0,
        };
        let free = Relaxation { dt: 0.2, gamma: 1.0, steps: FREE_STEPS, phase: Phase::Free { tolerance: 0.0 } };
        let clamped = Relaxation { steps: CLAMPED_STEPS, phase: Phase::Clamped { beta: 1.0 }, ..free };
        let update = |layer| Hebbian { layer, pre: States::Clamped, post: States::Difference, scale: 1e-9 };
        let states = 4 * b * (h + c);

        let product = work(2 * b * d * h, b * d + 4 * d * h + 4 * b * h);
        self.time("drive", product, |device| device.drive(&weights, &data, &rows, &mut batch)).await?;
        let phase = |steps: u32, moved: usize| work(4 * steps as usize * b * h * c, moved + 4 * h * c + 4 * b * h);
        let name = format!("relax, free, {FREE_STEPS} steps");
        let step = phase(FREE_STEPS, states);
        self.time(&name, step, |device| device.relax(&weights, &mut batch, &free)).await?;
        let name = format!("relax, clamped, {CLAMPED_STEPS} steps");
        let step = phase(CLAMPED_STEPS, 2 * states);
        self.time(&name, step, |device| device.relax(&weights, &mut batch, &clamped)).await?;
        for (layer, n, m) in [(0, d, h), (1, h, c)] {
            let name = format!("hebbian_update, {n} × {m}");
            let product = work(2 * b * n * m, 8 * n * m + b * if layer == 0 { n } else { 4 * n } + 8 * b * m);
            self.time(&name, product, |device| device.hebbian_update(&mut weights, &data, &mut batch, update(layer)))
                .await?;
        }
        let sum = work(2 * b * h, 8 * b * h + 8 * h);
        self.time("bias_update", sum, |device| device.bias_update(&mut weights, &batch, 0, 1e-9)).await?;
        let sum = work(b * h, states + 8 * c * h);
        let task_of: Vec<u32> = (0..c as u32).map(|class| class / 2).collect();
        self.time("tally", sum, |device| device.tally(&mut batch, &task_of)).await
    }

    async fn sleeping(&mut self) -> Result<(), EngineError> {
        let constants = preset("mnist-src").expect("a preset").spec.sleep.clone();
        let plan = |seed| Plan {
            seed,
            phase: 1,
            constants: crate::spec::Sleep { steps: u32::MAX, ..constants.clone() },
            mean: vec![0.15; self.set.shape.len()],
            image: Some((SIDE, SIDE)),
            largest_activity: vec![2.0, 1.0],
            wiring: Wiring::BothWays,
        };
        let sleepers = (0..).zip(&self.nets).map(|(seed, net)| Sleeper::new(net, &plan(seed))).collect();
        let mut sleepers = self.device.sleepers(sleepers, 0);
        // What a sleep costs depends on its spikes: they are counted.
        self.device.sleep(&mut sleepers, 0, SLEEP_STEPS);
        let (counts, _) = self.device.read_spikes(&mut sleepers).await?;
        let sums: Vec<f64> = (0..3).map(|layer| counts.iter().map(|counts| counts[layer] as f64).sum()).collect();
        let [d, h, c] = [self.set.shape.len(), self.shapes.hidden as usize, CLASSES].map(|n| 4.0 * n as f64);
        let bytes = sums[0] * h + sums[1] * (c + 2.0 * d) + sums[2] * 3.0 * h;
        let work = Work { operations: 0.0, spikes: sums.iter().sum(), bytes };
        let mut done = SLEEP_STEPS;
        self.time(&format!("sleep, {SLEEP_STEPS} steps"), work, |device| {
            device.sleep(&mut sleepers, done, SLEEP_STEPS);
            done += SLEEP_STEPS;
        })
        .await
    }

    /// A minibatch before spiking areas, which answer, and which learn; what it costs depends on the spikes of the first one.
    async fn showing(&mut self) -> Result<(), EngineError> {
        let mut spec = preset("predict-mnist-256-128").expect("a preset").spec.clone();
        (spec.areas.dt, spec.areas.shown, spec.areas.learns_after) = (1.0, SHOWN, 0.0);
        spec.network.hidden = vec![self.shapes.hidden];
        (spec.rule.rates, spec.areas.error_rates) = (vec![1e-9; 2], Vec::new());
        let sizes = [self.set.shape.len(), self.shapes.hidden as usize, CLASSES];
        let seeds: Vec<u32> = (0..self.shapes.replicas).collect();
        let of = |&seed: &u32| Net::of(&crate::spec::Spec { seed, ..spec.clone() }, &sizes);
        let nets: Vec<Net> = seeds.iter().map(of).collect();
        let data = self.device.load(&self.set, &self.set.train);
        let size = self.shapes.batch as usize;
        let mut weights = self.device.weights(&nets, size);
        let mut batch = self.device.batch(&weights, size);
        let all: Vec<u32> = (0..self.shapes.batch).collect();
        let rows: Vec<&[u32]> = nets.iter().map(|_| &all[..]).collect();
        let draws = Draws { seeds: &seeds, phase: 0, minibatch: 0 };
        for (what, plasticity) in [("answering", None), ("learning", Some(Plasticity::of(&spec, 0.0)))] {
            let showing = Showing { constants: Constants::of(&spec.areas), draws, plasticity };
            // What was timed before is counted, too.
            self.device.read_shown(&mut batch).await?;
            self.device.show(&mut weights, &data, &rows, &mut batch, &showing);
            let mut work = Work::default();
            for shown in self.device.read_shown(&mut batch).await? {
                work.spikes += shown.spikes.iter().sum::<u64>() as f64;
                work.operations += 2.0 * (shown.operations + shown.changes) as f64;
                work.bytes += 4.0 * (shown.operations + 2 * shown.changes) as f64;
            }
            let name = format!("show, {what}, {} steps", spec.areas.steps());
            self.time(&name, work, |device| device.show(&mut weights, &data, &rows, &mut batch, &showing)).await?;
        }
        Ok(())
    }

    /// Times calls of a kernel, enough of them at once that waiting for the device does not count.
    async fn time(&mut self, kernel: &str, work: Work, mut call: impl FnMut(&mut D)) -> Result<(), EngineError> {
        let mut calls = 1;
        let mut seconds = self.timed(&mut call, 1).await?; // which compiles
        while calls < MOST_CALLS {
            seconds = self.timed(&mut call, calls).await?;
            if seconds > MOMENT {
                break;
            }
            calls = (calls * 4).min(MOST_CALLS);
        }
        let mut times = vec![seconds / f64::from(calls)];
        while times.len() < TIMES {
            times.push(self.timed(&mut call, calls).await? / f64::from(calls));
        }
        times.sort_by(f64::total_cmp);
        let seconds = times[TIMES / 2];
        let Work { operations, spikes, bytes } = work;
        let share = (operations / seconds / self.ceilings.product).max(bytes / seconds / self.ceilings.copy);
        let (least, most) = (times[0], times[TIMES - 1]);
        let kernel = kernel.to_owned();
        self.kernels.push(Timed { kernel, seconds, least, most, operations, spikes, bytes, share });
        Ok(())
    }

    async fn timed(&mut self, call: &mut impl FnMut(&mut D), calls: u32) -> Result<f64, EngineError> {
        self.device.settle().await?;
        let start = clock::now();
        (0..calls).for_each(|_| call(self.device));
        self.device.settle().await?;
        Ok(clock::now() - start)
    }
}

/// Images of which four fifths are zero, as MNIST's are.
pub fn images(count: usize) -> DataSet {
    let mut stream = Stream::new(1, Purpose::Subset, 0, 0);
    let mut pixel = || if stream.random::<f32>() < 0.2 { stream.random_range(1..=255) } else { 0u8 };
    let data = (0..count * (SIDE * SIDE) as usize).map(|_| pixel()).collect();
    let values = Values::Bytes { data, scale: 1.0 / 255.0 };
    let train = Samples { values, labels: (0..count).map(|i| (i % CLASSES) as u8).collect() };
    DataSet {
        name: "mnist".into(),
        shape: Shape::Image { height: SIDE, width: SIDE },
        classes: (0..CLASSES).map(|c| c.to_string()).collect(),
        test: train.clone(),
        train,
    }
}

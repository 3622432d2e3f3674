//! The GPU engine, in the browser and natively: one file a kernel in `shaders/`, each with a twin of the same name in
//! [`super::cpu`].
//!
//! A whole phase is one dispatch, a minibatch one submission; data, weights and states stay on the GPU, and while it
//! learns nothing comes back but a word a minibatch, which nobody waits for. It keeps within WebGPU's default limits,
//! but for larger bindings where the adapter has them.

mod areas;
mod batch;
mod context;
mod data;
mod networks;
mod shaders;
mod sleepers;

pub use batch::Batch;
pub use context::{Traffic, Wishes};
pub use data::Images;
pub use networks::Networks;
pub use sleepers::Sleepers;

use super::{
    Descent, Device, EngineError, Fault, Firing, Hebbian, Held, Memory, Owm, Pass, Relaxation, Showing, Shown,
    SpikeCounts, States, Tally, Unrolling,
};
use crate::connect::spec::Credit;
use crate::data::{DataSet, Samples};
use crate::event::Adapter;
use crate::net::Net;
use crate::net::ctrnn::Reading;
use crate::net::layered::OutputKind;
use crate::sleep::{Sleeper, Wiring};
use context::{Context, Use};
use wgpu::Buffer;

/// One open GPU.
pub struct Gpu {
    context: Context,
    /// What [`Gpu::strain`] copies.
    strained: Option<(Buffer, Buffer)>,
}

impl Gpu {
    /// Opens the GPU that the browser, or the machine, offers.
    ///
    /// # Errors
    /// When there is none, or it cannot be opened.
    pub async fn open() -> Result<Gpu, EngineError> {
        Gpu::open_with(Wishes::default()).await
    }

    /// The same, with other wishes.
    pub async fn open_with(wishes: Wishes) -> Result<Gpu, EngineError> {
        Ok(Gpu { context: Context::open(wishes).await?, strained: None })
    }

    pub fn adapter(&self) -> &Adapter {
        &self.context.adapter
    }

    /// Whether sums over a workgroup are taken by subgroups.
    pub fn has_subgroups(&self) -> bool {
        self.context.subgroups.is_some()
    }

    /// What was asked of the GPU so far.
    pub fn traffic(&self) -> Traffic {
        self.context.traffic
    }

    /// Waits until all work is done.
    ///
    /// # Errors
    /// The first trouble there was.
    pub async fn finish(&mut self) -> Result<(), EngineError> {
        let word = self.context.buffer("a word", 4);
        self.context.read::<u32>(&word).await.map(|_| ())
    }

    /// Does so many rounds of nothing but products, or of nothing but copies, and waits for them: for the benchmarks.
    /// Returns the floating-point operations of the products, and the bytes that one copy moves.
    pub async fn strain(&mut self, rounds: u32, products: bool) -> Result<(f64, f64), EngineError> {
        const FLOATS: u64 = 8 << 20;
        const GROUPS: u32 = 4096;
        let context = &mut self.context;
        let (from, to) = self.strained.get_or_insert_with(|| {
            (context.buffer("a copy's source", 4 * FLOATS), context.buffer("a copy", 4 * FLOATS))
        });
        let (from, to) = (from.clone(), to.clone());
        let buffers = [Use::Read(&from), Use::Write(&to)];
        if products {
            context.dispatch(&shaders::products(), &[rounds, 0, 0, 0], &buffers, [GROUPS, 1, 1]);
        } else {
            (0..rounds).for_each(|_| context.dispatch(&shaders::copies(), &[1, 0, 0, 0], &buffers, [GROUPS, 1, 1]));
        }
        self.finish().await?;
        let operations = 32.0 * f64::from(rounds) * 256.0 * f64::from(GROUPS);
        Ok((operations, 8.0 * FLOATS as f64))
    }

    /// Gives the device up in the middle of everything, as a driver that fails does.
    pub fn lose(&mut self) {
        self.context.destroy();
    }

    /// Philox words of counters and keys, and for words (v, f, w, _) of the counters: (v·f + 2³¹) >> 32, (v·f) >> 16
    /// kept within 32 bits, and v + w with saturation.
    pub async fn draws(
        &mut self,
        counters: &[[u32; 4]],
        keys: &[[u32; 2]],
    ) -> Result<(Vec<[u32; 4]>, Vec<[i32; 4]>), EngineError> {
        let context = &mut self.context;
        let (from, by) = (context.filled("counters", counters), context.filled("keys", keys));
        let words = context.buffer("words", size_of_val(counters) as u64);
        let fixed = context.buffer("numbers", size_of_val(counters) as u64);
        let buffers = [Use::Read(&from), Use::Read(&by), Use::Write(&words), Use::Write(&fixed)];
        context.dispatch(&shaders::draws(), &[0; 4], &buffers, [counters.len().div_ceil(64) as u32, 1, 1]);
        Ok((context.read(&words).await?, context.read(&fixed).await?))
    }
}

impl Device for Gpu {
    /// Large: a GPU wants to be filled.
    const TEST_BATCH: usize = 1000;
    const WAITS: bool = false;

    type Data = Images;
    type Weights = Networks;
    type Batch = Batch;
    type Sleepers = Sleepers;

    fn load(&mut self, set: &DataSet, samples: &Samples) -> Images {
        Images::new(&mut self.context, set, samples)
    }

    fn weights(&mut self, nets: &[Net], capacity: usize) -> Networks {
        Networks::new(&mut self.context, nets, capacity)
    }

    fn write_weights(&mut self, weights: &mut Networks, nets: &[Net]) {
        weights.write(&mut self.context, nets);
    }

    async fn read_weights(&mut self, weights: &Networks) -> Result<Vec<Net>, EngineError> {
        weights.read(&mut self.context).await
    }

    fn batch(&mut self, weights: &Networks, capacity: usize) -> Batch {
        Batch::new(&mut self.context, weights, capacity)
    }

    fn drive(&mut self, weights: &Networks, data: &Images, rows: &[&[u32]], batch: &mut Batch) {
        batch.drive(&mut self.context, weights, data, rows);
    }

    fn relax(&mut self, weights: &Networks, batch: &mut Batch, relaxation: &Relaxation) {
        batch.relax(&mut self.context, weights, relaxation);
    }

    fn hebbian_update(&mut self, weights: &mut Networks, data: &Images, batch: &mut Batch, update: Hebbian) {
        batch.hebbian_update(&mut self.context, weights, data, update);
    }

    fn bias_update(&mut self, weights: &mut Networks, batch: &Batch, layer: usize, scale: f32) {
        batch.bias_update(&mut self.context, weights, layer, scale);
    }

    /// No shader does this: [`crate::continual::engine::choose`] takes the CPU, and whoever asks all the same hears of it.
    fn adjoint(&mut self, _weights: &Networks, _batch: &mut Batch, _unrolling: &Unrolling) {
        self.context.note(EngineError::OnCpuAlone("backpropagation through time"));
    }

    /// As [`Device::adjoint`].
    fn forward(&mut self, _weights: &Networks, _batch: &mut Batch, _pass: &Pass) {
        self.context.note(EngineError::OnCpuAlone("a network that only goes forward"));
    }

    fn show(&mut self, weights: &mut Networks, data: &Images, rows: &[&[u32]], batch: &mut Batch, showing: &Showing) {
        batch.show(&mut self.context, weights, data, rows, showing);
    }

    async fn read_shown(&mut self, batch: &mut Batch) -> Result<Vec<Shown>, EngineError> {
        batch.read_shown(&mut self.context).await
    }

    fn read(&mut self, _weights: &Networks, _data: &Images, _rows: &[&[u32]], _batch: &mut Batch, _reading: &Reading) {
        self.context.note(EngineError::OnCpuAlone("a network that reads images row by row"));
    }

    /// [`Device::read`] has refused before.
    fn credit(&mut self, _weights: &Networks, _batch: &mut Batch, _reading: &Reading, _credit: Credit) {}

    /// [`Device::forward`] has refused before.
    fn backward(&mut self, _weights: &Networks, _batch: &mut Batch, _output: OutputKind) {}

    /// [`Device::adjoint`], [`Device::forward`] or [`Device::read`] has refused before.
    fn gradient_update(&mut self, _weights: &mut Networks, _data: &Images, _batch: &mut Batch, _descent: Descent) {}

    /// [`Device::forward`] has refused before.
    fn owm_update(&mut self, _weights: &mut Networks, _data: &Images, _batch: &mut Batch, _owm: &Owm) {}

    /// Buffers have room for more than one minibatch needs.
    fn held(&self, _weights: &Networks, _batch: &Batch) -> Option<Held> {
        None
    }

    async fn read_memory(&mut self, weights: &Networks) -> Result<Vec<Memory>, EngineError> {
        weights.read_memory(&mut self.context).await
    }

    fn write_memory(&mut self, weights: &mut Networks, memory: Vec<Memory>) {
        weights.write_memory(&mut self.context, memory);
    }

    fn check(&mut self, weights: &Networks, batch: &mut Batch) {
        batch.check(&mut self.context, weights);
    }

    async fn faults(&mut self, batch: &mut Batch, all: bool) -> Result<Vec<Fault>, EngineError> {
        batch.faults(&mut self.context, all).await
    }

    async fn read_states(&mut self, batch: &Batch, layer: usize, states: States) -> Result<Vec<Vec<f32>>, EngineError> {
        batch.states(&mut self.context, layer, states).await
    }

    fn tally(&mut self, batch: &mut Batch, task_of: &[u32]) {
        batch.tally(&mut self.context, task_of);
    }

    async fn read_tallies(&mut self, batch: &mut Batch, tallies: &mut [Tally]) -> Result<(), EngineError> {
        batch.read_tallies(&mut self.context, tallies).await
    }

    async fn largest_activity(&mut self, batch: &Batch) -> Result<Vec<Vec<f32>>, EngineError> {
        batch.largest_activity(&mut self.context).await
    }

    fn sleepers(&mut self, sleepers: Vec<Sleeper>, done: u32) -> Sleepers {
        if sleepers.iter().any(|sleeper| sleeper.wiring == Wiring::Recurrent) {
            self.context.note(EngineError::OnCpuAlone("the sleep of a network that drives itself"));
        }
        Sleepers::new(&mut self.context, sleepers, done)
    }

    fn sleep(&mut self, sleepers: &mut Sleepers, first: u32, steps: u32) {
        sleepers.sleep(&mut self.context, first, steps);
    }

    async fn sleep_watched(&mut self, sleepers: &mut Sleepers, first: u32, steps: u32) -> Result<Firing, EngineError> {
        sleepers.sleep_watched(&mut self.context, first, steps).await
    }

    async fn read_spikes(&mut self, sleepers: &mut Sleepers) -> Result<(SpikeCounts, Vec<Fault>), EngineError> {
        sleepers.read_spikes(&mut self.context).await
    }

    fn adapt(&mut self, sleepers: &mut Sleepers, counts: &SpikeCounts, steps: &[u32]) {
        sleepers.adapt(&mut self.context, counts, steps);
    }

    fn lengthen(&mut self, sleepers: &mut Sleepers, steps: u32) {
        sleepers.lengthen(&mut self.context, steps);
    }

    async fn read_sleepers(&mut self, sleepers: &Sleepers, done: u32) -> Result<Vec<Sleeper>, EngineError> {
        sleepers.read(&mut self.context, done).await
    }
}

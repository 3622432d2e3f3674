//! The GPU itself: opened, told what to do, read back. Nothing here knows of networks.
//!
//! Work is recorded and submitted when something is read, written or has piled up. Errors are noted when they come and
//! told by the next reading.

use std::collections::HashMap;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use futures_channel::oneshot;
use wgpu::{Buffer, BufferUsages, CommandEncoder, ComputePass, ComputePipeline, Features, Limits};

use super::shaders::{Kernel, Subgroups, probe};
use crate::event::Adapter;
use crate::kernels::EngineError;

/// Bindings of recorded work that are kept to be used again.
const MOST_BOUND: usize = 256;
/// Buffers for readings of up to so many bytes are used again, up to so many of them.
const SMALL: u64 = 1 << 16;
const MOST_STAGING: usize = 8;

/// How a kernel uses a buffer.
#[derive(Clone, Copy)]
pub enum Use<'a> {
    Read(&'a Buffer),
    Write(&'a Buffer),
}

impl<'a> Use<'a> {
    fn buffer(self) -> &'a Buffer {
        match self {
            Use::Read(buffer) | Use::Write(buffer) => buffer,
        }
    }
}

/// What was asked of the GPU since it was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    pub dispatches: u64,
    pub submissions: u64,
    pub readings: u64,
    pub bytes_read: u64,
    pub bytes_written: u64,
}

/// What may be asked of a device beyond WebGPU's defaults; tests ask for less.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wishes {
    /// Largest buffer that a kernel sees at once, if the adapter has it. Fewer, larger groups of replicas.
    pub binding: u64,
    pub subgroups: bool,
}

impl Default for Wishes {
    fn default() -> Self {
        Wishes { binding: 2 << 30, subgroups: true }
    }
}

type Trouble = Arc<Mutex<Option<EngineError>>>;
/// A driver's word on a shader; in a browser it stays on its thread.
#[cfg(target_arch = "wasm32")]
type Word = Pin<Box<dyn Future<Output = Option<wgpu::Error>>>>;
#[cfg(not(target_arch = "wasm32"))]
type Word = Pin<Box<dyn Future<Output = Option<wgpu::Error>> + Send>>;

/// An open device.
pub struct Context {
    device: wgpu::Device,
    queue: wgpu::Queue,
    pub adapter: Adapter,
    pub limits: Limits,
    pub subgroups: Option<Subgroups>,
    pub traffic: Traffic,
    trouble: Trouble,
    /// The last submission.
    last: Option<wgpu::SubmissionIndex>,
    encoder: Option<CommandEncoder>,
    pass: Option<ComputePass<'static>>,
    pipelines: HashMap<String, ComputePipeline>,
    /// Shaders that the driver may still refuse.
    compiling: Vec<(&'static str, Word)>,
    bound: HashMap<(String, Vec<u32>, Vec<Buffer>), wgpu::BindGroup>,
    /// Small buffers that can be read again.
    read_already: Vec<Buffer>,
}

impl Context {
    /// Opens the adapter that the browser, or the machine, offers.
    ///
    /// # Errors
    /// `NoAdapter` where there is none, `NoDevice` where it cannot be opened.
    pub async fn open(wishes: Wishes) -> Result<Context, EngineError> {
        let instance = wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle());
        let power_preference = wgpu::PowerPreference::HighPerformance;
        let options = wgpu::RequestAdapterOptions { power_preference, ..Default::default() };
        let adapter = instance.request_adapter(&options).await.map_err(|_| EngineError::NoAdapter)?;
        let (has, allows) = (adapter.features(), adapter.limits());
        let subgroups = has & Features::SUBGROUP & if wishes.subgroups { Features::all() } else { Features::empty() };
        let defaults = Limits::defaults();
        let limits = Limits {
            max_storage_buffer_binding_size: allows.max_storage_buffer_binding_size.min(wishes.binding),
            max_buffer_size: allows.max_buffer_size.min(wishes.binding.max(defaults.max_buffer_size)),
            ..defaults
        };
        let descriptor = wgpu::DeviceDescriptor {
            label: Some("engram"),
            required_features: subgroups,
            required_limits: limits.clone(),
            ..Default::default()
        };
        let opened = adapter.request_device(&descriptor).await;
        let (device, queue) = opened.map_err(|e| EngineError::NoDevice(e.to_string()))?;
        let trouble = listen(&device);
        let mut context = Context {
            adapter: describe(&adapter.get_info(), told_by_browser(&device)),
            limits,
            subgroups: None,
            traffic: Traffic::default(),
            trouble,
            device,
            queue,
            last: None,
            encoder: None,
            pass: None,
            pipelines: HashMap::new(),
            compiling: Vec::new(),
            bound: HashMap::new(),
            read_already: Vec::new(),
        };
        // A kernel's subgroups are those that were probed where the adapter has one size only.
        let info = adapter.get_info();
        if !subgroups.is_empty() && info.subgroup_min_size == info.subgroup_max_size {
            context.subgroups = probe(&mut context).await?;
        }
        Ok(context)
    }

    /// A buffer of `bytes` (rounded up to words), zeroed. One that is too large is noted as trouble, and a small one takes
    /// its place until that is told.
    pub fn buffer(&mut self, what: &'static str, bytes: u64) -> Buffer {
        let limit = self.limits.max_storage_buffer_binding_size;
        if bytes > limit {
            self.note(EngineError::TooLarge { what, bytes, limit });
        }
        let size = if bytes > limit { 4 } else { bytes.max(4).next_multiple_of(4) };
        let usage = BufferUsages::STORAGE | BufferUsages::COPY_SRC | BufferUsages::COPY_DST;
        self.device.create_buffer(&wgpu::BufferDescriptor { label: Some(what), size, usage, mapped_at_creation: false })
    }

    /// A buffer with contents.
    pub fn filled<T: bytemuck::NoUninit>(&mut self, what: &'static str, values: &[T]) -> Buffer {
        let buffer = self.buffer(what, size_of_val(values) as u64);
        self.write(&buffer, 0, values);
        buffer
    }

    /// Writes to a buffer after all work that is recorded so far.
    pub fn write<T: bytemuck::NoUninit>(&mut self, buffer: &Buffer, at: u64, values: &[T]) {
        self.submit();
        let bytes: &[u8] = bytemuck::cast_slice(values);
        // What is too large was noted when the buffer was made.
        if !bytes.is_empty() && at + bytes.len() as u64 <= buffer.size() {
            self.traffic.bytes_written += bytes.len() as u64;
            self.queue.write_buffer(buffer, at, bytes);
        }
    }

    /// Zeroes a buffer.
    pub fn clear(&mut self, buffer: &Buffer) {
        self.encoder().clear_buffer(buffer, 0, None);
    }

    pub fn copy(&mut self, from: &Buffer, to: &Buffer) {
        let size = from.size().min(to.size());
        self.encoder().copy_buffer_to_buffer(from, 0, to, 0, size);
    }

    /// Records a kernel. `params` is its uniform, the buffers its bindings from 1 on.
    pub fn dispatch(&mut self, kernel: &Kernel, params: &[u32], buffers: &[Use<'_>], groups: [u32; 3]) {
        if groups.contains(&0) || self.is_troubled() {
            return;
        }
        if !self.pipelines.contains_key(&kernel.key) {
            let pipeline = self.compile(kernel, buffers);
            self.pipelines.insert(kernel.key.clone(), pipeline);
        }
        let key = (kernel.key.clone(), params.to_vec(), buffers.iter().map(|b| b.buffer().clone()).collect());
        if !self.bound.contains_key(&key) {
            if self.bound.len() == MOST_BOUND {
                self.bound.clear();
            }
            let group = self.bind(kernel, params, buffers);
            self.bound.insert(key.clone(), group);
        }
        self.traffic.dispatches += 1;
        self.encoder_and_pass();
        let pass = self.pass.as_mut().expect("a pass was begun");
        pass.set_pipeline(&self.pipelines[&kernel.key]);
        pass.set_bind_group(0, &self.bound[&key], &[]);
        pass.dispatch_workgroups(groups[0], groups[1], groups[2]);
    }

    /// Hands the recorded work over. It is begun at once, and nobody waits for it.
    pub fn submit(&mut self) {
        self.pass = None;
        if let Some(encoder) = self.encoder.take() {
            self.traffic.submissions += 1;
            self.last = Some(self.queue.submit([encoder.finish()]));
        }
    }

    /// Forgets bindings, which keep their buffers alive.
    pub fn unbind(&mut self) {
        self.bound.clear();
    }

    /// Asks for a buffer's contents as they will be once the work recorded so far is done.
    pub fn ask(&mut self, buffer: &Buffer) -> Reading {
        let size = buffer.size();
        let staging = self.staging(size);
        self.encoder().copy_buffer_to_buffer(buffer, 0, &staging, 0, size);
        self.submit();
        self.traffic.readings += 1;
        self.traffic.bytes_read += size;
        let (told, answer) = oneshot::channel();
        staging.map_async(wgpu::MapMode::Read, .., move |outcome| drop(told.send(outcome)));
        Reading { staging, answer, submission: self.last.clone() }
    }

    /// A buffer that can be read on this side: one that was read already, or a new one.
    fn staging(&mut self, size: u64) -> Buffer {
        if let Some(at) = self.read_already.iter().position(|buffer| buffer.size() == size) {
            return self.read_already.swap_remove(at);
        }
        let usage = BufferUsages::MAP_READ | BufferUsages::COPY_DST;
        let label = Some("reading");
        self.device.create_buffer(&wgpu::BufferDescriptor { label, size, usage, mapped_at_creation: false })
    }

    /// Waits for what was asked for.
    pub async fn answer<T: bytemuck::Pod>(&mut self, reading: Reading) -> Result<Vec<T>, EngineError> {
        // Work that was refused never ends: it is not waited for.
        self.check().await?;
        self.poll(wgpu::PollType::Wait { submission_index: reading.submission, timeout: None });
        self.check().await?;
        let outcome = reading.answer.await;
        self.check().await?;
        let refused = |why: String| EngineError::Lost(why);
        outcome.map_err(|e| refused(e.to_string()))?.map_err(|e| refused(e.to_string()))?;
        let view = reading.staging.get_mapped_range(..).map_err(|e| refused(e.to_string()))?;
        let values = bytemuck::pod_collect_to_vec(&view);
        drop(view);
        reading.staging.unmap();
        if reading.staging.size() <= SMALL && self.read_already.len() < MOST_STAGING {
            self.read_already.push(reading.staging);
        }
        Ok(values)
    }

    /// A buffer's contents.
    pub async fn read<T: bytemuck::Pod>(&mut self, buffer: &Buffer) -> Result<Vec<T>, EngineError> {
        let reading = self.ask(buffer);
        self.answer(reading).await
    }

    /// The first trouble there was.
    pub async fn check(&mut self) -> Result<(), EngineError> {
        for (shader, compilation) in std::mem::take(&mut self.compiling) {
            if let Some(error) = compilation.await {
                // The cause of whatever was refused since.
                let cause = EngineError::Shader { shader, message: error.to_string() };
                *self.trouble.lock().expect("noting does not panic") = Some(cause);
            }
        }
        if self.is_troubled() {
            // What a lost device refuses may be heard of before its loss, which comes with the next poll.
            self.poll(wgpu::PollType::Poll);
        }
        self.trouble.lock().expect("noting does not panic").clone().map_or(Ok(()), Err)
    }

    /// Lets callbacks come: natively they come while somebody polls. In a browser this does nothing.
    fn poll(&self, poll: wgpu::PollType) {
        // wgpu panics where a driver reports the device's loss, after it has told so.
        let polled = catch_unwind(AssertUnwindSafe(|| self.device.poll(poll)));
        if !matches!(polled, Ok(Ok(_))) && !self.is_troubled() {
            self.note(EngineError::Lost("its driver does not answer".into()));
        }
    }

    fn is_troubled(&self) -> bool {
        self.trouble.lock().expect("noting does not panic").is_some()
    }

    /// Notes trouble, unless there already is some.
    pub fn note(&self, error: EngineError) {
        self.trouble.lock().expect("noting does not panic").get_or_insert(error);
    }

    /// Gives the device up, as a driver that fails would: for tests.
    pub fn destroy(&mut self) {
        self.submit();
        self.device.destroy();
    }

    fn encoder(&mut self) -> &mut CommandEncoder {
        self.pass = None;
        let device = &self.device;
        self.encoder.get_or_insert_with(|| device.create_command_encoder(&Default::default()))
    }

    fn encoder_and_pass(&mut self) {
        if self.pass.is_none() {
            self.pass = Some(self.encoder().begin_compute_pass(&Default::default()).forget_lifetime());
        }
    }

    /// Begins to compile a shader. The driver's word is waited for by the next reading.
    fn compile(&mut self, kernel: &Kernel, buffers: &[Use<'_>]) -> ComputePipeline {
        let by_driver = self.device.push_error_scope(wgpu::ErrorFilter::Internal);
        let by_language = self.device.push_error_scope(wgpu::ErrorFilter::Validation);
        let name = Some(kernel.name);
        let source = wgpu::ShaderSource::Wgsl(kernel.source().into());
        let module = self.device.create_shader_module(wgpu::ShaderModuleDescriptor { label: name, source });
        let entry = |(binding, ty)| wgpu::BindGroupLayoutEntry {
            binding,
            visibility: wgpu::ShaderStages::COMPUTE,
            ty: wgpu::BindingType::Buffer { ty, has_dynamic_offset: false, min_binding_size: None },
            count: None,
        };
        let uses =
            buffers.iter().map(|buffer| wgpu::BufferBindingType::Storage { read_only: matches!(buffer, Use::Read(_)) });
        let types = std::iter::once(wgpu::BufferBindingType::Uniform).chain(uses);
        let entries: Vec<_> = (0..).zip(types).map(entry).collect();
        let layout =
            self.device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor { label: name, entries: &entries });
        let layout = self.device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: name,
            bind_group_layouts: &[Some(&layout)],
            ..Default::default()
        });
        let pipeline = self.device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label: name,
            layout: Some(&layout),
            module: &module,
            entry_point: Some(kernel.name),
            compilation_options: Default::default(),
            cache: None,
        });
        let (by_language, by_driver) = (by_language.pop(), by_driver.pop());
        let word = async { by_language.await.or(by_driver.await) };
        self.compiling.push((kernel.name, Box::pin(word)));
        pipeline
    }

    fn bind(&mut self, kernel: &Kernel, params: &[u32], buffers: &[Use<'_>]) -> wgpu::BindGroup {
        let bytes: &[u8] = bytemuck::cast_slice(params);
        let uniform = self.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some(kernel.name),
            size: (bytes.len() as u64).next_multiple_of(16),
            usage: BufferUsages::UNIFORM | BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        // Nothing that is recorded uses this buffer yet: it may be written at once.
        self.queue.write_buffer(&uniform, 0, bytes);
        let resources = std::iter::once(&uniform).chain(buffers.iter().map(|buffer| buffer.buffer()));
        let entries: Vec<_> = (0..)
            .zip(resources)
            .map(|(binding, buffer)| wgpu::BindGroupEntry { binding, resource: buffer.as_entire_binding() })
            .collect();
        self.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some(kernel.name),
            layout: &self.pipelines[&kernel.key].get_bind_group_layout(0),
            entries: &entries,
        })
    }
}

/// A browser frees what a device holds when it collects garbage, of which it does not see the size.
#[cfg(target_arch = "wasm32")]
impl Drop for Context {
    fn drop(&mut self) {
        self.device.destroy();
    }
}

/// Contents of a buffer, on their way.
pub struct Reading {
    staging: Buffer,
    answer: oneshot::Receiver<Result<(), wgpu::BufferAsyncError>>,
    submission: Option<wgpu::SubmissionIndex>,
}

/// Notes what goes wrong on a device, whenever it does.
fn listen(device: &wgpu::Device) -> Trouble {
    let trouble = Trouble::default();
    let errors = trouble.clone();
    device.on_uncaptured_error(Arc::new(move |error| {
        let error = match error {
            wgpu::Error::OutOfMemory { .. } => EngineError::OutOfMemory,
            other => EngineError::Refused(other.to_string()),
        };
        errors.lock().expect("noting does not panic").get_or_insert(error);
    }));
    let losses = trouble.clone();
    device.set_device_lost_callback(move |reason, message| {
        let message = if message.is_empty() { format!("{reason:?}").to_lowercase() } else { message };
        // A loss is what is told, whatever it made go wrong before anybody heard of it.
        *losses.lock().expect("noting does not panic") = Some(EngineError::Lost(message));
    });
    trouble
}

fn describe(info: &wgpu::AdapterInfo, told: Option<String>) -> Adapter {
    let name = Some(info.name.clone()).filter(|name| !name.is_empty()).or(told);
    Adapter {
        name: name.unwrap_or_else(|| "a GPU that the browser does not name".into()),
        api: format!("{:?}", info.backend),
        software: info.device_type == wgpu::DeviceType::Cpu,
    }
}

/// The maker and the family of a browser's GPU. wgpu passes on a description alone, which browsers leave empty.
#[cfg(target_arch = "wasm32")]
fn told_by_browser(device: &wgpu::Device) -> Option<String> {
    use wasm_bindgen::JsValue;
    let get = |of: &JsValue, name: &str| js_sys::Reflect::get(of, &name.into()).ok();
    let info = get(device.as_webgpu()?.as_ref(), "adapterInfo")?;
    let parts = ["vendor", "architecture", "device"].iter().filter_map(|name| get(&info, name)?.as_string());
    let told = parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
    (!told.is_empty()).then_some(told)
}

#[cfg(not(target_arch = "wasm32"))]
fn told_by_browser(_: &wgpu::Device) -> Option<String> {
    None
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use pollster::block_on;

    use super::*;

    fn context() -> Context {
        block_on(Context::open(Wishes::default())).expect("these tests need a GPU: Mesa's lavapipe will do")
    }

    #[test]
    fn a_shader_that_does_not_compile_is_named() {
        let mut context = context();
        let kernel = Kernel::new("broken", &["@compute @workgroup_size(1) fn broken() { nonsense(); }"], &[]);
        let buffer = context.buffer("a word", 4);
        context.dispatch(&kernel, &[0; 4], &[Use::Write(&buffer)], [1, 1, 1]);
        let error = block_on(context.read::<u32>(&buffer)).unwrap_err();
        assert!(matches!(&error, EngineError::Shader { shader: "broken", .. }), "{error:?}");
        assert!(error.to_string().contains("nonsense"), "{error}");
    }

    /// Nothing more is asked of a device that failed; the first trouble is told until somebody gives the device up.
    #[test]
    fn the_first_trouble_is_told() {
        let mut context = context();
        let buffer = context.buffer("a word", 4);
        context.note(EngineError::OutOfMemory);
        context.note(EngineError::NoAdapter);
        let dispatches = context.traffic.dispatches;
        let kernel = Kernel::new("idle", &["@compute @workgroup_size(1) fn idle() {}"], &[]);
        context.dispatch(&kernel, &[0; 4], &[Use::Write(&buffer)], [1, 1, 1]);
        assert_eq!(context.traffic.dispatches, dispatches);
        for _ in 0..2 {
            assert_eq!(block_on(context.read::<u32>(&buffer)).unwrap_err(), EngineError::OutOfMemory);
        }
    }

    #[test]
    fn what_is_too_large_is_told_with_its_name() {
        let mut context = block_on(Context::open(Wishes { binding: 1000, subgroups: false })).unwrap();
        let buffer = context.filled("a data set", &[0u8; 1001]);
        let error = block_on(context.read::<u32>(&buffer)).unwrap_err();
        assert_eq!(error, EngineError::TooLarge { what: "a data set", bytes: 1001, limit: 1000 });
    }

    /// Subgroups are believed only where they were seen to be consecutive.
    #[test]
    fn subgroups_are_a_power_of_two_or_none() {
        assert!(context().subgroups.is_none_or(|subgroups| subgroups.lanes.is_power_of_two()));
        let plain = block_on(Context::open(Wishes { subgroups: false, ..Wishes::default() })).unwrap();
        assert_eq!(plain.subgroups, None);
    }
}

//! Both engines, for tests that hold for either. A test that finds no GPU fails.

use std::cell::RefCell;
use std::mem::ManuallyDrop;

use engram::kernels::gpu::{Gpu, Wishes};
use pollster::block_on;

thread_local! {
    /// Not dropped with its thread, whose other locals a device would miss.
    static GPU: RefCell<Option<ManuallyDrop<Gpu>>> = const { RefCell::new(None) };
}

/// Lends this test's GPU, which is opened once. Mesa's software adapter is one.
pub fn with_gpu<T>(test: impl FnOnce(&mut Gpu) -> T) -> T {
    GPU.with_borrow_mut(|gpu| test(gpu.get_or_insert_with(|| ManuallyDrop::new(open(Wishes::default())))))
}

pub fn open(wishes: Wishes) -> Gpu {
    block_on(Gpu::open_with(wishes)).expect("these tests need a GPU: Mesa's lavapipe (mesa-vulkan-drivers) will do")
}

/// What an expression gives on an engine, with the engine's name: `on_cpu!(|device| …)`.
macro_rules! on_cpu {
    (|$device:ident| $value:expr) => {{
        let $device = &mut engram::kernels::cpu::Cpu;
        [("cpu", $value)]
    }};
}
macro_rules! on_gpu {
    (|$device:ident| $value:expr) => {
        [("gpu", crate::engines::with_gpu(|$device| $value))]
    };
}
/// What it gives on each.
macro_rules! on_both {
    (|$device:ident| $value:expr) => {{
        let ([cpu], [gpu]) = (crate::engines::on_cpu!(|$device| $value), crate::engines::on_gpu!(|$device| $value));
        [cpu, gpu]
    }};
}
pub(crate) use {on_both, on_cpu, on_gpu};

//! The core against plain references, properties and its own promises. Native; the browser has `tests/web`.
#![cfg(not(target_arch = "wasm32"))]

mod acting;
mod areas;
mod areas_gpu;
mod bptt;
mod connect;
mod ctrnn;
mod engine;
#[path = "../shared/engines.rs"]
mod engines;
mod equilibrium;
mod experiment;
#[path = "../shared/golden.rs"]
mod golden;
mod layered;
mod relaxation;
mod reproduce;
#[path = "../shared/showing.rs"]
mod showing;
mod sleep;
mod spec;
#[path = "../shared/toy.rs"]
mod toy;
mod tune;

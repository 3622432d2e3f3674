//! The core in a dedicated Worker, where the page runs it.
#![cfg(target_arch = "wasm32")]

#[path = "../shared/golden.rs"]
mod golden;
mod gpu;
mod runs;
#[path = "../shared/showing.rs"]
mod showing;
#[path = "../shared/toy.rs"]
mod toy;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_dedicated_worker);

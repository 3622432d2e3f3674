//! Engram: how networks with brain-like learning rules forget, and how sleep brings memories back.
//!
//! The rooms, in the order data flows:
//!
//! - [`spec`]: one value that says everything about a run; the same JSON is a preset, a URL's hash, a
//!   command-line argument and the header of every result.
//! - [`data`]: data sets from bytes, their catalogue, splits, subsets and tasks.
//! - [`rng`]: counter-based randomness, so that a run resumes exactly.
//! - [`net`]: the networks, one a file.
//! - [`learn`]: learning rules, one a file.
//! - [`kernels`]: the vocabulary a network is trained with ([`kernels::Device`]) and the engines that speak it.
//! - [`sleep`]: from a trained network and the data it saw to the integers of a spiking one.
//! - [`continual`]: strategies, the resumable experiment and what is measured.
//! - [`event`]: what an experiment tells the page, the command line and the tests.
//! - [`bench`]: how fast each kernel is, against what the device can do at most.
//! - `cli`: the command line.
//! - `web`: the only room that knows of the browser.

pub mod bench;
#[cfg(all(feature = "cli", not(target_arch = "wasm32")))]
pub mod cli;
pub mod clock;
pub mod continual;
pub mod data;
pub mod event;
pub mod kernels;
pub mod learn;
pub mod net;
pub mod rng;
pub mod sleep;
pub mod spec;
#[cfg(target_arch = "wasm32")]
pub mod web;

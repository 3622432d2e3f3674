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
//! - [`connect`]: the Connect lab: networks that learn from trials, by rules that reach back through time or do not.
//! - [`analysis`]: what sleep did, and how; pure functions.
//! - [`study`]: runs of a Spec that are watched closely, and what the analyses make of them together.
//! - [`sealed`]: runs and studies as bytes that tell when they are not whole.
//! - [`event`]: what an experiment tells the page, the command line and the tests.
//! - [`tune`]: a search for the constants that make a Spec work.
//! - [`reproduce`]: a paper's tables beside our own.
//! - [`bench`]: how fast each kernel is, against what the device can do at most.
//! - `cli`: the command line.
//! - `web`: the only room that knows of the browser.
//!
//! Without the feature `engine` there is no more than the page needs before a run: [`spec`], [`data`] and its door.

#[cfg(feature = "engine")]
pub mod analysis;
#[cfg(feature = "engine")]
pub mod bench;
#[cfg(all(feature = "cli", not(target_arch = "wasm32")))]
pub mod cli;
#[cfg(feature = "engine")]
pub mod clock;
pub mod connect;
#[cfg(feature = "engine")]
pub mod continual;
pub mod data;
#[cfg(feature = "engine")]
pub mod event;
#[cfg(feature = "engine")]
pub mod kernels;
#[cfg(feature = "engine")]
pub mod learn;
#[cfg(feature = "engine")]
pub mod net;
#[cfg(feature = "engine")]
pub mod reproduce;
pub mod rng;
#[cfg(feature = "engine")]
pub mod sealed;
#[cfg(feature = "engine")]
pub mod sleep;
pub mod spec;
#[cfg(feature = "engine")]
pub mod study;
#[cfg(feature = "engine")]
pub mod tune;
#[cfg(target_arch = "wasm32")]
pub mod web;

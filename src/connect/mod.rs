//! The Connect lab: how the size of the initial weights shapes learning by backpropagation through time, e-prop and RFLO, what
//! Lyapunov exponents say about it, and gradient flossing as a remedy (Liu, Zhang & Liu 2024).
//!
//! In the order data flows: [`spec`] says what is studied; [`tasks`] draws trials; [`ctrnn`] is the network and its way through a
//! minibatch; [`credit`] brings errors to the weights and [`adam`] moves them; [`lyapunov`] measures exponents and [`flossing`] moves
//! those; `sleep` puts a network that has learnt to sleep; [`study`] does all of it in small steps, side by side for every gain, rule,
//! learning rate and seed, and [`known`] tells networks that several studies share; [`summary`] is what comes of it; [`report`] writes
//! it down, and [`claims`] asks it what the paper says in words; [`trajectories`] shows what a network does.
//!
//! These networks are not an [experiment](crate::continual) on classes of images: they learn one task from trials that are drawn as
//! they go. So the lab has its own Spec, and shares the rest: links, presets, counter-based randomness, kernels for every instruction
//! set.

#[cfg(feature = "engine")]
pub mod adam;
#[cfg(feature = "engine")]
pub mod claims;
#[cfg(feature = "engine")]
pub mod credit;
#[cfg(feature = "engine")]
pub mod ctrnn;
#[cfg(feature = "engine")]
pub mod flossing;
#[cfg(feature = "engine")]
pub mod known;
#[cfg(feature = "engine")]
pub mod lyapunov;
#[cfg(feature = "engine")]
mod products;
#[cfg(feature = "engine")]
pub mod report;
#[cfg(feature = "engine")]
mod save;
#[cfg(feature = "engine")]
mod sleep;
pub mod spec;
#[cfg(feature = "engine")]
pub mod study;
#[cfg(feature = "engine")]
pub mod summary;
#[cfg(feature = "engine")]
pub mod tasks;
pub mod timing;
#[cfg(feature = "engine")]
pub mod trajectories;

//! The networks, one a file.

pub mod mrnn;
pub mod weights;

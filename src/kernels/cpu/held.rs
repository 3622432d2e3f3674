//! Bytes that are held while a network learns, counted from the structures themselves.
//!
//! What one minibatch needs from its beginning to its end counts: weights, what the rule keeps, states, and what waits for the way
//! back. Room that a kernel works in for one sample does not, nor do the data.

use super::batch::{Batch, Gradient, Minibatch, Phases};
use super::drive::Inputs;
use super::forward::Course;
use super::network::Network;
use super::spmm::Lists;
use crate::kernels::{Held, Memory};
use crate::net::areas::Intervals;

pub trait Bytes {
    fn bytes(&self) -> u64;
}

/// Of values of one size.
macro_rules! sized {
    ($($kind:ty),*) => {
        $(impl Bytes for $kind {
            #[inline(always)]
            fn bytes(&self) -> u64 {
                size_of::<$kind>() as u64
            }
        })*
    };
}

sized!(bool, u8, u16, u32, u64, f32, (u32, u32), (u32, f32));

impl<T: Bytes> Bytes for Vec<T> {
    fn bytes(&self) -> u64 {
        self.iter().map(T::bytes).sum()
    }
}

/// Of a structure, those of some of its fields.
macro_rules! fields {
    ($kind:ty: $($field:ident),*) => {
        impl $crate::kernels::cpu::held::Bytes for $kind {
            fn bytes(&self) -> u64 {
                [$(self.$field.bytes()),*].into_iter().sum()
            }
        }
    };
}

pub(super) use fields;

fields!(Intervals: count, sum, squares, regularity);
fields!(Memory: velocity, bias_velocity, projectors, intervals);
fields!(Lists: starts, keys, values);
fields!(Inputs: by_sample, by_pixel, dense);
fields!(Phases: free, clamped, difference);
fields!(Course: hidden, mask);
fields!(Gradient: through, weights, recurrent);
fields!(Minibatch: inputs, outputs, drive, phases, course, stage, pages, gradient);

/// Of the first network, and of a minibatch of its own.
pub fn held(networks: &[Network], batch: &Batch) -> Held {
    let Some((network, minibatch)) = networks.first().zip(batch.replicas.first()) else { return Held::default() };
    let Network { weights, feedback, recurrent, bias, gates, memory, .. } = network;
    Held {
        weights: [weights, feedback, recurrent, bias].map(Bytes::bytes).iter().sum(),
        rule: memory.bytes() + gates.iter().map(|gate| gate.bytes() as u64).sum::<u64>(),
        states: minibatch.bytes() + batch.layers_back.bytes() + batch.steps_back.bytes() + batch.samples_back.bytes(),
        data: 0,
    }
}

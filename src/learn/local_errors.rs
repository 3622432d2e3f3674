//! Local errors (Ororbia 2023): every weight changes in every step, by the error at its one end and the spike at its other.
//!
//! ```text
//! ΔW = a·e·sᵀ      ΔE = a·b·s·eᵀ
//! ```

use super::Moment;
use crate::kernels::{Device, Showing};
use crate::net::areas::{Constants, Plasticity};
use crate::spec::Spec;

/// Shows a minibatch with its labels to spiking areas, which learn meanwhile.
pub fn show<D: Device>(
    device: &mut D,
    weights: &mut D::Weights,
    data: &D::Data,
    rows: &[&[u32]],
    batch: &mut D::Batch,
    spec: &Spec,
    moment: &Moment<'_>,
) {
    let mut plasticity = Plasticity::of(spec, moment.progress);
    plasticity.counts_intervals &= moment.is_task;
    let showing = Showing { constants: Constants::of(&spec.areas), draws: moment.place, plasticity: Some(plasticity) };
    device.show(weights, data, rows, batch, &showing);
}

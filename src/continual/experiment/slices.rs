//! How much work one slice is: little enough that pause and stop answer at once.

use crate::kernels::Device;
use crate::net::areas::Constants;
use crate::spec::{NetworkKind, Spec};

/// Test samples of one slice, …
const TEST_SLICE: usize = 1000;
/// … of spiking areas, which look at a sample for a while, …
const SHOWN_SLICE: usize = 32;
/// … and of these on an engine that takes many at once.
const LARGE_SHOWN_SLICE: usize = 256;
/// What [`SHOWN_SLICE`] may take, in products, about a second in a browser: a run pauses between slices. …
const SHOWN_SLICE_WORK: u64 = 1 << 30;
/// … So much of it is a step of a unit, with the spikes that it sends and hears.
const WORK_OF_UNIT: u64 = 64;

/// Samples of the largest minibatch.
pub(super) fn capacity<D: Device>(spec: &Spec) -> usize {
    (spec.training.batch as usize).max(answered_at_once::<D>(spec))
}

/// Test samples of one slice.
pub(super) fn test_slice<D: Device>(spec: &Spec) -> usize {
    match spec.network.kind {
        NetworkKind::Areas => {
            let most = if D::WAITS { SHOWN_SLICE } else { LARGE_SHOWN_SLICE };
            let work = SHOWN_SLICE_WORK * (most / SHOWN_SLICE) as u64;
            most.min((work / work_of_sample(spec)) as usize).max(1)
        }
        _ => TEST_SLICE,
    }
}

/// About what it takes to show spiking areas a sample, in products: errors between areas are dense, all else is followed by its spikes.
pub(crate) fn work_of_sample(spec: &Spec) -> u64 {
    let Constants { steps, error_every, .. } = Constants::of(&spec.areas);
    let units = spec.network.hidden.iter().map(|&units| u64::from(units));
    let dense: u64 = units.clone().zip(units.clone().skip(1)).map(|(lower, upper)| lower * upper).sum();
    u64::from(steps) * (dense / u64::from(error_every) + WORK_OF_UNIT * units.sum::<u64>())
}

/// Test samples of one batch.
pub(super) fn answered_at_once<D: Device>(spec: &Spec) -> usize {
    D::TEST_BATCH.min(test_slice::<D>(spec))
}

pub(super) fn part(rows: &[u32], from: usize, count: usize) -> &[u32] {
    &rows[from.min(rows.len())..(from + count).min(rows.len())]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::cpu::Cpu;
    use crate::spec::preset;

    #[test]
    fn slices_of_slow_areas_are_small() {
        let slice = |name: &str| test_slice::<Cpu>(&preset(name).expect("a preset").spec);
        let named = ["mnist-src", "predict-mnist-parallel", "predict-mnist-500-500", "predict-mnist-published"];
        assert_eq!(named.map(slice), [1000, 32, 32, 4]);
        let mut slowest = preset("predict-mnist-published").expect("a preset").spec.clone();
        (slowest.network.hidden, slowest.areas.shown) = (vec![4000, 4000], 2000.0);
        assert_eq!(test_slice::<Cpu>(&slowest), 1);
    }
}

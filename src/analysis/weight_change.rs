//! How the weights changed across a sleep (Kubo et al. 2025, Fig. 7).

use crate::event::WeightChange;
use crate::net::Net;

/// Bins of a histogram.
const BINS: usize = 41;

/// How each weight matrix changed: layer by layer, the one from the layer below before the one from the layer itself.
pub fn weight_change(before: &Net, after: &Net) -> Vec<WeightChange> {
    let matrices = |net| Net::matrices(net).map(|(_, weights)| weights);
    matrices(before).zip(matrices(after)).map(|(b, a)| change(b, a)).collect()
}

fn change(before: &[f32], after: &[f32]) -> WeightChange {
    let differences = || before.iter().zip(after).map(|(&b, &a)| f64::from(a) - f64::from(b));
    let (mut min, mut max, mut sum) = (f64::INFINITY, f64::NEG_INFINITY, 0.0);
    let (mut down, mut up) = (0_u32, 0_u32);
    for d in differences() {
        min = min.min(d);
        max = max.max(d);
        sum += d;
        down += u32::from(d < 0.0);
        up += u32::from(d > 0.0);
    }
    let of_all = |part: f64| part / before.len() as f64;
    let mut histogram = vec![0; BINS];
    let scale = if max > min { BINS as f64 / (max - min) } else { 0.0 };
    for d in differences() {
        histogram[(((d - min) * scale) as usize).min(BINS - 1)] += 1;
    }
    WeightChange { mean: of_all(sum), down: of_all(down.into()), up: of_all(up.into()), min, max, histogram }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_weight_is_in_one_bin() {
        let change = change(&[0.0, 0.0, 1.0, 1.0, 3.0], &[0.0, -1.0, 2.0, 1.0, 2.0]);
        assert_eq!((change.mean, change.min, change.max), (-0.2, -1.0, 1.0));
        assert_eq!((change.down, change.up), (0.4, 0.2));
        assert_eq!(change.histogram.iter().sum::<u32>(), 5);
        assert_eq!((change.histogram[0], change.histogram[BINS / 2], change.histogram[BINS - 1]), (2, 2, 1));
    }
}

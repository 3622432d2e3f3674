//! Differences between what the same seeds gave.

use serde::{Deserialize, Serialize};

use crate::analysis::Spread;

/// A mean difference between pairs, in points.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Difference {
    pub mean: f64,
    /// Standard deviation with n − 1.
    pub sd: f64,
    /// Pairs: two at least.
    pub n: usize,
    /// Of the mean, with 95 % confidence, by Student's t.
    pub interval: [f64; 2],
}

impl Difference {
    /// Of these differences, one a pair; `None` where there are fewer than two.
    pub fn of(differences: &[f64]) -> Option<Difference> {
        let Spread { mean, sd: Some(sd), n } = Spread::of(differences) else { return None };
        let reach = t_975(n - 1) * sd / (n as f64).sqrt();
        Some(Difference { mean, sd, n, interval: [mean - reach, mean + reach] })
    }
}

/// The quantile .975 of Student's t: exact up to ten degrees of freedom, beyond by its expansion around the normal
/// distribution's (Abramowitz & Stegun 1964, 26.7.5), right to three digits.
fn t_975(freedom: usize) -> f64 {
    const EXACT: [f64; 10] = [12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622, 2.2281];
    const Z: f64 = 1.959_964;
    if let Some(exact) = EXACT.get(freedom.wrapping_sub(1)) {
        return *exact;
    }
    let v = freedom as f64;
    let first = (Z.powi(3) + Z) / 4.0;
    let second = (5.0 * Z.powi(5) + 16.0 * Z.powi(3) + 3.0 * Z) / 96.0;
    let third = (3.0 * Z.powi(7) + 19.0 * Z.powi(5) + 17.0 * Z.powi(3) - 15.0 * Z) / 384.0;
    Z + first / v + second / v.powi(2) + third / v.powi(3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_the_tables() {
        for (freedom, quantile) in [(1, 12.706), (5, 2.571), (10, 2.228), (11, 2.201), (23, 2.069), (120, 1.980)] {
            assert!((t_975(freedom) - quantile).abs() < 1e-3, "{freedom}");
        }
    }

    #[test]
    fn a_difference_has_an_interval_from_two_pairs_on() {
        assert_eq!((Difference::of(&[]), Difference::of(&[1.0])), (None, None));
        let of = Difference::of(&[1.0, 3.0]).unwrap();
        assert_eq!((of.mean, of.n), (2.0, 2));
        assert!((of.interval[1] - (2.0 + 12.7062)).abs() < 1e-9);
    }
}

//! How alike the classes are to the hidden layers (Kubo et al. 2025, Fig. 6).

/// Pearson's correlation between the hidden activities of each two classes: `activity` is [class][unit], the mean over a
/// class's test samples. A class whose units are all alike correlates with none but itself.
pub fn correlation(activity: &[Vec<f32>]) -> Vec<Vec<f64>> {
    let centred: Vec<Vec<f64>> = activity.iter().map(|units| centred(units)).collect();
    let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>();
    let lengths: Vec<f64> = centred.iter().map(|units| product(units, units).sqrt()).collect();
    let between = |a: usize, b: usize| match lengths[a] * lengths[b] {
        _ if a == b => 1.0,
        0.0 => 0.0,
        lengths => (product(&centred[a], &centred[b]) / lengths).clamp(-1.0, 1.0),
    };
    (0..activity.len()).map(|a| (0..activity.len()).map(|b| between(a, b)).collect()).collect()
}

fn centred(units: &[f32]) -> Vec<f64> {
    let mean = units.iter().map(|&h| f64::from(h)).sum::<f64>() / units.len().max(1) as f64;
    units.iter().map(|&h| f64::from(h) - mean).collect()
}

/// Root mean square of what lies off the diagonal: 0 where no two classes are alike, 1 where all are the same.
pub fn distance_from_identity(correlation: &[Vec<f64>]) -> f64 {
    let n = correlation.len();
    let off = correlation.iter().enumerate().flat_map(|(a, row)| row.iter().enumerate().filter(move |&(b, _)| a != b));
    (off.map(|(_, r)| r * r).sum::<f64>() / (n * n.saturating_sub(1)).max(1) as f64).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_correlate_as_their_activities_do() {
        let r = correlation(&[vec![1.0, 2.0, 3.0], vec![3.0, 5.0, 7.0], vec![3.0, 2.0, 1.0], vec![4.0, 4.0, 4.0]]);
        let close = |a: f64, b: f64| (a - b).abs() < 1e-12;
        assert!(close(r[0][1], 1.0) && close(r[0][2], -1.0) && r[0][3] == 0.0 && r[3][3] == 1.0);
        assert!((0..4).all(|a| (0..4).all(|b| r[a][b] == r[b][a])));
    }

    #[test]
    fn the_identity_is_at_distance_nought() {
        assert_eq!(distance_from_identity(&[vec![1.0, 0.0], vec![0.0, 1.0]]), 0.0);
        assert_eq!(distance_from_identity(&[vec![1.0, -0.5], vec![-0.5, 1.0]]), 0.5);
        assert_eq!(distance_from_identity(&[vec![1.0]]), 0.0);
    }
}

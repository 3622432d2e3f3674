//! Which synapses carry a class, and whether they still do later (Kubo et al. 2025, Fig. 8).

/// u of one class: its mean hidden activity times the weights to the output, elementwise, H × C flattened as `weights` is.
pub fn importance(activity: &[f32], weights: &[f32]) -> Vec<f32> {
    let outputs = weights.len() / activity.len().max(1);
    let rows = activity.iter().zip(weights.chunks_exact(outputs.max(1)));
    rows.flat_map(|(&h, row)| row.iter().map(move |&w| h * w)).collect()
}

/// Cosine of the angle between two patterns, −1 to 1; 0 where one of them is nothing.
pub fn cosine(a: &[f32], b: &[f32]) -> f64 {
    let product = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(&x, &y)| f64::from(x) * f64::from(y)).sum::<f64>();
    let lengths = (product(a, a) * product(b, b)).sqrt();
    if lengths > 0.0 { (product(a, b) / lengths).clamp(-1.0, 1.0) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_synapse_matters_as_its_unit_fires_and_as_it_weighs() {
        assert_eq!(importance(&[2.0, 0.0], &[1.0, -1.0, 3.0, 4.0]), [2.0, -2.0, 0.0, 0.0]);
    }

    #[test]
    fn likeness_is_of_direction_not_of_size() {
        assert!((cosine(&[1.0, 2.0], &[2.0, 4.0]) - 1.0).abs() < 1e-12);
        assert_eq!(cosine(&[1.0, 0.0], &[0.0, 1.0]), 0.0);
        assert_eq!(cosine(&[1.0, 0.0], &[-3.0, 0.0]), -1.0);
        assert_eq!(cosine(&[0.0, 0.0], &[1.0, 0.0]), 0.0);
    }
}

//! Accuracy of every task after every phase (Kubo et al. 2025, Fig. 1).

use super::Spread;

/// R[phase][task] over runs: `matrices` are theirs, tasks in the order each run learnt them. Phases that not every run
/// reached are left out; nothing of no runs.
pub fn heat_map(matrices: &[&[Vec<f64>]]) -> Vec<Vec<Spread>> {
    let phases = matrices.iter().map(|matrix| matrix.len()).min().unwrap_or(0);
    let cell =
        |phase: usize, task: usize| Spread::of(&matrices.iter().map(|matrix| matrix[phase][task]).collect::<Vec<_>>());
    (0..phases).map(|phase| (0..matrices[0][phase].len()).map(|task| cell(phase, task)).collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_cell_is_averaged_over_runs() {
        let one = vec![vec![1.0, 0.0], vec![0.5, 0.9]];
        let other = vec![vec![0.8, 0.0]];
        let map = heat_map(&[&one, &other]);
        assert_eq!(map.len(), 1);
        assert!((map[0][0].mean - 0.9).abs() < 1e-12 && map[0][1] == Spread { mean: 0.0, sd: Some(0.0), n: 2 });
        assert!(heat_map(&[]).is_empty());
    }
}

//! Which class is taken for which (Kubo et al. 2025, Fig. 3 and 4).

use super::{Spread, learnt};

/// Counts of test samples by class (row) and answer (column), with classes in the order in which `tasks` were learnt:
/// what a mean over task orders must be taken over. Classes of no task are left out.
pub fn by_learning(confusion: &[Vec<u32>], tasks: &[Vec<u8>]) -> Vec<Vec<u32>> {
    let order = learnt(tasks);
    order.iter().map(|&class| order.iter().map(|&answer| confusion[class][answer]).collect()).collect()
}

/// The part of each class's samples that got each answer, over runs.
pub fn mean_confusion(runs: &[Vec<Vec<u32>>]) -> Vec<Vec<Spread>> {
    let part = |run: &Vec<Vec<u32>>, class: usize, answer: usize| {
        f64::from(run[class][answer]) / f64::from(run[class].iter().sum::<u32>().max(1))
    };
    let cell = |class, answer| Spread::of(&runs.iter().map(|run| part(run, class, answer)).collect::<Vec<_>>());
    let classes = runs.first().map_or(0, Vec::len);
    (0..classes).map(|class| (0..classes).map(|answer| cell(class, answer)).collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_parts_of_a_class_in_the_order_of_learning() {
        let counts = vec![vec![8, 2, 0], vec![0, 5, 5], vec![1, 0, 3]];
        let learnt = by_learning(&counts, &[vec![2], vec![0]]);
        assert_eq!(learnt, [[3, 1], [0, 8]]);
        let mean = mean_confusion(&[learnt.clone(), vec![vec![1, 1], vec![0, 2]]]);
        assert!((mean[0][0].mean - 0.625).abs() < 1e-12 && mean[1][1].mean == 1.0);
        assert!(mean.iter().all(|row| (row.iter().map(|cell| cell.mean).sum::<f64>() - 1.0).abs() < 1e-12));
    }
}

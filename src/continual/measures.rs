//! What is measured after a phase, from counts.

use crate::kernels::Tally;

/// Accuracy on each task's test samples, 0 to 1; the answer is one of all classes (class-incremental).
pub fn accuracy_by_task(tally: &Tally, tasks: &[Vec<u8>]) -> Vec<f64> {
    tasks.iter().map(|classes| accuracy(tally, classes.iter().map(|&c| usize::from(c)))).collect()
}

/// The same where the answer is one of the classes of the sample's own task (task-incremental).
pub fn accuracy_within_task(tally: &Tally, tasks: &[Vec<u8>]) -> Vec<f64> {
    tasks.iter().map(|classes| within(tally, classes.iter().map(|&c| usize::from(c)))).collect()
}

/// The same over all test samples.
pub fn mean_within(tally: &Tally) -> f64 {
    within(tally, 0..tally.classes)
}

fn within(tally: &Tally, classes: impl Iterator<Item = usize>) -> f64 {
    let of =
        |class| (tally.within[class], tally.confusion[class * tally.classes..][..tally.classes].iter().sum::<u32>());
    let (right, all) = classes.map(of).fold((0, 0), |(right, all), (r, n)| (right + r, all + n));
    f64::from(right) / f64::from(all.max(1))
}

/// Samples that were answered rightly, among all classes.
pub fn right(tally: &Tally) -> u32 {
    tally.confusion.iter().step_by(tally.classes + 1).sum()
}

/// Accuracy over all test samples, 0 to 1.
pub fn overall_accuracy(tally: &Tally) -> f64 {
    accuracy(tally, 0..tally.classes)
}

fn accuracy(tally: &Tally, classes: impl Iterator<Item = usize>) -> f64 {
    let (mut right, mut all) = (0, 0);
    for class in classes {
        let row = &tally.confusion[class * tally.classes..][..tally.classes];
        right += row[class];
        all += row.iter().sum::<u32>();
    }
    f64::from(right) / f64::from(all.max(1))
}

/// Average accuracy (Lopez-Paz & Ranzato 2017): the mean over tasks of the last row of R; 0 before anything is measured.
pub fn average_accuracy(matrix: &[Vec<f64>]) -> f64 {
    matrix.last().map_or(0.0, |row| row.iter().sum::<f64>() / row.len().max(1) as f64)
}

/// What is left of what was learnt, and what helps what is to come: in accuracy, −1 to 1. `matrix` is R; `taught[j]` are
/// the rows measured after the first and the last phase that taught task j; `untaught` is the accuracy on each task
/// before anything was learnt. All are 0 for fewer than two tasks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Transfer {
    /// First − last: the mean over all tasks but the last of R[just learnt][task] − R[end][task].
    pub forgetting: f64,
    /// Max − last (Chaudhry et al. 2018): the same from the task's largest accuracy before the end.
    pub forgetting_max: f64,
    /// Lopez-Paz & Ranzato 2017: −forgetting, first − last.
    pub backward: f64,
    /// Lopez-Paz & Ranzato 2017: the mean over all tasks but the first of R[just before it is taught][task] − untaught.
    pub forward: f64,
}

impl Transfer {
    pub fn of(matrix: &[Vec<f64>], taught: &[(usize, usize)], untaught: &[f64]) -> Transfer {
        let none = Transfer { forgetting: 0.0, forgetting_max: 0.0, backward: 0.0, forward: 0.0 };
        let (Some((last, before)), Some((_, earlier)), [_, later @ ..]) =
            (matrix.split_last(), taught.split_last(), taught)
        else {
            return none;
        };
        if earlier.is_empty() {
            return none;
        }
        let mean = |values: &mut dyn Iterator<Item = f64>| values.sum::<f64>() / earlier.len() as f64;
        let mut lost = earlier.iter().enumerate().map(|(task, &(_, learnt))| matrix[learnt][task] - last[task]);
        let largest = |task: usize| before.iter().map(|row| row[task]).fold(f64::NEG_INFINITY, f64::max);
        let mut gained = later.iter().enumerate().map(|(i, &(first, _))| matrix[first - 1][i + 1] - untaught[i + 1]);
        let forgetting = mean(&mut lost);
        Transfer {
            forgetting,
            forgetting_max: mean(&mut (0..earlier.len()).map(|task| largest(task) - last[task])),
            backward: -forgetting,
            forward: mean(&mut gained),
        }
    }
}

/// Mean hidden activity over each class's samples: [class][unit].
pub fn hidden_mean(tally: &Tally) -> Vec<Vec<f32>> {
    let units = tally.hidden.len() / tally.classes;
    let classes = tally.hidden.chunks_exact(units).zip(tally.confusion.chunks_exact(tally.classes));
    classes
        .map(|(sums, answers)| {
            let count = answers.iter().sum::<u32>().max(1) as f32;
            sums.iter().map(|sum| sum / count).collect()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transfer_is_what_the_definitions_say() {
        // T1, S1, T2, S2, T3 over three tasks; worked out by hand.
        let matrix = [[0.9, 0.0, 0.1], [0.8, 0.2, 0.1], [0.3, 0.7, 0.0], [0.5, 0.9, 0.3], [0.2, 0.6, 1.0]];
        let matrix: Vec<Vec<f64>> = matrix.map(Vec::from).to_vec();
        let transfer = Transfer::of(&matrix, &[(0, 0), (2, 2), (4, 4)], &[0.5, 0.15, 0.05]);
        let close = |a: f64, b: f64| (a - b).abs() < 1e-12;
        assert!(close(transfer.forgetting, ((0.9 - 0.2) + (0.7 - 0.6)) / 2.0));
        assert!(close(transfer.forgetting_max, ((0.9 - 0.2) + (0.9 - 0.6)) / 2.0));
        assert!(close(transfer.backward, -transfer.forgetting));
        assert!(close(transfer.forward, ((0.2 - 0.15) + (0.3 - 0.05)) / 2.0));
    }

    #[test]
    fn average_accuracy_counts_every_task_alike() {
        assert!((average_accuracy(&[vec![1.0, 0.0], vec![0.5, 0.9]]) - 0.7).abs() < 1e-12);
        assert_eq!(average_accuracy(&[]), 0.0);
    }

    #[test]
    fn an_interrupted_task_counts_from_its_end_and_is_foreseen_before_its_beginning() {
        // T1, T2a, N1, T2
        let matrix: Vec<Vec<f64>> = [[1.0, 0.1], [0.6, 0.5], [0.7, 0.4], [0.3, 0.9]].map(Vec::from).to_vec();
        let transfer = Transfer::of(&matrix, &[(0, 0), (1, 3)], &[0.2, 0.3]);
        assert!((transfer.forgetting - 0.7).abs() < 1e-12 && (transfer.forward + 0.2).abs() < 1e-12);
    }

    #[test]
    fn a_single_task_transfers_nothing() {
        let none = Transfer { forgetting: 0.0, forgetting_max: 0.0, backward: 0.0, forward: 0.0 };
        assert_eq!(Transfer::of(&[vec![0.9]], &[(0, 0)], &[0.5]), none);
        assert_eq!(Transfer::of(&[vec![0.9]], &[], &[0.5]), none);
    }
}

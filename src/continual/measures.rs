//! What is measured after a phase, from counts.

use crate::event::WeightChange;
use crate::kernels::Tally;
use crate::net::mrnn::Mrnn;

/// Bins of a weight change's histogram.
const BINS: usize = 41;

/// Accuracy on each task's test samples, 0 to 1; the answer is one of all classes (class-incremental).
pub fn accuracy_by_task(tally: &Tally, tasks: &[Vec<u8>]) -> Vec<f64> {
    tasks.iter().map(|classes| accuracy(tally, classes.iter().map(|&c| usize::from(c)))).collect()
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

/// Forgetting, first − last: the mean over all tasks but the last of R[when learnt][task] − R[end][task].
/// `learnt[j]` is the row of `matrix` measured just after task j was learnt. 0 for fewer than two tasks.
pub fn forgetting(matrix: &[Vec<f64>], learnt: &[usize]) -> f64 {
    let (Some(last), Some((_, earlier))) = (matrix.last(), learnt.split_last()) else { return 0.0 };
    let lost: f64 = earlier.iter().enumerate().map(|(task, &row)| matrix[row][task] - last[task]).sum();
    if earlier.is_empty() { 0.0 } else { lost / earlier.len() as f64 }
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

/// How each weight matrix changed.
pub fn weight_change(before: &Mrnn, after: &Mrnn) -> Vec<WeightChange> {
    let layers = before.layers.iter().zip(&after.layers);
    layers.map(|(b, a)| change(&b.weights, &a.weights)).collect()
}

fn change(before: &[f32], after: &[f32]) -> WeightChange {
    let differences = || before.iter().zip(after).map(|(&b, &a)| f64::from(a) - f64::from(b));
    let (mut min, mut max, mut sum) = (f64::INFINITY, f64::NEG_INFINITY, 0.0);
    for d in differences() {
        min = min.min(d);
        max = max.max(d);
        sum += d;
    }
    let mut histogram = vec![0; BINS];
    let scale = if max > min { BINS as f64 / (max - min) } else { 0.0 };
    for d in differences() {
        histogram[(((d - min) * scale) as usize).min(BINS - 1)] += 1;
    }
    WeightChange { mean: sum / before.len() as f64, min, max, histogram }
}

//! `tally`: answers counted by class, and hidden activity summed by class.

use crate::kernels::Tally;

/// Adds a batch's free-phase answers: `outputs` is B × C, `hidden` the hidden layers' states (B × units each), `task_of` the
/// task of each class.
pub fn tally(labels: &[u8], outputs: &[f32], hidden: &[Vec<f32>], task_of: &[u32], tally: &mut Tally) {
    let classes = tally.classes;
    let hidden_units = tally.hidden.len() / classes;
    for (b, (&label, output)) in labels.iter().zip(outputs.chunks_exact(classes)).enumerate() {
        let class = usize::from(label);
        tally.confusion[class * classes + answer(output, 0..classes)] += 1;
        let own = (0..classes).filter(|&c| task_of[c] == task_of[class]);
        tally.within[class] += u32::from(answer(output, own) == class);
        let sums = &mut tally.hidden[class * hidden_units..][..hidden_units];
        let mut from = 0;
        for layer in hidden {
            let units = layer.len() / labels.len();
            let activity = &layer[b * units..][..units];
            sums[from..from + units].iter_mut().zip(activity).for_each(|(sum, h)| *sum += h);
            from += units;
        }
    }
}

/// The class with the largest output among some, at least one; the first of equals.
fn answer(output: &[f32], among: impl Iterator<Item = usize>) -> usize {
    among.reduce(|best, c| if output[c] > output[best] { c } else { best }).expect("a class")
}

//! `tally`: answers counted by class, and hidden activity summed by class.

use crate::kernels::Tally;

/// Adds a batch's free-phase answers: `outputs` is B × C, `hidden` the hidden layers' states (B × units each).
pub fn tally(labels: &[u8], outputs: &[f32], hidden: &[Vec<f32>], tally: &mut Tally) {
    let classes = tally.classes;
    let hidden_units = tally.hidden.len() / classes;
    for (b, (&label, output)) in labels.iter().zip(outputs.chunks_exact(classes)).enumerate() {
        let class = usize::from(label);
        tally.confusion[class * classes + answer(output)] += 1;
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

/// The largest output; the first of equals.
fn answer(output: &[f32]) -> usize {
    (0..output.len()).fold(0, |best, c| if output[c] > output[best] { c } else { best })
}

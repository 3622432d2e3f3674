//! `tally`: answers counted by class, and hidden activity summed by class.

use multiversion::multiversion;

use crate::kernels::Tally;

/// Adds a batch's free-phase answers: `outputs` is B × C, `hidden` the hidden layers' states (B × units each).
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+fma", "x86_64+avx2+fma"))]
pub fn tally(labels: &[u8], outputs: &[f32], hidden: &[Vec<f32>], tally: &mut Tally) {
    let classes = tally.classes;
    let hidden_units = tally.hidden.len() / classes;
    for (b, (&label, output)) in labels.iter().zip(outputs.chunks_exact(classes)).enumerate() {
        let class = usize::from(label);
        tally.confusion[class * classes + answer(output)] += 1;
        let sums = &mut tally.hidden[class * hidden_units..][..hidden_units];
        let activity = hidden.iter().flat_map(|layer| {
            let units = layer.len() / labels.len();
            &layer[b * units..][..units]
        });
        sums.iter_mut().zip(activity).for_each(|(sum, h)| *sum += h);
    }
}

/// The largest output; the first of equals.
fn answer(output: &[f32]) -> usize {
    (0..output.len()).fold(0, |best, c| if output[c] > output[best] { c } else { best })
}

//! Synaptic operations of networks whose units are numbers, from their shapes: what stands beside the spikes of
//! [`areas`](super::areas), which are counted one by one.
//!
//! An operation is a number that goes through a weight. Inputs that are 0 go through none; hidden units count whether they are 0 or
//! not, and a free phase as if it never ended early.

use crate::event::Effort;
use crate::spec::{NetworkKind, RuleKind, Spec};

/// Of one sample that is learnt, and of one that is answered. `sizes` are the units of the input, the hidden layers and the output,
/// `inputs` how many inputs of a sample are not 0, on average, each as often as it is read. Nothing of spiking areas.
pub fn effort(spec: &Spec, sizes: &[usize], inputs: f64) -> (Effort, Effort) {
    let hidden = &sizes[1..sizes.len() - 1];
    let first = inputs * sizes[1] as f64;
    let between: f64 = sizes[1..].windows(2).map(|pair| (pair[0] * pair[1]) as f64).sum();
    let own: f64 = hidden.iter().map(|&units| (units * units) as f64).sum();
    let (free, clamped) = (f64::from(spec.network.free_steps), f64::from(spec.network.clamped_steps));
    let step = 2.0 * between;
    let of = |operations: f64, changes: f64, answering: f64| {
        (Effort { operations, changes, spikes: None }, Effort { operations: answering, changes: 0.0, spikes: None })
    };
    match (spec.network.kind, spec.rule.kind) {
        (NetworkKind::Areas, _) => of(0.0, 0.0, 0.0),
        (NetworkKind::Mrnn, RuleKind::Bptt) => {
            // The last steps are gone through once more, and back; each adds to the gradient of what it goes through.
            of(first + (free + 2.0 * clamped) * step, first + clamped * step, first + free * step)
        }
        (NetworkKind::Mrnn, rule) => {
            // The contrastive rule takes a product of states from each of the two phases.
            let products = if rule == RuleKind::Contrastive { 2.0 } else { 1.0 };
            of(first + (free + clamped) * step, products * (first + between), first + free * step)
        }
        (NetworkKind::Rnn, _) => {
            let there = first + free * own + between;
            of(there + free * own + between, first + free * own + between, there)
        }
        (NetworkKind::Ctrnn, rule) => {
            // e-prop goes back through no weights but the output's: each synapse keeps a trace.
            let there = first + free * own + between;
            let back = if rule == RuleKind::Bptt { free * own } else { 0.0 };
            of(there + back + between, first + free * own + between, there)
        }
        (NetworkKind::FeedForward, rule) => {
            let there = first + between;
            let (projecting, projectors) = if rule == RuleKind::Owm { projections(sizes) } else { (0.0, 0.0) };
            let batch = f64::from(spec.training.batch);
            of(there + between + projecting / batch, there + projectors / batch, there)
        }
    }
}

/// Of orthogonal weights modification, once a minibatch, each layer's inputs with their bias: the operations of k = P·r and of P·G, and
/// the changes of P.
fn projections(sizes: &[usize]) -> (f64, f64) {
    let of = |pair: &[usize]| ((pair[0] + 1).pow(2) as f64, pair[1] as f64);
    let layers = sizes.windows(2).map(of);
    layers.fold((0.0, 0.0), |(operations, changes), (entries, units)| {
        (operations + entries * (1.0 + units), changes + entries)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::{preset, set};

    fn of(name: &str, fields: &[(&str, &str)], sizes: &[usize]) -> (f64, f64, f64) {
        let spec = set(&preset(name).unwrap().spec, fields).unwrap();
        let (learning, answering) = effort(&spec, sizes, 3.0);
        (learning.operations, learning.changes, answering.operations)
    }

    #[test]
    fn numbers_are_those_that_a_small_network_has() {
        // Four inputs, three of them not 0, five hidden units and two outputs: 15 and 10 weights are gone through.
        let steps = [("network.free_steps", "7"), ("network.clamped_steps", "2")];
        assert_eq!(of("mnist-src", &steps, &[4, 5, 2]), (15.0 + 9.0 * 20.0, 25.0, 15.0 + 7.0 * 20.0));
        assert_eq!(
            of(
                "mnist-ff-src",
                &[("network.hidden", "[5]"), ("rule.rates", "[1,1]"), ("sleep.thresholds", "[]")],
                &[4, 5, 2]
            ),
            (35.0, 25.0, 25.0)
        );
        let owm =
            [("network.hidden", "[5]"), ("rule.rates", "[1,1]"), ("sleep.thresholds", "[]"), ("training.batch", "1")];
        let (learning, changes, answering) = of("mnist-ff-owm", &owm, &[4, 5, 2]);
        // P of 5 × 5 and of 6 × 6 entries, through each of which one number goes to k, and one a unit to the update.
        let operations = 25.0 * (1.0 + 5.0) + 36.0 * (1.0 + 2.0);
        assert_eq!((learning, changes, answering), (35.0 + operations, 25.0 + (25.0 + 36.0), 25.0));
    }
}

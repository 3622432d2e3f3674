//! Networks that go from the input to the output: RNN and feed-forward (Kubo et al. 2025; Tadros et al. 2022).
//!
//! ```text
//! h_l(t) = relu(h_(l−1)(t)·W_l + h_l(t−1)·R_l + b_l)        t = 1…T, h_0 = x in every step, h_l(0) = 0
//! o = f(h_L(T)·W_out + b_out)
//! ```
//!
//! A feed-forward network has T = 1 and no R.

use super::{Net, add_product};
use crate::spec::{NetworkKind, RuleKind, Spec};

/// What becomes of the outputs' inputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutputKind {
    /// hs(z) = min(1, max(0, z)), learnt with ½Σ(o − y)²; `straight_through`: as if z were not cut.
    HardSigmoid { straight_through: bool },
    /// max(0, z), learnt with ½Σ(o − y)² as if z were not cut (Tadros et al. 2022).
    Relu,
    /// exp z / Σ exp z, learnt with cross-entropy.
    Softmax,
}

/// How such a network answers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Layered {
    /// Steps T.
    pub steps: u32,
    pub output: OutputKind,
    /// Part of the hidden units that learning leaves out: where none is, activities are scaled by what is left.
    pub dropout: f64,
}

impl Layered {
    /// As a Spec describes it; `None` for an MRNN, for spiking areas and for a CTRNN.
    pub fn of(spec: &Spec) -> Option<Layered> {
        let output = match spec.rule.kind {
            RuleKind::Backprop => OutputKind::Relu,
            RuleKind::Owm => OutputKind::Softmax,
            RuleKind::Predictive | RuleKind::Contrastive | RuleKind::Bptt | RuleKind::Eprop | RuleKind::LocalErrors => {
                OutputKind::HardSigmoid { straight_through: spec.rule.straight_through }
            }
        };
        let steps = match spec.network.kind {
            NetworkKind::Mrnn | NetworkKind::Areas | NetworkKind::Ctrnn => return None,
            NetworkKind::Rnn => spec.network.free_steps,
            NetworkKind::FeedForward => 1,
        };
        Some(Layered { steps, output, dropout: spec.rule.dropout })
    }
}

impl OutputKind {
    /// Turns the outputs' inputs into outputs.
    pub fn apply(self, z: &mut [f64]) {
        match self {
            OutputKind::HardSigmoid { .. } => z.iter_mut().for_each(|z| *z = z.clamp(0.0, 1.0)),
            OutputKind::Relu => z.iter_mut().for_each(|z| *z = z.max(0.0)),
            OutputKind::Softmax => {
                let largest = z.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                z.iter_mut().for_each(|z| *z = (*z - largest).exp());
                let sum: f64 = z.iter().sum();
                z.iter_mut().for_each(|z| *z /= sum);
            }
        }
    }
}

impl Net {
    /// What the outputs would be if the network stopped after each of its steps: steps × classes, in f64.
    pub fn pass(&self, input: &[f32], layered: &Layered) -> Vec<Vec<f64>> {
        let (output, hidden) = self.layers.split_last().expect("an output layer");
        let kept = 1.0 - layered.dropout;
        let drive = self.input_drive(input);
        let mut states: Vec<Vec<f64>> = hidden.iter().map(|layer| vec![0.0; layer.units]).collect();
        let step = |_| {
            for (l, layer) in hidden.iter().enumerate() {
                let mut z = if l == 0 { drive.clone() } else { layer.from_below(&states[l - 1]) };
                add_product(&states[l], &layer.recurrent, &mut z);
                states[l] = z.into_iter().map(|z| kept * z.max(0.0)).collect();
            }
            let mut out = output.from_below(&states[hidden.len() - 1]);
            layered.output.apply(&mut out);
            out
        };
        (0..layered.steps).map(step).collect()
    }
}

//! The Connect lab's network with the Sleep lab's tasks: it reads an image row by row.
//!
//! ```text
//! h_t = (1 − dt)·h_(t−1) + dt·(relu(h_(t−1))·W_hh + x_t·W_in)        t = 1…T, h_0 = 0
//! o   = softmax(relu(h_T)·W_out)
//! ```
//!
//! (Liu, Zhang & Liu 2024, with a = 1 − dt.) x_t is the image's row ⌊(t − 1)·rows/T⌋: W_in has as many inputs as a row has pixels,
//! and what was read is held in the states alone. There are no biases.

use super::{Layer, Net, add_product};
use crate::connect::ctrnn::{Shape, Weights};
use crate::net::layered::OutputKind;
use crate::spec::Spec;

/// Gain of the initial recurrent weights: at the edge between networks that forget at once and those that blow up.
const GAIN: f64 = 1.0;

/// How an image is read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reading {
    pub dt: f32,
    /// Steps T. The image's rows divide them.
    pub steps: u32,
}

impl Reading {
    /// As a Spec describes it.
    pub fn of(spec: &Spec) -> Reading {
        Reading { dt: spec.network.dt as f32, steps: spec.network.free_steps }
    }

    /// What of an image with rows of `width` pixels is read in each of the steps.
    pub fn rows<'a>(&self, image: &'a [f32], width: usize) -> impl Iterator<Item = &'a [f32]> {
        let (steps, count) = (self.steps as usize, image.len() / width);
        (0..steps).map(move |t| &image[t * count / steps * width..][..width])
    }
}

/// A network with `sizes` = pixels of a row, hidden units, classes, drawn as the Connect lab draws it.
pub fn untaught(sizes: &[usize], seed: u32) -> Net {
    let &[inputs, units, outputs] = sizes else { panic!("one hidden layer") };
    let weights = Weights::initial(Shape { units, inputs, outputs }, GAIN, seed);
    net(&weights)
}

/// A network of the Connect lab as the Sleep lab holds it.
pub fn net(weights: &Weights) -> Net {
    let Shape { units, inputs, outputs } = weights.shape;
    let output = weights.output();
    let hidden = Layer {
        fan_in: inputs,
        units,
        weights: weights.input().to_vec(),
        recurrent: weights.recurrent().to_vec(),
        feedback: Vec::new(),
        bias: vec![0.0; units],
    };
    let output = Layer {
        fan_in: units,
        units: outputs,
        weights: (0..units).flat_map(|i| output[i..].iter().step_by(units).copied()).collect(),
        recurrent: Vec::new(),
        feedback: Vec::new(),
        bias: vec![0.0; outputs],
    };
    Net { layers: vec![hidden, output], gates: Vec::new() }
}

/// The same, back.
pub fn weights_of(net: &Net) -> Weights {
    let [hidden, output] = &net.layers[..] else { panic!("one hidden layer") };
    let shape = Shape { units: hidden.units, inputs: hidden.fan_in, outputs: output.units };
    let columns = (0..output.units).flat_map(|o| output.weights[o..].iter().step_by(output.units).copied());
    let values = hidden.recurrent.iter().chain(&hidden.weights).copied().chain(columns).collect();
    Weights { shape, values }
}

impl Net {
    /// What the outputs would be if reading stopped after each of its steps: steps × classes, in f64.
    pub fn read(&self, image: &[f32], reading: &Reading) -> Vec<Vec<f64>> {
        let [hidden, output] = &self.layers[..] else { panic!("one hidden layer") };
        let dt = f64::from(reading.dt);
        let mut states = vec![0.0; hidden.units];
        let step = |row: &[f32]| {
            let rates: Vec<f64> = states.iter().map(|h: &f64| h.max(0.0)).collect();
            let row: Vec<f64> = row.iter().map(|&x| f64::from(x)).collect();
            let mut z = hidden.from_below(&row);
            add_product(&rates, &hidden.recurrent, &mut z);
            states.iter_mut().zip(z).for_each(|(h, z)| *h = (1.0 - dt) * *h + dt * z);
            let rates: Vec<f64> = states.iter().map(|h| h.max(0.0)).collect();
            let mut out = output.from_below(&rates);
            OutputKind::Softmax.apply(&mut out);
            out
        };
        reading.rows(image, hidden.fan_in).map(step).collect()
    }
}

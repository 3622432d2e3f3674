//! `read` and `credit`: a network that reads images row by row, with the kernels of the Connect lab.

use super::held::fields;
use super::{Gradient, Images, Network, Phases};
use crate::connect::credit::{Pathways, Room, gradient};
use crate::connect::ctrnn::{Course, Judged, Shape, Weights, run};
use crate::connect::spec::Credit;
use crate::connect::tasks::Trials;
use crate::net::ctrnn::Reading;
use crate::net::layered::OutputKind;

/// A minibatch that is read, and what waits for the way back; reused.
#[derive(Default)]
pub struct Pages {
    trials: Trials,
    course: Course,
    judged: Judged,
    room: Room,
    weights: Weights,
    gradient: Weights,
}

fields!(Trials: input);
fields!(Course: rates, outputs, states);
fields!(Judged: errors);
fields!(Weights: values);
fields!(Pages: trials, course, judged, weights, gradient);

/// Shows `rows` of the data to the network; the states left are those after the last step.
pub fn read(network: &Network, data: &Images, rows: &[u32], reading: &Reading, phases: &mut Phases, pages: &mut Pages) {
    copy_weights(network, &mut pages.weights);
    let Shape { units, inputs, outputs } = pages.weights.shape;
    lay_out(data, rows, reading, inputs, &mut pages.trials);
    pages.trials.outputs = outputs;
    run(&pages.weights, 1.0 - reading.dt, &pages.trials, &mut pages.course);
    let course = &pages.course;
    let [hidden, output] = &mut phases.free[..] else { panic!("one hidden layer") };
    let last = course.steps * rows.len();
    hidden.clear();
    hidden.extend_from_slice(&course.rates[last * units..]);
    output.clear();
    for answer in course.outputs[(last - rows.len()) * outputs..].chunks_exact(outputs) {
        let mut answer: Vec<f64> = answer.iter().map(|&z| f64::from(z)).collect();
        OutputKind::Softmax.apply(&mut answer);
        output.extend(answer.iter().map(|&o| o as f32));
    }
}

/// Sets the gradient of the minibatch that was read last to what the rule takes for it, summed over samples.
pub fn credit(
    network: &Network,
    reading: &Reading,
    credit: Credit,
    labels: &[u8],
    outputs: &[f32],
    left: &mut Gradient,
    pages: &mut Pages,
) {
    let Pages { trials, course, judged, room, weights, gradient: slopes } = pages;
    slopes.shape = weights.shape;
    slopes.values.resize(weights.values.len(), 0.0);
    judged.errors.clear();
    judged.errors.resize(course.outputs.len() - outputs.len(), 0.0);
    judged.errors.extend_from_slice(outputs);
    let classes = network.classes();
    let first = course.outputs.len() - outputs.len();
    for (errors, &label) in judged.errors[first..].chunks_exact_mut(classes).zip(labels) {
        errors[usize::from(label)] -= 1.0;
    }
    let pathways = Pathways { credit, leak: 1.0 - reading.dt, feedback: &[] };
    gradient(weights, &pathways, trials, course, judged, room, slopes);
    left.clear(network, 0);
    let (recurrent, input, output) = slopes.parts_mut();
    left.recurrent[0].copy_from_slice(recurrent);
    left.weights[0].extend_from_slice(input);
    left.weights[1].copy_from_slice(output);
}

/// The network as the Connect lab holds it: the output's weights lie transposed in both.
fn copy_weights(network: &Network, weights: &mut Weights) {
    weights.shape = Shape { units: network.units[0], inputs: network.fan_in(0), outputs: network.classes() };
    weights.values.clear();
    for part in [&network.recurrent[0], &network.weights[0], &network.weights[1]] {
        weights.values.extend_from_slice(part);
    }
}

fn lay_out(data: &Images, rows: &[u32], reading: &Reading, width: usize, trials: &mut Trials) {
    let batch = rows.len();
    (trials.steps, trials.batch, trials.inputs) = (reading.steps as usize, batch, width);
    trials.input.resize(trials.steps * batch * width, 0.0);
    let mut image = vec![0.0; data.width];
    for (b, &row) in rows.iter().enumerate() {
        data.row_into(row as usize, &mut image);
        for (t, pixels) in reading.rows(&image, width).enumerate() {
            trials.input[(t * batch + b) * width..][..width].copy_from_slice(pixels);
        }
    }
}

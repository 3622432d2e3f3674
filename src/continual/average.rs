//! The plain average: every task is learnt by a network of its own, from the same initial weights, and what answers after task k
//! is the mean of the k networks' weights. No rule against forgetting should do worse.

use super::Experiment;
use super::experiment::layer_sizes;
use crate::kernels::{Device, EngineError, Memory};
use crate::net::Net;

impl<D: Device> Experiment<D> {
    /// Puts the mean so far aside, and begins anew.
    pub(super) async fn begin_anew(&mut self) -> Result<(), EngineError> {
        self.state.before = self.device.read_weights(&self.weights).await?;
        let sizes = layer_sizes(&self.spec, &self.about);
        let runs = 0..self.state.before.len();
        let nets: Vec<Net> = runs.map(|run| Net::of(&self.spec_of(run), &sizes)).collect();
        self.device.write_weights(&mut self.weights, &nets);
        self.device.write_memory(&mut self.weights, vec![Memory::default(); nets.len()]);
        Ok(())
    }

    /// Adds what was learnt to the mean of the `tasks` networks before it.
    pub(super) async fn average(&mut self, tasks: usize) -> Result<(), EngineError> {
        let mut nets = self.device.read_weights(&self.weights).await?;
        let part = 1.0 / (tasks as f64 + 1.0);
        for (net, mean) in nets.iter_mut().zip(&self.state.before) {
            mix(net, mean, part);
        }
        self.device.write_weights(&mut self.weights, &nets);
        Ok(())
    }
}

/// net ← part·net + (1 − part)·mean
fn mix(net: &mut Net, mean: &Net, part: f64) {
    for (layer, mean) in net.layers.iter_mut().zip(&mean.layers) {
        let pairs = [
            (&mut layer.weights, &mean.weights),
            (&mut layer.recurrent, &mean.recurrent),
            (&mut layer.feedback, &mean.feedback),
            (&mut layer.bias, &mean.bias),
        ];
        for (values, means) in pairs {
            for (value, &mean) in values.iter_mut().zip(means) {
                *value = (part * f64::from(*value) + (1.0 - part) * f64::from(mean)) as f32;
            }
        }
    }
}

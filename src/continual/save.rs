//! A run as bytes, and back: a continuation is the same bit for bit on the same engine, target and CPU features.
//!
//! Layout: a magic line, the SHA-256 of the rest, then [`Saved`] as postcard.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::experiment::{State, layer_sizes};
use super::{Experiment, RunError};
use crate::data::DataSet;
use crate::event::Event;
use crate::kernels::Device;
use crate::net::mrnn::Mrnn;
use crate::sleep::Sleeper;
use crate::spec::Spec;

const MAGIC: &[u8] = b"engram run 2\n";
const DIGEST: usize = 32;

#[derive(Serialize, Deserialize)]
struct Saved {
    /// JSON: the Spec and events are tagged unions, which postcard cannot read.
    spec: String,
    seeds: Vec<u32>,
    state: State,
    events: Vec<String>,
    weights: Vec<Mrnn>,
    sleepers: Option<Vec<Sleeper>>,
}

/// The Spec of a saved run: tells which data it needs.
pub fn saved_spec(bytes: &[u8]) -> Result<Spec, RunError> {
    Ok(Spec::from_json(&Saved::read(bytes)?.spec)?)
}

impl<D: Device> Experiment<D> {
    /// The whole run as bytes. Nothing is changed: the run can go on.
    pub async fn save(&mut self) -> Vec<u8> {
        let saved = Saved {
            spec: serde_json::to_string(self.spec()).expect("a Spec is plain data"),
            seeds: self.seeds(),
            events: self.state.events.iter().map(|e| serde_json::to_string(e).expect("plain data")).collect(),
            weights: self.networks().await,
            sleepers: self.read_sleepers().await,
            state: self.state.clone(),
        };
        let body = postcard::to_stdvec(&saved).expect("plain data into memory");
        [MAGIC, &Sha256::digest(&body)[..], &body].concat()
    }

    /// A saved run, to go on.
    pub fn restore(mut device: D, bytes: &[u8], set: &DataSet) -> Result<Self, RunError> {
        let saved = Saved::read(bytes)?;
        let spec = Spec::from_json(&saved.spec)?;
        saved.check(&spec, set)?;
        let events = saved.events.iter().map(|text| serde_json::from_str::<Event>(text));
        let events = events.collect::<Result<_, _>>().map_err(|e| RunError::Saved(format!("an event in it: {e}")))?;
        let weights = device.weights(&saved.weights);
        let mut experiment = Self::assemble(device, spec, &saved.seeds, set, weights)?;
        let mut state = saved.state;
        state.events = events;
        experiment.resume(state, saved.sleepers);
        Ok(experiment)
    }
}

impl Saved {
    fn read(bytes: &[u8]) -> Result<Saved, RunError> {
        let broken = |what: &str| RunError::Saved(what.into());
        let rest = bytes.strip_prefix(MAGIC).ok_or_else(|| broken("it is not a run that this version saved"))?;
        let (digest, body) = rest.split_at_checked(DIGEST).ok_or_else(|| broken("it is cut short"))?;
        if digest != &Sha256::digest(body)[..] {
            return Err(broken("it is damaged: its checksum does not match"));
        }
        postcard::from_bytes(body).map_err(|e| RunError::Saved(format!("its content does not fit this version ({e})")))
    }

    /// Whether the parts fit each other and the data.
    fn check(&self, spec: &Spec, set: &DataSet) -> Result<(), RunError> {
        let shapes: Vec<(usize, usize)> = layer_sizes(spec, set).windows(2).map(|pair| (pair[0], pair[1])).collect();
        let runs = self.seeds.len();
        let nets_fit = |nets: &[Mrnn]| nets.iter().all(|net| net.has_shape(&shapes));
        let sleepers_fit =
            |sleepers: &Vec<Sleeper>| sleepers.len() == runs && sleepers.iter().all(|s| s.has_shape(&shapes));
        let fits = runs > 0
            && self.weights.len() == runs
            && nets_fit(&self.weights)
            && nets_fit(&self.state.before)
            && self.sleepers.as_ref().is_none_or(sleepers_fit)
            && self.state.fits(spec, runs, set.classes.len(), self.sleepers.is_some());
        if fits { Ok(()) } else { Err(RunError::Saved("its parts do not fit each other or these data".into())) }
    }
}

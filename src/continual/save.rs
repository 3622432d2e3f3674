//! A run as bytes, and back: a continuation is the same bit for bit on the same engine, target and CPU features.

use serde::{Deserialize, Serialize};

use super::experiment::{State, layer_sizes};
use super::{Album, Experiment, RunError};
use crate::data::DataSet;
use crate::event::{Event, Raster};
use crate::kernels::{Device, EngineError, Memory};
use crate::net::{Net, shapes};
use crate::sealed;
use crate::sleep::{Sleeper, Wiring};
use crate::spec::{Action, EngineKind, Spec};

/// How a saved run begins; the rest is a [`Checkpoint`], sealed.
pub const MAGIC: &[u8] = b"engram run 9\n";

/// All that a run needs to go on, on any device.
#[derive(Clone, Serialize, Deserialize)]
pub struct Checkpoint {
    /// JSON, one for each run: the Spec and events are tagged unions, which postcard cannot read.
    specs: Vec<String>,
    state: State,
    events: Vec<String>,
    weights: Vec<Net>,
    memory: Vec<Memory>,
    sleepers: Option<Vec<Sleeper>>,
    /// What whoever looked on had been told, as JSON, the last report of progress last: so that a page shows the run again.
    pub(super) told: Vec<String>,
    /// Of a run that is watched: its last spikes, and its networks after each phase.
    pub(super) raster: Option<Raster>,
    pub(super) album: Option<Album>,
}

/// The Specs of saved runs, at least one: they tell which data are needed.
pub fn saved_specs(bytes: &[u8]) -> Result<Vec<Spec>, RunError> {
    Checkpoint::from_bytes(bytes)?.specs()
}

impl<D: Device> Experiment<D> {
    /// The whole run as it stands. Nothing is changed: the run can go on.
    pub async fn checkpoint(&mut self) -> Result<Checkpoint, EngineError> {
        let runs = 0..self.seeds().len();
        Ok(Checkpoint {
            specs: runs.map(|run| serde_json::to_string(&self.spec_of(run)).expect("a Spec is plain data")).collect(),
            events: self.state.events.iter().map(|e| serde_json::to_string(e).expect("plain data")).collect(),
            weights: self.networks().await?,
            memory: self.read_memory().await?,
            sleepers: self.read_sleepers().await?,
            state: self.state.clone(),
            told: Vec::new(),
            raster: self.raster().cloned(),
            album: None,
        })
    }

    /// The same as bytes.
    pub async fn save(&mut self) -> Result<Vec<u8>, EngineError> {
        Ok(self.checkpoint().await?.to_bytes())
    }

    /// A saved run, to go on.
    pub fn restore(device: D, bytes: &[u8], set: &DataSet) -> Result<Self, RunError> {
        Self::resumed(device, Checkpoint::from_bytes(bytes)?, set)
    }

    /// A run that goes on from a checkpoint.
    pub fn resumed(device: D, checkpoint: Checkpoint, set: &DataSet) -> Result<Self, RunError> {
        let specs = checkpoint.specs()?;
        checkpoint.check(&specs[0], set)?;
        let events = checkpoint.events.iter().map(|text| checkpoint.event(text)).collect::<Result<_, _>>()?;
        let mut experiment = Self::assemble(device, &specs, set, checkpoint.weights)?;
        let mut state = checkpoint.state;
        state.events = events;
        experiment.write_memory(checkpoint.memory);
        experiment.resume(state, checkpoint.sleepers, checkpoint.raster);
        Ok(experiment)
    }
}

impl Checkpoint {
    pub fn to_bytes(&self) -> Vec<u8> {
        sealed::seal(MAGIC, self)
    }

    pub fn from_bytes(bytes: &[u8]) -> Result<Checkpoint, RunError> {
        sealed::open(MAGIC, "run", bytes).map_err(|broken| RunError::Saved(broken.to_string()))
    }

    /// What was told, to be told again.
    pub(super) fn events_told(&self) -> Result<Vec<Event>, RunError> {
        self.told.iter().map(|text| self.event(text)).collect()
    }

    /// An event of one of these runs.
    fn event(&self, text: &str) -> Result<Event, RunError> {
        let event: Event = serde_json::from_str(text).map_err(|e| RunError::Saved(format!("an event in it: {e}")))?;
        let is_ours = event.run().is_none_or(|run| (run as usize) < self.specs.len());
        if is_ours {
            Ok(event)
        } else {
            Err(RunError::Saved("an event in it is of a run that it does not hold".into()))
        }
    }

    /// Gives the runs these actions, those that are still to be done at their places included.
    pub fn note_actions(&mut self, actions: &[Action]) -> Result<(), RunError> {
        let note =
            |spec| serde_json::to_string(&Spec { actions: actions.to_vec(), ..spec }).expect("a Spec is plain data");
        self.specs = self.specs()?.into_iter().map(note).collect();
        Ok(())
    }

    /// Notes the engine that the runs are to go on with.
    pub fn note_engine(&mut self, engine: EngineKind) -> Result<(), RunError> {
        let note = |spec| serde_json::to_string(&Spec { engine, ..spec }).expect("a Spec is plain data");
        self.specs = self.specs()?.into_iter().map(note).collect();
        Ok(())
    }

    /// At least one.
    pub fn specs(&self) -> Result<Vec<Spec>, RunError> {
        let specs = self.specs.iter().map(|text| Spec::from_json(text)).collect::<Result<Vec<_>, _>>()?;
        if specs.is_empty() { Err(RunError::NoRuns) } else { Ok(specs) }
    }

    /// Whether the parts fit each other and the data.
    fn check(&self, spec: &Spec, set: &DataSet) -> Result<(), RunError> {
        let runs = self.specs.len();
        let kind = spec.network.kind;
        let shapes = shapes(kind, &layer_sizes(spec, set));
        let nets_fit = |nets: &[Net]| nets.iter().all(|net| net.has_shape(&shapes, kind));
        let sleepers_fit = |sleepers: &Vec<Sleeper>| {
            sleepers.len() == runs && sleepers.iter().all(|s| s.has_shape(&shapes, Wiring::of(kind)))
        };
        let fits = self.weights.len() == runs
            && nets_fit(&self.weights)
            && nets_fit(&self.state.before)
            && self.memory.len() == runs
            && self.memory.iter().all(|memory| memory.fits(&shapes))
            && self.sleepers.as_ref().is_none_or(sleepers_fit)
            && self.album.as_ref().is_none_or(|album| album.has_shape(&shapes, kind))
            && self.state.fits(spec, runs, set.classes.len(), self.sleepers.is_some());
        if fits { Ok(()) } else { Err(RunError::Saved("its parts do not fit each other or these data".into())) }
    }
}

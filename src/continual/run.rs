//! A run on an engine, which may change: when a GPU is lost the run goes on from its last checkpoint, on a new device or
//! on the CPU; and a person may ask for another.

use std::collections::VecDeque;

use super::engine::{Choice, choose, on_cpu, on_gpu};
use super::{Album, Checkpoint, Experiment, RunError};
use crate::clock;
use crate::data::DataSet;
use crate::event::{EngineUsed, Event, Raster};
use crate::kernels::EngineError;
use crate::kernels::cpu::Cpu;
use crate::kernels::gpu::Gpu;
use crate::net::Net;
use crate::spec::{Act, EngineKind, Spec};

/// Seconds between two checkpoints, at least, and how many times what a checkpoint takes.
const BETWEEN: f64 = 5.0;
const SHARE: f64 = 20.0;
/// Devices that a run may lose before it stays on the CPU.
const MOST_LOSSES: u32 = 2;

/// One or more runs side by side, as [`Experiment`].
pub struct Run {
    engine: Engine,
    used: EngineUsed,
    /// What is told before the experiment's own events.
    waiting: VecDeque<Event>,
    /// Of a run on a GPU: where it goes on without it.
    checkpoint: Option<Checkpoint>,
    /// When the next one is due.
    due: f64,
    losses: u32,
    told: Told,
    /// Of a run that is watched.
    album: Option<Album>,
    /// Whether every step of a sleep is watched.
    closely: bool,
}

/// What whoever looks on was told, as JSON.
#[derive(Default)]
struct Told {
    events: Vec<String>,
    /// The last report of progress: the ones before are of no interest any more.
    progress: Option<String>,
}

impl Told {
    fn note(&mut self, event: &Event) {
        let text = serde_json::to_string(event).expect("plain data");
        match event {
            Event::Progress { .. } => self.progress = Some(text),
            _ => self.events.push(text),
        }
    }

    fn all(&self) -> Vec<String> {
        self.events.iter().chain(&self.progress).cloned().collect()
    }
}

enum Engine {
    Cpu(Box<Experiment<Cpu>>),
    Gpu(Box<Experiment<Gpu>>),
}

/// The experiment, whichever engine computes it.
macro_rules! on {
    ($engine:expr, $experiment:ident => $value:expr) => {
        match $engine {
            Engine::Cpu($experiment) => $value,
            Engine::Gpu($experiment) => $value,
        }
    };
}

impl Run {
    /// Prepares runs on the engine that their Specs name, or that is faster.
    pub async fn new(specs: &[Spec], set: &DataSet) -> Result<Run, RunError> {
        let (choice, used) = choose(specs, set, 1).await;
        Run::on(choice, used, specs, set).await
    }

    /// Prepares runs on an engine that was chosen. One that cannot hold them gives way to the CPU.
    pub async fn on(choice: Choice, used: EngineUsed, specs: &[Spec], set: &DataSet) -> Result<Run, RunError> {
        let mut run = match choice {
            Choice::Cpu => Run::of(Engine::Cpu(Box::new(Experiment::population(Cpu, specs, set)?)), used),
            Choice::Gpu(gpu) => Run::of(Engine::Gpu(Box::new(Experiment::population(*gpu, specs, set)?)), used),
        };
        if let Err(error) = run.begin(specs.len()).await {
            let used = EngineUsed { kind: EngineKind::Cpu, adapter: None, reason: error.to_string(), ..run.used };
            run = Run::of(Engine::Cpu(Box::new(Experiment::population(Cpu, specs, set)?)), used);
            run.begin(specs.len()).await?;
        }
        run.announce_first(&specs[0]);
        Ok(run)
    }

    /// A saved run, to go on.
    pub async fn restore(bytes: &[u8], set: &DataSet) -> Result<Run, RunError> {
        let mut checkpoint = Checkpoint::from_bytes(bytes)?;
        let specs = checkpoint.specs()?;
        let told = checkpoint.events_told()?;
        let (choice, used) = choose(&specs, set, 1).await;
        let mut album = checkpoint.album.take();
        // What it takes up is counted, not believed.
        album.iter_mut().for_each(|album| album.cut(album.len()));
        let mut run = Run::of(resumed(choice, checkpoint.clone(), set)?, used);
        told.iter().for_each(|event| run.told.note(event));
        run.album = album;
        run.hold(checkpoint);
        run.announce_first(&specs[0]);
        Ok(run)
    }

    /// Hears that the runs have started, which costs nothing, and keeps a first checkpoint.
    async fn begin(&mut self, runs: usize) -> Result<(), EngineError> {
        for _ in 0..runs {
            self.waiting.extend(on!(&mut self.engine, experiment => experiment.next().await)?);
        }
        self.keep_checkpoint().await
    }

    fn of(engine: Engine, used: EngineUsed) -> Run {
        let (waiting, told) = (VecDeque::new(), Told::default());
        Run { engine, used, waiting, checkpoint: None, due: 0.0, losses: 0, told, album: None, closely: false }
    }

    /// The next event; `None` once all runs have ended.
    ///
    /// # Errors
    /// When the engine fails: see [`Run::recover`].
    pub async fn next(&mut self) -> Result<Option<Event>, EngineError> {
        if let Some(event) = self.waiting.pop_front() {
            self.told.note(&event);
            return Ok(Some(event));
        }
        let mut event = on!(&mut self.engine, experiment => experiment.next().await)?;
        if let Some(Event::Finished(finished)) = &mut event {
            finished.engine = Some(self.used.clone());
        }
        if let Some(event) = &event {
            self.told.note(event);
        }
        if let (Some(Event::Phase(report)), Some(album)) = (&event, &mut self.album) {
            album.cut(report.phase as usize + 1); // a phase may be told again
            on!(&self.engine, experiment => experiment.measured()).iter().for_each(|net| album.keep(net));
        }
        let is_due = matches!(event, Some(Event::Phase(_))) || clock::now() > self.due;
        if is_due && !on!(&self.engine, experiment => experiment.has_news()) {
            self.keep_checkpoint().await?;
        }
        Ok(event)
    }

    /// Goes on from the last checkpoint after the engine failed: on a new device if the old one was lost, else on the
    /// CPU. An event says so; what was told of later work is told again.
    pub async fn recover(&mut self, error: EngineError, set: &DataSet) -> Result<(), RunError> {
        let mut checkpoint = self.checkpoint.clone().ok_or(error.clone())?;
        // What a person did since is done again, where it was done.
        checkpoint.note_actions(&self.spec().actions)?;
        self.losses += 1;
        let gpu = match error {
            EngineError::Lost(_) if self.losses < MOST_LOSSES => Gpu::open().await.ok(),
            _ => None,
        };
        // A browser whose GPU failed may offer a program in its place.
        let had_program = self.used.adapter.as_ref().is_some_and(|adapter| adapter.software);
        let gpu = gpu.filter(|gpu| had_program || !gpu.adapter().software);
        let reason = "the engine before failed";
        let (choice, used) = match gpu {
            Some(gpu) => {
                let used = on_gpu(&gpu, reason.into(), Vec::new());
                (Choice::Gpu(Box::new(gpu)), used)
            }
            None => on_cpu(reason.into(), Vec::new()),
        };
        self.go_on(choice, used, checkpoint, set)?;
        self.announce(Some(error.to_string()), true);
        Ok(())
    }

    /// Goes on with the engine that `kind` names, from here.
    pub async fn change_engine(&mut self, kind: EngineKind, set: &DataSet) -> Result<(), RunError> {
        let mut checkpoint = self.checkpoint().await?;
        checkpoint.note_engine(kind)?;
        let (choice, used) = choose(&checkpoint.specs()?, set, 1).await;
        let failure = (kind == EngineKind::Gpu && matches!(choice, Choice::Cpu)).then(|| used.reason.clone());
        self.go_on(choice, used, checkpoint, set)?;
        self.announce(failure, false);
        Ok(())
    }

    fn go_on(
        &mut self,
        choice: Choice,
        used: EngineUsed,
        checkpoint: Checkpoint,
        set: &DataSet,
    ) -> Result<(), RunError> {
        self.engine = resumed(choice, checkpoint.clone(), set)?;
        self.told = Told::default();
        checkpoint.events_told()?.iter().for_each(|event| self.told.note(event));
        self.hold(checkpoint);
        self.used = used;
        if self.album.is_some() {
            on!(&mut self.engine, experiment => experiment.watch());
        }
        if self.closely {
            self.watch_closely();
        }
        Ok(())
    }

    /// The runs as they stand, with what was told of them; without the album, which outlives an engine.
    async fn checkpoint(&mut self) -> Result<Checkpoint, EngineError> {
        let mut checkpoint = on!(&mut self.engine, experiment => experiment.checkpoint().await)?;
        checkpoint.told = self.told.all();
        Ok(checkpoint)
    }

    /// Keeps where a run on a GPU goes on without it: nothing is lost with a CPU.
    fn hold(&mut self, checkpoint: Checkpoint) {
        self.checkpoint = matches!(self.engine, Engine::Gpu(_)).then_some(checkpoint);
    }

    async fn keep_checkpoint(&mut self) -> Result<(), EngineError> {
        if matches!(self.engine, Engine::Gpu(_)) {
            let start = clock::now();
            self.checkpoint = Some(self.checkpoint().await?);
            let now = clock::now();
            self.due = now + BETWEEN.max(SHARE * (now - start));
        }
        Ok(())
    }

    /// Says what computes, and why it is not what was asked for.
    fn announce_first(&mut self, spec: &Spec) {
        let is_missing = spec.engine == EngineKind::Gpu && self.used.kind == EngineKind::Cpu;
        self.announce(is_missing.then(|| self.used.reason.clone()), false);
    }

    fn announce(&mut self, failure: Option<String>, went_back: bool) {
        let (phase, done) = on!(&self.engine, experiment => experiment.place());
        self.waiting.push_back(Event::Engine { engine: self.used.clone(), failure, went_back, phase, done });
    }

    pub fn engine(&self) -> &EngineUsed {
        &self.used
    }

    /// Gives the GPU up, as a driver that fails does: for tests.
    pub fn lose_gpu(&mut self) {
        if let Engine::Gpu(experiment) = &mut self.engine {
            experiment.device_mut().lose();
        }
    }

    /// Keeps single spikes, and the first run's network after every phase, from now on.
    pub fn watch(&mut self) {
        on!(&mut self.engine, experiment => experiment.watch());
        let (phases, stands_between) = on!(&self.engine, experiment => experiment.phases_done());
        self.album.get_or_insert_with(|| {
            let mut album = Album::without(if stands_between { phases } else { phases + 1 });
            if stands_between {
                on!(&self.engine, experiment => experiment.measured()).iter().take(1).for_each(|net| album.keep(net));
            }
            album
        });
    }

    /// See [`Experiment::watch_closely`].
    pub fn watch_closely(&mut self) {
        self.closely = true;
        on!(&mut self.engine, experiment => experiment.watch_closely());
    }

    /// Of a run that is watched: its networks after each phase.
    pub fn album(&self) -> Option<&Album> {
        self.album.as_ref()
    }

    /// What was told so far; of reports of progress the last one alone.
    ///
    /// # Errors
    /// Never for what a run itself told.
    pub fn told(&self) -> Result<Vec<Event>, RunError> {
        let read = |text: &String| serde_json::from_str(text).map_err(|e| RunError::Saved(e.to_string()));
        self.told.all().iter().map(read).collect()
    }

    /// Whether there is nothing more to tell or to do.
    pub fn is_over(&self) -> bool {
        self.waiting.is_empty() && on!(&self.engine, experiment => experiment.is_over())
    }

    pub fn raster(&self) -> Option<&Raster> {
        on!(&self.engine, experiment => experiment.raster())
    }

    pub fn spec(&self) -> &Spec {
        on!(&self.engine, experiment => experiment.spec())
    }

    /// See [`Experiment::act`].
    pub fn act(&mut self, act: Act) -> Result<(), RunError> {
        on!(&mut self.engine, experiment => experiment.act(act))
    }

    /// See [`Experiment::measured`].
    pub fn measured(&self) -> &[Net] {
        on!(&self.engine, experiment => experiment.measured())
    }

    pub async fn networks(&mut self) -> Result<Vec<Net>, EngineError> {
        on!(&mut self.engine, experiment => experiment.networks().await)
    }

    /// The runs as bytes; as they were at the last checkpoint, if the engine fails.
    pub async fn save(&mut self) -> Result<Vec<u8>, RunError> {
        let mut checkpoint = match (self.checkpoint().await, &self.checkpoint) {
            (Err(_), Some(checkpoint)) => {
                let mut checkpoint = checkpoint.clone();
                checkpoint.note_actions(&self.spec().actions)?;
                checkpoint
            }
            (saved, _) => saved?,
        };
        checkpoint.told.extend(self.waiting.iter().map(|event| serde_json::to_string(event).expect("plain data")));
        // It is large: lent, not copied.
        checkpoint.album = self.album.take();
        let bytes = checkpoint.to_bytes();
        self.album = checkpoint.album;
        Ok(bytes)
    }

    /// Events that wait, and cost no work.
    pub fn news(&self) -> usize {
        self.waiting.len()
    }
}

fn resumed(choice: Choice, checkpoint: Checkpoint, set: &DataSet) -> Result<Engine, RunError> {
    Ok(match choice {
        Choice::Cpu => Engine::Cpu(Box::new(Experiment::resumed(Cpu, checkpoint, set)?)),
        Choice::Gpu(gpu) => Engine::Gpu(Box::new(Experiment::resumed(*gpu, checkpoint, set)?)),
    })
}

//! `engram tune`: a search whose evaluations are done side by side on the machine's cores, or as replicas on its GPU.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

use pollster::block_on;

use super::args::{Budget, TuneArgs};
use super::run::stop_on_interrupt;
use super::{Failure, cores, print, report, source};
use crate::continual::engine::{Choice, choose, on_cpu};
use crate::continual::{Experiment, Run, RunError};
use crate::data::{DataSet, cache};
use crate::event::EngineUsed;
use crate::kernels::cpu::Cpu;
use crate::kernels::gpu::Gpu;
use crate::spec::{EngineKind, Spec};
use crate::tune::{Errand, Judge, Log, Search, Tried, TriedOrder, TuneError, Tuner, Tuning, with};

/// Runs that a GPU does at once, at most.
const SIDE_BY_SIDE: usize = 64;
/// How often a worker that has nothing to do looks up.
const NAP: Duration = Duration::from_millis(100);

pub fn tune(args: &TuneArgs) -> Result<(), Failure> {
    let (spec, name) = source::spec_with(&args.source, &args.set, args.engine.as_deref())?;
    let text = fs::read_to_string(&args.space).map_err(|e| Failure::Usage(format!("{}: {e}", args.space.display())))?;
    let tuning = tuning(&text)?;
    let mut tuner = Tuner::new(&spec, tuning.clone())?;
    let out = args.out.clone().unwrap_or_else(|| PathBuf::from(format!("{name}-tune.jsonl")));
    let search = Search { spec, tuning };
    let log = open_log(&out, &search, &mut tuner)?;
    let spec = search.spec;
    let set = cache::load(&spec.data.name)?;
    let stop = stop_on_interrupt()?;
    let before = tuner.told().len();
    let desk = Desk { state: Mutex::new(State { tuner, log, out: 0, failure: None }), told: Condvar::new() };
    let crew = Crew { desk, set: &set, stop: &stop, budget: args.budget, start: Instant::now(), quiet: args.quiet };
    crew.work(&spec, args.threads.map_or(cores(), usize::from));
    crew.conclude(args, &spec, before, &out)
}

/// What `--space` names: a tuning, or the log of a search, whose it is.
fn tuning(text: &str) -> Result<Tuning, TuneError> {
    if text.starts_with("{\"search\":") { Ok(Log::read(text)?.search.tuning) } else { Tuning::from_json(text) }
}

/// The log, to be added to; what it holds already is told to the tuner.
fn open_log(path: &Path, search: &Search, tuner: &mut Tuner) -> Result<File, Failure> {
    let failed = |e: &dyn std::fmt::Display| Failure::Failed(format!("{}: {e}", path.display()));
    let text = if path.exists() { fs::read_to_string(path).map_err(|e| failed(&e))? } else { String::new() };
    if !text.is_empty() {
        let Log { search: other, evaluations } = Log::read(&text).map_err(|e| failed(&e))?;
        if other != *search {
            let why = "is the log of another search: name another file with --out";
            return Err(Failure::Usage(format!("{} {why}", path.display())));
        }
        tuner.resume(evaluations)?;
    }
    cache::write(path, search.log(tuner.told()).as_bytes())?;
    OpenOptions::new().append(true).open(path).map_err(|e| failed(&e))
}

/// Where work is handed out and results are brought.
struct Desk {
    state: Mutex<State>,
    told: Condvar,
}

struct State {
    tuner: Tuner,
    log: File,
    /// Errands that are being done.
    out: usize,
    failure: Option<Failure>,
}

impl State {
    /// The next errand that may be done now; where there can be none, the search is over.
    fn hand_out(&mut self) -> Option<Errand> {
        match self.tuner.hand_out() {
            Ok(errand) => {
                self.out += usize::from(errand.is_some());
                errand
            }
            Err(error) => {
                self.failure.get_or_insert(error.into());
                None
            }
        }
    }
}

struct Crew<'a> {
    desk: Desk,
    set: &'a DataSet,
    stop: &'a AtomicBool,
    budget: Budget,
    start: Instant,
    quiet: bool,
}

impl Crew<'_> {
    fn work(&self, spec: &Spec, threads: usize) {
        let (choice, used) = self.choose(spec, threads);
        if let Choice::Gpu(gpu) = choice {
            return self.work_on_gpu(*gpu, &used);
        }
        thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    while let Some(errand) = self.take() {
                        let trials = self.try_orders(&errand);
                        self.bring(&[errand], trials.map(|trials| vec![trials]));
                    }
                });
            }
        });
    }

    /// What computes: a GPU only where the points differ in nothing but what its replicas may.
    fn choose(&self, spec: &Spec, threads: usize) -> (Choice, EngineUsed) {
        let only_sleep = self.lock().tuner.tuning().fields.keys().all(|field| field.starts_with("sleep."));
        if spec.engine != EngineKind::Gpu && !only_sleep {
            return on_cpu("side by side a GPU's networks differ in their sleep alone".into(), Vec::new());
        }
        block_on(choose(&vec![spec.clone(); SIDE_BY_SIDE], self.set, threads))
    }

    /// Whether no more is to be begun.
    fn is_over(&self, state: &State) -> bool {
        let spent = match self.budget {
            Budget::Evaluations(count) => state.tuner.told().len() + state.out >= count,
            Budget::Time(time) => self.start.elapsed() >= time,
        };
        spent || state.failure.is_some() || self.stop.load(Ordering::Relaxed)
    }

    /// The next errand; waits for one, unless the search is over.
    fn take(&self) -> Option<Errand> {
        let mut state = self.lock();
        while !self.is_over(&state) {
            if let Some(errand) = state.hand_out() {
                return Some(errand);
            }
            state = self.desk.told.wait_timeout(state, NAP).expect("nobody panics at the desk").0;
        }
        None
    }

    /// All errands that may be done now, up to as many runs as a GPU does at once.
    fn take_many(&self) -> Vec<Errand> {
        let mut errands: Vec<Errand> = self.take().into_iter().collect();
        let runs = |errands: &[Errand]| errands.iter().map(|errand| errand.specs.len()).sum::<usize>();
        let mut state = self.lock();
        while !errands.is_empty() && !self.is_over(&state) && runs(&errands) + errands[0].specs.len() <= SIDE_BY_SIDE {
            let Some(errand) = state.hand_out() else { break };
            errands.push(errand);
        }
        errands
    }

    /// One order after another, up to the first that is given up; `None` when somebody stops it.
    fn try_orders(&self, errand: &Errand) -> Result<Option<Vec<TriedOrder>>, Failure> {
        let mut trials = Vec::new();
        for spec in &errand.specs {
            let mut judge = Judge::new(spec);
            let mut run = Experiment::population(Cpu, std::slice::from_ref(spec), self.set)?;
            while let Some(event) = block_on(run.next()).map_err(RunError::from)? {
                if self.stop.load(Ordering::Relaxed) {
                    return Ok(None);
                }
                if judge.hear(&event) {
                    break;
                }
            }
            trials.push(judge.verdict());
            if trials.last().is_some_and(|trial| trial.given_up.is_some()) {
                break;
            }
        }
        Ok(Some(trials))
    }

    fn work_on_gpu(&self, gpu: Gpu, used: &EngineUsed) {
        let mut gpu = Some(gpu);
        loop {
            let errands = self.take_many();
            if errands.is_empty() {
                return;
            }
            let opened = match gpu.take() {
                Some(gpu) => Ok(gpu),
                None => block_on(Gpu::open()).map_err(|e| Failure::Failed(e.to_string())),
            };
            let trials = opened.and_then(|gpu| self.try_side_by_side(gpu, used, &errands));
            self.bring(&errands, trials);
        }
    }

    /// All runs of some errands at once. One that is given up goes on beside the others; what it did later does not count.
    fn try_side_by_side(
        &self,
        gpu: Gpu,
        used: &EngineUsed,
        errands: &[Errand],
    ) -> Result<Vec<Option<Vec<TriedOrder>>>, Failure> {
        let specs: Vec<Spec> = errands.iter().flat_map(|errand| errand.specs.clone()).collect();
        let mut judges: Vec<Judge> = specs.iter().map(Judge::new).collect();
        let mut heard = vec![false; specs.len()];
        let mut run = block_on(Run::on(Choice::Gpu(Box::new(gpu)), used.clone(), &specs, self.set))?;
        loop {
            if self.stop.load(Ordering::Relaxed) {
                return Ok(vec![None; errands.len()]);
            }
            let event = match block_on(run.next()) {
                Ok(Some(event)) => event,
                Ok(None) => break,
                Err(error) => {
                    block_on(run.recover(error, self.set))?;
                    continue;
                }
            };
            let of = event.run().map_or(0..specs.len(), |run| run as usize..run as usize + 1);
            for run in of.filter(|&run| !heard[run]).collect::<Vec<_>>() {
                heard[run] = judges[run].hear(&event);
            }
        }
        // All took the device's time together.
        let share = specs.len() as f64;
        let mut verdicts = judges.into_iter().map(|judge| {
            let trial = judge.verdict();
            TriedOrder { seconds: trial.seconds / share, ..trial }
        });
        Ok(errands.iter().map(|errand| Some(verdicts.by_ref().take(errand.specs.len()).collect())).collect())
    }

    /// Brings what came of errands: `None` for one that was interrupted.
    fn bring(&self, errands: &[Errand], trials: Result<Vec<Option<Vec<TriedOrder>>>, Failure>) {
        let mut state = self.lock();
        state.out -= errands.len();
        match trials {
            Ok(trials) => {
                for (errand, trials) in errands.iter().zip(trials) {
                    let Some(trials) = trials else { continue };
                    let evaluation = state.tuner.evaluation(errand, trials);
                    if let Err(failure) = state.note(evaluation) {
                        state.failure.get_or_insert(failure);
                        break;
                    }
                    self.tell(&state);
                }
            }
            Err(failure) => {
                state.failure.get_or_insert(failure);
            }
        }
        drop(state);
        self.desk.told.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.desk.state.lock().expect("nobody panics at the desk")
    }

    /// A line about the last evaluation.
    fn tell(&self, state: &State) {
        let (Some(evaluation), false) = (state.tuner.told().last(), self.quiet) else { return };
        let result = match evaluation.trials.iter().find_map(|trial| trial.given_up) {
            Some(why) => format!("given up ({why:?})").to_lowercase(),
            None => report::percent(&accuracies(evaluation)) + " %",
        };
        let best = state.tuner.best().map_or("none yet".into(), |best| report::percent(&accuracies(best)) + " %");
        let Tried { generation, point, rung, .. } = evaluation;
        let number = state.tuner.told().len();
        eprintln!("{number}: generation {generation}, point {point}, rung {rung}: {result}; best {best}");
    }

    /// Says what was found, and what it cost.
    fn conclude(self, args: &TuneArgs, spec: &Spec, before: usize, out: &Path) -> Result<(), Failure> {
        let State { tuner, failure, .. } = self.desk.state.into_inner().expect("nobody panics at the desk");
        if let Some(failure) = failure {
            return Err(failure);
        }
        let told = tuner.told();
        let given_up = told.iter().filter(|evaluation| evaluation.is_given_up()).count();
        let hours = told.iter().map(Tried::seconds).sum::<f64>() / 3600.0;
        let mut text = format!(
            "{} evaluations ({} of this command), {given_up} of them given up; {hours:.2} core-hours; all in {}\n",
            told.len(),
            told.len() - before,
            out.display()
        );
        if let Some(best) = tuner.best() {
            let found = with(spec, &best.parameters)?;
            let command: String =
                best.parameters.iter().map(|(path, value)| format!(" --set {path}={value}")).collect();
            let orders = best.trials.len();
            text += &format!(
                "best, on held-back data over {orders} orders: {} % (mean ± s.d.)\n",
                report::percent(&accuracies(best))
            );
            text += &format!("engram run {}{command}\n", args.source);
            if let Some(file) = &args.best {
                cache::write(file, (serde_json::to_string_pretty(&found).expect("plain data") + "\n").as_bytes())?;
                text += &format!("its Spec is in {}\n", file.display());
            }
        }
        if !args.quiet {
            print(&text)?;
        }
        if self.stop.load(Ordering::Relaxed) { Err(Failure::Interrupted) } else { Ok(()) }
    }
}

impl State {
    fn note(&mut self, evaluation: Tried) -> Result<(), Failure> {
        let line = evaluation.line();
        self.tuner.tell(evaluation)?;
        self.log.write_all(line.as_bytes()).map_err(|e| Failure::Failed(format!("the log cannot be written ({e})")))
    }
}

fn accuracies(evaluation: &Tried) -> Vec<f64> {
    evaluation.trials.iter().map(|trial| trial.accuracy).collect()
}

//! `engram run`: seeds side by side, one experiment each on the machine's cores, or all in one on its GPU.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::{fs, process, thread};

use pollster::block_on;

use super::args::RunArgs;
use super::output::Output;
use super::report::{self, Screen};
use super::{Failure, cores, source};
use crate::continual::engine::{Choice, choose};
use crate::continual::{Run, RunError, saved_specs};
use crate::data::{DataSet, cache, catalogue};
use crate::event::{EngineUsed, Event, Finished};
use crate::kernels::gpu::Gpu;
use crate::net::weights::to_safetensors;
use crate::spec::{EngineKind, Spec};

/// Runs to be done by one engine, side by side.
struct Job {
    specs: Vec<Spec>,
    /// The number of the first of them.
    first: usize,
    begin: Begin,
    /// Where it is saved when it is interrupted.
    file: PathBuf,
}

enum Begin {
    /// On an engine that was chosen for it.
    Anew(Mutex<Option<Choice>>, EngineUsed),
    /// From the bytes of a saved run.
    Saved(Vec<u8>, Retell),
}

/// Whether what a saved run had told is told again, because nobody kept it.
#[derive(Clone, Copy, PartialEq)]
enum Retell {
    Yes,
    No,
}

/// Runs that a GPU does at once, at most.
const SIDE_BY_SIDE: usize = 64;

/// How a run ended.
enum End {
    Finished(Box<Finished>),
    /// It diverged or failed, and that was said.
    Failed,
    /// Saved, alone or with others.
    Interrupted(PathBuf),
}

pub fn run(args: RunArgs) -> Result<(), Failure> {
    let threads = args.threads.map_or(cores(), usize::from);
    let asked = asked(&args)?;
    let sets = load(&asked)?;
    let stop = stop_on_interrupt()?;
    let output = Output::new(args.out.as_deref(), !args.resume.is_empty())?;
    let jobs = jobs(asked, &sets, threads);
    let screen = Screen::new(jobs.iter().map(|job| job.specs.len()).sum(), args.quiet);
    let keep = Keep { run: args.save, weights: args.weights };
    let (broken, gpu) = (OnceLock::new(), Mutex::new(()));
    let crew = Crew { jobs: &jobs, sets: &sets, stop: &stop, output, broken, screen, gpu, keep };
    let ends = crew.work(threads);
    crew.conclude(ends)
}

/// What was asked for, before anybody knows what computes it.
enum Asked {
    Anew { specs: Vec<Spec>, name: String },
    Saved { specs: Vec<Spec>, bytes: Vec<u8>, file: PathBuf, retell: Retell },
}

impl Asked {
    fn specs(&self) -> &[Spec] {
        match self {
            Asked::Anew { specs, .. } | Asked::Saved { specs, .. } => specs,
        }
    }
}

fn asked(args: &RunArgs) -> Result<Vec<Asked>, Failure> {
    let Some(source) = &args.source else {
        return args.resume.iter().map(|file| resumed(file, Retell::No)).collect();
    };
    if source::is_saved_run(source) {
        if !args.set.is_empty() || args.seeds.is_some() || args.engine.is_some() {
            let message =
                format!("{source} is a saved run: it goes on as it began, without --set, --seeds or --engine");
            return Err(Failure::Usage(message));
        }
        return Ok(vec![resumed(Path::new(source), Retell::Yes)?]);
    }
    let (spec, name) = source::spec_with(source, &args.set, args.engine.as_deref())?;
    let seeds = args.seeds.as_ref().map_or(vec![spec.seed], |seeds| seeds.0.clone());
    let specs = seeds.into_iter().map(|seed| Spec { seed, ..spec.clone() }).collect();
    Ok(vec![Asked::Anew { specs, name }])
}

/// Deals the runs out: one by one where the CPU computes them, side by side on a GPU.
fn jobs(asked: Vec<Asked>, sets: &BTreeMap<String, DataSet>, threads: usize) -> Vec<Job> {
    let mut jobs = Vec::new();
    let mut first = 0;
    for asked in asked {
        match asked {
            Asked::Saved { specs, bytes, file, retell } => {
                let count = specs.len();
                jobs.push(Job { specs, first, begin: Begin::Saved(bytes, retell), file });
                first += count;
            }
            Asked::Anew { specs, name } => {
                let side_by_side = &specs[..specs.len().min(SIDE_BY_SIDE)];
                let (choice, used) = block_on(choose(side_by_side, &sets[&specs[0].data.name], threads));
                let is_gpu = matches!(choice, Choice::Gpu(_));
                let mut chosen = Some(choice);
                for specs in specs.chunks(if is_gpu { SIDE_BY_SIDE } else { 1 }) {
                    let file = PathBuf::from(match specs {
                        [one] => format!("{name}-seed-{}.engram", one.seed),
                        [start, .., end] => format!("{name}-seeds-{}-{}.engram", start.seed, end.seed),
                        [] => continue,
                    });
                    let chosen = if is_gpu { chosen.take() } else { Some(Choice::Cpu) };
                    let begin = Begin::Anew(Mutex::new(chosen), used.clone());
                    jobs.push(Job { specs: specs.to_vec(), first, begin, file });
                    first += specs.len();
                }
            }
        }
    }
    jobs
}

fn resumed(file: &Path, retell: Retell) -> Result<Asked, Failure> {
    let failure = |message: String| Failure::Failed(format!("{}: {message}", file.display()));
    let bytes = fs::read(file).map_err(|e| failure(e.to_string()))?;
    let specs = saved_specs(&bytes).map_err(|e| failure(e.to_string()))?;
    Ok(Asked::Saved { specs, bytes, file: file.to_path_buf(), retell })
}

/// The data sets that are needed, by name, each loaded once.
fn load(asked: &[Asked]) -> Result<BTreeMap<String, DataSet>, Failure> {
    let mut sets = BTreeMap::new();
    for spec in asked.iter().flat_map(Asked::specs) {
        let name = &spec.data.name;
        if !sets.contains_key(name) {
            sets.insert(name.clone(), cache::load(name)?);
        }
    }
    Ok(sets)
}

/// A flag that the first Ctrl-C (or request to terminate) sets; the second one quits at once.
pub fn stop_on_interrupt() -> Result<Arc<AtomicBool>, Failure> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = stop.clone();
    let handler = move || {
        if flag.swap(true, Ordering::Relaxed) {
            process::exit(Failure::Interrupted.code().into());
        }
    };
    ctrlc::set_handler(handler).map_err(|e| Failure::Failed(format!("Ctrl-C cannot be watched for ({e})")))?;
    Ok(stop)
}

/// What all runs share.
struct Crew<'a> {
    jobs: &'a [Job],
    sets: &'a BTreeMap<String, DataSet>,
    stop: &'a AtomicBool,
    output: Output,
    /// Why the output cannot be written any more.
    broken: OnceLock<String>,
    screen: Screen,
    gpu: Mutex<()>,
    keep: Keep,
}

/// What is written beside the results, once a run is over.
struct Keep {
    run: bool,
    weights: bool,
}

impl Crew<'_> {
    /// Does all jobs, so many at a time; the runs' ends in their order.
    fn work(&self, threads: usize) -> Vec<End> {
        let next = AtomicUsize::new(0);
        let ends = Mutex::new(BTreeMap::new());
        thread::scope(|scope| {
            for _ in 0..threads.min(self.jobs.len()) {
                scope.spawn(|| {
                    while let Some(job) = self.jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let of_job = self.job(job).unwrap_or_else(|failure| {
                            self.screen.alert(&format!("error: seed {}: {failure}", job.specs[0].seed));
                            job.specs.iter().map(|_| End::Failed).collect()
                        });
                        ends.lock().expect("inserting does not panic").extend((job.first..).zip(of_job));
                    }
                });
            }
        });
        ends.into_inner().expect("inserting does not panic").into_values().collect()
    }

    fn job(&self, job: &Job) -> Result<Vec<End>, Failure> {
        let set = &self.sets[&job.specs[0].data.name];
        // One GPU computes one job at a time.
        let on_gpu = matches!(&job.begin, Begin::Anew(_, used) if used.kind == EngineKind::Gpu);
        let _alone = on_gpu.then(|| self.gpu.lock().expect("nobody panics with it"));
        let mut run = block_on(begin(job, set))?;
        let mut ends: Vec<End> = job.specs.iter().map(|_| End::Failed).collect();
        if self.keep.run && job.specs.len() == 1 {
            run.watch(); // the page shows spikes, and networks of every phase
        }
        if let Begin::Saved(_, retell) = job.begin {
            self.retell(&run, job, retell, &mut ends)?;
        }
        loop {
            if self.stop.load(Ordering::Relaxed) {
                let file = save(&mut run, job)?;
                let is_over = |end: &End| matches!(end, End::Finished(_));
                ends.iter_mut().filter(|end| !is_over(end)).for_each(|end| *end = End::Interrupted(file.clone()));
                return Ok(ends);
            }
            let event = match block_on(run.next()) {
                Ok(Some(event)) => event,
                Ok(None) => {
                    self.keep(&mut run, job)?;
                    return Ok(ends);
                }
                Err(error) => {
                    block_on(run.recover(error, set))?;
                    continue;
                }
            };
            self.screen.progress(&event, job.first, &job.specs);
            if let Err(e) = self.output.write(&event, job.first as u32) {
                // Results that cannot be written are not worth computing: all runs stop, and are saved.
                self.broken.get_or_init(|| e.to_string());
                self.stop.store(true, Ordering::Relaxed);
            }
            match event {
                Event::Engine { engine, failure, went_back, .. } => {
                    self.tell_engine(job, &engine, failure.as_deref(), went_back);
                }
                Event::Diverged { run, name, step, layer, message, .. } => {
                    self.tell_diverged(job, run, &name, step, &layer, &message);
                }
                Event::Finished(finished) => {
                    self.screen.say(&report::summary(&finished));
                    let run = finished.run as usize;
                    ends[run] = End::Finished(finished);
                }
                _ => {}
            }
        }
    }

    /// Takes up what a saved run had told: a result counts, and lines that nobody kept are written.
    fn retell(&self, run: &Run, job: &Job, retell: Retell, ends: &mut [End]) -> Result<(), Failure> {
        for event in run.told()? {
            if retell == Retell::Yes {
                self.output.write(&event, job.first as u32).map_err(|e| Failure::Failed(e.to_string()))?;
            }
            match event {
                Event::Diverged { run, name, step, layer, message, .. } => {
                    self.tell_diverged(job, run, &name, step, &layer, &message);
                }
                Event::Finished(finished) => {
                    let run = finished.run as usize;
                    ends[run] = End::Finished(finished);
                }
                // It went on after its end.
                Event::Acted { run, .. } => ends[run as usize] = End::Failed,
                _ => {}
            }
        }
        for end in ends {
            if let End::Finished(finished) = end {
                self.screen.say(&report::summary(finished));
            }
        }
        Ok(())
    }

    fn tell_diverged(&self, job: &Job, run: u32, name: &str, step: u64, layer: &str, message: &str) {
        let seed = job.specs[run as usize].seed;
        self.screen.alert(&format!("seed {seed} diverged in {name}, step {step}, {layer}: {message}"));
    }

    /// Writes what was asked for beside the results.
    fn keep(&self, run: &mut Run, job: &Job) -> Result<(), Failure> {
        if self.keep.run {
            let file = save(run, job)?;
            let file = file.display();
            self.screen.say(&match job.specs.len() {
                1 => format!("the run is kept in {file}: the page opens it"),
                count => format!("{count} runs side by side are kept in {file}: `engram run` opens them"),
            });
        }
        if self.keep.weights {
            let networks = block_on(run.networks()).map_err(RunError::from)?;
            let stem = job.file.file_stem().unwrap_or_default().to_string_lossy();
            for (net, spec) in networks.iter().zip(&job.specs) {
                let name = if job.specs.len() == 1 { stem.to_string() } else { format!("{stem}-seed-{}", spec.seed) };
                let file = unused(Path::new(&format!("{name}.safetensors")));
                cache::write(&file, &to_safetensors(net, spec))?;
                self.screen.say(&format!("the weights are in {}", file.display()));
            }
        }
        Ok(())
    }

    /// Says what computes, the first time, and whenever it is not what was asked for.
    fn tell_engine(&self, job: &Job, engine: &EngineUsed, failure: Option<&str>, went_back: bool) {
        let line = report::engine(engine, failure, went_back);
        if failure.is_some() && (went_back || job.first == 0) {
            self.screen.alert(&line);
        } else if job.first == 0 {
            self.screen.say(&line);
        }
    }

    /// Shows the results, and says how to go on.
    fn conclude(&self, ends: Vec<End>) -> Result<(), Failure> {
        let mut results = Vec::new();
        let mut saved = Vec::new();
        let mut failed = 0;
        for end in ends {
            match end {
                End::Finished(finished) => results.push(*finished),
                End::Failed => failed += 1,
                End::Interrupted(file) => saved.push(file.display().to_string()),
            }
        }
        saved.dedup();
        self.screen.end(&results);
        if let Some(result) = results.first() {
            let info = catalogue::info(&result.spec.data.name)?;
            self.screen.say(&format!("data: {} (licence: {})", info.attribution, info.licence));
        }
        if !saved.is_empty() {
            let files = saved.join(" ");
            self.screen.alert(&format!("stopped and saved; go on with: engram run --resume {files}"));
        }
        match (self.broken.get(), failed) {
            (Some(reason), _) => Err(Failure::Failed(format!("the output cannot be written ({reason})"))),
            (None, 0) if saved.is_empty() => Ok(()),
            (None, 0) => Err(Failure::Interrupted),
            (None, _) => Err(Failure::Failed(format!(
                "{failed} of {} runs did not finish",
                self.jobs.iter().map(|job| job.specs.len()).sum::<usize>()
            ))),
        }
    }
}

async fn begin(job: &Job, set: &DataSet) -> Result<Run, RunError> {
    match &job.begin {
        Begin::Anew(chosen, used) => {
            let chosen = chosen.lock().expect("taking does not panic").take();
            let choice = match chosen {
                Some(choice) => choice,
                None => Choice::Gpu(Box::new(Gpu::open().await?)),
            };
            Run::on(choice, used.clone(), &job.specs, set).await
        }
        Begin::Saved(bytes, _) => Run::restore(bytes, set).await,
    }
}

fn save(run: &mut Run, job: &Job) -> Result<PathBuf, Failure> {
    let bytes = block_on(run.save())?;
    let file = match job.begin {
        Begin::Anew(..) => unused(&job.file),
        Begin::Saved(_, Retell::Yes) => unused(&job.file),
        Begin::Saved(_, Retell::No) => job.file.clone(),
    };
    cache::write(&file, &bytes)?;
    Ok(file)
}

/// `file`, or a name like it that no file has: saved runs of other experiments are kept.
fn unused(file: &Path) -> PathBuf {
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    let kind = file.extension().unwrap_or_default().to_string_lossy();
    let mut numbered = (2..).map(|number| file.with_file_name(format!("{stem}-{number}.{kind}")));
    if file.exists() { numbered.find(|file| !file.exists()).expect("numbers do not end") } else { file.to_path_buf() }
}

//! `engram run`: seeds side by side, one experiment each, on the machine's cores.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::{fs, process, thread};

use pollster::block_on;

use super::args::RunArgs;
use super::output::Output;
use super::report::{self, Screen};
use super::{Failure, source};
use crate::continual::{Experiment, saved_spec};
use crate::data::{DataSet, cache, catalogue};
use crate::event::{Event, Finished};
use crate::kernels::cpu::Cpu;
use crate::spec::{self, Spec};

/// One run to be done.
struct Job {
    spec: Spec,
    begin: Begin,
    /// Where it is saved when it is interrupted.
    file: PathBuf,
}

enum Begin {
    Anew,
    /// From the bytes of a saved run.
    Saved(Vec<u8>),
}

/// How a run ended.
enum End {
    Finished(Box<Finished>),
    /// It diverged or failed, and that was said.
    Failed,
    Interrupted(PathBuf),
}

pub fn run(args: RunArgs) -> Result<(), Failure> {
    let jobs = jobs(&args)?;
    let sets = load(&jobs)?;
    let stop = stop_on_interrupt()?;
    let output = Output::new(args.out.as_deref(), !args.resume.is_empty())?;
    let screen = Screen::new(jobs.len(), args.quiet);
    let crew = Crew { jobs: &jobs, sets: &sets, stop: &stop, output, broken: OnceLock::new(), screen };
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let ends = crew.work(args.threads.map_or(cores, usize::from));
    crew.conclude(ends)
}

fn jobs(args: &RunArgs) -> Result<Vec<Job>, Failure> {
    let Some(source) = &args.source else {
        return args.resume.iter().map(|file| resumed(file)).collect();
    };
    let (spec, name) = source::spec(source)?;
    let fields: Vec<(&str, &str)> = args.set.iter().map(|(path, value)| (path.as_str(), value.as_str())).collect();
    let spec = spec::set(&spec, &fields)?;
    let seeds = args.seeds.as_ref().map_or(vec![spec.seed], |seeds| seeds.0.clone());
    let job = |seed| Job {
        spec: Spec { seed, ..spec.clone() },
        begin: Begin::Anew,
        file: PathBuf::from(format!("{name}-seed-{seed}.engram")),
    };
    Ok(seeds.into_iter().map(job).collect())
}

fn resumed(file: &Path) -> Result<Job, Failure> {
    let failure = |message: String| Failure::Failed(format!("{}: {message}", file.display()));
    let bytes = fs::read(file).map_err(|e| failure(e.to_string()))?;
    let spec = saved_spec(&bytes).map_err(|e| failure(e.to_string()))?;
    Ok(Job { spec, begin: Begin::Saved(bytes), file: file.to_path_buf() })
}

/// The data sets that the jobs need, by name, each loaded once.
fn load(jobs: &[Job]) -> Result<BTreeMap<String, DataSet>, Failure> {
    let mut sets = BTreeMap::new();
    for Job { spec, .. } in jobs {
        let name = &spec.data.name;
        if !sets.contains_key(name) {
            sets.insert(name.clone(), cache::load(name)?);
        }
    }
    Ok(sets)
}

/// A flag that the first Ctrl-C (or request to terminate) sets; the second one quits at once.
fn stop_on_interrupt() -> Result<Arc<AtomicBool>, Failure> {
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
}

impl Crew<'_> {
    /// Does all jobs, so many at a time; their ends in the order of the jobs.
    fn work(&self, threads: usize) -> Vec<End> {
        let next = AtomicUsize::new(0);
        let ends = Mutex::new(BTreeMap::new());
        thread::scope(|scope| {
            for _ in 0..threads.min(self.jobs.len()) {
                scope.spawn(|| {
                    loop {
                        let number = next.fetch_add(1, Ordering::Relaxed);
                        let Some(job) = self.jobs.get(number) else { break };
                        let end = self.job(number, job).unwrap_or_else(|failure| {
                            self.screen.alert(&format!("error: seed {}: {failure}", job.spec.seed));
                            End::Failed
                        });
                        ends.lock().expect("inserting does not panic").insert(number, end);
                    }
                });
            }
        });
        ends.into_inner().expect("inserting does not panic").into_values().collect()
    }

    fn job(&self, number: usize, job: &Job) -> Result<End, Failure> {
        let set = &self.sets[&job.spec.data.name];
        let mut experiment = match &job.begin {
            Begin::Anew => Experiment::new(Cpu, job.spec.clone(), &[job.spec.seed], set)?,
            Begin::Saved(bytes) => Experiment::restore(Cpu, bytes, set)?,
        };
        let mut result = End::Failed;
        loop {
            if self.stop.load(Ordering::Relaxed) {
                return save(&mut experiment, job);
            }
            let Some(event) = block_on(experiment.next()) else { return Ok(result) };
            self.screen.progress(&event, number, job.spec.seed);
            if let Err(e) = self.output.write(&event, number as u32) {
                // Results that cannot be written are not worth computing: all runs stop, and are saved.
                self.broken.get_or_init(|| e.to_string());
                self.stop.store(true, Ordering::Relaxed);
            }
            match event {
                Event::Diverged { name, step, layer, message, .. } => {
                    let seed = job.spec.seed;
                    self.screen.alert(&format!("seed {seed} diverged in {name}, step {step}, {layer}: {message}"));
                    result = End::Failed;
                }
                Event::Finished(finished) => {
                    self.screen.say(&report::summary(&finished));
                    result = End::Finished(finished);
                }
                _ => {}
            }
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
            (None, _) => Err(Failure::Failed(format!("{failed} of {} runs did not finish", self.jobs.len()))),
        }
    }
}

fn save(experiment: &mut Experiment<Cpu>, job: &Job) -> Result<End, Failure> {
    let bytes = block_on(experiment.save());
    let file = match job.begin {
        Begin::Anew => unused(&job.file),
        Begin::Saved(_) => job.file.clone(),
    };
    cache::write(&file, &bytes)?;
    Ok(End::Interrupted(file))
}

/// `file`, or a name like it that no file has: saved runs of other experiments are kept.
fn unused(file: &Path) -> PathBuf {
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    let mut numbered = (2..).map(|number| file.with_file_name(format!("{stem}-{number}.engram")));
    if file.exists() { numbered.find(|file| !file.exists()).expect("numbers do not end") } else { file.to_path_buf() }
}

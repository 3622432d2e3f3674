//! Whole runs on both engines: how far they are apart, and what happens when a GPU fails in the middle.

use engram::continual::engine::{Choice, choose, on_gpu};
use engram::continual::{Experiment, Run};
use engram::data::DataSet;
use engram::event::{Event, Finished, PhaseReport};
use engram::kernels::cpu::Cpu;
use engram::kernels::gpu::Wishes;
use engram::kernels::{Device, EngineError};
use engram::net::Net;
use engram::spec::{Act, EngineKind, Spec};
use pollster::block_on;

use crate::engines::{on_both, open};
use crate::toy;

fn small(strategy: &str, engine: EngineKind) -> Spec {
    let mut spec = Spec { engine, ..toy::spec(strategy) };
    spec.training.epochs = 1;
    spec.sleep.steps = 300;
    spec
}

fn set() -> DataSet {
    toy::digits(20, 5)
}

/// Every event of a run that recovers from whatever befalls it; `before` is done once for each number of events told.
fn finish(run: &mut Run, set: &DataSet, mut before: impl FnMut(&mut Run, usize)) -> Vec<Event> {
    let mut events = Vec::new();
    let mut told = None;
    loop {
        if told.replace(events.len()) != Some(events.len()) {
            before(run, events.len());
        }
        match block_on(run.next()) {
            Ok(Some(event)) => events.push(event),
            Ok(None) => return events,
            Err(error) => block_on(run.recover(error, set)).unwrap(),
        }
    }
}

fn finished(events: &[Event]) -> Vec<&Finished> {
    events
        .iter()
        .filter_map(|event| if let Event::Finished(finished) = event { Some(&**finished) } else { None })
        .collect()
}

fn phases(events: &[Event]) -> Vec<&PhaseReport> {
    events.iter().filter_map(|event| if let Event::Phase(report) = event { Some(&**report) } else { None }).collect()
}

/// Largest difference between two networks' weights.
fn distance(a: &Net, b: &Net) -> f32 {
    let pairs = a.layers.iter().zip(&b.layers).flat_map(|(a, b)| a.weights.iter().zip(&b.weights));
    pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

/// The networks and the events of an experiment.
fn experiment<D: Lent>(device: &mut D, specs: &[Spec]) -> (Vec<Net>, Vec<Event>) {
    let mut experiment = Experiment::population(device.own(), specs, &set()).unwrap();
    let events = std::iter::from_fn(|| block_on(experiment.next()).unwrap()).collect();
    (block_on(experiment.networks()).unwrap(), events)
}

/// Experiments keep their device.
trait Lent: Device + Sized {
    fn own(&mut self) -> Self;
}

impl Lent for Cpu {
    fn own(&mut self) -> Cpu {
        Cpu
    }
}

impl Lent for engram::kernels::gpu::Gpu {
    fn own(&mut self) -> Self {
        open(Wishes::default())
    }
}

/// Learning differs in the rounding of sums alone: after 500 minibatches the weights, of about 0.1, are 1e-4 apart at most.
#[test]
fn learning_is_the_same_within_rounding() {
    let mut spec = small("sequential", EngineKind::Cpu);
    spec.training.batch = 2;
    spec.training.epochs = 5;
    let [(_, (cpu, _)), (_, (gpu, events))] = on_both!(|device| experiment(device, std::slice::from_ref(&spec)));
    assert!(cpu != gpu, "two engines that agree in every bit are one");
    let apart = distance(&cpu[0], &gpu[0]);
    assert!(apart < 1e-4, "{apart}");
    assert_eq!(phases(&events).len(), 5);
}

/// Sleep makes a small difference a large one, so that runs which sleep keep their statistics alone: the mean accuracy of
/// eight seeds differs by less than the standard error of a difference between independent runs (s.d. about 8 points).
#[test]
fn runs_that_sleep_give_the_same_statistics() {
    let specs: Vec<Spec> = (0..8).map(|seed| Spec { seed, ..small("src-rehearsal", EngineKind::Cpu) }).collect();
    let [cpu, gpu] = on_both!(|device| {
        let (_, events) = experiment(device, &specs);
        let accuracies: Vec<f64> = finished(&events).iter().map(|finished| finished.accuracy).collect();
        assert_eq!(accuracies.len(), 8);
        accuracies.iter().sum::<f64>() / 8.0
    })
    .map(|(_, mean)| mean);
    assert!((cpu - gpu).abs() < 0.06, "{cpu} {gpu}");
    assert!(cpu > 0.3, "{cpu}");
}

/// The same run twice, or saved and restored, is the same bit for bit on the same engine.
#[test]
fn a_run_on_a_gpu_is_repeated_and_resumed_bit_for_bit() {
    let spec = small("src", EngineKind::Gpu);
    let run = |stop: usize| {
        let mut run = block_on(Run::new(std::slice::from_ref(&spec), &set())).unwrap();
        assert_eq!(run.engine().kind, EngineKind::Gpu, "{}", run.engine().reason);
        for _ in 0..stop {
            block_on(run.next()).unwrap().expect("more to come");
        }
        if stop > 0 {
            run = block_on(Run::restore(&block_on(run.save()).unwrap(), &set())).unwrap();
        }
        finish(&mut run, &set(), |_, _| {});
        block_on(run.networks()).unwrap()
    };
    let expected = run(0);
    for stop in [0, 20, 45] {
        assert!(run(stop) == expected, "stopped after {stop} events");
    }
}

#[test]
fn a_run_whose_gpu_is_lost_goes_on_and_says_so() {
    let spec = small("src", EngineKind::Gpu);
    for losses in [vec![40], vec![7, 60]] {
        let mut run = block_on(Run::new(std::slice::from_ref(&spec), &set())).unwrap();
        let events = finish(&mut run, &set(), |run, told| {
            if losses.contains(&told) {
                run.lose_gpu();
            }
        });
        let told: Vec<(&str, EngineKind)> = events
            .iter()
            .filter_map(|event| match event {
                Event::Engine { failure: Some(failure), engine, .. } => Some((failure.as_str(), engine.kind)),
                _ => None,
            })
            .collect();
        assert_eq!(told.len(), losses.len());
        assert!(told.iter().all(|(failure, _)| failure.contains("the GPU was lost")), "{told:?}");
        // The first loss is made good by a new device, the second by the CPU.
        let kinds: Vec<EngineKind> = told.iter().map(|(_, kind)| *kind).collect();
        assert_eq!(kinds, [EngineKind::Gpu, EngineKind::Cpu][..losses.len()]);
        assert_eq!(events.iter().filter(|event| matches!(event, Event::Started { .. })).count(), 1);
        let ends = finished(&events);
        assert_eq!(ends.len(), 1);
        assert_eq!(ends[0].engine.as_ref().map(|engine| engine.kind), kinds.last().copied());
        assert_eq!(ends[0].matrix.len(), 10);
    }
}

/// What a new device computes from a checkpoint is what the lost one would have computed.
#[test]
fn a_loss_changes_nothing_that_is_computed() {
    let spec = small("src", EngineKind::Gpu);
    let run = |lost_after: usize| {
        let mut run = block_on(Run::new(std::slice::from_ref(&spec), &set())).unwrap();
        let events = finish(&mut run, &set(), |run, told| {
            if told == lost_after {
                run.lose_gpu();
            }
        });
        let losses = events.iter().filter(|event| matches!(event, Event::Engine { went_back: true, .. })).count();
        (losses, block_on(run.networks()).unwrap())
    };
    let (none, expected) = run(usize::MAX);
    let (one, nets) = run(30);
    assert_eq!((none, one), (0, 1));
    assert!(nets == expected);
}

#[test]
fn a_run_changes_its_engine_when_asked() {
    let spec = small("src", EngineKind::Cpu);
    let mut run = block_on(Run::new(std::slice::from_ref(&spec), &set())).unwrap();
    let events = finish(&mut run, &set(), |run, told| {
        let kind = match told {
            30 => EngineKind::Gpu,
            60 => EngineKind::Cpu,
            _ => return,
        };
        if run.engine().kind != kind {
            block_on(run.change_engine(kind, &set())).unwrap();
        }
    });
    let kinds: Vec<EngineKind> = events
        .iter()
        .filter_map(|e| if let Event::Engine { engine, .. } = e { Some(engine.kind) } else { None })
        .collect();
    assert_eq!(kinds, [EngineKind::Cpu, EngineKind::Gpu, EngineKind::Cpu]);
    assert_eq!(phases(&events).len(), 10);
    assert_eq!(finished(&events).len(), 1);
}

/// A GPU whose buffers are too small is refused before the run begins, in words.
#[test]
fn what_a_gpu_cannot_hold_is_computed_on_the_cpu() {
    let spec = small("sequential", EngineKind::Gpu);
    let gpu = open(Wishes { binding: 4096, ..Wishes::default() });
    let used = on_gpu(&gpu, String::new(), Vec::new());
    let run = block_on(Run::on(Choice::Gpu(Box::new(gpu)), used, &[spec], &set())).unwrap();
    assert_eq!(run.engine().kind, EngineKind::Cpu);
    assert!(run.engine().reason.contains("at most 4096 bytes"), "{}", run.engine().reason);
}

/// Mesa's adapter is a program: `auto` says so and does not wait for it.
#[test]
fn auto_does_not_take_a_program_for_a_gpu() {
    let (choice, used) = block_on(choose(&[small("src", EngineKind::Auto)], &set(), 1));
    assert!(matches!(choice, Choice::Cpu) && used.kind == EngineKind::Cpu);
    assert!(used.reason.contains("program that acts as one"), "{}", used.reason);
}

/// Both engines are measured on the run's own shapes.
#[test]
fn a_trial_times_learning_and_sleep() {
    let specs = [small("src", EngineKind::Auto), Spec { seed: 1, ..small("src", EngineKind::Auto) }];
    for (_, trial) in on_both!(|device| {
        block_on(engram::continual::engine::trial(device, EngineKind::Cpu, &specs, &set())).unwrap()
    }) {
        assert!(trial.seconds_a_batch > 0.0 && trial.seconds_a_step > 0.0);
        // 200 samples in batches of 8, ten measurements and five sleeps of 300 steps.
        let least = 25.0 * trial.seconds_a_batch + 1500.0 * trial.seconds_a_step;
        assert!(trial.seconds > least && trial.seconds < 3.0 * least, "{trial:?}");
    }
}

/// Constants and lengths of sleep differ; each run is what it is alone, on either engine.
#[test]
fn runs_side_by_side_are_what_they_are_alone() {
    let specs: Vec<Spec> = [(3, 300, 260, 0.5, 1.0), (4, 120, 0, 0.0, 2.0), (5, 501, 40, 0.2, 0.5)]
        .into_iter()
        .map(|(seed, steps, growth, homeostasis, factor)| {
            let mut spec = Spec { seed, ..small("src", EngineKind::Cpu) };
            (spec.sleep.steps, spec.sleep.growth, spec.sleep.homeostasis) = (steps, growth, homeostasis);
            spec.sleep.inc *= factor;
            spec
        })
        .collect();
    for (engine, (together, alone)) in on_both!(|device| {
        let alone = specs.iter().map(|spec| experiment(device, std::slice::from_ref(spec)).0.remove(0));
        let alone: Vec<Net> = alone.collect();
        (experiment(device, &specs), alone)
    }) {
        let (nets, events) = together;
        assert!(nets == alone, "{engine}");
        for (run, spec) in specs.iter().enumerate() {
            let of_run = phases(&events).into_iter().filter(|report| report.run == run as u32);
            assert_eq!(of_run.count(), 10, "{engine}");
            for task in 0..5 {
                let last = |event: &Event| match event {
                    Event::Spikes { run: of, phase, step, .. } if (*of, *phase) == (run as u32, 2 * task + 1) => {
                        Some(*step)
                    }
                    _ => None,
                };
                let expected = spec.sleep.steps + spec.sleep.growth * task;
                assert_eq!(events.iter().filter_map(last).max(), Some(expected), "{engine}, sleep {task}");
            }
        }
    }
}

#[test]
fn runs_side_by_side_differ_in_seed_and_sleep_alone() {
    let specs = [small("src", EngineKind::Cpu), small("sequential", EngineKind::Cpu)];
    let refused = Experiment::population(Cpu, &specs, &set()).err().unwrap().to_string();
    assert!(refused.contains("`seed` and `sleep` alone"), "{refused}");
    assert!(Experiment::population(Cpu, &[], &set()).is_err());
}

/// A minibatch is one submission, and one word comes back of it, which nobody waits for.
#[test]
fn learning_reads_back_next_to_nothing() {
    let mut spec = small("sequential", EngineKind::Gpu);
    spec.training.epochs = 10;
    let mut experiment = Experiment::population(open(Wishes::default()), &[spec], &set()).unwrap();
    let mut train_events = 0;
    let mut start = None;
    while train_events < 20 {
        let event = block_on(experiment.next()).unwrap().unwrap();
        if let Event::Progress { name, .. } = event
            && name == "T1"
        {
            train_events += 1;
            start.get_or_insert(experiment.device().traffic());
        }
    }
    let (start, end) = (start.unwrap(), experiment.device().traffic());
    assert_eq!(end.submissions - start.submissions, 19);
    assert_eq!(end.bytes_read - start.bytes_read, 19 * 4);
    assert!(end.dispatches - start.dispatches <= 19 * 8);
}

/// The error that comes first is what is told, and it is told until somebody looks.
#[test]
fn a_lost_device_is_told_by_the_next_reading() {
    let mut gpu = open(Wishes::default());
    let weights = gpu.weights(&[toy::network(&[64, 20, 10], 1, 1.0)], 8);
    gpu.lose();
    for _ in 0..2 {
        let told = block_on(gpu.read_weights(&weights)).err();
        assert!(matches!(told, Some(EngineError::Lost(_))), "{told:?}");
    }
}

/// What is saved after a loss is the last checkpoint, with what a person did since.
#[test]
fn a_run_whose_gpu_is_lost_can_still_be_saved() {
    let spec = small("src", EngineKind::Gpu);
    let mut run = block_on(Run::new(std::slice::from_ref(&spec), &set())).unwrap();
    for _ in 0..20 {
        block_on(run.next()).unwrap().expect("more to come");
    }
    run.act(Act::Sleep { steps: 50 }).unwrap();
    run.lose_gpu();
    let saved = block_on(run.save()).unwrap();
    let mut restored = block_on(Run::restore(&saved, &set())).unwrap();
    let events = finish(&mut restored, &set(), |_, _| {});
    assert_eq!(finished(&events)[0].spec.actions.len(), 1);
    assert!(finished(&events)[0].phases.contains(&"N1".to_owned()));
}

/// A window that the images do not have is refused in words, before anything is measured.
#[test]
fn a_spec_that_does_not_fit_the_data_is_not_tried() {
    let mut spec = small("src", EngineKind::Auto);
    spec.sleep.window = Some(100);
    let refused = block_on(Run::new(&[spec], &set())).err().unwrap().to_string();
    assert!(refused.contains("sleep.window"), "{refused}");
}

/// Whoever opens a saved run is told what was told before, in its order, and asks its networks as before.
#[test]
fn a_saved_run_brings_what_was_told_and_its_networks() {
    let spec = small("src", EngineKind::Cpu);
    let start = || {
        let mut run = block_on(Run::new(std::slice::from_ref(&spec), &set())).unwrap();
        run.watch();
        run
    };
    let mut whole = start();
    let events = finish(&mut whole, &set(), |_, _| {});
    let is_kept = |event: &&Event| !matches!(event, Event::Progress { .. } | Event::Engine { .. });
    let kept = |events: &[Event]| -> Vec<String> { events.iter().filter(is_kept).map(stable).collect() };
    for stop in [0, 1, 20, 45, events.len()] {
        let mut run = start();
        let mut heard = Vec::new();
        for _ in 0..stop {
            heard.push(block_on(run.next()).unwrap().expect("more to come"));
        }
        let mut opened = block_on(Run::restore(&block_on(run.save()).unwrap(), &set())).unwrap();
        opened.watch();
        let told = opened.told().unwrap();
        assert!(kept(&told).starts_with(&kept(&heard)), "stopped after {stop} events");
        let progress = |events: &[Event]| events.iter().rfind(|event| matches!(event, Event::Progress { .. })).cloned();
        assert_eq!(progress(&told), progress(&heard));
        assert_eq!(opened.raster(), run.raster());
        assert_eq!(opened.album().unwrap().len(), run.album().unwrap().len());
        let rest = finish(&mut opened, &set(), |_, _| {});
        assert_eq!([kept(&told), kept(&rest)].concat(), kept(&events), "stopped after {stop} events");
        assert!(opened.is_over());
        let answers = |run: &Run, after: usize| run.album().unwrap().net(after);
        for after in 0..whole.album().unwrap().len() {
            assert_eq!(answers(&opened, after), answers(&whole, after), "after {after} phases");
        }
    }
}

/// An event without its times.
fn stable(event: &Event) -> String {
    let mut event = event.clone();
    match &mut event {
        Event::Phase(report) => report.seconds = 0.0,
        Event::Finished(finished) => (finished.seconds, finished.time) = Default::default(),
        _ => {}
    }
    format!("{event:?}")
}

/// A run that nobody watched, as the command line's, is shown from where it stands.
#[test]
fn an_unwatched_run_is_watched_from_where_it_stands() {
    let spec = small("src", EngineKind::Cpu);
    let mut run = block_on(Run::new(&[spec], &set())).unwrap();
    let events = finish(&mut run, &set(), |_, _| {});
    let mut opened = block_on(Run::restore(&block_on(run.save()).unwrap(), &set())).unwrap();
    opened.watch();
    let (album, phases) = (opened.album().unwrap(), phases(&events).len());
    assert_eq!(album.len(), phases + 1);
    assert!((0..phases).all(|after| album.net(after).is_none()));
    assert!(distance(&album.net(phases).unwrap(), &block_on(run.networks()).unwrap()[0]) < 1e-3);
}

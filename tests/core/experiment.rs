//! Whole runs on toy data: phases, strategies, events, and the promise that a continuation is the same run.

use engram::continual::{Experiment, Run, RunError, saved_specs};
use engram::data::DataSet;
use engram::event::{Activity, Event, Finished, PhaseReport};
use engram::kernels::cpu::Cpu;
use engram::net::Net;
use engram::spec::{self, EngineKind, Spec};
use pollster::block_on;
use proptest::prelude::*;

use crate::toy;

fn start(spec: &Spec, seeds: &[u32], set: &DataSet) -> Experiment<Cpu> {
    Experiment::new(Cpu, spec.clone(), seeds, set).unwrap()
}

fn finish(experiment: &mut Experiment<Cpu>) -> (Vec<Event>, Vec<Net>) {
    let events = std::iter::from_fn(|| block_on(experiment.next()).unwrap()).collect();
    (events, block_on(experiment.networks()).unwrap())
}

fn run(spec: &Spec, seeds: &[u32], set: &DataSet) -> (Vec<Event>, Vec<Net>) {
    finish(&mut start(spec, seeds, set))
}

fn finished(events: &[Event]) -> Vec<&Finished> {
    events.iter().filter_map(|e| if let Event::Finished(f) = e { Some(&**f) } else { None }).collect()
}

fn reports(events: &[Event]) -> Vec<&PhaseReport> {
    events.iter().filter_map(|e| if let Event::Phase(p) = e { Some(&**p) } else { None }).collect()
}

/// Events without the seconds in them.
fn timeless(events: &[Event]) -> Vec<serde_json::Value> {
    let strip = |event: &Event| {
        let mut value = serde_json::to_value(event).unwrap();
        let map = value.as_object_mut().unwrap();
        map.remove("seconds");
        map.remove("time");
        value
    };
    events.iter().map(strip).collect()
}

#[test]
fn a_sequential_run_learns_and_forgets() {
    let set = toy::digits(40, 10);
    let spec = spec::set(&toy::spec("sequential"), &[("training.epochs", "6")]).unwrap();
    let (events, _) = run(&spec, &[0], &set);
    let done = finished(&events)[0];
    assert_eq!(done.phases, ["T1", "T2", "T3", "T4", "T5"]);
    for (task, row) in done.matrix.iter().enumerate() {
        assert!(row[task] > 0.8, "task {task} is learnt: {row:?}");
    }
    assert!(done.accuracy < 0.75, "earlier tasks are forgotten: {}", done.accuracy);
    assert!(done.forgetting > 0.25, "{}", done.forgetting);
    assert_eq!(done.accuracy, reports(&events)[4].mean);
}

#[test]
fn every_strategy_has_its_phases_and_learns_from_what_it_should() {
    let set = toy::digits(20, 5);
    let trained = |events: &[Event], name: &str| {
        let total = events.iter().find_map(|e| match e {
            Event::Progress { name: n, activity: Activity::Train, total, .. } if n == name => Some(*total),
            _ => None,
        });
        total.unwrap()
    };
    for (strategy, phases, last) in [
        ("sequential", vec!["T1", "T2", "T3", "T4", "T5"], 2 * 40),
        ("src", vec!["T1", "S1", "T2", "S2", "T3", "S3", "T4", "S4", "T5", "S5"], 2 * 40),
        ("rehearsal", vec!["T1", "T2", "T3", "T4", "T5"], 2 * (40 + 4 * 8)),
        ("src-rehearsal", vec!["T1", "S1", "T2", "S2", "T3", "S3", "T4", "S4", "T5", "S5"], 2 * (40 + 4 * 8)),
    ] {
        let mut spec = toy::spec(strategy);
        if strategy.contains("rehearsal") {
            spec = spec::set(&spec, &[("strategy.fraction", "0.2")]).unwrap();
        }
        let (events, _) = run(&spec, &[1], &set);
        assert_eq!(finished(&events)[0].phases, phases);
        assert_eq!(trained(&events, "T5"), last, "{strategy}");
        let sleeps = events.iter().filter(|e| matches!(e, Event::Spikes { .. })).count();
        assert_eq!(sleeps, if strategy.starts_with("src") { 5 * 3 } else { 0 }, "1,100 steps are three slices");
    }
    let (events, _) = run(&toy::spec("parallel"), &[1], &set);
    assert_eq!(finished(&events)[0].phases, ["P"]);
    assert_eq!(trained(&events, "P"), 2 * 200);
    assert!(finished(&events)[0].accuracy > 0.6);
}

#[test]
fn told_the_task_a_network_forgets_less() {
    let set = toy::digits(40, 10);
    let spec = spec::set(&toy::spec("sequential"), &[("training.epochs", "6")]).unwrap();
    let (events, _) = run(&spec, &[0], &set);
    let done = finished(&events)[0];
    let told = done.task_incremental.as_ref().unwrap();
    let better = |(told, untold): (&Vec<f64>, &Vec<f64>)| told.iter().zip(untold).all(|(told, untold)| told >= untold);
    assert!(told.matrix.iter().zip(&done.matrix).all(better));
    assert!(told.accuracy > done.accuracy + 0.1 && told.forgetting < done.forgetting - 0.1, "{told:?}");
    assert!((told.average_accuracy - told.accuracy).abs() < 1e-12, "all tasks are as large");
    assert_eq!(reports(&events)[4].task_incremental, told.matrix[4]);
    // One class a task says what the answer is; one task says nothing.
    for classes in ["[[0],[1],[2]]", "[[0,1,2]]"] {
        let spec = spec::set(&toy::spec("sequential"), &[("tasks.classes", classes)]).unwrap();
        assert!(finished(&run(&spec, &[0], &set).0)[0].task_incremental.is_none());
    }
}

#[test]
fn a_run_says_what_it_took_beside_time() {
    let set = toy::digits(20, 5);
    let cost = |strategy: &str, fields: &[(&str, &str)]| {
        let spec = spec::set(&toy::spec(strategy), fields).unwrap();
        finished(&run(&spec, &[0], &set).0)[0].cost.clone().unwrap()
    };
    let (sequential, rehearsal) = (cost("sequential", &[]), cost("rehearsal", &[("strategy.fraction", "0.2")]));
    let held = sequential.held.unwrap();
    assert_eq!((held.weights, held.rule, held.data), (4 * (64 * 48 + 48 * 10 + 48 + 10), 0, 0));
    assert!(held.states > 4 * 16 * (48 + 10) && held.total() > held.weights + held.states - 1);
    let rehearsed = rehearsal.held.unwrap();
    assert_eq!(rehearsed.data, 4 * 8 * (64 + 1), "8 images of each earlier task, and their labels");
    assert_eq!(cost("src", &[]).held.unwrap().data, 8 * 64, "the mean input");
    let larger = cost("sequential", &[("training.batch", "20")]).held.unwrap();
    assert!(larger.states > held.states && larger.weights == held.weights);
    assert!(sequential.learning.operations > sequential.answering.operations && sequential.answering.changes == 0.0);
    assert_eq!(sequential.learning.spikes, None);

    let fields = [("network.kind", "areas"), ("rule.kind", "local_errors"), ("areas.shown", "20"), ("areas.dt", "1")];
    let areas = cost("sequential", &fields);
    assert!(areas.learning.spikes.unwrap() > 0.0 && areas.learning.operations > 0.0 && areas.answering.changes == 0.0);
    assert_eq!(areas.held.unwrap().weights, 4 * (2 * (64 * 48 + 48 * 10) + 48 + 10), "there and back");
}

#[test]
fn permuted_copies_are_tasks_of_all_classes() {
    let set = toy::digits(20, 5);
    let all = r#"[[0,1,2,3,4,5,6,7,8,9]]"#;
    let given = |order: &str, copies: &str| {
        let fields = [("tasks.classes", all), ("tasks.permutations", copies), ("tasks.order", order)];
        spec::set(&toy::spec("src-rehearsal"), &fields).unwrap()
    };
    let (events, _) = run(&given(r#"{"given":[0,2,1]}"#, "3"), &[0], &set);
    let done = finished(&events)[0];
    assert_eq!(done.phases, ["T1", "S1", "T2", "S2", "T3", "S3"]);
    assert_eq!(done.tasks.len(), 3);
    for report in reports(&events) {
        let mean = report.accuracy.iter().sum::<f64>() / 3.0;
        assert!((mean - report.mean).abs() < 1e-12, "all copies have as many samples");
        assert_eq!(report.confusion.iter().flatten().sum::<u32>(), 3 * 50);
    }
    for task in 0..3 {
        assert!(done.matrix[2 * task][task] > 0.5, "task {task} is learnt: {:?}", done.matrix);
        assert!(task == 0 || done.matrix[2 * task - 1][task] < 0.4, "and was not known: {:?}", done.matrix);
    }
    assert!(done.task_incremental.is_none());

    // The first copy is the set as it is: alone, it is learnt as the set is.
    let (alone, plain) = (run(&given("listed", "1"), &[0], &set), run(&given("listed", "0"), &[0], &set));
    assert!(alone.1 == plain.1);
    assert_eq!(finished(&alone.0)[0].matrix, finished(&plain.0)[0].matrix);
    // And in another place, what was measured of each copy moves with it.
    let (other, _) = run(&given(r#"{"given":[2,0,1]}"#, "3"), &[0], &set);
    assert_eq!([1, 0, 2].map(|task| finished(&other)[0].untaught[task]).to_vec(), done.untaught);
}

#[test]
fn a_phase_is_measured_whole() {
    let set = toy::digits(20, 5);
    let spec = spec::set(&toy::spec("src"), &[("evaluation.energy", "true"), ("tasks.order", "listed")]).unwrap();
    let (events, _) = run(&spec, &[3], &set);
    let reports = reports(&events);
    for report in &reports {
        assert_eq!(report.confusion.iter().flatten().sum::<u32>(), 50);
        let right: u32 = (0..10).map(|c| report.confusion[c][c]).sum();
        assert!((report.mean - f64::from(right) / 50.0).abs() < 1e-12);
        let first = f64::from(report.confusion[0][0] + report.confusion[1][1]) / 10.0;
        assert!((report.accuracy[0] - first).abs() < 1e-12);
        assert_eq!((report.hidden_mean.len(), report.hidden_mean[0].len()), (10, 48));
        assert!(report.hidden_mean.iter().flatten().any(|&h| h > 0.0));
        assert_eq!(report.energy.len(), 40);
        assert!(report.energy[39] < report.energy[0] && report.movement[39] < report.movement[0]);
        let asleep = report.name.starts_with('S');
        assert_eq!(report.weight_change.len(), if asleep { 2 } else { 0 });
        assert_eq!(report.spikes_per_step.len(), if asleep { 3 } else { 0 });
    }
    let sleep = reports[1];
    assert!(sleep.spikes_per_step.iter().all(|&s| s > 0.0), "{:?}", sleep.spikes_per_step);
    let change = &sleep.weight_change[0];
    assert_eq!(change.histogram.iter().sum::<u32>(), 64 * 48);
    assert!(change.min < 0.0 && change.min <= change.mean && change.mean <= change.max);
}

#[test]
fn a_run_repeats_bit_for_bit_and_seeds_differ() {
    let set = toy::digits(20, 5);
    let spec = toy::spec("src-rehearsal");
    let (first, nets) = run(&spec, &[5], &set);
    let (again, same) = run(&spec, &[5], &set);
    assert_eq!(timeless(&first), timeless(&again));
    assert_eq!(nets, same);
    assert_ne!(run(&spec, &[6], &set).1, nets);
}

#[test]
fn replicas_are_the_runs_they_would_be_alone() {
    let set = toy::digits(20, 5);
    let spec = toy::spec("src-rehearsal");
    let (events, nets) = run(&spec, &[1, 2, 3], &set);
    for (replica, seed) in [1, 2, 3].into_iter().enumerate() {
        let (alone, net) = run(&spec, &[seed], &set);
        assert_eq!(net[0], nets[replica]);
        let (together, alone) = (finished(&events)[replica], finished(&alone)[0]);
        assert_eq!((together.seed, &together.matrix), (seed, &alone.matrix));
    }
}

#[test]
fn a_saved_run_goes_on_as_if_nothing_had_happened() {
    let set = toy::digits(12, 4);
    let growing = [("sleep.growth", "200"), ("sleep.homeostasis", "0.5")];
    let spec = spec::set(&toy::spec("src"), &growing).unwrap();
    let (expected, nets) = run(&spec, &[4], &set);
    assert_ne!(nets, run(&toy::spec("src"), &[4], &set).1);
    let total = expected.len();
    for at in (0..total).step_by(13).chain([total - 1, total]) {
        let mut experiment = start(&spec, &[4], &set);
        let mut events: Vec<Event> = (0..at).map(|_| block_on(experiment.next()).unwrap().unwrap()).collect();
        let bytes = block_on(experiment.save()).unwrap();
        assert_eq!(saved_specs(&bytes).unwrap(), [Spec { seed: 4, ..spec.clone() }]);
        let mut restored = Experiment::restore(Cpu, &bytes, &set).unwrap();
        let (rest, end) = finish(&mut restored);
        events.extend(rest);
        assert_eq!(timeless(&events), timeless(&expected), "saved after {at} of {total} events");
        assert_eq!(end, nets);
    }
}

#[test]
fn a_broken_saved_run_is_refused_in_words() {
    let set = toy::digits(12, 4);
    let mut experiment = start(&toy::spec("src"), &[4], &set);
    (0..40).for_each(|_| drop(block_on(experiment.next()).unwrap()));
    let bytes = block_on(experiment.save()).unwrap();
    let refused = |bytes: &[u8], set: &DataSet| match Experiment::restore(Cpu, bytes, set) {
        Err(error) => error.to_string(),
        Ok(_) => panic!("a broken run was accepted"),
    };
    assert!(refused(b"", &set).contains("not a run"));
    assert!(refused(&bytes[..20], &set).contains("cut short"));
    assert!(refused(&bytes[..bytes.len() - 1], &set).contains("damaged"));
    let mut other = set.clone();
    other.shape = engram::data::Shape::Image { height: 4, width: 16 };
    other.classes.pop();
    assert!(refused(&bytes, &other).contains("do not fit"));
    other.name = "fmnist".into();
    let error = Experiment::new(Cpu, toy::spec("src"), &[1], &other).err().unwrap();
    assert!(matches!(error, RunError::WrongData { .. } | RunError::Data(_)), "{error}");
}

/// Each task is learnt from the same weights, and the mean of the networks answers. A minibatch holds all of a task here, so that
/// the order in which samples are drawn, which differs, changes what is rounded off alone.
#[test]
fn averaging_is_the_mean_of_networks_that_learn_alone() {
    let set = toy::digits(20, 5);
    let whole = [("training.batch", "4096"), ("tasks.classes", "[[0,1],[2,3]]")];
    let spec = |strategy: &str, order: &str| {
        let spec = spec::set(&toy::spec("sequential"), &whole).unwrap();
        spec::set(&spec, &[("strategy.kind", strategy), ("tasks.order", order)]).unwrap()
    };
    // Where a network learns alone, its task comes first.
    let alone = |order: &str| {
        let mut experiment = start(&spec("sequential", order), &[3], &set);
        while !matches!(block_on(experiment.next()).unwrap(), Some(Event::Phase(_))) {}
        block_on(experiment.networks()).unwrap().remove(0)
    };
    let (first, second) = (alone(r#"{"given":[0,1]}"#), alone(r#"{"given":[1,0]}"#));
    let (events, nets) = run(&spec("average", r#"{"given":[0,1]}"#), &[3], &set);
    let numbers = |net: &Net| -> Vec<f32> {
        net.layers.iter().flat_map(|layer| layer.weights.iter().chain(&layer.bias)).copied().collect()
    };
    let pairs = numbers(&first).into_iter().zip(numbers(&second));
    for (found, (a, b)) in numbers(&nets[0]).into_iter().zip(pairs) {
        assert!((found - (a + b) / 2.0).abs() < 1e-5, "{found} of {a} and {b}");
    }
    assert_eq!(finished(&events)[0].phases, ["T1", "T2"]);
}

#[test]
fn a_run_that_averages_goes_on_where_it_was_saved_and_takes_no_orders() {
    let set = toy::digits(12, 4);
    let averaged = spec::set(&toy::spec("sequential"), &[("strategy.kind", "average")]).unwrap();
    let (events, nets) = run(&averaged, &[4], &set);
    for at in [events.len() / 3, events.len() / 2, 3 * events.len() / 4] {
        let mut experiment = start(&averaged, &[4], &set);
        (0..at).for_each(|_| drop(block_on(experiment.next()).unwrap().unwrap()));
        let refused = experiment.act(spec::Act::Sleep { steps: 10 }).unwrap_err().to_string();
        assert!(refused.contains("averaged"), "{refused}");
        let bytes = block_on(experiment.save()).unwrap();
        assert_eq!(finish(&mut Experiment::restore(Cpu, &bytes, &set).unwrap()).1, nets, "saved after {at} events");
    }
}

#[test]
fn a_window_that_does_not_fit_the_data_is_refused() {
    let set = toy::digits(20, 5);
    let refused = |spec: &Spec| Experiment::new(Cpu, spec.clone(), &[1], &set).err().map(|e| e.to_string());
    let wide = spec::set(&toy::spec("src"), &[("sleep.window", "9")]).unwrap();
    assert!(refused(&wide).is_some_and(|words| words.contains("`sleep.window` is 9") && words.contains("8×8")));
    let awake = Spec { strategy: spec::Strategy::Sequential {}, ..wide };
    assert_eq!(refused(&awake), None, "nothing sleeps, nothing to refuse");
}

#[test]
fn what_is_no_longer_finite_stops_the_run_and_is_named() {
    let set = toy::digits(20, 5);
    // Hidden layers excite each other without bound when they learn this fast.
    let fields = [("network.hidden", "[40, 24]"), ("rule.rates", "[1, 1, 1]"), ("training.epochs", "50")];
    let (events, _) = run(&spec::set(&toy::spec("sequential"), &fields).unwrap(), &[1], &set);
    let Some(Event::Diverged { name, layer, message, .. }) = events.last() else { panic!("{:?}", events.last()) };
    assert!(["hidden 1", "hidden 2", "output"].contains(&layer.as_str()), "{layer}");
    assert!(name.starts_with('T') && message.contains("finite"), "{name} {message}");
}

#[test]
fn what_was_measured_before_a_divergence_is_kept() {
    let set = toy::digits(20, 5);
    let fields =
        [("sleep.stdp", "additive"), ("sleep.inc", "0.1"), ("sleep.dec_ratio", "0"), ("sleep.gain_hidden", "100")];
    let spec = spec::set(&toy::spec("src"), &fields).unwrap();
    let (events, _) = run(&spec, &[1], &set);
    let diverged = events.iter().filter(|e| matches!(e, Event::Diverged { .. })).count();
    assert_eq!(diverged, 1, "said once");
    assert!(matches!(events.last(), Some(Event::Diverged { name, .. }) if name == "S1"), "nothing is done after it");
    assert_eq!(reports(&events).iter().map(|r| r.name.as_str()).collect::<Vec<_>>(), ["T1"]);
}

#[test]
fn progress_rises_to_the_end() {
    let set = toy::digits(12, 4);
    let (events, _) = run(&toy::spec("src"), &[2], &set);
    let fractions: Vec<f64> = events
        .iter()
        .filter_map(|e| if let Event::Progress { fraction, .. } = e { Some(*fraction) } else { None })
        .collect();
    assert!(fractions.is_sorted());
    assert!((fractions.last().unwrap() - 1.0).abs() < 1e-9);
}

#[test]
fn deep_and_wide_networks_run_too() {
    let set = toy::digits(20, 5);
    let fields = [("network.hidden", "[40, 24]"), ("rule.rates", "[0.02, 0.02, 0.02]"), ("training.epochs", "8")];
    let spec = spec::set(&toy::spec("src"), &fields).unwrap();
    let (events, nets) = run(&spec, &[0], &set);
    assert_eq!(nets[0].layers.len(), 3);
    let done = finished(&events)[0];
    assert!(done.matrix[0][0] > 0.7, "a deep network learns its first task: {:?}", done.matrix[0]);
    assert_eq!(reports(&events)[1].spikes_per_step.len(), 4);
}

#[test]
fn both_rules_learn() {
    let set = toy::digits(40, 10);
    for rule in ["predictive", "contrastive"] {
        let spec = spec::set(&toy::spec("parallel"), &[("rule.kind", rule), ("training.epochs", "6")]).unwrap();
        let accuracy = finished(&run(&spec, &[0], &set).0)[0].accuracy;
        assert!(accuracy > 0.8, "{rule}: {accuracy}");
    }
}

#[test]
fn stopping_early_gives_the_same_accuracies() {
    let set = toy::digits(40, 10);
    let all_steps = spec::set(&toy::spec("sequential"), &[("network.tolerance", "0"), ("network.free_steps", "100")]);
    let early = spec::set(&toy::spec("sequential"), &[("network.tolerance", "1e-6"), ("network.free_steps", "100")]);
    let (a, _) = run(&all_steps.unwrap(), &[0], &set);
    let (b, _) = run(&early.unwrap(), &[0], &set);
    assert_eq!(finished(&a)[0].matrix, finished(&b)[0].matrix);
}

#[test]
fn held_back_data_are_measured_on_when_asked() {
    let set = toy::digits(40, 10);
    let spec = spec::set(&toy::spec("sequential"), &[("evaluation.split", "held_back")]).unwrap();
    let (events, _) = run(&spec, &[0], &set);
    assert_eq!(reports(&events)[0].confusion.iter().flatten().sum::<u32>(), 40, "a tenth of 400");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever bytes: an error, or a run; never a panic. The checksum is made right, so that the content is read.
    #[test]
    fn no_saved_bytes_panic(cut in any::<prop::sample::Index>(), flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4)) {
        use sha2::{Digest, Sha256};
        let set = toy::digits(12, 4);
        let spec = Spec { seed: 4, engine: EngineKind::Cpu, ..toy::spec("src") };
        let mut run = block_on(Run::new(&[spec], &set)).unwrap();
        run.watch();
        (0..70).for_each(|_| drop(block_on(run.next()).unwrap()));
        let bytes = block_on(run.save()).unwrap();
        let head = bytes.len() - bytes[45..].len() - 32;
        let mut body = bytes[head + 32..].to_vec();
        for (at, value) in flips {
            // Weights are most of a file: look at what surrounds them, too.
            let at = match value % 4 {
                0 => at.index(body.len().min(3000)),
                1 => body.len() - 1 - at.index(body.len().min(40_000)),
                _ => at.index(body.len()),
            };
            body[at] = body[at].wrapping_add(value | 1);
        }
        body.truncate(body.len() - cut.index(8));
        let forged = [&bytes[..head], &Sha256::digest(&body)[..], &body].concat();
        if let Ok(mut restored) = block_on(Run::restore(&forged, &set)) {
            restored.watch();
            restored.told().unwrap();
            let album = restored.album().unwrap();
            (0..album.len()).for_each(|after| drop((album.net(after), album.fields(after, 8))));
            (0..3).for_each(|_| drop(block_on(restored.next()).unwrap()));
            block_on(restored.save()).unwrap();
            drop(restored.act(spec::Act::Sleep { steps: 5 }));
            (0..3).for_each(|_| drop(block_on(restored.next()).unwrap()));
        }
    }
}

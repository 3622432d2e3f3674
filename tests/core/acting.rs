//! What a person does during a run: its place among the phases, what it changes, and that the run can be repeated.

use engram::continual::Experiment;
use engram::event::{Event, Finished, PhaseReport};
use engram::kernels::cpu::Cpu;
use engram::net::Net;
use engram::spec::{self, Act, Spec};
use pollster::block_on;
use proptest::prelude::*;

use crate::toy;

/// What is left of a run when times are taken out.
#[derive(Debug, PartialEq)]
struct Outcome {
    spec: Spec,
    phases: Vec<String>,
    matrix: Vec<Vec<f64>>,
    net: Net,
}

fn go_on(experiment: &mut Experiment<Cpu>, events: usize) -> Vec<Event> {
    std::iter::from_fn(|| block_on(experiment.next()).unwrap()).take(events).collect()
}

fn finish(experiment: &mut Experiment<Cpu>) -> Outcome {
    let mut finished = go_on(experiment, usize::MAX).into_iter().filter_map(|event| match event {
        Event::Finished(finished) => Some(*finished),
        _ => None,
    });
    let Finished { spec, phases, matrix, .. } = finished.next_back().expect("the run ends");
    Outcome { spec, phases, matrix, net: block_on(experiment.networks()).unwrap().remove(0) }
}

fn start(spec: &Spec) -> Experiment<Cpu> {
    Experiment::new(Cpu, spec.clone(), &[4], &toy::digits(12, 4)).unwrap()
}

/// A run of `spec` in which `act` is done after so many events.
fn acted(spec: &Spec, after: usize, act: Act) -> Outcome {
    let mut experiment = start(spec);
    go_on(&mut experiment, after);
    experiment.act(act).unwrap();
    finish(&mut experiment)
}

/// The number of the first event that `wanted` picks.
fn position(spec: &Spec, wanted: impl Fn(&Event) -> bool) -> usize {
    1 + go_on(&mut start(spec), usize::MAX).iter().position(wanted).expect("such an event")
}

fn in_phase(phase: &str, at_least: u64) -> impl Fn(&Event) -> bool {
    move |event| matches!(event, Event::Progress { name, done, .. } if name == phase && *done >= at_least)
}

fn phases(names: &str) -> Vec<&str> {
    names.split(' ').collect()
}

/// Sleep that changes no weight.
fn dreamless() -> Spec {
    spec::set(&toy::spec("src"), &[("sleep.inc", "0")]).unwrap()
}

#[test]
fn learning_is_interrupted_and_goes_on_with_the_same_images() {
    let spec = dreamless();
    let alone = finish(&mut start(&spec));
    let outcome = acted(&spec, position(&spec, in_phase("T2", 9)), Act::Sleep { steps: 700 });
    assert_eq!(outcome.phases, phases("T1 S1 T2a N1 T2 S2 T3 S3 T4 S4 T5 S5"));
    assert_eq!(outcome.net, alone.net, "a sleep without plasticity leaves no trace");
    assert_eq!(outcome.matrix.last(), alone.matrix.last());
    let [action] = &outcome.spec.actions[..] else { panic!("one action") };
    assert_eq!((action.phase, action.done), (2, 16), "two minibatches of 8");
}

#[test]
fn a_stint_can_be_interrupted_again() {
    let spec = dreamless();
    let mut experiment = start(&spec);
    go_on(&mut experiment, position(&spec, in_phase("T1", 8)));
    for _ in 0..2 {
        experiment.act(Act::Sleep { steps: 100 }).unwrap();
        while !matches!(block_on(experiment.next()).unwrap(), Some(Event::Progress { name, done: 8, .. }) if name == "T1")
        {
        }
    }
    let outcome = finish(&mut experiment);
    assert_eq!(outcome.phases[..6], phases("T1a N1 T1b N2 T1 S1"));
    assert_eq!(outcome.net, finish(&mut start(&spec)).net);
}

#[test]
fn a_longer_sleep_is_one_sleep_of_that_length() {
    let one_task = [("tasks.classes", "[[0,1]]"), ("tasks.order", "listed")];
    let spec = spec::set(&toy::spec("src"), &one_task).unwrap();
    let long = spec::set(&spec, &[("sleep.steps", "1900")]).unwrap();
    let outcome = acted(&spec, position(&spec, in_phase("S1", 500)), Act::Longer { steps: 800 });
    assert_eq!(outcome.phases, phases("T1 S1"));
    assert_eq!(outcome.net, finish(&mut start(&long)).net);
    assert_ne!(outcome.net, finish(&mut start(&spec)).net);
}

#[test]
fn longer_where_nothing_sleeps_is_a_sleep() {
    let spec = toy::spec("sequential");
    let outcome = acted(&spec, position(&spec, in_phase("T2", 24)), Act::Longer { steps: 300 });
    assert_eq!(outcome.phases, phases("T1 T2a N1 T2 T3 T4 T5"));
}

#[test]
fn a_sleep_can_be_acted_upon_more_than_once_and_the_order_is_kept() {
    let spec = toy::spec("src");
    let mut experiment = start(&spec);
    go_on(&mut experiment, position(&spec, in_phase("S1", 500)));
    experiment.act(Act::Teach { classes: vec![0, 1], epochs: 1 }).unwrap();
    experiment.act(Act::Longer { steps: 900 }).unwrap();
    experiment.act(Act::Sleep { steps: 300 }).unwrap();
    let outcome = finish(&mut experiment);
    assert_eq!(outcome.phases[..5], phases("T1 S1 A1 N1 T2"));
    assert_eq!(finish(&mut start(&outcome.spec)), outcome);
}

#[test]
fn acts_while_an_interruption_is_measured_come_in_their_order() {
    let spec = toy::spec("sequential");
    let mut experiment = start(&spec);
    go_on(&mut experiment, position(&spec, in_phase("T2", 16)));
    experiment.act(Act::Teach { classes: vec![0, 1], epochs: 1 }).unwrap();
    experiment.act(Act::Sleep { steps: 1300 }).unwrap();
    let while_asleep = |event: &Event| matches!(event, Event::Progress { name, .. } if name == "N1");
    while !block_on(experiment.next()).unwrap().is_some_and(|event| while_asleep(&event)) {}
    experiment.act(Act::Longer { steps: 700 }).unwrap();
    let outcome = finish(&mut experiment);
    assert_eq!(outcome.phases[..6], phases("T1 T2a A1 N1 T2 T3"));
    assert_eq!(finish(&mut start(&outcome.spec)), outcome);
}

#[test]
fn added_phases_are_numbered_without_a_gap() {
    let spec = toy::spec("sequential");
    let mut experiment = start(&spec);
    go_on(&mut experiment, usize::MAX);
    experiment.act(Act::Teach { classes: vec![0, 1], epochs: 2 }).unwrap();
    while !matches!(block_on(experiment.next()).unwrap(), Some(Event::Progress { name, .. }) if name == "A1") {}
    experiment.act(Act::Sleep { steps: 100 }).unwrap();
    finish(&mut experiment);
    experiment.act(Act::Teach { classes: vec![2, 3], epochs: 1 }).unwrap();
    assert_eq!(finish(&mut experiment).phases[5..], phases("A1a N1 A1 A2"));
}

#[test]
fn acting_upon_a_repeated_run_keeps_what_is_to_come() {
    let spec = toy::spec("src");
    let noted = acted(&spec, position(&spec, in_phase("S2", 500)), Act::Longer { steps: 800 }).spec;
    let mut experiment = start(&noted);
    go_on(&mut experiment, position(&noted, in_phase("T1", 16)));
    experiment.act(Act::Sleep { steps: 100 }).unwrap();
    let outcome = finish(&mut experiment);
    assert_eq!(outcome.phases, phases("T1a N1 T1 S1 T2 S2 T3 S3 T4 S4 T5 S5"));
    assert_eq!(outcome.spec.actions[1].phase, 5, "S2, two phases later than it was");
    assert_eq!(finish(&mut start(&outcome.spec)), outcome);
}

#[test]
fn classes_taught_again_are_remembered() {
    let spec = spec::set(&toy::spec("sequential"), &[("tasks.order", "listed"), ("training.epochs", "6")]).unwrap();
    let mut experiment = start(&spec);
    let before = finish(&mut experiment);
    experiment.act(Act::Teach { classes: vec![0, 1], epochs: 6 }).unwrap();
    let after = finish(&mut experiment);
    assert_eq!(after.phases, phases("T1 T2 T3 T4 T5 A1"));
    let of_first = |outcome: &Outcome| outcome.matrix.last().unwrap()[0];
    assert!(of_first(&after) > 0.8 && of_first(&before) < 0.6, "{} from {}", of_first(&after), of_first(&before));
}

#[test]
fn a_drawing_is_learnt() {
    let spec = spec::set(&toy::spec("sequential"), &[("tasks.order", "listed")]).unwrap();
    let image: String = (0..64).map(|i| if i / 8 == i % 8 || i / 8 == 3 { 'f' } else { '0' }).collect();
    let pixels: Vec<f32> = image.chars().map(|digit| if digit == 'f' { 1.0 } else { 0.0 }).collect();
    let answer = |net: &Net| {
        let outputs = net.settle(&pixels, 40, 0.2, 1.0).pop().unwrap();
        (0..10).max_by(|&a, &b| outputs[a].total_cmp(&outputs[b])).unwrap()
    };
    let alone = finish(&mut start(&spec));
    assert_ne!(answer(&alone.net), 5);
    let after = position(&spec, |event| matches!(event, Event::Phase(report) if report.name == "T5"));
    let outcome = acted(&spec, after, Act::Draw { image, class: 5, epochs: 20 });
    assert_eq!(outcome.phases.last().unwrap(), "D1");
    assert_eq!(answer(&outcome.net), 5);
}

#[test]
fn phases_that_a_person_added_are_reported_like_the_others() {
    let spec = toy::spec("sequential");
    let mut experiment = start(&spec);
    go_on(&mut experiment, position(&spec, in_phase("T3", 30)));
    experiment.act(Act::Sleep { steps: 1300 }).unwrap();
    let events = go_on(&mut experiment, usize::MAX);
    let Some(Event::Acted { spec: noted, phases, .. }) =
        events.iter().find(|event| matches!(event, Event::Acted { .. }))
    else {
        panic!("it is announced")
    };
    assert_eq!((noted.actions.len(), phases.join(" ").as_str()), (1, "T1 T2 T3a N1 T3 T4 T5"));
    let reports: Vec<&PhaseReport> =
        events.iter().filter_map(|e| if let Event::Phase(report) = e { Some(&**report) } else { None }).collect();
    let nap = reports.iter().find(|report| report.name == "N1").expect("a report");
    assert_eq!((nap.spikes_per_step.len(), nap.weight_change.len()), (3, 2));
    let mut fractions =
        events.iter().filter_map(|e| if let Event::Progress { fraction, .. } = e { Some(*fraction) } else { None });
    assert!((fractions.next_back().unwrap() - 1.0).abs() < 1e-9);
}

#[test]
fn what_does_not_fit_is_refused_and_changes_nothing() {
    let narrow = spec::set(&toy::spec("sequential"), &[("tasks.classes", "[[0,1],[2,3]]")]).unwrap();
    let mut experiment = start(&narrow);
    go_on(&mut experiment, 12);
    let mut refused = |act: Act| experiment.act(act).unwrap_err().to_string();
    assert!(refused(Act::Teach { classes: vec![1, 7], epochs: 1 }).contains("`actions[0].act.classes` is 7"));
    assert!(refused(Act::Draw { image: "0".repeat(784), class: 1, epochs: 1 }).contains("8×8 pixels"));
    assert!(refused(Act::Draw { image: "0".repeat(64), class: 9, epochs: 1 }).contains("no class of the run's tasks"));
    assert!(refused(Act::Draw { image: "x".repeat(64), class: 1, epochs: 1 }).contains("digits from 0 to f"));
    assert!(refused(Act::Sleep { steps: 0 }).contains("steps"));
    assert_eq!(finish(&mut experiment).net, finish(&mut start(&narrow)).net);

    let mut wide = spec::set(&narrow, &[("sleep.window", "9")]).unwrap();
    assert!(start(&wide).act(Act::Sleep { steps: 10 }).unwrap_err().to_string().contains("sleep.window"));
    wide.actions = vec![spec::Action { phase: 0, done: 0, act: Act::Sleep { steps: 10 } }];
    assert!(Experiment::new(Cpu, wide, &[1], &toy::digits(12, 4)).is_err());
}

#[test]
fn an_action_beyond_the_end_is_done_at_the_end() {
    let mut spec = toy::spec("sequential");
    spec.actions = vec![spec::Action { phase: 77, done: 0, act: Act::Sleep { steps: 200 } }];
    let mut experiment = start(&spec);
    assert_eq!(finish(&mut experiment).phases, phases("T1 T2 T3 T4 T5 N1"));
    experiment.act(Act::Sleep { steps: 300 }).unwrap();
    let outcome = finish(&mut experiment);
    assert_eq!(outcome.phases, phases("T1 T2 T3 T4 T5 N1 N2"));
    assert_eq!(finish(&mut start(&outcome.spec)), outcome);
}

fn any_act() -> impl Strategy<Value = Act> {
    prop_oneof![
        (1u32..900).prop_map(|steps| Act::Sleep { steps }),
        (1u32..900).prop_map(|steps| Act::Longer { steps }),
        (0u8..5).prop_map(|task| Act::Teach { classes: vec![2 * task + 1, 2 * task], epochs: 1 }),
        (0u8..10).prop_map(|class| Act::Draw { image: "0f".repeat(32), class, epochs: 1 }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// Whatever is done and whenever: the Spec that the run ends with repeats it bit for bit, alone, out of its link, and
    /// across a save at any place.
    #[test]
    fn an_acted_upon_run_is_repeated(
        acts in prop::collection::vec((0usize..130, any_act()), 1..4),
        strategy in prop::sample::select(vec!["src", "sequential", "parallel"]),
        cut in 0usize..160,
    ) {
        let mut experiment = start(&toy::spec(strategy));
        for (after, act) in acts {
            go_on(&mut experiment, after);
            experiment.act(act).unwrap();
        }
        let outcome = finish(&mut experiment);
        let linked = Spec { seed: 4, ..spec::from_hash::<Spec>(&spec::to_hash(&outcome.spec)).unwrap() };
        prop_assert_eq!(&linked, &outcome.spec);
        prop_assert_eq!(&finish(&mut start(&linked)), &outcome);

        let mut saved = start(&linked);
        go_on(&mut saved, cut);
        let bytes = block_on(saved.save()).unwrap();
        let mut restored = Experiment::restore(Cpu, &bytes, &toy::digits(12, 4)).unwrap();
        go_on(&mut restored, usize::MAX);
        prop_assert_eq!(block_on(restored.networks()).unwrap().remove(0), outcome.net);
    }
}

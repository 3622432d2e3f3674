//! The search: what it hands out, what it makes of what it is told, and that it can be stopped anywhere.

use std::collections::BTreeMap;

use engram::continual::Experiment;
use engram::kernels::cpu::Cpu;
use engram::rng::{Purpose, Stream};
use engram::spec::{Spec, Split, preset, set};
use engram::tune::{
    Bounds, Errand, Evolution, Genetic, GivenUp, Judge, Log, Method, Scale, Scored, Search, Space, Tried, TriedOrder,
    Tuner, Tuning,
};
use pollster::block_on;
use proptest::prelude::*;

use crate::toy;

fn spec() -> Spec {
    preset("quick-mnist-src").unwrap().spec.clone()
}

/// Eight constants, three rungs.
fn tuning(method: &str) -> Tuning {
    let json = r#"{
        "fields": {
            "sleep.rate": { "low": 0.1, "high": 0.9 },
            "sleep.inc": { "low": 1e-5, "high": 1e-3, "scale": "log" },
            "sleep.leak": { "low": 0.9, "high": 0.9999, "scale": "log_rest" },
            "sleep.gain_hidden": { "low": 1, "high": 20, "scale": "log" },
            "sleep.gain_output": { "low": 0.05, "high": 5, "scale": "log" },
            "sleep.dec_ratio": { "low": 0.01, "high": 1, "scale": "log" },
            "sleep.feedback": { "low": 0.2, "high": 3, "scale": "log" },
            "sleep.steps": { "low": 500, "high": 30000, "scale": "log" }
        },
        "method": METHOD,
        "population": 20,
        "rungs": [{ "set": { "sleep.rate": 0.5 }, "seeds": [7] }, { "seeds": [7, 8] }, { "seeds": [7, 8, 9], "pass": 0.2 }],
        "seed": 3
    }"#;
    Tuning::from_json(&json.replace("METHOD", method)).unwrap()
}

const GENETIC: &str = r#"{ "kind": "genetic" }"#;
const EVOLUTION: &str = r#"{ "kind": "evolution" }"#;
const RANDOM: &str = r#"{ "kind": "random" }"#;

/// A fitness that is known: best near the middle of the box, and a little of the order's own.
fn trial(space: &Space, spec: &Spec) -> TriedOrder {
    let far: f64 = space.point(spec).iter().map(|unit| (unit - 0.4).powi(2)).sum();
    let accuracy = (1.0 - far) * 0.9 + 0.001 * f64::from(spec.seed % 3);
    TriedOrder { seed: spec.seed, accuracy, spikes_per_step: vec![50.0, 0.3, 0.0], seconds: 0.5, given_up: None }
}

fn answer(tuner: &Tuner, space: &Space, errand: &Errand) -> Tried {
    tuner.evaluation(errand, errand.specs.iter().map(|spec| trial(space, spec)).collect())
}

/// Does so many errands one after another.
fn work(tuner: &mut Tuner, count: usize) {
    let space = Space::new(&spec(), &tuner.tuning().fields).unwrap();
    for _ in 0..count {
        let errand = tuner.hand_out().unwrap().expect("nothing is under way");
        let evaluation = answer(tuner, &space, &errand);
        tuner.tell(evaluation).unwrap();
    }
}

fn start(method: &str) -> Tuner {
    Tuner::new(&spec(), tuning(method)).unwrap()
}

#[test]
fn errands_are_of_the_rung_and_never_measured_on_the_test_split() {
    let mut tuner = start(RANDOM);
    let first = tuner.hand_out().unwrap().unwrap();
    assert_eq!((first.generation, first.point, first.rung), (0, 0, 0));
    assert_eq!(first.specs.iter().map(|spec| spec.seed).collect::<Vec<_>>(), [7]);
    assert!(first.specs.iter().all(|spec| spec.evaluation.split == Split::HeldBack));
    let ids = |errand: &Errand| (errand.generation, errand.rung, errand.specs.len());
    let mut tuner = start(RANDOM);
    let mut seen = BTreeMap::new();
    let space = Space::new(&spec(), &tuner.tuning().fields).unwrap();
    for _ in 0..70 {
        let errand = tuner.hand_out().unwrap().unwrap();
        *seen.entry(ids(&errand)).or_insert(0) += 1;
        let evaluation = answer(&tuner, &space, &errand);
        tuner.tell(evaluation).unwrap();
    }
    // Twenty, the better ten, and of those the better half: 35 a generation.
    let expected =
        [(0, 0, 1), (0, 1, 2), (0, 2, 3), (1, 0, 1), (1, 1, 2), (1, 2, 3)].into_iter().zip([20, 10, 5, 20, 10, 5]);
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), expected.collect::<Vec<_>>());
}

#[test]
fn the_better_half_goes_on() {
    let mut tuner = start(RANDOM);
    work(&mut tuner, 30);
    let rung = |rung: u32| tuner.told().iter().filter(move |evaluation| evaluation.rung == rung);
    let mut ranked: Vec<&Tried> = rung(0).collect();
    ranked.sort_by(|a, b| b.fitness.total_cmp(&a.fitness));
    let mut better: Vec<u32> = ranked[..10].iter().map(|evaluation| evaluation.point).collect();
    let mut went_on: Vec<u32> = rung(1).map(|evaluation| evaluation.point).collect();
    better.sort_unstable();
    went_on.sort_unstable();
    assert_eq!(better, went_on);
}

#[test]
fn a_search_finds_what_random_draws_do_not() {
    let best = |method: &str| {
        let mut tuner = start(method);
        work(&mut tuner, 35 * 12);
        tuner.best().unwrap().fitness
    };
    let (random, genetic, evolution) = (best(RANDOM), best(GENETIC), best(EVOLUTION));
    assert!(genetic > random && evolution > random, "{random} {genetic} {evolution}");
    assert!(evolution > 0.89, "{evolution}");
}

#[test]
fn a_point_that_is_no_spec_ends_the_search_with_what_is_wrong() {
    // Each side of the box is a Spec; a step longer than the membrane's time constant is none.
    let base = preset("predict-mnist-quick").unwrap().spec.clone();
    let fields = r#"{"areas.dt": {"low": 0.5, "high": 2.5, "scale": "linear"}, "areas.tau_m": {"low": 1, "high": 4, "scale": "linear"}}"#;
    let tuning = Tuning { fields: serde_json::from_str(fields).unwrap(), ..tuning(RANDOM) };
    let mut tuner = Tuner::new(&base, tuning).unwrap();
    let refused = (0..20).find_map(|_| tuner.hand_out().err()).expect("one in five is refused");
    assert!(refused.to_string().contains("areas."), "{refused}");
}

#[test]
fn where_all_would_live_on_something_new_is_tried_all_the_same() {
    let genetic = GENETIC.replacen("\"kind\":", "\"elite\": 1.0, \"kind\":", 1);
    let mut tuner = start(&genetic);
    work(&mut tuner, 35);
    assert_eq!(tuner.hand_out().unwrap().expect("one is new").generation, 1);
}

#[test]
fn the_spec_itself_is_tried_first_where_that_is_asked() {
    let mut own = Tuner::new(&spec(), Tuning { from_spec: true, ..tuning(GENETIC) }).unwrap();
    let parameters = |tuner: &mut Tuner| {
        let errand = tuner.hand_out().unwrap().unwrap();
        tuner.evaluation(&errand, Vec::new()).parameters
    };
    let first = parameters(&mut own);
    assert_eq!(first["sleep.steps"], f64::from(spec().sleep.steps));
    assert!((first["sleep.leak"] / spec().sleep.leak - 1.0).abs() < 1e-6, "{first:?}");
    assert_ne!(parameters(&mut start(GENETIC)), first);
}

#[test]
fn an_elite_lives_on_and_is_not_tried_again() {
    let population: Vec<Scored> =
        (0..10).map(|i| Scored { point: vec![f64::from(i) / 10.0], score: f64::from(i % 7) }).collect();
    let genetic = Method::Genetic(Genetic { elite: 0.2, mutation: 0.0, ..Genetic::default() });
    let brood = genetic.next(1, 10, &population, &[], 1, &mut Stream::new(1, Purpose::Tuning, 0, 1));
    assert_eq!(brood.kept, [6, 5]);
    assert_eq!(brood.children.len(), 8);
    let points: Vec<&Vec<f64>> = population.iter().map(|scored| &scored.point).collect();
    assert!(brood.children.iter().all(|child| points.contains(&child)), "without mutation nothing is new");
}

#[test]
fn steps_of_an_evolution_shrink() {
    let best = vec![Scored { point: vec![0.5; 8], score: 1.0 }];
    let evolution = Method::Evolution(Evolution { parents: 1, step: 0.1, shrink: 0.5 });
    let spread = |generation: u32| {
        let mut draws = Stream::new(1, Purpose::Tuning, 0, generation);
        let brood = evolution.next(generation, 50, &best, &best, 8, &mut draws);
        let squares: f64 = brood.children.iter().flatten().map(|value| (value - 0.5).powi(2)).sum();
        (squares / 400.0).sqrt()
    };
    assert!((spread(1) - 0.1).abs() < 0.01 && (spread(3) - 0.025).abs() < 0.0025, "{} {}", spread(1), spread(3));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Stopped anywhere, with errands under way that come back in any order, a search is the same search.
    #[test]
    fn a_search_goes_on_where_it_stopped(stop in 0usize..90, more in 0usize..40, backwards: bool) {
        let mut whole = start(GENETIC);
        work(&mut whole, stop + more);
        let mut stopped = start(GENETIC);
        work(&mut stopped, stop);
        stopped.hand_out().unwrap();
        let mut told: Vec<Tried> = stopped.told().to_vec();
        if backwards {
            // Within a rung it does not matter who came first.
            told.sort_by_key(|evaluation| (evaluation.generation, evaluation.rung, std::cmp::Reverse(evaluation.point)));
        }
        let mut resumed = start(GENETIC);
        resumed.resume(told).unwrap();
        work(&mut resumed, more);
        let sorted = |tuner: &Tuner| {
            let mut told = tuner.told().to_vec();
            told.sort_by_key(|evaluation| (evaluation.generation, evaluation.rung, evaluation.point));
            told
        };
        prop_assert_eq!(sorted(&whole), sorted(&resumed));
    }

    /// A value of the box is in its bounds, and stands where it came from.
    #[test]
    fn points_and_values_go_together(units in prop::collection::vec(0.0f64..=1.0, 8)) {
        let fields = tuning(RANDOM).fields;
        let space = Space::new(&spec(), &fields).unwrap();
        let parameters = space.parameters(&units);
        for (field, value) in &parameters {
            prop_assert!((fields[field].low..=fields[field].high).contains(value));
        }
        let pairs: Vec<(String, String)> = parameters.iter().map(|(path, value)| (path.clone(), value.to_string())).collect();
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(path, value)| (&**path, &**value)).collect();
        let there = set(&spec(), &pairs).unwrap();
        prop_assert_eq!(space.parameters(&space.point(&there)), parameters);
    }
}

#[test]
fn what_is_no_search_is_refused_in_words() {
    let refused = |change: &dyn Fn(&mut Tuning), words: &str| {
        let mut tuning = tuning(RANDOM);
        change(&mut tuning);
        let error = Tuner::new(&spec(), tuning).err().expect("it is refused").to_string();
        assert!(error.contains(words), "{error}");
    };
    let bounds = |low, high, scale| Bounds { low, high, scale };
    let field = |name: &'static str, bounds: Bounds| {
        move |tuning: &mut Tuning| {
            tuning.fields.insert(name.into(), bounds);
        }
    };
    refused(&field("sleep.depth", bounds(0.0, 1.0, Scale::Linear)), "`sleep.depth` is not a field");
    refused(&field("sleep.stdp", bounds(0.0, 1.0, Scale::Linear)), "is no number");
    refused(&field("sleep.rate", bounds(1.0, 0.5, Scale::Linear)), "the lower one comes first");
    refused(&field("sleep.rate", bounds(0.0, 0.5, Scale::Log)), "cannot be searched on the scale");
    refused(&field("sleep.leak", bounds(0.5, 1.0, Scale::LogRest)), "cannot be searched on the scale");
    refused(&field("sleep.leak", bounds(0.5, 1.5, Scale::Linear)), "from 0 to 1 is allowed");
    refused(&|tuning| tuning.fields.clear(), "names no field");
    refused(&|tuning| tuning.population = 1, "`population`");
    refused(&|tuning| tuning.rungs.clear(), "`rungs`");
    refused(&|tuning| tuning.rungs[1].seeds.push(7), "each once");
    refused(&|tuning| tuning.rungs[0].pass = 0.0, "`pass`");
    refused(&|tuning| drop(tuning.rungs[0].set.insert("sleep.depth".into(), 1.into())), "no field `sleep.depth`");
    refused(&|tuning| tuning.method = Method::Genetic(Genetic { mutation: 2.0, ..Genetic::default() }), "out of range");
    let unreadable = Tuning::from_json(r#"{ "fields": { "sleep.rate": { "low": "a", "high": 1 } } }"#).unwrap_err();
    assert!(unreadable.to_string().contains("fields.sleep.rate.low"), "{unreadable}");
}

#[test]
fn a_log_of_another_search_is_not_gone_on_with() {
    let mut tuner = start(GENETIC);
    work(&mut tuner, 5);
    let mut other = Tuner::new(&spec(), Tuning { seed: 4, ..tuning(GENETIC) }).unwrap();
    assert!(other.resume(tuner.told().to_vec()).unwrap_err().to_string().contains("other constants"));
    let twice = [tuner.told()[0].clone(), tuner.told()[0].clone()];
    assert!(start(GENETIC).resume(twice).is_err());
}

#[test]
fn a_log_is_all_there_is_to_save() {
    let mut tuner = start(GENETIC);
    work(&mut tuner, 33);
    let text = Search { spec: spec(), tuning: tuning(GENETIC) }.log(tuner.told());
    let mut again = Log::read(&text).unwrap().resume().unwrap();
    assert_eq!(again.told(), tuner.told());
    work(&mut tuner, 30);
    work(&mut again, 30);
    assert_eq!(again.told(), tuner.told(), "and so on into the next generation");

    let torn = Log::read(&text[..text.len() - 20]).unwrap();
    assert_eq!(torn.evaluations.len(), 32, "a line that was being written is done again");
    let mut torn = torn.resume().unwrap();
    work(&mut torn, 31);
    assert_eq!(torn.told(), tuner.told());
}

#[test]
fn a_broken_log_says_where() {
    let mut tuner = start(RANDOM);
    work(&mut tuner, 4);
    let search = Search { spec: spec(), tuning: tuning(RANDOM) };
    let text = search.log(tuner.told());
    let refused = |text: &str, words: &str| {
        let error = Log::read(text).and_then(Log::resume).err().expect("it is refused").to_string();
        assert!(error.contains(words) && !error.contains("at line"), "{error}");
    };
    refused("", "it is empty");
    refused("task,accuracy\n1,0.5\n", "line 1 cannot be read from its column 2 on");
    refused(&text[search.line().len()..], "line 1 does not say what is searched");
    refused(&text.replacen("\"fitness\":", "\"fitness\"", 1), "line 2 cannot be read from its column");
    refused(&text.replacen("\"fitness\":", "\"fit\":", 1), "line 2 holds no evaluation: missing field `fitness`");
    refused(&text.replacen("\"version\":1", "\"version\":9", 1), "version 9");
    refused(&(text.clone() + &search.line()), "line 6 begins a second search");
    refused(&text.replacen("\"population\":20", "\"population\":1", 1), "`population`");
    refused(&text.replacen("\"seed\":3", "\"seed\":4", 1), "other constants");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// A log with bytes changed, cut or doubled is refused or read, and what is read is written as it was.
    #[test]
    fn no_log_panics(
        cut in any::<prop::sample::Index>(),
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        twice: bool,
    ) {
        let mut tuner = start(RANDOM);
        work(&mut tuner, 3);
        let mut bytes = Search { spec: spec(), tuning: tuning(RANDOM) }.log(tuner.told()).into_bytes();
        for (at, byte) in flips {
            *at.get_mut(&mut bytes) = byte;
        }
        let mut text = String::from_utf8_lossy(&bytes[..=cut.index(bytes.len())]).into_owned();
        if twice {
            text += &text.clone();
        }
        if let Ok(log) = Log::read(&text) {
            prop_assert_eq!(&Log::read(&log.search.log(&log.evaluations)).unwrap(), &log);
            drop(log.resume());
        }
    }
}

/// Runs a Spec under a judge.
fn judged(spec: &Spec) -> TriedOrder {
    let set = toy::digits(40, 10);
    let mut run = Experiment::new(Cpu, spec.clone(), &[spec.seed], &set).unwrap();
    let mut judge = Judge::new(spec);
    while let Some(event) = block_on(run.next()).unwrap() {
        if judge.hear(&event) {
            break;
        }
    }
    judge.verdict()
}

#[test]
fn what_has_failed_is_given_up_and_counts_as_nothing() {
    let with = |fields: &[(&str, &str)]| judged(&set(&toy::spec("src"), fields).unwrap());
    let silent = with(&[("sleep.rate", "0")]);
    assert_eq!((silent.given_up, silent.accuracy), (Some(GivenUp::Silent), 0.0));
    let storm = with(&[("sleep.rate", "1000"), ("sleep.gain_hidden", "1000"), ("sleep.window", "null")]);
    assert_eq!((storm.given_up, storm.accuracy), (Some(GivenUp::Storm), 0.0));
    let diverged = with(&[("rule.rates", "[50,50]")]);
    assert_eq!((diverged.given_up, diverged.accuracy), (Some(GivenUp::Diverged), 0.0));
}

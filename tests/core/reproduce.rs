//! Plans, kept runs and the tables that are made of them.

use engram::event::{Cost, Effort, Event, Finished, Held, TaskIncremental, TimeShares};
use engram::reproduce::{
    Cell, ClaimAnswer, Filter, Made, Plan, PlannedExperiment, Reproduction, Runs, Verdict, diverged_line,
    finished_line, queue, read,
};
use engram::spec::Spec;
use proptest::prelude::*;

fn plan() -> Plan {
    Plan::of_kubo().unwrap()
}

fn experiment<'a>(plan: &'a Plan, name: &str) -> &'a PlannedExperiment {
    plan.experiments.iter().find(|experiment| experiment.name == name).unwrap()
}

fn made() -> Made {
    Made { engram: "0.0.0".into(), command: "engram reproduce table2".into() }
}

/// A run of `spec` that ended with this accuracy.
fn finished(spec: &Spec, accuracy: f64) -> Finished {
    Finished {
        run: 0,
        spec: spec.clone(),
        seed: spec.seed,
        phases: vec!["T1".into()],
        tasks: vec![vec![0, 1]],
        matrix: vec![vec![accuracy]],
        accuracy,
        untaught: vec![0.1],
        average_accuracy: accuracy,
        forgetting: 0.0,
        forgetting_max: 0.0,
        backward_transfer: 0.0,
        forward_transfer: 0.0,
        task_incremental: None,
        cost: None,
        seconds: 36.0,
        time: TimeShares::default(),
        engine: None,
    }
}

fn diverged(spec: &Spec) -> String {
    let event = Event::Diverged {
        run: 0,
        phase: 0,
        name: "T1".into(),
        step: 3,
        layer: "output".into(),
        message: "a weight is not finite".into(),
    };
    diverged_line(&event, spec, 7.5, &made()).unwrap()
}

/// Lines of all runs that the built-in plan's cells want, where `accuracy` says what a cell's seed gave; `None`: it diverged.
fn lines(plan: &Plan, accuracy: impl Fn(&str, u32) -> Option<f64>) -> String {
    let experiments: Vec<&PlannedExperiment> = plan.experiments.iter().collect();
    let errands = queue(plan, &experiments, &Filter::default(), 6).unwrap();
    let line = |cell: &str, spec: &Spec| match accuracy(cell, spec.seed) {
        Some(accuracy) => finished_line(&finished(spec, accuracy), &made()),
        None => diverged(spec),
    };
    errands.iter().map(|errand| line(&errand.cell, &errand.spec)).collect()
}

fn report(plan: &Plan, name: &str, lines: &str) -> Reproduction {
    let mut runs = Runs::default();
    runs.take(read(lines).unwrap());
    Reproduction::new(plan, experiment(plan, name), &runs, 6, &made()).unwrap()
}

/// What the paper prints, with a spread of our own around it.
fn as_printed(plan: &Plan, id: &str, seed: u32) -> f64 {
    let printed =
        plan.cells().find(|cell| cell.id() == id).and_then(|cell| cell.paper).map_or(50.0, |paper| paper.mean);
    (printed + f64::from(seed % 3) - 1.0) / 100.0
}

#[test]
fn the_built_in_plan_has_every_number_of_the_paper() {
    let plan = plan();
    let count = |name: &str| experiment(&plan, name).cells.len();
    assert_eq!((count("table2"), count("table3"), count("fig5")), (105, 12, 80));
    assert!(experiment(&plan, "table2").cells.iter().all(|cell| cell.paper.is_some()));
    for cell in plan.cells().filter(|cell| cell.preset.is_some()) {
        let spec = cell.spec().unwrap().unwrap();
        assert_eq!(spec.strategy.sleeps(), cell.strategy.starts_with("src"), "{}", cell.id());
        let percent = 100.0 * spec.strategy.rehearsed_fraction();
        let wanted = cell.fraction.unwrap_or(if cell.strategy.ends_with("rehearsal") { 2.0 } else { 0.0 });
        assert!((percent - wanted).abs() < 1e-9, "{}", cell.id());
    }
}

#[test]
fn runs_like_the_papers_verify_its_cells() {
    let plan = plan();
    let report = report(&plan, "table2", &lines(&plan, |id, seed| Some(as_printed(&plan, id, seed))));
    let cells = &experiment(&plan, "table2").cells;
    let papers: Vec<&str> = plan.datasets.iter().filter(|row| !row.surrogate).map(|row| &*row.name).collect();
    assert_eq!(papers, ["mnist", "fmnist", "cifar10-vgg13bn", "imagenet10-resnet152"]);
    let with_preset = |of_paper: bool| {
        let is_of_paper = |cell: &&Cell| papers.contains(&cell.dataset.as_str()) == of_paper;
        cells.iter().filter(is_of_paper).filter(|cell| cell.preset.is_some()).count()
    };
    let (papers, surrogates) = (with_preset(true), with_preset(false));
    assert!(papers >= 4 * 5 * 3 && surrogates >= 3 * 5 * 2, "{papers} and {surrogates} cells have presets");
    assert_eq!((report.count(Verdict::Verified), report.count(Verdict::Surrogate)), (papers, surrogates));
    assert_eq!(report.count(Verdict::NoPreset), cells.len() - papers - surrogates);
    let cell = report.cells.iter().find(|cell| cell.id == "cifar10-vgg13bn/mrnn-bptt/src").unwrap();
    assert!((cell.ours.unwrap().mean - 41.13).abs() < 1e-9 && cell.difference.unwrap().abs() < 1e-9 && !cell.tuned);
    let told = "engram run cifar10-resnet56-bptt-src --set 'data.name=cifar10-vgg13bn' --seeds 100..106";
    assert_eq!(cell.command.as_deref(), Some(told));
    assert!((report.core_hours - (papers + surrogates) as f64 * 6.0 / 100.0).abs() < 1e-9);
    assert_eq!(report.made, ["engram 0.0.0: engram reproduce table2"]);
    assert!(cell.runs.iter().all(|run| run.engram.as_deref() == Some("0.0.0")));

    let answer = |text: &str| report.claims.iter().find(|claim| claim.text.contains(text)).unwrap();
    assert_eq!(answer("adds about 40").answer, ClaimAnswer::Holds);
    assert_eq!(answer("ahead of backpropagation through time on FMNIST").answer, ClaimAnswer::Holds);
    // Paired, the two differ by .73 points in every order: they can be told apart.
    assert_eq!(answer("level with").answer, ClaimAnswer::DoesNot);
    assert!(answer("on CIFAR-10").surrogate && !answer("time on FMNIST").surrogate && answer("time on FMNIST").tuned);
    assert_eq!(answer("two clusters").answer, ClaimAnswer::Elsewhere);
}

/// A claim that rests on a cell whose constants were not searched for says so.
#[test]
fn a_claim_is_as_tuned_as_its_cells() {
    let tuned = "\"preset\": \"fmnist-bptt-src\", \"tuned\": true";
    let text = include_str!("../../presets/reproduce.json");
    assert!(text.contains(tuned));
    let plan = Plan::from_json(&text.replacen(tuned, &tuned.replace("true", "false"), 1)).unwrap();
    let report = report(&plan, "table2", "");
    let claim = |about: &str| report.claims.iter().find(|claim| claim.text.contains(about)).unwrap();
    assert!(!claim("time on FMNIST").tuned && claim("time on KMNIST").tuned);
}

#[test]
fn a_diverged_run_is_told_and_verifies_nothing() {
    let plan = plan();
    let text = lines(&plan, |id, seed| (id != "mnist/mrnn-ep/src" || seed != 103).then(|| as_printed(&plan, id, seed)));
    let report = report(&plan, "table2", &text);
    let cell = report.cells.iter().find(|cell| cell.id == "mnist/mrnn-ep/src").unwrap();
    assert_eq!((cell.verdict, cell.runs.len(), cell.diverged[0].seed), (Verdict::Diverged, 5, 103));
    assert_eq!(cell.diverged[0].message, "T1, step 3, output: a weight is not finite");
    assert!(report.to_markdown().contains("1 of 6 diverged"));
    assert!(report.to_csv().contains("table2,mnist/mrnn-ep/src,mnist,MNIST,false,mrnn-ep,src,,true,"));
}

/// The plan of `engram reproduce predict`.
fn predict() -> Plan {
    let [_, plan] = Plan::built_in().unwrap();
    plan
}

/// A run of spiking areas, or of another network: how much it forgets, what it knows when told, and what it took.
fn with_more(spec: &Spec, accuracy: f64, told: f64, forgetting: f64, cost: (u64, f64)) -> String {
    let effort = |operations| Effort { operations, changes: 0.0, spikes: Some(100.0) };
    let held = Held { weights: cost.0 / 2, rule: 0, states: cost.0 / 2, data: 0 };
    let told = TaskIncremental { matrix: Vec::new(), accuracy: told, average_accuracy: told, forgetting: 0.01 };
    let run = Finished {
        forgetting,
        task_incremental: spec.tasks.can_be_told().then_some(told),
        cost: Some(Cost { held: Some(held), learning: effort(cost.1), answering: effort(cost.1 / 4.0) }),
        ..finished(spec, accuracy)
    };
    finished_line(&run, &made())
}

#[test]
fn spiking_areas_are_compared_over_long_rows_of_tasks() {
    let plan = predict();
    let rows = |name: &str| plan.cells().filter(|cell| cell.strategy == name).collect::<Vec<_>>();
    for cell in rows("classes").into_iter().chain(rows("permutations")) {
        let tasks = cell.spec().unwrap().unwrap().tasks;
        assert_eq!((tasks.len(), tasks.can_be_told()), (10, false), "{}", cell.id());
    }
    // What is told is another reading of the same runs.
    for (told, untold) in rows("pairs-told").iter().zip(rows("pairs")) {
        assert!(told.told && !untold.told && told.model == untold.model);
        assert_eq!(told.spec().unwrap(), untold.spec().unwrap());
    }
    for cell in plan.cells().filter(|cell| !cell.strategy.starts_with("joint")) {
        assert_eq!(cell.spec().unwrap().unwrap().data.subset.unwrap().train_per_class, 1000, "{}", cell.id());
    }
}

#[test]
fn claims_of_forgetting_and_of_what_it_takes_are_decided_by_the_runs() {
    let plan = predict();
    let experiments: Vec<&PlannedExperiment> = plan.experiments.iter().collect();
    let of = |spare: bool| -> String {
        let line = |cell: &str, spec: &Spec| {
            let (areas, protected) = (cell.contains("areas"), cell.contains("both"));
            let accuracy = if cell.contains("joint") || protected { 0.9 } else { 0.5 } + f64::from(spec.seed % 3) / 1e3;
            let bytes = if areas && spare { 90_000 } else { 1_000_000 };
            with_more(spec, accuracy, 0.95, if protected && spare { 0.01 } else { 0.4 }, (bytes, bytes as f64))
        };
        let errands = queue(&plan, &experiments, &Filter::default(), 6).unwrap();
        errands.iter().map(|errand| line(&errand.cell, &errand.spec)).collect()
    };
    let answers = |report: &Reproduction, text: &str| -> Vec<ClaimAnswer> {
        report.claims.iter().filter(|claim| claim.text.contains(text)).map(|claim| claim.answer).collect()
    };
    let (spare, lavish) = (report(&plan, "predict", &of(true)), report(&plan, "predict", &of(false)));
    for (text, count) in [("without forgetting", 2), ("less memory", 4), ("half of the operations", 3)] {
        assert_eq!(answers(&spare, text), vec![ClaimAnswer::Holds; count], "{text}");
        assert_eq!(answers(&lavish, text), vec![ClaimAnswer::DoesNot; count], "{text}");
    }
    // What is saved waits for all orders, as every claim does.
    let all = of(true);
    let but_one: String = all.split_inclusive('\n').filter(|line| !line.contains("\"seed\":105,")).collect();
    let fewer = report(&plan, "predict", &but_one);
    for text in ["less memory", "half of the operations"] {
        assert!(answers(&fewer, text).iter().all(|answer| *answer == ClaimAnswer::Undecided), "{text}");
    }
    assert!(fewer.claims.iter().any(|claim| claim.by.starts_with("5 of 6 orders of mnist/areas/pairs say")));
    // A run that is read twice, told and untold, is one.
    assert_eq!(spare.runs, all.lines().count());
    assert!(spare.cells.iter().map(|cell| cell.runs.len()).sum::<usize>() > spare.runs);
    assert!((spare.core_hours - spare.runs as f64 / 100.0).abs() < 1e-9);
    assert!(spare.to_markdown().contains(&format!("; {} runs, {:.2} core-hours.", spare.runs, spare.core_hours)));
    // Nothing forgotten of nothing learnt is no achievement.
    let ignorant = of(true).replace("\"accuracy\":0.90", "\"accuracy\":0.20");
    assert_eq!(answers(&report(&plan, "predict", &ignorant), "without forgetting"), [ClaimAnswer::DoesNot; 2]);
    assert_eq!(answers(&spare, "Task identity"), [ClaimAnswer::DoesNot]);
    assert_eq!(answers(&spare, "Joint training"), [ClaimAnswer::Holds]);
    assert_eq!(answers(&spare, "ISI and sleep: at least 15"), [ClaimAnswer::Holds; 2]);
    assert_eq!(answers(&spare, "areas, sleep: at least 15"), [ClaimAnswer::DoesNot; 2]);

    let cell = |id: &str| spare.cells.iter().find(|cell| cell.id == id).unwrap();
    let (told, untold) = (cell("mnist/areas-both/pairs-told"), cell("mnist/areas-both/pairs"));
    assert!((told.ours.unwrap().mean - 95.0).abs() < 1e-9 && (told.forgetting.unwrap().mean - 1.0).abs() < 1e-9);
    assert!(
        (untold.ours.unwrap().mean - 90.1).abs() < 1e-9
            && (untold.cost.unwrap().held, untold.cost.unwrap().learning) == (Some(90_000.0), 90_000.0)
    );
    let text = spare.to_markdown();
    assert!(text.contains("forgets 1.0 ± 0.0") && text.contains("## What it takes") && text.contains("| 0.090 |"));
    let again = Reproduction::from_json(&spare.to_json()).unwrap();
    assert_eq!(again, spare);
    // A paper's table speaks of neither.
    let kubo = self::plan();
    let table = report(&kubo, "table2", &lines(&kubo, |id, seed| Some(as_printed(&kubo, id, seed)))).to_markdown();
    assert!(!table.contains("forgets") && !table.contains("What it takes"));
}

#[test]
fn of_two_like_runs_the_one_that_says_more_counts() {
    let plan = predict();
    let spec = plan.cells().find(|cell| cell.id() == "mnist/areas/pairs").unwrap().spec().unwrap().unwrap();
    let (old, new) = (finished_line(&finished(&spec, 0.3), &made()), with_more(&spec, 0.3, 0.9, 0.5, (8, 8.0)));
    for text in [old.clone() + &new, new.clone() + &old] {
        let mut runs = Runs::default();
        runs.take(read(&text).unwrap());
        assert_eq!(runs.of(&spec).unwrap().line, new);
    }
}

/// Of two orders a difference of any size has an interval that holds 0: nothing is decided before all are there.
#[test]
fn claims_wait_for_all_orders() {
    let plan = plan();
    let text = lines(&plan, |id, seed| Some(as_printed(&plan, id, seed)));
    let first_two = |line: &&str| line.contains("\"seed\":100,") || line.contains("\"seed\":101,");
    let few: String = text.split_inclusive('\n').filter(first_two).collect();
    let without_one: String = text.split_inclusive('\n').filter(|line| !line.contains("\"seed\":105,")).collect();
    for (text, said) in [(few, "2 of 6 orders of "), (without_one, "5 of 6 orders of ")] {
        for claim in ["table2", "fig5"].iter().flat_map(|name| report(&plan, name, &text).claims) {
            if claim.answer != ClaimAnswer::Elsewhere {
                assert_eq!(claim.answer, ClaimAnswer::Undecided, "{}", claim.text);
                assert!(claim.by.starts_with(said), "{}", claim.by);
            }
        }
    }
}

/// A run of a GPU has the seconds of all that were run beside it.
#[test]
fn core_hours_are_of_cores() {
    let plan = plan();
    let on_gpu = lines(&plan, |id, seed| Some(as_printed(&plan, id, seed)))
        .replace("\"engine\":null", "\"engine\":{\"kind\":\"gpu\"}");
    assert!(on_gpu.contains("gpu"));
    assert_eq!(report(&plan, "table2", &on_gpu).core_hours, 0.0);
}

#[test]
fn the_figures_claims_are_decided_by_its_curves() {
    let plan = plan();
    let decided = |accuracy: &dyn Fn(f64, bool) -> f64| {
        let text = lines(&plan, |id, seed| {
            let cell = plan.cells().find(|cell| cell.id() == id)?;
            let sleeps = cell.strategy.starts_with("src");
            let rehearses = if cell.strategy.ends_with("rehearsal") { 2.0 } else { 0.0 };
            Some(accuracy(cell.fraction.unwrap_or(rehearses), sleeps) + f64::from(seed % 3) / 100.0)
        });
        let claims = report(&plan, "fig5", &text).claims;
        [(claims[0].answer, claims[0].by.clone()), (claims[1].answer, claims[1].by.clone())]
    };
    // Rehearsal reaches SRC at 15 %; both are level from there on.
    let [needed, no_more] = decided(&|percent, sleeps| if sleeps { 0.65 } else { (0.2 + 0.03 * percent).min(0.65) });
    assert_eq!(needed, (ClaimAnswer::Holds, "15 % gives 66.0 %, SRC alone 66.0 %".into()));
    assert_eq!(no_more.0, ClaimAnswer::Holds, "{}", no_more.1);
    let [needed, no_more] = decided(&|percent, sleeps| 0.2 + 0.005 * percent + if sleeps { 0.45 } else { 0.0 });
    assert_eq!(needed, (ClaimAnswer::DoesNot, "30 % is not enough to reach 66.0 %".into()));
    assert_eq!(no_more.0, ClaimAnswer::DoesNot);
    assert!(no_more.1.starts_with("at 30 % SRC adds +45.0 points"), "{}", no_more.1);
}

#[test]
fn a_report_is_read_as_it_was_written() {
    let plan = plan();
    for name in ["table2", "table3", "fig5"] {
        let report = report(&plan, name, &lines(&plan, |id, seed| Some(as_printed(&plan, id, seed))));
        assert_eq!(Reproduction::from_json(&report.to_json()).unwrap(), report);
        let csv = report.to_csv();
        assert_eq!(csv.lines().count(), report.cells.len() + 1);
    }
    let error = Reproduction::from_json("{\"format\": 9}").unwrap_err().to_string();
    assert!(error.contains("version 1 of the format"), "{error}");
}

#[test]
fn what_is_wrong_with_a_plan_is_said() {
    let whole = include_str!("../../presets/reproduce.json");
    for (from, to, part) in [
        ("\"format\": 1", "\"format\": 2", "version 2"),
        ("\"preset\": \"mnist-src\"", "\"preset\": \"mnist-scr\"", "there is no preset `mnist-scr`"),
        (
            "\"strategy.kind\"",
            "\"strategy.knid\"",
            "the cell mnist/mrnn-bptt/sequential: there is no field `strategy.knid`",
        ),
        ("\"strategy.fraction\": 0.01", "\"engine\": \"gpu\"", "asks for a GPU"),
        ("\"dataset\": \"mnist\"", "\"dataset\": \"minst\"", "there is no data set `minst`"),
        ("\"dataset\": \"mnist\"", "\"dataset\": \"fmnist\"", "would run on mnist"),
        ("\"mean\": 24.76", "\"mean\": 247.6", "not from 0 to 100"),
        ("\"name\": \"table2\"", "\"name\": \"../table2\"", "is no name"),
        ("\"a\": \"mnist/mrnn-ep/src\"", "\"a\": \"mnist/mrnn-ep/scr\"", "which it lacks"),
        ("\"told_in\": [\"table2\"]", "\"told_in\": [\"table1\"]", "is told in `table1`"),
        ("\"surrogate\": false", "\"surrogat\": false", "unknown field `surrogat`"),
    ] {
        let changed = whole.replacen(from, to, 1);
        assert_ne!(changed, whole, "{from}");
        let error = Plan::from_json(&changed).unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
    }
}

#[test]
fn lines_that_are_no_runs_are_passed_over_and_a_torn_one_is_left_out() {
    let spec = &engram::spec::preset("quick-mnist-src").unwrap().spec;
    let run = finished_line(&finished(spec, 0.5), &made());
    let text = format!("{{\"search\":{{}}}}\n\n{{\"event\":\"diverged\",\"run\":0}}\n{run}{}", diverged(spec));
    assert_eq!(read(&text).unwrap().len(), 2);
    assert_eq!(read(&text[..text.len() - 20]).unwrap().len(), 1);
    assert_eq!(read(text.trim_end()).unwrap().len(), 2, "whole but for its end");
    for (from, to, part) in [
        ("\"accuracy\":0.5", "\"accuracy\":1.5", "line 4 has no accuracy from 0 to 1"),
        ("\"seconds\":36.0", "\"seconds\":-1", "line 4 does not say how many seconds"),
        ("\"version\":1", "\"version\":7", "version 7 of the format"),
        ("\"rate\":", "\"rait\":", "line 4 has no Spec of ours"),
        ("{\"event\":\"finished\"", "{\"event\":\"finished", "line 4 is not JSON"),
    ] {
        let error = read(&text.replacen(from, to, 1)).unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    /// Runs with bytes changed, cut or doubled are refused or read, and what is read can be told.
    #[test]
    fn no_file_of_runs_panics(
        cut in any::<prop::sample::Index>(),
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
    ) {
        let spec = &engram::spec::preset("mnist-src").unwrap().spec;
        let spec = Spec { seed: 100, ..spec.clone() };
        let mut bytes = (finished_line(&finished(&spec, 0.5), &made()) + &diverged(&spec)).into_bytes();
        for (at, byte) in flips {
            *at.get_mut(&mut bytes) = byte;
        }
        if let Ok(stored) = read(&String::from_utf8_lossy(&bytes[..=cut.index(bytes.len())])) {
            for run in &stored {
                prop_assert_eq!(&read(&run.line).unwrap()[0], run);
            }
            let mut runs = Runs::default();
            runs.take(stored);
            let plan = plan();
            let report = Reproduction::new(&plan, experiment(&plan, "table2"), &runs, 6, &made()).unwrap();
            prop_assert_eq!(&Reproduction::from_json(&report.to_json()).unwrap(), &report);
        }
    }

    /// A plan with bytes changed or cut is refused or read, and what is read makes tables.
    #[test]
    fn no_plan_panics(
        cut in prop::option::of(any::<prop::sample::Index>()),
        flips in prop::collection::vec((any::<prop::sample::Index>(), 32u8..127), 0..3),
    ) {
        let mut bytes = include_bytes!("../../presets/reproduce.json").to_vec();
        for (at, byte) in flips {
            *at.get_mut(&mut bytes) = byte;
        }
        let end = cut.map_or(bytes.len(), |cut| cut.index(bytes.len()));
        if let Ok(plan) = Plan::from_json(&String::from_utf8_lossy(&bytes[..end])) {
            for experiment in &plan.experiments {
                let report = Reproduction::new(&plan, experiment, &Runs::default(), 2, &made()).unwrap();
                prop_assert!(!report.to_markdown().is_empty() && !report.to_csv().is_empty());
            }
        }
    }
}

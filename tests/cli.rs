//! The command line as a person uses it: the built program, its output and its exit codes.

#![cfg(all(feature = "cli", not(target_arch = "wasm32")))]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// A folder of its own for a test, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Folder {
        let folder = std::env::temp_dir().join(format!("engram-{test}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        Folder(folder)
    }

    /// The program, working in this folder and keeping data in it.
    fn engram(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_engram"));
        // Mesa's adapter, which `auto` looks at, complains on standard error where there is no such folder.
        command.current_dir(&self.0).env("XDG_RUNTIME_DIR", &self.0);
        command.env("ENGRAM_HOME", &self.0).env_remove("ENGRAM_DATA_FROM");
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.engram().args(arguments).output().unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// Asserts the exit code and returns what was said on standard error.
fn fails(output: &Output, code: i32) -> String {
    assert_eq!(output.status.code(), Some(code), "{}", stderr(output));
    assert!(output.stdout.is_empty());
    stderr(output)
}

#[test]
fn help_teaches_with_examples() {
    let folder = Folder::new("help");
    for (arguments, parts) in [
        (&["--help"][..], ["engram data get mnist", "engram run quick-mnist-src"]),
        (&["run", "--help"], ["--seeds 0..6", "Exit codes: 0 done"]),
        (&["data", "get", "--help"], ["--from", "engram data get mnist fmnist"]),
        (&["presets", "--help"], ["--json", "Examples"]),
    ] {
        let output = folder.run(arguments);
        assert!(output.status.success());
        assert!(parts.iter().all(|part| stdout(&output).contains(part)), "{arguments:?}");
    }
}

#[test]
fn what_makes_no_sense_is_refused_with_code_2() {
    let folder = Folder::new("usage");
    fs::write(folder.0.join("empty.json"), "{}").unwrap();
    for (arguments, part) in [
        (&["run"][..], "PRESET_OR_FILE"),
        (&["run", "quick-mnist-scr"], "neither a preset nor a file `quick-mnist-scr`; the presets are quick-mnist"),
        (&["run", "quick-mnist-src", "--set", "sleep.rate=-1"], "`sleep.rate` is -1"),
        (&["run", "quick-mnist-src", "--set", "sleep.steep=1"], "no field `sleep.steep`"),
        (&["run", "quick-mnist-src", "--set", "sleep.rate"], "expected PATH=VALUE"),
        (&["run", "quick-mnist-src", "--seeds", "5..2"], "holds no seed"),
        (&["run", "quick-mnist-src", "--resume", "a.engram"], "cannot be used with"),
        (&["run", "empty.json"], "missing field `version`"),
        (&["run", "quick-mnist-src", "--set", "data.name=cifar"], "there is no data set `cifar`"),
        (&["presets", "nope"], "there is no preset `nope`"),
        (&["data", "get", "cifar"], "there is no data set `cifar`"),
    ] {
        let said = fails(&folder.run(arguments), 2);
        assert!(said.contains(part), "{arguments:?} says {said}");
    }
}

#[test]
fn what_does_not_work_fails_with_code_1() {
    let folder = Folder::new("failure");
    fs::write(folder.0.join("broken.engram"), "engram run 1\n").unwrap();
    for (arguments, part) in [
        (&["run", "quick-mnist-src"][..], "engram data get mnist"),
        (&["run", "--resume", "gone.engram"], "gone.engram: "),
        (&["run", "--resume", "broken.engram"], "broken.engram: "),
        (&["data", "site", "."], "engram data get mnist fmnist"),
        (&["data", "get", "mnist", "--from", "nowhere"], "nowhere: "),
        (&["data", "get", "mnist", "--from", "."], "holds no file `train-images-idx3-ubyte.gz` of MNIST"),
    ] {
        let said = fails(&folder.run(arguments), 1);
        assert!(said.contains(part), "{arguments:?} says {said}");
    }
}

#[test]
fn presets_are_listed_and_their_specs_can_be_run_again() {
    let folder = Folder::new("presets");
    let presets: Vec<Value> = serde_json::from_str(&stdout(&folder.run(&["presets", "--json"]))).unwrap();
    assert!(presets.len() >= 20);
    let listed = stdout(&folder.run(&["presets"]));
    let experiments: Vec<&str> = listed.lines().take_while(|line| !line.is_empty()).collect();
    assert_eq!(experiments.len(), presets.len(), "studies of the Connect lab follow after an empty line");
    assert!(presets.iter().all(|preset| listed.contains(preset["name"].as_str().unwrap())));

    let spec = stdout(&folder.run(&["presets", "quick-mnist-src", "--json"]));
    assert_eq!(serde_json::from_str::<Value>(&spec).unwrap()["strategy"]["kind"], "src");
    fs::write(folder.0.join("my.json"), spec).unwrap();
    // The Spec is accepted: what is missing is the data.
    assert!(fails(&folder.run(&["run", "my.json"]), 1).contains("MNIST is not here yet"));
}

#[test]
fn data_sets_are_listed_with_their_licences() {
    let folder = Folder::new("list");
    let listed = stdout(&folder.run(&["data", "list"]));
    for part in ["mnist: MNIST, not here", "KMNIST-8k/2k", "CC BY-SA 4.0", "Zalando", "60000 training"] {
        assert!(listed.contains(part), "no {part} in {listed}");
    }
}

#[test]
fn without_network_and_packages_the_error_says_what_to_put_where() {
    let folder = Folder::new("offline");
    for name in ["mnist", "fmnist"] {
        let output = folder.engram().args(["data", "get", name]).env("PATH", "").output().unwrap();
        if output.status.success() {
            println!("skipped for {name}: its package is installed on this machine");
            continue;
        }
        let said = fails(&output, 1);
        let place = folder.0.join("data").join(name);
        assert!(said.contains(&place.display().to_string()), "{said}");
        assert!(said.contains("train-images-idx3-ubyte.gz") && said.contains("--from DIR"), "{said}");
        assert!(!place.exists() && fs::read_dir(folder.0.join("data")).unwrap().next().is_none());
    }
}

/// Where the files of KMNIST-8k/2k or MNIST are, and the set's name; `None` after printing why a test is skipped.
fn real_data() -> Option<(PathBuf, &'static str)> {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/kmnist");
    let cached = engram::data::cache::home().join("data/mnist");
    let found = [(shared, "kmnist-8k"), (cached, "mnist")].into_iter().find(|(folder, _)| folder.is_dir());
    if found.is_none() {
        println!("skipped: neither ../shared/data/kmnist nor MNIST in $ENGRAM_HOME is here");
    }
    found
}

#[test]
fn data_are_copied_once_and_damage_is_noticed() {
    let Some((source, name)) = real_data() else { return };
    let folder = Folder::new("get");
    let get = |from: &str| folder.run(&["data", "get", name, "--from", from]);
    let first = get(source.to_str().unwrap());
    assert!(first.status.success() && stderr(&first).contains("was brought from"), "{}", stderr(&first));
    let again = get("nowhere");
    assert!(again.status.success() && stderr(&again).contains("is here already"), "{}", stderr(&again));

    let kept = folder.0.join("data").join(name).join("t10k-labels-idx1-ubyte.gz");
    fs::write(&kept, b"damaged").unwrap();
    let preset = format!("data.name={name}");
    assert!(fails(&folder.run(&["run", "quick-mnist-src", "--set", &preset]), 1).contains("t10k-labels"));
    assert!(get(source.to_str().unwrap()).status.success());
    assert_ne!(fs::read(&kept).unwrap(), b"damaged");
}

/// Arguments for runs of a few seconds at most: a small network on a small part of the data.
fn small(name: &str) -> Vec<String> {
    let mut arguments = vec!["run".to_owned(), "quick-mnist-src".to_owned()];
    let data = format!("data.name={name}");
    let fields = [
        &data,
        "data.subset.train_per_class=100",
        "data.subset.test_per_class=50",
        "network.hidden=[64]",
        "sleep.steps=3000",
    ];
    arguments.extend(fields.iter().flat_map(|field| ["--set".to_owned(), (*field).to_owned()]));
    arguments
}

fn events(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("a line is one event")).collect()
}

/// The `finished` events in the order of their runs, without what depends on the clock.
fn finished(events: &[Value]) -> Vec<Value> {
    let mut ends: Vec<Value> = events.iter().filter(|event| event["event"] == "finished").cloned().collect();
    ends.sort_by_key(|event| event["seed"].as_u64());
    for end in &mut ends {
        let fields = end.as_object_mut().unwrap();
        assert!(fields.remove("seconds").unwrap().as_f64().unwrap() > 0.0);
        fields.remove("time");
    }
    ends
}

fn with_data(test: &str) -> Option<(Folder, Vec<String>)> {
    let (source, name) = real_data()?;
    let folder = Folder::new(test);
    let output = folder.run(&["data", "get", name, "--from", source.to_str().unwrap()]);
    assert!(output.status.success(), "{}", stderr(&output));
    Some((folder, small(name)))
}

#[test]
fn seeds_run_side_by_side_and_every_line_is_an_event() {
    let Some((folder, small)) = with_data("run") else { return };
    let output = folder.engram().args(&small).args(["--seeds", "0..3", "--threads", "3"]).output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    let events = events(&stdout(&output));
    let ends = finished(&events);
    assert_eq!(ends.len(), 3);
    for (run, end) in ends.iter().enumerate() {
        assert_eq!((end["run"].as_u64(), end["seed"].as_u64()), (Some(run as u64), Some(run as u64)));
        assert_eq!(end["spec"]["seed"], run as u64);
        assert_eq!(end["phases"].as_array().unwrap().len(), 10);
        let matrix = end["matrix"].as_array().unwrap();
        assert!(matrix.len() == 10 && matrix.iter().all(|row| row.as_array().unwrap().len() == 5));
        let of_run: Vec<&Value> = events.iter().filter(|event| event["run"] == run as u64).collect();
        assert_eq!(of_run.first().unwrap()["event"], "started");
        assert_eq!(of_run.last().unwrap()["event"], "finished");
        assert_eq!(of_run.iter().filter(|event| event["event"] == "phase").count(), 10);
    }
    let said = stderr(&output);
    assert!((0..3).all(|seed| said.contains(&format!("seed {seed}: accuracy"))), "{said}");
    assert!(said.contains("3 runs: accuracy") && !said.contains('\r'), "{said}");

    // The results are a Spec to run again, and quiet means quiet.
    fs::write(folder.0.join("results.jsonl"), &output.stdout).unwrap();
    let again = folder.run(&["run", "results.jsonl", "--seeds", "1", "--quiet", "--out", "again.jsonl"]);
    assert!(again.status.success() && again.stdout.is_empty() && again.stderr.is_empty(), "{}", stderr(&again));
    let written = fs::read_to_string(folder.0.join("again.jsonl")).unwrap();
    let again = finished(&self::events(&written));
    assert_eq!(again[0]["matrix"], ends[1]["matrix"]);
}

/// Two seeds in one experiment on the GPU: Mesa's adapter serves.
#[test]
fn seeds_run_side_by_side_on_a_gpu() {
    let Some((folder, small)) = with_data("gpu") else { return };
    let fields = ["training.epochs=1", "network.free_steps=30", "sleep.steps=200", "data.subset.train_per_class=20"];
    let fields = fields.iter().flat_map(|field| ["--set", field]);
    let mut command = folder.engram();
    let output = command.args(&small).args(fields).args(["--seeds", "3,5", "--engine", "gpu"]).output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    let events = events(&stdout(&output));
    let engines: Vec<&Value> = events.iter().filter(|event| event["event"] == "engine").collect();
    assert_eq!(engines.len(), 1);
    let adapter = engines[0]["engine"]["adapter"]["name"].as_str().expect("a GPU: Mesa's lavapipe will do");
    assert!(stderr(&output).contains(adapter), "{}", stderr(&output));
    let ends = finished(&events);
    let named = |end: &Value| (end["run"].as_u64(), end["seed"].as_u64(), end["engine"]["kind"].clone());
    assert_eq!(
        ends.iter().map(named).collect::<Vec<_>>(),
        [(Some(0), Some(3), "gpu".into()), (Some(1), Some(5), "gpu".into())]
    );
}

/// Where there is no GPU the CPU computes, and that is said even to those who want to hear nothing.
#[test]
fn a_gpu_that_is_not_there_is_said_and_made_good() {
    let Some((folder, small)) = with_data("no-gpu") else { return };
    let mut command = folder.engram();
    command.env("VK_ICD_FILENAMES", folder.0.join("none.json")).env_remove("VK_DRIVER_FILES");
    let output = command.args(&small).args(["--engine", "gpu", "--quiet"]).output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(stderr(&output).contains("offers no GPU"), "{}", stderr(&output));
    assert!(stderr(&output).contains("computed on the CPU"), "{}", stderr(&output));
    assert_eq!(finished(&events(&stdout(&output)))[0]["engine"]["kind"], "cpu");
}

/// Every kernel of both engines has a line with its share of a ceiling.
#[test]
fn kernels_are_timed() {
    let folder = Folder::new("bench");
    let output = folder.run(&["bench", "--hidden", "16", "--batch", "2", "--json"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let reports: Value = serde_json::from_str(&stdout(&output)).unwrap();
    for (report, kind) in reports.as_array().unwrap().iter().zip(["cpu", "gpu"]) {
        assert_eq!(report["engine"]["kind"], kind);
        let kernels = report["kernels"].as_array().unwrap();
        assert_eq!(kernels.len(), 10);
        assert!(kernels.iter().all(|kernel| kernel["share"].as_f64().unwrap() > 0.0));
    }
}

#[test]
fn a_run_that_diverges_fails_and_says_where() {
    let Some((folder, small)) = with_data("diverged") else { return };
    let output = folder.engram().args(&small).args(["--set", "rule.rates=[100,100]"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(stderr(&output).contains("seed 0 diverged in "), "{}", stderr(&output));
    let events = events(&stdout(&output));
    assert!(events.iter().any(|event| event["event"] == "diverged"));
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_goes_on_as_if_it_had_not_been() {
    let Some((folder, small)) = with_data("interrupt") else { return };
    let whole = folder.engram().args(&small).args(["--seeds", "4,5"]).output().unwrap();
    let mut child = folder
        .engram()
        .args(&small)
        .args(["--seeds", "4,5", "--threads", "1", "--out", "part.jsonl"])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Not before the run is well under way: in its second phase.
    let part = folder.0.join("part.jsonl");
    let began = Instant::now();
    while !fs::read_to_string(&part).unwrap_or_default().contains("\"name\":\"S1\"") {
        assert!(began.elapsed() < Duration::from_secs(60) && child.try_wait().unwrap().is_none());
        std::thread::sleep(Duration::from_millis(2));
    }
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let stopped = child.wait_with_output().unwrap();
    let said = stderr(&stopped);
    assert_eq!(stopped.status.code(), Some(130), "{said}");
    let command = said.lines().find_map(|line| line.split("engram run ").nth(1)).expect("it says how to go on");
    let files = ["quick-mnist-src-seed-4.engram", "quick-mnist-src-seed-5.engram"];
    assert_eq!(command, format!("--resume {} {}", files[0], files[1]));

    let resumed = folder.run(&["run", "--resume", files[0], files[1], "--out", "part.jsonl"]);
    assert!(resumed.status.success(), "{}", stderr(&resumed));
    let ends = finished(&events(&fs::read_to_string(&part).unwrap()));
    assert_eq!(ends, finished(&events(&stdout(&whole))));
    assert_eq!(ends.len(), 2);
}

/// A run that was kept is a file that `engram run` takes as it takes a preset, finished or not.
#[test]
fn a_kept_run_is_opened_by_name_and_its_weights_are_beside_it() {
    let Some((folder, small)) = with_data("kept") else { return };
    let whole = folder.engram().args(&small).args(["--seeds", "4", "--save", "--weights"]).output().unwrap();
    assert!(whole.status.success(), "{}", stderr(&whole));
    let weights = fs::read(folder.0.join("quick-mnist-src-seed-4.safetensors")).unwrap();
    assert!(String::from_utf8_lossy(&weights[..2000]).contains("hidden.1.weight"));

    let file = "quick-mnist-src-seed-4.engram";
    let opened = folder.run(&["run", file]);
    assert!(opened.status.success(), "{}", stderr(&opened));
    assert!(stderr(&opened).contains("seed 4: accuracy"), "{}", stderr(&opened));
    assert_eq!(finished(&events(&stdout(&opened))), finished(&events(&stdout(&whole))));
    let without_progress = |output: &Output| -> Vec<Value> {
        let events = events(&stdout(output)).into_iter();
        events.filter(|event| event["event"] == "phase" || event["event"] == "spikes").collect()
    };
    assert_eq!(without_progress(&opened), without_progress(&whole));

    let refused = folder.run(&["run", file, "--seeds", "5"]);
    assert_eq!(refused.status.code(), Some(2), "{}", stderr(&refused));
    assert!(stderr(&refused).contains("it goes on as it began"), "{}", stderr(&refused));
    fs::write(folder.0.join("old.engram"), "engram run 1\nand so on").unwrap();
    let refused = folder.run(&["run", "old.engram"]);
    assert!(stderr(&refused).contains("not a run that this version saved"), "{}", stderr(&refused));
}

const SPACE: &str = r#"{
    "fields": { "sleep.rate": { "low": 0.1, "high": 0.9 }, "sleep.inc": { "low": 1e-5, "high": 1e-3, "scale": "log" } },
    "method": { "kind": "genetic" },
    "population": 2,
    "rungs": [{ "seeds": [1], "pass": 0.5 }, { "seeds": [1, 2] }]
}"#;

/// A log's first line, and its evaluations without what depends on the clock.
fn log(path: &Path) -> (Value, Vec<Value>) {
    let mut lines = events(&fs::read_to_string(path).unwrap());
    let header = lines.remove(0);
    for trial in lines.iter_mut().flat_map(|line| line["evaluation"]["trials"].as_array_mut().unwrap()) {
        assert!(trial.as_object_mut().unwrap().remove("seconds").unwrap().as_f64().unwrap() > 0.0);
    }
    (header, lines)
}

#[test]
fn a_search_goes_on_from_its_log_and_its_best_can_be_run() {
    let Some((folder, mut small)) = with_data("tune") else { return };
    "tune".clone_into(&mut small[0]);
    fs::write(folder.0.join("space.json"), SPACE).unwrap();
    let tune = |extra: &[&str]| {
        let mut command = folder.engram();
        command.args(&small).args(["--space", "space.json", "--threads", "1"]).args(extra).output().unwrap()
    };
    let whole = tune(&["--budget", "5", "--out", "whole.jsonl", "--best", "best.json"]);
    assert!(whole.status.success(), "{}", stderr(&whole));
    assert!(stdout(&whole).contains("5 evaluations (5 of this command)"), "{}", stdout(&whole));
    assert!(stdout(&whole).contains("core-hours") && stdout(&whole).contains("engram run quick-mnist-src --set "));
    assert!(stderr(&whole).contains("5: generation 1, point 0, rung 1"), "{}", stderr(&whole));
    let (header, evaluations) = log(&folder.0.join("whole.jsonl"));
    assert_eq!(header["search"]["spec"]["network"]["hidden"], serde_json::json!([64]));
    let orders: Vec<usize> = evaluations.iter().map(|e| e["evaluation"]["trials"].as_array().unwrap().len()).collect();
    assert_eq!(orders, [1, 1, 2, 1, 2], "two draws, the better of them over two orders; it lives on beside a child");

    // Stopped after two, its last line cut off, and gone on with: the same search.
    assert!(tune(&["--budget", "2", "--out", "part.jsonl", "--quiet"]).status.success());
    let part = fs::read_to_string(folder.0.join("part.jsonl")).unwrap();
    fs::write(folder.0.join("part.jsonl"), &part[..part.len() - 20]).unwrap();
    let on = tune(&["--budget", "5", "--out", "part.jsonl"]);
    assert!(stdout(&on).contains("5 evaluations (4 of this command)"), "{}", stdout(&on));
    assert_eq!(log(&folder.0.join("part.jsonl")), (header, evaluations));

    // A log says itself what is searched.
    let by_log = ["--space", "part.jsonl", "--budget", "6", "--out", "part.jsonl", "--threads", "1"];
    let by_log = folder.engram().args(&small).args(by_log).output().unwrap();
    assert!(stdout(&by_log).contains("6 evaluations (1 of this command)"), "{}", stderr(&by_log));

    let other = tune(&["--budget", "9", "--out", "part.jsonl", "--set", "seed=3"]);
    assert!(fails(&other, 2).contains("is the log of another search"));
    let best = folder.run(&["run", "best.json", "--set", "sleep.steps=500", "--quiet"]);
    assert!(best.status.success(), "{}", stderr(&best));
}

/// All of a rung at once, on Mesa's adapter: sleep is the same, bit for bit, learning its statistics.
#[test]
fn a_search_runs_side_by_side_on_a_gpu() {
    let Some((folder, mut small)) = with_data("tune-gpu") else { return };
    "tune".clone_into(&mut small[0]);
    fs::write(folder.0.join("space.json"), SPACE).unwrap();
    let few = ["network.hidden=[16]", "training.epochs=1", "sleep.steps=500", "tasks.classes=[[0,1],[2,3]]"];
    let few: Vec<&str> = few.iter().flat_map(|field| ["--set", field]).collect();
    let tune = |engine: &str| {
        let out = format!("{engine}.jsonl");
        let mut command = folder.engram();
        command.args(&small).args(&few).args([
            "--space",
            "space.json",
            "--budget",
            "3",
            "--threads",
            "1",
            "--engine",
            engine,
            "--out",
            &out,
        ]);
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", stderr(&output));
        log(&folder.0.join(out)).1
    };
    let (gpu, cpu) = (tune("gpu"), tune("cpu"));
    assert_eq!((gpu.len(), cpu.len()), (3, 3));
    for (gpu, cpu) in gpu.iter().zip(&cpu).take(2) {
        assert_eq!(gpu["evaluation"]["parameters"], cpu["evaluation"]["parameters"]);
        let fitness = |evaluation: &Value| evaluation["evaluation"]["fitness"].as_f64().unwrap();
        assert!((fitness(gpu) - fitness(cpu)).abs() < 0.2, "{gpu} {cpu}");
    }
}

#[test]
fn analyses_are_files_with_spreads_over_seeds() {
    let Some((folder, mut small)) = with_data("analyse") else { return };
    small.remove(0);
    let analyse =
        |kind: &str, extra: &[&str]| folder.engram().args(["analyse", kind]).args(&small).args(extra).output().unwrap();
    let result = |kind: &str| {
        let output = analyse(kind, &["--seeds", "0..2", "--out", "result.json"]);
        assert!(output.status.success() && output.stdout.is_empty(), "{}", stderr(&output));
        let whole: Value = serde_json::from_str(&fs::read_to_string(folder.0.join("result.json")).unwrap()).unwrap();
        assert_eq!(
            (whole["seeds"].clone(), whole["classes"].as_array().unwrap().len()),
            (serde_json::json!([0, 1]), 10)
        );
        whole["result"].clone()
    };
    let length = |value: &Value| value.as_array().unwrap().len();
    let mean = |cell: &Value| cell["mean"].as_f64().unwrap();

    let map = result("heat-map");
    assert_eq!((length(&map["phases"]), length(&map["accuracy"]), length(&map["accuracy"][9])), (10, 10, 5));
    assert!(mean(&map["accuracy"][0][0]) > 0.8 && map["accuracy"][0][0]["n"] == 2);
    let confusion = result("confusion");
    for when in ["before", "after"] {
        for row in confusion[when].as_array().unwrap() {
            assert!((row.as_array().unwrap().iter().map(mean).sum::<f64>() - 1.0).abs() < 1e-9);
        }
    }
    let correlation = result("correlation");
    assert_eq!(mean(&correlation["before"]["correlation"][3][3]), 1.0);
    assert!(mean(&correlation["after"]["distance_from_identity"]) > 0.0);
    let weights = result("weights");
    assert_eq!((length(&weights), length(&weights[0]["runs"])), (2, 2));
    let importance = result("importance");
    assert_eq!(length(&importance), 4, "the classes of two tasks");
    assert!(mean(&importance[0]["accuracy"]["T1"]) > 0.8 && mean(&importance[3]["T2-S2"]).abs() <= 1.0);
    let replay = result("replay");
    let slices = replay[0].as_array().unwrap();
    assert_eq!(slices.len(), 30, "five sleeps of six slices");
    for slice in slices {
        let read: u64 = slice["steps"].as_array().unwrap().iter().map(|steps| steps.as_u64().unwrap()).sum();
        assert_eq!(read + slice["silent"].as_u64().unwrap(), 500, "every step is read");
    }
    let dreams = result("dreams");
    assert_eq!((length(&dreams[1]), length(&dreams[1][0]["pattern"])), (10, 784));

    assert!(fails(&analyse("confusion", &["--set", "strategy.kind=sequential"]), 2).contains("of a sleep"));
}

/// A plan of four small cells, one without a preset and one whose runs diverge.
fn toy_plan(folder: &Folder, name: &str) {
    let small = r#""data.subset.train_per_class": 20, "data.subset.test_per_class": 20, "network.hidden": [16],
        "training.epochs": 1, "sleep.steps": 300, "tasks.classes": [[0, 1], [2, 3]]"#;
    let cell = |strategy: &str, preset: &str, more: &str, tuned: bool| {
        format!(
            r#"{{ "dataset": "{name}", "model": "mrnn-ep", "strategy": "{strategy}", "preset": "quick-mnist-{preset}",
            "set": {{ "data.name": "{name}", {small}{more} }}, "tuned": {tuned}, "paper": {{ "mean": 50, "sd": 50 }} }}"#
        )
    };
    let cells = [
        cell("sequential", "sequential", "", true),
        cell("src", "src", "", false),
        cell("wild", "src", r#", "rule.rates": [100, 100], "sleep.inc": 0.1"#, true),
        format!(r#"{{ "dataset": "{name}", "model": "mrnn-ep", "strategy": "none", "preset": null, "tuned": true }}"#),
    ];
    let strategies =
        ["sequential", "src", "wild", "none"].map(|name| format!(r#"{{ "name": "{name}", "title": "{name}" }}"#));
    let plan = format!(
        r#"{{ "format": 1, "paper": "Nobody 2025", "first_seed": 5,
        "datasets": [{{ "name": "{name}", "title": "Digits", "paper": "DIGITS", "surrogate": false }}],
        "models": [{{ "name": "mrnn-ep", "title": "MRNN-EP" }}], "strategies": [{}],
        "experiments": [{{ "name": "small", "title": "A small table", "cells": [{}] }}],
        "claims": [{{ "text": "Sleep adds", "told_in": ["small"], "question": {{ "kind": "adds",
            "to": "{name}/mrnn-ep/sequential", "with": "{name}/mrnn-ep/src", "low": 0, "high": 100 }} }}] }}"#,
        strategies.join(","),
        cells.join(",")
    );
    fs::write(folder.0.join("toy.json"), plan).unwrap();
}

/// A report without what depends on the clock and on the command.
fn timeless(path: &Path) -> Value {
    let mut report: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    for field in ["command", "made", "core_hours"] {
        assert!(report.as_object_mut().unwrap().remove(field).is_some());
    }
    for cell in report["cells"].as_array_mut().unwrap() {
        for kind in ["runs", "diverged"] {
            for run in cell[kind].as_array_mut().unwrap() {
                assert!(run.as_object_mut().unwrap().remove("seconds").unwrap().as_f64().unwrap() >= 0.0);
            }
        }
    }
    report
}

#[test]
fn three_shards_merge_into_the_table_of_one() {
    let Some((folder, small)) = with_data("reproduce") else { return };
    toy_plan(&folder, small[3].strip_prefix("data.name=").unwrap());
    let reproduce = |arguments: &[&str]| {
        let mut command = folder.engram();
        command.args(["reproduce"]).args(arguments);
        for variable in ["SLURM_ARRAY_TASK_ID", "JOB_COMPLETION_INDEX"] {
            command.env_remove(variable);
        }
        command
    };
    let toy = ["toy.json", "--orders", "3", "--threads", "2"];
    let whole = reproduce(&toy).args(["--dir", "whole"]).output().unwrap();
    assert!(whole.status.success(), "{}", stderr(&whole));
    assert!(stderr(&whole).contains("seed 5 diverged in S1"), "{}", stderr(&whole));
    assert!(stdout(&whole).contains("9 of 9 runs are in whole"), "{}", stdout(&whole));
    let whole = timeless(&folder.0.join("whole/small.json"));
    let verdicts: Vec<&str> =
        whole["cells"].as_array().unwrap().iter().map(|cell| cell["verdict"].as_str().unwrap()).collect();
    assert_eq!(verdicts, ["verified", "verified", "diverged", "no_preset"]);
    assert_eq!(whole["cells"][0]["runs"][2]["seed"], 7);
    let written = fs::read_to_string(folder.0.join("whole/small.md")).unwrap();
    for part in ["**verified**<br>constants not tuned", "3 of 3 diverged", "no preset yet", "| Sleep adds |", "(n 3)"] {
        assert!(written.contains(part), "no {part} in {written}");
    }
    assert_eq!(fs::read_to_string(folder.0.join("whole/small.csv")).unwrap().lines().count(), 5);

    // Each learns which it is in another way.
    let shards = [
        reproduce(&toy).args(["--dir", "parts", "--shard", "1/3"]).output(),
        reproduce(&toy)
            .args(["--dir", "parts"])
            .envs([("SLURM_ARRAY_TASK_ID", "1"), ("SLURM_ARRAY_TASK_MIN", "0"), ("SLURM_ARRAY_TASK_COUNT", "3")])
            .output(),
        reproduce(&toy).args(["--dir", "parts", "--shards", "3"]).env("JOB_COMPLETION_INDEX", "2").output(),
    ];
    for shard in shards {
        let shard = shard.unwrap();
        assert!(shard.status.success() && stdout(&shard).contains("3 of 3 runs"), "{}", stderr(&shard));
        assert!(
            stdout(&shard).contains("engram reproduce merge parts --plan toy.json --orders 3"),
            "{}",
            stdout(&shard)
        );
    }
    let count = |dir: &str| fs::read_dir(folder.0.join(dir)).unwrap().count();
    assert_eq!(count("parts"), 3, "a file a shard, and no table yet");
    let merge = ["merge", "parts", "--plan", "toy.json", "--orders", "3"];
    assert!(reproduce(&merge).status().unwrap().success());
    assert_eq!((timeless(&folder.0.join("parts/small.json")), count("parts")), (whole.clone(), 6));

    // Into another folder, whose runs can be gone on from: nothing is left to do.
    assert!(reproduce(&merge).args(["--dir", "joined"]).status().unwrap().success());
    assert_eq!(timeless(&folder.0.join("joined/small.json")), whole);
    let again = reproduce(&toy).args(["--dir", "joined", "--resume"]).output().unwrap();
    assert!(again.status.success() && stderr(&again).is_empty(), "{}", stderr(&again));
    assert_eq!(timeless(&folder.0.join("joined/small.json")), whole);
}

#[test]
fn a_reproduction_goes_on_where_it_stopped() {
    let Some((folder, small)) = with_data("reproduce-resume") else { return };
    toy_plan(&folder, small[3].strip_prefix("data.name=").unwrap());
    let toy = |extra: &[&str]| {
        let arguments = ["reproduce", "toy.json", "--orders", "2", "--strategy", "sequential,src"];
        folder.engram().args(arguments).args(extra).env_remove("SLURM_ARRAY_TASK_ID").output().unwrap()
    };
    assert!(toy(&[]).status.success());
    let report: Value =
        serde_json::from_str(&fs::read_to_string(folder.0.join("reproduced/small.json")).unwrap()).unwrap();
    assert_eq!(report["command"], "engram reproduce toy.json --orders 2 --strategy sequential,src");
    // In a clone, with the commit it was built from.
    let version = format!("engram {}", report["cells"][0]["runs"][0]["engram"].as_str().unwrap());
    assert_eq!(version, stdout(&folder.engram().arg("--version").output().unwrap()).trim());
    assert!(version.starts_with(concat!("engram ", env!("CARGO_PKG_VERSION"))), "{version}");
    let whole = timeless(&folder.0.join("reproduced/small.json"));
    assert_eq!((&whole["cells"][1]["verdict"], &whole["cells"][2]["verdict"]), (&"verified".into(), &"not_run".into()));
    let said = fails(&toy(&[]), 2);
    assert!(said.contains("reproduced holds 4 of these 4 runs already: --resume goes on"), "{said}");

    // Another table that wants the same runs takes them as they are.
    fs::copy(folder.0.join("toy.json"), folder.0.join("other.json")).unwrap();
    let arguments = ["reproduce", "other.json", "--orders", "2", "--strategy", "sequential,src"];
    let other = folder.engram().args(arguments).env_remove("SLURM_ARRAY_TASK_ID").output().unwrap();
    assert!(other.status.success() && stdout(&other).contains("4 of 4 runs"), "{}", stderr(&other));
    assert!(!folder.0.join("reproduced/other-runs.jsonl").exists(), "nothing was run again");

    // Its last line cut off, that run is done again, and no other; one whose constants changed, too.
    let file = folder.0.join("reproduced/toy-runs.jsonl");
    let runs = fs::read_to_string(&file).unwrap();
    fs::write(&file, &runs[..runs.len() - 20]).unwrap();
    let on = toy(&["--resume", "--threads", "1", "--dir=reproduced"]);
    assert!(on.status.success() && stderr(&on).matches("accuracy").count() == 1, "{}", stderr(&on));
    assert!(
        !fs::read_to_string(&file).unwrap().contains("--threads"),
        "how fast and where is no part of what made a run"
    );
    assert_eq!(timeless(&folder.0.join("reproduced/small.json")), whole);
    assert_eq!(fs::read_to_string(&file).unwrap().lines().count(), 4);
    let plan = fs::read_to_string(folder.0.join("toy.json")).unwrap();
    fs::write(folder.0.join("toy.json"), plan.replacen("\"sleep.steps\": 300", "\"sleep.steps\": 400", 2)).unwrap();
    let on = toy(&["--resume", "--strategy", "src"]);
    assert!(on.status.success() && stdout(&on).contains("4 of 4 runs"), "{}", stderr(&on));
    assert_eq!(fs::read_to_string(&file).unwrap().lines().count(), 8);

    fs::write(folder.0.join("reproduced/broken.jsonl"), "{\n{}\n").unwrap();
    let said = fails(&toy(&["--resume"]), 1);
    assert!(said.contains("broken.jsonl: line 1 is not JSON"), "{said}");
}

#[test]
fn what_of_a_reproduction_makes_no_sense_is_refused() {
    let folder = Folder::new("reproduce-usage");
    fs::write(folder.0.join("plan.json"), "{}").unwrap();
    for (arguments, code, part) in [
        (&["table9"][..], 2, "there are table2, table3, fig5, predict, connect, or a plan of your own"),
        (&["plan.json"], 2, "missing field `format`"),
        (&["table2", "--dataset", "cifar"], 2, "there is no data set `cifar` here"),
        (&["table2", "--orders", "0"], 2, "0 is not in 1..=1000"),
        (&["table2", "--shard", "4/3"], 2, "they count from 1"),
        (&["table2", "--shards", "3"], 2, "of 3 shards, which?"),
        (&["table2", "--dataset", "mnist"], 1, "engram data get mnist"),
        (&["merge", "nowhere"], 2, "there is no folder nowhere"),
        (&["merge", "."], 1, "there is no run of the plan's"),
    ] {
        let mut command = folder.engram();
        command.arg("reproduce").args(arguments);
        let output = command.env_remove("SLURM_ARRAY_TASK_ID").env_remove("JOB_COMPLETION_INDEX").output().unwrap();
        let said = fails(&output, code);
        assert!(said.contains(part), "{arguments:?} says {said}");
    }
    assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 1, "nothing was written");
}

#[cfg(unix)]
#[test]
fn an_interrupted_reproduction_says_how_to_go_on() {
    let Some((folder, small)) = with_data("reproduce-interrupt") else { return };
    toy_plan(&folder, small[3].strip_prefix("data.name=").unwrap());
    let plan = fs::read_to_string(folder.0.join("toy.json")).unwrap();
    fs::write(folder.0.join("toy.json"), plan.replace("\"training.epochs\": 1", "\"training.epochs\": 200")).unwrap();
    let toy = ["reproduce", "toy.json", "--orders", "10", "--strategy", "sequential,src", "--threads", "1"];
    let mut command = folder.engram();
    command.args(toy).env_remove("SLURM_ARRAY_TASK_ID").stderr(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let file = folder.0.join("reproduced/toy-runs.jsonl");
    let began = Instant::now();
    while !fs::read_to_string(&file).unwrap_or_default().contains("}\n") {
        assert!(began.elapsed() < Duration::from_secs(60) && child.try_wait().unwrap().is_none());
        std::thread::sleep(Duration::from_millis(2));
    }
    // The folder's file of runs is one process's.
    let second = folder.engram().args(toy).args(["--resume"]).env_remove("SLURM_ARRAY_TASK_ID").output().unwrap();
    assert!(fails(&second, 1).contains("another `engram reproduce` is writing it"));
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let stopped = child.wait_with_output().unwrap();
    assert_eq!(stopped.status.code(), Some(130), "{}", stderr(&stopped));
    let said = stderr(&stopped);
    assert!(said.contains(&format!("go on with: engram {} --resume", toy.join(" "))), "{said}");
    let kept = fs::read_to_string(&file).unwrap();
    assert!(
        kept.lines().count() < 20 && said.contains(&format!("{} runs are left", 20 - kept.lines().count())),
        "{said}"
    );
    let report: Value =
        serde_json::from_str(&fs::read_to_string(folder.0.join("reproduced/small.json")).unwrap()).unwrap();
    assert!(report["cells"].as_array().unwrap().iter().any(|cell| cell["verdict"] == "incomplete"));
}

/// A study that takes a moment.
const STUDY: [&str; 13] = [
    "connect",
    "connect-romo-quick",
    "--set",
    "network.units=8",
    "--set",
    "exponents.count=2",
    "--set",
    "training.iterations=20",
    "--set",
    "training.batch=4",
    "--set",
    "gains=[0.5,1.2]",
    "-q",
];

#[test]
fn a_study_is_one_result_that_can_be_run_again() {
    let folder = Folder::new("connect");
    let output = folder.run(&STUDY);
    assert!(output.status.success(), "{}", stderr(&output));
    let result: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(result["lines"].as_array().unwrap().len(), 4, "two gains by two rules");
    assert_eq!(result["networks"].as_array().unwrap().len(), 12, "three seeds each");
    assert!(result["lines"][0]["test_loss"]["mean"].as_f64().unwrap() > 0.0);
    assert!(result["made"]["command"].as_str().unwrap().starts_with("engram connect connect-romo-quick"));
    fs::write(folder.0.join("study.json"), stdout(&output)).unwrap();
    let again = folder.run(&["connect", "study.json", "--threads", "1", "--out", "again.json", "-q"]);
    assert!(again.status.success(), "{}", stderr(&again));
    let again: Value = serde_json::from_str(&fs::read_to_string(folder.0.join("again.json")).unwrap()).unwrap();
    assert_eq!((&again["spec"], &again["networks"]), (&result["spec"], &result["networks"]));
}

#[cfg(unix)]
#[test]
fn an_interrupted_study_goes_on_and_comes_to_the_same() {
    let folder = Folder::new("connect-resume");
    // Parts of a second or so each.
    let study = ["connect", "connect-romo-quick", "--set", "training.iterations=1500", "--set", "rules=[\"eprop\"]"];
    let rest = ["--set", "network.units=32", "--threads", "1", "--out", "study.json", "-q"];
    let arguments = [&study[..], &rest[..]].concat();
    let parts = folder.0.join("study.json.parts.jsonl");
    let mut child = folder.engram().args(&arguments).spawn().unwrap();
    let began = std::time::Instant::now();
    while fs::read_to_string(&parts).unwrap_or_default().lines().count() < 2 && began.elapsed().as_secs() < 100 {
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let kept = fs::read_to_string(&parts).unwrap();
    assert!((2..9).contains(&kept.lines().count()) && !folder.0.join("study.json").exists());
    let said = fails(&folder.run(&arguments), 2);
    assert!(said.contains("holds parts of a study already: --resume goes on"), "{said}");
    let resumed = folder.run(&[&arguments[..], &["--resume"]].concat());
    assert!(resumed.status.success() && !parts.exists(), "{}", stderr(&resumed));
    let read =
        |name: &str| -> Value { serde_json::from_str(&fs::read_to_string(folder.0.join(name)).unwrap()).unwrap() };
    assert!(folder.run(&[&arguments[..arguments.len() - 2], &["whole.json", "-q"]].concat()).status.success());
    let (resumed, whole) = (read("study.json"), read("whole.json"));
    assert_eq!((&resumed["networks"], &resumed["lines"]), (&whole["networks"], &whole["lines"]));
    let first: Value = serde_json::from_str(kept.lines().next().unwrap()).unwrap();
    assert_eq!(whole["networks"][0], first["networks"][0], "what was done is not done again");
}

#[test]
fn studies_are_listed_and_what_makes_no_sense_is_refused() {
    let folder = Folder::new("connect-usage");
    let listed = stdout(&folder.run(&["presets"]));
    let study = listed.lines().find(|line| line.starts_with("connect-romo-quick "));
    assert!(study.is_some_and(|line| line.contains("Romo, quick")), "{listed}");
    let spec: Value = serde_json::from_str(&stdout(&folder.run(&["presets", "connect-romo", "--json"]))).unwrap();
    assert_eq!(spec["task"], "romo");
    fs::write(folder.0.join("broken.json"), "{").unwrap();
    for (arguments, part) in [
        (&["connect", "connect-nothing"][..], "there is neither a study nor a file `connect-nothing`"),
        (&["connect", "broken.json"], "is not JSON"),
        (&["connect", "connect-romo-quick", "--set", "network.tau=0.1"], "`network.tau` is 0.1"),
        (&["connect", "v=1&preset=connect-romo-quick&gain=2"], "there is no field `gain`"),
        (&["reproduce", "connect", "--model", "mrnn"], "no data sets, models and strategies"),
    ] {
        let said = fails(&folder.run(arguments), 2);
        assert!(said.contains(part), "{arguments:?} says {said}");
    }
}

#[cfg(unix)]
#[test]
fn reproduced_studies_go_on_where_they_were_stopped() {
    let folder = Folder::new("reproduce-connect");
    let shard = ["reproduce", "connect", "--shard", "3/4", "--threads", "2", "--dir", "parts", "-q"];
    let mut child = folder.engram().args(shard).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(300));
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    // A part that is there is not done again, and nothing is begun over another's.
    let part = r#"{"event":"study","spec":1}"#;
    fs::write(folder.0.join("parts/other.jsonl"), format!("{part}\n")).unwrap();
    let said = fails(&folder.run(&["reproduce", "connect", "--dir", "parts"]), 1);
    assert!(said.contains("other.jsonl: line 1 is no part of a study"), "{said}");
}

//! `engram reproduce connect`: the studies behind the figures of Liu, Zhang & Liu (2024), as figures, tables and what agrees.

use std::env;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use super::args::ReproduceArgs;
use super::report::Screen;
use super::reproduce::{arguments, command_line, made};
use super::run::stop_on_interrupt;
use super::studies::{self, Errand, Known, append, errands, work};
use super::{Failure, cores, folder, print, shard, study_figures};
use crate::connect::claims::StudyClaim;
use crate::connect::known::share_networks;
use crate::connect::report::{RESULT_FORMAT, StudyResult, agreement, table, to_csv, trend_table};
use crate::connect::spec::{ConnectPreset, ConnectSpec, presets};
use crate::data::cache;

/// What it is called on the command line.
pub const NAME: &str = "connect";

pub fn reproduce(args: &ReproduceArgs) -> Result<(), Failure> {
    if !(args.dataset.is_empty() && args.model.is_empty() && args.strategy.is_empty()) {
        let why = "the studies of the Connect lab have no data sets, models and strategies to choose from";
        return Err(Failure::Usage(why.into()));
    }
    let studies = figures();
    let known = Known::read(&folder::files(&args.dir)?)?;
    if !known.is_empty() && !args.resume {
        let why = format!(
            "{} holds parts of studies already: --resume goes on, --dir names another folder",
            args.dir.display()
        );
        return Err(Failure::Usage(why));
    }
    let asked = shard::Asked { shard: args.shard, of: args.shards };
    let shard = shard::shard(&asked, |name| env::var(name).ok()).map_err(Failure::Usage)?;
    let mut errands = errands(studies.iter().map(|study| (&*study.name, &study.spec)));
    let mut file = format!("{NAME}-runs.jsonl");
    if let Some(shard) = shard {
        errands = shard.share(errands);
        file = format!("{NAME}-runs-{}-of-{}.jsonl", shard.index, shard.of);
    }
    let errands: Vec<Errand> = errands.iter().filter_map(|errand| known.rest(errand)).collect();
    let stop = stop_on_interrupt()?;
    if !errands.is_empty() {
        let file = Mutex::new(folder::open(&args.dir.join(file))?);
        let screen = Screen::new(errands.len(), args.quiet);
        let threads = args.threads.map_or(cores(), usize::from);
        work(&errands, threads, &made(), &screen, &stop, |share| append(&file, &share))?;
    }
    let known = Known::read(&folder::files(&args.dir)?)?;
    let left = errands.iter().filter(|errand| known.rest(errand).is_some()).count();
    if shard.is_none() {
        write(&studies, &known, &args.dir, args.quiet)?;
    }
    if left > 0 {
        let again = if args.resume { "" } else { " --resume" };
        eprintln!("stopped; {left} parts are left; go on with: {}{again}", command_line(arguments()));
        return Err(Failure::Interrupted);
    }
    Ok(())
}

/// The studies that are figures of the paper.
fn figures() -> Vec<&'static ConnectPreset> {
    presets().iter().filter(|preset| !preset.figures.is_empty()).collect()
}

/// Joins the parts of studies that lie in folders, and writes what there is; false where there is no part.
pub fn merge(dir: &Path, others: &[PathBuf], quiet: bool) -> Result<bool, Failure> {
    let mut known = Known::read(&folder::files(dir)?)?;
    let mut new = Vec::new();
    for other in others {
        for share in studies::read(&folder::files(other)?)? {
            if known.lacks(&share) {
                new.push(share.clone());
                known.add(share);
            }
        }
    }
    if !new.is_empty() {
        let file = Mutex::new(folder::open(&dir.join(format!("merged-{NAME}-runs.jsonl")))?);
        new.iter().try_for_each(|share| append(&file, share))?;
    }
    if known.is_empty() {
        return Ok(false);
    }
    write(&figures(), &known, dir, quiet).map(|()| true)
}

/// Writes what there is: figures of each study that is whole, and of all of them a table, a CSV and JSON.
fn write(studies: &[&ConnectPreset], known: &Known, dir: &Path, quiet: bool) -> Result<(), Failure> {
    let mut results = Vec::new();
    let mut missing = Vec::new();
    for study in studies {
        let (result, is_whole) = known.result(&study.spec);
        if !is_whole {
            missing.push(&*study.name);
            continue;
        }
        for (kind, drawn) in [
            ("curves", study_figures::curves(&study.title, &result)),
            ("exponents", study_figures::exponents(&study.title, &result)),
        ] {
            let svg = drawn.map_err(Failure::Failed)?;
            cache::write(&dir.join(format!("{}-{kind}.svg", study.name)), svg.as_bytes())?;
        }
        results.push((*study, result));
    }
    let csv = to_csv(results.iter().map(|(study, result)| (&*study.name, result)));
    cache::write(&dir.join(format!("{NAME}.csv")), csv.as_bytes())?;
    cache::write(&dir.join(format!("{NAME}.json")), json(&results).as_bytes())?;
    let file = dir.join(format!("{NAME}.md"));
    cache::write(&file, markdown(&results, &missing).as_bytes())?;
    if !quiet {
        let (whole, all) = (results.len(), studies.len());
        print(&format!("{whole} of {all} studies are whole; in {}, .csv, .json and figures\n", file.display()))?;
    }
    Ok(())
}

/// The lines of all studies, without each network's own.
fn json(results: &[(&ConnectPreset, StudyResult)]) -> String {
    let studies = results.iter().map(|(study, result)| {
        serde_json::json!({
            "name": study.name, "title": study.title, "figures": study.figures, "spec": result.spec, "lines": result.lines,
            "seconds": result.seconds, "made": result.made, "claims": result.claims(&study.name),
            "trends": result.trends(),
        })
    });
    serde_json::to_string(&serde_json::json!({ "format": RESULT_FORMAT, "studies": studies.collect::<Vec<_>>() }))
        .expect("plain data")
        + "\n"
}

fn markdown(results: &[(&ConnectPreset, StudyResult)], missing: &[&str]) -> String {
    let mut text = String::from(
        "# Initial connectivity and learning\n\nAfter Liu, Zhang & Liu 2024, \"The influence of initial connectivity on biologically plausible learning\" \
(arXiv:2410.11164), with every figure's study trained anew, and DMS with slow units: `engram reproduce connect`.\n\n## What agrees\n\nPositive differences speak \
for the claim; it holds where the 95 % interval of the differences, seed by seed, is above 0. How well a network learns is its \
mean loss from iteration 200 on, where the paper's plots begin; the learning rate of each line is the one with the lowest such loss, \
and beside it stands the mean loss of the last tenth. Where all gains are asked, the number is Spearman's rank correlation of gain \
and loss (or how far the exponent moved), with its sign turned. A network whose loss, in a window, was a hundred times that of its first has diverged, and \
is in no mean. Networks that several studies have in common are trained once.\n\n",
    );
    // Of networks that studies have in common the same is claimed once.
    let mut all: Vec<(&ConnectSpec, StudyClaim)> = Vec::new();
    for (study, result) in results {
        for claim in result.claims(&study.name) {
            let is_same = |(spec, other): &(&ConnectSpec, StudyClaim)| {
                (&other.text, other.difference) == (&claim.text, claim.difference) && share_networks(spec, &result.spec)
            };
            if !all.iter().any(is_same) {
                all.push((&result.spec, claim));
            }
        }
    }
    text += &agreement(&all.into_iter().map(|(_, claim)| claim).collect::<Vec<_>>());
    text += "\n## Whether smaller gains learn worse, with the same learning rate for all\n\nSpearman's rank correlation of gain and mean loss from iteration \
200 on, its sign turned, with its 95 % interval over the seeds none of whose networks diverged; above, each gain has the rate that suits \
it best.\n\n";
    text += &trend_table(results.iter().map(|(study, result)| (&*study.name, result)));
    for (study, result) in results {
        let figures = study.figures.join(" and ");
        let of = match &*figures {
            "N" => "the figures with twice the units".into(),
            "batch" => "the figures with twice the batch".into(),
            "tau" => "not in the paper".into(),
            one if study.figures.len() == 1 => format!("figure {one}"),
            several => format!("figures {several}"),
        };
        text += &format!(
            "\n## {} ({of})\n\n![Learning curves]({}-curves.svg)\n\n![Exponents]({}-exponents.svg)\n\n",
            study.title, study.name, study.name
        );
        text += &table(&result.lines, &result.spec);
        let (made, first) = (&result.made, result.spec.seed);
        text += &format!(
            "\nSeeds {first} to {}. `engram connect {}`; made by `{}`, engram {}; {:.0} s of computing.\n",
            first + result.spec.seeds - 1,
            study.name,
            made.command,
            made.engram,
            result.seconds
        );
    }
    if !missing.is_empty() {
        text += &format!("\nNot run, or not wholly: {}.\n", missing.join(", "));
    }
    text
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::cli::studies::tests::{small, trained};

    fn preset(name: &str, figure: &str, spec: ConnectSpec) -> ConnectPreset {
        ConnectPreset { name: name.into(), title: format!("Study {name}"), figures: vec![figure.into()], spec }
    }

    #[test]
    fn what_there_is_is_written_and_what_is_missing_is_named() {
        let dir = env::temp_dir().join(format!("engram-reproduce-connect-write-{}", std::process::id()));
        fs::create_dir_all(&dir).unwrap();
        let known = |studies: &[ConnectPreset]| {
            let mut known = Known::default();
            let all = errands(studies.iter().map(|study| (&*study.name, &study.spec)));
            all.iter().for_each(|errand| known.add(trained(errand, "0.1.0 (abc)")));
            known
        };
        let done = preset("connect-done", "4", small(&[("flossing.when", "both")]));
        let other = preset("connect-other", "N", small(&[("network.units", "5")]));
        let known = known(std::slice::from_ref(&done));
        write(&[&done, &other], &known, &dir, true).unwrap();
        let read = |name: &str| fs::read_to_string(dir.join(name)).unwrap();
        let text = read("connect.md");
        for part in [
            "## What agrees",
            "e-prop: flossing helps at a gain of 0.5",
            "## Study connect-done (figure 4)",
            "![Learning curves](connect-done-curves.svg)",
            "| e-prop | yes | 1.2 |",
            "made by `engram reproduce connect`, engram 0.1.0 (abc)",
            "Not run, or not wholly: connect-other.",
        ] {
            assert!(text.contains(part), "{part} is not in {text}");
        }
        assert!(!text.contains("Study connect-other"));
        let result: serde_json::Value = serde_json::from_str(&read("connect.json")).unwrap();
        let studies = result["studies"].as_array().unwrap();
        assert_eq!((studies.len(), studies[0]["lines"].as_array().unwrap().len()), (1, 4));
        assert!(studies[0]["claims"].as_array().unwrap().iter().any(|claim| claim["end"]["n"] == 2));
        assert_eq!(read("connect.csv").lines().count(), 5, "two gains, with flossing and without");
        assert!(
            read("connect-done-curves.svg").starts_with("<svg")
                && read("connect-done-exponents.svg").starts_with("<svg")
        );
        assert!(!dir.join("connect-other-curves.svg").exists());
        fs::remove_dir_all(&dir).unwrap();
    }

    #[test]
    fn parts_of_studies_in_several_folders_are_joined_once() {
        let root = env::temp_dir().join(format!("engram-reproduce-connect-merge-{}", std::process::id()));
        let [a, b, joined] = ["a", "b", "joined"].map(|name| root.join(name));
        let done = preset("connect-done", "4", small(&[]));
        let parts: Vec<_> =
            errands([("done", &done.spec)].into_iter()).iter().map(|errand| trained(errand, "0.1.0 (abc)")).collect();
        assert!(parts.len() >= 2);
        // The first part lies in both.
        for (folder, parts) in [(&a, &parts[..1]), (&b, &parts[..])] {
            fs::create_dir_all(folder).unwrap();
            let file = Mutex::new(folder::open(&folder.join("connect-runs.jsonl")).unwrap());
            parts.iter().for_each(|part| append(&file, part).unwrap());
        }
        fs::create_dir_all(&joined).unwrap();
        assert!(!merge(&joined, &[], true).unwrap(), "nothing there");
        let both = [a, b];
        for _ in 0..2 {
            assert!(merge(&joined, &both, true).unwrap());
            let lines = fs::read_to_string(joined.join("merged-connect-runs.jsonl")).unwrap();
            assert_eq!(lines.lines().count(), parts.len());
        }
        assert!(Known::read(&folder::files(&joined).unwrap()).unwrap().result(&done.spec).1, "the study is whole");
        assert!(fs::read_to_string(joined.join("connect.md")).unwrap().contains("Not run, or not wholly: "));
        fs::remove_dir_all(&root).unwrap();
    }
}

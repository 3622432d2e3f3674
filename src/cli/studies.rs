//! Studies of the Connect lab on the machine's cores: each origin of a study is done by itself, several side by side, and what became of
//! its networks is a line of a file. Networks are known by what made them, so that none is trained twice.

use std::collections::HashMap;
use std::fs::File;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};
use std::thread;

use serde::{Deserialize, Serialize};

use super::report::Screen;
use super::{Failure, folder};
use crate::connect::known::{alone, each_alone, gather, missing};
use crate::connect::report::StudyResult;
use crate::connect::spec::ConnectSpec;
use crate::connect::study::{ConnectEvent, Study};
use crate::connect::summary::NetworkRecord;
use crate::reproduce::Made;

/// Networks of one origin that are to be trained.
pub struct Errand {
    /// Of the study that asks for them first.
    pub name: String,
    pub spec: ConnectSpec,
}

/// A share of a study that is done: a line of a file of runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename = "study")]
pub struct Share {
    pub spec: ConnectSpec,
    pub share: u32,
    pub shares: u32,
    /// Seconds of computing.
    pub seconds: f64,
    pub networks: Vec<NetworkRecord>,
    pub made: Made,
}

/// What became of a network.
#[derive(Clone, Debug)]
struct Kept {
    record: NetworkRecord,
    /// Its part of the seconds that its share took.
    seconds: f64,
    made: Made,
}

/// Networks that were trained, by what made them.
#[derive(Default)]
pub struct Known(HashMap<String, Kept>);

impl Known {
    /// Those that files of parts hold; other lines are passed over, as is a last one that was cut off.
    pub fn read(files: &[PathBuf]) -> Result<Known, Failure> {
        let mut known = Known::default();
        read(files)?.into_iter().for_each(|share| known.add(share));
        Ok(known)
    }

    /// Whether a share has a network that is not known.
    pub fn lacks(&self, share: &Share) -> bool {
        share.networks.iter().any(|record| !self.0.contains_key(&key(&alone(&share.spec, &record.arm))))
    }

    /// Of two networks that are the same, the one that was there first stays.
    pub fn add(&mut self, share: Share) {
        let seconds = share.seconds / share.networks.len().max(1) as f64;
        for (alone, record) in each_alone(&share.spec, share.networks) {
            let made = share.made.clone();
            self.0.entry(key(&alone)).or_insert(Kept { record, seconds, made });
        }
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The errand without what of it is known; `None` where that is all.
    pub fn rest(&self, errand: &Errand) -> Option<Errand> {
        let mut rest = missing(&errand.spec, |alone| self.0.contains_key(&key(alone)));
        rest.pop().map(|spec| Errand { name: errand.name.clone(), spec })
    }

    /// What is known of a study, and whether that is all of it. It says which version of Engram made it, or which several.
    pub fn result(&self, spec: &ConnectSpec) -> (StudyResult, bool) {
        let kept = gather(spec, |alone| self.0.get(&key(alone)));
        let mut versions: Vec<&str> = kept.iter().map(|kept| &*kept.made.engram).collect();
        versions.sort_unstable();
        versions.dedup();
        let command = kept.first().map_or(String::new(), |kept| kept.made.command.clone());
        let made = Made { engram: versions.join(" and "), command };
        let seconds = kept.iter().map(|kept| kept.seconds).sum();
        let networks: Vec<_> = kept.into_iter().map(|kept| kept.record.clone()).collect();
        let is_whole = networks.len() == spec.replicas();
        (StudyResult::new(spec.clone(), networks, seconds, made), is_whole)
    }
}

fn key(alone: &ConnectSpec) -> String {
    serde_json::to_string(alone).expect("plain data")
}

/// What is to be done for studies, each network once, though several ask for it.
pub fn errands<'a>(studies: impl Iterator<Item = (&'a str, &'a ConnectSpec)>) -> Vec<Errand> {
    let mut asked = std::collections::HashSet::new();
    let mut errands = Vec::new();
    for (name, spec) in studies {
        let specs = missing(spec, |alone| !asked.insert(key(alone)));
        errands.extend(specs.into_iter().map(|spec| Errand { name: name.into(), spec }));
    }
    errands
}

/// The shares that files of parts hold.
pub fn read(files: &[PathBuf]) -> Result<Vec<Share>, Failure> {
    let mut shares = Vec::new();
    for file in files {
        let of_file = |why: String| Failure::Failed(format!("{}: {why}", file.display()));
        shares.extend(parse(&folder::text(file)?).map_err(of_file)?);
    }
    Ok(shares)
}

fn parse(text: &str) -> Result<Vec<Share>, String> {
    let mut shares = Vec::new();
    let count = text.lines().count();
    for (number, line) in text.lines().enumerate().filter(|(_, line)| line.contains("\"event\":\"study\"")) {
        match serde_json::from_str(line) {
            Ok(share) => shares.push(share),
            Err(_) if !text.ends_with('\n') && number + 1 == count => {}
            Err(e) => return Err(format!("line {} is no part of a study ({e})", number + 1)),
        }
    }
    Ok(shares)
}

/// Adds a share to a file, as a line.
pub fn append(file: &Mutex<File>, share: &Share) -> Result<(), Failure> {
    folder::append(file, &(serde_json::to_string(share).expect("plain data") + "\n"))
}

/// Does errands, so many at a time, and hands each share over when it is done.
pub fn work(
    errands: &[Errand],
    threads: usize,
    made: &Made,
    screen: &Screen,
    stop: &AtomicBool,
    keep: impl Fn(Share) -> Result<(), Failure> + Sync,
) -> Result<(), Failure> {
    let (next, failure, kept) = (AtomicUsize::new(0), OnceLock::new(), Mutex::new(()));
    let is_over = || stop.load(Ordering::Relaxed) || failure.get().is_some();
    thread::scope(|scope| {
        for _ in 0..threads.min(errands.len()) {
            scope.spawn(|| {
                loop {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    let Some(errand) = errands.get(place).filter(|_| !is_over()) else { break };
                    let tell = |fraction| screen.advance(place, 1, fraction, &errand.name);
                    let share = match done(errand, made, &is_over, &tell) {
                        Ok(Some(share)) => share,
                        Ok(None) => break,
                        Err(why) => {
                            failure.get_or_init(|| why);
                            break;
                        }
                    };
                    let _one_by_one = kept.lock().expect("a writer does not panic");
                    if let Err(why) = keep(share) {
                        failure.get_or_init(|| why);
                    }
                }
            });
        }
    });
    screen.end(&[]);
    failure.into_inner().map_or(Ok(()), Err)
}

/// An errand from its beginning to its end; `None` where it was stopped.
fn done(
    errand: &Errand,
    made: &Made,
    is_over: &dyn Fn() -> bool,
    tell: &dyn Fn(f64),
) -> Result<Option<Share>, Failure> {
    let mut study = Study::new(errand.spec.clone(), 0, 1)?;
    let mut seconds = 0.0;
    for event in study.by_ref() {
        if is_over() {
            return Ok(None);
        }
        if let ConnectEvent::Progress { fraction, seconds: so_far, .. } = event {
            seconds = so_far;
            tell(fraction);
        }
    }
    let mut networks: Vec<_> = study.records().collect();
    networks.sort_by_key(|(number, _)| *number);
    let networks = networks.into_iter().map(|(_, record)| record.clone()).collect();
    let (spec, made) = (errand.spec.clone(), made.clone());
    Ok(Some(Share { spec, share: 0, shares: 1, seconds, networks, made }))
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::connect::spec::presets;
    use crate::spec::set;

    /// A study that takes a moment, with some fields replaced.
    pub fn small(fields: &[(&str, &str)]) -> ConnectSpec {
        let small = [
            ("network.units", "4"),
            ("gains", "[0.5,1.2]"),
            ("training.iterations", "300"),
            ("training.batch", "2"),
            ("training.window", "50"),
            ("training.rates", "[0.001,0.003]"),
            ("exponents.count", "1"),
            ("exponents.series", "2"),
            ("exponents.trials", "2"),
            ("flossing.exponents", "1"),
            ("flossing.iterations", "2"),
            ("rules", "[\"eprop\"]"),
            ("seeds", "2"),
        ];
        set(&set(&presets()[0].spec, &small).unwrap(), fields).unwrap()
    }

    pub fn trained(errand: &Errand, engram: &str) -> Share {
        let made = Made { engram: engram.into(), command: "engram reproduce connect".into() };
        done(errand, &made, &|| false, &|_| {}).ok().flatten().expect("it is done")
    }

    #[test]
    fn networks_that_were_trained_for_one_study_are_those_of_the_other() {
        let (plain, both) = (small(&[]), small(&[("flossing.when", "both")]));
        let all = errands([("plain", &plain), ("both", &both)].into_iter());
        assert_eq!(all.iter().map(|errand| &*errand.name).collect::<Vec<_>>(), [["plain"; 4], ["both"; 4]].concat());
        let mut known = Known::default();
        assert!(known.is_empty() && known.rest(&all[0]).is_some());
        all[..4].iter().for_each(|errand| known.add(trained(errand, "0.1.0 (old)")));
        assert!(all[..4].iter().all(|errand| known.rest(errand).is_none()), "nothing is done twice");
        let (result, is_whole) = known.result(&plain);
        assert!(is_whole && result.networks.len() == 8 && result.seconds > 0.0);
        let (half, is_whole) = known.result(&both);
        assert!(!is_whole && half.networks.len() == 8);
        all[4..].iter().for_each(|errand| known.add(trained(errand, "0.1.0 (new)")));
        let (whole, is_whole) = known.result(&both);
        assert!(
            is_whole && whole.networks[..8] == result.networks && whole.networks[8..].iter().all(|of| of.arm.flossed)
        );
        assert_eq!(whole.made.engram, "0.1.0 (new) and 0.1.0 (old)");
        // Of an errand that is done in part, the rest is left.
        let more = small(&[("rules", "[\"bptt\",\"eprop\"]"), ("gains", "[0.5]"), ("seeds", "1")]);
        let rest = known.rest(&errands([("more", &more)].into_iter())[0]).unwrap();
        assert_eq!((rest.spec.rules.len(), rest.spec.replicas()), (1, 2), "BPTT alone");
    }

    #[test]
    fn parts_are_read_to_the_last_whole_line_and_others_are_named() {
        let spec = small(&[("gains", "[0.5]"), ("seeds", "1")]);
        let share = trained(&errands([("one", &spec)].into_iter())[0], "0");
        let line = serde_json::to_string(&share).unwrap();
        let text = format!("{{\"event\":\"finished\"}}\n{line}\n{}", &line[..line.len() / 2]);
        assert_eq!(parse(&text).unwrap(), [share]);
        let told = parse(&format!("{}\n{line}\n", &line[..line.len() / 2])).unwrap_err();
        assert!(told.starts_with("line 1 is no part of a study"), "{told}");
    }
}

//! Studies of the Connect lab on the machine's cores: each origin of a study is a share of its own, and shares are done side by side.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};
use std::thread;

use serde::{Deserialize, Serialize};

use super::Failure;
use super::report::Screen;
use crate::connect::spec::ConnectSpec;
use crate::connect::study::{ConnectEvent, Study};
use crate::connect::summary::NetworkRecord;
use crate::reproduce::Made;

/// A share of a study that is to be done.
pub struct Errand<'a> {
    pub name: &'a str,
    pub spec: &'a ConnectSpec,
    pub share: u32,
    pub shares: u32,
}

/// A share that is done: a line of a file of runs.
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

/// The shares of a study: one for each gain, treatment and seed.
pub fn shares(spec: &ConnectSpec) -> u32 {
    let arms = spec.flossing.when.arms().len() * spec.gains.len();
    arms as u32 * spec.seeds
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
                    let tell = |fraction| screen.advance(place, 1, fraction, errand.name);
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

/// A share from its beginning to its end; `None` where it was stopped.
fn done(
    errand: &Errand,
    made: &Made,
    is_over: &dyn Fn() -> bool,
    tell: &dyn Fn(f64),
) -> Result<Option<Share>, Failure> {
    let &Errand { spec, share, shares, .. } = errand;
    let mut study = Study::new(spec.clone(), share, shares)?;
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
    Ok(Some(Share { spec: spec.clone(), share, shares, seconds, networks, made: made.clone() }))
}

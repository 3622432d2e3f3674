//! A study under way: one call does a small piece of work and returns an event; between calls it can be saved, restored and asked.
//!
//! Every origin, which is a gain, a treatment and a seed, is prepared: its exponents are measured and it is flossed where the Spec says
//! so. Then a network for each of the rules and learning rates is trained from it, and sleeps where the Spec has it sleep. All networks
//! take turns, so that their curves grow side by side, and so do preparing and training: what needs no flossing learns meanwhile. Each
//! network sees trials that only its seed and the iteration decide, so that what differs between two
//! networks is what the Spec says. How the networks are shared out to Workers or threads changes none of them.

use serde::{Deserialize, Serialize};

use super::adam::Adam;
use super::credit::{Pathways, Room, gradient, random_feedback};
use super::ctrnn::{Course, Judged, Shape, Weights, judge, run};
use super::flossing;
use super::lyapunov::exponents;
use super::save::are_whole;
use super::sleep::{Asleep, slices};
use super::spec::{ConnectSpec, Credit};
use super::summary::{Arm, NetworkRecord, Score, Slept};
use super::tasks::Trials;
use crate::clock;
use crate::rng::Purpose;
use crate::spec::SpecError;

/// Trials that a trained network is tested with.
const TESTS: usize = 512;

/// Multiplications of a slice of work: some twenty milliseconds in a browser.
const SLICE: usize = 40_000_000;

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum ConnectEvent {
    /// A network was added, flossed, trained for a window, or finished: its record as it is now.
    Network {
        /// The number of the network, counted over all shares.
        network: u32,
        record: Box<NetworkRecord>,
    },
    /// The exponents that an iteration of flossing began with.
    Flossing { gain: f64, seed: u32, iteration: u32, exponents: Vec<f64> },
    /// A slice of work was done.
    Progress {
        /// The part of this share's work that is done, 0 to 1.
        fraction: f64,
        /// Seconds of computing since it began.
        seconds: f64,
        /// Training iterations of all networks of this share.
        iterations: u64,
    },
}

/// Where networks come from: weights that several rules and learning rates begin with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Origin {
    gain: f64,
    flossed: bool,
    seed: u32,
    weights: Weights,
    adam: Adam,
    /// Iterations of flossing that are done.
    iterations: u32,
    /// Empty until measured.
    untrained: Vec<f64>,
    after_flossing: Vec<f64>,
}

/// A network that is trained.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Replica {
    /// Its number, counted over all shares.
    number: u32,
    record: NetworkRecord,
    weights: Weights,
    adam: Adam,
    iterations: u32,
    /// Sums over the window that is under way.
    window: Score,
    /// Where it is trained and sleeps.
    asleep: Option<Asleep>,
    is_over: bool,
}

/// What is saved of a study.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct State {
    pub spec: ConnectSpec,
    share: (u32, u32),
    origins: Vec<Origin>,
    replicas: Vec<Replica>,
    /// Whose turn it is.
    turn: usize,
    /// Whether the last slice prepared an origin: the next one trains, where there is something to train.
    prepared: bool,
    seconds: f64,
}

/// What an origin is: gain, treatment and seed, in the order in which they are counted. What is not flossed comes first, for it can be
/// trained at once.
pub(super) fn origins(spec: &ConnectSpec) -> Vec<(f64, bool, u32)> {
    let mut origins = Vec::new();
    for &flossed in spec.flossing.when.arms() {
        for &gain in &spec.gains {
            origins.extend((spec.seed..spec.seed + spec.seeds).map(|seed| (gain, flossed, seed)));
        }
    }
    origins
}

/// The origins of a share, each with its number among all.
fn shared(spec: &ConnectSpec, (share, shares): (u32, u32)) -> impl Iterator<Item = (u32, (f64, bool, u32))> {
    (0..).zip(origins(spec)).skip(share as usize).step_by(shares.max(1) as usize)
}

/// The networks of an origin: rules and learning rates, in the order in which they are counted.
pub(super) fn arms(spec: &ConnectSpec) -> impl Iterator<Item = (Credit, f64)> {
    spec.rules.iter().flat_map(|&rule| spec.training.rates.iter().map(move |&rate| (rule, rate)))
}

impl State {
    /// Whether everything is what a study of this Spec can have come to: what is read from a file is not relied upon.
    pub(super) fn fits(&self) -> bool {
        let State { spec, share, origins, replicas, turn, .. } = self;
        let expected: Vec<_> = shared(spec, *share).collect();
        let each = spec.rules.len() * spec.training.rates.len();
        let counts = share.0 < share.1 && origins.len() == expected.len() && *turn <= replicas.len();
        counts
            && replicas.len().is_multiple_of(each)
            && replicas.len() / each <= origins.len()
            && origins.iter().zip(&expected).all(|(origin, (_, of))| origin.fits(spec, *of))
            && expected
                .iter()
                .flat_map(|&(n, of)| (0..).zip(arms(spec)).map(move |arm| (n, of, arm)))
                .zip(replicas)
                .all(|((n, (gain, flossed, seed), (i, (rule, rate))), replica)| {
                    let arm = Arm { gain, rule, rate, flossed, seed };
                    replica.number == n * each as u32 + i && replica.record.arm == arm && replica.fits(spec)
                })
    }
}

impl Origin {
    fn fits(&self, spec: &ConnectSpec, of: (f64, bool, u32)) -> bool {
        let shape = Shape::of(spec);
        (self.gain, self.flossed, self.seed) == of
            && are_whole(&self.weights, shape)
            && self.adam.fits(shape.units * shape.units, self.iterations..=self.iterations)
            && self.iterations <= if self.flossed { spec.flossing.iterations } else { 0 }
    }
}

impl Replica {
    fn fits(&self, spec: &ConnectSpec) -> bool {
        let shape = Shape::of(spec);
        let is_trained = self.iterations == spec.training.iterations;
        let goes_on = match &self.asleep {
            Some(asleep) => is_trained && !self.is_over && spec.sleep.is_some() && asleep.fits(shape),
            None => self.is_over || self.iterations < spec.training.iterations,
        };
        self.iterations <= spec.training.iterations
            && goes_on
            // The step in which a network diverges is taken, and not counted.
            && self.adam.fits(shape.weights(), self.iterations..=self.iterations + 1)
            && are_whole(&self.weights, shape)
    }
}

/// A study, or a share of one.
pub struct Study {
    pub(super) state: State,
    /// Events that wait to be told.
    news: std::collections::VecDeque<ConnectEvent>,
    course: Course,
    judged: Judged,
    room: Room,
    gradient: Weights,
    /// Trials of a seed and iteration: all networks of a seed that are at the same place see the same.
    trials: Option<((u32, u32), Trials)>,
}

impl Iterator for Study {
    type Item = ConnectEvent;

    /// A piece of work, or an event that waits; `None` once all is done.
    fn next(&mut self) -> Option<ConnectEvent> {
        if let Some(event) = self.news.pop_front() {
            return Some(event);
        }
        if self.is_done() {
            return None;
        }
        let began = clock::now();
        let can_train = self.state.replicas.iter().any(|replica| !replica.is_over);
        match self.unready().filter(|_| !(can_train && self.state.prepared)) {
            Some(origin) => self.prepare(origin),
            None => self.train(),
        }
        self.state.seconds += clock::now() - began;
        self.news.push_back(self.progress());
        self.news.pop_front()
    }
}

impl Study {
    /// The share of a study that is the `share`-th of `shares`, counted from 0.
    ///
    /// # Errors
    /// Where the Spec is not valid.
    pub fn new(spec: ConnectSpec, share: u32, shares: u32) -> Result<Study, SpecError> {
        spec.validate()?;
        let shape = Shape::of(&spec);
        let share = (share, shares.max(1));
        let origin = |(_, (gain, flossed, seed))| Origin {
            gain,
            flossed,
            seed,
            weights: Weights::initial(shape, gain, seed),
            adam: Adam::new(shape.units * shape.units),
            iterations: 0,
            untrained: Vec::new(),
            after_flossing: Vec::new(),
        };
        let origins = shared(&spec, share).map(origin).collect();
        let state = State { spec, share, origins, replicas: Vec::new(), turn: 0, prepared: false, seconds: 0.0 };
        Ok(Study::from_state(state))
    }

    pub(super) fn from_state(state: State) -> Study {
        let shape = Shape::of(&state.spec);
        Study {
            state,
            news: std::collections::VecDeque::new(),
            course: Course::default(),
            judged: Judged::default(),
            room: Room::default(),
            gradient: Weights::zeros(shape),
            trials: None,
        }
    }

    pub fn spec(&self) -> &ConnectSpec {
        &self.state.spec
    }

    /// What became of each network so far, with its number.
    pub fn records(&self) -> impl Iterator<Item = (u32, &NetworkRecord)> {
        self.state.replicas.iter().map(|replica| (replica.number, &replica.record))
    }

    /// The weights of a network of this share.
    pub fn weights(&self, network: u32) -> Option<&Weights> {
        let replica = self.state.replicas.iter().find(|replica| replica.number == network);
        replica.map(|replica| &replica.weights)
    }

    /// Whether there is nothing more to tell or to do.
    pub fn is_over(&self) -> bool {
        self.news.is_empty() && self.is_done()
    }

    fn is_done(&self) -> bool {
        self.unready().is_none() && self.state.replicas.iter().all(|replica| replica.is_over)
    }

    fn progress(&self) -> ConnectEvent {
        let State { spec, origins, replicas, seconds, .. } = &self.state;
        let iterations: u64 = replicas.iter().map(|replica| u64::from(replica.iterations)).sum();
        let floss = u64::from(spec.flossing.iterations);
        let sleep = spec.sleep.as_ref().map_or(0, |constants| u64::from(slices(constants)));
        let train = u64::from(spec.training.iterations) + sleep;
        let to_floss = origins.iter().filter(|origin| origin.flossed).count() as u64 * floss;
        let flossed: u64 = origins.iter().map(|origin| u64::from(origin.iterations)).sum();
        let arms = (spec.rules.len() * spec.training.rates.len()) as u64;
        let total = to_floss + origins.len() as u64 * arms * train;
        // What diverged has nothing more to do.
        let reached = |r: &Replica| u64::from(r.iterations) + r.asleep.as_ref().map_or(0, Asleep::slices_done);
        let trained: u64 = replicas.iter().map(|r| if r.is_over { train } else { reached(r) }).sum();
        let fraction = if total == 0 { 1.0 } else { (flossed + trained) as f64 / total as f64 };
        ConnectEvent::Progress { fraction, seconds: *seconds, iterations }
    }

    /// The first origin that its networks still wait for.
    fn unready(&self) -> Option<usize> {
        let ready = self.state.replicas.len() / self.networks_each();
        (ready < self.state.origins.len()).then_some(ready)
    }

    fn networks_each(&self) -> usize {
        self.state.spec.rules.len() * self.state.spec.training.rates.len()
    }

    /// One step of what comes before training.
    fn prepare(&mut self, place: usize) {
        self.state.prepared = true;
        let State { spec, origins, .. } = &mut self.state;
        let origin = &mut origins[place];
        if origin.untrained.is_empty() {
            origin.untrained = exponents(&origin.weights, spec, origin.seed);
            if origin.flossed {
                return;
            }
        }
        if origin.flossed && origin.iterations < spec.flossing.iterations {
            let (gain, seed, iteration) = (origin.gain, origin.seed, origin.iterations);
            let exponents = flossing::iterate(&mut origin.weights, &mut origin.adam, spec, seed, iteration);
            origin.iterations += 1;
            self.news.push_back(ConnectEvent::Flossing { gain, seed, iteration, exponents });
            return;
        }
        if origin.flossed {
            origin.after_flossing = exponents(&origin.weights, spec, origin.seed);
        }
        self.found(place);
    }

    /// Adds the networks of an origin that is ready.
    fn found(&mut self, place: usize) {
        let State { spec, share, origins, replicas, .. } = &mut self.state;
        let origin = &origins[place];
        let each = spec.rules.len() * spec.training.rates.len();
        let first = (place as u32 * share.1 + share.0) * each as u32;
        for (i, (rule, rate)) in arms(spec).enumerate() {
            let arm = Arm { gain: origin.gain, rule, rate, flossed: origin.flossed, seed: origin.seed };
            let record = NetworkRecord {
                arm,
                curve: Vec::new(),
                test: None,
                untrained: origin.untrained.clone(),
                flossed: origin.after_flossing.clone(),
                trained: Vec::new(),
                slept: None,
                diverged: None,
            };
            let replica = Replica {
                number: first + i as u32,
                record,
                weights: origin.weights.clone(),
                adam: Adam::new(origin.weights.values.len()),
                iterations: 0,
                window: NOTHING,
                asleep: None,
                is_over: false,
            };
            self.news.push_back(told(&replica));
            replicas.push(replica);
        }
    }

    /// A slice of the training, or of the sleep, of the network whose turn it is.
    fn train(&mut self) {
        self.state.prepared = false;
        let count = self.state.replicas.len();
        let waiting = (0..count).map(|i| (self.state.turn + i) % count);
        let Some(place) = waiting.into_iter().find(|&place| !self.state.replicas[place].is_over) else { return };
        self.state.turn = (place + 1) % count;
        if self.state.replicas[place].asleep.is_some() {
            return self.sleep(place);
        }
        let spec = &self.state.spec;
        let timing = spec.task.timing();
        let units = spec.network.units as usize;
        let cost = timing.steps * spec.training.batch as usize * units * (units + timing.inputs + timing.outputs);
        let slice = (SLICE / cost).max(1) as u32;
        let until = (self.state.replicas[place].iterations + slice).min(spec.training.iterations);
        while self.state.replicas[place].iterations < until && !self.state.replicas[place].is_over {
            self.iterate(place);
        }
    }

    /// A slice of a network's sleep, and what is found when it wakes.
    fn sleep(&mut self, place: usize) {
        let replica = &mut self.state.replicas[place];
        let Some(asleep) = replica.asleep.as_mut() else { return };
        if !asleep.go_on() {
            return;
        }
        let (woken, spikes) = (asleep.wake(&replica.weights), asleep.spikes());
        replica.asleep = None;
        replica.is_over = true;
        match woken {
            Some(weights) => {
                replica.weights = weights;
                let test = self.test(place);
                let State { spec, replicas, .. } = &mut self.state;
                let replica = &mut replicas[place];
                let exponents = exponents(&replica.weights, spec, replica.record.arm.seed);
                replica.record.slept = Some(Slept { test, exponents, spikes });
            }
            None => replica.record.diverged = Some(replica.iterations),
        }
        self.news.push_back(told(&self.state.replicas[place]));
    }

    /// How a network does on trials that it is not trained on.
    fn test(&mut self, place: usize) -> Score {
        let State { spec, replicas, .. } = &self.state;
        let replica = &replicas[place];
        let tests = spec.task.trials(replica.record.arm.seed, Purpose::Test, 0, TESTS);
        run(&replica.weights, spec.leak() as f32, &tests, &mut self.course);
        judge(&self.course, &tests, spec.task.timing().loss, &mut self.judged);
        Score { loss: self.judged.loss, accuracy: self.judged.accuracy }
    }

    /// One iteration of a network, and what follows from it.
    fn iterate(&mut self, place: usize) {
        let spec = &self.state.spec;
        let replica = &mut self.state.replicas[place];
        let Arm { rule, rate, seed, .. } = replica.record.arm;
        let leak = spec.leak() as f32;
        let timing = spec.task.timing();
        let wanted = (seed, replica.iterations);
        if self.trials.as_ref().is_none_or(|(of, _)| *of != wanted) {
            let batch = spec.training.batch as usize;
            self.trials = Some((wanted, spec.task.trials(seed, Purpose::Trial, replica.iterations, batch)));
        }
        let (_, trials) = self.trials.as_ref().expect("just drawn");
        run(&replica.weights, leak, trials, &mut self.course);
        judge(&self.course, trials, timing.loss, &mut self.judged);
        let feedback =
            if rule.has_random_feedback() { random_feedback(replica.weights.shape, seed) } else { Vec::new() };
        let pathways = Pathways { credit: rule, leak, feedback: &feedback };
        gradient(&replica.weights, &pathways, trials, &self.course, &self.judged, &mut self.room, &mut self.gradient);
        replica.adam.step(&mut replica.weights.values, &self.gradient.values, rate);
        if !self.judged.loss.is_finite() || !crate::kernels::cpu::simd::all_finite(&replica.weights.values) {
            replica.record.diverged = Some(replica.iterations);
            replica.is_over = true;
            self.news.push_back(told(replica));
            return;
        }
        replica.iterations += 1;
        replica.window.loss += self.judged.loss;
        replica.window.accuracy += self.judged.accuracy;
        self.conclude(place);
    }

    /// Notes a window that is full, and tests a network that is trained.
    fn conclude(&mut self, place: usize) {
        let State { spec, replicas, .. } = &mut self.state;
        let replica = &mut replicas[place];
        let is_last = replica.iterations == spec.training.iterations;
        let filled = replica.iterations % spec.training.window;
        if filled != 0 && !is_last {
            return;
        }
        let count = f64::from(if filled == 0 { spec.training.window } else { filled });
        let Score { loss, accuracy } = std::mem::replace(&mut replica.window, NOTHING);
        replica.record.curve.push(Score { loss: loss / count, accuracy: accuracy / count });
        if replica.record.has_diverged() {
            replica.record.diverged = Some(replica.iterations);
            replica.is_over = true;
        } else if is_last {
            let test = self.test(place);
            let State { spec, replicas, .. } = &mut self.state;
            let replica = &mut replicas[place];
            let seed = replica.record.arm.seed;
            replica.record.test = Some(test);
            replica.record.trained = exponents(&replica.weights, spec, seed);
            let asleep = spec.sleep.as_ref().map(|constants| Asleep::new(&replica.weights, spec, constants, seed));
            replica.is_over = asleep.is_none();
            replica.asleep = asleep;
        }
        self.news.push_back(told(&self.state.replicas[place]));
    }
}

const NOTHING: Score = Score { loss: 0.0, accuracy: 0.0 };

fn told(replica: &Replica) -> ConnectEvent {
    ConnectEvent::Network { network: replica.number, record: Box::new(replica.record.clone()) }
}

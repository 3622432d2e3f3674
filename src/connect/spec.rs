//! The Spec of a study in the Connect lab: which network learns which task, from which initial weights, by which rules.
//!
//! As in the other labs the same JSON is a preset, a link, a command-line argument and the header of every result.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::spec::validate::{between, out_of_range};
use crate::spec::{Described, Sleep, SpecError, VERSION, read_fields};

/// The most weights that the networks of a study may have together: they are held side by side.
const MOST_WEIGHTS: u64 = 1 << 26;

/// The most numbers that an iteration of flossing may hold of where its directions went.
const MOST_HELD: u64 = 1 << 26;

/// Everything about one study: every gain with every rule, learning rate and seed, each a network of its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct ConnectSpec {
    /// Format version; [`VERSION`].
    pub version: u32,
    pub task: TaskKind,
    pub network: Ctrnn,
    /// Gains of the initial recurrent weights: W_h(0) ~ N(0, gain²/N).
    pub gains: Vec<f64>,
    pub rules: Vec<Credit>,
    pub training: ConnectTraining,
    pub flossing: Flossing,
    pub exponents: Exponents,
    /// Constants of the sleep that each network is put to once it is trained; `null`: none.
    #[serde(default)]
    pub sleep: Option<Sleep>,
    /// How many seeds each network is trained from.
    pub seeds: u32,
    /// The first of them; the others follow it.
    pub seed: u32,
}

/// What is learnt; see [`crate::connect::tasks`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum TaskKind {
    /// Which of two stimuli, seconds apart, was the larger (Romo et al. 1999).
    Romo,
    /// To which of two sides noisy evidence leans: two-alternative forced choice.
    TwoAf,
    /// Whether a test stimulus is the sample that was shown before a delay: delayed match to sample.
    Dms,
}

/// A continuous-time network of ReLU units.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Ctrnn {
    /// Recurrent units N.
    pub units: u32,
    /// Time constant τ of the units, in the task's unit of time. The leak is a = 1 − dt/τ.
    pub tau: f64,
}

/// How an error reaches the weights that made it; see [`crate::connect::credit`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum Credit {
    /// Backpropagation through time: the exact gradient.
    Bptt,
    /// e-prop (Bellec et al. 2020), its eligibility traces without what a unit does to itself through W_ii; with the output
    /// weights as feedback, which is RFLO with symmetric feedback.
    Eprop,
    /// e-prop with that self term.
    EpropSelf,
    /// Random-feedback local online learning (Murray 2019): the same traces as [`Credit::Eprop`], but fixed random feedback.
    Rflo,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct ConnectTraining {
    /// Minibatches, each of new trials.
    pub iterations: u32,
    /// Trials of a minibatch.
    pub batch: u32,
    /// Adam's learning rates; of each gain and rule the one with the lowest mean loss from iteration 200 on counts.
    pub rates: Vec<f64>,
    /// Iterations that a point of the learning curve is the mean of.
    pub window: u32,
}

/// Gradient flossing (Engelken 2023): before training the recurrent weights descend Σᵢ λᵢ² over the first k exponents.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Flossing {
    pub when: Flossed,
    /// Iterations before training.
    pub iterations: u32,
    /// The first k exponents are moved to zero.
    pub exponents: u32,
    /// Adam's learning rate.
    pub rate: f64,
    pub gradient: FlossGradient,
}

/// Which networks are flossed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum Flossed {
    Never,
    Always,
    /// Each network twice: with and without.
    Both,
}

/// How Σᵢ λᵢ² reaches the weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum FlossGradient {
    /// The exact gradient, back through every QR decomposition (Engelken 2023).
    Exact,
    /// Q is held: what a step changes is local to it in time (Liu, Zhang & Liu 2024).
    Local,
}

/// What is measured of the Lyapunov spectrum, before and after training.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Exponents {
    /// The largest so many.
    pub count: u32,
    /// Series of trials that they are averaged over.
    pub series: u32,
    /// Trials of each series, one after another; the first is the warm-up.
    pub trials: u32,
}

/// A study that is offered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct ConnectPreset {
    /// Its name on the command line and in links.
    pub name: String,
    /// A line a person chooses by.
    pub title: String,
    /// What of the paper it is: numbers of figures; `N` and `batch`: the figures with twice the units or trials; `tau`:
    /// one with slow units, which is ours; empty where it is no such figure.
    pub figures: Vec<String>,
    pub spec: ConnectSpec,
}

static PRESETS: LazyLock<Vec<ConnectPreset>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../presets/connect.json")).expect("a test reads the presets")
});

/// All presets, in the order they are offered.
pub fn presets() -> &'static [ConnectPreset] {
    &PRESETS
}

impl Described for ConnectSpec {
    fn from_value(value: Value) -> Result<ConnectSpec, SpecError> {
        if let Some(found) = value.get("version").filter(|v| v.as_u64() != Some(VERSION.into())) {
            return Err(SpecError::Version { found: found.to_string() });
        }
        let spec: ConnectSpec = read_fields(value)?;
        spec.validate()?;
        Ok(spec)
    }

    fn offered() -> impl Iterator<Item = (&'static str, &'static ConnectSpec)> {
        presets().iter().map(|preset| (&*preset.name, &preset.spec))
    }
}

impl Flossed {
    /// What is done to a network before it is trained: each entry is a network of its own.
    pub fn arms(self) -> &'static [bool] {
        match self {
            Flossed::Never => &[false],
            Flossed::Always => &[true],
            Flossed::Both => &[false, true],
        }
    }
}

impl ConnectSpec {
    /// The leak a = 1 − dt/τ: the part of a unit's state that outlasts a step.
    pub fn leak(&self) -> f64 {
        1.0 - self.task.timing().dt / self.network.tau
    }

    /// Checks every field.
    pub fn validate(&self) -> Result<(), SpecError> {
        let timing = self.task.timing();
        between("network.units", self.network.units, 1, 512)?;
        between("network.tau", self.network.tau, timing.dt, 1000.0 * timing.dt)?;
        each("gains", &self.gains, 0.0, 10.0)?;
        if self.rules.is_empty() || (1..self.rules.len()).any(|i| self.rules[..i].contains(&self.rules[i])) {
            let allowed = "one rule or more is wanted, each named once: bptt, eprop, eprop_self, rflo";
            return Err(out_of_range("rules", format!("{} rules", self.rules.len()), allowed));
        }
        let training = &self.training;
        between("training.iterations", training.iterations, 1, 100_000)?;
        between("training.batch", training.batch, 1, 1024)?;
        each("training.rates", &training.rates, 0.0, 1.0)?;
        between("training.window", training.window, 1, training.iterations)?;
        between("flossing.iterations", self.flossing.iterations, 1, 10_000)?;
        between("flossing.exponents", self.flossing.exponents, 1, self.network.units)?;
        between("flossing.rate", self.flossing.rate, 0.0, 1.0)?;
        between("exponents.count", self.exponents.count, 1, self.network.units)?;
        between("exponents.series", self.exponents.series, 1, 1024)?;
        between("exponents.trials", self.exponents.trials, 2, 1000)?;
        if let Some(sleep) = &self.sleep {
            sleep.validate(2)?;
            if let Some(window) = sleep.window {
                return Err(out_of_range("sleep.window", window, "trials are no images: write null"));
            }
            if sleep.growth > 0 {
                return Err(out_of_range("sleep.growth", sleep.growth, "there is one sleep: write 0"));
            }
        }
        between("seeds", self.seeds, 1, 100)?;
        let room = u32::MAX - self.seeds;
        between("seed", self.seed, 0, room)?;
        self.validate_size()
    }

    /// How many networks there are, one for every gain, rule, rate, treatment and seed.
    pub fn replicas(&self) -> usize {
        let arms = self.flossing.when.arms().len() * self.rules.len() * self.gains.len() * self.training.rates.len();
        arms * self.seeds as usize
    }

    fn validate_size(&self) -> Result<(), SpecError> {
        let units = u64::from(self.network.units);
        let weights = self.replicas() as u64 * units * units;
        if weights > MOST_WEIGHTS {
            let allowed = format!(
                "so many networks of {units} units have {weights} weights, more than {MOST_WEIGHTS}: take fewer gains, rules, rates or seeds"
            );
            return Err(out_of_range("seeds", self.seeds, &allowed));
        }
        let Exponents { series, trials, .. } = self.exponents;
        let steps = u64::from(series) * u64::from(trials) * self.task.timing().steps as u64;
        let held = steps * units * u64::from(self.flossing.exponents);
        if self.flossing.when != Flossed::Never && held > MOST_HELD {
            let allowed = format!(
                "so many directions of {units} units in {series} series of {trials} trials are {held} numbers to be held, more than {MOST_HELD}: take fewer"
            );
            return Err(out_of_range("flossing.exponents", self.flossing.exponents, &allowed));
        }
        Ok(())
    }
}

/// A list of one to sixteen numbers within bounds, each named once.
fn each(field: &str, values: &[f64], low: f64, high: f64) -> Result<(), SpecError> {
    if values.is_empty() || values.len() > 16 {
        return Err(out_of_range(field, format!("{} numbers", values.len()), "1 to 16 numbers are wanted"));
    }
    for (i, &value) in values.iter().enumerate() {
        between(&format!("{field}[{i}]"), value, low, high)?;
        if values[..i].contains(&value) {
            return Err(out_of_range(field, value, "each number is named once"));
        }
    }
    Ok(())
}

//! The Spec: one value that says everything about a run.
//!
//! A Spec is data: it is validated here and interpreted in [`crate::continual`]. The same JSON is a preset,
//! a URL's hash, a command-line argument and the header of every result. Unknown fields and values out of
//! range are refused with the field's name and what is allowed.

mod areas;
mod codec;
mod plain;
mod preset;
pub(crate) mod validate;

pub use areas::{Areas, Feedback, LabelError, Protects};
pub use codec::{Described, from_hash, named, set, to_hash};
pub use preset::{Preset, Reported, preset, presets};

use serde::{Deserialize, Serialize};

/// The version that this build reads and writes.
pub const VERSION: u32 = 1;

/// Everything about one run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Spec {
    /// Format version; [`VERSION`].
    pub version: u32,
    pub data: Data,
    pub tasks: Tasks,
    pub network: Network,
    pub rule: Rule,
    pub training: Training,
    pub strategy: Strategy,
    /// Constants of sleep; used by the strategies that sleep.
    pub sleep: Sleep,
    /// Constants of spiking areas; used by networks of that kind.
    #[serde(default)]
    pub areas: Areas,
    pub evaluation: Evaluation,
    /// Seed of everything random in the run: initial weights, order of tasks, shuffling, sleep's input.
    pub seed: u32,
    /// What a person does during the run, in the order it is done.
    #[serde(default)]
    pub actions: Vec<Action>,
    /// What computes the run. Sleep is the same everywhere; learning keeps its statistics, not its bits.
    #[serde(default)]
    pub engine: EngineKind,
}

/// What computes a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum EngineKind {
    /// Whichever is faster: both are measured for a moment on the run's own shapes.
    #[default]
    Auto,
    Cpu,
    Gpu,
}

/// Which images are learnt from and tested on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Data {
    /// A name from the catalogue, for instance `mnist`.
    pub name: String,
    /// A class-balanced part of the set; `null` is the whole set.
    pub subset: Option<Subset>,
}

/// A class-balanced part of a data set. Smaller subsets are contained in larger ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Subset {
    /// Training samples of each class.
    pub train_per_class: u32,
    /// Test samples of each class.
    pub test_per_class: u32,
}

/// What the tasks are, learnt one after another: a partition of the classes, or all classes in permuted copies.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Tasks {
    /// Classes of each task. A class belongs to one task at most.
    pub classes: Vec<Vec<u8>>,
    pub order: Order,
    /// So many tasks, each all classes of the only task that is listed, with its inputs in places of its own: in the first task as
    /// they are, in each other one permuted (permuted MNIST: Goodfellow et al. 2013). 0: the tasks are those listed.
    #[serde(default)]
    pub permutations: u32,
}

impl Tasks {
    /// How many there are.
    #[expect(clippy::len_without_is_empty, reason = "there is always one")]
    pub fn len(&self) -> usize {
        if self.permutations > 0 { self.permutations as usize } else { self.classes.len() }
    }

    /// Whether it helps to be told which task a sample is of: task-incremental answers differ from class-incremental ones then.
    pub fn can_be_told(&self) -> bool {
        self.len() > 1 && self.permutations == 0 && self.classes.iter().any(|task| task.len() > 1)
    }
}

/// The order in which tasks are learnt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum Order {
    /// As [`Tasks::classes`] lists them, or the copies by number.
    Listed,
    /// Shuffled by the run's seed.
    Shuffled,
    /// Written out: positions in [`Tasks::classes`], or numbers of copies, from 0.
    Given(Vec<u32>),
}

/// The network, and how it answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Network {
    #[serde(default)]
    pub kind: NetworkKind,
    /// Units of each hidden layer, from the input to the output.
    pub hidden: Vec<u32>,
    /// Integration step dt of an MRNN or a CTRNN, in units of the time constant.
    pub dt: f64,
    /// Strength γ of an MRNN's feedback from the layer above.
    pub gamma: f64,
    /// Strength β of the nudge in the clamped phase.
    pub beta: f64,
    /// Steps of an MRNN's free phase; of an RNN, the steps T that it sees an image for; of a CTRNN, those that it reads one in, each
    /// row for as many.
    pub free_steps: u32,
    /// Steps of the clamped phase. It does not converge: all are always run. With backpropagation through time, the
    /// steps K at the end of the free phase that it goes back through.
    pub clamped_steps: u32,
    /// The free phase of a sample may stop once no state moves more than this in a step; 0: all steps.
    pub tolerance: f64,
}

/// How the units of a network are connected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum NetworkKind {
    /// Layers that drive each other both ways until they settle (Ernoult et al. 2019; Kubo et al. 2025, eq. 4–8).
    #[default]
    Mrnn,
    /// Hidden layers that drive themselves, without feedback: h_t = relu(x·W_in + h_(t−1)·W_hh + b), o = hs(h_T·W_out + b)
    /// (RNN-BPTT of Kubo et al. 2025). The CPU alone computes it.
    Rnn,
    /// From the input to the output, once (FF-BP of Kubo et al. 2025; Tadros et al. 2022). The CPU alone computes it.
    FeedForward,
    /// Areas of spiking units that predict each other, the labels' area beside the first hidden one (Ororbia 2023).
    Areas,
    /// The Connect lab's network, which reads an image row by row: h_t = (1 − dt)·h_(t−1) + dt·(relu(h_(t−1))·W_hh + x_t·W_in),
    /// o = softmax(relu(h_T)·W_out) (Liu, Zhang & Liu 2024). The CPU alone computes it.
    Ctrnn,
}

/// How the states of a batch become a change of weights.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Rule {
    pub kind: RuleKind,
    /// Learning rate α of each weight matrix, from the input to the output; biases share that of their layer.
    pub rates: Vec<f64>,
    /// Part μ of the last change that is made again: v ← μ·v − α·∂L/∂W, W ← W + v. Backpropagation and OWM.
    #[serde(default)]
    pub momentum: f64,
    /// Part of the hidden units that are left out of a sample's learning; the others stand for all when the network answers.
    /// Backpropagation and OWM.
    #[serde(default)]
    pub dropout: f64,
    /// Whether the gradient passes the outputs' hs as if nothing were cut there (the straight-through estimator: Bengio,
    /// Léonard & Courville 2013). Otherwise an output that is silent for all images of its class, or 1 for all others, never
    /// learns again. Backpropagation through time.
    #[serde(default)]
    pub straight_through: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum RuleKind {
    /// ΔW ∝ ŝ_preᵀ (ŝ_post − š_post) (Luczak et al. 2022; Kubo et al. 2025, eq. 10).
    Predictive,
    /// ΔW ∝ ŝ_preᵀ ŝ_post − š_preᵀ š_post (Scellier & Bengio 2017; Kubo et al. 2025, eq. 9).
    Contrastive,
    /// ΔW ∝ −∂L/∂W through the free phase's last steps (MRNN-BPTT of Kubo et al. 2025; Ernoult et al. 2019), or through all
    /// steps of an RNN or a CTRNN. There is no clamped phase; the CPU alone computes it.
    Bptt,
    /// What of that gradient a synapse can know: its own trace and an error that the output weights carry back (e-prop: Bellec et
    /// al. 2020; [`Credit::Eprop`](crate::connect::spec::Credit::Eprop)). Of a CTRNN.
    Eprop,
    /// ΔW ∝ −∂L/∂W in a feed-forward network without biases, all of whose units are ReLU; the output's error is a − y
    /// (FF-BP; the public code of Tadros et al. 2022).
    Backprop,
    /// Orthogonal weights modification (Zeng et al. 2019): the gradient of a feed-forward network's cross-entropy, without
    /// what would change the answers to the mean inputs seen so far.
    Owm,
    /// ΔW = a·e·sᵀ and ΔE = a·b·s·eᵀ in every step of spiking areas: each weight changes by what its own two ends do (Ororbia
    /// 2023). No gradient, no other phase.
    LocalErrors,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Training {
    /// Passes over a task's training data.
    pub epochs: u32,
    /// Samples in a minibatch.
    pub batch: u32,
}

/// What is done against forgetting.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum Strategy {
    /// Nothing: tasks one after another.
    Sequential {},
    /// Sleep replay consolidation after every task (Tadros et al. 2022).
    Src {},
    /// A fixed part of each past task's data is mixed into the new task's.
    Rehearsal { fraction: f64 },
    /// Rehearsal while learning, sleep after every task.
    SrcRehearsal { fraction: f64 },
    /// All tasks at once: the upper bound.
    Parallel {},
    /// Each task is learnt from the same initial weights, and the plain average of the tasks' networks answers: a baseline that
    /// asks whether a remedy does more than to average.
    Average {},
}

/// Constants of sleep replay consolidation (Tadros et al. 2022; Kubo et al. 2025, Algorithm 1).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Sleep {
    pub stdp: Stdp,
    /// Which of the changes of weights take place.
    #[serde(default)]
    pub changes: Changes,
    /// What shapes the input's noise.
    #[serde(default)]
    pub input: SleepInput,
    /// What gains are divided by.
    #[serde(default)]
    pub normalisation: Normalisation,
    /// Steps T of the first sleep.
    pub steps: u32,
    /// Steps by which the sleep after each further task is longer: T + growth·(k − 1) after task k (Tadros et al. 2022).
    #[serde(default)]
    pub growth: u32,
    /// An input spikes with probability min(1, rate · m) in each step, m being its mean over all that was seen.
    pub rate: f64,
    /// Side, in pixels, of the random square window that input is confined to in each step; `null`: none.
    /// Data that are not images take `null`.
    pub window: Option<u32>,
    /// Leak λ: what is left of a voltage after a step.
    pub leak: f64,
    /// Gain k_h of hidden layers, normalised so that it does not depend on the weights' scale.
    pub gain_hidden: f64,
    /// Gain k_o of the output, normalised likewise.
    pub gain_output: f64,
    /// Strength of an MRNN's feedback from the layer above relative to the drive from below.
    pub feedback: f64,
    pub threshold_hidden: f64,
    pub threshold_output: f64,
    /// A threshold for each layer, from the first hidden one to the output, in place of those two; empty: those.
    #[serde(default)]
    pub thresholds: Vec<f64>,
    /// Potentiation when a spike follows a spike, in units of weight.
    pub inc: f64,
    /// Depression when a spike follows none, relative to `inc`.
    pub dec_ratio: f64,
    /// Factor on `inc` and depression of the output's weights.
    pub output_scale: f64,
    /// How far a hidden layer's threshold moves, at most, every [`HOMEOSTASIS_STEPS`](crate::sleep::HOMEOSTASIS_STEPS)
    /// steps, relative to itself, towards a layer that spikes at `target_rate`; 0: thresholds stay.
    #[serde(default)]
    pub homeostasis: f64,
    /// Spikes of a hidden layer in a step, all its units together, that homeostasis aims at.
    #[serde(default = "default_target_rate")]
    pub target_rate: f64,
}

/// Within what good sleeps have (see the searches under `results/`).
fn default_target_rate() -> f64 {
    0.3
}

impl Sleep {
    /// Steps of the sleep after the task at this position of the order.
    pub fn steps_after(&self, task: usize) -> u32 {
        self.steps.saturating_add(self.growth.saturating_mul(task as u32))
    }
}

/// What the gains of sleep are divided by: data-based normalisation (Diehl et al. 2015).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum Normalisation {
    /// g = k · (largest activity of the layer below, 1 for the input) / (largest activity of the layer).
    #[default]
    Activity,
    /// g_l = k / inv_l with inv_l = f_l / inv_(l−1), inv_0 = 1, f_l being the larger of the layer's largest weight and its
    /// largest activity (the public code of Tadros et al. 2022).
    WeightsAndActivity,
}

/// How a weight's own size enters its change in sleep.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum Stdp {
    /// f(W) = 1 (Kubo et al. 2025, Algorithm 1 as printed).
    Additive,
    /// f(W) = 2(1 − 1/(1 + exp(−W/0.001))) (the public code of Tadros et al. 2022).
    Soft,
}

/// What sleep may do to a weight: all of it, or less, to ask what a part of it is good for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum Changes {
    /// Potentiation and depression.
    #[default]
    All,
    /// No potentiation: a spike that follows a spike changes nothing.
    Depression,
    /// Only what brings a weight nearer to zero: depression of a positive one, potentiation of a negative one, and neither
    /// across zero.
    Pruning,
}

/// What shapes the noise that drives sleep.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum SleepInput {
    /// The mean input over all data of all tasks seen so far (Tadros et al. 2022).
    #[default]
    Mean,
    /// That mean with its values dealt out anew among the inputs, in the same way in every sleep of a run, and scaled so
    /// that there is as much noise: as unevenly spread, without its shape.
    Shuffled,
    /// The same value everywhere: as much noise, without any shape.
    Uniform,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Evaluation {
    /// Which data accuracies are measured on.
    pub split: Split,
    /// Whether the energy and the movement of the states along a free phase are recorded after every phase.
    pub energy: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum Split {
    /// The set's own test split; all of train is learnt from.
    Test,
    /// The last tenth of train, which then is never learnt from: for tuning.
    HeldBack,
}

/// Something that a person does during a run, and when: the run is repeated with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Action {
    /// The phase that is under way, counted from 0, phases that earlier actions added included. What lies beyond the end
    /// of the run is done at its end.
    pub phase: u32,
    /// How much of that phase's work is done by then, in training samples or sleep steps; 2³² − 1 once it is measured.
    pub done: u32,
    pub act: Act,
}

/// What is done. Learning is interrupted for it and goes on afterwards; a sleep is slept to its end first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum Act {
    /// The network sleeps so many steps, with the Spec's constants of sleep.
    Sleep { steps: u32 },
    /// The sleep that is under way lasts so many steps longer.
    Longer { steps: u32 },
    /// These classes are taught again, all their training data so many times.
    Teach { classes: Vec<u8>, epochs: u32 },
    /// A drawing is taught as an image of `class`: it and its neighbours moved by up to two pixels, so many times.
    /// One hexadecimal digit a pixel, row by row.
    Draw { image: String, class: u8, epochs: u32 },
}

/// Why a Spec was refused.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SpecError {
    #[error("`{field}` is {value}, but {allowed}")]
    OutOfRange { field: String, value: String, allowed: String },
    #[error("{field}: {message}")]
    Malformed { field: String, message: String },
    #[error("there is no field `{field}`; here are {allowed}")]
    NoSuchField { field: String, allowed: String },
    #[error("there is no preset `{name}`; the presets are {known}")]
    NoSuchPreset { name: String, known: String },
    #[error("this was made by version {found} of the format, and this build reads version {VERSION}")]
    Version { found: String },
    #[error("the link holds {bytes} bytes, more than the {limit} that a link may have")]
    TooLong { bytes: usize, limit: usize },
}

impl Spec {
    /// Reads and validates a Spec.
    pub fn from_json(text: &str) -> Result<Spec, SpecError> {
        let value = serde_json::from_str(text)
            .map_err(|e| SpecError::Malformed { field: "the Spec".into(), message: format!("is not JSON ({e})") })?;
        Spec::from_value(value)
    }

    /// Validates a JSON value as a Spec.
    pub fn from_value(value: serde_json::Value) -> Result<Spec, SpecError> {
        if let Some(found) = value.get("version").filter(|v| v.as_u64() != Some(VERSION.into())) {
            return Err(SpecError::Version { found: found.to_string() });
        }
        let spec: Spec = read_fields(value)?;
        spec.validate()?;
        Ok(spec)
    }
}

/// Reads plain data, refused with the field that is wrong, in words for people.
pub(crate) fn read_fields<T: serde::de::DeserializeOwned>(value: serde_json::Value) -> Result<T, SpecError> {
    serde_path_to_error::deserialize(value).map_err(|e| SpecError::Malformed {
        field: e.path().to_string(),
        message: plain::plain(&e.inner().to_string()),
    })
}

impl RuleKind {
    /// Whether a network of this kind learns by it.
    pub fn suits(self, kind: NetworkKind) -> bool {
        match self {
            RuleKind::Predictive | RuleKind::Contrastive => kind == NetworkKind::Mrnn,
            RuleKind::Bptt => matches!(kind, NetworkKind::Mrnn | NetworkKind::Rnn | NetworkKind::Ctrnn),
            RuleKind::Eprop => kind == NetworkKind::Ctrnn,
            RuleKind::Backprop | RuleKind::Owm => kind == NetworkKind::FeedForward,
            RuleKind::LocalErrors => kind == NetworkKind::Areas,
        }
    }
}

impl Act {
    pub fn sleeps(&self) -> bool {
        matches!(self, Act::Sleep { .. } | Act::Longer { .. })
    }
}

impl Strategy {
    pub fn sleeps(&self) -> bool {
        matches!(self, Strategy::Src {} | Strategy::SrcRehearsal { .. })
    }

    pub fn averages(&self) -> bool {
        matches!(self, Strategy::Average {})
    }

    /// The part of each past task's data that is mixed into a new task's; 0 for none.
    pub fn rehearsed_fraction(&self) -> f64 {
        match *self {
            Strategy::Rehearsal { fraction } | Strategy::SrcRehearsal { fraction } => fraction,
            _ => 0.0,
        }
    }
}

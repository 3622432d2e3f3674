//! What a Spec's fields may be. The limits keep a run within a laptop's memory and a person's patience.

use super::{Act, Action, EngineKind, NetworkKind, Order, RuleKind, Sleep, Spec, SpecError, Strategy, VERSION};

impl Spec {
    /// Checks every field that can be checked without the data.
    pub fn validate(&self) -> Result<(), SpecError> {
        if self.version != VERSION {
            return Err(SpecError::Version { found: self.version.to_string() });
        }
        self.validate_data()?;
        self.validate_tasks()?;
        self.validate_network()?;
        self.validate_rule()?;
        self.validate_sleep()?;
        self.validate_areas()?;
        self.validate_actions()
    }

    /// Number of weight matrices: one to each hidden layer and one to the output.
    pub fn weight_layers(&self) -> usize {
        self.network.hidden.len() + 1
    }

    fn validate_data(&self) -> Result<(), SpecError> {
        let name = &self.data.name;
        if name.is_empty() || name.len() > 40 || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
            return Err(out_of_range("data.name", name, "a name has 1 to 40 letters, digits and dashes"));
        }
        if let Some(subset) = self.data.subset {
            between("data.subset.train_per_class", subset.train_per_class, 10, 100_000)?;
            between("data.subset.test_per_class", subset.test_per_class, 1, 100_000)?;
        }
        Ok(())
    }

    fn validate_tasks(&self) -> Result<(), SpecError> {
        let tasks = &self.tasks.classes;
        between("tasks.classes", tasks.len(), 1, 100)?;
        let mut seen = [false; 256];
        for (i, task) in tasks.iter().enumerate() {
            if task.is_empty() {
                return Err(out_of_range(&format!("tasks.classes[{i}]"), "[]", "a task has at least one class"));
            }
            for &class in task {
                if std::mem::replace(&mut seen[class as usize], true) {
                    return Err(out_of_range("tasks.classes", class, "a class belongs to one task and is named once"));
                }
            }
        }
        between("tasks.permutations", self.tasks.permutations, 0, 50)?;
        if self.tasks.permutations > 0 && tasks.len() > 1 {
            let allowed = "permuted copies are of one task: list all classes in it";
            return Err(out_of_range("tasks.classes", format!("{} tasks", tasks.len()), allowed));
        }
        if let Order::Given(order) = &self.tasks.order {
            let mut sorted = order.clone();
            sorted.sort_unstable();
            if !sorted.iter().copied().eq(0..self.tasks.len() as u32) {
                let all = format!("an order names each of the {} tasks once, counted from 0", self.tasks.len());
                return Err(out_of_range("tasks.order.given", format!("{order:?}"), &all));
            }
        }
        Ok(())
    }

    fn validate_network(&self) -> Result<(), SpecError> {
        let net = &self.network;
        between("network.hidden", net.hidden.len(), 1, 4)?;
        for (i, &units) in net.hidden.iter().enumerate() {
            between(&format!("network.hidden[{i}]"), units, 1, 8192)?;
        }
        between("network.dt", net.dt, 0.01, 1.0)?;
        between("network.gamma", net.gamma, 0.0, 10.0)?;
        between("network.beta", net.beta, 1e-6, 10.0)?;
        if net.kind == NetworkKind::Ctrnn && net.hidden.len() > 1 {
            let allowed = "a network of kind ctrnn has one hidden layer";
            return Err(out_of_range("network.hidden", format!("{} layers", net.hidden.len()), allowed));
        }
        let most = match net.kind {
            // Their states are kept step by step, to go back through.
            NetworkKind::Rnn => 100,
            NetworkKind::Ctrnn => 1000,
            _ => 10_000,
        };
        between("network.free_steps", net.free_steps, 1, most)?;
        between("network.clamped_steps", net.clamped_steps, 1, 1_000)?;
        between("network.tolerance", net.tolerance, 0.0, 1e-2)?;
        between("training.epochs", self.training.epochs, 1, 1000)?;
        between("training.batch", self.training.batch, 1, 4096)
    }

    fn validate_rule(&self) -> Result<(), SpecError> {
        let (net, rule) = (&self.network, &self.rule);
        if rule.rates.len() != self.weight_layers() {
            let allowed = format!("a network with {} hidden layers takes {}", net.hidden.len(), self.weight_layers());
            return Err(out_of_range("rule.rates", format!("{} rates", rule.rates.len()), &allowed));
        }
        for (i, &rate) in rule.rates.iter().enumerate() {
            between(&format!("rule.rates[{i}]"), rate, 0.0, 100.0)?;
        }
        if !rule.kind.suits(net.kind) {
            let allowed = match net.kind {
                NetworkKind::Mrnn => "a network of kind mrnn learns by predictive, contrastive or bptt",
                NetworkKind::Rnn => "a network of kind rnn learns by bptt",
                NetworkKind::FeedForward => "a network of kind feed_forward learns by backprop or owm",
                NetworkKind::Areas => "a network of kind areas learns by local_errors",
                NetworkKind::Ctrnn => "a network of kind ctrnn learns by bptt or eprop",
            };
            return Err(out_of_range("rule.kind", name_of(&rule.kind), allowed));
        }
        let most = if net.kind == NetworkKind::FeedForward { 0.99 } else { 0.0 };
        between("rule.momentum", rule.momentum, 0.0, most)?;
        between("rule.dropout", rule.dropout, 0.0, most)?;
        if rule.straight_through && (rule.kind != RuleKind::Bptt || net.kind == NetworkKind::Ctrnn) {
            return Err(out_of_range(
                "rule.straight_through",
                "true",
                "only backpropagation through time goes back through hs",
            ));
        }
        self.validate_engine()
    }

    /// What the CPU alone computes.
    fn validate_engine(&self) -> Result<(), SpecError> {
        let net = &self.network;
        if net.kind == NetworkKind::Mrnn && self.rule.kind == RuleKind::Bptt && net.free_steps < net.clamped_steps {
            let allowed = format!(
                "backpropagation through time goes back through the last {} of these steps (`network.clamped_steps`): \
                 there must be at least as many",
                net.clamped_steps
            );
            return Err(out_of_range("network.free_steps", net.free_steps, &allowed));
        }
        match self.on_cpu_alone() {
            Some(what) if self.engine == EngineKind::Gpu => {
                let allowed = format!("{what} is computed on the CPU alone: auto and cpu are allowed");
                Err(out_of_range("engine", "gpu", &allowed))
            }
            _ => Ok(()),
        }
    }

    /// What of this run no GPU computes.
    pub fn on_cpu_alone(&self) -> Option<&'static str> {
        match (self.network.kind, self.rule.kind) {
            (NetworkKind::Rnn, _) => Some("a network that drives itself"),
            (NetworkKind::Ctrnn, _) => Some("a network that reads images row by row"),
            (NetworkKind::FeedForward, _) => Some("a feed-forward network"),
            (NetworkKind::Mrnn, RuleKind::Bptt) => Some("backpropagation through time"),
            _ => None,
        }
    }

    fn validate_sleep(&self) -> Result<(), SpecError> {
        if let Strategy::Rehearsal { fraction } | Strategy::SrcRehearsal { fraction } = self.strategy {
            between("strategy.fraction", fraction, 0.0, 1.0)?;
        }
        self.sleep.validate(self.weight_layers())?;
        if let Some(window) = self.sleep.window.filter(|_| self.network.kind == NetworkKind::Ctrnn) {
            let allowed = "a network of kind ctrnn dreams row by row, without a window: write null";
            return Err(out_of_range("sleep.window", window, allowed));
        }
        Ok(())
    }

    fn validate_areas(&self) -> Result<(), SpecError> {
        let areas = &self.areas;
        between("areas.dt", areas.dt, 0.01, 10.0)?;
        between("areas.shown", areas.shown, 1.0, 2000.0)?;
        between("areas.shown / areas.dt", areas.shown / areas.dt, 1.0, 10_000.0)?;
        // A step of Euler's method is no longer than what it follows.
        for (field, tau) in
            [("areas.tau_m", areas.tau_m), ("areas.tau_j", areas.tau_j), ("areas.tau_trace", areas.tau_trace)]
        {
            between(field, tau, areas.dt, 10_000.0)?;
        }
        between("areas.kappa", areas.kappa, 0.0, areas.tau_j / areas.dt)?;
        between("areas.kappa_expected", areas.kappa_expected, 0.0, areas.tau_j / areas.dt)?;
        between("areas.gamma", areas.gamma, 0.0, areas.tau_m / areas.dt)?;
        between("areas.resistance", areas.resistance, 1e-3, 1e3)?;
        between("areas.threshold", areas.threshold, 1e-3, 1e3)?;
        between("areas.refractory", areas.refractory, 0.0, 100.0 * areas.dt)?;
        between("areas.input_rate", areas.input_rate, 0.0, 1000.0 / areas.dt)?;
        if let Some(rate) = areas.label_rate {
            between("areas.label_rate", rate, 0.0, 1000.0 / areas.dt)?;
        }
        between("areas.prediction_spread", areas.prediction_spread, 0.0, 10.0)?;
        between("areas.error_spread", areas.error_spread, 0.0, 10.0)?;
        between("areas.hold", areas.hold, 0.0, 1.0)?;
        between("areas.error_interval", areas.error_interval, 0.0, areas.shown)?;
        between("areas.protection", areas.protection, 0.0, 1e6)?;
        between("areas.learns_after", areas.learns_after, 0.0, areas.shown)?;
        between("areas.decay", areas.decay, 0.0, 1.0)?;
        between("areas.homeostasis", areas.homeostasis, 0.0, 1.0)?;
        between("areas.target_rate", areas.target_rate, 0.0, 1000.0 / areas.dt)?;
        if ![0, self.weight_layers()].contains(&areas.error_rates.len()) {
            let allowed = format!("there is none, or one for each of the {} pairs of areas", self.weight_layers());
            return Err(out_of_range("areas.error_rates", format!("{} rates", areas.error_rates.len()), &allowed));
        }
        for (i, &rate) in areas.error_rates.iter().enumerate() {
            between(&format!("areas.error_rates[{i}]"), rate, 0.0, 1e6)?;
        }
        between("areas.gate", areas.gate, 0.0, 1.0)?;
        if areas.gate > 0.0 && self.strategy.averages() {
            let allowed = "tasks that are learnt apart and averaged have no gates: write 0";
            return Err(out_of_range("areas.gate", areas.gate, allowed));
        }
        between("areas.norm_limit", areas.norm_limit, 1e-3, 1e6)
    }

    fn validate_actions(&self) -> Result<(), SpecError> {
        between("actions", self.actions.len(), 0, 100)?;
        if self.strategy.averages() && !self.actions.is_empty() {
            let allowed = "nothing can be done to a run whose networks are averaged";
            return Err(out_of_range("actions", format!("{} actions", self.actions.len()), allowed));
        }
        let digits = |action: &Action| if let Act::Draw { image, .. } = &action.act { image.len() } else { 0 };
        between("the digits of all drawings", self.actions.iter().map(digits).sum::<usize>(), 0, MOST_DIGITS)?;
        if !self.actions.is_sorted_by_key(|action| (action.phase, action.done)) {
            return Err(out_of_range("actions", "out of order", "actions are listed as they are done"));
        }
        self.actions
            .iter()
            .enumerate()
            .try_for_each(|(i, action)| validate_act(&format!("actions[{i}].act"), &action.act))
    }
}

impl Sleep {
    /// Checks the constants of a network with so many layers of weights.
    pub(crate) fn validate(&self, layers: usize) -> Result<(), SpecError> {
        between("sleep.steps", self.steps, 1, 1_000_000)?;
        between("sleep.growth", self.growth, 0, 1_000_000)?;
        between("sleep.rate", self.rate, 0.0, 1000.0)?;
        if let Some(window) = self.window {
            between("sleep.window", window, 1, 1024)?;
        }
        between("sleep.leak", self.leak, 0.0, 1.0)?;
        between("sleep.gain_hidden", self.gain_hidden, 1e-4, 1e4)?;
        between("sleep.gain_output", self.gain_output, 1e-4, 1e4)?;
        between("sleep.feedback", self.feedback, 0.0, 100.0)?;
        between("sleep.threshold_hidden", self.threshold_hidden, 1e-4, 1e4)?;
        between("sleep.threshold_output", self.threshold_output, 1e-4, 1e4)?;
        if ![0, layers].contains(&self.thresholds.len()) {
            let allowed = format!("there is none, or one for each of the {layers} layers");
            return Err(out_of_range("sleep.thresholds", format!("{} thresholds", self.thresholds.len()), &allowed));
        }
        for (i, &threshold) in self.thresholds.iter().enumerate() {
            between(&format!("sleep.thresholds[{i}]"), threshold, 1e-4, 1e4)?;
        }
        between("sleep.inc", self.inc, 0.0, 0.1)?;
        between("sleep.dec_ratio", self.dec_ratio, 0.0, 10.0)?;
        between("sleep.output_scale", self.output_scale, 0.0, 100.0)?;
        between("sleep.homeostasis", self.homeostasis, 0.0, 0.9)?;
        between("sleep.target_rate", self.target_rate, 1e-4, 1e4)
    }
}

fn validate_act(field: &str, act: &Act) -> Result<(), SpecError> {
    match act {
        Act::Sleep { steps } | Act::Longer { steps } => between(&format!("{field}.steps"), *steps, 1, 1_000_000),
        Act::Teach { classes, epochs } => {
            between(&format!("{field}.classes"), classes.len(), 1, 200)?;
            between(&format!("{field}.epochs"), *epochs, 1, 1000)
        }
        Act::Draw { image, epochs, .. } => {
            let digits = image.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
            if !digits || image.is_empty() || image.len() > LARGEST_DRAWING {
                let allowed = format!("a drawing has 1 to {LARGEST_DRAWING} digits from 0 to f");
                return Err(out_of_range(&format!("{field}.image"), "no drawing", &allowed));
            }
            between(&format!("{field}.epochs"), *epochs, 1, 1000)
        }
    }
}

/// As it is written in a Spec.
fn name_of(kind: &RuleKind) -> String {
    serde_json::to_value(kind).ok().and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default()
}

/// Of all drawings together: they travel in a link, and links have a limit.
const MOST_DIGITS: usize = 1 << 16;
/// One digit a pixel of the largest image there may be.
const LARGEST_DRAWING: usize = 128 * 128;

/// Refuses a number outside `low..=high`; NaN is outside every range.
pub(crate) fn between<T: PartialOrd + std::fmt::Display>(
    field: &str,
    value: T,
    low: T,
    high: T,
) -> Result<(), SpecError> {
    if value >= low && value <= high {
        return Ok(());
    }
    Err(out_of_range(field, value, &format!("from {low} to {high} is allowed")))
}

pub(crate) fn out_of_range(field: &str, value: impl std::fmt::Display, allowed: &str) -> SpecError {
    SpecError::OutOfRange { field: field.into(), value: value.to_string(), allowed: allowed.into() }
}

//! Networks known by what made them, so that none is trained twice: studies that share some share what became of them.

use super::spec::{ConnectSpec, FlossGradient, Flossed, Flossing};
use super::study::{arms, origins};
use super::summary::{Arm, NetworkRecord};

/// The Spec of one network alone: two networks that have the same are the same, whatever study they are of.
pub fn alone(spec: &ConnectSpec, arm: &Arm) -> ConnectSpec {
    let mut alone = of_origin(spec, arm.gain, arm.flossed, arm.seed);
    alone.rules = vec![arm.rule];
    alone.training.rates = vec![arm.rate];
    if !arm.flossed {
        // How others are flossed is nothing to it.
        let gradient = FlossGradient::Exact;
        alone.flossing = Flossing { when: Flossed::Never, iterations: 1, exponents: 1, rate: 0.0, gradient };
    }
    alone
}

/// Whether two studies that train a network from the same gain and seed by the same rule and rate, without flossing, train the same one.
pub fn share_networks(a: &ConnectSpec, b: &ConnectSpec) -> bool {
    let plain = |spec: &ConnectSpec| {
        let (gain, seed) = (spec.gains[0], spec.seed);
        let arm = Arm { gain, rule: spec.rules[0], rate: spec.training.rates[0], flossed: false, seed };
        alone(spec, &arm)
    };
    let (plain_a, mut plain_b) = (plain(a), plain(b));
    (plain_b.gains, plain_b.rules, plain_b.seed) = (plain_a.gains.clone(), plain_a.rules.clone(), plain_a.seed);
    plain_b.training.rates = plain_a.training.rates.clone();
    plain_a == plain_b
}

fn of_origin(spec: &ConnectSpec, gain: f64, flossed: bool, seed: u32) -> ConnectSpec {
    let mut of_origin = spec.clone();
    of_origin.gains = vec![gain];
    of_origin.flossing.when = if flossed { Flossed::Always } else { Flossed::Never };
    (of_origin.seed, of_origin.seeds) = (seed, 1);
    of_origin
}

/// Specs of one origin each that train what of a study is not known, in the order in which networks are counted.
pub fn missing(spec: &ConnectSpec, mut is_known: impl FnMut(&ConnectSpec) -> bool) -> Vec<ConnectSpec> {
    let mut missing = Vec::new();
    for (gain, flossed, seed) in origins(spec) {
        let mut of_origin = of_origin(spec, gain, flossed, seed);
        let is_lacking = |&(rule, rate): &_| !is_known(&alone(spec, &Arm { gain, rule, rate, flossed, seed }));
        let lacking: Vec<_> = arms(spec).filter(is_lacking).collect();
        of_origin.rules.retain(|rule| lacking.iter().any(|(of, _)| of == rule));
        of_origin.training.rates.retain(|rate| lacking.iter().any(|(_, of)| of == rate));
        if !lacking.is_empty() {
            missing.push(of_origin);
        }
    }
    missing
}

/// What became of the networks of a study, in the order in which they are counted: those that are `known`.
pub fn gather<T>(spec: &ConnectSpec, known: impl Fn(&ConnectSpec) -> Option<T>) -> Vec<T> {
    let of_origin = |(gain, flossed, seed)| arms(spec).map(move |(rule, rate)| Arm { gain, rule, rate, flossed, seed });
    origins(spec).into_iter().flat_map(of_origin).filter_map(|arm| known(&alone(spec, &arm))).collect()
}

/// The networks of a share, each with its Spec alone.
pub fn each_alone(
    spec: &ConnectSpec,
    networks: Vec<NetworkRecord>,
) -> impl Iterator<Item = (ConnectSpec, NetworkRecord)> {
    networks.into_iter().map(move |record| (alone(spec, &record.arm), record))
}

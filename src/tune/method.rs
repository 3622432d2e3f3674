//! How the next points are chosen: one method a variant, all by the same interface.

use rand::RngExt;
use serde::{Deserialize, Serialize};

use super::TuneError;
use crate::rng::Stream;

/// How a search goes on from what it has seen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum Method {
    /// Every point anew, even over the box: the baseline.
    Random {},
    /// The genetic algorithm (Kubo et al. 2025, 2.0.11); its words are silent on the tournament's size and on what a mutation
    /// is: here it draws a parameter anew from the box.
    Genetic(Genetic),
    /// A (μ + λ) evolution strategy (Schwefel 1977): children of two of the best so far, moved a step that shrinks.
    Evolution(Evolution),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Genetic {
    /// Probability that a child takes after two parents, each parameter from either alike; else it is a copy of the first.
    pub crossover: f64,
    /// Probability that a parameter of a child is drawn anew.
    pub mutation: f64,
    /// The part of a population that lives on unchanged; at least one does, and at least one does not.
    pub elite: f64,
    /// The part of a population that become parents.
    pub parents: f64,
    /// How many of a population compete for becoming a parent.
    pub tournament: u32,
}

impl Default for Genetic {
    fn default() -> Genetic {
        Genetic { crossover: 0.75, mutation: 0.1, elite: 0.01, parents: 0.2, tournament: 3 }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Evolution {
    /// μ: how many of the best so far have children.
    pub parents: u32,
    /// Standard deviation of a child's step in the first generation after the random one, in sides of the box.
    pub step: f64,
    /// What is left of it after each generation.
    pub shrink: f64,
}

impl Default for Evolution {
    fn default() -> Evolution {
        Evolution { parents: 5, step: 0.12, shrink: 0.9 }
    }
}

/// A point that was evaluated; the larger its score the better.
#[derive(Clone, Debug, PartialEq)]
pub struct Scored {
    pub point: Vec<f64>,
    pub score: f64,
}

/// Those of a population that live on unchanged, by their places in it, and its new points.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Brood {
    pub kept: Vec<usize>,
    pub children: Vec<Vec<f64>>,
}

impl Method {
    pub(super) fn validate(&self) -> Result<(), TuneError> {
        let is_part = |part: f64| (0.0..=1.0).contains(&part);
        let sound = match self {
            Method::Random {} => true,
            Method::Genetic(Genetic { crossover, mutation, elite, parents, tournament }) => {
                [crossover, mutation, elite, parents].into_iter().all(|&part| is_part(part))
                    && (1..=10_000).contains(tournament)
            }
            Method::Evolution(Evolution { parents, step, shrink }) => {
                *parents > 0 && is_part(*step) && is_part(*shrink)
            }
        };
        let why =
            "a number of its `method` is out of range: parts and probabilities are from 0 to 1, counts at least 1";
        if sound { Ok(()) } else { Err(TuneError::Tuning(why.into())) }
    }

    /// The generation after `population`, whose size it has; the first one, and those of a random search, are drawn from the
    /// whole box. `best` are the best points of all generations, the best first.
    pub fn next(
        &self,
        generation: u32,
        size: usize,
        population: &[Scored],
        best: &[Scored],
        dimensions: usize,
        draws: &mut Stream,
    ) -> Brood {
        let mut anew = |count: usize| (0..count).map(|_| (0..dimensions).map(|_| unit(draws)).collect()).collect();
        match self {
            Method::Random {} => Brood { children: anew(size), ..Brood::default() },
            _ if population.is_empty() => Brood { children: anew(size), ..Brood::default() },
            Method::Genetic(genetic) => genetic.breed(size, population, draws),
            Method::Evolution(evolution) => evolution.breed(generation, size, best, draws),
        }
    }
}

impl Genetic {
    fn breed(&self, size: usize, population: &[Scored], draws: &mut Stream) -> Brood {
        let part = |part: f64| ((part * size as f64).round() as usize).clamp(1, population.len());
        let mut ranked: Vec<usize> = (0..population.len()).collect();
        ranked.sort_by(|&a, &b| population[b].score.total_cmp(&population[a].score));
        // Where all live on, nothing new would ever be tried.
        let kept = ranked[..part(self.elite).min(size - 1)].to_vec();
        let parents: Vec<usize> = (0..part(self.parents)).map(|_| self.winner(population, draws)).collect();
        let children = (kept.len()..size).map(|_| {
            let mut pick = || &population[parents[draws.random_range(0..parents.len())]].point;
            let (mother, father) = (pick(), pick());
            let crossed = unit(draws) < self.crossover;
            let inherited = mother.iter().zip(father);
            inherited
                .map(|(&of_mother, &of_father)| {
                    let value = if crossed && unit(draws) < 0.5 { of_father } else { of_mother };
                    if unit(draws) < self.mutation { unit(draws) } else { value }
                })
                .collect()
        });
        let children = children.collect();
        Brood { kept, children }
    }

    /// The best of some that are drawn.
    fn winner(&self, population: &[Scored], draws: &mut Stream) -> usize {
        let drawn = (0..self.tournament.max(1)).map(|_| draws.random_range(0..population.len()));
        let best = drawn.max_by(|&a, &b| population[a].score.total_cmp(&population[b].score));
        best.expect("one at least competes")
    }
}

impl Evolution {
    fn breed(&self, generation: u32, size: usize, best: &[Scored], draws: &mut Stream) -> Brood {
        let parents = &best[..best.len().min(self.parents.max(1) as usize)];
        let step = self.step * self.shrink.powi(generation.saturating_sub(1) as i32);
        let children = (0..size).map(|_| {
            let mut pick = || &parents[draws.random_range(0..parents.len())].point;
            let (mother, father) = (pick(), pick());
            let inherited = mother.iter().zip(father);
            inherited
                .map(|(&of_mother, &of_father)| {
                    let value = if unit(draws) < 0.5 { of_mother } else { of_father };
                    (value + step * normal(draws)).clamp(0.0, 1.0)
                })
                .collect()
        });
        Brood { children: children.collect(), ..Brood::default() }
    }
}

/// Even over 0 to 1.
fn unit(draws: &mut Stream) -> f64 {
    draws.random::<f64>()
}

/// Standard normal (Box & Muller 1958).
fn normal(draws: &mut Stream) -> f64 {
    let radius = (-2.0 * (1.0 - unit(draws)).ln()).sqrt();
    radius * (std::f64::consts::TAU * unit(draws)).cos()
}

//! The search itself: generations of points that climb the rungs.

use serde::{Deserialize, Serialize};

use super::{Method, Parameters, Scored, Space, TriedOrder, TuneError, Tuning, with};
use crate::rng::{Purpose, Stream};
use crate::spec::Spec;

/// One point on one rung: runs of these Specs, one for each of the rung's seeds, in their order. Once one is given up, the
/// others need not be run.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Errand {
    pub generation: u32,
    /// The point's place among the generation's new ones.
    pub point: u32,
    pub rung: u32,
    pub specs: Vec<Spec>,
}

/// What came of an errand: an evaluation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Tried {
    pub generation: u32,
    pub point: u32,
    pub rung: u32,
    #[cfg_attr(target_arch = "wasm32", tsify(type = "Record<string, number>"))]
    pub parameters: Parameters,
    /// Mean accuracy over the rung's task orders on held-back data, 0 to 1; 0 where one was given up.
    pub fitness: f64,
    /// The orders that were run: all, up to the first that was given up.
    pub trials: Vec<TriedOrder>,
}

impl Tried {
    pub fn is_given_up(&self) -> bool {
        self.trials.iter().any(|trial| trial.given_up.is_some())
    }

    /// Seconds of computing.
    pub fn seconds(&self) -> f64 {
        self.trials.iter().map(|trial| trial.seconds).sum()
    }
}

/// A new point of the generation.
struct Candidate {
    point: Vec<f64>,
    /// Its fitness on each rung it has been through.
    climbed: Vec<f64>,
}

/// A search under way.
pub struct Tuner {
    tuning: Tuning,
    space: Space,
    /// What each rung runs, without the parameters.
    rungs: Vec<Spec>,
    own: Vec<f64>,
    generation: u32,
    rung: usize,
    candidates: Vec<Candidate>,
    /// Places of the candidates that are on this rung, and whether they were handed out.
    climbing: Vec<(usize, bool)>,
    /// Points that live on from generations before.
    kept: Vec<Scored>,
    /// All that reached the last rung, best first.
    best: Vec<Scored>,
    told: Vec<Tried>,
}

impl Tuner {
    /// Prepares a search for constants of `spec`.
    ///
    /// # Errors
    /// Where the tuning does not fit the Spec.
    pub fn new(spec: &Spec, tuning: Tuning) -> Result<Tuner, TuneError> {
        tuning.validate()?;
        let space = Space::new(spec, &tuning.fields)?;
        let rungs = tuning.rungs.iter().map(|rung| tuning.spec_of(spec, rung)).collect::<Result<Vec<_>, _>>()?;
        let mut tuner = Tuner {
            own: space.point(spec),
            space,
            rungs,
            generation: 0,
            rung: 0,
            candidates: Vec::new(),
            climbing: Vec::new(),
            kept: Vec::new(),
            best: Vec::new(),
            told: Vec::new(),
            tuning,
        };
        tuner.breed();
        Ok(tuner)
    }

    /// The next errand that is to be done; `None` while what was handed out must be told of first.
    ///
    /// # Errors
    /// Where the next point is no Spec: each side of the box was checked, but not what fields forbid each other.
    pub fn hand_out(&mut self) -> Result<Option<Errand>, TuneError> {
        let Some(next) = self.climbing.iter().position(|(_, out)| !out) else { return Ok(None) };
        let errand = self.errand(self.climbing[next].0)?;
        self.climbing[next].1 = true;
        Ok(Some(errand))
    }

    /// Takes note of what came of an errand that was handed out.
    ///
    /// # Errors
    /// Where it is of no errand that is under way.
    pub fn tell(&mut self, evaluation: Tried) -> Result<(), TuneError> {
        let place = evaluation.point as usize;
        let is_here = (evaluation.generation, evaluation.rung as usize) == (self.generation, self.rung)
            && self.climbing.iter().any(|&(other, out)| other == place && out)
            && self.candidates[place].climbed.len() == self.rung;
        if !is_here {
            let Tried { generation, point, rung, .. } = evaluation;
            let what = format!("generation {generation}, point {point}, rung {rung} is not what comes next");
            return Err(TuneError::Log(what));
        }
        self.candidates[place].climbed.push(evaluation.fitness);
        self.told.push(evaluation);
        if self.climbing.iter().all(|&(place, _)| self.candidates[place].climbed.len() > self.rung) {
            self.climb();
        }
        Ok(())
    }

    /// Goes through what was saved of this search: afterwards it stands where it stood.
    ///
    /// # Errors
    /// Where the evaluations are of another search.
    pub fn resume(&mut self, evaluations: impl IntoIterator<Item = Tried>) -> Result<(), TuneError> {
        for evaluation in evaluations {
            let seeds = self.tuning.rungs.get(evaluation.rung as usize).map_or(&[][..], |rung| &rung.seeds);
            let orders = evaluation.trials.iter().map(|trial| trial.seed);
            if evaluation.trials.is_empty() || !seeds.iter().copied().take(evaluation.trials.len()).eq(orders) {
                return Err(TuneError::Log("an evaluation's orders are not those of its rung".into()));
            }
            let place = evaluation.point as usize;
            let expected = self.candidates.get(place).map(|candidate| self.space.parameters(&candidate.point));
            if expected.as_ref() != Some(&evaluation.parameters) {
                return Err(TuneError::Log("it tried other constants than this search would".into()));
            }
            self.climbing.iter_mut().filter(|(other, _)| *other == place).for_each(|(_, out)| *out = true);
            self.tell(evaluation)?;
        }
        // What was under way when it stopped is handed out again.
        let rung = self.rung;
        let candidates = &self.candidates;
        self.climbing.iter_mut().for_each(|(place, out)| *out = candidates[*place].climbed.len() > rung);
        Ok(())
    }

    /// What was told, in that order.
    pub fn told(&self) -> &[Tried] {
        &self.told
    }

    /// The best that was evaluated on the last rung.
    pub fn best(&self) -> Option<&Tried> {
        let last = self.rungs.len() as u32 - 1;
        let finals = self.told.iter().filter(|evaluation| evaluation.rung == last && !evaluation.is_given_up());
        finals.max_by(|a, b| a.fitness.total_cmp(&b.fitness))
    }

    pub fn tuning(&self) -> &Tuning {
        &self.tuning
    }

    /// Of an errand, what its trials say.
    pub fn evaluation(&self, errand: &Errand, trials: Vec<TriedOrder>) -> Tried {
        let given_up = trials.iter().any(|trial| trial.given_up.is_some());
        let sum: f64 = trials.iter().map(|trial| trial.accuracy).sum();
        let fitness = if given_up { 0.0 } else { sum / trials.len().max(1) as f64 };
        let Errand { generation, point, rung, .. } = *errand;
        let parameters = self.space.parameters(&self.candidates[point as usize].point);
        Tried { generation, point, rung, parameters, fitness, trials }
    }

    fn errand(&self, place: usize) -> Result<Errand, TuneError> {
        let parameters = self.space.parameters(&self.candidates[place].point);
        let spec = with(&self.rungs[self.rung], &parameters)?;
        let seeds = self.tuning.rungs[self.rung].seeds.iter();
        let specs = seeds.map(|&seed| Spec { seed, ..spec.clone() }).collect();
        Ok(Errand { generation: self.generation, point: place as u32, rung: self.rung as u32, specs })
    }

    /// All of a rung are told: the best go on, or the generation is over.
    fn climb(&mut self) {
        if self.rung + 1 == self.rungs.len() {
            return self.next_generation();
        }
        let fitness = |place: usize| self.candidates[place].climbed[self.rung];
        let mut ranked: Vec<usize> = self.climbing.iter().map(|&(place, _)| place).collect();
        ranked.sort_by(|&a, &b| fitness(b).total_cmp(&fitness(a)));
        let pass = (self.tuning.rungs[self.rung].pass * ranked.len() as f64).round().max(1.0) as usize;
        ranked.truncate(pass);
        self.climbing = ranked.into_iter().map(|place| (place, false)).collect();
        self.rung += 1;
    }

    fn next_generation(&mut self) {
        let last = self.rungs.len();
        let scored = |candidate: &Candidate| {
            // Whoever got no further than a lower rung comes after all who did.
            let score = candidate.climbed.last().copied().unwrap_or(0.0) - (last - candidate.climbed.len()) as f64;
            Scored { point: candidate.point.clone(), score }
        };
        let mut population = std::mem::take(&mut self.kept);
        population.extend(self.candidates.iter().map(scored));
        let finals = self.candidates.iter().filter(|candidate| candidate.climbed.len() == last);
        self.best.extend(finals.map(scored));
        self.best.sort_by(|a, b| b.score.total_cmp(&a.score));
        self.kept = population;
        self.generation += 1;
        self.breed();
    }

    /// Fills a generation from the population before it, which `kept` holds.
    fn breed(&mut self) {
        let size = self.tuning.population as usize;
        let population = std::mem::take(&mut self.kept);
        let mut draws = Stream::new(self.tuning.seed, Purpose::Tuning, 0, self.generation);
        let dimensions = self.space.dimensions();
        let method: &Method = &self.tuning.method;
        let mut brood = method.next(self.generation, size, &population, &self.best, dimensions, &mut draws);
        if self.generation == 0 && self.tuning.from_spec {
            brood.children[0].clone_from(&self.own);
        }
        self.kept = brood.kept.iter().map(|&place| population[place].clone()).collect();
        let new = |point| Candidate { point, climbed: Vec::new() };
        self.candidates = brood.children.into_iter().map(new).collect();
        self.climbing = (0..self.candidates.len()).map(|place| (place, false)).collect();
        self.rung = 0;
    }
}

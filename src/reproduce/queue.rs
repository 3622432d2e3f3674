//! The runs of a plan's cells, longest first, and how shards divide them.

use std::collections::BTreeSet;
use std::iter;

use super::plan::{Cell, Plan};
use super::stored::key;
use super::{PlannedExperiment, ReproduceError};
use crate::continual::work_of_sample;
use crate::data::catalogue;
use crate::net::effort::effort;
use crate::spec::{NetworkKind, Spec, Strategy};

/// One run to be done.
#[derive(Clone, Debug, PartialEq)]
pub struct Errand {
    /// The id of the cell that it is for; of the first, where several want it.
    pub cell: String,
    pub spec: Spec,
}

/// Which cells are run, by the names of the plan; where a list is empty, all.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub datasets: Vec<String>,
    pub models: Vec<String>,
    pub strategies: Vec<String>,
}

impl Filter {
    fn takes(&self, cell: &Cell) -> bool {
        let takes = |wanted: &[String], name: &String| wanted.is_empty() || wanted.contains(name);
        takes(&self.datasets, &cell.dataset)
            && takes(&self.models, &cell.model)
            && takes(&self.strategies, &cell.strategy)
    }

    /// Refuses names that no cell of these experiments has.
    fn check(&self, experiments: &[&PlannedExperiment]) -> Result<(), ReproduceError> {
        let of = |name: fn(&Cell) -> &String| -> BTreeSet<&String> {
            experiments.iter().flat_map(|experiment| &experiment.cells).map(name).collect()
        };
        for (what, wanted, known) in [
            ("data set", &self.datasets, of(|cell| &cell.dataset)),
            ("model", &self.models, of(|cell| &cell.model)),
            ("strategy", &self.strategies, of(|cell| &cell.strategy)),
        ] {
            if let Some(name) = wanted.iter().find(|name| !known.contains(name)) {
                let known: Vec<&str> = known.into_iter().map(String::as_str).collect();
                let why = format!("there is no {what} `{name}` here; there are {}", known.join(", "));
                return Err(ReproduceError::Unknown(why));
            }
        }
        Ok(())
    }
}

/// One of so many parts of the work; counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    pub index: u32,
    pub of: u32,
}

impl Shard {
    /// Part `index` of `of`; `None` where there is no such part.
    pub fn new(index: u32, of: u32) -> Option<Shard> {
        (1..=of).contains(&index).then_some(Shard { index, of })
    }

    /// Its part of all runs. The runs are dealt like cards: each part gets long and short ones, and together the parts are
    /// everything once.
    pub fn share<T>(self, errands: Vec<T>) -> Vec<T> {
        errands.into_iter().skip(self.index as usize - 1).step_by(self.of as usize).collect()
    }
}

/// Every run that these experiments' cells want, each once, the longest first; the same list wherever it is made.
///
/// # Errors
/// Where the filter names what there is not.
pub fn queue(
    plan: &Plan,
    experiments: &[&PlannedExperiment],
    filter: &Filter,
    orders: u32,
) -> Result<Vec<Errand>, ReproduceError> {
    filter.check(experiments)?;
    let mut seen = BTreeSet::new();
    let mut errands = Vec::new();
    for cell in experiments.iter().flat_map(|experiment| &experiment.cells).filter(|cell| filter.takes(cell)) {
        let Some(spec) = cell.spec()? else { continue };
        for seed in plan.seeds(orders) {
            let spec = Spec { seed, ..spec.clone() };
            if seen.insert(key(&spec)) {
                errands.push(Errand { cell: cell.id(), spec });
            }
        }
    }
    errands.sort_by(|a, b| work(&b.spec).total_cmp(&work(&a.spec)));
    Ok(errands)
}

/// About how long a run takes, in products of a number and a weight: of learning, of testing after each phase, and of sleep.
fn work(spec: &Spec) -> f64 {
    /// What a hidden unit takes in a step of sleep, in products, as measured beside learning.
    const ASLEEP: f64 = 400.0;
    let Ok(info) = catalogue::info(&spec.data.name) else { return 0.0 };
    let classes = info.classes.len() as u32;
    let copies = f64::from(spec.tasks.permutations.max(1));
    let (train, test) = match spec.data.subset {
        Some(part) => (part.train_per_class * classes, part.test_per_class * classes),
        None => (info.train, info.test),
    };
    let hidden = spec.network.hidden.iter().map(|&units| units as usize);
    let sizes: Vec<usize> = iter::once(info.shape.len()).chain(hidden.clone()).chain([info.classes.len()]).collect();
    let (learning, answering) = match spec.network.kind {
        NetworkKind::Areas => (work_of_sample(spec) as f64, work_of_sample(spec) as f64),
        _ => {
            let (learning, answering) = effort(spec, &sizes, sizes[0] as f64);
            (learning.operations + learning.changes, answering.operations)
        }
    };
    let tasks = spec.tasks.len() as f64;
    let rehearsed = spec.strategy.rehearsed_fraction() * (tasks - 1.0) / 2.0;
    let learnt = copies * f64::from(train) * f64::from(spec.training.epochs) * (1.0 + rehearsed);
    let sleeps = if spec.strategy.sleeps() { tasks } else { 0.0 };
    let phases = if matches!(spec.strategy, Strategy::Parallel {}) { 1.0 } else { tasks + sleeps };
    let steps = sleeps * f64::from(spec.sleep.steps_after(spec.tasks.len() / 2));
    learnt * learning + copies * f64::from(test) * phases * answering + steps * hidden.sum::<usize>() as f64 * ASLEEP
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::preset;

    #[test]
    fn shards_are_everything_once() {
        let plan = Plan::of_kubo().unwrap();
        let experiments: Vec<_> = plan.experiments.iter().collect();
        let all = queue(&plan, &experiments, &Filter::default(), 6).unwrap();
        let keys = |errands: &[Errand]| errands.iter().map(|errand| key(&errand.spec)).collect::<Vec<_>>();
        for of in [1, 3, 7, 10_000] {
            let shares: Vec<Errand> =
                (1..=of).flat_map(|index| Shard::new(index, of).unwrap().share(all.clone())).collect();
            let (mut together, mut whole) = (keys(&shares), keys(&all));
            together.sort();
            whole.sort();
            assert_eq!(together, whole);
        }
        assert_eq!((Shard::new(0, 3), Shard::new(4, 3), Shard::new(1, 0)), (None, None, None));
    }

    #[test]
    fn cells_of_two_experiments_share_their_runs() {
        let plan = Plan::of_kubo().unwrap();
        let count = |names: &[&str]| {
            let wanted: Vec<_> = plan.experiments.iter().filter(|e| names.contains(&&*e.name)).collect();
            queue(&plan, &wanted, &Filter::default(), 6).unwrap().len()
        };
        // Of figure 5, four cells of each of five data sets are table 2's.
        assert_eq!(count(&["table2", "fig5"]), count(&["table2"]) + count(&["fig5"]) - 6 * 5 * 4);
    }

    #[test]
    fn the_longest_come_first() {
        // A run as it was measured: 528 s, 86 s, 13 s and 4 s.
        let of = |name: &str| work(&preset(name).unwrap().spec);
        let longest = ["fmnist-rnn-src", "mnist-rnn-src", "mnist-bptt-src", "quick-mnist-src"];
        assert!(longest.windows(2).all(|pair| of(pair[0]) > of(pair[1])), "{:?}", longest.map(of));
        assert!(of("predict-mnist-parallel") > of("predict-mnist-sequential"));
        assert!(of("predict-mnist-sequential") > of("quick-mnist-src"));
    }

    #[test]
    fn a_filter_takes_what_it_names_and_knows_what_there_is() {
        let plan = Plan::of_kubo().unwrap();
        let filter = |dataset: &str| Filter {
            datasets: vec![dataset.into()],
            models: vec!["mrnn-ep".into()],
            strategies: vec!["src".into(), "sequential".into()],
        };
        let runs = queue(&plan, &[&plan.experiments[0]], &filter("mnist"), 2).unwrap();
        let cells: Vec<&str> = runs.iter().map(|errand| &*errand.cell).collect();
        assert_eq!(
            cells,
            ["mnist/mrnn-ep/src", "mnist/mrnn-ep/src", "mnist/mrnn-ep/sequential", "mnist/mrnn-ep/sequential"]
        );
        assert_eq!((runs[0].spec.seed, runs[1].spec.seed), (100, 101));
        let error = queue(&plan, &[&plan.experiments[0]], &filter("cifar"), 2).unwrap_err().to_string();
        assert!(
            error.starts_with("there is no data set `cifar` here; there are cifar10-resnet56, cifar10-vgg13bn, fm"),
            "{error}"
        );
    }
}

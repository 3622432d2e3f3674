//! Which samples each task learns from and is tested on, and the order of the tasks.

use rand::seq::SliceRandom;

use super::{DataError, DataSet, Samples, subset};
use crate::rng::{Purpose, Stream};
use crate::spec::{Order, Spec, Split, Tasks};

/// A data set divided into tasks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// In the order they are learnt.
    pub tasks: Vec<TaskRows>,
    pub test_on: TestOn,
}

/// The rows of one task, ascending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskRows {
    pub classes: Vec<u8>,
    /// Rows of [`DataSet::train`].
    pub train: Vec<u32>,
    /// Rows of the samples that [`Plan::test_on`] names; never among `train`.
    pub test: Vec<u32>,
}

/// Where the rows of [`TaskRows::test`] are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TestOn {
    /// In [`DataSet::test`].
    Test,
    /// In [`DataSet::train`]: its last tenth is held back.
    Train,
}

/// Divides `set` as `spec` says. `seed` decides a shuffled order of tasks; everything else is the same for all
/// seeds. The subset is taken first, then its last tenth is held back, then classes of no task are left out. Rows of permuted
/// copies are those of [`permuted::copies`](super::permuted::copies).
///
/// # Errors
/// When the Spec is not valid or does not fit the set.
pub fn plan(spec: &Spec, seed: u32, set: &DataSet) -> Result<Plan, DataError> {
    spec.validate()?;
    if spec.data.name != set.name {
        return Err(DataError::WrongSet { wanted: spec.data.name.clone(), given: set.name.clone() });
    }
    let subset = spec.data.subset;
    let mut train = selection(set, &set.train, subset.map(|s| s.train_per_class), "training")?;
    let (test, test_on) = match spec.evaluation.split {
        Split::Test => (selection(set, &set.test, subset.map(|s| s.test_per_class), "test")?, TestOn::Test),
        Split::HeldBack => (train.split_off(train.len() - train.len() / 10), TestOn::Train),
    };
    let test_labels = match test_on {
        TestOn::Test => &set.test.labels,
        TestOn::Train => &set.train.labels,
    };
    let mut tasks = Vec::new();
    for &position in &order(&spec.tasks, seed) {
        let (listed, copy) = if spec.tasks.permutations > 0 { (0, position) } else { (position, 0) };
        let classes = &spec.tasks.classes[listed as usize];
        let of_copy = |rows: Vec<u32>, labels: &[u8]| rows.iter().map(|row| row + copy * labels.len() as u32).collect();
        let train = rows_of(classes, set, &train, &set.train.labels, "training")?;
        let test = rows_of(classes, set, &test, test_labels, "test")?;
        tasks.push(TaskRows {
            classes: classes.clone(),
            train: of_copy(train, &set.train.labels),
            test: of_copy(test, test_labels),
        });
    }
    Ok(Plan { tasks, test_on })
}

/// Positions in [`Tasks::classes`], or numbers of copies, in the order the tasks are learnt.
fn order(tasks: &Tasks, seed: u32) -> Vec<u32> {
    let mut listed: Vec<u32> = (0..tasks.len() as u32).collect();
    match &tasks.order {
        Order::Listed => {}
        Order::Shuffled => listed.shuffle(&mut Stream::new(seed, Purpose::Order, 0, 0)),
        Order::Given(order) => listed.clone_from(order),
    }
    listed
}

fn selection(
    set: &DataSet,
    samples: &Samples,
    per_class: Option<u32>,
    split: &'static str,
) -> Result<Vec<u32>, DataError> {
    match per_class {
        Some(per_class) => subset::balanced(set, samples, per_class, split),
        None => Ok((0..samples.len() as u32).collect()),
    }
}

/// Those of `rows` whose label is one of `classes`, each of which must have some.
fn rows_of(
    classes: &[u8],
    set: &DataSet,
    rows: &[u32],
    labels: &[u8],
    split: &'static str,
) -> Result<Vec<u32>, DataError> {
    for &class in classes {
        if usize::from(class) >= set.classes.len() {
            return Err(DataError::UnknownClass { class, set: set.name.clone(), last: set.classes.len() - 1 });
        }
        if !rows.iter().any(|&row| labels[row as usize] == class) {
            return Err(DataError::EmptyClass { class, split, set: set.name.clone() });
        }
    }
    Ok(rows.iter().copied().filter(|&row| classes.contains(&labels[row as usize])).collect())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::data::{Shape, Values};
    use crate::spec::{Subset, preset};

    /// Four classes of 60 training and 9 test images of 1×2 pixels, no two alike, in mixed order.
    pub fn synthetic() -> DataSet {
        let samples = |count: usize, tag: u8| Samples {
            values: Values::Bytes { data: (0..count).flat_map(|i| [i as u8, tag]).collect(), scale: 1.0 / 255.0 },
            labels: (0..count).map(|i| (i * 7 / 3 % 4) as u8).collect(),
        };
        let set = DataSet {
            name: "mnist".into(),
            shape: Shape::Image { height: 1, width: 2 },
            classes: ["zero", "one", "two", "three"].map(String::from).to_vec(),
            train: samples(240, 1),
            test: samples(36, 2),
        };
        assert!((0..4).all(|class| set.train.labels.iter().filter(|&&label| label == class).count() == 60));
        set
    }

    fn spec() -> Spec {
        let mut spec = preset("quick-mnist-src").unwrap().spec.clone();
        spec.data.subset = None;
        spec.tasks = Tasks { classes: vec![vec![0, 1], vec![3]], order: Order::Listed, permutations: 0 };
        spec
    }

    fn labels_of(rows: &[u32], samples: &Samples) -> Vec<u8> {
        let mut labels: Vec<u8> = rows.iter().map(|&row| samples.labels[row as usize]).collect();
        labels.sort_unstable();
        labels.dedup();
        labels
    }

    #[test]
    fn tasks_hold_all_rows_of_their_classes_and_no_others() {
        let set = synthetic();
        let plan = plan(&spec(), 0, &set).unwrap();
        assert_eq!(plan.test_on, TestOn::Test);
        assert_eq!(plan.tasks[0].classes, [0, 1]);
        assert_eq!(labels_of(&plan.tasks[0].train, &set.train), [0, 1]);
        assert_eq!(labels_of(&plan.tasks[1].test, &set.test), [3]);
        let of = |class, labels: &[u8]| labels.iter().filter(|&&label| label == class).count();
        assert_eq!(plan.tasks[1].train.len(), of(3, &set.train.labels));
        assert!(plan.tasks.iter().all(|task| task.train.is_sorted() && task.test.is_sorted()));
    }

    #[test]
    fn the_last_tenth_is_held_back_and_never_learnt_from() {
        let set = synthetic();
        let mut spec = spec();
        spec.evaluation.split = Split::HeldBack;
        let plan = plan(&spec, 0, &set).unwrap();
        assert_eq!(plan.test_on, TestOn::Train);
        assert!(plan.tasks.iter().flat_map(|task| &task.train).all(|&row| row < 216));
        assert!(plan.tasks.iter().flat_map(|task| &task.test).all(|&row| row >= 216));
    }

    #[test]
    fn an_order_is_listed_given_or_decided_by_the_seed() {
        let set = synthetic();
        let mut spec = spec();
        spec.tasks.classes = vec![vec![0], vec![1], vec![2], vec![3]];
        let learnt = |spec: &Spec, seed| -> Vec<u8> {
            plan(spec, seed, &set).unwrap().tasks.iter().map(|task| task.classes[0]).collect()
        };
        assert_eq!(learnt(&spec, 5), [0, 1, 2, 3]);
        spec.tasks.order = Order::Given(vec![2, 0, 3, 1]);
        assert_eq!(learnt(&spec, 5), [2, 0, 3, 1]);
        spec.tasks.order = Order::Shuffled;
        assert_eq!(learnt(&spec, 5), learnt(&spec, 5));
        let orders: std::collections::BTreeSet<_> = (0..60).map(|seed| learnt(&spec, seed)).collect();
        assert!(orders.len() > 15, "60 seeds give {} of 24 orders", orders.len());
    }

    #[test]
    fn a_file_of_the_subset_gives_the_plan_of_the_whole_set() {
        let set = synthetic();
        let file = subset::part(&set, 50, 5).unwrap();
        let mut spec = spec();
        spec.data.subset = Some(Subset { train_per_class: 40, test_per_class: 5 });
        for split in [Split::Test, Split::HeldBack] {
            spec.evaluation.split = split;
            let (whole, part) = (plan(&spec, 3, &set).unwrap(), plan(&spec, 3, &file).unwrap());
            let samples = |set: &DataSet, plan: &Plan| -> Vec<(Samples, Samples)> {
                let test = if plan.test_on == TestOn::Test { &set.test } else { &set.train };
                plan.tasks.iter().map(|task| (set.train.pick(&task.train, 2), test.pick(&task.test, 2))).collect()
            };
            assert_eq!(samples(&set, &whole), samples(&file, &part));
        }
    }

    #[test]
    fn each_permuted_copy_has_the_same_rows_further_on() {
        let set = synthetic();
        let mut spec = spec();
        spec.tasks = Tasks { classes: vec![vec![0, 1, 3]], order: Order::Given(vec![2, 0, 1]), permutations: 3 };
        for (split, len) in [(Split::Test, 36), (Split::HeldBack, 240)] {
            spec.evaluation.split = split;
            let plan = plan(&spec, 0, &set).unwrap();
            let at_home =
                |rows: &[u32], copy: u32, len: u32| -> Vec<u32> { rows.iter().map(|r| r - copy * len).collect() };
            for (task, copy) in plan.tasks.iter().zip([2, 0, 1]) {
                assert_eq!(task.classes, [0, 1, 3]);
                assert_eq!(at_home(&task.train, copy, 240), plan.tasks[1].train);
                assert_eq!(at_home(&task.test, copy, len), plan.tasks[1].test);
            }
            assert_eq!(labels_of(&plan.tasks[1].train, &set.train), [0, 1, 3]);
        }
    }

    #[test]
    fn what_does_not_fit_the_set_is_refused() {
        let set = synthetic();
        let mut spec = spec();
        spec.tasks.classes[1] = vec![4];
        let error = plan(&spec, 0, &set).unwrap_err();
        assert_eq!(error.to_string(), "a task names class 4, but mnist has the classes 0 to 3");

        let mut empty = synthetic();
        empty.test.labels.iter_mut().for_each(|label| *label = 0);
        let error = plan(&self::spec(), 0, &empty).unwrap_err();
        assert_eq!(error, DataError::EmptyClass { class: 1, split: "test", set: "mnist".into() });

        spec.data.name = "fmnist".into();
        assert!(matches!(plan(&spec, 0, &set), Err(DataError::WrongSet { .. })));
        spec.tasks.order = Order::Given(vec![7]);
        assert!(matches!(plan(&spec, 0, &set), Err(DataError::Spec(_))));
    }
}

//! What the records of several runs give together: one analysis a type, each with its spread over runs.

use serde::{Deserialize, Serialize};

use super::{Record, Seen};
use crate::analysis::{
    Spread, distance_from_identity, heat_map, mean_confusion, mean_dream, mean_replay, replay_by_learning,
};
use crate::event::WeightChange;

/// Everything at once, for the page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Analyses {
    /// Runs that all of it is of.
    pub runs: usize,
    pub heat_map: HeatMap,
    /// `null` where not every run slept after it had learnt something.
    pub asleep: Option<Asleep>,
    pub importance: Vec<KeptBySeeds>,
}

/// What sleep did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Asleep {
    pub confusion: Confusions,
    pub correlation: Correlations,
    /// Of each weight matrix, from the input to the output.
    pub weights: Vec<LayerChange>,
    pub replay: Vec<ReplayedSlice>,
    pub dreams: Vec<MeanDream>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct HeatMap {
    pub phases: Vec<String>,
    /// Accuracy by phase and task, tasks in the order each run learnt them, 0 to 1.
    pub accuracy: Vec<Vec<Spread>>,
}

/// Parts of a class's test samples (row) that got each answer (column), classes in the order each run learnt them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Confusions {
    pub before: Vec<Vec<Spread>>,
    pub after: Vec<Vec<Spread>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Correlations {
    pub before: Correlated,
    pub after: Correlated,
}

/// Pearson's correlation between classes, in the order each run learnt them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Correlated {
    pub correlation: Vec<Vec<Spread>>,
    /// Root mean square off the diagonal.
    pub distance_from_identity: Spread,
}

/// How one weight matrix changed across the last sleep.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct LayerChange {
    /// Of the runs' means over weights.
    pub mean: Spread,
    /// Of the parts of the weights that moved down, and up, 0 to 1.
    pub down: Spread,
    pub up: Spread,
    pub runs: Vec<WeightChange>,
}

/// What a slice of sleep stood for, over runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct ReplayedSlice {
    pub phase: u32,
    /// Steps of that sleep that were done by its end.
    pub step: u32,
    /// Of the steps with a hidden spike, the part that stood for each class, in the order each run learnt them, over the runs
    /// that had such a step; empty where none had.
    pub classes: Vec<Spread>,
    /// The part of the steps without one.
    pub silent: Spread,
}

/// What was dreamt of a class, over runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct MeanDream {
    pub class: usize,
    /// Sleep steps of a run that stood for it.
    pub steps: Spread,
    /// The mean over the runs that dreamt of it, in units of weight.
    pub pattern: Vec<f32>,
}

/// How a class's synapses to the output fared over two tasks, over runs; `null` where no run has such phases.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct KeptBySeeds {
    pub class: String,
    pub accuracy: KeptAccuracy,
    #[serde(rename = "T1-T2")]
    pub t1_t2: Option<Spread>,
    #[serde(rename = "T1-S2")]
    pub t1_s2: Option<Spread>,
    #[serde(rename = "T2-S2")]
    pub t2_s2: Option<Spread>,
}

/// Accuracy on a class after each phase.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct KeptAccuracy {
    #[serde(rename = "T1")]
    pub t1: Option<Spread>,
    #[serde(rename = "T2")]
    pub t2: Option<Spread>,
    #[serde(rename = "S2")]
    pub s2: Option<Spread>,
}

/// All analyses of the same runs, of which there is at least one. `names`: what the classes are called.
pub fn analyses(records: &[Record], names: &[String]) -> Analyses {
    let slept = records.iter().all(|record| record.sleep.is_some());
    Analyses {
        runs: records.len(),
        heat_map: heat_maps(records),
        asleep: slept.then(|| Asleep {
            confusion: confusions(records),
            correlation: correlations(records),
            weights: weights(records),
            replay: replays(records),
            dreams: mean_dreams(records),
        }),
        importance: importances(records, names),
    }
}

pub fn heat_maps(records: &[Record]) -> HeatMap {
    let matrices: Vec<&[Vec<f64>]> = records.iter().map(|record| &record.matrix[..]).collect();
    let phases = records.first().map_or(Vec::new(), |record| record.phases.clone());
    HeatMap { phases, accuracy: heat_map(&matrices) }
}

pub fn confusions(records: &[Record]) -> Confusions {
    let [before, after] = around(records, |seen| seen.confusion.clone());
    Confusions { before: mean_confusion(&before), after: mean_confusion(&after) }
}

pub fn correlations(records: &[Record]) -> Correlations {
    let [before, after] = around(records, |seen| seen.correlation.clone()).map(|runs| {
        let distances: Vec<f64> = runs.iter().map(|matrix| distance_from_identity(matrix)).collect();
        let matrices: Vec<&[Vec<f64>]> = runs.iter().map(Vec::as_slice).collect();
        Correlated { correlation: heat_map(&matrices), distance_from_identity: Spread::of(&distances) }
    });
    Correlations { before, after }
}

/// What `of` makes of what was seen before and after the last sleep of each run that slept.
fn around<T>(records: &[Record], of: impl Fn(&Seen) -> T) -> [Vec<T>; 2] {
    let sleeps = || records.iter().filter_map(|record| record.sleep.as_ref());
    [sleeps().map(|sleep| of(&sleep.before)).collect(), sleeps().map(|sleep| of(&sleep.after)).collect()]
}

pub fn weights(records: &[Record]) -> Vec<LayerChange> {
    let changes: Vec<&[WeightChange]> =
        records.iter().filter_map(|record| Some(&record.sleep.as_ref()?.change[..])).collect();
    let of_layer = |layer: usize| {
        let runs: Vec<WeightChange> = changes.iter().map(|run| run[layer].clone()).collect();
        let over_runs = |value: fn(&WeightChange) -> f64| Spread::of(&runs.iter().map(value).collect::<Vec<_>>());
        LayerChange {
            mean: over_runs(|run| run.mean),
            down: over_runs(|run| run.down),
            up: over_runs(|run| run.up),
            runs,
        }
    };
    (0..changes.first().map_or(0, |layers| layers.len())).map(of_layer).collect()
}

/// Slice by slice, as far as all runs slept.
fn replays(records: &[Record]) -> Vec<ReplayedSlice> {
    let slices = records.iter().map(|record| record.slices.len()).min().unwrap_or(0);
    let of_slice = |i: usize| {
        let runs: Vec<_> =
            records.iter().map(|record| replay_by_learning(&record.slices[i].replay, &record.tasks)).collect();
        let (classes, silent) = mean_replay(&runs);
        ReplayedSlice { phase: records[0].slices[i].phase, step: records[0].slices[i].step, classes, silent }
    };
    (0..slices).map(of_slice).collect()
}

fn mean_dreams(records: &[Record]) -> Vec<MeanDream> {
    let classes = records.iter().map(|record| record.dreams.len()).min().unwrap_or(0);
    let of_class = |class: usize| {
        let runs: Vec<(u32, &[f32])> = records
            .iter()
            .map(|record| &record.dreams[class])
            .map(|dream| (dream.steps, dream.pattern.as_slice()))
            .collect();
        let steps: Vec<f64> = runs.iter().map(|&(steps, _)| f64::from(steps)).collect();
        MeanDream { class, steps: Spread::of(&steps), pattern: mean_dream(&runs) }
    };
    (0..classes).map(of_class).collect()
}

/// Of each class that the first run learnt, over all runs.
pub fn importances(records: &[Record], names: &[String]) -> Vec<KeptBySeeds> {
    let of_class = |class: usize| {
        let kept: Vec<_> = records.iter().flat_map(|run| run.kept.iter().find(|kept| kept.class == class)).collect();
        let spread = |values: Vec<f64>| (!values.is_empty()).then(|| Spread::of(&values));
        let accuracy = |phase: usize| spread(kept.iter().filter_map(|kept| kept.accuracy[phase]).collect());
        let likeness = |pair: usize| spread(kept.iter().filter_map(|kept| kept.likeness[pair]).collect());
        KeptBySeeds {
            class: names.get(class).cloned().unwrap_or_else(|| class.to_string()),
            accuracy: KeptAccuracy { t1: accuracy(0), t2: accuracy(1), s2: accuracy(2) },
            t1_t2: likeness(0),
            t1_s2: likeness(1),
            t2_s2: likeness(2),
        }
    };
    records.first().map_or(Vec::new(), |first| first.kept.iter().map(|kept| of_class(kept.class)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::{Around, Kept};

    fn record(right: u32, mean: f64) -> Record {
        let seen = |right: u32| Seen {
            confusion: vec![vec![right, 10 - right], vec![0, 10]],
            correlation: vec![vec![1.0, mean], vec![mean, 1.0]],
        };
        let change = WeightChange { mean, down: mean / 2.0, up: mean, min: 0.0, max: 1.0, histogram: vec![3] };
        Record {
            phases: vec!["T1".into(), "S1".into()],
            tasks: vec![vec![0, 1]],
            matrix: vec![vec![mean], vec![1.0]],
            sleep: Some(Around { before: seen(0), after: seen(right), change: vec![change] }),
            slices: Vec::new(),
            dreams: Vec::new(),
            kept: vec![Kept { class: 1, accuracy: [Some(mean), None, None], likeness: [Some(mean), None, None] }],
        }
    }

    #[test]
    fn all_analyses_are_means_over_the_same_runs() {
        let all = analyses(&[record(4, 0.2), record(8, 0.6)], &["nought".into(), "one".into()]);
        let asleep = all.asleep.unwrap();
        assert_eq!((all.runs, all.heat_map.accuracy[0][0].n), (2, 2));
        for mean in [
            all.heat_map.accuracy[0][0].mean,
            asleep.correlation.after.distance_from_identity.mean,
            asleep.weights[0].mean.mean,
            asleep.weights[0].down.mean * 2.0,
            asleep.weights[0].up.mean,
            all.importance[0].t1_t2.unwrap().mean,
            all.importance[0].accuracy.t1.unwrap().mean,
        ] {
            assert!((mean - 0.4).abs() < 1e-12, "{mean}");
        }
        assert!((asleep.confusion.after[0][0].mean - 0.6).abs() < 1e-12 && asleep.confusion.before[0][0].mean == 0.0);
        assert_eq!((all.importance[0].class.as_str(), all.importance[0].t2_s2), ("one", None));
    }

    #[test]
    fn without_a_sleep_there_is_none_to_analyse() {
        let awake = Record { sleep: None, ..record(4, 0.2) };
        assert!(analyses(&[record(4, 0.2), awake.clone()], &[]).asleep.is_none());
        let all = analyses(&[awake], &[]);
        assert!(all.asleep.is_none() && all.importance[0].class == "1", "a class without a name has its number");
    }

    #[test]
    fn a_record_crosses_as_text_unchanged() {
        let record = record(7, 1.0 / 3.0);
        let text = serde_json::to_string(&record).unwrap();
        assert_eq!(serde_json::from_str::<Record>(&text).unwrap(), record);
    }
}

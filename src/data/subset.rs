//! Class-balanced parts of a data set.
//!
//! Samples of a class are ranked by a draw that is keyed with their content, not with their place: smaller
//! subsets are contained in larger ones, and a file that holds a subset ranks its samples as the whole set does.

use super::{DataError, DataSet, Samples, Values};
use crate::rng::{self, Purpose};

/// The same for every run, so that all runs on a subset share its samples.
const SEED: u32 = 0;

/// Rows of `per_class` samples of each class, ascending. `split` names the samples in errors.
pub fn balanced(set: &DataSet, samples: &Samples, per_class: u32, split: &'static str) -> Result<Vec<u32>, DataError> {
    let mut rows = Vec::new();
    for class in 0..set.classes.len() as u8 {
        let ranked = ranked(samples, set.shape.len(), class);
        let first = ranked.get(..per_class as usize);
        let found = ranked.len();
        rows.extend(first.ok_or(DataError::SubsetTooLarge { wanted: per_class, split, class, found })?);
    }
    rows.sort_unstable();
    Ok(rows)
}

/// The set that holds only a class-balanced part of `set`, in the same order.
pub fn part(set: &DataSet, train_per_class: u32, test_per_class: u32) -> Result<DataSet, DataError> {
    let len = set.shape.len();
    let train = set.train.pick(&balanced(set, &set.train, train_per_class, "training")?, len);
    let test = set.test.pick(&balanced(set, &set.test, test_per_class, "test")?, len);
    Ok(DataSet { name: set.name.clone(), shape: set.shape, classes: set.classes.clone(), train, test })
}

/// Divides a set's training samples: `test_per_class` of each class become its test samples.
pub fn divide(mut set: DataSet, test_per_class: u32) -> Result<DataSet, DataError> {
    let len = set.shape.len();
    let test = balanced(&set, &set.train, test_per_class, "test")?;
    let train: Vec<u32> = (0..set.train.len() as u32).filter(|row| test.binary_search(row).is_err()).collect();
    (set.test, set.train) = (set.train.pick(&test, len), set.train.pick(&train, len));
    Ok(set)
}

/// The samples in a fixed shuffled order, for files that list one class after another: their last tenth holds all
/// classes then.
pub fn shuffled(samples: &Samples, len: usize) -> Samples {
    let mut rows: Vec<u32> = (0..samples.len() as u32).collect();
    rows.sort_by_cached_key(|&row| rank(samples, len, row));
    samples.pick(&rows, len)
}

/// All rows of a class, in the fixed shuffled order that subsets are taken from.
fn ranked(samples: &Samples, len: usize, class: u8) -> Vec<u32> {
    let mut rows: Vec<u32> = (0..samples.len() as u32).filter(|&row| samples.labels[row as usize] == class).collect();
    rows.sort_by_cached_key(|&row| rank(samples, len, row));
    rows
}

fn rank(samples: &Samples, len: usize, row: u32) -> [u32; 4] {
    let range = row as usize * len..(row as usize + 1) * len;
    let digest = match &samples.values {
        Values::Bytes { data, .. } => fnv(data[range].iter().copied()),
        Values::Floats(data) => fnv(data[range].iter().flat_map(|value| value.to_le_bytes())),
    };
    let class = samples.labels[row as usize];
    rng::draw(SEED, Purpose::Subset, (digest >> 32) as u32, class.into(), digest as u32)
}

/// The 64-bit hash FNV-1a.
fn fnv(bytes: impl Iterator<Item = u8>) -> u64 {
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::plan::tests::synthetic;

    #[test]
    fn balanced_ascending_and_nested() {
        let set = synthetic();
        let small = balanced(&set, &set.train, 3, "training").unwrap();
        let large = balanced(&set, &set.train, 7, "training").unwrap();
        assert!(small.is_sorted() && large.is_sorted());
        assert!(small.iter().all(|row| large.contains(row)));
        for class in 0..4 {
            assert_eq!(large.iter().filter(|&&row| set.train.labels[row as usize] == class).count(), 7);
        }
        let first_ones: Vec<u32> = (0..set.train.len() as u32).take(12).collect();
        assert_ne!(small, first_ones, "a subset is drawn, not cut off");
    }

    #[test]
    fn a_part_ranks_its_samples_as_the_whole() {
        let set = synthetic();
        let half = part(&set, 10, 4).unwrap();
        assert_eq!(part(&half, 3, 2).unwrap(), part(&set, 3, 2).unwrap());
        assert_eq!(part(&half, 10, 4).unwrap(), half);
    }

    #[test]
    fn a_subset_larger_than_a_class_is_refused() {
        let set = synthetic();
        let error = part(&set, 61, 1).unwrap_err();
        let DataError::SubsetTooLarge { wanted: 61, split: "training", class: 0, found } = error else {
            panic!("{error}")
        };
        assert_eq!(found, 60);
    }

    #[test]
    fn a_division_loses_and_repeats_no_sample() {
        let set = synthetic();
        let divided = divide(set.clone(), 12).unwrap();
        assert_eq!((divided.train.len(), divided.test.len()), (4 * 48, 4 * 12));
        let rows = |samples: &Samples| -> Vec<u8> {
            let Values::Bytes { data, .. } = &samples.values else { unreachable!() };
            data.iter().copied().step_by(2).collect()
        };
        let mut all = [rows(&divided.train), rows(&divided.test)].concat();
        all.sort_unstable();
        assert_eq!(all, rows(&set.train));
    }

    #[test]
    fn shuffling_mixes_what_was_sorted_by_class() {
        let mut sorted = synthetic().train;
        sorted.labels.sort_unstable();
        let mixed = shuffled(&sorted, 2);
        assert_eq!(shuffled(&mixed, 2), mixed);
        assert!((0..4).all(|class| mixed.labels[216..].contains(&class)));
    }

    #[test]
    fn the_digest_is_fnv_1a() {
        assert_eq!(fnv(b"foobar".iter().copied()), 0x8594_4171_f739_67e8);
    }
}

//! Permuted copies of a data set: each is a task of its own, as in permuted MNIST (Goodfellow et al. 2013; Kirkpatrick et al.
//! 2017).

use std::borrow::Cow;

use rand::seq::SliceRandom;

use super::{DataError, DataSet, Samples, Values, subset};
use crate::rng::{Purpose, Stream};
use crate::spec::Spec;

/// The same for every run, so that runs side by side share their data.
const SEED: u32 = 0;

/// The part of `set` that runs of `spec` use, where they use it in permuted copies: a copy of what is not used would be
/// room for nothing. Otherwise the whole set.
///
/// # Errors
/// When the part is larger than the set.
pub fn base<'a>(spec: &Spec, set: &'a DataSet) -> Result<Cow<'a, DataSet>, DataError> {
    match spec.data.subset.filter(|_| spec.tasks.permutations > 0) {
        Some(part) => subset::part(set, part.train_per_class, part.test_per_class).map(Cow::Owned),
        None => Ok(Cow::Borrowed(set)),
    }
}

/// All copies, one after another: copy k's row r is row k·N + r, N being the samples of `samples`. Without permutations, the
/// samples themselves.
pub fn copies(permutations: u32, samples: &Samples, len: usize) -> Cow<'_, Samples> {
    if permutations == 0 {
        return Cow::Borrowed(samples);
    }
    let places: Vec<Vec<usize>> = (0..permutations).map(|copy| places(copy, len)).collect();
    let values = match &samples.values {
        Values::Bytes { data, scale } => Values::Bytes { data: moved(data, &places), scale: *scale },
        Values::Floats(data) => Values::Floats(moved(data, &places)),
    };
    Cow::Owned(Samples { values, labels: samples.labels.repeat(places.len()) })
}

/// Where copy k takes its inputs from. The first is the set as it is.
fn places(copy: u32, len: usize) -> Vec<usize> {
    let mut places: Vec<usize> = (0..len).collect();
    if copy > 0 {
        places.shuffle(&mut Stream::new(SEED, Purpose::Permutation, 0, copy));
    }
    places
}

fn moved<T: Copy>(data: &[T], places: &[Vec<usize>]) -> Vec<T> {
    let copy = |places: &Vec<usize>| -> Vec<T> {
        data.chunks_exact(places.len()).flat_map(|sample| places.iter().map(|&place| sample[place])).collect()
    };
    places.iter().flat_map(copy).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples() -> Samples {
        Samples { values: Values::Bytes { data: (0..40).collect(), scale: 1.0 }, labels: vec![0, 1, 0, 1] }
    }

    #[test]
    fn each_copy_moves_all_inputs_alike_and_keeps_their_values() {
        let samples = samples();
        let copies = copies(5, &samples, 10);
        let Values::Bytes { data, .. } = &copies.values else { panic!("bytes stay bytes") };
        assert_eq!(copies.labels, samples.labels.repeat(5));
        assert_eq!(data[..40], (0..40).collect::<Vec<u8>>(), "the first copy is the set as it is");
        let copies: Vec<&[u8]> = data.chunks_exact(40).collect();
        for (k, copy) in copies.iter().enumerate() {
            let mut first = copy[..10].to_vec();
            let later = copy[10..].chunks_exact(10);
            assert!(later.zip(1..).all(|(sample, n)| sample.iter().zip(&first).all(|(a, b)| *a == b + 10 * n)));
            first.sort_unstable();
            assert_eq!(first, (0..10).collect::<Vec<u8>>());
            assert!(copies[..k].iter().all(|other| other != copy), "no two copies are alike");
        }
    }

    #[test]
    fn features_are_permuted_as_bytes_are() {
        let floats = Samples { values: Values::Floats((0..40).map(|v| v as f32).collect()), labels: vec![0, 1, 0, 1] };
        let (bytes, floats) = (copies(3, &samples(), 10).into_owned(), copies(3, &floats, 10).into_owned());
        let mut row = [[0.0; 10]; 2];
        for r in 0..12 {
            bytes.values.row_into(r, 10, &mut row[0]);
            floats.values.row_into(r, 10, &mut row[1]);
            assert_eq!(row[0], row[1]);
        }
    }
}

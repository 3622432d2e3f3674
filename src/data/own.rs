//! A person's own images: IDX files as they were dropped on the page, in whatever order and by whatever names.
//!
//! Two files, images and their labels, are divided: a fifth of the smallest class is for testing. Of four files, two
//! are for testing, and say so in their names. The set is called by a checksum of its files, so that a Spec that was
//! made with them is refused with others.

use std::borrow::Cow;

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::idx::{self, Images, Kind};
use super::{DataError, DataSet, Samples, Shape, Values, subset};

/// How the name of every such set begins.
pub const PREFIX: &str = "own-";

/// Longest side of an image, in pixels: a network on larger ones would not fit in a browser's memory.
const SIDE: u32 = 128;
/// Most classes: a Spec has at most a hundred tasks, and they come two to a task.
const CLASSES: usize = 200;

/// Why files are not a set of images.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OwnError {
    #[error(
        "these are {found} files, but a set is two IDX files (images and their labels) or four (two for training and \
         two for testing)"
    )]
    Files { found: usize },
    #[error("there are {labels} files of labels and {images} of images, but each file of images has one of labels")]
    Kinds { images: usize, labels: usize },
    #[error(
        "which of the four files are for testing cannot be told: the names of one file of images and of one file of \
         labels have `test` or `t10k` in them"
    )]
    Roles,
    #[error("together the files hold more than the {} MB that are read", idx::LIMIT >> 20)]
    TooLarge,
    #[error("{file} holds images of {height}×{width} pixels, but from 1×1 to {SIDE}×{SIDE} can be learnt")]
    Side { file: String, height: u32, width: u32 },
    #[error(
        "{train} holds images of {}×{} pixels and {test} of {}×{}, but all must be of one size",
        of[0].0, of[0].1, of[1].0, of[1].1
    )]
    Sizes { train: String, test: String, of: [(u32, u32); 2] },
    #[error("the labels name {classes} classes, but from 2 to {CLASSES} can be learnt")]
    Classes { classes: usize },
    #[error("class {class} has no {split} images: labels count the classes from 0, without a gap")]
    EmptyClass { class: usize, split: &'static str },
    #[error("class {class} has {found} images, but at least 5 are needed to set some aside for testing")]
    TooFew { class: usize, found: usize },
}

/// What the page needs to know of such a set.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct OwnInfo {
    /// Its name in a Spec.
    pub name: String,
    /// Its name for people.
    pub title: String,
    /// Names of the classes: the labels themselves.
    pub classes: Vec<String>,
    pub shape: Shape,
    /// Training and test samples of the smallest class.
    pub train_per_class: u32,
    pub test_per_class: u32,
}

/// Whether a Spec's data set is one of these.
pub fn is_own(name: &str) -> bool {
    name.starts_with(PREFIX)
}

/// A set from 2 or 4 files, known by their names.
pub fn assemble(files: &[(String, Vec<u8>)]) -> Result<DataSet, DataError> {
    let pairs = pairs(read(files)?)?;
    let name = name(&pairs);
    let mut splits = pairs.into_iter().map(Pair::samples).collect::<Result<Vec<_>, _>>()?.into_iter();
    let train = splits.next().expect("there is a pair for training");
    let test = splits.next();
    if let Some(other) = test.as_ref().filter(|test| test.size != train.size) {
        let of = [train.size, other.size];
        return Err(OwnError::Sizes { train: train.file, test: other.file.clone(), of }.into());
    }
    let labels = [Some(&train), test.as_ref()].into_iter().flatten().flat_map(|split| &split.samples.labels);
    let classes = labels.max().map_or(0, |&last| usize::from(last) + 1);
    if !(2..=CLASSES).contains(&classes) {
        return Err(OwnError::Classes { classes }.into());
    }
    let shape = Shape::Image { height: train.size.0, width: train.size.1 };
    let (fewest, found) = smallest(&train.samples, classes, "training")?;
    let mut set = DataSet {
        name,
        shape,
        classes: (0..classes).map(|class| class.to_string()).collect(),
        // Files may list one class after another.
        train: subset::shuffled(&train.samples, shape.len()),
        test: Samples { values: Values::Bytes { data: Vec::new(), scale: SCALE }, labels: Vec::new() },
    };
    match test {
        Some(test) => {
            smallest(&test.samples, classes, "test")?;
            set.test = test.samples;
            Ok(set)
        }
        None if found < 5 => Err(OwnError::TooFew { class: fewest, found }.into()),
        None => subset::divide(set, found as u32 / 5),
    }
}

/// What is said of an assembled set.
pub fn info(set: &DataSet) -> OwnInfo {
    let fewest = |samples: &Samples| smallest(samples, set.classes.len(), "").map_or(0, |(_, found)| found as u32);
    let size = match set.shape {
        Shape::Image { height, width } => format!("{height}×{width}"),
        Shape::Vector { len } => len.to_string(),
    };
    OwnInfo {
        name: set.name.clone(),
        title: format!("Your images ({} training, {} test, {size})", set.train.len(), set.test.len()),
        classes: set.classes.clone(),
        shape: set.shape,
        train_per_class: fewest(&set.train),
        test_per_class: fewest(&set.test),
    }
}

const SCALE: f32 = 1.0 / 255.0;

/// A file of known kind, inflated.
struct Plain<'a> {
    name: &'a str,
    kind: Kind,
    bytes: Cow<'a, [u8]>,
}

fn read(files: &[(String, Vec<u8>)]) -> Result<Vec<Plain<'_>>, DataError> {
    if ![2, 4].contains(&files.len()) {
        return Err(OwnError::Files { found: files.len() }.into());
    }
    let mut total = 0;
    let mut plain = Vec::new();
    for (name, bytes) in files {
        let in_file = |source| DataError::Idx { file: name.clone(), source };
        let kind = idx::kind(bytes).map_err(in_file)?;
        let bytes = idx::unpack(bytes, kind).map_err(in_file)?;
        total += bytes.len() as u64;
        if total > idx::LIMIT {
            return Err(OwnError::TooLarge.into());
        }
        plain.push(Plain { name, kind, bytes });
    }
    Ok(plain)
}

/// Images and the labels that belong to them.
struct Pair<'a> {
    images: Plain<'a>,
    labels: Plain<'a>,
}

/// The pair for training and, of four files, the pair for testing.
fn pairs(files: Vec<Plain<'_>>) -> Result<Vec<Pair<'_>>, OwnError> {
    let is_for_test = |file: &Plain| {
        let name = file.name.to_lowercase();
        name.contains("t10k") || name.contains("test")
    };
    let (mut images, mut labels): (Vec<_>, Vec<_>) = files.into_iter().partition(|file| file.kind == Kind::Images);
    if images.len() != labels.len() {
        return Err(OwnError::Kinds { images: images.len(), labels: labels.len() });
    }
    if images.len() == 2 {
        for two in [&mut images, &mut labels] {
            two.sort_by_key(is_for_test);
            if is_for_test(&two[0]) || !is_for_test(&two[1]) {
                return Err(OwnError::Roles);
            }
        }
    }
    Ok(images.into_iter().zip(labels).map(|(images, labels)| Pair { images, labels }).collect())
}

/// `own-` and the first digits of the sha256 of all files, inflated, one after another: training before testing,
/// images before labels.
fn name(pairs: &[Pair]) -> String {
    let mut hasher = Sha256::new();
    for Pair { images, labels } in pairs {
        hasher.update(&images.bytes);
        hasher.update(&labels.bytes);
    }
    let digits: String = hasher.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    format!("{PREFIX}{digits}")
}

/// The samples of a pair.
struct Labelled {
    samples: Samples,
    /// Height and width of its images.
    size: (u32, u32),
    /// The file of images.
    file: String,
}

impl Pair<'_> {
    fn samples(self) -> Result<Labelled, DataError> {
        let Pair { images, labels } = self;
        let (file, labels_file) = (images.name.to_owned(), labels.name.to_owned());
        let Images { height, width, pixels } =
            idx::any_images(images.bytes).map_err(|source| DataError::Idx { file: file.clone(), source })?;
        let labels =
            idx::labels(labels.bytes, 256).map_err(|source| DataError::Idx { file: labels_file.clone(), source })?;
        if !(1..=SIDE).contains(&height) || !(1..=SIDE).contains(&width) {
            return Err(OwnError::Side { file, height, width }.into());
        }
        let count = pixels.len() / (height as usize * width as usize);
        if count != labels.len() {
            return Err(DataError::Counts { images_file: file, images: count, labels_file, labels: labels.len() });
        }
        let samples = Samples { values: Values::Bytes { data: pixels, scale: SCALE }, labels };
        Ok(Labelled { samples, size: (height, width), file })
    }
}

/// The class with the fewest samples, and how many it has; none may be empty.
fn smallest(samples: &Samples, classes: usize, split: &'static str) -> Result<(usize, usize), OwnError> {
    let mut counts = vec![0; classes];
    samples.labels.iter().for_each(|&label| counts[usize::from(label)] += 1);
    let (class, &found) = counts.iter().enumerate().min_by_key(|(_, count)| **count).expect("there are classes");
    if found == 0 { Err(OwnError::EmptyClass { class, split }) } else { Ok((class, found)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn images(count: usize, height: u32, width: u32) -> Vec<u8> {
        let len = (height * width) as usize;
        let pixels = (0..count * len).map(|i| (i / len) as u8 ^ (i % len) as u8).collect();
        idx::write_images(&Images { height, width, pixels })
    }

    fn labels(count: usize, classes: usize) -> Vec<u8> {
        idx::write_labels(&(0..count).map(|i| (i * classes / count) as u8).collect::<Vec<_>>())
    }

    fn named(files: &[(&str, Vec<u8>)]) -> Vec<(String, Vec<u8>)> {
        files.iter().map(|(name, bytes)| ((*name).into(), bytes.clone())).collect()
    }

    fn two() -> Vec<(String, Vec<u8>)> {
        named(&[("a", images(60, 8, 6)), ("b", labels(60, 3))])
    }

    fn four() -> Vec<(String, Vec<u8>)> {
        named(&[
            ("My-TEST-labels.gz", idx::gzip(&labels(9, 3))),
            ("train-labels", labels(30, 3)),
            ("train-images.gz", idx::gzip(&images(30, 8, 6))),
            ("t10k-images", images(9, 8, 6)),
        ])
    }

    fn refused(files: &[(String, Vec<u8>)]) -> String {
        assemble(files).unwrap_err().to_string()
    }

    #[test]
    fn two_files_are_divided_by_class() {
        let set = assemble(&two()).unwrap();
        assert_eq!((set.train.len(), set.test.len()), (48, 12));
        assert_eq!(set.classes, ["0", "1", "2"]);
        for class in 0..3 {
            assert_eq!(set.test.labels.iter().filter(|&&label| label == class).count(), 4);
        }
        assert!(!set.train.labels.is_sorted(), "classes are mixed, whatever the order of the files");
        let info = info(&set);
        assert_eq!(info.title, "Your images (48 training, 12 test, 8×6)");
        assert_eq!((info.train_per_class, info.test_per_class), (16, 4));
    }

    #[test]
    fn four_files_are_told_apart_by_kind_and_name() {
        let set = assemble(&four()).unwrap();
        assert_eq!((set.train.len(), set.test.len()), (30, 9));
        assert_eq!(set.shape, Shape::Image { height: 8, width: 6 });
        let mut reversed = four();
        reversed.reverse();
        assert_eq!(assemble(&reversed).unwrap(), set);
    }

    #[test]
    fn the_name_follows_the_contents_alone() {
        let name = |files: &[(String, Vec<u8>)]| assemble(files).unwrap().name;
        let plain = name(&two());
        assert!(is_own(&plain) && plain.len() == PREFIX.len() + 12, "{plain}");
        let [a, b] = [images(60, 8, 6), labels(60, 3)].map(|file| idx::gzip(&file));
        assert_eq!(name(&named(&[("y.gz", b), ("x.gz", a)])), plain, "neither names, order nor packing count");
        let mut other = two();
        other[0].1[40] ^= 1;
        assert_ne!(name(&other), plain);
        let mut swapped = four();
        (swapped[0].0, swapped[1].0) = ("l".into(), "l-test".into());
        assert!(assemble(&swapped).is_err(), "labels of one split do not fit images of the other");
    }

    #[test]
    fn files_that_make_no_set_are_refused_in_words() {
        assert!(refused(&two()[..1]).starts_with("these are 1 files, but a set is two"));
        assert!(refused(&[]).starts_with("these are 0 files"));
        let only_labels = named(&[("a", labels(9, 3)), ("b", labels(9, 3))]);
        assert!(refused(&only_labels).starts_with("there are 2 files of labels and 0 of images"));
        let mut unnamed = four();
        unnamed[3].0 = "other-images".into();
        assert!(refused(&unnamed).contains("cannot be told"));
    }

    #[test]
    fn files_of_another_format_are_refused_in_words() {
        let other = named(&[("cat.png", b"\x89PNG\r\n".to_vec()), ("b", labels(60, 3))]);
        assert!(refused(&other).starts_with("cat.png: is no IDX file of images or labels"), "{}", refused(&other));
        let mut cut = two();
        cut[0].1.truncate(100);
        assert_eq!(refused(&cut), "a: ends after 100 bytes, but its header promises 2896");
        let mut unsound = two();
        unsound[1].1 = idx::gzip(&unsound[1].1);
        unsound[1].1.truncate(12);
        assert!(refused(&unsound).starts_with("b: "));
    }

    #[test]
    fn files_that_do_not_fit_each_other_are_refused_in_words() {
        let uneven = named(&[("a", images(60, 8, 6)), ("b", labels(59, 3))]);
        assert_eq!(refused(&uneven), "a holds 60 images, but b holds 59 labels: they do not belong together");
        let mut sizes = four();
        sizes[3].1 = images(9, 8, 7);
        assert!(refused(&sizes).contains("images of 8×6 pixels and t10k-images of 8×7"), "{}", refused(&sizes));
    }

    #[test]
    fn what_cannot_be_learnt_is_refused_in_words() {
        let of = |images: Vec<u8>, labels: &[u8]| refused(&named(&[("a", images), ("b", idx::write_labels(labels))]));
        assert!(of(images(2, 1, 129), &[0, 1]).contains("from 1×1 to 128×128"));
        assert!(of(images(3, 0, 5), &[]).contains("images of 0×5 pixels"));
        assert!(of(images(0, 2, 2), &[]).starts_with("the labels name 0 classes"));
        assert!(of(images(9, 2, 2), &[0; 9]).starts_with("the labels name 1 classes"));
        assert!(of(images(2, 2, 2), &[0, 255]).starts_with("the labels name 256 classes"));
        assert!(of(images(2, 2, 2), &[0, 2]).starts_with("class 1 has no training images"));
        let few = of(images(9, 2, 2), &[0, 0, 0, 0, 0, 1, 1, 1, 1]);
        assert!(few.starts_with("class 1 has 4 images, but at least 5"), "{few}");
        let mut lacking = four();
        lacking[0].1 = labels(9, 2);
        assert!(refused(&lacking).starts_with("class 2 has no test images"));
    }

    #[cfg(not(target_arch = "wasm32"))]
    mod properties {
        use super::*;
        use proptest::{collection::vec, prelude::*};

        proptest! {
            #[test]
            fn arbitrary_files_never_panic(files in vec((".{0,8}", vec(any::<u8>(), 0..60)), 0..6)) {
                prop_assert!(assemble(&files).is_err());
            }

            #[test]
            fn damaged_files_make_a_sound_set_or_none(at in 0usize..60, to in any::<u8>(), file in 0usize..4) {
                let mut files = four();
                let len = files[file].1.len();
                files[file].1[at % len] = to;
                if let Ok(set) = assemble(&files) {
                    let classes = set.classes.len();
                    for samples in [&set.train, &set.test] {
                        prop_assert!(samples.labels.iter().all(|&label| usize::from(label) < classes));
                        let Values::Bytes { data, .. } = &samples.values else { unreachable!() };
                        prop_assert_eq!(data.len(), samples.len() * set.shape.len());
                    }
                }
            }
        }
    }
}

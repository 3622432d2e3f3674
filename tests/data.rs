//! The real data sets, where they are: in `$ENGRAM_HOME` or in `../shared/data`.

#![cfg(not(target_arch = "wasm32"))]

use std::path::{Path, PathBuf};

use engram::data::catalogue::{self, DataSetInfo};
use engram::data::plan::{Plan, TestOn, plan};
use engram::data::{DataError, DataSet, Samples, Values, cache, site, subset};
use engram::spec::{Split, preset};

/// The set, or `None` after printing why it cannot be tested here.
fn set(name: &str) -> Option<DataSet> {
    let info = catalogue::info(name).unwrap();
    if cache::is_complete(info) {
        return Some(cache::load(name).unwrap());
    }
    let files = shared_files(info);
    if files.is_none() {
        println!("skipped: {} is neither in {} nor in ../shared/data", info.title, cache::home().display());
    }
    files.map(|files| catalogue::assemble(info, &files).unwrap())
}

fn shared_files(info: &DataSetInfo) -> Option<Vec<(String, Vec<u8>)>> {
    let shared = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    ["kmnist", "features"].iter().find_map(|folder| files_in(info, &shared.join(folder)))
}

fn files_in(info: &DataSetInfo, folder: &Path) -> Option<Vec<(String, Vec<u8>)>> {
    info.files.iter().map(|file| Some((file.name.into(), std::fs::read(folder.join(file.name)).ok()?))).collect()
}

fn counts(samples: &Samples) -> [usize; 10] {
    let mut counts = [0; 10];
    samples.labels.iter().for_each(|&label| counts[usize::from(label)] += 1);
    counts
}

#[test]
fn sets_hold_what_the_catalogue_says() {
    for info in catalogue::catalogue() {
        let Some(set) = set(info.name) else { continue };
        assert_eq!((set.train.len(), set.test.len()), (info.train as usize, info.test as usize), "{}", info.name);
        let mut row = vec![0.0; info.shape.len()];
        for samples in [&set.train, &set.test] {
            assert!(counts(samples).iter().all(|&count| count > 0));
            samples.values.row_into(samples.len() - 1, row.len(), &mut row);
            assert!(row.iter().all(|value| value.is_finite()) && row.iter().any(|&value| value > 0.0));
        }
    }
}

#[test]
fn mnist_begins_as_everyone_knows_it() {
    let Some(set) = set("mnist") else { return };
    assert_eq!(set.train.labels[..10], [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]);
    assert_eq!(set.test.labels[..10], [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]);
    let mut five = [0.0; 784];
    set.train.values.row_into(0, 784, &mut five);
    assert_eq!(five.iter().sum::<f32>().round(), 108.0);
}

#[test]
fn kmnist_8k_is_balanced_and_divides_the_test_split() {
    let Some(set) = set("kmnist-8k") else { return };
    assert_eq!(counts(&set.train), [800; 10]);
    assert_eq!(counts(&set.test), [200; 10]);
}

/// Features are listed class by class in their files; in a set, every tenth holds all classes.
#[test]
fn features_can_be_held_back() {
    for name in ["cifar10-resnet56", "imagenette-mobilenetv2"] {
        let Some(set) = set(name) else { continue };
        let mut spec = preset("quick-mnist-src").unwrap().spec.clone();
        spec.data.name = name.into();
        spec.data.subset = None;
        spec.evaluation.split = Split::HeldBack;
        let plan = plan(&spec, 1, &set).unwrap();
        let held_back: usize = plan.tasks.iter().map(|task| task.test.len()).sum();
        assert_eq!(held_back, set.train.len() / 10);
    }
}

/// Small sets have no quick part: the page loads them whole.
#[test]
fn a_small_set_has_no_quick_files() {
    for name in ["kmnist-8k", "cifar10-resnet56"] {
        let Some(whole) = set(name) else { continue };
        let info = catalogue::info(name).unwrap();
        assert_eq!(catalogue::quick_files(info, &whole).unwrap(), [], "{name}");
        let files = shared_files(info).or_else(|| files_in(info, &cache::folder(info))).expect("they were just loaded");
        assert!(catalogue::assemble_quick(info, &files).unwrap() == whole, "{name}: what a quick run makes of them");
    }
}

/// Whatever set a site holds, the page reads what the command line reads.
#[test]
fn a_site_s_files_are_the_sets_that_were_kept() {
    let held = catalogue::catalogue().iter().filter(|info| cache::is_complete(info)).count();
    if held == 0 {
        println!("skipped: no set is in {}", cache::home().display());
        return;
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("site-files");
    for set in site::site_files(&folder).unwrap().sets {
        let files: Vec<(String, Vec<u8>)> = (set.full.iter())
            .map(|file| {
                let path = folder.join("data").join(set.name).join("full").join(file.name);
                (file.name.to_owned(), std::fs::read(path).unwrap())
            })
            .collect();
        assert!(files.iter().zip(&set.full).all(|((_, bytes), file)| bytes.len() == file.bytes), "{}", set.name);
        let info = catalogue::info(set.name).unwrap();
        assert!(catalogue::assemble(info, &files).unwrap() == cache::load(set.name).unwrap(), "{}", set.name);
    }
}

/// The page loads the quick files, the command line the whole set: both must learn the same samples in the same
/// order, for the subset that the quick files hold and for smaller ones.
#[test]
fn quick_files_give_the_plan_of_the_whole_set() {
    for name in ["mnist", "fmnist"] {
        let Some(whole) = set(name) else { continue };
        let info = catalogue::info(name).unwrap();
        let files: Vec<_> = catalogue::quick_files(info, &whole).unwrap();
        let files: Vec<_> = files.into_iter().map(|(name, bytes)| (name.to_owned(), bytes)).collect();
        assert!(files.iter().map(|(_, bytes)| bytes.len()).sum::<usize>() < 6 << 20);
        let quick = catalogue::assemble_quick(info, &files).unwrap();
        assert_eq!((counts(&quick.train), counts(&quick.test)), ([1000; 10], [200; 10]));
        assert_eq!(quick, subset::part(&whole, 1000, 200).unwrap());

        let mut spec = preset("quick-mnist-src").unwrap().spec.clone();
        spec.data.name = name.into();
        for (train, split) in [(1000, Split::Test), (1000, Split::HeldBack), (100, Split::Test)] {
            spec.data.subset.as_mut().unwrap().train_per_class = train;
            spec.evaluation.split = split;
            let of_whole = samples(&whole, &plan(&spec, 4, &whole).unwrap());
            let of_quick = samples(&quick, &plan(&spec, 4, &quick).unwrap());
            assert!(of_whole == of_quick, "{name}, {train} training samples a class, {split:?}");
        }
    }
}

/// The bytes and labels that a plan names, task by task, training and test.
fn samples(set: &DataSet, plan: &Plan) -> Vec<(Vec<u8>, Vec<u8>)> {
    let test = if plan.test_on == TestOn::Test { &set.test } else { &set.train };
    let pick = |samples: &Samples, rows: &[u32]| {
        let Values::Bytes { data, .. } = &samples.values else { panic!("images are bytes") };
        let bytes = rows.iter().flat_map(|&row| data[row as usize * 784..][..784].to_vec()).collect();
        (bytes, rows.iter().map(|&row| samples.labels[row as usize]).collect())
    };
    plan.tasks.iter().flat_map(|task| [pick(&set.train, &task.train), pick(test, &task.test)]).collect()
}

#[test]
fn a_damaged_file_is_refused_by_its_checksum() {
    let shared = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data/features");
    let info = catalogue::info("cifar10-resnet56").unwrap();
    let Some(mut files) = files_in(info, &shared).or_else(|| files_in(info, &cache::folder(info))) else {
        println!("skipped: CIFAR10-ResNet56 is not here");
        return;
    };
    files[0].1[1000] ^= 1;
    assert!(matches!(catalogue::assemble(info, &files), Err(DataError::Checksum { .. })));
}

//! Writes data for the page: each set whole, and a class-balanced part of it that loads in a second.

use std::path::Path;

use serde::Serialize;

use super::{DataError, cache, catalogue};

/// Sets that the page offers.
const SETS: [&str; 5] = ["mnist", "fmnist", "kmnist-8k", "cifar10-resnet56", "imagenette-mobilenetv2"];
/// Those that anyone can bring.
const USUAL: &str = "mnist fmnist";

/// `data/index.json`: the sets that a site holds, and how much there is to load.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Index {
    pub sets: Vec<IndexedSet>,
}

/// The files of one set, in `data/NAME/quick/` and `data/NAME/full/`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct IndexedSet {
    pub name: &'static str,
    /// Empty where the whole set is small.
    pub quick: Vec<IndexedFile>,
    pub full: Vec<IndexedFile>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct IndexedFile {
    pub name: &'static str,
    /// Its size as it is loaded.
    pub bytes: usize,
}

/// Writes `data/NAME/full/…`, `data/NAME/quick/…` and `data/index.json` into the folder `site`, for those of
/// the page's sets that are in the cache.
///
/// # Errors
/// When none is there, or a file cannot be read or written.
pub fn site_files(site: &Path) -> Result<Index, DataError> {
    let mut index = Index { sets: Vec::new() };
    for name in SETS {
        if cache::is_complete(catalogue::info(name)?) {
            index.sets.push(write_set(site, name)?);
        }
    }
    if index.sets.is_empty() {
        let message = format!("there are no data for the page: bring some with `engram data get {USUAL}`");
        return Err(DataError::Unavailable(message));
    }
    let text = serde_json::to_string_pretty(&index).expect("an index is plain data");
    cache::write(&site.join("data/index.json"), text.as_bytes())?;
    Ok(index)
}

fn write_set(site: &Path, name: &'static str) -> Result<IndexedSet, DataError> {
    let info = catalogue::info(name)?;
    let set = cache::load(name)?;
    let folder = site.join("data").join(name);
    let mut indexed = IndexedSet { name, quick: Vec::new(), full: Vec::new() };
    for (name, bytes) in catalogue::quick_files(info, &set)? {
        cache::write(&folder.join("quick").join(name), &bytes)?;
        indexed.quick.push(IndexedFile { name, bytes: bytes.len() });
    }
    for file in info.files {
        let bytes = cache::read_as_named(info, file)?;
        cache::write(&folder.join("full").join(file.name), &bytes)?;
        indexed.full.push(IndexedFile { name: file.name, bytes: bytes.len() });
    }
    Ok(indexed)
}

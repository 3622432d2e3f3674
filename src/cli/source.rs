//! From what a person named to a Spec: a preset, a link to the page, a file with a Spec, or one of earlier results.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};

use serde_json::Value;

use super::Failure;
use crate::continual::MAGIC;
use crate::spec::{self, Spec, SpecError, from_hash, preset};

/// The longest Spec, and the longest line of results, in bytes.
const LIMIT: u64 = 16 << 20;

/// The Spec that `source` names, and a name for files about its runs.
pub fn spec(source: &str) -> Result<(Spec, String), Failure> {
    if let Some(hash) = hash(source) {
        return Ok((from_hash(hash)?, "link".into()));
    }
    let known = match preset(source) {
        Ok(preset) => return Ok((preset.spec.clone(), preset.name.clone())),
        Err(SpecError::NoSuchPreset { known, .. }) => known,
        Err(e) => return Err(e.into()),
    };
    let path = std::path::Path::new(source);
    if !path.is_file() {
        let message = format!("there is neither a preset nor a file `{source}`; the presets are {known}");
        return Err(Failure::Usage(message));
    }
    let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let file = File::open(path).map_err(|e| Failure::Failed(format!("{source}: {e}")))?;
    let spec = read(BufReader::new(file)).map_err(|message| Failure::Usage(format!("{source}: {message}")))?;
    Ok((spec, name))
}

/// As [`spec`], with what `--set` and `--engine` say in place of its own.
pub fn spec_with(source: &str, set: &[(String, String)], engine: Option<&str>) -> Result<(Spec, String), Failure> {
    let (spec, name) = spec(source)?;
    let fields = set.iter().map(|(path, value)| (path.as_str(), value.as_str()));
    let fields: Vec<(&str, &str)> = fields.chain(engine.map(|engine| ("engine", engine))).collect();
    Ok((spec::set(&spec, &fields)?, name))
}

/// Whether `source` is a file that the page or the command line saved a run in.
pub fn is_saved_run(source: &str) -> bool {
    let mut start = [0; MAGIC.len()];
    // Of any version: an older one is refused by name, not read as something else.
    let kind = MAGIC.len() - 2;
    File::open(source).and_then(|mut file| file.read_exact(&mut start)).is_ok() && start[..kind] == MAGIC[..kind]
}

/// What follows the `#` of a link, where `source` is one, or that alone.
fn hash(source: &str) -> Option<&str> {
    let hash = source.rsplit_once('#').map_or(source, |(_, hash)| hash);
    hash.starts_with("v=").then_some(hash)
}

/// The Spec that a file is, or that its last `finished` or else its last `started` line holds.
fn read(mut file: impl BufRead) -> Result<Spec, String> {
    let (mut finished, mut started) = (None, None);
    let mut line = String::new();
    let mut whole = String::new();
    loop {
        line.clear();
        (&mut file).take(LIMIT).read_line(&mut line).map_err(|e| e.to_string())?;
        if line.is_empty() {
            break;
        }
        match serde_json::from_str(&line) {
            Ok(Value::Object(mut fields)) if fields.contains_key("event") => match fields["event"].as_str() {
                Some("finished") => finished = fields.remove("spec"),
                Some("started") => started = fields.remove("spec"),
                _ => {}
            },
            _ => whole += &line,
        }
        if whole.len() as u64 > LIMIT {
            return Err("is longer than a Spec can be".into());
        }
    }
    let spec = match finished.or(started) {
        Some(spec) => Spec::from_value(spec),
        None => Spec::from_json(&whole),
    };
    spec.map_err(|e| e.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spec_is_read_from_a_file_or_from_results() {
        let spec = preset("quick-mnist-src").unwrap().spec.clone();
        let mut changed = spec.clone();
        changed.seed = 9;
        let pretty = serde_json::to_string_pretty(&spec).unwrap();
        assert_eq!(read(pretty.as_bytes()).unwrap(), spec);
        let line = |event: &str, spec: &Spec| serde_json::json!({ "event": event, "run": 0, "spec": spec }).to_string();
        let results = [line("started", &spec), line("finished", &changed), line("started", &spec)].join("\n");
        assert_eq!(read(results.as_bytes()).unwrap(), changed);
        assert_eq!(read(line("started", &spec).as_bytes()).unwrap(), spec);
    }

    #[test]
    fn a_link_is_read_whole_or_from_its_hash() {
        for link in ["https://example.org/lab/#v=1&preset=quick-mnist-src&seed=7", "v=1&preset=quick-mnist-src&seed=7"]
        {
            let (spec, _) = spec(link).unwrap();
            assert_eq!(
                Spec { seed: 0, ..spec.clone() },
                Spec { seed: 0, ..preset("quick-mnist-src").unwrap().spec.clone() }
            );
            assert_eq!(spec.seed, 7);
        }
        assert!(spec("#v=2&preset=quick-mnist-src").unwrap_err().to_string().contains("version 2"));
    }

    #[test]
    fn what_is_no_spec_is_refused() {
        assert!(read(&b"{\"version\": 1}"[..]).unwrap_err().contains("missing field"));
        assert!(read(&b"hello"[..]).unwrap_err().contains("not JSON"));
        assert!(read(&b""[..]).is_err());
    }
}

//! From what a person named to a Spec: a preset, a file with a Spec, or a file of earlier results.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};

use serde_json::Value;

use super::Failure;
use crate::spec::{Spec, SpecError, preset};

/// The longest Spec, and the longest line of results, in bytes.
const LIMIT: u64 = 16 << 20;

/// The Spec that `source` names, and a name for files about its runs.
pub fn spec(source: &str) -> Result<(Spec, String), Failure> {
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
    fn what_is_no_spec_is_refused() {
        assert!(read(&b"{\"version\": 1}"[..]).unwrap_err().contains("missing field"));
        assert!(read(&b"hello"[..]).unwrap_err().contains("not JSON"));
        assert!(read(&b""[..]).is_err());
    }
}

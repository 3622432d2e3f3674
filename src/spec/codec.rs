//! A Spec as text in a URL's hash, and single fields set by path.
//!
//! The hash reads `v=1&preset=quick-mnist-src&seed=3&sleep.rate=0.4`: a preset and what differs from it. Each
//! `path=value` is what `--set` takes on the command line.

use serde::Serialize;
use serde_json::Value;

use super::{Spec, SpecError, VERSION, presets};

/// What a link, `--set` and a preset speak of: plain data with named fields, validated as a whole.
pub trait Described: Serialize + Sized + 'static {
    /// Validates a JSON value.
    fn from_value(value: Value) -> Result<Self, SpecError>;

    /// The presets' names and what they say, in the order they are offered.
    fn offered() -> impl Iterator<Item = (&'static str, &'static Self)>;
}

impl Described for Spec {
    fn from_value(value: Value) -> Result<Spec, SpecError> {
        Spec::from_value(value)
    }

    fn offered() -> impl Iterator<Item = (&'static str, &'static Spec)> {
        presets().iter().map(|preset| (&*preset.name, &preset.spec))
    }
}

/// What the preset of this name says.
pub fn named<S: Described>(name: &str) -> Result<&'static S, SpecError> {
    let found = S::offered().find(|(offered, _)| *offered == name);
    found.map(|(_, spec)| spec).ok_or_else(|| SpecError::NoSuchPreset {
        name: name.chars().take(60).collect(),
        known: S::offered().map(|(name, _)| name).collect::<Vec<_>>().join(", "),
    })
}

/// The longest hash that is read, in bytes: more than the longest that is written, which is full of drawings.
const LIMIT: usize = 1 << 18;

/// Writes `spec` as its nearest preset and the fields that differ. The result needs no further escaping.
pub fn to_hash<S: Described>(spec: &S) -> String {
    let target = serde_json::to_value(spec).expect("a Spec is plain data");
    S::offered()
        .map(|(name, preset)| {
            let base = serde_json::to_value(preset).expect("a Spec is plain data");
            let mut fields = Vec::new();
            differences(&base, &target, "", &mut fields);
            let fields: String = fields.iter().map(|(path, value)| format!("&{path}={}", escape(value))).collect();
            format!("v={VERSION}&preset={name}{fields}")
        })
        .min_by_key(String::len)
        .expect("there is at least one preset")
}

/// Reads what [`to_hash`] wrote, with or without the leading `#`.
pub fn from_hash<S: Described>(hash: &str) -> Result<S, SpecError> {
    let hash = hash.strip_prefix('#').unwrap_or(hash);
    if hash.len() > LIMIT {
        return Err(SpecError::TooLong { bytes: hash.len(), limit: LIMIT });
    }
    let mut fields = Vec::new();
    let (mut version, mut name) = (None, None);
    for pair in hash.split('&') {
        let (path, value) = pair.split_once('=').ok_or_else(|| malformed(pair, "is not of the form field=value"))?;
        let value = unescape(value).ok_or_else(|| malformed(path, "its value is not properly escaped text"))?;
        match path {
            "v" => version = Some(value),
            "preset" => name = Some(value),
            _ => fields.push((path, value)),
        }
    }
    match version {
        Some(v) if v == VERSION.to_string() => {}
        found => return Err(SpecError::Version { found: found.unwrap_or("(none)".into()) }),
    }
    let name = name.ok_or_else(|| malformed("preset", "is missing: a link names the preset it starts from"))?;
    let fields: Vec<(&str, &str)> = fields.iter().map(|(path, value)| (*path, value.as_str())).collect();
    set(named::<S>(&name)?, &fields)
}

/// `spec` with some fields replaced. A path is dotted (`sleep.rate`, `rule.rates.0`); a value is JSON, or plain
/// text for a string. The result is validated as a whole.
pub fn set<S: Described>(spec: &S, fields: &[(&str, &str)]) -> Result<S, SpecError> {
    let mut value = serde_json::to_value(spec).expect("a Spec is plain data");
    for (path, text) in fields {
        replace(&mut value, path, read(text))?;
    }
    S::from_value(value)
}

/// JSON; a number as people write it (`.5`); or else a string.
fn read(text: &str) -> Value {
    let number = || text.parse::<f64>().ok().and_then(serde_json::Number::from_f64).map(Value::Number);
    serde_json::from_str(text).ok().or_else(number).unwrap_or_else(|| Value::String(text.to_owned()))
}

/// Replaces the field at a dotted path that exists.
fn replace(root: &mut Value, path: &str, new: Value) -> Result<(), SpecError> {
    open_optional(root, path);
    let mut at = &mut *root;
    for step in path.split('.') {
        let here = describe(at);
        let next = match at {
            Value::Object(map) => map.get_mut(step),
            Value::Array(items) => step.parse::<usize>().ok().and_then(|i| items.get_mut(i)),
            _ => None,
        };
        at = next.ok_or_else(|| SpecError::NoSuchField { field: path.into(), allowed: here })?;
    }
    *at = new;
    if path == "strategy.kind" {
        tidy_strategy(&mut root["strategy"]);
    }
    Ok(())
}

/// Makes the fields that a Spec may lack settable: those of a subset that is null, a strategy's fraction.
fn open_optional(root: &mut Value, path: &str) {
    if path.starts_with("data.subset.")
        && let Some(subset) = root.pointer_mut("/data/subset")
        && subset.is_null()
    {
        *subset = serde_json::json!({ "train_per_class": 1000, "test_per_class": 200 });
    }
    if path == "strategy.fraction"
        && let Some(strategy) = root.get_mut("strategy").and_then(Value::as_object_mut)
    {
        strategy.entry("fraction").or_insert(Value::Null);
    }
}

/// Gives a strategy whose kind was changed the fields of its new kind.
fn tidy_strategy(strategy: &mut Value) {
    let Some(map) = strategy.as_object_mut() else { return };
    match map["kind"].as_str() {
        Some("rehearsal" | "src_rehearsal") => drop(map.entry("fraction").or_insert(serde_json::json!(0.02))),
        _ => drop(map.remove("fraction")),
    }
}

/// Collects `path=value` for every field in which `target` differs from `base`.
fn differences(base: &Value, target: &Value, path: &str, out: &mut Vec<(String, String)>) {
    let join = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    match (base, target) {
        (a, b) if a == b => {}
        (Value::Object(a), Value::Object(b)) if path == "strategy" && a.get("kind") != b.get("kind") => {
            // The kind comes first: setting it decides which other fields there are.
            let (kind, others): (Vec<_>, Vec<_>) = b.iter().partition(|(key, _)| *key == "kind");
            out.extend(kind.iter().chain(&others).map(|(key, value)| (join(key), plain(value))));
        }
        (Value::Object(a), Value::Object(b)) if a.keys().eq(b.keys()) => {
            for (key, value) in b {
                differences(&a[key], value, &join(key), out);
            }
        }
        (_, value) => out.push((path.to_owned(), plain(value))),
    }
}

/// JSON, without the quotes where [`read`] does not take the text for anything else.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) if read(text) == *value => text.clone(),
        value => value.to_string(),
    }
}

fn describe(value: &Value) -> String {
    match value {
        Value::Object(map) => map.keys().map(|k| format!("`{k}`")).collect::<Vec<_>>().join(", "),
        Value::Array(items) => format!("the positions 0 to {}", items.len().saturating_sub(1)),
        _ => "no fields".into(),
    }
}

fn malformed(field: &str, message: &str) -> SpecError {
    SpecError::Malformed { field: field.chars().take(60).collect(), message: message.into() }
}

/// Percent-escapes all but what a URL's hash may hold unescaped.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b',' | b':' => out.push(byte.into()),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

fn unescape(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        if *first != b'%' {
            bytes.push(*first);
            rest = tail;
            continue;
        }
        let digits = std::str::from_utf8(tail.get(..2)?).ok()?;
        if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        rest = &tail[2..];
    }
    String::from_utf8(bytes).ok()
}

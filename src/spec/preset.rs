//! Presets: Specs that were run, each with the numbers it gave and what made them.

use std::sync::LazyLock;

use serde::{Deserialize, Deserializer, Serialize, de::Error};

use super::{Spec, SpecError, named};

/// A Spec that was run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Preset {
    /// Its name on the command line and in URLs.
    pub name: String,
    /// A line a person chooses by.
    pub title: String,
    /// The preset whose sleep this one has without a part, or in another way; `null`: it is none of the ablations.
    #[serde(default)]
    pub ablates: Option<String>,
    #[serde(deserialize_with = "checked")]
    pub spec: Spec,
    /// What it gave; `null` until it was run.
    pub reported: Option<Reported>,
}

/// The numbers a preset gave, and how to get them again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Reported {
    /// Final accuracy over all test samples, 0 to 1: mean over the seeds.
    pub accuracy: f64,
    /// Standard deviation over the seeds, with n − 1.
    pub sd: f64,
    /// Number of runs.
    pub n: u32,
    pub seeds: String,
    pub command: String,
    pub commit: String,
    /// The number in the paper, where it has one.
    pub paper: Option<Paper>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Paper {
    pub accuracy: f64,
    /// Not every number was printed with its spread.
    pub sd: Option<f64>,
    pub source: String,
}

static PRESETS: LazyLock<Vec<Preset>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../presets/presets.json")).expect("a test reads the presets")
});

/// Reads a Spec as every other is read: the page's module then holds one reader of Specs, not two.
fn checked<'de, D: Deserializer<'de>>(source: D) -> Result<Spec, D::Error> {
    Spec::from_value(serde_json::Value::deserialize(source)?).map_err(D::Error::custom)
}

/// All presets, in the order they are offered.
pub fn presets() -> &'static [Preset] {
    &PRESETS
}

pub fn preset(name: &str) -> Result<&'static Preset, SpecError> {
    let found = presets().iter().find(|preset| preset.name == name);
    found.ok_or_else(|| named::<Spec>(name).expect_err("no preset has that name"))
}

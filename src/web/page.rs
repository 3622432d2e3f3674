//! What the page itself asks the core: presets and Specs, the catalogue, a person's own files.

use serde::Serialize;
use wasm_bindgen::prelude::*;

use super::{read_connect_spec, read_files, read_spec};
use crate::connect::spec::{self as connect, ConnectSpec, TaskKind};
use crate::data::{catalogue as sets, own};
use crate::spec;

/// By way of JSON: what the page must wait for then holds one writer of Specs, not two.
fn to_js<T: Serialize + ?Sized>(value: &T) -> Result<JsValue, JsError> {
    super::to_js(&serde_json::to_value(value)?)
}

/// All presets, in the order they are offered.
#[wasm_bindgen(unchecked_return_type = "Preset[]")]
pub fn presets() -> Result<JsValue, JsError> {
    to_js(spec::presets())
}

/// The data sets that are known.
#[wasm_bindgen(unchecked_return_type = "DataSetInfo[]")]
pub fn catalogue() -> Result<JsValue, JsError> {
    to_js(sets::catalogue())
}

/// What a person's own files hold together, or why they are no set.
#[wasm_bindgen(unchecked_return_type = "OwnInfo")]
pub fn own_set(#[wasm_bindgen(unchecked_param_type = "NamedFile[]")] files: JsValue) -> Result<JsValue, JsError> {
    to_js(&own::info(&own::assemble(&read_files(files)?)?))
}

/// Reads a URL's hash.
#[wasm_bindgen(unchecked_return_type = "Spec")]
pub fn spec_from_hash(hash: &str) -> Result<JsValue, JsError> {
    to_js(&spec::from_hash::<spec::Spec>(hash)?)
}

/// Writes a URL's hash: the nearest preset and what differs from it.
#[wasm_bindgen]
pub fn spec_to_hash(#[wasm_bindgen(unchecked_param_type = "Spec")] spec: JsValue) -> Result<String, JsError> {
    Ok(spec::to_hash(&read_spec(spec)?))
}

/// `spec` with some fields replaced, validated as a whole: pairs of a path and a value.
#[wasm_bindgen(unchecked_return_type = "Spec")]
pub fn spec_set(
    #[wasm_bindgen(unchecked_param_type = "Spec")] spec: JsValue,
    #[wasm_bindgen(unchecked_param_type = "[string, string][]")] fields: JsValue,
) -> Result<JsValue, JsError> {
    let fields: Vec<(String, String)> = serde_wasm_bindgen::from_value(fields)?;
    let fields: Vec<(&str, &str)> = fields.iter().map(|(path, value)| (path.as_str(), value.as_str())).collect();
    to_js(&spec::set(&read_spec(spec)?, &fields)?)
}

/// The presets of the Connect lab, in the order they are offered.
#[wasm_bindgen(unchecked_return_type = "ConnectPreset[]")]
pub fn connect_presets() -> Result<JsValue, JsError> {
    to_js(connect::presets())
}

/// Reads a URL's hash that belongs to the Connect lab.
#[wasm_bindgen(unchecked_return_type = "ConnectSpec")]
pub fn connect_from_hash(hash: &str) -> Result<JsValue, JsError> {
    to_js(&spec::from_hash::<ConnectSpec>(hash)?)
}

/// Writes a URL's hash for a study of the Connect lab.
#[wasm_bindgen]
pub fn connect_to_hash(#[wasm_bindgen(unchecked_param_type = "ConnectSpec")] spec: JsValue) -> Result<String, JsError> {
    Ok(spec::to_hash(&read_connect_spec(spec)?))
}

/// A study with some fields replaced, validated as a whole: pairs of a path and a value.
#[wasm_bindgen(unchecked_return_type = "ConnectSpec")]
pub fn connect_set(
    #[wasm_bindgen(unchecked_param_type = "ConnectSpec")] spec: JsValue,
    #[wasm_bindgen(unchecked_param_type = "[string, string][]")] fields: JsValue,
) -> Result<JsValue, JsError> {
    let fields: Vec<(String, String)> = serde_wasm_bindgen::from_value(fields)?;
    let fields: Vec<(&str, &str)> = fields.iter().map(|(path, value)| (path.as_str(), value.as_str())).collect();
    to_js(&spec::set(&read_connect_spec(spec)?, &fields)?)
}

/// The clock of a task, and the sizes of what it shows and asks.
#[wasm_bindgen(unchecked_return_type = "Timing")]
pub fn connect_timing(#[wasm_bindgen(unchecked_param_type = "TaskKind")] task: JsValue) -> Result<JsValue, JsError> {
    let task: TaskKind = serde_wasm_bindgen::from_value(task)?;
    to_js(&task.timing())
}

//! The page's door to the core; the only room that knows of the browser.
//!
//! Errors cross as JavaScript `Error`s whose messages are meant for people.

mod session;

pub use session::{Answer, NamedFile, Session, TestImage};

use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::bench::{self, Shapes};
use crate::continual::saved_specs;
use crate::data::{catalogue, own};
use crate::kernels::cpu::Cpu;
use crate::kernels::gpu::Gpu;
use crate::spec::{self, EngineKind, Spec};

/// Called by the generated loader when the module is instantiated.
#[wasm_bindgen(start)]
pub fn start() {
    console_error_panic_hook::set_once();
}

/// All presets, in the order they are offered.
#[wasm_bindgen(unchecked_return_type = "Preset[]")]
pub fn presets() -> Result<JsValue, JsError> {
    to_js(spec::presets())
}

/// The data sets that are known.
#[wasm_bindgen(unchecked_return_type = "DataSetInfo[]")]
pub fn catalogue() -> Result<JsValue, JsError> {
    to_js(catalogue::catalogue())
}

/// What a person's own files hold together, or why they are no set.
#[wasm_bindgen(unchecked_return_type = "OwnInfo")]
pub fn own_set(#[wasm_bindgen(unchecked_param_type = "NamedFile[]")] files: JsValue) -> Result<JsValue, JsError> {
    to_js(&own::info(&own::assemble(&session::read_files(files)?)?))
}

/// Reads a URL's hash.
#[wasm_bindgen(unchecked_return_type = "Spec")]
pub fn spec_from_hash(hash: &str) -> Result<JsValue, JsError> {
    to_js(&spec::from_hash(hash)?)
}

/// Writes a URL's hash: the nearest preset and what differs from it.
#[wasm_bindgen]
pub fn spec_to_hash(#[wasm_bindgen(unchecked_param_type = "Spec")] spec: JsValue) -> Result<String, JsError> {
    Ok(spec::to_hash(&read_spec(spec)?))
}

/// The Spec of a run that `Session.save` or the command line wrote.
#[wasm_bindgen(unchecked_return_type = "Spec")]
pub fn saved_spec(saved: &[u8]) -> Result<JsValue, JsError> {
    let mut specs = saved_specs(saved)?;
    if specs.len() > 1 {
        let count = specs.len();
        return Err(JsError::new(&format!(
            "this file holds {count} runs side by side; the page opens files of one run"
        )));
    }
    to_js(&specs.swap_remove(0))
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

/// Times every kernel of an engine, `cpu` or `gpu`.
#[wasm_bindgen(unchecked_return_type = "Report")]
pub async fn bench(
    #[wasm_bindgen(unchecked_param_type = "EngineKind")] kind: JsValue,
    #[wasm_bindgen(unchecked_param_type = "Shapes")] shapes: JsValue,
) -> Result<JsValue, JsError> {
    let shapes: Shapes = serde_wasm_bindgen::from_value(shapes)?;
    let report = match serde_wasm_bindgen::from_value(kind)? {
        EngineKind::Gpu => bench::bench(&mut Gpu::open().await?, shapes).await?,
        EngineKind::Cpu | EngineKind::Auto => bench::bench(&mut Cpu, shapes).await?,
    };
    to_js(&report)
}

/// A Spec from JavaScript, refused in the same words as everywhere.
fn read_spec(value: JsValue) -> Result<Spec, JsError> {
    let value: serde_json::Value = serde_wasm_bindgen::from_value(value)?;
    Ok(Spec::from_value(value)?)
}

fn to_js<T: Serialize + ?Sized>(value: &T) -> Result<JsValue, JsError> {
    Ok(value.serialize(&serde_wasm_bindgen::Serializer::json_compatible())?)
}

//! The page's door to the core; the only room that knows of the browser.
//!
//! It is built twice: whole, for Workers; and without the feature `engine`, of which [`page`] is left, for the page, which is
//! usable once that small part is here. Errors cross as JavaScript `Error`s whose messages are meant for people.

#[cfg(feature = "engine")]
mod bench;
#[cfg(feature = "engine")]
mod connect;
mod page;
#[cfg(feature = "engine")]
mod search;
#[cfg(feature = "engine")]
mod session;

#[cfg(feature = "engine")]
pub use bench::bench;
#[cfg(feature = "engine")]
pub use connect::{ConnectSession, connect_claims, connect_summary, connect_trial, saved_connect_spec};
pub use page::{
    catalogue, connect_from_hash, connect_presets, connect_set, connect_timing, connect_to_hash, own_set, presets,
    spec_from_hash, spec_set, spec_to_hash,
};
#[cfg(feature = "engine")]
pub use search::{Search, Trier};
#[cfg(feature = "engine")]
pub use session::{Answer, Session, TestImage, analyses, saved_spec};

use serde::{Deserialize, Serialize};
use tsify::Tsify;
use wasm_bindgen::prelude::*;

use crate::connect::spec::ConnectSpec;
use crate::spec::{Described, Spec};

/// Called by the generated loader when the module is instantiated.
#[wasm_bindgen(start)]
pub fn start() {
    console_error_panic_hook::set_once();
}

/// A file's name in the catalogue and its bytes.
#[derive(Deserialize, Tsify)]
pub struct NamedFile {
    pub name: String,
    #[serde(with = "serde_bytes")]
    #[tsify(type = "Uint8Array")]
    pub bytes: Vec<u8>,
}

/// A Spec from JavaScript, refused in the same words as everywhere.
fn read_spec(value: JsValue) -> Result<Spec, JsError> {
    let value: serde_json::Value = serde_wasm_bindgen::from_value(value)?;
    Ok(Spec::from_value(value)?)
}

/// A study's Spec from JavaScript.
fn read_connect_spec(value: JsValue) -> Result<ConnectSpec, JsError> {
    let value: serde_json::Value = serde_wasm_bindgen::from_value(value)?;
    Ok(ConnectSpec::from_value(value)?)
}

fn to_js<T: Serialize + ?Sized>(value: &T) -> Result<JsValue, JsError> {
    Ok(value.serialize(&serde_wasm_bindgen::Serializer::json_compatible())?)
}

/// Files from JavaScript: names and contents.
fn read_files(files: JsValue) -> Result<Vec<(String, Vec<u8>)>, JsError> {
    let files: Vec<NamedFile> = serde_wasm_bindgen::from_value(files)?;
    Ok(files.into_iter().map(|file| (file.name, file.bytes)).collect())
}

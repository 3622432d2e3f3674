//! One run in a Worker: data in, events out.

use serde::Deserialize;
use tsify::Tsify;
use wasm_bindgen::prelude::*;

use super::{read_spec, to_js};
use crate::continual::{Experiment, saved_spec};
use crate::data::{DataSet, catalogue, own};
use crate::kernels::cpu::Cpu;

/// A file's name in the catalogue and its bytes.
#[derive(Deserialize, Tsify)]
pub struct NamedFile {
    pub name: String,
    #[serde(with = "serde_bytes")]
    #[tsify(type = "Uint8Array")]
    pub bytes: Vec<u8>,
}

/// A run that can be stepped, saved and restored.
#[wasm_bindgen]
pub struct Session {
    experiment: Experiment<Cpu>,
}

#[wasm_bindgen]
impl Session {
    /// Prepares a run of `spec` with `seed`. `quick` says that the files are the class-balanced subset.
    #[wasm_bindgen(constructor)]
    pub fn new(
        #[wasm_bindgen(unchecked_param_type = "Spec")] spec: JsValue,
        seed: u32,
        #[wasm_bindgen(unchecked_param_type = "NamedFile[]")] files: JsValue,
        quick: bool,
    ) -> Result<Session, JsError> {
        let spec = read_spec(spec)?;
        let set = assemble(&spec.data.name, files, quick)?;
        Ok(Session { experiment: Experiment::new(Cpu, spec, &[seed], &set)? })
    }

    /// A run that `save` wrote, to go on.
    pub fn restore(
        saved: &[u8],
        #[wasm_bindgen(unchecked_param_type = "NamedFile[]")] files: JsValue,
        quick: bool,
    ) -> Result<Session, JsError> {
        let set = assemble(&saved_spec(saved)?.data.name, files, quick)?;
        Ok(Session { experiment: Experiment::restore(Cpu, saved, &set)? })
    }

    /// One slice of work, or an event that waits; `undefined` when the run has ended.
    #[wasm_bindgen(unchecked_return_type = "Event | undefined")]
    pub async fn next(&mut self) -> Result<JsValue, JsError> {
        match self.experiment.next().await {
            Some(event) => to_js(&event),
            None => Ok(JsValue::UNDEFINED),
        }
    }

    /// The whole run as bytes.
    pub async fn save(&mut self) -> Vec<u8> {
        self.experiment.save().await
    }
}

fn assemble(name: &str, files: JsValue, quick: bool) -> Result<DataSet, JsError> {
    let files = read_files(files)?;
    if own::is_own(name) {
        return Ok(own::assemble(&files)?);
    }
    let info = catalogue::info(name)?;
    Ok(if quick { catalogue::assemble_quick(info, &files)? } else { catalogue::assemble(info, &files)? })
}

/// Files from JavaScript: names and contents.
pub(super) fn read_files(files: JsValue) -> Result<Vec<(String, Vec<u8>)>, JsError> {
    let files: Vec<NamedFile> = serde_wasm_bindgen::from_value(files)?;
    Ok(files.into_iter().map(|file| (file.name, file.bytes)).collect())
}

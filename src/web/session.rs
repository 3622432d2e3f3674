//! One run in a Worker: data in, events out; and questions about it while it stands or when it is over.

use serde::Serialize;
use tsify::Tsify;
use wasm_bindgen::prelude::*;

use super::{read_files, read_spec, to_js};
use crate::continual::{Album, Run, RunError, saved_specs};
use crate::data::{DataSet, Samples, catalogue, own};
use crate::net::weights::to_safetensors;
use crate::spec::{Act, EngineKind, NetworkKind};
use crate::study::{self, Record, Witness};

/// Hidden units whose receptive fields are shown.
const FIELDS: usize = 8;

/// How the network answers an input, now and as it was.
#[derive(Serialize, Tsify)]
pub struct Answer {
    /// The outputs after every phase, the first before anything was learnt; `null` for networks that were not kept.
    pub outputs: Vec<Option<Vec<f64>>>,
    /// The outputs after each step of the free phase of the network that was asked for: [step][class].
    pub course: Vec<Vec<f64>>,
}

/// A test image.
#[derive(Serialize, Tsify)]
pub struct TestImage {
    /// Values row by row, 0 to 1 for images.
    pub values: Vec<f32>,
    pub label: u8,
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

/// What the records of runs that differ in nothing but their seeds give together, one or more; `names`: what the classes are
/// called; one that has no name is told by its number.
#[wasm_bindgen(unchecked_return_type = "Analyses")]
pub fn analyses(records: Vec<String>, names: Vec<String>) -> Result<JsValue, JsError> {
    let records = records.iter().map(|text| serde_json::from_str(text)).collect::<Result<Vec<Record>, _>>()?;
    to_js(&study::analyses(&records, &names))
}

/// A run that can be stepped, acted upon, asked, saved and restored.
#[wasm_bindgen]
pub struct Session {
    run: Run,
    /// What the data are made of again, should the run change its engine.
    files: JsValue,
    quick: bool,
    tests: Samples,
    /// Values of a sample.
    len: usize,
    /// Of a run that is studied.
    witness: Option<Witness>,
}

#[wasm_bindgen]
impl Session {
    /// Prepares a run of `spec`, on the engine that it names. `quick` says that the files are the class-balanced subset.
    pub async fn create(
        #[wasm_bindgen(unchecked_param_type = "Spec")] spec: JsValue,
        #[wasm_bindgen(unchecked_param_type = "NamedFile[]")] files: JsValue,
        quick: bool,
    ) -> Result<Session, JsError> {
        let spec = read_spec(spec)?;
        let set = assemble(&spec.data.name, files.clone(), quick)?;
        let run = Run::new(&[spec], &set).await?;
        Ok(Session { run, files, quick, len: set.shape.len(), tests: set.test, witness: None })
    }

    /// A run that `save` wrote, to go on.
    pub async fn restore(
        saved: &[u8],
        #[wasm_bindgen(unchecked_param_type = "NamedFile[]")] files: JsValue,
        quick: bool,
    ) -> Result<Session, JsError> {
        let name = saved_specs(saved)?.swap_remove(0).data.name;
        let set = assemble(&name, files.clone(), quick)?;
        let run = Run::restore(saved, &set).await?;
        Ok(Session { run, files, quick, len: set.shape.len(), tests: set.test, witness: None })
    }

    /// Keeps single spikes, and every phase's network, to be asked about and saved, from now on.
    pub fn watch(&mut self) {
        self.run.watch();
    }

    /// Makes a record for the analyses, from the beginning of the run on.
    pub fn study(&mut self) {
        self.run.watch_closely();
        self.witness = Some(Witness::default());
    }

    /// The record of a run that was studied, as JSON for `analyses`; `undefined` where it has not finished.
    pub fn record(&self) -> Option<String> {
        let record = self.witness.as_ref().and_then(Witness::record);
        record.map(|record| serde_json::to_string(record).expect("plain data"))
    }

    /// What was told so far, of reports of progress the last one alone: a run that was restored is shown again by it.
    #[wasm_bindgen(unchecked_return_type = "Event[]")]
    pub fn told(&self) -> Result<JsValue, JsError> {
        to_js(&self.run.told()?)
    }

    /// Whether there is nothing more to tell or to do.
    pub fn is_over(&self) -> bool {
        self.run.is_over()
    }

    /// One slice of work, or an event that waits; `undefined` when the run has ended.
    #[wasm_bindgen(unchecked_return_type = "Event | undefined")]
    pub async fn next(&mut self) -> Result<JsValue, JsError> {
        loop {
            match self.run.next().await {
                Ok(Some(event)) => {
                    if let Some(witness) = &mut self.witness {
                        witness.hear(&event, self.run.raster(), self.run.measured().first());
                    }
                    return to_js(&event);
                }
                Ok(None) => return Ok(JsValue::UNDEFINED),
                Err(error) => {
                    let set = self.set()?;
                    self.run.recover(error, &set).await?;
                }
            }
        }
    }

    /// Goes on with another engine, from here; an event tells which it is.
    pub async fn change_engine(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "EngineKind")] kind: JsValue,
    ) -> Result<(), JsError> {
        let kind: EngineKind = serde_wasm_bindgen::from_value(kind)?;
        let set = self.set()?;
        match self.run.change_engine(kind, &set).await {
            // The GPU was lost since it was last used: an event of its own tells.
            Err(RunError::Engine(error)) => {
                self.run.recover(error, &set).await?;
                Ok(self.run.change_engine(kind, &set).await?)
            }
            outcome => Ok(outcome?),
        }
    }

    /// Events that wait, and cost no work.
    pub fn news(&self) -> usize {
        self.run.news()
    }

    /// Gives the GPU up, as a driver that fails does: for tests.
    pub fn lose_gpu(&mut self) {
        self.run.lose_gpu();
    }

    /// The whole run as bytes.
    pub async fn save(&mut self) -> Result<Vec<u8>, JsError> {
        Ok(self.run.save().await?)
    }

    /// The network as it is now, in the safetensors format.
    pub async fn weights(&mut self) -> Result<Vec<u8>, JsError> {
        let networks = self.run.networks().await?;
        Ok(to_safetensors(&networks[0], self.run.spec()))
    }

    /// Does something with the run, now; what it was and when is noted in its Spec.
    pub fn act(&mut self, #[wasm_bindgen(unchecked_param_type = "Act")] act: JsValue) -> Result<(), JsError> {
        let act: Act = serde_wasm_bindgen::from_value(act)?;
        Ok(self.run.act(act)?)
    }

    /// The spikes of the last steps that were slept, one by one; `undefined` before the first sleep.
    #[wasm_bindgen(unchecked_return_type = "Raster | undefined")]
    pub fn raster(&self) -> Result<JsValue, JsError> {
        self.run.raster().map_or(Ok(JsValue::UNDEFINED), to_js)
    }

    /// How the networks of all phases answer `values`, and how the outputs of the one after `phases` phases settle.
    #[wasm_bindgen(unchecked_return_type = "Answer")]
    pub fn answer(&self, values: &[f32], phases: usize) -> Result<JsValue, JsError> {
        self.check(values)?;
        let mut answer = Answer { outputs: Vec::new(), course: Vec::new() };
        let album = self.run.album();
        for after in 0..album.map_or(0, Album::len) {
            let net = album.and_then(|album| album.net(after));
            let course = net.map(|net| net.outputs(values, self.run.spec()));
            answer.outputs.push(course.as_ref().and_then(|course| course.last().cloned()));
            if after == phases {
                answer.course = course.unwrap_or_default();
            }
        }
        to_js(&answer)
    }

    /// What spiking areas do while `values` are shown to the network as it is now, or as it was after so many phases; `label` is what
    /// their answer is compared with. `undefined` where that network was not kept.
    #[wasm_bindgen(unchecked_return_type = "Watched | undefined")]
    pub async fn watched(
        &mut self,
        values: &[f32],
        label: Option<usize>,
        phases: Option<usize>,
    ) -> Result<JsValue, JsError> {
        if self.run.spec().network.kind != NetworkKind::Areas {
            return Err(JsError::new("only spiking areas can be watched"));
        }
        self.check(values)?;
        let net = match phases {
            Some(phases) => self.run.album().and_then(|album| album.net(phases)),
            None => self.run.networks().await?.into_iter().next(),
        };
        let Some(net) = net else { return Ok(JsValue::UNDEFINED) };
        let classes = net.layers.last().map_or(0, |labels| labels.units);
        if let Some(label) = label.filter(|&label| label >= classes) {
            return Err(JsError::new(&format!("there are {classes} classes, and {label} is none of them")));
        }
        to_js(&net.watch(values, label, self.run.spec()))
    }

    /// A test image, counted round from the first.
    #[wasm_bindgen(unchecked_return_type = "TestImage")]
    pub fn test_image(&self, number: usize) -> Result<JsValue, JsError> {
        let row = number % self.tests.len().max(1);
        let mut values = vec![0.0; self.len];
        self.tests.values.row_into(row, self.len, &mut values);
        to_js(&TestImage { values, label: self.tests.labels[row] })
    }

    /// Weights from the input to the hidden units that the last of so many phases changed most, before it and after it;
    /// `undefined` where they were not kept.
    #[wasm_bindgen(unchecked_return_type = "Field[] | undefined")]
    pub fn fields(&self, phases: usize) -> Result<JsValue, JsError> {
        let fields = self.run.album().and_then(|album| album.fields(phases, FIELDS));
        fields.map_or(Ok(JsValue::UNDEFINED), |fields| to_js(&fields))
    }
}

impl Session {
    /// Whether `values` are those of a sample.
    fn check(&self, values: &[f32]) -> Result<(), JsError> {
        if values.len() == self.len {
            return Ok(());
        }
        Err(JsError::new(&format!("an input has {} values, not {}", self.len, values.len())))
    }

    fn set(&self) -> Result<DataSet, JsError> {
        assemble(&self.run.spec().data.name, self.files.clone(), self.quick)
    }
}

/// A data set, of its files.
pub(super) fn assemble(name: &str, files: JsValue, quick: bool) -> Result<DataSet, JsError> {
    let files = read_files(files)?;
    if own::is_own(name) {
        return Ok(own::assemble(&files)?);
    }
    let info = catalogue::info(name)?;
    Ok(if quick { catalogue::assemble_quick(info, &files)? } else { catalogue::assemble(info, &files)? })
}
